import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { Problem } from '../problem.ts'
import { addDays, day } from './day.ts'
import {
  atLocalTime,
  dayOf,
  formatInstant,
  homeZone,
  isWithin,
  isZone,
  parseInstant,
  rangeOfDay,
  rangeOfMonth,
  rangeOfQuarter,
  rangeOfWeek,
  rangeOfYear,
  startOfDay,
  timeOf,
  type Zone,
  zone,
} from './zone.ts'

const newYork = zone('America/New_York')
const london = zone('Europe/London')
const hours = (range: { from: Date; until: Date }) => (range.until.getTime() - range.from.getTime()) / 3_600_000
const invalid = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

/** Zones whose clocks change at two in the night, at midnight, by half an hour, or changed in war and by decree. */
const zones = [
  'Asia/Shanghai',
  'Asia/Hong_Kong',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'America/Havana',
  'America/Toronto',
  'Pacific/Apia',
  'Africa/Casablanca',
  'UTC',
].map((name) => zone(name))

const anyZone = fc.constantFrom(...zones)
const anyInstant = fc.date({ min: new Date('1910-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
const anyDay = anyInstant.map((instant) => dayOf(instant, zone('UTC')))
const anyTime = fc
  .record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) })
  .map(({ hour, minute }) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)

const theirs = (instant: Date, name: Zone) =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(name)

test('an evening in UTC is the next day in Shanghai', () => {
  assert.equal(dayOf(new Date('2026-01-04T15:59:59.999Z'), homeZone), '2026-01-04')
  assert.equal(dayOf(new Date('2026-01-04T16:00:00Z'), homeZone), '2026-01-05')
  assert.equal(timeOf(new Date('2026-01-04T16:00:00Z'), homeZone), '00:00')
  assert.equal(startOfDay(day('2026-01-05'), homeZone).toISOString(), '2026-01-04T16:00:00.000Z')
})

test('every instant reads as the same day and time that the calendar standard gives', () => {
  fc.assert(
    fc.property(anyInstant, anyZone, (instant, name) => {
      const expected = theirs(instant, name)
      assert.equal(dayOf(instant, name), expected.toPlainDate().toString())
      assert.equal(timeOf(instant, name), expected.toPlainTime().toString().slice(0, 5))
    }),
    { numRuns: 500 },
  )
})

// DST for overseas branches; store zone names, not offsets. (Semantics, rule 5)
test('a day starts, and a local time falls, where the calendar standard puts it, in every zone', () => {
  fc.assert(
    fc.property(anyDay, anyTime, anyZone, (date, time, name) => {
      const plain = Temporal.PlainDate.from(date)
      const start = plain.toZonedDateTime(name).epochMilliseconds
      assert.equal(startOfDay(date, name).getTime(), start)
      const at = plain.toZonedDateTime({ timeZone: name, plainTime: time }).epochMilliseconds
      assert.equal(atLocalTime(date, time, name).getTime(), at)
    }),
    { numRuns: 2000 },
  )
})

test('on every day a zone changed its clocks the day still starts where the standard says', () => {
  for (const name of zones) {
    let moment = Temporal.Instant.from('1910-01-01T00:00Z').toZonedDateTimeISO(name)
    for (let next = moment.getTimeZoneTransition('next'); next && next.year < 2040; ) {
      for (const date of [next.toPlainDate().subtract({ days: 1 }), next.toPlainDate()]) {
        const label = `${date} ${name}`
        const ours = day(date.toString())
        assert.equal(startOfDay(ours, name).getTime(), date.toZonedDateTime(name).epochMilliseconds, label)
        for (const time of ['00:00', '00:30', '01:30', '02:00', '02:30', '23:45']) {
          const expected = date.toZonedDateTime({ timeZone: name, plainTime: time }).epochMilliseconds
          assert.equal(atLocalTime(ours, time, name).getTime(), expected, `${label} ${time}`)
        }
      }
      moment = next
      next = moment.getTimeZoneTransition('next')
    }
  }
})

test('a time the clocks skip moves on by the gap, a time they show twice means the first', () => {
  assert.equal(atLocalTime(day('2026-03-08'), '02:30', newYork).toISOString(), '2026-03-08T07:30:00.000Z')
  assert.equal(timeOf(atLocalTime(day('2026-03-08'), '02:30', newYork), newYork), '03:30')
  assert.equal(atLocalTime(day('2026-11-01'), '01:30', newYork).toISOString(), '2026-11-01T05:30:00.000Z')
  assert.equal(atLocalTime(day('2026-11-01'), '02:00', newYork).toISOString(), '2026-11-01T07:00:00.000Z')
})

test('a day with a change of clocks is 23 or 25 hours long', () => {
  assert.equal(hours(rangeOfDay(day('2026-03-29'), london)), 23)
  assert.equal(hours(rangeOfDay(day('2026-10-25'), london)), 25)
  assert.equal(hours(rangeOfDay(day('2026-10-25'), homeZone)), 24)
  assert.equal(hours(rangeOfDay(day('1986-05-04'), homeZone)), 23, 'Shanghai had summer time from 1986 to 1991')
})

test('where clocks go forward at midnight the day starts at one, and a day left out is empty', () => {
  const start = startOfDay(day('2018-11-04'), zone('America/Sao_Paulo'))
  assert.equal(timeOf(start, zone('America/Sao_Paulo')), '01:00')
  assert.equal(hours(rangeOfDay(day('2011-12-30'), zone('Pacific/Apia'))), 0)
})

test('each instant falls in exactly one day, week, month, quarter and year, and those touch without overlap', () => {
  fc.assert(
    fc.property(anyInstant, anyZone, (instant, name) => {
      const today = dayOf(instant, name)
      for (const rangeOf of [rangeOfDay, rangeOfWeek, rangeOfMonth, rangeOfQuarter, rangeOfYear]) {
        const range = rangeOf(today, name)
        assert.ok(isWithin(instant, range))
        assert.ok(!isWithin(range.until, range))
        assert.deepEqual(rangeOf(dayOf(range.until, name), name).from, range.until)
      }
      assert.deepEqual(rangeOfDay(today, name).until, startOfDay(addDays(today, 1), name))
    }),
    { numRuns: 300 },
  )
})

test('a month in New York that holds the change of clocks is an hour shorter', () => {
  assert.deepEqual(rangeOfMonth(day('2026-03-20'), newYork), {
    from: new Date('2026-03-01T05:00:00Z'),
    until: new Date('2026-04-01T04:00:00Z'),
  })
})

test('a time typed for a zone is that wall time; with an offset it says the instant by itself', () => {
  const cases: [string, Zone, string][] = [
    ['2026-01-05 09:00', homeZone, '2026-01-05T01:00:00.000Z'],
    ['2026-01-05T09:00:30', homeZone, '2026-01-05T01:00:30.000Z'],
    ['2026-01-05 09:00:30.250', homeZone, '2026-01-05T01:00:30.250Z'],
    ['2026-01-05', homeZone, '2026-01-04T16:00:00.000Z'],
    ['2026-07-05 09:00', newYork, '2026-07-05T13:00:00.000Z'],
    ['2026-07-05T09:00:00Z', newYork, '2026-07-05T09:00:00.000Z'],
    ['2026-07-05T09:00:00+08:00', newYork, '2026-07-05T01:00:00.000Z'],
    ['2026-03-08 02:30', newYork, '2026-03-08T07:30:00.000Z'],
  ]
  for (const [typed, name, instant] of cases) assert.equal(parseInstant(typed, name).toISOString(), instant, typed)
})

test('what is no time is refused beside its field, never guessed', () => {
  for (const typed of ['', 'tomorrow', '2026-02-30 09:00', '2026-1-5 9:00', '05/01/2026', '2026-01-05T09:00+25:00']) {
    assert.throws(() => parseInstant(typed, homeZone), invalid('time.instant'), typed)
  }
  for (const typed of ['2026-01-05 24:00', '2026-01-05 09', '2026-01-05 09:60', '2026-01-05T24:00:00Z']) {
    assert.throws(() => parseInstant(typed, homeZone), invalid('time.clock'), typed)
  }
  assert.throws(() => atLocalTime(day('2026-01-05'), '9:00', homeZone), invalid('time.clock'))
})

test('what was shown can be typed back, to the second', () => {
  fc.assert(
    fc.property(anyInstant, anyZone, (instant, name) => {
      const shown = formatInstant(instant, name, 'second')
      assert.equal(formatInstant(parseInstant(shown, name), name, 'second'), shown)
    }),
  )
  assert.equal(formatInstant(new Date('2026-01-05T01:00:59Z'), homeZone), '2026-01-05 09:00')
})

test('a zone is a name the world knows; an offset is not, for it does not know when clocks change', () => {
  for (const name of ['Asia/Shanghai', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+8'])
    assert.ok(isZone(name), name)
  for (const name of ['+08:00', 'GMT+8:00', 'Asia/Nowhere', '', 'Asia/', 'Asia Shanghai', 8]) {
    assert.equal(isZone(name), false, String(name))
  }
  assert.throws(() => zone('+08:00'), invalid('time.zone'))
})
