import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { exportTable, importTable, listTables } from './export.ts'
import { openFacts } from './facts.ts'
import { migrateFacts } from './migrate.ts'
import { engineForFile, silent } from './testkit.ts'

const engine = engineForFile()
const open = (database: string) => openFacts({ url: engine.embedded.url, database, log: silent })

const schema = [
  `CREATE TABLE visit (at DateTime64(3), customer UInt32, what LowCardinality(String), more Map(String, String),
     seen DateTime64(6) MATERIALIZED now64(6), late UInt8 ALIAS customer % 2)
   ENGINE = MergeTree ORDER BY (customer, at) SETTINGS non_replicated_deduplication_window = 100`,
  `CREATE TABLE people (what LowCardinality(String), who AggregateFunction(groupBitmap, UInt32))
   ENGINE = AggregatingMergeTree ORDER BY what`,
  `CREATE MATERIALIZED VIEW follow TO people AS
     SELECT what, groupBitmapState(customer) AS who FROM visit GROUP BY what`,
  'CREATE TABLE empty (n UInt8) ENGINE = MergeTree ORDER BY n',
]
const digest = `
  SELECT 'visit', count(), sum(sipHash64(at, customer, what, more['k'], seen)) FROM visit
  UNION ALL SELECT 'people', count(), sum(sipHash64(what, finalizeAggregation(who))) FROM people FINAL
  ORDER BY 1`

test('a database comes back from its export as it was', async () => {
  const from = await open('bank')
  await migrateFacts(from)
  for (const sql of schema) await from.command({ sql })
  await from.command({
    sql: `INSERT INTO visit SELECT toDateTime64('2026-01-05 00:00:00', 3) + number, number % 1000,
            if(number % 3 = 0, 'login', 'open'), map('k', toString(number)) FROM numbers(200000)`,
  })
  await from.command({ sql: 'OPTIMIZE TABLE people FINAL' })
  // Beside those of the product itself, which are empty here.
  const listed = (await listTables(from)).filter(({ name }) => ['empty', 'people', 'visit'].includes(name))
  assert.deepEqual(
    listed.map(({ name, rows }) => ({ name, rows })),
    [
      { name: 'empty', rows: 0n },
      { name: 'people', rows: 2n },
      { name: 'visit', rows: 200_000n },
    ],
  )
  assert.deepEqual(
    listed[2]?.columns.map(({ name }) => name),
    ['at', 'customer', 'what', 'more', 'seen'],
  )

  const into = await open('copy')
  await migrateFacts(into)
  for (const sql of schema) await into.command({ sql })
  for (const table of listed) await importTable(into, table, await exportTable(from, table))
  assert.deepEqual(await into.query({ sql: digest }), await from.query({ sql: digest }))

  await into.command({ sql: "INSERT INTO visit (at, customer, what) VALUES (now64(3), 7, 'late')" })
  const [late] = await into.query<{ n: bigint }>({ sql: "SELECT count() AS n FROM people WHERE what = 'late'" })
  assert.equal(late?.n, 1n, 'the view follows its table again')
  await from.close()
  await into.close()
})

test('an export that breaks off is an error, not a shorter table', async () => {
  const facts = await open('broken')
  await facts.command({ sql: 'CREATE TABLE long (n UInt64, s String) ENGINE = MergeTree ORDER BY n' })
  await facts.command({ sql: 'INSERT INTO long SELECT number, repeat(toString(number), 50) FROM numbers(1000000)' })
  const columns = [
    { name: 'n', type: 'UInt64' },
    { name: 's', type: 'String' },
  ]
  const data = await exportTable(facts, { name: 'long', columns })
  await assert.rejects(async () => {
    let bytes = 0
    for await (const piece of data) {
      if (bytes === 0) process.kill(engine.embedded.health().pid ?? 0, 'SIGKILL')
      bytes += piece.length
    }
  })
  await engine.embedded.up()
  const cut = Readable.from([Buffer.from([2, 1, 1]), Buffer.from('n')])
  await assert.rejects(importTable(facts, { name: 'long', columns }, cut))
  assert.deepEqual(await facts.query({ sql: 'SELECT count() AS c FROM long' }), [{ c: 1_000_000n }])
  await facts.close()
})
