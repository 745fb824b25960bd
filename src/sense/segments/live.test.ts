import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { at } from '../../platform/testing/testing.ts'
import type { Envelope } from '../collect/contract.ts'
import { did, is } from '../customers/testing/testing.ts'
import { mergeCustomers, undoMerge } from '../identity/identity.ts'
import { settleLive } from './live.ts'
import { editSegment, getSegment, membersOf, publishSegment } from './segments.ts'
import { openLiveBank } from './testing/testing.ts'

const no = (n: number) => ({ customer_no: `${n}` })

const holds = (id: string, customer: string, maturesOn: string): Envelope => ({
  kind: 'item',
  time: at('2026-01-05 08:00').getTime(),
  ids: [],
  props: {},
  item: { type: 'holding', id, op: 'set', values: { holding_no: id, customer_no: customer, matures_on: maturesOn } },
})

/** Customers 1 to 4, who are there and did nothing yet; a clock that stands at nine on Monday, 5 January 2026. */
async function story(t: TestContext) {
  const bank = await openLiveBank(t)
  const { ctx, web } = bank
  for (let n = 1; n <= 4; n++) await bank.say(web, is(no(n), 'set', '2026-01-05 08:00', { level: 'basic' }))
  await bank.settle()
  const live = async () => {
    await settleLive(ctx)
    await bank.settle()
    await settleLive(ctx)
    await bank.settle()
  }
  return {
    ...bank,
    live,
    async published(name: string, draft: string, more: object = {}) {
      const id = await bank.publish(name, draft, { live: true, ...more })
      await bank.refreshed(id)
      await live()
      return id
    },
    /** Says it, works it and follows it. */
    async happens(...envelopes: Envelope[]) {
      await bank.sends(web, ...envelopes)
      await live()
    },
    /** The clock goes on, and what is due is done. */
    async until(local: string) {
      await ctx.clock.advanceTo(at(local))
      await live()
    },
  }
}

test('a member by what he did in the last seven days comes with the event, and leaves exactly seven days after the last (rule 15)', async (t) => {
  const { ctx, published, happens, until, told } = await story(t)
  const id = await published('活跃', 'did(login, last 7 days)')
  await ctx.clock.advance(1000)
  await happens(did(no(1), 'login', '2026-01-05 09:00'), did(no(2), 'login', '2026-01-05 09:00'))
  assert.deepEqual(await told(), ['01-05 09:00:00 enter 1 活跃', '01-05 09:00:00 enter 2 活跃'])
  assert.equal((await getSegment(ctx, id)).size, 2)
  await until('2026-01-08 12:00')
  await happens(did(no(2), 'login', '2026-01-08 11:00'))
  await until('2026-01-12 08:59')
  assert.equal((await told()).length, 2, 'a minute before nobody leaves')
  await until('2026-01-12 12:00')
  assert.deepEqual((await told()).slice(2), ['01-12 09:00:00 leave 1 活跃'], 'at the instant, not when it was noticed')
  await until('2026-02-20 12:00')
  assert.deepEqual((await told()).slice(3), ['01-15 11:00:00 leave 2 活跃'])
  assert.equal((await getSegment(ctx, id)).size, 0)
})

test('who matures within the next seven days enters at the midnight that brings it, and leaves after the day itself (rule 15)', async (t) => {
  const { published, happens, until, told } = await story(t)
  await happens(holds('H1', '3', '2026-01-15'))
  await published('将到期', 'any(holdings where matures_on within next 7 days)')
  await until('2026-01-07 23:59')
  assert.deepEqual(await told(), [])
  await until('2026-01-20 10:00')
  assert.deepEqual(await told(), ['01-08 00:00:00 enter 3 将到期', '01-16 00:00:00 leave 3 将到期'])
})

test('a birthday comes and goes at midnight, and a month ends for all who did something in it (rules 5, 15)', async (t) => {
  const { published, happens, until, told } = await story(t)
  await happens(is(no(4), 'set', '2026-01-05 08:30', { birthday: '1990-01-09' }))
  await published('生日', 'anniversary(birthday) = today')
  await published('本月', 'did(buy, this month)')
  await until('2026-01-05 10:00')
  await happens(did(no(1), 'buy', '2026-01-05 09:30'))
  await until('2026-02-03 10:00')
  assert.deepEqual(await told(), [
    '01-05 10:00:00 enter 1 本月',
    '01-09 00:00:00 enter 4 生日',
    '01-10 00:00:00 leave 4 生日',
    '02-01 00:00:00 leave 1 本月',
  ])
})

test('a late event counts when it comes, with the time at which it happened (rule 3)', async (t) => {
  const { published, happens, until, told } = await story(t)
  await published('活跃', 'did(login, last 7 days)')
  await until('2026-01-10 12:00')
  await happens(did(no(1), 'login', '2026-01-04 12:00'))
  await until('2026-01-10 12:01')
  assert.deepEqual(await told(), ['01-10 12:00:00 enter 1 活跃'])
  await until('2026-01-12 12:00')
  assert.deepEqual((await told()).slice(1), ['01-11 12:00:00 leave 1 活跃'])
})

test('a chain that waits for what must not follow is whole when the time for it is over (rule 15)', async (t) => {
  const { published, happens, until, told } = await story(t)
  await published('看而未买', 'sequence(login -> not buy, within 1 day, last 30 days)')
  await until('2026-01-05 10:00')
  await happens(did(no(1), 'login', '2026-01-05 09:30'), did(no(2), 'login', '2026-01-05 09:30'))
  await until('2026-01-05 12:00')
  await happens(did(no(2), 'buy', '2026-01-05 11:59'))
  await until('2026-01-07 12:00')
  assert.deepEqual(await told(), ['01-06 09:30:00 enter 1 看而未买'])
})

test('who leaves and returns is told each time; a segment that reads another moves with it in the same instant (rule 20)', async (t) => {
  const { published, happens, until, told } = await story(t)
  await published('活跃', 'did(login, last 1 days)')
  await published('活跃金卡', `in segment "活跃" and level = 'gold'`)
  await happens(is(no(1), 'set', '2026-01-05 08:30', { level: 'gold' }))
  await until('2026-01-05 10:00')
  await happens(did(no(1), 'login', '2026-01-05 09:59'))
  await until('2026-01-08 10:00')
  await happens(did(no(1), 'login', '2026-01-08 09:59'))
  assert.deepEqual(await told(), [
    '01-05 10:00:00 enter 1 活跃',
    '01-05 10:00:00 enter 1 活跃金卡',
    '01-06 09:59:00 leave 1 活跃',
    '01-06 09:59:00 leave 1 活跃金卡',
    '01-08 10:00:00 enter 1 活跃',
    '01-08 10:00:00 enter 1 活跃金卡',
  ])
})

test('two numbers that are one person neither enter nor leave by it; parted again they stand each for himself (rules 10, 11)', async (t) => {
  const { ctx, published, happens, until, told, settle } = await story(t)
  const id = await published('活跃', 'did(login, last 7 days)')
  await until('2026-01-05 10:00')
  await happens(did(no(1), 'login', '2026-01-05 09:30'), did(no(2), 'login', '2026-01-05 09:40'))
  assert.equal((await told()).length, 2)
  const merge = await mergeCustomers(ctx, 2, 1, '同一人')
  await settle()
  await until('2026-01-05 11:00')
  assert.equal((await told()).length, 2, 'nothing is told')
  assert.equal((await getSegment(ctx, id)).size, 1)
  await undoMerge(ctx, merge.id, '不是同一人')
  await settle()
  await until('2026-01-05 12:00')
  assert.equal((await getSegment(ctx, id)).size, 2)
})

test('what lists and others read is cut from the moves; edited, it is asked anew and tells the difference', async (t) => {
  const { ctx, published, happens, until, refreshed, live, told } = await story(t)
  const id = await published('活跃', 'did(login, last 7 days)')
  await until('2026-01-05 10:00')
  await happens(did(no(1), 'login', '2026-01-05 09:30'), did(no(2), 'buy', '2026-01-05 09:30'))
  await until('2026-01-05 10:02')
  assert.deepEqual(
    (await membersOf(ctx, id, {})).items.map((one) => one.id),
    [1],
  )
  const old = await getSegment(ctx, id)
  const edited = await editSegment(ctx, id, { revision: old.revision, draft: 'did(buy, last 7 days)' })
  await publishSegment(ctx, id, edited.revision)
  await until('2026-01-05 10:03')
  await refreshed(id)
  await live()
  assert.deepEqual(
    (await told()).slice(1),
    ['01-05 10:03:00 leave 1 活跃', '01-05 10:03:00 enter 2 活跃'].toSorted(
      (a, b) => Number(a.split(' ')[3]) - Number(b.split(' ')[3]),
    ),
  )
  await happens(did(no(3), 'buy', '2026-01-05 10:02'))
  await until('2026-01-05 10:10')
  assert.equal((await getSegment(ctx, id)).size, 2, 'and goes on in real time')
})
