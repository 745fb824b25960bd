import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testCtx } from '../../../platform/testing/testing.ts'
import { homeZone, zone } from '../../../platform/time/zone.ts'
import type { Rule, Types } from '../contract.ts'
import { parseRule } from '../eql.ts'
import { bank as schema } from '../testing/bank.ts'
import { type Asked, compileRule, compileValue } from './compile.ts'
import { evaluate, holds, type Value } from './evaluate.ts'
import { makeTables, testLayout } from './testing/randomBank.ts'

const layout = testLayout({ via: (entity) => (entity === 'customer' ? 'org_no' : 'product_no') }, schema)
const newYork = zone('America/New_York')
const berlin = zone('Europe/Berlin')

/** Written by hand out of a calendar and the rules of the zones: nothing of the product made these. */
const windows: [zone: typeof homeZone, now: string, window: string, from: string, until: string][] = [
  // The ends of months are of different lengths, and the time of day stays.
  [homeZone, '2026-03-31T02:00Z', 'last 1 month', '2026-02-28T02:00Z', '2026-03-31T02:00Z'],
  [homeZone, '2024-03-31T02:00Z', 'last 1 month', '2024-02-29T02:00Z', '2024-03-31T02:00Z'],
  [homeZone, '2026-05-31T02:00Z', 'last 3 months', '2026-02-28T02:00Z', '2026-05-31T02:00Z'],
  [homeZone, '2024-02-29T02:00Z', 'last 1 year', '2023-02-28T02:00Z', '2024-02-29T02:00Z'],
  [homeZone, '2026-01-30T02:00Z', 'next 1 month', '2026-01-30T02:00Z', '2026-02-28T02:00Z'],
  [homeZone, '2026-03-31T02:00Z', 'previous month', '2026-01-31T16:00Z', '2026-02-28T16:00Z'],
  [homeZone, '2024-02-10T02:00Z', 'this month', '2024-01-31T16:00Z', '2024-02-29T16:00Z'],
  // Weeks begin on Monday: 2 March 2026 is one, the first is the Sunday before.
  [homeZone, '2026-03-02T02:00Z', 'this week', '2026-03-01T16:00Z', '2026-03-08T16:00Z'],
  [homeZone, '2026-03-01T02:00Z', 'this week', '2026-02-22T16:00Z', '2026-03-01T16:00Z'],
  [homeZone, '2026-03-01T02:00Z', 'previous 2 weeks', '2026-02-08T16:00Z', '2026-02-22T16:00Z'],
  [homeZone, '2026-01-01T02:00Z', 'following week', '2026-01-04T16:00Z', '2026-01-11T16:00Z'],
  // Half an hour into the new year in Shanghai, when it is still the old one in London.
  [homeZone, '2025-12-31T16:30Z', 'previous quarter', '2025-09-30T16:00Z', '2025-12-31T16:00Z'],
  [homeZone, '2025-12-31T15:30Z', 'previous quarter', '2025-06-30T16:00Z', '2025-09-30T16:00Z'],
  [homeZone, '2025-12-31T16:30Z', 'this year', '2025-12-31T16:00Z', '2026-12-31T16:00Z'],
  [homeZone, '2026-11-15T02:00Z', 'following quarter', '2026-12-31T16:00Z', '2027-03-31T16:00Z'],
  [homeZone, '2026-03-02T02:00Z', 'previous 2 years', '2023-12-31T16:00Z', '2025-12-31T16:00Z'],
  // Days of 23 and of 25 hours; a day back on the calendar is not 24 hours.
  [newYork, '2026-03-08T18:00Z', 'today', '2026-03-08T05:00Z', '2026-03-09T04:00Z'],
  [newYork, '2026-11-01T18:00Z', 'today', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
  [newYork, '2026-03-08T18:00Z', 'last 1 day', '2026-03-07T19:00Z', '2026-03-08T18:00Z'],
  [newYork, '2026-03-08T18:00Z', 'last 24 hours', '2026-03-07T18:00Z', '2026-03-08T18:00Z'],
  [newYork, '2026-03-09T03:30Z', 'yesterday', '2026-03-07T05:00Z', '2026-03-08T05:00Z'],
  [berlin, '2026-03-31T12:00Z', 'this month', '2026-02-28T23:00Z', '2026-03-31T22:00Z'],
  [berlin, '2026-10-26T12:00Z', 'previous week', '2026-10-18T22:00Z', '2026-10-25T23:00Z'],
  // China put its clocks forward in the summers of 1986 to 1991.
  [homeZone, '1990-07-01T02:00Z', 'today', '1990-06-30T15:00Z', '1990-07-01T15:00Z'],
  [homeZone, '1990-04-20T02:00Z', 'this month', '1990-03-31T16:00Z', '1990-04-30T15:00Z'],
]

test('a window holds its first instant and not the one at its end, as the calendar of the zone says', async (t) => {
  const { facts } = await testCtx(t, { facts: true })
  await makeTables(facts, schema)
  for (const [index, [where, now, window, from, until]] of windows.entries()) {
    const instants = [Date.parse(from) - 1, Date.parse(from), Date.parse(until) - 1, Date.parse(until)]
    const ids = instants.map((_, i) => index * 10 + i + 1)
    await facts.insert(
      'customer',
      instants.map((at, i) => customer(ids[i] ?? 0, { a_seen_at: new Date(at) })),
    )
    const { rule, types } = whole(`seen_at within ${window}`)
    const moment = { now: Date.parse(now), zone: where }
    const told = `${where} ${now} ${window}`
    const spoken = instants.map((at) => holds(rule.body, { moment, types, params: {}, leaf: () => at }))
    assert.deepEqual(spoken, [false, true, true, false], told)
    const found = await facts.query<{ customer: number }>(compileRule(rule, asking(types, moment, ids)))
    assert.deepEqual(
      found.map((row) => row.customer).sort((a, b) => a - b),
      ids.slice(1, 3),
      told,
    )
  }
})

type Given = { seen_at?: string; birthday?: string }
const at = (text: string) => Date.parse(text)
const day = (text: string) => Date.parse(text) / 86_400_000

const values: [zone: typeof homeZone, now: string, text: string, given: Given, expected: Value][] = [
  [homeZone, '2026-03-02T02:00Z', 'birthday + 1 month', { birthday: '2026-01-31' }, day('2026-02-28')],
  [homeZone, '2026-03-02T02:00Z', 'birthday + 1 month', { birthday: '2024-01-31' }, day('2024-02-29')],
  [homeZone, '2026-03-02T02:00Z', 'birthday - 1 month', { birthday: '2026-03-31' }, day('2026-02-28')],
  [homeZone, '2026-03-02T02:00Z', 'birthday + 1 year', { birthday: '2024-02-29' }, day('2025-02-28')],
  [homeZone, '2026-03-02T02:00Z', 'birthday + 4 years', { birthday: '2024-02-29' }, day('2028-02-29')],
  [homeZone, '2026-03-02T02:00Z', 'anniversary(birthday)', { birthday: '1988-02-29' }, day('2027-02-28')],
  [homeZone, '2028-02-28T02:00Z', 'anniversary(birthday)', { birthday: '1988-02-29' }, day('2028-02-29')],
  [homeZone, '2026-03-02T02:00Z', 'anniversary(birthday)', { birthday: '1988-03-02' }, day('2026-03-02')],
  [homeZone, '2026-03-02T02:00Z', 'anniversary(birthday)', { birthday: '2026-03-05' }, day('2026-03-05')],
  [homeZone, '2026-02-28T02:00Z', 'years since birthday', { birthday: '2000-02-29' }, 25],
  [homeZone, '2026-03-01T02:00Z', 'years since birthday', { birthday: '2000-02-29' }, 26],
  [homeZone, '2026-02-28T02:00Z', 'months since birthday', { birthday: '2026-01-31' }, 0],
  [homeZone, '2026-03-02T02:00Z', 'months since birthday', { birthday: '2026-04-03' }, -1],
  [homeZone, '2026-03-01T02:00Z', 'weekday(birthday)', { birthday: '2026-03-01' }, 7],
  [homeZone, '2026-03-01T02:00Z', 'weekday(birthday)', { birthday: '1969-12-29' }, 1],
  // On the clock of the zone: ten in the morning stays ten when the clocks go forward; hours are hours.
  [newYork, '2026-03-20T12:00Z', 'seen_at + 1 day', { seen_at: '2026-03-07T15:00Z' }, at('2026-03-08T14:00Z')],
  [newYork, '2026-03-20T12:00Z', 'seen_at + 24 hours', { seen_at: '2026-03-07T15:00Z' }, at('2026-03-08T15:00Z')],
  [newYork, '2026-11-20T12:00Z', 'seen_at - 1 month', { seen_at: '2026-11-15T15:00Z' }, at('2026-10-15T14:00Z')],
  [newYork, '2026-03-20T12:00Z', 'day(seen_at)', { seen_at: '2026-03-09T03:59Z' }, day('2026-03-08')],
  [newYork, '2026-03-20T12:00Z', 'day(seen_at)', { seen_at: '2026-03-09T04:00Z' }, day('2026-03-09')],
  [newYork, '2026-03-09T03:30Z', 'days since seen_at', { seen_at: '2026-03-08T04:59Z' }, 1],
  [newYork, '2026-03-09T03:30Z', 'days since seen_at', { seen_at: '2026-03-08T05:00Z' }, 0],
  [berlin, '2026-04-01T12:00Z', 'hour(seen_at)', { seen_at: '2026-03-29T00:59Z' }, 1],
  [berlin, '2026-04-01T12:00Z', 'hour(seen_at)', { seen_at: '2026-03-29T01:00Z' }, 3],
  [berlin, '2026-11-01T12:00Z', 'hour(seen_at)', { seen_at: '2026-10-25T00:30Z' }, 2],
  [berlin, '2026-11-01T12:00Z', 'hour(seen_at)', { seen_at: '2026-10-25T01:30Z' }, 2],
  [homeZone, '2026-03-02T02:00Z', 'day(seen_at)', { seen_at: '1990-06-30T15:30Z' }, day('1990-07-01')],
  [homeZone, '2026-03-02T02:00Z', 'day(seen_at)', { seen_at: '1992-06-30T15:30Z' }, day('1992-06-30')],
  [homeZone, '2026-03-02T02:00Z', 'hour(seen_at)', { seen_at: '1988-07-01T00:00Z' }, 9],
]

test('days and times are reckoned as the calendar and the clocks of the zone say', async (t) => {
  const { facts } = await testCtx(t, { facts: true })
  await makeTables(facts, schema)
  for (const [index, [where, now, text, given, expected]] of values.entries()) {
    const id = index + 1
    const { birthday, seen_at } = given
    await facts.insert('customer', [
      customer(id, { a_birthday: birthday ?? null, a_seen_at: seen_at === undefined ? null : new Date(seen_at) }),
    ])
    const { rule, types } = whole(text)
    const moment = { now: Date.parse(now), zone: where }
    const known = birthday === undefined ? at(seen_at ?? '') : day(birthday)
    const told = `${where} ${now} ${text} ${JSON.stringify(given)}`
    assert.equal(evaluate(rule.body, { moment, types, params: {}, leaf: () => known }), expected, told)
    const [found] = await facts.query<{ value: unknown }>(compileValue(rule, asking(types, moment, [id])))
    assert.equal(plain(found?.value), expected, told)
  }
})

const edges: [now: string, text: string, inside: string[], outside: string[]][] = [
  [
    '2026-02-25T02:00Z',
    'anniversary(birthday) within next 7 days',
    ['1988-02-29', '1990-02-25', '1990-03-04', '2024-02-29', '2026-02-28', '2026-03-04'],
    ['1990-02-24', '1990-03-05', '2026-03-05'],
  ],
  [
    '2028-02-28T02:00Z',
    'anniversary(birthday) within next 1 day',
    ['1988-02-29', '1990-02-28', '2028-02-29'],
    ['1990-02-27', '1990-03-01', '2028-03-01'],
  ],
  [
    '2025-12-30T02:00Z',
    'days until anniversary(birthday) between 1 and 3',
    ['1990-12-31', '1990-01-01', '1988-01-02', '2026-01-02'],
    ['1990-12-30', '1990-01-03', '2026-01-03'],
  ],
  [
    '2026-02-28T02:00Z',
    'years since birthday >= 18',
    ['2008-02-28', '1990-01-01'],
    ['2008-02-29', '2008-03-01', '2027-01-01'],
  ],
  [
    '2026-03-31T02:00Z',
    'months since birthday = 1',
    ['2026-02-28', '2026-02-01'],
    ['2026-01-31', '2026-03-01', '2026-05-31'],
  ],
  ['2026-03-31T02:00Z', 'months since birthday != 1', ['2026-03-01', '2026-01-31'], ['2026-02-28', '2026-02-01']],
  ['2026-03-02T02:00Z', 'days since birthday > 2.5', ['2026-02-27'], ['2026-02-28', '2026-03-03']],
  ['2026-03-02T02:00Z', '2026-03-31 - birthday < 31', ['2026-03-01', '2026-04-05'], ['2026-02-28']],
  ['2026-03-02T02:00Z', 'birthday + 1 month = 2026-02-28', ['2026-01-28', '2026-01-31'], ['2026-01-27', '2026-02-01']],
  [
    '2026-03-02T02:00Z',
    'year(birthday) between 1980 and 1989',
    ['1980-01-01', '1989-12-31'],
    ['1979-12-31', '1990-01-01'],
  ],
  ['2026-03-02T02:00Z', 'years since birthday < 1 and days since birthday < missing', [], ['2026-01-01']],
]

test('a condition on a function of a day holds on the same days whether it is read aloud or asked of the engine', async (t) => {
  const { facts } = await testCtx(t, { facts: true })
  await makeTables(facts, schema)
  let id = 0
  for (const [now, text, inside, outside] of edges) {
    const { rule, types } = whole(text)
    const moment = { now: Date.parse(now), zone: homeZone }
    const all = [...inside, ...outside]
    const ids = all.map(() => ++id)
    await facts.insert(
      'customer',
      all.map((birthday, i) => customer(ids[i] ?? 0, { a_birthday: birthday })),
    )
    const spoken = all.filter((one) => holds(rule.body, { moment, types, params: {}, leaf: () => day(one) }))
    assert.deepEqual(spoken, inside, text)
    const found = await facts.query<{ customer: number }>(compileRule(rule, asking(types, moment, ids)))
    assert.deepEqual(found.map((row) => all[ids.indexOf(row.customer)]).sort(), [...inside].sort(), text)
  }
})

function customer(id: number, columns: Record<string, unknown>) {
  return { id, org: 'o', born: new Date(0), version: 1, deleted: 0, ...columns }
}

function whole(text: string): { rule: Rule; types: Types } {
  const { rule, types, issues } = parseRule(text, schema)
  assert.ok(rule, issues[0]?.en)
  return { rule, types }
}

function asking(types: Types, moment: { now: number; zone: typeof homeZone }, scope: number[]): Asked {
  return { schema, layout, types, now: new Date(moment.now), zone: moment.zone, scope, limits: { threads: 1 } }
}

/** As the reference says it: days as numbers, times as milliseconds. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? day(value) : value
}
