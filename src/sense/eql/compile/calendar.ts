import {
  addDays,
  addMonths,
  type Day,
  daysBetween,
  monthOf,
  quarterOf,
  weekOf,
  yearOf,
} from '../../../platform/time/day.ts'
import { atLocalTime, dayOf, startOfDay, type Zone } from '../../../platform/time/zone.ts'
import type { CalendarUnit, SpanUnit, Window } from '../contract.ts'

/** When and where a rule is asked. */
export type Moment = { readonly now: number; readonly zone: Zone }

/** Half-open, in milliseconds; null: no bound. */
export type Range = { readonly from: number | null; readonly until: number | null }

const epoch = '1970-01-01' as Day
const minute = 60_000

/** Days since 1970-01-01: what a day is in a statement and in a predicate. */
export function numberOf(day: string): number {
  return daysBetween(epoch, day as Day)
}

export function dayFrom(number: number): Day {
  return addDays(epoch, number)
}

const quarterHour = 15 * minute
const offsets = new Map<string, Map<number, number>>()

/** Clocks change on quarters of an hour: to ask once for each of them is enough, and asking is slow. */
function offsetAt(ms: number, zone: Zone): number {
  const slot = Math.floor(ms / quarterHour)
  let known = offsets.get(zone)
  if (!known) offsets.set(zone, (known = new Map()))
  let offset = known.get(slot)
  if (offset === undefined) {
    const at = slot * quarterHour
    const day = numberOf(dayOf(new Date(at), zone))
    offset = wallOf(at, zone, day) - at
    if (known.size > 200_000) known.clear()
    known.set(slot, offset)
  }
  return offset
}

function wallOf(at: number, zone: Zone, day: number): number {
  const text = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(at)
  const [hour = 0, minutes = 0, second = 0] = text.split(':').map(Number)
  return day * 86_400_000 + (hour * 3600 + minutes * 60 + second) * 1000
}

/** What the calendar and the clock on the wall show, as milliseconds as if the zone were UTC. */
export function wallTime(ms: number, zone: Zone): number {
  return ms + offsetAt(ms, zone)
}

export function dayNumber(ms: number, zone: Zone): number {
  return Math.floor(wallTime(ms, zone) / 86_400_000)
}

export function dayStart(day: number, zone: Zone): number {
  return startOfDay(dayFrom(day), zone).getTime()
}

export function timeLiteral(value: string, zone: Zone): number {
  const [day = '', clock = '00:00:00'] = value.split('T')
  return atLocalTime(day as Day, clock, zone).getTime()
}

export function shiftDay(day: number, n: number, unit: SpanUnit): number {
  if (unit === 'day') return day + n
  if (unit === 'week') return day + 7 * n
  return numberOf(addMonths(dayFrom(day), unit === 'year' ? 12 * n : n))
}

export function shiftTime(ms: number, n: number, unit: SpanUnit, zone: Zone): number {
  if (unit === 'minute') return ms + n * minute
  if (unit === 'hour') return ms + n * 60 * minute
  const wall = wallTime(ms, zone)
  const day = Math.floor(wall / 86_400_000)
  const clock = new Date(wall - day * 86_400_000).toISOString().slice(11, 23)
  return atLocalTime(dayFrom(shiftDay(day, n, unit)), clock, zone).getTime()
}

/** The days of a period: the one a day lies in, and whole ones before or after it. */
function period(day: number, unit: CalendarUnit, ahead: number): { from: number; until: number } {
  const at = dayFrom(day)
  if (unit === 'day') return { from: day + ahead, until: day + ahead + 1 }
  if (unit === 'week') {
    const from = numberOf(weekOf(at).from) + 7 * ahead
    return { from, until: from + 7 }
  }
  const months = { month: 1, quarter: 3, year: 12 }[unit]
  const start = (unit === 'month' ? monthOf(at) : unit === 'quarter' ? quarterOf(at) : yearOf(at)).from
  return {
    from: numberOf(addMonths(start, months * ahead)),
    until: numberOf(addMonths(start, months * (ahead + 1))),
  }
}

export type FixedWindow = Exclude<Window, { kind: 'since' | 'range' }>

export function isFixed(window: Window): window is FixedWindow {
  return window.kind !== 'since' && window.kind !== 'range'
}

function daysOf(window: Extract<FixedWindow, { kind: 'this' | 'previous' | 'following' }>, today: number) {
  if (window.kind === 'this') return period(today, window.unit, 0)
  if (window.kind === 'previous')
    return { from: period(today, window.unit, -window.n).from, until: period(today, window.unit, 0).from }
  return { from: period(today, window.unit, 1).from, until: period(today, window.unit, window.n).until }
}

/** The instants of a window whose bounds are the same for all. */
export function instantsOfWindow(window: FixedWindow, { now, zone }: Moment): Range {
  switch (window.kind) {
    case 'ever':
      return { from: null, until: null }
    case 'last':
      return { from: shiftTime(now, -window.n, window.unit, zone), until: now }
    case 'next':
      return { from: now, until: shiftTime(now, window.n, window.unit, zone) }
    default: {
      const { from, until } = daysOf(window, dayNumber(now, zone))
      return { from: dayStart(from, zone), until: dayStart(until, zone) }
    }
  }
}

/** The days of a window, for `within` of a day: the calendar counts, and both ends belong to `last` and `next`. */
export function daysOfWindow(window: FixedWindow, { now, zone }: Moment): Range {
  const today = dayNumber(now, zone)
  switch (window.kind) {
    case 'ever':
      return { from: null, until: null }
    case 'last':
      return { from: shiftDay(today, -window.n, window.unit), until: today + 1 }
    case 'next':
      return { from: today, until: shiftDay(today, window.n, window.unit) + 1 }
    default:
      return daysOf(window, today)
  }
}

export function gapMs({ n, unit }: { n: number; unit: 'minute' | 'hour' | 'day' | 'week' }): number {
  return n * { minute, hour: 60 * minute, day: 1440 * minute, week: 7 * 1440 * minute }[unit]
}

/** Whole months or years from one day to another that is not earlier. */
export function wholeMonths(from: number, until: number): number {
  const [a, b] = [dayFrom(from), dayFrom(until)]
  const months = (Number(b.slice(0, 4)) - Number(a.slice(0, 4))) * 12 + Number(b.slice(5, 7)) - Number(a.slice(5, 7))
  return months - (b.slice(8) < a.slice(8) ? 1 : 0)
}
