import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'
import { renamed } from './clickhouse.ts'
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

/** What a restore is meant to change: nobody works on a job any more, whoever did. */
async function unlocked(pair: Pair): Promise<void> {
  await run(pair.superuser, 'update graphile_worker._private_jobs set locked_by = null, locked_at = null')
}

for (const ordinary of [false, true])
  test(`everything in both engines comes back as it was, ${ordinary ? 'for an ordinary user of a server' : 'for a superuser'}`, async (t) => {
    const folders = await programOf(t, 1)
    const original = await emptyPair(t, engines, { ordinary })
    await migratePair(original, folders)
    await fillPair(original)
    const file = fileIn(engines)
    const seen: string[] = []
    const done = await backupOf(original, file, { keyCheck: 'abc', onProgress: ({ table }) => seen.push(table) })
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    assert.equal((await stat(file)).size, done.bytes)
    assert.ok(seen.includes('odd.value') && seen.includes('event'))
    assert.equal(done.keyCheck, 'abc')

    await unlocked(original)
    const before = await contentsOf(original)
    assert.ok(JSON.stringify(before).length > 500_000, 'there is something to compare')

    const copy = await emptyPair(t, engines, { ordinary })
    const restored = await restoreTo(copy, file, { folders, keyCheck: 'abc' })
    assert.deepEqual(restored.postgres, done.postgres)
    assert.deepEqual(restored.clickhouse, done.clickhouse)
    assert.deepEqual(restored.migrated, [])
    const after = await contentsOf(copy)
    assert.deepEqual(Object.keys(after), Object.keys(before))
    for (const part of Object.keys(before)) assert.deepEqual(after[part], before[part], part)
    assert.equal(
      (await run(copy.superuser, `select 1 from pg_namespace where nspname = 'zhixing_restoring'`)).length,
      0,
      'no mark is left',
    )
  })

test('a restored product goes on working: numbers go on, guards guard, views follow', async (t) => {
  const folders = await programOf(t, 1)
  const original = await emptyPair(t, engines)
  await migratePair(original, folders)
  await fillPair(original)
  const file = fileIn(engines)
  await backupOf(original, file)
  const copy = await emptyPair(t, engines)
  await restoreTo(copy, file, { folders })
  const own = (...statements: string[]) =>
    run(copy.url, 'set role zhixing_app', `set zhixing.scope = 'org1'`, ...statements)

  assert.equal((await own(`insert into odd.node (path) values ('9') returning id`))[0]?.id, 5)
  assert.equal(String((await own(`select nextval('odd.ticket') as n`))[0]?.n), '102')
  await assert.rejects(own('delete from odd.kept'), /append only/)
  await assert.rejects(own('insert into odd.hen values (900, 900)'), { code: '23503' })
  assert.equal((await own(`select distinct org from odd.value`)).length, 1, 'the scope holds for the owner too')
  await migratePair(copy, folders)

  const before = await copy.facts.query<{ n: bigint }>({ sql: 'SELECT sum(events) AS n FROM daily' })
  await copy.facts.insert('event', [{ id: 9999, customer: 1, kind: 'x', at: new Date('2026-03-01T00:00:00Z') }])
  const after = await copy.facts.query<{ n: bigint }>({ sql: 'SELECT sum(events) AS n FROM daily' })
  assert.equal((after[0]?.n ?? 0n) - (before[0]?.n ?? 0n), 1n)
})

test('a backup of an older program is loaded as it was then and brought forward', async (t) => {
  const older = await programOf(t, 1)
  const original = await emptyPair(t, engines)
  await migratePair(original, older)
  await fillPair(original)
  const file = fileIn(engines)
  await backupOf(original, file)
  const copy = await emptyPair(t, engines)
  const done = await restoreTo(copy, file, { folders: await programOf(t, 2) })
  assert.deepEqual(done.migrated, ['0002_later.sql', '0002_later.sql'])
  assert.equal((await run(copy.superuser, `select 1 from odd.hen where name = 'hen ' || id`)).length, 500)
  const [row] = await copy.facts.query<{ n: bigint }>({ sql: `SELECT count() AS n FROM event WHERE later = 'later'` })
  assert.equal(row?.n, 5000n)
})

test('a backup while the product is being written to is of one moment', async (t) => {
  const folders = await programOf(t, 1)
  const original = await emptyPair(t, engines)
  await migratePair(original, folders)
  await run(original.superuser, 'insert into odd.egg values (1, null)', 'insert into odd.hen values (1, 1)')
  let writing = true
  const writer = (async () => {
    // Each transaction keeps a hen for every egg.
    for (let i = 2; writing; i++)
      await run(
        original.superuser,
        'begin',
        `insert into odd.hen select ${i}, id from odd.egg where id = 1`,
        `insert into odd.egg values (${i}, ${i})`,
        'commit',
      )
  })()
  const file = fileIn(engines)
  const made = () =>
    run(original.superuser, 'select count(*)::int as n from odd.hen').then((rows) => Number(rows[0]?.n))
  while ((await made()) < 5);
  await backupOf(original, file)
  const then = await made()
  while ((await made()) === then);
  writing = false
  await writer
  const copy = await emptyPair(t, engines)
  await restoreTo(copy, file, { folders })
  const [counts] = await run(
    copy.superuser,
    'select (select count(*) from odd.egg)::int as eggs, (select count(*) from odd.hen)::int as hens',
  )
  assert.ok(Number(counts?.eggs) > 0)
  assert.equal(counts?.eggs, counts?.hens)
})

test('what a database is called is changed where it is a name, and nowhere else', () => {
  const made = "CREATE VIEW bank.v AS SELECT 'bank.x' AS bank, t.bank.y FROM `bank`.t AS t -- bank.z"
  assert.equal(
    renamed(made, 'bank', 'copy'),
    "CREATE VIEW `copy`.v AS SELECT 'bank.x' AS bank, t.bank.y FROM `copy`.t AS t -- bank.z",
  )
})
