import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Problem } from '../problem.ts'
import { type Facts, openFacts } from './facts.ts'
import { clickhouseMigrations, migrateFacts, splitStatements } from './migrate.ts'
import { alone } from './migrating.ts'
import { engineForFile, silent } from './testkit.ts'

const engine = engineForFile()
let databases = 0

/** A database of its own, and a folder with the real migrations and these. */
async function prepared(t: TestContext, files: Record<string, string> = {}) {
  const facts = await openFacts({ url: engine.embedded.url, database: `m${++databases}`, log: silent })
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-migrations-'))
  await cp(clickhouseMigrations, folder, { recursive: true })
  const write = (more: Record<string, string>) =>
    Promise.all(Object.entries(more).map(([name, sql]) => writeFile(join(folder, name), sql)))
  await write(files)
  t.after(async () => {
    await facts.close()
    await rm(folder, { recursive: true })
  })
  return { facts, folder, write }
}

/** What these tests make: tables of one letter, and those of the history. The product's own stand beside them. */
async function tables(facts: Facts): Promise<string[]> {
  const sql = 'SELECT name FROM system.tables WHERE database = {name:String} ORDER BY name'
  const rows = await facts.query<{ name: string }>({ sql, params: { name: facts.database } })
  return rows.map(({ name }) => name).filter((name) => /^(.|schema_\w+)$/.test(name))
}

const lock = 'CREATE TABLE schema_migrating (holder String, at DateTime64(3)) ENGINE = MergeTree ORDER BY at'
const table = (name: string) => `CREATE TABLE IF NOT EXISTS ${name} (n UInt8) ENGINE = MergeTree ORDER BY n`
const problem =
  (code: string, words = /./) =>
  (error: unknown) =>
    error instanceof Problem && error.code === code && words.test(error.text.en) && words.test(error.text.zh)

test('a new database comes to the newest version, and a second start does nothing', async (t) => {
  const { facts } = await prepared(t)
  const first = await migrateFacts(facts)
  assert.ok(first.applied.includes('0001_history.sql'))
  assert.deepEqual(await migrateFacts(facts), { applied: [], version: first.version })
  assert.deepEqual((await tables(facts)).includes('schema_migrating'), false)
})

test('every statement of the product’s migrations bears being repeated', async () => {
  for (const name of await readdir(clickhouseMigrations))
    for (const sql of splitStatements(await readFile(join(clickhouseMigrations, name), 'utf8')))
      assert.match(sql, /\bIF (NOT )?EXISTS\b|\bOR REPLACE\b|\bMODIFY\b/i, `${name}: ${sql.slice(0, 80)}`)
})

test('a file divides at semicolons, not at those in words, names and remarks', () => {
  assert.deepEqual(splitStatements("-- a; b\nA 'x;''y\\';' ; /* c; */ B `d;` ;\n;\n-- end;\n"), [
    "-- a; b\nA 'x;''y\\';'",
    '/* c; */ B `d;`',
  ])
  assert.deepEqual(splitStatements('-- nothing\n'), [])
})

test('a migration that stopped half-way goes on where it stopped, also when it was mended there', async (t) => {
  const broken = `${table('a')};\nINSERT INTO a VALUES (1);\nCREATE TABEL b;\n`
  const { facts, folder, write } = await prepared(t, { '0900_two.sql': broken })
  await assert.rejects(migrateFacts(facts, { folder }), /0900_two\.sql, statement 3/)
  await write({ '0900_two.sql': `${table('a')};\nINSERT INTO a VALUES (1);\n${table('b')};\n` })
  const { applied } = await migrateFacts(facts, { folder })
  assert.deepEqual(applied, ['0900_two.sql'])
  assert.deepEqual(await tables(facts), ['a', 'b', 'schema_migration'])
  assert.deepEqual(await facts.query({ sql: 'SELECT count() AS c FROM a' }), [{ c: 1n }], 'nothing was done twice')
})

test('a program that is at it is waited for', async (t) => {
  const { facts, folder } = await prepared(t, { '0900_a.sql': table('a') })
  await facts.command({ sql: lock })
  await facts.insert('schema_migrating', [{ holder: 'alive', at: new Date() }])
  let done = false
  const migrated = migrateFacts(facts, { folder }).then(() => {
    done = true
  })
  await facts.query({ sql: 'SELECT sleep(1)' })
  assert.equal(done, false)
  await facts.command({ sql: 'DROP TABLE schema_migrating' })
  await migrated
  assert.ok((await tables(facts)).includes('a'))
})

test('the lock of a program that was killed is overruled', async (t) => {
  const { facts } = await prepared(t)
  await facts.command({ sql: lock })
  await facts.insert('schema_migrating', [{ holder: 'dead', at: new Date(Date.now() - 10_000) }])
  assert.equal(await alone(facts, async () => 'done', 1), 'done')
  assert.deepEqual(await tables(facts), [])
})

test('programs that start together bring each statement about once', async (t) => {
  const statements = [table('a'), 'INSERT INTO a SELECT 1', 'INSERT INTO a SELECT 2']
  const { facts, folder } = await prepared(t, { '0900_a.sql': statements.join(';\n') })
  const results = await Promise.all(Array.from({ length: 4 }, () => migrateFacts(facts, { folder })))
  assert.equal(results.filter(({ applied }) => applied.includes('0900_a.sql')).length, 1)
  assert.deepEqual(await facts.query({ sql: 'SELECT count() AS c FROM a' }), [{ c: 2n }])
})

test('a database of a newer program is refused, naming both versions', async (t) => {
  const { facts, folder } = await prepared(t, { '0901_b.sql': table('b') })
  await migrateFacts(facts, { folder })
  await rm(join(folder, '0901_b.sql'))
  const ours = (await readdir(folder)).sort().at(-1)?.slice(0, 4)
  await assert.rejects(migrateFacts(facts, { folder }), problem('facts.newer_schema', /901/))
  await assert.rejects(
    migrateFacts(facts, { folder }),
    problem('facts.newer_schema', new RegExp(`\\b${Number(ours)}\\b`)),
  )
})

test('a history that differs from ours is refused', async (t) => {
  const { facts, folder, write } = await prepared(t, { '0900_a.sql': table('a'), '0905_e.sql': table('e') })
  await migrateFacts(facts, { folder })
  await write({ '0900_a.sql': table('other') })
  await assert.rejects(migrateFacts(facts, { folder }), problem('facts.changed_history', /0900_a/))
  await write({ '0900_a.sql': `${table('a')};\n${table('more')}` })
  await assert.rejects(migrateFacts(facts, { folder }), problem('facts.changed_history', /0900_a/))
  await write({ '0900_a.sql': table('a'), '0903_c.sql': table('c') })
  await assert.rejects(migrateFacts(facts, { folder }), /0903_c\.sql comes before 905/)
  await rm(join(folder, '0903_c.sql'))
  await rm(join(folder, '0900_a.sql'))
  await assert.rejects(migrateFacts(facts, { folder }), problem('facts.changed_history', /0900_a/))
})
