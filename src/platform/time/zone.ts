import { invalidField, text } from '../problem.ts'
import { addDays, type Day, type DayRange, day, isDay, monthOf, quarterOf, weekOf, yearOf } from './day.ts'

/**
 * The name of a zone (`'Asia/Shanghai'`), never an offset: an overseas branch changes its offset twice a year and the
 * name knows when. Instants are `Date`, always; a zone is only for reading them as a person's day and time.
 */
export type Zone = string & { readonly kind: 'zone' }

export const homeZone = 'Asia/Shanghai' as Zone

/** Half-open: `until` is the first instant that is out. */
export type InstantRange = { readonly from: Date; readonly until: Date }

const readers = new Map<string, Intl.DateTimeFormat>()

function readerOf(zone: string): Intl.DateTimeFormat {
  let reader = readers.get(zone)
  if (!reader) {
    const two = '2-digit'
    reader = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    })
    readers.set(zone, reader)
  }
  return reader
}

/** Refuses offsets (`+08:00`), which some engines take for names. */
export function isZone(value: unknown): value is Zone {
  if (typeof value !== 'string' || !/^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$/.test(value)) return false
  try {
    readerOf(value)
    return true
  } catch {
    return false
  }
}

/** @throws invalid `time.zone`, beside `field`, for a name the machine's zone data does not know. */
export function zone(value: string, field = 'zone'): Zone {
  if (isZone(value)) return value
  throw invalidField(
    field,
    'time.zone',
    text(`没有这个时区:${value},请填名称,如 Asia/Shanghai`, `No such zone: ${value}; a name such as Asia/Shanghai`),
  )
}

/** Wall-clock time as milliseconds, as if the zone were UTC. */
function wallOf(instant: number, zone: Zone): number {
  const match = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)/.exec(readerOf(zone).format(instant))
  if (!match) throw new RangeError(`not an instant: ${instant}`)
  const [, month, date, year, hour, minute, second] = match.map(Number)
  const whole = Date.UTC(year ?? 0, (month ?? 1) - 1, date, hour, minute, second)
  return whole + (((instant % 1000) + 1000) % 1000)
}

/** Milliseconds to add to UTC at that instant: 28,800,000 in Shanghai. */
function offsetAt(instant: number, zone: Zone): number {
  return wallOf(instant, zone) - instant
}

function textOf(instant: Date, zone: Zone): string {
  return new Date(wallOf(instant.getTime(), zone)).toISOString()
}

/** Which day it is there and then. */
export function dayOf(instant: Date, zone: Zone): Day {
  return day(textOf(instant, zone).slice(0, 10))
}

/** What the clock on the wall shows: `'09:00'`. */
export function timeOf(instant: Date, zone: Zone): string {
  return textOf(instant, zone).slice(11, 16)
}

const widest = 86_400_000

/**
 * The offsets before and after whatever change of clocks lies around the wall time, and the instants that show it:
 * none in a gap (clocks put forward), two in an overlap (clocks put back), else one.
 */
function instantsAt(wall: number, zone: Zone) {
  const before = offsetAt(wall - widest, zone)
  const after = offsetAt(wall + widest, zone)
  const candidates = before === after ? [wall - before] : [wall - before, wall - after]
  const instants = candidates.filter((instant) => wallOf(instant, zone) === wall).sort((a, b) => a - b)
  return { before, after, instants }
}

/** @throws invalid `time.clock` unless `'HH:mm'`, `'HH:mm:ss'` or `'HH:mm:ss.SSS'` before 24:00. */
function millisecondsOf(time: string, field: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{3}))?)?$/.exec(time)
  if (!match) throw invalidField(field, 'time.clock', text('请输入时刻,如 09:00', 'Enter a time of day, such as 09:00'))
  const [, hour, minute, second = 0, thousandth = 0] = match
  return ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Number(thousandth)
}

/**
 * The instant at which the wall clock of that day shows the time, `'09:00'` or `'09:00:30'`.
 * A time that does not exist (clocks put forward) moves on by the length of the gap: 02:30 becomes 03:30.
 * A time that exists twice (clocks put back) means its first coming. As java.time and Temporal ("compatible") do.
 */
export function atLocalTime(day: Day, time: string, zone: Zone, field = 'time'): Date {
  const wall = Date.parse(day) + millisecondsOf(time, field)
  const { before, instants } = instantsAt(wall, zone)
  return new Date(instants[0] ?? wall - before)
}

/**
 * The first instant of the day, which need not be midnight: clocks may be put forward at midnight. A day a country
 * left out (Samoa, 2011-12-30) starts where the next one does and is empty.
 */
export function startOfDay(day: Day, zone: Zone): Date {
  const wall = Date.parse(day)
  const { before, after, instants } = instantsAt(wall, zone)
  if (instants[0] !== undefined) return new Date(instants[0])
  // In a gap: close in on the change of clocks, the first instant with the later offset.
  let [out, within] = [wall - after - 1, wall - before]
  while (within - out > 1) {
    const middle = Math.floor((out + within) / 2)
    if (offsetAt(middle, zone) === before) out = middle
    else within = middle
  }
  return new Date(within)
}

/** Days as the instants they cover. 23 or 25 hours long where clocks change. */
export function instantsOf(days: DayRange, zone: Zone): InstantRange {
  return { from: startOfDay(days.from, zone), until: startOfDay(days.until, zone) }
}

export function rangeOfDay(day: Day, zone: Zone): InstantRange {
  return instantsOf({ from: day, until: addDays(day, 1) }, zone)
}

/** Monday to Monday. */
export function rangeOfWeek(day: Day, zone: Zone): InstantRange {
  return instantsOf(weekOf(day), zone)
}

export function rangeOfMonth(day: Day, zone: Zone): InstantRange {
  return instantsOf(monthOf(day), zone)
}

export function rangeOfQuarter(day: Day, zone: Zone): InstantRange {
  return instantsOf(quarterOf(day), zone)
}

export function rangeOfYear(day: Day, zone: Zone): InstantRange {
  return instantsOf(yearOf(day), zone)
}

export function isWithin(instant: Date, range: InstantRange): boolean {
  return instant >= range.from && instant < range.until
}

/**
 * Reads `2026-01-05 09:00` (seconds and thousandths may follow, `T` may stand for the space) on that zone's wall, by
 * the rule of `atLocalTime`; a bare day is its start; with `Z` or an offset the text says the instant by itself.
 * @throws invalid `time.instant`, beside `field`.
 */
export function parseInstant(value: string, zone: Zone, field = 'time'): Date {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T]([\d:.]+)\s?(Z|[+-]\d{2}:\d{2})?)?$/.exec(value.trim())
  const [, days = '', time, offset] = match ?? []
  if (!isDay(days)) throw unreadable(field)
  if (time === undefined) return startOfDay(days, zone)
  if (offset === undefined) return atLocalTime(days, time, zone, field)
  const instant = Date.parse(`${days}T${time}${offset}`)
  if (Number.isNaN(instant)) throw unreadable(field)
  millisecondsOf(time, field)
  return new Date(instant)
}

function unreadable(field: string) {
  return invalidField(
    field,
    'time.instant',
    text('请输入时间,如 2026-01-05 09:00', 'Enter a time, such as 2026-01-05 09:00'),
  )
}

/** `2026-01-05 09:00`, or with seconds: how tables, logs of work and exports show an instant. */
export function formatInstant(instant: Date, zone: Zone, precision: 'minute' | 'second' = 'minute'): string {
  return textOf(instant, zone)
    .slice(0, precision === 'minute' ? 16 : 19)
    .replace('T', ' ')
}
