import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { smallDisk } from '../db/embedded-testing.ts'
import { Problem } from '../problem.ts'
import { clearClickhouse } from './clickhouse.ts'
import type { Folders } from './compatible.ts'
import {
  backupOf,
  contentsOf,
  emptyPair,
  enginesForFile,
  fileIn,
  fillPair,
  migratePair,
  type Pair,
  programOf,
  restoreTo,
  run,
} from './testing/testing.ts'

const engines = enginesForFile()
const project = join(import.meta.dirname, '../../..')

async function problemOf(attempt: Promise<unknown>): Promise<Problem> {
  const error = await attempt.then(
    () => new Error('it went through'),
    (reason: unknown) => reason,
  )
  if (error instanceof Problem) return error
  throw error
}

type Original = { pair: Pair; folders: Folders; file: string }
let made: Promise<Original> | undefined

/** Filled once for all tests, which only read it. */
function original(): Promise<Original> {
  made ??= (async () => {
    const folders = await programOf(engines, 1)
    const pair = await emptyPair(engines, engines)
    await migratePair(pair, folders)
    await fillPair(pair)
    await run(pair.superuser, 'update graphile_worker._private_jobs set locked_by = null, locked_at = null')
    const file = fileIn(engines)
    await backupOf(pair, file)
    return { pair, folders, file }
  })()
  return made
}

test('a damaged, cut or foreign file is refused before anything is touched', async (t) => {
  const { folders, file } = await original()
  const whole = await readFile(file)
  const copy = await emptyPair(t, engines)
  const wreck = async (name: string, content: Buffer) => {
    await writeFile(`${file}.${name}`, content)
    const { code, text } = await problemOf(restoreTo(copy, `${file}.${name}`, { folders }))
    assert.ok(text.zh.includes(`${basename(file)}.${name}`) && text.en.includes(`${basename(file)}.${name}`))
    return code
  }
  for (const part of [0.02, 0.3, 0.6, 0.98]) {
    const flipped = Buffer.from(whole)
    const at = Math.floor(whole.length * part)
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at)
    assert.match(await wreck(`flipped-${part}`, flipped), /^backup\.(corrupt|not_a_backup)$/)
    assert.equal(await wreck(`cut-${part}`, whole.subarray(0, at)), 'backup.corrupt')
  }
  // Changed inside and packed again, so that only the hashes can tell.
  const inside = gunzipSync(whole)
  const row = inside.indexOf('while running')
  inside.write('while RUNNING', row)
  assert.equal(await wreck('changed', gzipSync(inside)), 'backup.corrupt')
  assert.equal(await wreck('text', Buffer.from('a letter to the bank')), 'backup.corrupt')
  assert.equal(await wreck('other-archive', gzipSync(Buffer.alloc(10_240))), 'backup.not_a_backup')
  assert.equal((await problemOf(restoreTo(copy, `${file}.nowhere`, { folders }))).code, 'backup.missing')
  assert.equal((await run(copy.superuser, `select 1 from pg_namespace where nspname in ('odd', 'platform')`)).length, 0)
  assert.deepEqual(await copy.facts.query({ sql: 'SHOW TABLES' }), [])
})

test('a file of a newer program, of another history or under another key is refused with the reason', async (t) => {
  const newer = await programOf(t, 2)
  const pair = await emptyPair(t, engines)
  await migratePair(pair, newer)
  const file = fileIn(engines)
  await backupOf(pair, file, { keyCheck: 'aaaa' })
  const copy = await emptyPair(t, engines)
  const older = await programOf(t, 1)

  const schema = await problemOf(restoreTo(copy, file, { folders: older }))
  assert.equal(schema.code, 'backup.newer_schema')
  assert.ok(schema.text.en.includes('schema at 2') && schema.text.zh.includes('只认识到 1'))

  const changed = await programOf(t, 2)
  await appendFile(join(changed.postgres, '0002_later.sql'), '-- changed\n')
  assert.equal((await problemOf(restoreTo(copy, file, { folders: changed }))).code, 'backup.other_history')

  const key = await problemOf(restoreTo(copy, file, { folders: newer, keyCheck: 'bbbb' }))
  assert.equal(key.code, 'backup.other_key')
  assert.ok(key.text.zh.includes('aaaa') && key.text.zh.includes('bbbb'))

  const archive = gunzipSync(await readFile(file))
  const at = archive.indexOf('"format":1')
  archive.write('"format":9', at)
  await writeFile(`${file}.format`, gzipSync(archive))
  const format = await problemOf(restoreTo(copy, `${file}.format`, { folders: newer }))
  assert.equal(format.code, 'backup.newer_format')
  assert.ok(format.text.zh.includes('9'))
})

test('engines that hold anything are not restored into, and stay as they are', async (t) => {
  const { pair, folders, file } = await original()
  const unchanged = await contentsOf(pair)
  const both = await problemOf(restoreTo(pair, file, { folders }))
  assert.equal(both.code, 'backup.not_empty')
  assert.deepEqual(await contentsOf(pair), unchanged)

  const started = await emptyPair(t, engines)
  await migratePair(started, folders)
  await clearClickhouse(started.facts)
  const postgres = await problemOf(restoreTo(started, file, { folders }))
  assert.ok(postgres.text.zh.includes('PostgreSQL') && postgres.text.zh.includes('odd'))

  const facts = await emptyPair(t, engines)
  await facts.facts.command({ sql: 'CREATE TABLE precious (a UInt8) ENGINE = MergeTree ORDER BY a' })
  const clickhouse = await problemOf(restoreTo(facts, file, { folders }))
  assert.ok(clickhouse.text.en.includes('ClickHouse') && clickhouse.text.en.includes('precious'))
})

test('a backup never replaces a file unless told to', async () => {
  const { pair, file } = await original()
  const other = `${file}.there`
  await writeFile(other, 'precious')
  const problem = await problemOf(backupOf(pair, other))
  assert.equal(problem.code, 'backup.exists')
  assert.equal(await readFile(other, 'utf8'), 'precious')
  await backupOf(pair, other, { overwrite: true })
  assert.ok((await readFile(other)).length > 1000)
})

test('a disk that fills up while the backup is written is told, and no file is left', async (t) => {
  const folder = join(engines.folder, 'full')
  await mkdir(folder)
  const disk = smallDisk(folder, '16k')
  if ('reason' in disk) return t.diagnostic(disk.reason)
  const { pair } = await original()
  const file = join(folder, 'backup.zhixing')
  const problem = await problemOf(backupOf(pair, file))
  assert.equal(problem.code, 'home.disk_full')
  assert.ok(problem.text.zh.includes(file))
  assert.deepEqual(await readdir(folder), [])
  disk.resize('16m')
  await backupOf(pair, file)
  assert.deepEqual(await readdir(folder), ['backup.zhixing'])
})

test('a folder that is not there is named', async () => {
  const { pair } = await original()
  const problem = await problemOf(backupOf(pair, '/nowhere/at/all/backup.zhixing'))
  assert.equal(problem.code, 'backup.no_folder')
  assert.ok(problem.text.zh.includes('/nowhere/at/all'))
})

/** A program that restores, and is killed right after `after` tables. */
async function killedRestore(pair: Pair, file: string, folders: Folders, after: number): Promise<void> {
  const here = (name: string) => JSON.stringify(import.meta.resolve(name))
  const code = `
    import { openFacts } from ${here('../facts/facts.ts')}
    import { createLog } from ${here('../log.ts')}
    import { restore } from ${here('./restore.ts')}
    const log = createLog('silent')
    const facts = await openFacts({ url: ${JSON.stringify(engines.clickhouse)}, database: ${JSON.stringify(pair.facts.database)}, log })
    let tables = 0
    await restore({ databaseUrl: ${JSON.stringify(pair.url)}, facts, file: ${JSON.stringify(file)}, log, folders: ${JSON.stringify(folders)},
      onProgress: () => { if (++tables === ${after}) process.kill(process.pid, 'SIGKILL') } })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  assert.equal(signal, 'SIGKILL')
}

test('after a restore was killed the product does not start on it, and the next restore begins anew', async (t) => {
  const { pair, folders, file } = await original()
  const wanted = await contentsOf(pair)
  const copy = await emptyPair(t, engines)
  // In the middle of PostgreSQL, and in the middle of ClickHouse.
  for (const tables of [3, 13]) {
    await killedRestore(copy, file, folders, tables)
    const problem = await problemOf(migratePair(copy, folders))
    assert.equal(problem.code, 'db.half_restored')
    assert.ok(problem.text.zh.includes('zhixing restore'))
  }
  await restoreTo(copy, file, { folders })
  const is = await contentsOf(copy)
  for (const part of Object.keys(wanted)) assert.deepEqual(is[part], wanted[part], part)
  await migratePair(copy, folders)
})

test('what an interrupted restore left is taken away only where that restore was', async (t) => {
  const { folders, file } = await original()
  const copy = await emptyPair(t, engines)
  await killedRestore(copy, file, folders, 3)
  const other = await emptyPair(t, engines)
  await other.facts.command({ sql: 'CREATE TABLE precious (a UInt8) ENGINE = MergeTree ORDER BY a' })
  const problem = await problemOf(restoreTo({ ...copy, facts: other.facts }, file, { folders }))
  assert.equal(problem.code, 'backup.not_empty')
  assert.equal((await other.facts.query({ sql: 'SHOW TABLES' })).length, 1)
})
