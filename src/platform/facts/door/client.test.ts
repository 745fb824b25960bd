import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { ClickHouseError, type DataFormat, TupleParam } from '@clickhouse/client'
import { engineForFile } from '../testkit.ts'

const engine = engineForFile()

const readers = {
  json: (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
}

test('the client finds the engine alive, with and without a statement', async () => {
  const client = engine.client()
  assert.deepEqual(await client.ping(), { success: true })
  assert.deepEqual(await client.ping({ select: true }), { success: true })
})

test('someone without the password is turned away, whichever way it is asked for', async () => {
  const url = new URL(engine.embedded.url)
  const stranger = engine.client({ url: url.origin, username: 'zhixing', password: 'guess' })
  await assert.rejects(stranger.query({ query: 'SELECT 1' }), { code: '516', type: 'AUTHENTICATION_FAILED' })
  const ways: [string, Record<string, string>][] = [
    ['/?query=SELECT%201', {}],
    ['/?query=SELECT%201&user=zhixing&password=guess', {}],
    ['/?query=SELECT%201', { authorization: 'Bearer guess' }],
    ['/?query=SELECT%201', { 'x-clickhouse-user': 'zhixing', 'x-clickhouse-key': 'guess' }],
  ]
  for (const [path, headers] of ways)
    assert.equal((await fetch(url.origin + path, { method: 'POST', headers })).status, 403)
  const known: [string, Record<string, string>][] = [
    [`/?query=SELECT%201&password=${url.password}`, {}],
    ['/?query=SELECT%201', { authorization: `Bearer ${url.password}` }],
    ['/?query=SELECT%201', { 'x-clickhouse-key': url.password }],
  ]
  for (const [path, headers] of known)
    assert.equal(await (await fetch(url.origin + path, { method: 'POST', headers })).text(), '1\n')
})

test('rows come back in the format that was asked for', async () => {
  const client = engine.client()
  const query = "SELECT number AS n, concat('行', toString(number)) AS s FROM numbers(3)"
  const ask = async (format: DataFormat) => (await client.query({ query, format })).text()
  assert.deepEqual(readers.json(await ask('JSONEachRow')), [
    { n: 0, s: '行0' },
    { n: 1, s: '行1' },
    { n: 2, s: '行2' },
  ])
  assert.deepEqual(readers.json(await ask('JSONCompactEachRow')), [
    [0, '行0'],
    [1, '行1'],
    [2, '行2'],
  ])
  assert.equal(await ask('CSV'), '0,"行0"\n1,"行1"\n2,"行2"\n')
  assert.equal(await ask('CSVWithNames'), '"n","s"\n0,"行0"\n1,"行1"\n2,"行2"\n')
  assert.equal(await ask('TabSeparatedWithNamesAndTypes'), 'n\ts\nUInt64\tString\n0\t行0\n1\t行1\n2\t行2\n')
  const whole = JSON.parse(await ask('JSON'))
  assert.deepEqual([whole.rows, whole.meta.length, whole.data[2]], [3, 2, { n: 2, s: '行2' }])
  assert.deepEqual(JSON.parse(await ask('JSONColumnsWithMetadata')).data.n, [0, 1, 2])
})

test('an answer of many blocks is one document in every format', async () => {
  const client = engine.client()
  const rows = 200_000
  const query = `SELECT number AS "a""b", toString(number) AS s FROM numbers(${rows})`
  const ask = async (format: DataFormat) => (await client.query({ query, format })).text()
  assert.equal((await ask('CSVWithNames')).trim().split('\n').length, rows + 1)
  assert.equal((await ask('CSVWithNamesAndTypes')).trim().split('\n').length, rows + 2)
  assert.equal((await ask('TabSeparatedWithNames')).trim().split('\n').length, rows + 1)
  assert.equal((await ask('JSONCompactEachRowWithNamesAndTypes')).trim().split('\n').length, rows + 2)
  assert.equal(JSON.parse(await ask('JSON')).data.length, rows)
  assert.equal(JSON.parse(await ask('JSONCompact')).rows, rows)
  const { stream } = await client.exec({ query: `${query} FORMAT Parquet` })
  const parquet = Buffer.concat(await stream.toArray())
  assert.equal(parquet.subarray(0, 4).toString() + parquet.subarray(-4).toString(), 'PAR1PAR1')
  await client.command({ query: 'CREATE TABLE parquet ("a""b" UInt64, s String) ENGINE = MergeTree ORDER BY s' })
  await (
    await client.exec({ query: 'INSERT INTO parquet FORMAT Parquet', values: Readable.from([parquet]) })
  ).stream.toArray()
  const sums = await client.query({ query: 'SELECT count(), sum("a""b") FROM parquet', format: 'JSONCompactEachRow' })
  assert.deepEqual(await sums.json(), [[rows, (rows * (rows - 1)) / 2]])
})

test('a value of any kind is bound as it is, whatever signs it holds', async () => {
  const client = engine.client()
  const nasty = `it's "a" \\ \t\n\r\0 ; -- {x:String} \u{1f600} 知行`
  const query_params = {
    text: nasty,
    list: [nasty, '', null],
    numbers: [1, 2, 3],
    big: 18446744073709551615n,
    none: null,
    yes: true,
    real: 0.1,
    day: '2026-01-05',
    at: new Date('2026-01-05T01:02:03.456Z'),
    map: { a: 1, [nasty]: 2 },
    pair: new TupleParam([1, nasty]),
    table: 'one',
  }
  const query = `SELECT {text:String} AS text, {list:Array(Nullable(String))} AS list, {numbers:Array(UInt8)} AS numbers,
      toString({big:UInt64}) AS big, {none:Nullable(String)} AS none, {yes:Bool} AS yes, {real:Float64} AS real,
      {day:Date} AS day, toString({at:DateTime64(3, 'UTC')}) AS at, {map:Map(String, UInt8)} AS map,
      {pair:Tuple(UInt8, String)} AS pair, dummy FROM system.{table:Identifier}`
  const [row] = await (await client.query({ query, query_params, format: 'JSONEachRow' })).json()
  assert.deepEqual(row, {
    text: nasty,
    list: [nasty, '', null],
    numbers: [1, 2, 3],
    big: '18446744073709551615',
    none: null,
    yes: true,
    real: 0.1,
    day: '2026-01-05',
    at: '2026-01-05 01:02:03.456',
    map: { a: 1, [nasty]: 2 },
    pair: [1, nasty],
    dummy: 0,
  })
})

test('an empty text is a value like any other, also among others and in a form', async () => {
  for (const use_multipart_params of [false, true]) {
    const answer = await engine.client().query({
      query:
        "SELECT {none:String} = '' AS none, {one:String} AS one, {list:Array(String)} AS list, length({maybe:Nullable(String)}) AS maybe",
      query_params: { none: '', one: 'x', list: [''], maybe: '' },
      format: 'JSONEachRow',
      use_multipart_params,
    })
    assert.deepEqual(await answer.json(), [{ none: 1, one: 'x', list: [''], maybe: 0 }])
  }
})

test('ten thousand bound values travel in a form when the address would be too long', async () => {
  const client = engine.client({ use_multipart_params_auto: true })
  const names = Array.from({ length: 10_000 }, (_, i) => `客户'${i}\r\n--`)
  const query = 'SELECT length({names:Array(String)}) AS n, {names:Array(String)}[9999] AS last'
  for (const use_multipart_params of [true, undefined]) {
    const answer = await client.query({ query, query_params: { names }, format: 'JSONEachRow', use_multipart_params })
    assert.deepEqual(await answer.json(), [{ n: 10_000, last: names[9998] }])
  }
})

test('a value that does not fit its type is refused with the code of a server', async () => {
  await assert.rejects(
    engine.client().query({ query: 'SELECT {n:UInt8}', query_params: { n: 'many' } }),
    (error) => error instanceof ClickHouseError && error.code === '457' && error.type === 'BAD_QUERY_PARAMETER',
  )
  await assert.rejects(engine.client().query({ query: 'SELECT {n:UInt8}' }), { code: '456' })
})

test('what a statement does wrong is said with the code and in the words of a server', async () => {
  const client = engine.client()
  const wrong: [string, string, string][] = [
    ['selec 1', '62', 'SYNTAX_ERROR'],
    ['SELECT 1; SELECT 2', '62', 'SYNTAX_ERROR'],
    ['CREATE TABLE a1 (x Int8) ENGINE = Memory; CREATE TABLE a2 (x Int8) ENGINE = Memory', '62', 'SYNTAX_ERROR'],
    ['SELECT nothing', '47', 'UNKNOWN_IDENTIFIER'],
    ['SELECT * FROM nothing', '60', 'UNKNOWN_TABLE'],
    ['DROP TABLE nothing', '60', 'UNKNOWN_TABLE'],
    ['SELECT throwIf(1)', '395', 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO'],
    ["SELECT 1 INTO OUTFILE '/tmp/never'", '1', 'UNSUPPORTED_METHOD'],
  ]
  for (const [query, code, type] of wrong) await assert.rejects(client.command({ query }), { code, type }, query)
  await assert.rejects(engine.client({ database: 'nowhere' }).command({ query: 'SELECT 1' }), { code: '81' })
  const clickhouse_settings = { no_such_setting: '1' } as Record<string, string>
  await assert.rejects(client.command({ query: 'SELECT 1', clickhouse_settings }), { code: '115' })
  const tables = await client.query({
    query: "SELECT name FROM system.tables WHERE name LIKE 'a_'",
    format: 'JSONEachRow',
  })
  assert.deepEqual(await tables.json(), [], 'nothing of a refused batch was done')
})

test('rows are inserted from arrays and streams, packed or not', async () => {
  for (const compression of [{ request: false }, { request: true }, { request: { codec: 'zstd' as const } }]) {
    const client = engine.client({ compression })
    await client.command({ query: 'CREATE OR REPLACE TABLE ins (n UInt32, s String) ENGINE = MergeTree ORDER BY n' })
    const values = Array.from({ length: 1000 }, (_, n) => ({ n, s: `行 "${n}"\n` }))
    const { summary } = await client.insert({ table: 'ins', values, format: 'JSONEachRow' })
    assert.equal(summary?.written_rows, '1000')
    const stream = Readable.from(Array.from({ length: 1000 }, (_, n) => [n, `${n}`]))
    await client.insert({ table: 'ins', values: stream, format: 'JSONCompactEachRow' })
    const broken = Readable.from(['{"n":7,"s":"x"}\n', '{"n":8,"s":y}\n'], { objectMode: false })
    await assert.rejects(client.exec({ query: 'INSERT INTO ins FORMAT JSONEachRow', values: broken }), ClickHouseError)
    await client.insert({
      table: 'ins',
      values: Readable.from(['7,"x"\n8,', '"y"\n'], { objectMode: false }),
      format: 'CSV',
    })
    await client.insert({ table: 'ins', values: [], format: 'JSONEachRow' })
    const answer = await client.query({ query: 'SELECT count() AS c, sum(n) AS n FROM ins', format: 'JSONEachRow' })
    assert.deepEqual(await answer.json(), [{ c: 2002, n: 999_000 + 15 }])
  }
})

test('a statement and its data may come in one body, and data in the statement itself', async () => {
  const client = engine.client()
  await client.command({ query: 'CREATE TABLE body (n UInt32, s String) ENGINE = MergeTree ORDER BY n' })
  await client.command({ query: "INSERT INTO body (n, s) VALUES (1, 'a;b'), (2, upper('values'))" })
  await client.command({ query: 'INSERT INTO body FORMAT JSONEachRow {"n":3,"s":"c"}\n\n{"n":4,"s":"d"}' })
  await client.command({ query: 'INSERT INTO body SELECT number + 10, toString(number) FROM numbers(2)' })
  const pieces = Readable.from(
    ['INSERT INTO bo', 'dy FORM', 'AT CSV', '\n5,', '"é"\n6,"f"'].map((text) => Buffer.from(text)),
  )
  assert.equal((await engine.post('/', Readable.toWeb(pieces) as ReadableStream)).status, 200)
  assert.equal(
    (await engine.post(`/?query=${encodeURIComponent("INSERT INTO body VALUES (7, 'g'),")}`, "(8, 'h')")).status,
    200,
  )
  const answer = await client.query({ query: 'SELECT n, s FROM body ORDER BY n', format: 'JSONCompactEachRow' })
  assert.deepEqual(await answer.json(), [
    [1, 'a;b'],
    [2, 'VALUES'],
    [3, 'c'],
    [4, 'd'],
    [5, 'é'],
    [6, 'f'],
    [7, 'g'],
    [8, 'h'],
    [10, '0'],
    [11, '1'],
  ])
})

test('an insert repeated under its token leaves the rows once, however many blocks it makes', async () => {
  const client = engine.client()
  await client.command({
    query: `CREATE TABLE once (n UInt32) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100`,
  })
  const values = Array.from({ length: 5000 }, (_, n) => ({ n }))
  const insert = (insert_deduplication_token: string) =>
    client.insert({
      table: 'once',
      values,
      format: 'JSONEachRow',
      clickhouse_settings: {
        insert_deduplication_token,
        max_insert_block_size: '1000',
        min_insert_block_size_rows: '1000',
        min_insert_block_size_bytes: '0',
      },
    })
  await insert('batch 1')
  await insert('batch 1')
  await insert("batch '2'")
  const answer = await client.query({
    query: 'SELECT count() AS c, uniqExact(_part) AS parts FROM once',
    format: 'JSONEachRow',
  })
  const [row] = await answer.json<{ c: number; parts: number }>()
  assert.equal(row?.c, 10_000)
})

test('settings hold for their own statement, and no other caller sees them', async () => {
  const client = engine.client()
  const get = async (clickhouse_settings = {}) => {
    const query = "SELECT toUInt32(getSetting('max_block_size')) AS size, currentDatabase() AS db"
    return (await (await client.query({ query, format: 'JSONEachRow', clickhouse_settings })).json())[0]
  }
  const usual = await get()
  await Promise.all([get({ max_block_size: '77' }), get({ max_block_size: '78' })])
  assert.deepEqual(await get({ max_block_size: '77' }), { size: 77, db: 'default' })
  await client.command({ query: 'SET max_block_size = 99' })
  await client.command({ query: 'USE system' })
  await client.command({ query: 'SELECT 1 SETTINGS max_block_size = 55' })
  for (let i = 0; i < 5; i++) assert.deepEqual(await get(), usual)
})

test('a named session keeps its temporary table, for one caller at a time', async () => {
  const client = engine.client({ session_id: 'desk-1' })
  await client.command({ query: 'CREATE TEMPORARY TABLE scratch (n UInt8) ENGINE = Memory' })
  await client.insert({ table: 'scratch', values: [{ n: 5 }], format: 'JSONEachRow' })
  const answer = await client.query({ query: 'SELECT n FROM scratch', format: 'JSONEachRow' })
  assert.deepEqual(await answer.json(), [{ n: 5 }])
  await assert.rejects(engine.client().query({ query: 'SELECT n FROM scratch' }), { code: '60' })
  const busy = client.command({ query: 'SELECT sleep(0.5)' })
  const other = engine.client({ session_id: 'desk-1' })
  await assert.rejects(Promise.all([busy, other.command({ query: 'SELECT 1' })]), { code: '373' })
  await busy
  assert.equal((await engine.post('/?session_id=none&session_check=1', 'SELECT 1')).status, 404)
})

test('packed answers say the same, in each packing the client knows', async () => {
  const query = 'SELECT number FROM numbers(100000)'
  const plain = await (await engine.client().query({ query, format: 'CSV' })).text()
  for (const codec of ['gzip', 'zstd', 'br'] as const) {
    const client = engine.client({ compression: { response: { codec } } })
    const { response_headers, ...answer } = await client.exec({ query: `${query} FORMAT CSV` })
    assert.equal(response_headers['content-encoding'], codec)
    assert.equal(Buffer.concat(await answer.stream.toArray()).toString(), plain)
    await assert.rejects(client.query({ query: 'SELECT nothing' }), { code: '47' })
  }
})

test('half a million rows stream through', async () => {
  const client = engine.client()
  const answer = await client.query({ query: 'SELECT number AS n FROM numbers(500000)', format: 'JSONEachRow' })
  let rows = 0
  let sum = 0
  for await (const some of answer.stream<{ n: number }>())
    for (const row of some) {
      rows++
      sum += row.json().n
    }
  assert.deepEqual([rows, sum], [500_000, (500_000 * 499_999) / 2])
})

test('an error in the middle of an answer is not taken for its end', async () => {
  const query = "SELECT number, throwIf(number = 500000, 'boom') FROM numbers(600000)"
  const client = engine.client()
  const answer = await client.query({ query, format: 'JSONEachRow' })
  let rows = 0
  await assert.rejects(
    async () => {
      for await (const some of answer.stream()) rows += some.length
    },
    (error) => error instanceof ClickHouseError && error.code === '395' && /boom/.test(error.message),
  )
  assert.ok(rows > 0 && rows <= 500_000)
  await assert.rejects(async () => (await client.query({ query, format: 'CSV' })).text())
  const packed = engine.client({ compression: { response: true } })
  await assert.rejects(async () => (await packed.query({ query, format: 'CSV' })).text())
})

test('the summary tells what was read and written', async () => {
  const client = engine.client()
  await client.command({ query: 'CREATE TABLE summed (n UInt32) ENGINE = MergeTree ORDER BY n' })
  const { summary } = await client.command({ query: 'INSERT INTO summed SELECT number FROM numbers(1000)' })
  assert.equal(summary?.written_rows, '1000')
  const {
    stream,
    summary: read,
    query_id,
    response_headers,
  } = await client.exec({
    query: 'SELECT sum(n) FROM summed FORMAT JSONEachRow',
    query_id: 'the-sum',
  })
  await stream.toArray()
  assert.deepEqual([read?.read_rows, read?.result_rows, query_id], ['1000', '1', 'the-sum'])
  assert.equal(response_headers['x-clickhouse-query-id'], 'the-sum')
  assert.equal(response_headers['x-clickhouse-format'], 'JSONEachRow')
})

test('a statement ends at its time limit', async () => {
  const clickhouse_settings = { max_execution_time: 1 }
  const heavy = 'SELECT sum(sipHash64(number)) FROM numbers(100000000000)'
  await assert.rejects(engine.client().query({ query: heavy, clickhouse_settings }), { code: '159' })
})

test('what a link can do changes nothing', async () => {
  const headers = { authorization: `Bearer ${new URL(engine.embedded.url).password}` }
  const origin = new URL(engine.embedded.url).origin
  const get = (query: string) => fetch(`${origin}/?query=${encodeURIComponent(query)}`, { headers })
  assert.equal(await (await get('SELECT 1')).text(), '1\n')
  const refused = await get('CREATE TABLE bylink (n UInt8) ENGINE = Memory')
  assert.equal(refused.headers.get('x-clickhouse-exception-code'), '164')
})

test('what the door does not do it says', async () => {
  for (const path of ['/?decompress=1', '/?compress=1', '/?role=boss', '/?quota_key=x']) {
    const answer = await engine.post(path, 'SELECT 1')
    assert.equal(answer.headers.get('x-clickhouse-exception-code'), '48', path)
  }
  const odd = await engine.post('/', 'SELECT 1', { headers: { 'content-encoding': 'snappy' } })
  assert.equal(odd.headers.get('x-clickhouse-exception-code'), '48')
  assert.equal((await engine.post('/nothing', '')).status, 404)
  assert.equal((await engine.post('/?query=SELECT%201', undefined, { method: 'PUT' })).status, 501)
})
