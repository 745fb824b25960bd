import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, unauditedChange } from '../../platform/change.ts'
import { at } from '../../platform/testing/testing.ts'
import { mergeCustomers, undoMerge } from '../../sense/identity/identity.ts'
import type { Verdict } from './contract.ts'
import { announce, confirm, expireReservations, release, reserve } from './reserving.ts'
import { entriesOf } from './store.ts'
import { capOf, openContactBank, wish } from './testing/testing.ts'

const kinds = (verdicts: readonly Verdict[]) => verdicts.map(({ verdict }) => verdict)
const hour = 3_600_000

test('rule 33: 200 strategies ask for 10,000 customers at once under a cap of one: each customer is reserved exactly once', async (t) => {
  const { ctx, people, policy } = await openContactBank(t)
  await policy({ caps: [capOf()] })
  const customers = await people(10_000)
  const strategies = 200
  const perSet = 1000
  // Each strategy asks for its own shuffled thousand, so that sets overlap in every order; each customer is asked for 20 times.
  const sets = Array.from({ length: strategies }, (_, s) =>
    Array.from({ length: perSet }, (_, i) => customers[(s * 50 + i * 7) % customers.length] ?? 0),
  )
  let reserved = 0
  const next = sets.entries()
  const worker = async () => {
    for (const [s, set] of next) {
      const asks = set.map((customer, i) =>
        wish(ctx, customer, { message: `s${s}-${i}`, strategy: `s${s}`, blocked: 'drop' }),
      )
      const verdicts = await unauditedChange(ctx, 'asks of a test', (tx) => reserve(tx, ctx.now, asks))
      reserved += verdicts.filter(({ verdict }) => verdict === 'reserved').length
    }
  }
  await Promise.all(Array.from({ length: 6 }, worker))
  const asked = new Set(sets.flat())
  const rows = await read(
    ctx,
    (tx) => tx<{ customer: number; n: number }[]>`
    select customer, count(*)::int as n from contact.entry where state = 'reserved' group by customer`,
  )
  assert.equal(rows.length, asked.size)
  assert.equal(rows.filter(({ n }) => n !== 1).length, 0)
  assert.equal(reserved, asked.size)
})

test('a message that asks again gets its first verdict, also in the same set', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t)
  await policy({ caps: [capOf()] })
  const [one = 0, other = 0] = await people(2)
  const a = wish(ctx, one, { message: 'a' })
  const b = wish(ctx, one, { message: 'b', blocked: 'drop' })
  const c = wish(ctx, other, { message: 'c' })
  assert.deepEqual(kinds(await ask(a, a, c)), ['reserved', 'reserved', 'reserved'])
  assert.deepEqual(kinds(await ask(b, a)), ['dropped', 'reserved'])
  await unauditedChange(ctx, 'test', (tx) => release(tx, ['a']))
  assert.deepEqual(kinds(await ask(b)), ['dropped'], 'what was said stands, though there would be room now')
})

test('rule 33: releasing gives the slot back, confirming keeps it, and an unconfirmed reservation ends and is told', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t)
  await policy({ caps: [capOf()] })
  const [one = 0] = await people(1)
  const drop = (message: string) => wish(ctx, one, { message, blocked: 'drop' })
  assert.deepEqual(kinds(await ask(drop('a'))), ['reserved'])
  await unauditedChange(ctx, 'test', (tx) => release(tx, ['a']))
  assert.deepEqual(kinds(await ask(drop('b'))), ['reserved'])
  await ctx.clock.advance(31 * 60_000)
  assert.deepEqual(
    (await expireReservations(ctx)).map(({ message }) => message),
    ['b'],
  )
  assert.deepEqual(kinds(await ask(drop('c'))), ['reserved'])
  await unauditedChange(ctx, 'test', (tx) => confirm(tx, ['c']))
  await ctx.clock.advance(hour)
  assert.equal((await expireReservations(ctx)).length, 0)
  assert.deepEqual(kinds(await ask(drop('d'))), ['dropped'])
  await unauditedChange(ctx, 'test', (tx) => confirm(tx, ['b']))
  const [late] = await read(ctx, (tx) => entriesOf(tx, ['b']))
  assert.equal(late?.state, 'confirmed', 'what went out after all is counted after all')
})

test('rule 34: a rolling day and a calendar day differ at midnight, and a held message says when it asks again', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t, { now: at('2026-01-31 23:00') })
  const day = (kind: 'rolling' | 'calendar') => capOf({ window: { kind, unit: 'day', length: 1 } })
  const [one = 0, other = 0] = await people(2)
  await policy({ caps: [day('calendar')], tuning: tuning() })
  assert.deepEqual(kinds(await ask(wish(ctx, one))), ['reserved'])
  const [held] = await ask(wish(ctx, one, { message: 'h' }))
  assert.equal(held?.verdict, 'held')
  assert.equal(
    held?.verdict === 'held' && held.until.toISOString(),
    at('2026-02-01 00:00').toISOString(),
    'the month ends too',
  )
  await ctx.clock.advanceTo(at('2026-02-01 00:10'))
  assert.deepEqual(kinds(await ask(wish(ctx, one, { message: 'h' }))), ['reserved'])
  await policy({ caps: [day('rolling')], tuning: tuning() })
  assert.deepEqual(kinds(await ask(wish(ctx, other))), ['reserved'])
  await ctx.clock.advance(23 * hour)
  const [rolling] = await ask(wish(ctx, other))
  assert.equal(rolling?.verdict === 'held' && rolling.until.toISOString(), at('2026-02-02 00:10').toISOString())
})

const tuning = () => ({
  jitterMinutes: 0,
  holdHours: 24,
  boostPerDay: 10,
  boostMost: 30,
  yieldHours: 72,
  reserveMinutes: 30,
})

test('rule 34: a calendar day is that of the customer’s branch, also on the day when clocks change', async (t) => {
  const { ctx, people, policy, branch, ask } = await openContactBank(t, {
    zone: 'America/New_York',
    now: new Date('2026-03-08T06:30:00Z'), // 01:30 in New York, half an hour before clocks go forward
  })
  await policy({ caps: [capOf({ window: { kind: 'calendar', unit: 'day', length: 1 } })], tuning: tuning() })
  const [one = 0] = await people(1, branch)
  assert.deepEqual(kinds(await ask(wish(ctx, one))), ['reserved'])
  const [held] = await ask(wish(ctx, one))
  assert.equal(held?.verdict === 'held' && held.until.toISOString(), '2026-03-09T04:00:00.000Z', 'after 23 hours')
})

test('all matching caps must have room: a channel, each strategy, a scene; a branch only makes it stricter', async (t) => {
  const { ctx, people, policy, branch, ask } = await openContactBank(t)
  await policy({
    caps: [
      capOf({ id: 'all', limit: 5 }),
      capOf({ id: 'sms', scope: 'channel', value: 'email', limit: 2 }),
      capOf({ id: 'each', scope: 'strategy', value: null, limit: 1 }),
      capOf({ id: 'fund', scope: 'scene', value: 'fund', limit: 1 }),
    ],
  })
  await policy({ caps: [capOf({ id: 'ours', limit: 1 })] }, branch)
  const [here = 0] = await people(1)
  const [there = 0] = await people(1, branch)
  const drop = (over: object) => wish(ctx, here, { blocked: 'drop', ...over })
  const verdicts = await ask(
    drop({ message: '1', strategy: 'x', plannedAt: at('2026-01-01') }),
    drop({ message: '2', strategy: 'x', plannedAt: at('2026-01-02') }),
    drop({ message: '3', strategy: 'y', channel: 'email', plannedAt: at('2026-01-03') }),
    drop({ message: '4', strategy: 'z', channel: 'email', scene: 'fund', plannedAt: at('2026-01-03 10:00') }),
    drop({ message: '5', strategy: 'v', channel: 'email', plannedAt: at('2026-01-03 11:00') }),
    drop({ message: '6', strategy: 'w', scene: 'fund', plannedAt: at('2026-01-03 12:00') }),
  )
  assert.deepEqual(
    verdicts.map((one) => (one.verdict === 'dropped' ? one.why.ref : one.verdict)),
    ['reserved', 'each', 'reserved', 'reserved', 'sms', 'fund'],
  )
  assert.deepEqual(kinds(await ask(wish(ctx, there), wish(ctx, there, { strategy: 't', blocked: 'drop' }))), [
    'reserved',
    'dropped',
  ])
})

test('rule 38: what the regulator demands waits for nothing and uses nothing up', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t, { now: at('2026-01-05 23:30') })
  await policy({ caps: [capOf({ classes: ['marketing', 'regulatory'] })], quiet: [] })
  const [one = 0, other = 0] = await people(2)
  const notice = (message: string) => wish(ctx, one, { message, class: 'regulatory', channel: 'sms' })
  assert.deepEqual(kinds(await ask(notice('a'), notice('b'), wish(ctx, one))), ['reserved', 'reserved', 'reserved'])
  const [night] = await ask(wish(ctx, other, { channel: 'sms', class: 'marketing' }))
  assert.equal(night?.verdict === 'held' && night.why.ref, 'statutory')
})

test('rule 37: of a set the higher priority goes first, then score, then who waits longer, then the id', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t)
  await policy({ caps: [capOf()] })
  const [p = 0, s = 0, w = 0, i = 0] = await people(4)
  const drop = { blocked: 'drop' } as const
  const verdicts = await ask(
    wish(ctx, p, { message: 'p1', ...drop }),
    wish(ctx, p, { message: 'p2', priority: 60, ...drop }),
    wish(ctx, s, { message: 's1', ...drop }),
    wish(ctx, s, { message: 's2', score: 0.5, ...drop }),
    wish(ctx, w, { message: 'w1', ...drop, plannedAt: new Date(ctx.now.getTime() - 1) }),
    wish(ctx, w, { message: 'w0', ...drop }),
    wish(ctx, i, { message: 'i2', ...drop }),
    wish(ctx, i, { message: 'i1', ...drop }),
  )
  const won = verdicts.filter(({ verdict }) => verdict === 'reserved').map(({ message }) => message)
  assert.deepEqual(won, ['p2', 's2', 'w1', 'i1'])
})

test('rule 37: a planned message of higher priority keeps its slot until it has gone or is too late; nobody yields for ever', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t)
  await policy({ caps: [capOf()], tuning: tuning() })
  const [one = 0, other = 0] = await people(2)
  const due = at('2026-01-05 20:00')
  const high = (customer: number, message: string) =>
    wish(ctx, customer, { message, priority: 90, plannedAt: due, latest: at('2026-01-06 09:00') })
  await unauditedChange(ctx, 'test', (tx) => announce(tx, ctx.now, [high(one, 'h1'), high(other, 'h2')]))
  const [low] = await ask(wish(ctx, one, { message: 'l1' }))
  assert.equal(low?.verdict === 'held' && low.why.code, 'yield')
  assert.equal(low?.verdict === 'held' && low.why.ref, 'h1')
  assert.deepEqual(
    kinds(await ask(wish(ctx, one, { message: 'top', priority: 95, blocked: 'drop' }))),
    ['reserved'],
    'what ranks higher does not yield',
  )
  const starving = wish(ctx, other, { message: 'old', plannedAt: at('2026-01-01 09:00'), latest: at('2026-02-01') })
  assert.deepEqual(kinds(await ask(starving)), ['reserved'], 'who waited longer than the guard yields no more')
  const [third = 0] = await people(1)
  await unauditedChange(ctx, 'test', (tx) => announce(tx, ctx.now, [high(third, 'h3')]))
  assert.deepEqual(kinds(await ask(wish(ctx, third, { message: 'l3' }))), ['held'])
  await ctx.clock.advanceTo(at('2026-01-05 20:15'))
  assert.deepEqual(
    kinds(await ask(wish(ctx, third, { message: 'l3' }))),
    ['reserved'],
    'one that never came to ask holds nothing',
  )
})

test('rules 11 and 41: merged customers share their count, and part with what is theirs when the merge is undone', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t)
  await policy({ caps: [capOf({ limit: 2 })] })
  const [one = 0, other = 0] = await people(2)
  const drop = (customer: number) => wish(ctx, customer, { blocked: 'drop' })
  await ask(drop(one), drop(other))
  const merge = await mergeCustomers(ctx, one, other, 'one person')
  assert.deepEqual(kinds(await ask(drop(other))), ['dropped'])
  await undoMerge(ctx, merge.id, 'two after all')
  assert.deepEqual(kinds(await ask(drop(one), drop(other))), ['reserved', 'reserved'])
})
