import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../platform/problem.ts'
import { mariaDb } from './testing/mariadb.ts'
import { customerColumns, warehouseBank } from './testing/testing.ts'

test('tables of a MariaDB of the bank: types, watermark, a source that goes away, a second try', async (t) => {
  const maria = await mariaDb(t)
  if (!maria) return
  const bank = await warehouseBank(t)
  const { sql, given } = maria
  await sql.query(`
    create table customer (no varchar(20) primary key, aum decimal(18, 2), big bigint, seen timestamp(6) null, day date, at datetime(3), name varchar(20));
    insert into customer values
      ('C1', 12345678901234.56, 9007199254740993, '2026-01-05 08:00:00.000001', '2026-01-05', '2026-01-05 09:30:00.5', '测试甲'),
      ('C2', null, null, null, null, null, null);`)
  const { id } = await bank.connect(given)

  await t.test('a test of the connection says each step', async () => {
    const tested = await bank.warehouse.testConnection(bank.ctx, id)
    assert.deepEqual(
      tested.steps.map(({ step, result }) => [step, result]),
      [
        ['name', 'ok'],
        ['port', 'ok'],
        ['sign-in', 'ok'],
        ['permission', 'ok'],
      ],
    )
    const wrong = await bank.connect({ ...given, secret: 'falsch' })
    const refused = await bank.warehouse.testConnection(bank.ctx, wrong.id)
    assert.deepEqual([refused.ok, refused.steps.at(-1)?.step], [false, 'sign-in'])
    assert.deepEqual(await bank.warehouse.listTables(bank.ctx, id), { items: ['customer'] })
  })

  await t.test('values keep their types, their digits and their zone', async () => {
    const seen = await bank.warehouse.look(bank.ctx, {
      connection: id,
      from: { kind: 'query', sql: 'select * from customer order by no' },
      step: {
        sql: "SELECT toString(aum) AS aum, toString(big) AS big, toString(toUnixTimestamp(seen)) AS seen, toString(day) AS day, toString(at) AS at, at AS same, toDate(at) AS at_day FROM source WHERE no = 'C1'",
        uses: [],
      },
    })
    assert.deepEqual(
      seen.source.map(({ type }) => type),
      ['text', 'decimal', 'integer', 'instant', 'day', 'time', 'text'],
    )
    assert.deepEqual(seen.rows[0]?.cells, [
      '12345678901234.56',
      '9007199254740993',
      String(Date.UTC(2026, 0, 5, 8) / 1000 - offsetOfMachine()),
      '2026-01-05',
      '2026-01-05T01:30:00.500Z',
      '2026-01-05T01:30:00.500Z',
      '2026-01-05',
    ])
  })

  await t.test('a query cannot be ended to begin another, nor write', async () => {
    const look = (text: string) =>
      bank.warehouse.look(bank.ctx, { connection: id, from: { kind: 'query', sql: text } }).then(
        () => assert.fail('it answered'),
        (error) => assert.ok(error instanceof Problem, String(error)),
      )
    await look('select 1) x; drop table customer; -- ')
    await look("select 1 into outfile '/tmp/zhixing-x'")
    await look('delete from customer')
    const owner = await bank.connect({ ...given, settings: { ...given.settings, user: 'owner' }, secret: 'owner' })
    const error = await bank.warehouse
      .look(bank.ctx, { connection: owner.id, from: { kind: 'query', sql: 'delete from customer' } })
      .catch((error) => error)
    assert.ok(error instanceof Problem)
    const [rows] = await sql.query('select count(*) as n from customer')
    assert.deepEqual(rows, [{ n: 2 }])
  })

  const mapping = await bank.mapped(id, {
    from: { kind: 'table', table: 'customer' },
    columns: {
      ...customerColumns,
      columns: [
        customerColumns.columns[0],
        { column: 'name', as: 'value', name: 'name', type: 'text', personal: 'name' },
      ] as typeof customerColumns.columns,
    },
    load: { how: 'incremental', column: 'seen', overlap: 1 },
  })
  await t.test('the watermark is of the timestamp, and goes on', async () => {
    const one = await bank.run(mapping.id)
    assert.deepEqual([one.counts.changed, one.counts.bad], [2, 0])
    await sql.query("insert into customer (no, seen, name) values ('C3', '2026-01-05 08:00:00.000002', '测试丙')")
    const two = await bank.run(mapping.id)
    assert.deepEqual([two.counts.read, two.counts.changed, two.counts.same], [2, 1, 1])
  })

  await t.test('a source that is away is waited for', async () => {
    await maria.stop()
    const run = await bank.warehouse.beginRun(bank.ctx, mapping.id, {})
    const error = await bank.warehouse.workRun(bank.ctx, run.id).catch((error) => error)
    assert.deepEqual([error?.kind, error?.code], ['unavailable', 'warehouse.source_away'])
    assert.equal((await bank.warehouse.getRun(bank.ctx, run.id)).state, 'reading', 'it is tried again')
    await maria.restart()
    await bank.warehouse.workRun(bank.ctx, run.id)
    assert.equal((await bank.warehouse.getRun(bank.ctx, run.id)).state, 'done')
  })
})

/** A timestamp was written on the clock of the server's machine. */
function offsetOfMachine(): number {
  return -new Date(2026, 0, 5).getTimezoneOffset() * 60
}
