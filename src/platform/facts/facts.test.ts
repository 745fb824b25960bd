import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Home } from '../home.ts'
import { createLog } from '../log.ts'
import { Problem } from '../problem.ts'
import { type Facts, openFacts, type StatementKind } from './facts.ts'
import { silent, temporaryHome } from './testkit.ts'

let facts: Facts
const seen: { kind: StatementKind; ms: number; ok: boolean }[] = []
const lines: string[] = []
let home: Home
let removeHome = async () => {}

before(async () => {
  const folder = await temporaryHome()
  home = folder.home
  removeHome = folder.remove
  const into = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log = createLog('debug', into)
  facts = await openFacts({ home, log, slowMs: 300, onStatement: (statement) => seen.push(statement) })
})
after(async () => {
  await facts.close()
  await removeHome()
})

const problem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

async function killEngine(): Promise<void> {
  const health = await facts.health()
  process.kill(health.child?.pid ?? 0, 'SIGKILL')
}

test('the database of the product is made, and its health can be asked for', async () => {
  assert.equal(facts.database, 'zhixing')
  assert.equal(await facts.ping(), true)
  const health = await facts.health()
  assert.ok(health.ok && health.ms > 0 && /^\d+\.\d+/.test(health.version))
  assert.equal(health.child?.state, 'running')
})

test('what goes in comes out: big numbers, instants, days, decimals and all that nests them', async () => {
  await facts.command({
    sql: `CREATE TABLE exact (
      big UInt64, signed Int64, huge Int256, day Date, at DateTime64(3), second DateTime('Asia/Shanghai'),
      maybe Nullable(DateTime64(3)), money Decimal(38, 2), list Array(Nullable(UInt64)), counts Map(String, UInt64),
      pair Tuple(total UInt64, since DateTime64(3)), bare Tuple(UInt64, String), word LowCardinality(Nullable(String)),
      latest SimpleAggregateFunction(max, DateTime64(3)), uuid UUID, kind Enum8('a' = 1, 'b' = 2), real Float64,
      "odd ""name""" UInt8 DEFAULT 7
    ) ENGINE = MergeTree ORDER BY tuple()`,
  })
  const at = new Date('1969-07-20T20:17:40.123Z')
  const row = {
    big: 18446744073709551615n,
    signed: -9223372036854775808n,
    huge: -(2n ** 200n),
    day: '2026-02-28',
    at,
    second: new Date('2026-01-05T01:00:00.000Z'),
    maybe: null,
    money: '123456789012345678901234567890123456.78',
    list: [1n, null, 18446744073709551615n],
    counts: { 行: 9007199254740993n },
    pair: { total: 5n, since: at },
    bare: [6n, 'six'],
    word: null,
    latest: at,
    uuid: '01890f3c-2f1e-7c3a-8a0b-000000000001',
    kind: 'b',
    real: 0.1,
  }
  await facts.insert('exact', [{ ...row, 'odd "name"': undefined }])
  assert.deepEqual(await facts.query({ sql: 'SELECT * FROM exact' }), [{ ...row, 'odd "name"': 7 }])
})

test('a bound value is itself, never a part of the statement', async () => {
  const nasty = "'; DROP TABLE exact; --\\"
  const at = new Date('2026-01-05T01:02:03.456Z')
  const [row] = await facts.query({
    sql: 'SELECT {text:String} AS text, {big:UInt64} AS big, {at:DateTime64(3)} AS at, {list:Array(String)} AS list',
    params: { text: nasty, big: 2n ** 63n, at, list: Array.from({ length: 5000 }, () => nasty) },
  })
  assert.deepEqual(row, { text: nasty, big: 2n ** 63n, at, list: Array.from({ length: 5000 }, () => nasty) })
  await assert.rejects(facts.query({ sql: 'SELECT {n:UInt8}', params: { n: nasty } }), (error) => {
    assert.ok(error instanceof Problem && error.kind === 'invalid' && error.code === 'facts.bad_value')
    assert.doesNotMatch(error.text.en + error.text.zh, /SELECT|DROP/)
    return true
  })
})

test('many rows are read in portions, and leaving early is allowed', async () => {
  let rows = 0
  for await (const some of facts.stream<{ n: bigint }>({ sql: 'SELECT number AS n FROM numbers(300000)' })) {
    assert.equal(typeof some[0]?.n, 'bigint')
    rows += some.length
  }
  assert.equal(rows, 300_000)
  for await (const some of facts.stream({ sql: 'SELECT number AS left_early FROM numbers(100000000000)' })) {
    assert.ok(some.length > 0)
    break
  }
  const sql = `SELECT 1 FROM system.processes WHERE query LIKE '%left_early%' AND query NOT LIKE '%system.processes%'`
  while ((await facts.query({ sql })).length > 0) await pause(10)
})

test('an insert under a token is in the table once, without one each time', async () => {
  await facts.command({
    sql: 'CREATE TABLE tokens (n UInt32) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100',
  })
  const rows = Array.from({ length: 1000 }, (_, n) => ({ n }))
  for (let i = 0; i < 3; i++) await facts.insert('tokens', rows, { dedupToken: "plan 7'" })
  assert.deepEqual(await facts.query({ sql: 'SELECT count() AS c FROM tokens' }), [{ c: 1000n }])
  await facts.insert('tokens', rows, { dedupToken: 'plan 8' })
  assert.deepEqual(await facts.query({ sql: 'SELECT count() AS c FROM tokens' }), [{ c: 2000n }])
})

test('while the engine restarts, reads and inserts with a token wait for it', async () => {
  await killEngine()
  const [row] = await facts.query({ sql: 'SELECT count() AS c FROM tokens' })
  assert.deepEqual(row, { c: 2000n })
  await killEngine()
  await facts.insert('tokens', [{ n: 5 }], { dedupToken: 'plan 9' })
  assert.deepEqual(await facts.query({ sql: 'SELECT count() AS c FROM tokens' }), [{ c: 2001n }])
})

test('what may have been done is not done again, and the caller is told to come back', async () => {
  const command = facts.command({ sql: 'CREATE TABLE slow ENGINE = MergeTree ORDER BY n AS SELECT sleep(1) AS n' })
  await pause(200)
  await killEngine()
  await assert.rejects(command, (error) => {
    assert.ok(error instanceof Problem && error.kind === 'unavailable' && error.code === 'facts.unavailable')
    assert.ok(error.retryAfterSeconds)
    return true
  })
  await facts.query({ sql: 'SELECT 1' })
})

test('work ends at its time limit or when its caller stops it, also in the engine', async () => {
  const endless = 'SELECT sum(sipHash64(number)) AS endless FROM numbers(1000000000000)'
  await assert.rejects(facts.query({ sql: endless, timeoutMs: 300 }), problem('facts.timeout'))
  const stop = new AbortController()
  const stopped = facts.query({ sql: endless, signal: stop.signal })
  await pause(200)
  stop.abort(new Error('the page was closed'))
  await assert.rejects(stopped, /the page was closed/)
  await assert.rejects(facts.query({ sql: 'SELECT 1', signal: stop.signal }), /the page was closed/)
  const sql = `SELECT 1 FROM system.processes WHERE query LIKE '%endless%' AND query NOT LIKE '%system.processes%'`
  while ((await facts.query({ sql })).length > 0) await pause(10)
})

test('a question too heavy for the memory is said to be so', async () => {
  const sql = 'SELECT groupArray(toString(number)) AS a FROM numbers(10000000)'
  await assert.rejects(facts.query({ sql, settings: { max_memory_usage: '50000000' } }), problem('facts.too_heavy'))
})

test('a mistake in a statement stays the error of the engine, and the log holds durations but no values', async () => {
  await assert.rejects(facts.query({ sql: 'SELECT * FROM nothing' }), { code: '60' })
  await facts.query({ sql: 'SELECT {who:String}, sleep(0.4)', params: { who: 'secret-138' } })
  const said = lines.map((line) => JSON.parse(line)).filter((line) => line.statement?.includes('{who:String}'))
  assert.equal(said[0]?.level, 'warn')
  assert.ok(said[0]?.ms > 300)
  assert.ok(lines.some((line) => /"debug".*SELECT 1/.test(line)))
  assert.ok(!lines.some((line) => line.includes('secret-138')))
  assert.ok(seen.some(({ kind, ok }) => kind === 'query' && !ok))
  assert.ok(seen.some(({ kind, ok, ms }) => kind === 'insert' && ok && ms > 0))
})

test('names of tables cannot bring a statement with them', async () => {
  assert.throws(() => facts.insert('tokens; DROP TABLE tokens', [{}]), /not a name/)
  assert.throws(() => facts.insert('tokens', [{}], { columns: ['n) SELECT 1 --'] }), /not a name/)
})

test('a server is used the same way: database from the address, its own when told', async () => {
  const url = new URL(JSON.parse((await home.readRun('clickhouse.json')) ?? '').url)
  url.pathname = '/bank_a'
  const bank = await openFacts({ url: url.href, log: silent })
  assert.equal(bank.database, 'bank_a')
  await bank.command({ sql: 'CREATE TABLE own (n UInt8) ENGINE = MergeTree ORDER BY n' })
  const other = await openFacts({ url: url.href, database: 'bank_b', log: silent })
  await assert.rejects(other.query({ sql: 'SELECT * FROM own' }), { code: '60' })
  await bank.close()
  await other.close()
})

test('a server that does not answer, or is too old, is refused at the start', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const nobody = openFacts({ url: `http://127.0.0.1:${port}`, log: silent, patienceMs: 200 })
  await assert.rejects(nobody, problem('facts.unavailable'))
  const old = createServer((request, response) => {
    request.resume().on('end', () => response.end('["version"]\n["String"]\n["22.8.1"]\n'))
  }).listen(0, '127.0.0.1')
  await once(old, 'listening')
  const address = old.address() as AddressInfo
  await assert.rejects(openFacts({ url: `http://127.0.0.1:${address.port}`, log: silent }), problem('facts.too_old'))
  old.closeAllConnections()
  old.close()
})
