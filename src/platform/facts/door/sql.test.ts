import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamingOf } from './formats.ts'
import { firstWord, formatIn, killedQuery, readInsert, touchesClientFiles } from './sql.ts'

test('an insert divides into its statement and its data', () => {
  const cases: [string, string, string, string][] = [
    ['INSERT INTO t FORMAT CSV\n1,2', 'INSERT INTO t ', 'CSV', '1,2'],
    ['insert into t format JSONEachRow {"a":1}', 'insert into t ', 'JSONEachRow', '{"a":1}'],
    ['INSERT INTO t (a, b) VALUES (1, 2)', 'INSERT INTO t (a, b) ', 'Values', '(1, 2)'],
    ['INSERT INTO TABLE d.t VALUES(1)', 'INSERT INTO TABLE d.t ', 'Values', '(1)'],
    ['INSERT INTO `format`.values FORMAT TSV\r\n\n', 'INSERT INTO `format`.values ', 'TSV', '\n'],
    ['INSERT INTO format FORMAT TSV\n \n', 'INSERT INTO format ', 'TSV', ' \n'],
    [
      "INSERT /* FORMAT X */ INTO t (`select`) SETTINGS a='FORMAT Y' FORMAT RowBinary\n\0\n",
      "INSERT /* FORMAT X */ INTO t (`select`) SETTINGS a='FORMAT Y' ",
      'RowBinary',
      '\0\n',
    ],
    [
      "INSERT INTO FUNCTION file('x', 'CSV', 'a Int8') VALUES (1)",
      "INSERT INTO FUNCTION file('x', 'CSV', 'a Int8') ",
      'Values',
      '(1)',
    ],
  ]
  for (const [sql, head, format, data] of cases) {
    const found = readInsert(sql)
    assert.ok(found.kind === 'insert', sql)
    assert.deepEqual([found.head, found.format, sql.slice(found.dataAt)], [head, format, data], sql)
  }
})

test('what is no insert with data is left alone, and what is cut short waits for more', () => {
  for (const sql of [
    'SELECT 1',
    'INSERT INTO t SELECT 1',
    'INSERT INTO t (a) WITH 1 AS x SELECT x',
    '(SELECT 1)',
    "'x'",
  ])
    assert.equal(readInsert(sql).kind, 'none', sql)
  for (const sql of [
    '',
    '-- remark\n',
    'INSERT',
    'INSERT INTO t',
    'INSERT INTO t (a',
    'INSERT INTO t FORMAT',
    "INSERT INTO t SETTINGS a = 'VALUES",
  ])
    assert.equal(readInsert(sql).kind, 'more', sql)
})

test('the format of an answer is found wherever a statement may name it', () => {
  const cases: [string, string | undefined][] = [
    ['SELECT 1', undefined],
    ['SELECT 1 FORMAT JSON', 'JSON'],
    ['SELECT 1 format "Parquet" ; -- FORMAT CSV', 'Parquet'],
    ["SELECT 1 FORMAT CSV SETTINGS a = 'x', b = 1", 'CSV'],
    ["SELECT 'FORMAT JSON'", undefined],
    ['SELECT * FROM (SELECT 1 FORMAT JSON)', undefined],
    ['SELECT format FROM t WHERE x', undefined],
    ['SELECT $a$ FORMAT JSON $a$', undefined],
  ]
  for (const [sql, format] of cases) assert.equal(formatIn(sql), format, sql)
})

test('only formats without anything around their rows are passed on in blocks', () => {
  const none = new Map<string, string>()
  assert.deepEqual(streamingOf('JSONEachRow', 'SELECT 1', none), { kind: 'plain' })
  assert.deepEqual(streamingOf('CSVWithNamesAndTypes', 'SELECT 1', none), { kind: 'header', lines: 2, quotes: true })
  assert.deepEqual(streamingOf('TSVWithNames', 'SELECT 1', none), { kind: 'header', lines: 1, quotes: false })
  for (const format of ['JSON', 'Parquet', 'Pretty', 'Values', 'XML', 'SQLInsert', 'Anything'])
    assert.deepEqual(streamingOf(format, 'SELECT 1', none), { kind: 'whole' })
  assert.deepEqual(streamingOf('TSV', 'SELECT count() FROM t GROUP BY a WITH TOTALS', none), { kind: 'whole' })
  assert.deepEqual(streamingOf('JSONEachRow', 'SELECT 1', new Map([['output_format_json_array_of_rows', '1']])), {
    kind: 'whole',
  })
})

test('statements are told apart by their first word, remarks aside', () => {
  assert.equal(firstWord('/* SELECT */ -- x\n create table t'), 'CREATE')
  assert.equal(firstWord('((select 1) union all (select 2))'), 'SELECT')
  assert.equal(firstWord(''), '')
})

test('files of the client are recognised, texts that only speak of them are not', () => {
  for (const sql of ["SELECT 1 INTO OUTFILE 'x'", "insert into t from infile 'x' format CSV"])
    assert.ok(touchesClientFiles(sql), sql)
  for (const sql of ["SELECT 'INTO OUTFILE'", 'SELECT outfile FROM t', 'SELECT 1 -- INTO OUTFILE'])
    assert.ok(!touchesClientFiles(sql), sql)
})

test('a kill by number is recognised, any other goes to the engine', () => {
  assert.equal(killedQuery("kill query where query_id = 'abc-1' SYNC;"), 'abc-1')
  assert.equal(killedQuery("KILL QUERY WHERE user = 'x'"), undefined)
  assert.equal(killedQuery("KILL QUERY WHERE query_id = 'a' OR 1"), undefined)
})
