import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Facts, Statement } from '../../platform/facts/facts.ts'
import { Problem } from '../../platform/problem.ts'
import { at } from '../../platform/testing/testing.ts'
import { createVirtual } from '../catalog/catalog.ts'
import { customerTimeline, getCustomer } from './customers.ts'
import { activityStatement, timelineStatement } from './facts.ts'
import { did, openBank } from './testing/testing.ts'

const ids = { customer_no: '1001' }

test('the timeline is read page by page, newest first, each event once, also where many share an instant', async (t) => {
  const { ctx, web, desk, say } = await openBank(t)
  const events = Array.from({ length: 23 }, (_, i) =>
    did(ids, i % 3 ? 'page' : 'login', `2026-01-0${1 + Math.floor(i / 8)} 08:00`, { n: i }),
  )
  await say(web, ...events.slice(0, 15))
  await say(desk, ...events.slice(15))
  const seen: number[] = []
  let cursor: string | undefined
  do {
    const page = await customerTimeline(ctx, 1, { limit: 5, ...(cursor ? { cursor } : {}) })
    seen.push(...page.items.map((row) => row.props.n as number))
    cursor = page.next ?? undefined
  } while (cursor)
  assert.equal(seen.length, 23)
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    Array.from({ length: 23 }, (_, i) => i),
  )
  const times = seen.map((n) => events[n]?.time ?? 0)
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b - a),
  )

  const count = async (query: Parameters<typeof customerTimeline>[2]) =>
    (await customerTimeline(ctx, 1, { limit: 200, ...query })).items.length
  assert.equal(await count({ event: ['login'] }), 8)
  assert.equal(await count({ event: ['login', 'page'] }), 23)
  assert.equal(await count({ source: [desk] }), 8)
  assert.equal(
    await count({ from: at('2026-01-02 00:00').toISOString(), until: at('2026-01-03 00:00').toISOString() }),
    8,
  )
  assert.equal(await count({ q: 'LOG' }), 8, 'words in the name')
  assert.equal(await count({ q: '"n":22' }), 1, 'words in the properties')
  await assert.rejects(
    customerTimeline(ctx, 1, { cursor: "1.x' or 1" }),
    (error) => error instanceof Problem && error.code === 'page.bad_cursor',
  )
})

test('an event on the timeline carries the names it was given afterwards', async (t) => {
  const { ctx, web, say } = await openBank(t)
  const buy = { $element_content: '立即购买' }
  await say(web, did(ids, '$WebClick', '2026-01-04 08:00', buy), did(ids, '$WebClick', '2026-01-04 07:00', {}))
  const conditions = [{ field: 'text' as const, op: 'is' as const, values: ['立即购买'] }]
  await createVirtual(ctx, { name: 'buy_clicked', zh: '点击购买', base: 'click', conditions })
  const { items } = await customerTimeline(ctx, 1, {})
  assert.deepEqual(
    items.map(({ event, virtual }) => [event, virtual]),
    [
      ['$WebClick', [{ zh: '点击购买', en: '点击购买' }]],
      ['$WebClick', []],
    ],
  )
})

test('the year of a customer is counted by the days of the bank, the whole by its engine', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(
    web,
    did(ids, 'login', '2026-01-05 00:30'),
    did(ids, 'login', '2026-01-04 23:30'),
    did(ids, 'transfer', '2026-01-04 12:00'),
    did(ids, 'login', '2024-06-01 12:00'),
  )
  const { activity, sources } = await getCustomer(ctx, 1)
  assert.deepEqual(activity.days, [
    { day: '2026-01-04', events: 2 },
    { day: '2026-01-05', events: 1 },
  ])
  assert.deepEqual(
    activity.top.map(({ event, events }) => [event, events]),
    [
      ['login', 2],
      ['transfer', 1],
    ],
  )
  assert.deepEqual(
    [activity.events, activity.first, activity.last],
    [4, at('2024-06-01 12:00').toISOString(), at('2026-01-05 00:30').toISOString()],
  )
  assert.deepEqual(
    sources.map(({ name }) => name),
    ['官网'],
  )
})

/** Many customers in many months, so that the engine has a choice. */
async function manyEvents(facts: Facts): Promise<void> {
  await facts.command({
    sql: `
      INSERT INTO event (event, time, customer, key, received, processed, source, props)
      SELECT ['login', 'page', 'transfer'][number % 3 + 1], toDateTime64('2025-07-01 00:00:00', 3, 'UTC') + toIntervalSecond(number * 61),
             number % 2000 + 1, generateUUIDv4(), now64(3), now64(3), 'src_a', '{"n": 1}'
      FROM numbers(200000)`,
  })
}

async function planOf(facts: Facts, { sql, ...rest }: Statement): Promise<string> {
  const lines = await facts.query<{ explain: string }>({
    sql: `EXPLAIN indexes = 1, projections = 1 ${sql}`,
    ...rest,
  })
  return lines.map((line) => line.explain).join('\n')
}

test('one customer is read by the order of customers, not by reading everyone', async (t) => {
  const { ctx } = await openBank(t)
  await manyEvents(ctx.facts)
  const after = { time: at('2025-10-01 12:00'), key: '00000000-0000-4000-8000-000000000000' }
  for (const statement of [
    timelineStatement([7, 8], { limit: 51 }),
    timelineStatement([7], { limit: 51, events: ['login'], words: 'x', after }),
    timelineStatement([7, 8], { limit: 51, events: ['login'] }),
    timelineStatement([7], {
      limit: 51,
      events: ['login', 'page'],
      from: at('2025-10-01 00:00'),
      until: at('2025-10-02 00:00'),
    }),
    timelineStatement([7], {
      limit: 51,
      events: ['transfer'],
      from: at('2025-10-31 20:00'),
      until: at('2025-11-01 20:00'),
    }),
    activityStatement([7, 8], at('2025-02-01 00:00'), 'Asia/Shanghai'),
  ]) {
    const plan = await planOf(ctx.facts, statement)
    assert.match(plan, /by_customer/, plan)
    const read = [...plan.matchAll(/Granules: (\d+)\/(\d+)/g)].map(([, some, all]) => [Number(some), Number(all)])
    assert.ok(read.length > 0, plan)
    assert.ok(
      read.some(([some = 0, all = 0]) => some < all),
      plan,
    )
  }
})
