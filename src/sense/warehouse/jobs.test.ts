import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Job, startJobs } from '../../platform/jobs/jobs.ts'
import { at } from '../../platform/testing/testing.ts'
import { isLate, nextLook } from './rules/delay.ts'
import { later, readFrom } from './rules/watermark.ts'
import { bankDatabase, customerColumns, warehouseBank } from './testing/testing.ts'
import { isCron, nextRun } from './timetable.ts'

const table = { from: { kind: 'table' as const, table: 'public.customer' }, columns: customerColumns }

async function house(t: Parameters<typeof warehouseBank>[0]) {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await sql`create table customer (no text, aum int, at timestamptz)`
  await sql`insert into customer values ('C1', 1, '2026-01-04 10:00+08')`
  const { id } = await bank.connect(given)
  const jobs = await startJobs(bank.ctx, bank.warehouse.jobs as unknown as Job<never>[], {
    concurrency: 2,
    alone: true,
  })
  bank.first(() => jobs.stop())
  const runs = async (mapping: string) => (await bank.warehouse.listRuns(bank.ctx, mapping, {})).items
  return { ...bank, sql, connection: id, jobs, runs }
}

test('a timetable runs by the clock of the product, one run at a time, until it is switched off', async (t) => {
  const { ctx, connection, mapped, jobs, runs, warehouse } = await house(t)
  const mapping = await mapped(connection, { ...table, timetable: { kind: 'every', minutes: 30 } })
  assert.equal(mapping.nextAt, at('2026-01-05 09:30').toISOString())
  await ctx.clock.advance(30 * 60_000)
  await jobs.settle()
  await ctx.clock.advance(30 * 60_000)
  await jobs.settle()
  const done = await runs(mapping.id)
  assert.deepEqual(
    done.map(({ state, cause, counts }) => [state, cause, counts.changed]),
    [
      ['done', 'timetable', 0],
      ['done', 'timetable', 1],
    ],
  )
  const { version } = await warehouse.getMapping(ctx, mapping.id)
  const off = await warehouse.switchMapping(ctx, mapping.id, { version, state: 'off' })
  assert.equal(off.nextAt, null)
  await ctx.clock.advance(3_600_000)
  await jobs.settle()
  assert.equal((await runs(mapping.id)).length, 2)
})

test('a source that refuses fails the run at once, and raises an alert that the next success closes', async (t) => {
  const { ctx, connection, mapped, jobs, runs, warehouse, sql } = await house(t)
  const mapping = await mapped(connection, table)
  await sql`alter table customer rename to customers`
  await warehouse.beginRun(ctx, mapping.id, {})
  await jobs.settle()
  const [run] = await runs(mapping.id)
  assert.equal(run?.state, 'failed')
  assert.match(run?.error?.zh ?? '', /拒绝了查询/)
  const open = async () => (await warehouse.listAlerts(ctx, { state: 'open' })).items.map(({ kind }) => kind)
  assert.deepEqual(await open(), ['failed'])
  assert.equal((await warehouse.getMapping(ctx, mapping.id)).alerts, 1)
  await sql`alter table customers rename to customer`
  await warehouse.beginRun(ctx, mapping.id, {})
  await jobs.settle()
  assert.deepEqual(await open(), [])
})

test('data that is not here by its time is told once, and closed when it comes', async (t) => {
  const { ctx, connection, mapped, jobs, warehouse, sql } = await house(t)
  const mapping = await mapped(connection, {
    ...table,
    load: { how: 'incremental', column: 'at' },
    delay: { by: '08:00', days: 1 },
  })
  const open = async () => (await warehouse.listAlerts(ctx, { state: 'open', kind: 'delay' })).items
  await warehouse.beginRun(ctx, mapping.id, {})
  await jobs.settle()
  for (let hour = 0; hour < 24; hour++) await ctx.clock.advance(3_600_000)
  await jobs.settle()
  const [alert] = await open()
  assert.equal(alert?.says.zh, '2026-01-05 的数据应在 08:00 前到达,尚未到达')
  await sql`insert into customer values ('C2', 1, '2026-01-05 10:00+08')`
  await warehouse.beginRun(ctx, mapping.id, {})
  await jobs.settle()
  assert.deepEqual(await open(), [])
})

test('when a run is next, and whether data is late', () => {
  const monday = at('2026-01-05 09:00')
  assert.deepEqual(nextRun({ kind: 'cron', cron: '30 6 * * *' }, monday), at('2026-01-06 06:30'))
  assert.equal(nextRun({ kind: 'hand' }, monday), undefined)
  assert.deepEqual(['30 6 * * *', '* * * * * *', 'soon', '61 * * * *', '0 0 30 2 *'].map(isCron), [
    true,
    false,
    false,
    false,
    false,
  ])
  const delay = { by: '08:00', days: 1 }
  assert.deepEqual(nextLook(delay, monday), at('2026-01-06 08:00'))
  assert.deepEqual(nextLook(delay, at('2026-01-05 07:59')), at('2026-01-05 08:00'))
  const stands = (watermark: string | null, lastDone?: Date) => ({ watermark, lastDone })
  const cases: [string, ReturnType<typeof stands>, boolean][] = [
    ['the data of the day is here', stands('2026-01-04'), false],
    ['only that of the day before', stands('2026-01-03'), true],
    ['an instant is of the day of the bank', stands('2026-01-03T16:00:00Z'), false],
    ['and not of the one of London', stands('2026-01-03T15:59:59Z'), true],
    ['all is read, this morning', stands(null, at('2026-01-05 00:30')), false],
    ['all was read, yesterday', stands(null, at('2026-01-04 23:30')), true],
    ['a number says nothing of days', stands('4711', at('2026-01-05 00:30')), false],
    ['nothing was ever read', stands(null), true],
  ]
  for (const [what, standing, late] of cases) assert.equal(isLate(delay, monday, standing), late, what)
})

test('a watermark is compared and set back as what it is', () => {
  assert.equal(later('9', '10', 'integer'), '10')
  assert.equal(later('9007199254740993', '9007199254740992', 'integer'), '9007199254740993')
  assert.equal(later('2026-01-05T00:00:05Z', '2026-01-05T00:00:05.5Z', 'instant'), '2026-01-05T00:00:05.5Z')
  assert.equal(later(undefined, 'x', 'text'), 'x')
  assert.equal(readFrom('100', 5, 'integer'), '95')
  assert.equal(readFrom('2026-03-01', 86_400, 'day'), '2026-02-28')
  assert.equal(readFrom('2026-01-05T00:00:00.5Z', 60, 'instant'), '2026-01-04T23:59:00.500Z')
  assert.equal(readFrom('2026-01-05 00:00:00', 60, 'time'), '2026-01-04 23:59:00.000')
  assert.equal(readFrom('2026-01-05T00:00:00.123456Z', 0, 'instant'), '2026-01-05T00:00:00.123456Z')
})
