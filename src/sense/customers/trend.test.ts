import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { followAll } from '../../platform/facts/follow.ts'
import { Problem } from '../../platform/problem.ts'
import { catalogFeeds, createAttribute, type ItemChange, saveItems } from '../catalog/catalog.ts'
import { aliasFeed, mergeCustomers, owners } from '../identity/identity.ts'
import { customerFeed, customerThings, customerTrend, listCustomers } from './customers.ts'
import { did, is, openBank } from './testing/testing.ts'

async function follow(ctx: Ctx): Promise<void> {
  const [columns, ...things] = catalogFeeds(owners)
  await followAll(ctx, [columns, aliasFeed, customerFeed, ...things])
}

async function numberOf(ctx: Ctx, words: string): Promise<number> {
  return (await listCustomers(ctx, { q: words })).items[0]?.id ?? 0
}

test('the trend of an amount has the last value of each day by the clock of who said it, late ones at their place (rule 3)', async (t) => {
  const { ctx, web, say } = await openBank(t)
  const one = { customer_no: '1001' }
  await say(
    web,
    is(one, 'set', '2024-06-01 08:00', { aum: 100 }),
    is(one, 'set', '2025-12-30 08:00', { aum: '900719925474099301' }),
    is(one, 'set', '2026-01-04 23:59', { aum: 400 }),
    is(one, 'set', '2026-01-04 08:00', { aum: 300 }),
  )
  await say(web, is(one, 'set', '2026-01-02 08:00', { aum: 200 }), is(one, 'set', '2026-01-03 08:00', { aum: 'many' }))
  await say(web, is(one, 'unset', '2026-01-05 08:00', { aum: '' }))
  const id = await numberOf(ctx, '1001')
  const trend = await customerTrend(ctx, id, {})
  assert.deepEqual(
    { ...trend, others: trend.others.map((other) => other.name) },
    {
      ...{ attribute: 'aum', label: { zh: '金融资产余额', en: 'Assets under management' }, unit: 'CNY', type: 'money' },
      ...{ from: '2025-01-06', until: '2026-01-05' },
      points: [
        { day: '2025-01-06', value: '100' },
        { day: '2025-12-30', value: '900719925474099301' },
        { day: '2026-01-02', value: '200' },
        { day: '2026-01-04', value: '400' },
        { day: '2026-01-05', value: null },
      ],
      others: ['aum'],
    },
  )
  await assert.rejects(customerTrend(ctx, id, { attribute: 'name' }), (error) => error instanceof Problem)
})

test('a count that only grows has a trend too, once it is declared', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await createAttribute(ctx, 'customer', { name: 'visits', type: 'integer' })
  const one = { customer_no: '1001' }
  await say(web, is(one, 'increment', '2026-01-03 08:00', { visits: 2 }))
  await follow(ctx)
  await say(web, is(one, 'increment', '2026-01-05 08:00', { visits: 3 }))
  await follow(ctx)
  const trend = await customerTrend(ctx, await numberOf(ctx, '1001'), { attribute: 'visits', days: 30 })
  assert.deepEqual(trend.points, [
    { day: '2026-01-03', value: '2' },
    { day: '2026-01-05', value: '5' },
  ])
})

test('what a customer holds is on his page, the most valuable first, with the names of products; a merged one holds all', async (t) => {
  const { ctx, web, east, say, worksAt } = await openBank(t)
  await say(
    web,
    did({ customer_no: '1001' }, 'login', '2026-01-05 08:00'),
    did({ customer_no: '1002' }, 'login', '2026-01-05 08:00'),
  )
  const thing = (type: string, id: string, values: Record<string, unknown>): ItemChange => {
    return { type, id, op: 'set', values, at: ctx.now, source: web }
  }
  await unauditedChange(ctx, 'things of the test', (tx) =>
    saveItems(ctx, tx, [
      thing('product', 'P1', { name: '稳盈一号' }),
      thing('holding', 'h1', { customer_no: '1001', product_no: 'P1', balance: 100, matures_on: '2026-03-01' }),
      thing('holding', 'h2', { customer_no: '1001', product_no: 'P9', balance: '900719925474099301' }),
      thing('holding', 'h3', { customer_no: '1002', balance: 200 }),
      thing('order', 'o1', { customer_no: '1001', ordered_at: '2026-01-04 09:00:00' }),
    ]),
  )
  await follow(ctx)
  const [one, two] = [await numberOf(ctx, '1001'), await numberOf(ctx, '1002')]
  const first = await customerThings(ctx, one, { limit: 1 })
  assert.deepEqual(
    first.types.map(({ type, count }) => [type, count]),
    [
      ['holding', 2],
      ['order', 1],
      ['transaction', 0],
    ],
  )
  assert.deepEqual(
    first.items.map(({ id, values, names }) => [id, values.balance, names]),
    [['h2', '900719925474099301', {}]],
  )
  const second = await customerThings(ctx, one, { limit: 1, cursor: first.next ?? '' })
  assert.deepEqual(
    second.items.map(({ id, values, names }) => [id, values.matures_on, names]),
    [['h1', '2026-03-01', { product_no: '稳盈一号' }]],
  )
  assert.equal(second.next, null)
  assert.ok(!first.columns.some(({ name }) => name === 'customer_no'))
  await mergeCustomers(ctx, two, one, '同一人')
  await follow(ctx)
  const merged = await customerThings(ctx, one, {})
  assert.deepEqual(
    merged.items.map(({ id }) => id),
    ['h2', 'h3', 'h1'],
  )
  await assert.rejects(customerThings(worksAt(east), one, {}), (error) => error instanceof Problem)
})
