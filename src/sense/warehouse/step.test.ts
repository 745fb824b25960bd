import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../platform/problem.ts'
import { testCtx } from '../../platform/testing/testing.ts'
import type { Table } from './sources/table.ts'
import { withSandbox } from './step.ts'
import { allow, bankDatabase, customerColumns, warehouseBank } from './testing/testing.ts'

const from = { kind: 'table' as const, table: 'public.customer' }

async function house(t: Parameters<typeof warehouseBank>[0]) {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await sql`create table customer (no text, aum numeric(18, 2), at timestamptz)`
  await sql`insert into customer values ('C1', 5.25, '2026-01-05 08:00:00.000001+08'), ('C2', null, null)`
  await sql`create table branch (no text, name text)`
  await sql`insert into branch values ('C1', '上海')`
  const { id } = await bank.connect(given)
  const look = (step: string, uses: string[] = []) =>
    bank.warehouse.look(bank.ctx, { connection: id, from, step: { sql: step, uses } })
  return { ...bank, sql, connection: id, look }
}

test('a step cleans and joins sources of other mappings, with their types', async (t) => {
  const { warehouse, ctx, connection, look, run, mapped, log } = await house(t)
  await warehouse.createMapping(ctx, {
    name: '网点',
    code: 'branches',
    connection,
    way: 'mapped',
    definition: {
      from: { kind: 'query', sql: "select no, name from branch -- the bank's own;" },
      load: { how: 'full' },
      timetable: { kind: 'hand' },
      checks: [],
    },
  })
  const step = {
    sql: `WITH rich AS (SELECT * FROM source WHERE aum > 1)
      SELECT r.no AS no, r.aum * 2 AS aum, toDate(r.at) AS day, b.name AS branch
      FROM rich r LEFT JOIN branches b ON b.no = r.no ORDER BY no;`,
    uses: ['branches'],
  }
  const seen = await look(step.sql, step.uses)
  assert.deepEqual(
    seen.rows.map(({ cells }) => cells),
    [['C1', '10.5', '2026-01-05', '上海']],
  )
  assert.deepEqual(
    seen.source.map(({ name, type }) => [name, type]),
    [
      ['no', 'text'],
      ['aum', 'decimal'],
      ['at', 'instant'],
    ],
  )
  const mapping = await mapped(connection, { from, step, columns: customerColumns })
  assert.equal((await run(mapping.id)).counts.changed, 1)
  assert.deepEqual([...log.kept.values()][0]?.profile?.values, { aum: 1050 })
})

test('a step knows the watermark, which is of its source', async (t) => {
  const { connection, mapped, run, sql } = await house(t)
  const mapping = await mapped(connection, {
    from,
    step: { sql: 'SELECT no, if({watermark} IS NULL, 1, 2) AS aum FROM source', uses: [] },
    columns: customerColumns,
    load: { how: 'incremental', column: 'at' },
  })
  const one = await run(mapping.id)
  assert.deepEqual([one.counts.changed, one.watermarkTo], [2, '2026-01-05T00:00:00.000001+00:00'])
  await sql`insert into customer values ('C3', 1, '2026-01-05 09:00:00+08')`
  const two = await run(mapping.id)
  assert.deepEqual([two.counts.read, two.counts.changed], [2, 2], 'the row at the watermark, and the new one')
})

const refusals: [string, string, RegExp][] = [
  ['a file of the machine', "SELECT * FROM file('/etc/passwd', 'LineAsString')", /表函数 file/],
  ['a file by a function', "SELECT file('/etc/passwd')", /函数 file/],
  ['a file by a quoted name', "SELECT `file`('/etc/passwd')", /函数 file/],
  [
    'a file deep inside',
    "SELECT no FROM source WHERE no IN (SELECT arrayMap(x -> file(x), ['/etc/passwd'])[1])",
    /函数 file/,
  ],
  ['a file by APPLY', "SELECT COLUMNS('no') APPLY(file) FROM source", /不能使用/],
  ['a file in the order', "SELECT no FROM source ORDER BY file('/etc/passwd')", /函数 file/],
  ['a file in a window', "SELECT sum(aum) OVER (PARTITION BY file('/etc/passwd')) FROM source", /函数 file/],
  ['a file in a limit', "SELECT no FROM source LIMIT length(file('/etc/passwd'))", /不能使用|LIMIT/],
  ['a file in an alias of WITH', "WITH (SELECT file('/etc/passwd')) AS x SELECT x", /函数 file/],
  ['an address', "SELECT * FROM url('http://169.254.169.254/', 'LineAsString')", /表函数 url/],
  ['another server', "SELECT * FROM remote('127.0.0.1', system.one)", /表函数 remote/],
  ['a database', "SELECT * FROM postgresql('127.0.0.1:5432', 'x', 'y', 'z', 'w')", /表函数 postgresql/],
  ['a program', "SELECT * FROM executable('x.sh', 'TSV', 'a String')", /表函数 executable/],
  ['storage', "SELECT * FROM s3('http://127.0.0.1/x')", /表函数 s3/],
  ['endless numbers', 'SELECT * FROM numbers(100000000000)', /表函数 numbers/],
  ['a table function by an alias', "WITH x -> file(x) AS f SELECT f('/etc/passwd')", /函数 file|函数 f/],
  ['tables of the engine', 'SELECT * FROM system.tables', /只能使用本步骤的来源/],
  ['tables of the engine by IN', 'SELECT no FROM source WHERE no IN system.one', /IN 的右侧/],
  ['quoted tables of the engine', 'SELECT * FROM `system`.`settings`', /只能使用本步骤的来源/],
  ['what the catalogue tells', 'SELECT * FROM information_schema.tables', /只能使用本步骤的来源/],
  ['settings', 'SELECT 1 SETTINGS readonly = 0', /SETTINGS/],
  ['settings deep inside', 'SELECT * FROM (SELECT 1 SETTINGS max_memory_usage = 0)', /SETTINGS/],
  ['a format', 'SELECT 1 FORMAT Null', /Syntax/],
  ['a file of the answer', "SELECT 1 INTO OUTFILE '/tmp/x'", /./],
  ['leaving the brackets', 'SELECT 1) SETTINGS readonly = 0 -- ', /Syntax|SETTINGS/],
  ['leaving the brackets by a comment', 'SELECT 1) /* ', /Syntax/],
  ['an insert', "INSERT INTO source VALUES ('x')", /Syntax/],
  ['an insert of a file', "INSERT INTO FUNCTION file('/tmp/x') SELECT 1", /Syntax/],
  ['an alteration', 'ALTER TABLE source DELETE WHERE 1', /Syntax/],
  ['a drop', 'DROP TABLE source', /Syntax/],
  ['a setting', 'SET readonly = 0', /Syntax/],
  ['two statements', 'SELECT 1; DROP TABLE source', /Syntax/],
  ['users', 'CREATE USER x', /Syntax/],
  ['who is asking', "SELECT hostName(), getSetting('readonly')", /函数 hostName/],
  ['an explanation as a table', 'SELECT * FROM (EXPLAIN SELECT 1)', /不能使用/],
  ['a show as a table', 'SELECT * FROM (SHOW TABLES FROM system)', /./],
  ['tables of the engine in brackets', 'SELECT no FROM source WHERE no IN (system.one)', /IN 的右侧/],
  ['values made up', "SELECT * FROM VALUES('a String', ('x'))", /表函数/],
  ['a table function beside the source', "SELECT * FROM source, merge('system', '.*')", /表函数 merge/],
  [
    'a table function in a join',
    "SELECT * FROM source AS s JOIN mysql('h', 'd', 't', 'u', 'p') AS m ON 1 = 1",
    /表函数 mysql/,
  ],
  ['a file in a grouping', "SELECT count() FROM source GROUP BY file('/etc/passwd')", /函数 file/],
  ['a file beside the aggregate', "SELECT sumIf(aum, file('/etc/passwd') = '') FROM source", /函数 file/],
  ['sleeping', 'SELECT sleep(3) FROM source', /函数 sleep/],
  ['a dictionary', "SELECT dictGet('x', 'y', 1)", /函数 dictGet/],
  ['a column that is not there', 'SELECT nope FROM source', /nope/],
]

const source: Table = {
  columns: [
    { name: 'no', type: 'text' },
    { name: 'aum', type: 'decimal' },
  ],
  async *rows() {
    yield [['C1', '5']]
  },
}

test('a step reaches nothing but its sources', async (t) => {
  const ctx = await testCtx(t)
  await withSandbox(ctx, { memoryMib: 256, seconds: 10, rows: 1000 }, undefined, async (sandbox) => {
    await sandbox.add('source', source)
    for (const [what, sql, says] of refusals)
      await t.test(`refused: ${what}`, async () => {
        const error = await sandbox.run(sql, null).then(
          async (table) => {
            const rows = []
            for await (const set of table.rows()) rows.push(...set)
            return assert.fail(`it answered ${JSON.stringify(rows)}`)
          },
          (error) => error,
        )
        assert.ok(error instanceof Problem, String(error))
        assert.equal(error.fields[0]?.field, 'definition.step.sql')
        assert.match(error.text.zh, says)
      })
  })
})

test('a mistake is told with its place', async (t) => {
  const { look } = await house(t)
  const error = await look('SELECT no\nFROM source\nWHRE aum > 1').catch((error) => error)
  assert.match(error.text.zh, /^第 3 行第 \d+ 列/)
})

test('a step that takes all memory or all time ends, and takes nothing with it', async (t) => {
  const { look, ctx } = await house(t)
  await allow(ctx, 'warehouse.step_mib', 64)
  const ones = Array.from({ length: 60 }, (_, i) => i).join(',')
  const many = Array.from({ length: 5 }, (_, i) => `(SELECT arrayJoin([${ones}]) AS a${i}) AS t${i}`).join(
    ' CROSS JOIN ',
  )
  const memory = await look(
    `SELECT length(groupArray(concat(toString(a0), toString(a1), toString(a2)))) AS n FROM ${many}`,
  ).catch((error) => error)
  assert.ok(memory instanceof Problem, String(memory))
  assert.match(memory.text.en, /memory|long/i)
  assert.equal((await look('SELECT no FROM source')).rows.length, 2)
})
