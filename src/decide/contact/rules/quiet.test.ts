import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, type Day, day } from '../../../platform/time/day.ts'
import { kindOfDay } from '../../../platform/time/holidays.ts'
import { dayOf, homeZone, parseInstant, timeOf, type Zone } from '../../../platform/time/zone.ts'
import type { BankDay, Quiet } from '../contract.ts'
import { statutory } from './defaults.ts'
import { beginsOn, hoursOf, minuteOf, nextOpen } from './quiet.ts'

const quiet = (over: Partial<Quiet>): Quiet & { source: string } => ({
  ...{ id: 'q', name: 'q', channels: [], classes: [], weekdays: [], dates: [], calendar: 'any' },
  ...{ from: '22:00', until: '08:00', source: 'x' },
  ...over,
})

const opens = (all: Quiet[], local: string, zone: Zone = homeZone, days: BankDay[] = []) => {
  const hours = hoursOf(
    all.map((one) => ({ ...one, source: 'x' })),
    days,
    zone,
  )
  const { at } = nextOpen(hours, parseInstant(local, zone).getTime())
  const instant = new Date(at)
  return `${dayOf(instant, zone)} ${timeOf(instant, zone)}`
}

test('rule 39: commercial SMS waits from 22:00 to 08:00, to the minute', () => {
  for (const [asked, opened] of [
    ['2026-01-05 21:59', '2026-01-05 21:59'],
    ['2026-01-05 22:00', '2026-01-06 08:00'],
    ['2026-01-06 00:00', '2026-01-06 08:00'],
    ['2026-01-06 07:59', '2026-01-06 08:00'],
    ['2026-01-06 08:00', '2026-01-06 08:00'],
  ])
    assert.equal(opens([...statutory], asked ?? ''), opened)
})

test('hours of a weekday pass midnight with the day on which they began, and windows that touch are waited for together', () => {
  const sunday = quiet({ weekdays: [7], from: '20:00', until: '09:00' })
  assert.equal(opens([sunday], '2026-01-11 20:30'), '2026-01-12 09:00')
  assert.equal(opens([sunday], '2026-01-12 20:30'), '2026-01-12 20:30')
  const lunch = quiet({ from: '08:00', until: '10:00' })
  assert.equal(opens([quiet({}), lunch], '2026-01-05 23:00'), '2026-01-06 10:00')
})

test('rule 5: the Spring Festival is quiet whole, its stand-in working days are not, and the bank’s own days come first', () => {
  const festival = quiet({ calendar: 'holiday', from: '00:00', until: '24:00' })
  assert.equal(opens([festival], '2026-02-16 09:00'), '2026-02-24 00:00')
  assert.equal(opens([festival], '2026-02-14 09:00'), '2026-02-14 09:00', 'a Saturday that is worked')
  assert.equal(opens([festival], '2026-01-10 09:00'), '2026-01-10 09:00', 'a Saturday is no holiday')
  const rest = quiet({ calendar: 'restday', from: '00:00', until: '24:00' })
  assert.equal(opens([rest], '2026-01-10 09:00'), '2026-01-12 00:00')
  const own: BankDay[] = [{ day: day('2026-02-24'), work: false, name: '行庆' }]
  assert.equal(opens([festival], '2026-02-16 09:00', homeZone, own), '2026-02-25 00:00')
  assert.deepEqual([kindOfDay(day('2026-02-17')).name, kindOfDay(day('2026-02-14')).work], ['春节', true])
  assert.equal(kindOfDay(day('2031-10-01')).known, false)
})

test('a range of dates holds on its first and its last day, and no hours that never end are waited for', () => {
  const range = quiet({ dates: [{ from: day('2026-03-10'), to: day('2026-03-15') }], from: '00:00', until: '24:00' })
  assert.equal(opens([range], '2026-03-10 00:00'), '2026-03-16 00:00')
  assert.equal(opens([range], '2026-03-09 23:59'), '2026-03-09 23:59')
  const always = hoursOf([quiet({ from: '00:00', until: '24:00' })], [], homeZone)
  assert.equal(nextOpen(always, Date.UTC(2026, 0, 1)).at, Number.POSITIVE_INFINITY)
})

/** What a person with a watch would say: look at the wall each minute. */
function byWatch(all: Quiet[], at: number, zone: Zone): number {
  for (let instant = at; ; instant = instant - (instant % 60_000) + 60_000) {
    const today = dayOf(new Date(instant), zone)
    const minute = minuteOf(timeOf(new Date(instant), zone))
    if (!all.some((one) => holds(one, today, minute))) return instant
    if (instant > at + 5 * 86_400_000) return Number.NaN
  }
}

function holds(one: Quiet, today: Day, minute: number): boolean {
  const [from, until] = [minuteOf(one.from), minuteOf(one.until)]
  if (until > from) return beginsOn(one, today, []) && minute >= from && minute < until
  return (beginsOn(one, today, []) && minute >= from) || (beginsOn(one, addDays(today, -1), []) && minute < until)
}

test('the next open minute is the one a watch finds, in every zone and on the days when clocks change', () => {
  const clock = fc
    .integer({ min: 0, max: 1439 })
    .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`)
  const hours = fc.record({ from: clock, until: clock, weekdays: fc.subarray([1, 2, 3, 4, 5, 6, 7]) })
  const around = fc.constantFrom(
    ['America/New_York', '2026-03-08'],
    ['America/New_York', '2026-11-01'],
    ['Europe/London', '2026-10-25'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['Asia/Beirut', '2026-03-29'],
    ['Asia/Shanghai', '2026-02-16'],
  ) as fc.Arbitrary<[string, string]>
  fc.assert(
    fc.property(
      around,
      fc.array(hours, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: -2000, max: 2000 }),
      ([zone, near], list, offset) => {
        const all = list.filter(({ from, until }) => from !== until).map((one) => quiet(one))
        const at = Date.parse(`${near}T06:00:00Z`) + offset * 60_000 + 17_000
        const watched = byWatch(all, at, zone as Zone)
        fc.pre(!Number.isNaN(watched))
        assert.equal(nextOpen(hoursOf(all, [], zone as Zone), at).at, watched)
      },
    ),
    { numRuns: 120 },
  )
})
