import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { Problem } from '../problem.ts'
import {
  addDays,
  addMonths,
  addYears,
  type Day,
  day,
  daysBetween,
  formatDay,
  isDay,
  monthEnd,
  monthOf,
  quarterOf,
  weekdayOf,
  weekOf,
  yearOf,
  yearsBetween,
} from './day.ts'

const anyDay = fc.integer({ min: -200_000, max: 2_000_000 }).map((days) => addDays(day('1970-01-01'), days))

test('a day is a date that exists, written in full', () => {
  for (const real of ['2026-01-05', '2024-02-29', '2000-02-29', '1000-01-01', '9999-12-31'])
    assert.ok(isDay(real), real)
  for (const none of [
    '2026-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-1-5',
    '26-01-05',
    '0999-12-31',
    '2026-01-05T00:00',
    '',
    20260105,
    null,
  ]) {
    assert.equal(isDay(none), false, String(none))
  }
  assert.throws(
    () => day('2026-02-30', 'birthday'),
    (error) => error instanceof Problem && error.code === 'time.day' && error.fields[0]?.field === 'birthday',
  )
})

// Calendar: day, week (Monday), month-end arithmetic (31 Jan + 1 month = 28 Feb). (Semantics, rule 5)
test('a month after the last of January is the last of February', () => {
  const cases: [string, number, string][] = [
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-01-31', 3, '2026-04-30'],
    ['2026-01-15', 12, '2027-01-15'],
    ['2026-01-15', -1, '2025-12-15'],
    ['2026-12-31', 2, '2027-02-28'],
    ['2026-01-31', 0, '2026-01-31'],
    ['2026-01-31', -13, '2024-12-31'],
  ]
  for (const [from, count, to] of cases) assert.equal(addMonths(day(from), count), to, `${from} + ${count}`)
  assert.equal(addYears(day('2024-02-29'), 1), '2025-02-28')
  assert.equal(addYears(day('2024-02-29'), 4), '2028-02-29')
})

test('days and months are counted as the world counts them', () => {
  fc.assert(
    fc.property(anyDay, fc.integer({ min: -5000, max: 5000 }), (from, count) => {
      const theirs = Temporal.PlainDate.from(from)
      assert.equal(addDays(from, count), theirs.add({ days: count }).toString())
      assert.equal(addMonths(from, count), theirs.add({ months: count }).toString())
      assert.equal(weekdayOf(from), theirs.dayOfWeek)
      assert.equal(monthEnd(from), theirs.with({ day: theirs.daysInMonth }).toString())
    }),
  )
})

test('counting days there and back arrives at the same day, and days sort as text', () => {
  fc.assert(
    fc.property(anyDay, anyDay, (a, b) => {
      assert.equal(addDays(a, daysBetween(a, b)), b)
      assert.equal(daysBetween(a, b) > 0, b > a)
    }),
  )
})

test('a week begins on Monday, also across the new year', () => {
  assert.deepEqual(weekOf(day('2026-01-01')), { from: '2025-12-29', until: '2026-01-05' })
  assert.deepEqual(weekOf(day('2026-01-04')), { from: '2025-12-29', until: '2026-01-05' })
  assert.deepEqual(weekOf(day('2026-01-05')), { from: '2026-01-05', until: '2026-01-12' })
})

test('a month, a quarter and a year hold every day once', () => {
  assert.deepEqual(monthOf(day('2024-02-29')), { from: '2024-02-01', until: '2024-03-01' })
  assert.deepEqual(monthOf(day('2026-12-31')), { from: '2026-12-01', until: '2027-01-01' })
  assert.deepEqual(quarterOf(day('2026-11-24')), { from: '2026-10-01', until: '2027-01-01' })
  assert.deepEqual(quarterOf(day('2026-03-31')), { from: '2026-01-01', until: '2026-04-01' })
  assert.deepEqual(yearOf(day('2026-06-01')), { from: '2026-01-01', until: '2027-01-01' })
  fc.assert(
    fc.property(anyDay, (any) => {
      for (const rangeOf of [weekOf, monthOf, quarterOf, yearOf]) {
        const { from, until } = rangeOf(any)
        assert.ok(from <= any && any < until)
        assert.deepEqual(rangeOf(from), { from, until })
        assert.deepEqual(rangeOf(addDays(until, -1)), { from, until })
        assert.equal(rangeOf(until).from, until)
      }
    }),
  )
})

test('a customer turns eighteen on the birthday, one born on 29 February on the first of March', () => {
  assert.equal(yearsBetween(day('2008-11-24'), day('2026-11-23')), 17)
  assert.equal(yearsBetween(day('2008-11-24'), day('2026-11-24')), 18)
  assert.equal(yearsBetween(day('2008-02-29'), day('2026-02-28')), 17)
  assert.equal(yearsBetween(day('2008-02-29'), day('2026-03-01')), 18)
})

test('arithmetic that leaves the calendar fails instead of writing a day that does not sort', () => {
  const last = day('9999-12-31')
  assert.throws(() => addDays(last, 1), RangeError)
  assert.throws(() => addMonths(last, 1), RangeError)
  assert.throws(() => addDays(day('1000-01-01'), -1), RangeError)
})

test('a day reads as people of either language write it', () => {
  const any: Day = day('2026-01-05')
  assert.equal(formatDay(any, 'zh'), '2026年1月5日')
  assert.equal(formatDay(any, 'en'), '5 Jan 2026')
})
