import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Feed, followAll } from '../../platform/facts/follow.ts'
import { catalogFeeds } from '../catalog/catalog.ts'
import { aliasFeed, mergeCustomers, owners } from '../identity/identity.ts'
import { customerFeed, markNow, type Reads, touchedSql } from './customers.ts'
import { did, is, openBank } from './testing/testing.ts'

const feeds = (): Feed[] => {
  const [columns, ...things] = catalogFeeds(owners)
  return [columns, aliasFeed, customerFeed, ...things]
}

const anything: Reads = { events: 'any', ways: [] }
const a = { customer_no: 'A1' }
const b = { customer_no: 'B2' }
const c = { device_id: 'c3' }

test('who was touched since a mark: of whom events came, the late too, whose profile changed, who was merged (rules 2, 3)', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(
    web,
    did(a, 'login', '2026-01-05 08:00'),
    did(b, 'login', '2026-01-05 08:00'),
    did(c, 'login', '2026-01-05 08:10'),
  )
  await followAll(ctx, feeds())
  const numbers = await ctx.facts.query<{ customer: number }>({ sql: 'SELECT customer FROM event ORDER BY customer' })
  const [first, second, third] = numbers.map(({ customer }) => customer) as [number, number, number]
  await ctx.clock.advance(60_000)
  await say(web, did(a, 'login', '2026-01-05 09:01'))
  await followAll(ctx, feeds())
  const mark = await markNow(ctx)
  await ctx.clock.advance(60_000)
  const since = async (reads = anything) =>
    (await ctx.facts.query<{ customer: number }>(touchedSql(mark, reads)))
      .map(({ customer }) => customer)
      .sort((x, y) => x - y)
  // What was processed at the mark itself may be new or not.
  assert.deepEqual(await since({ events: ['transfer'], ways: [] }), [])

  await say(web, did(b, 'transfer', '2025-11-02 10:00'))
  await followAll(ctx, feeds())
  assert.deepEqual(await since({ events: ['transfer'], ways: [] }), [second], 'a late event touches when it comes')
  assert.deepEqual(await since({ events: ['login'], ways: [] }), [first], 'what nobody asks about touches nobody')

  await say(web, is(a, 'set', '2026-01-05 09:02', { level: 'gold' }))
  await followAll(ctx, feeds())
  assert.deepEqual(await since({ events: [], ways: [] }), [first])

  await mergeCustomers(ctx, second, third, '同一人')
  await followAll(ctx, feeds())
  const merged = await since({ events: [], ways: [] })
  assert.ok(merged.includes(second) && merged.includes(third), 'both who were merged')
})

test('who was touched lately is read by the index, not from the whole of the events', async (t) => {
  const { ctx } = await openBank(t)
  const at = (minutes: string) => `toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalMinute(${minutes})`
  await ctx.facts.command({
    sql: `INSERT INTO event (event, time, customer, key, received, processed, source)
          SELECT 'login', ${at('number')}, number % 5000 + 1, generateUUIDv4(), now64(3), ${at('number')}, 's' FROM numbers(40000)`,
  })
  await ctx.facts.command({ sql: 'OPTIMIZE TABLE event FINAL' })
  const since = { processed: new Date('2026-01-28T12:00:00Z'), version: 1n, generation: '' }
  const statement = touchedSql(since, { events: ['login'], ways: [] })
  const plan = await ctx.facts.query<{ explain: string }>({
    ...statement,
    sql: `EXPLAIN indexes = 1 SELECT customer FROM event WHERE event IN {touchedEvents:Array(String)} AND processed >= {touchedFrom:DateTime64(3, 'UTC')}`,
  })
  const text = plan.map(({ explain }) => explain).join('\n')
  const [, read = '', all = ''] = /by_processed[\s\S]*?Granules: (\d+)\/(\d+)/.exec(text) ?? []
  assert.ok(Number(read) < Number(all), text)
  const rows = await ctx.facts.query<{ customer: number }>(statement)
  assert.ok(rows.length > 100 && rows.length < 1000)
})
