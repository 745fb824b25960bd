import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf, holdingsOn, makeBank, profileOn, worldOf } from './bank.ts'
import { startOf } from './calendar.ts'
import type { Outcome } from './contract.ts'
import { digest } from './sample-testing.ts'

const bank = makeBank({ seed: 5, customers: 800, from: '2025-07-01', days: 60 })
const at = (day: number, hour = 15) => startOf('2025-07-01', day) + hour * 3_600_000
const someone = [...eventsOf(bank, 20)].find(({ event }) => event === 'app_start')?.customer as number
const outcome = <T extends object>(customer: number, day: number, what: T) =>
  ({ customer, contact: 'k1', at: at(day), ...what }) as unknown as Outcome

test('a world that nobody touched is the bank', () => {
  const world = worldOf(bank)
  for (const day of [0, 33]) assert.equal(digest([...world.eventsOf(day)]), digest([...eventsOf(bank, day)]))
  assert.deepEqual(world.holdingsOn(3, 30), holdingsOn(bank, 3, 30))
  assert.deepEqual(world.profileOn(3, 30), profileOn(bank, 3, 30))
})

test('a purchase that a contact won is seen once, with its way, and stands among the holdings until it matures', () => {
  const world = worldOf(bank)
  world.note([
    outcome(someone, 20, { kind: 'aum', change: 50_000 }),
    outcome(someone, 20, { kind: 'bought', product: 'WM001', amount: 50_000, termDays: 30 }),
  ])
  const own = [...world.eventsOf(20)].filter(({ customer }) => customer === someone)
  const bought = own.filter(
    ({ event, props }) => event === 'purchase' && props.product_no === 'WM001' && props.amount === 50_000,
  )
  assert.equal(bought.length, 1)
  assert.deepEqual(
    own.map((event) => event.at),
    own.map((event) => event.at).sort((a, b) => a - b),
  )
  assert.equal(new Set(own.map(({ id }) => id)).size, own.length)
  assert.ok(own.some(({ event, session }) => event === 'product_view' && session === bought[0]?.session))
  const has = (day: number) =>
    world.holdingsOn(someone, day).some(({ product, balance }) => product === 'WM001' && balance === 50_000)
  assert.deepEqual([has(19), has(20), has(49), has(50)], [false, true, true, false])
  const gain = world.profileOn(someone, 25).aum - profileOn(bank, someone, 25).aum
  assert.ok(Math.abs(gain - 50_000) < 0.02, `${gain}`)
})

test('the events of an outcome keep their names when others of the same day come later', () => {
  const world = worldOf(bank)
  const named = () =>
    [...world.eventsOf(20)]
      .filter(({ customer }) => customer === someone)
      .map(({ id, at, event }) => `${id} ${at} ${event}`)
  world.note([outcome(someone, 20, { kind: 'opened' })])
  const before = named()
  world.note([
    { ...outcome(someone, 20, { kind: 'clicked' }), at: at(20, 9) } as Outcome,
    outcome(someone, 20, { kind: 'bought', product: 'WM001', amount: 1000, termDays: 30 }),
    outcome(someone, 20, { kind: 'bought', product: 'WM001', amount: 1000, termDays: 30 }),
  ])
  const after = named()
  assert.deepEqual(
    before.filter((one) => !after.includes(one)),
    [],
  )
  const orders = [...world.eventsOf(20)]
    .filter(({ customer, event }) => customer === someone && event === 'purchase')
    .map(({ order }) => order)
  assert.ok(orders.length >= 2 && new Set(orders).size === orders.length, 'two purchases of one product are two orders')
  assert.equal(
    [...world.eventsOf(50)].filter(({ customer, event }) => customer === someone && event === 'maturity').length >= 2,
    true,
  )
})

test('what was put off does not happen: no purchase, no maturity, the money stays', () => {
  const day = Array.from({ length: 30 }, (_, i) => i).find((one) =>
    [...eventsOf(bank, one)].some(({ order, event }) => order && event === 'purchase'),
  ) as number
  const purchase = [...eventsOf(bank, day)].find(({ order, event }) => order && event === 'purchase')
  const world = worldOf(bank)
  const customer = purchase?.customer as number
  world.note([outcome(customer, day - 1, { kind: 'put-off', order: purchase?.order })])
  assert.ok(![...world.eventsOf(day)].some(({ order }) => order === purchase?.order))
  assert.ok(Math.abs(world.profileOn(customer, day).aum - profileOn(bank, customer, day).aum) < 0.02)
  assert.equal(world.holdingsOn(customer, day).length, holdingsOn(bank, customer, day).length - 1)
})

test('who left because of contacts is not heard of again', () => {
  const world = worldOf(bank)
  world.note([outcome(someone, 20, { kind: 'left' })])
  const later = Array.from({ length: 30 }, (_, i) => [...world.eventsOf(21 + i)]).flat()
  assert.ok(later.length > 500)
  assert.ok(!later.some(({ customer }) => customer === someone))
  assert.equal(world.profileOn(someone, 21).state, 'left')
  assert.deepEqual(world.holdingsOn(someone, 21), [])
})

test('an opt-out is told once and kept', () => {
  const world = worldOf(bank)
  world.note([outcome(9, 12, { kind: 'opted-out' })])
  assert.deepEqual([world.optedOut(9), world.optedOut(10)], [true, false])
  assert.equal([...world.eventsOf(12)].filter(({ event, customer }) => event === 'opt_out' && customer === 9).length, 1)
})
