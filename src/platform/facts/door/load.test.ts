import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { engineForFile } from '../testkit.ts'

const engine = engineForFile()
const forever = (name: string) => `SELECT sum(sipHash64(number)) AS ${name} FROM numbers(1000000000000)`

/** The statements that the engine itself says are running. */
async function running(mark: string): Promise<number> {
  const query = `SELECT query FROM system.processes WHERE query LIKE {mark:String} AND query NOT LIKE '%system.processes%'`
  const answer = await engine.client().query({ query, query_params: { mark: `%${mark}%` }, format: 'JSONEachRow' })
  return (await answer.json()).length
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await pause(20)
}

function residentBytes(): number {
  const pid = String(engine.embedded.health().pid)
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', pid])) * 1024
}

test('a small question is answered while heavy ones still run', async () => {
  const client = engine.client()
  const stop = new AbortController()
  let ended = 0
  const heavy = Array.from({ length: 3 }, () =>
    client.command({ query: forever('beside'), abort_signal: stop.signal }).finally(() => ended++),
  )
  await until(async () => (await running('beside')) === 3)
  for (let i = 0; i < 20; i++) {
    const answer = await client.query({ query: 'SELECT {i:UInt8} AS i', query_params: { i }, format: 'JSONEachRow' })
    assert.deepEqual(await answer.json(), [{ i }])
  }
  assert.equal(ended, 0, 'the small ones were answered first')
  stop.abort()
  await Promise.allSettled(heavy)
})

test('bound values of statements that run at the same time never mix', async () => {
  const client = engine.client({ max_open_connections: 24 })
  const one = async (i: number) => {
    const query_params = { own: `value ${i}`, [`extra${i % 7}`]: i }
    const query = `SELECT {own:String} AS own, {extra${i % 7}:UInt32} AS n`
    const answer = await client.query({ query, query_params, format: 'JSONEachRow' })
    return (await answer.json())[0]
  }
  const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => one(i)))
  answers.forEach((answer, i) => {
    assert.deepEqual(answer, { own: `value ${i}`, n: i })
  })
})

test('more statements than there are sessions wait for their turn and are all answered', async () => {
  const client = engine.client({ max_open_connections: 80 })
  const query = 'SELECT sleep(0.2) + {i:UInt16} AS i'
  const answers = await Promise.all(
    Array.from({ length: 80 }, async (_, i) => {
      const answer = await client.query({ query, query_params: { i }, format: 'JSONCompactEachRow' })
      return (await answer.json<[number]>())[0]?.[0]
    }),
  )
  assert.deepEqual(
    answers,
    Array.from({ length: 80 }, (_, i) => i),
  )
})

test('statements that their caller gave up are stopped in the engine, and the next ones run', async () => {
  const client = engine.client({ max_open_connections: 40 })
  const stop = new AbortController()
  const given = Array.from({ length: 25 }, () =>
    client.command({ query: forever('given_up'), abort_signal: stop.signal }),
  )
  for (const one of given) one.catch(() => {})
  await until(async () => (await running('given_up')) === 25)
  stop.abort()
  for (const one of given) await assert.rejects(one)
  await until(async () => (await running('given_up')) === 0)
  for (let i = 0; i < 10; i++) await client.command({ query: 'SELECT 1' })
})

test('an answer that is left half-read is stopped in the engine', async () => {
  const client = engine.client()
  const answer = await client.query({ query: 'SELECT number AS half_read FROM numbers(100000000000)', format: 'CSV' })
  for await (const _ of answer.stream()) break
  answer.close()
  await until(async () => (await running('half_read')) === 0)
})

test('a client can kill a statement by the number it gave it', async () => {
  const client = engine.client()
  const clickhouse_settings = { log_comment: "nightly 'report'" }
  const killed = client.command({ query: forever('to_be_killed'), query_id: 'no 5', clickhouse_settings })
  killed.catch(() => {})
  await until(async () => (await running('to_be_killed')) === 1)
  await assert.rejects(client.command({ query: 'SELECT 1', query_id: 'no 5' }), { code: '216' })
  await client.command({ query: "KILL QUERY WHERE query_id = 'no 5'" })
  await assert.rejects(killed, { code: '394', type: 'QUERY_WAS_CANCELLED' })
})

test('an upload that breaks off leaves no row of it and frees its session', async () => {
  const client = engine.client()
  await client.command({ query: 'CREATE TABLE cut (n UInt32) ENGINE = MergeTree ORDER BY n' })
  const url = new URL(engine.embedded.url)
  for (let i = 0; i < 3; i++) {
    const query = encodeURIComponent('INSERT INTO cut FORMAT JSONEachRow')
    const upload = request({ port: url.port, path: `/?query=${query}`, method: 'POST', auth: `x:${url.password}` })
    upload.on('error', () => {})
    upload.write('{"n":1}\n{"n":2}\n{"n":')
    await until(async () => (await running('INSERT INTO cut')) === 1)
    upload.destroy()
    await until(async () => (await running('INSERT INTO cut')) === 0)
  }
  const answer = await client.query({ query: 'SELECT count() AS c FROM cut', format: 'JSONEachRow' })
  assert.deepEqual(await answer.json(), [{ c: 0 }])
})

test('an answer that nobody reads waits in the engine, not in memory', async () => {
  const before = residentBytes()
  const url = new URL(engine.embedded.url)
  const asked = request({ port: url.port, path: '/', method: 'POST', auth: `x:${url.password}` })
  asked.end('SELECT number, repeat(toString(number), 20) FROM numbers(20000000) FORMAT TSV')
  const [answer] = (await once(asked, 'response')) as [Readable]
  await pause(1000)
  const grown = residentBytes() - before
  assert.ok(grown < 300e6, `grew by ${Math.round(grown / 1e6)} MB with an answer of 4 GB waiting`)
  answer.destroy()
  await until(async () => (await running('repeat(toString')) === 0)
})

test('an upload of any size passes through without being held', async () => {
  const client = engine.client()
  await client.command({ query: 'CREATE TABLE sink (s String) ENGINE = Null' })
  const row = `${JSON.stringify({ s: 'x'.repeat(1000) })}\n`
  const piece = Buffer.from(row.repeat(1000))
  let highest = 0
  const pieces = function* () {
    for (let i = 0; i < 300; i++) {
      if (i % 50 === 49) highest = Math.max(highest, residentBytes())
      yield piece
    }
  }
  const before = residentBytes()
  const { stream, summary } = await client.exec({
    query: 'INSERT INTO sink FORMAT JSONEachRow',
    values: Readable.from(pieces(), { objectMode: false }),
    clickhouse_settings: {
      max_insert_block_size: '10000',
      min_insert_block_size_bytes: '0',
      min_insert_block_size_rows: '0',
    },
  })
  await stream.toArray()
  assert.equal(summary?.written_rows, '300000')
  assert.ok(highest - before < 200e6, `grew by ${Math.round((highest - before) / 1e6)} MB for an upload of 300 MB`)
})

test('the text of a statement has a limit, its data have none', async () => {
  const long = Buffer.alloc(65 * 2 ** 20, 'SELECT 1 -- ')
  const answer = await engine.post('/', long).catch((error) => error)
  assert.ok(answer instanceof Error || answer.headers.get('x-clickhouse-exception-code') === '307')
  assert.equal(await (await engine.post('/', 'SELECT 1')).text(), '1\n')
})
