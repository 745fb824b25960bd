import { addDays, type Day, weekdayOf } from '../../../platform/time/day.ts'
import { kindOfDay } from '../../../platform/time/holidays.ts'
import { dayOf, startOfDay, timeOf, type Zone } from '../../../platform/time/zone.ts'
import type { BankDay, Channel, MessageClass, Quiet } from '../contract.ts'

const minuteMs = 60_000
const perDay = 1440

/** Quiet hours with the name of whose they are: the law's, the bank's, a branch's, the customer's own. */
export type Sourced = Quiet & { readonly source: string }

/** `24:00` is the end of the day. */
export function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
}

export function concerns(quiet: Quiet, channel: Channel, of: MessageClass): boolean {
  return (
    (quiet.channels.length === 0 || quiet.channels.includes(channel)) &&
    (quiet.classes.length === 0 || quiet.classes.includes(of))
  )
}

/** Whether the quiet hours that begin on this day are held. */
export function beginsOn(quiet: Quiet, day: Day, days: readonly BankDay[]): boolean {
  if (quiet.weekdays.length > 0 && !quiet.weekdays.includes(weekdayOf(day))) return false
  if (quiet.dates.length > 0 && !quiet.dates.some(({ from, to }) => day >= from && day <= to)) return false
  if (quiet.calendar === 'any') return true
  const own = days.find((one) => one.day === day)
  const official = kindOfDay(day)
  const work = own ? own.work : official.work
  if (quiet.calendar === 'workday') return work
  if (quiet.calendar === 'restday') return !work
  return !work && (own ? true : official.name !== null)
}

/**
 * Which quiet hours hold each minute of a day on the wall: the place in `all`, -1 where it is open. Those that pass midnight
 * belong to the day on which they began.
 */
export function minutesOf(all: readonly Quiet[], day: Day, days: readonly BankDay[]): Int16Array {
  const minutes = new Int16Array(perDay).fill(-1)
  const before = addDays(day, -1)
  for (const [place, quiet] of all.entries()) {
    const [from, until] = [minuteOf(quiet.from), minuteOf(quiet.until)]
    const past = until <= from
    if (beginsOn(quiet, day, days)) mark(minutes, place, from, past ? perDay : until)
    if (past && beginsOn(quiet, before, days)) mark(minutes, place, 0, until)
  }
  return minutes
}

function mark(minutes: Int16Array, place: number, from: number, until: number): void {
  for (let minute = from; minute < until; minute++) if (minutes[minute] === -1) minutes[minute] = place
}

/** One policy's quiet hours for one channel and class in one zone; what was worked out of days is kept. */
export type Hours = {
  readonly all: readonly Sourced[]
  readonly days: readonly BankDay[]
  readonly zone: Zone
  readonly kept: Map<Day, DayIn>
  /** The day that was asked about last: a set asks about one moment. */
  last: DayIn | undefined
}

type DayIn = { day: Day; start: number; length: number; minutes: Int16Array }

export function hoursOf(all: readonly Sourced[], days: readonly BankDay[], zone: Zone): Hours {
  return { all, days, zone, kept: new Map(), last: undefined }
}

function dayAround(hours: Hours, at: number): DayIn {
  const { last } = hours
  if (last && at >= last.start && at < last.start + last.length) return last
  const found = dayIn(hours, dayOf(new Date(at), hours.zone))
  hours.last = found
  return found
}

function dayIn(hours: Hours, day: Day): DayIn {
  const kept = hours.kept.get(day)
  if (kept) return kept
  const start = startOfDay(day, hours.zone).getTime()
  const length = startOfDay(addDays(day, 1), hours.zone).getTime() - start
  const made = { day, start, length, minutes: minutesOf(hours.all, day, hours.days) }
  hours.kept.set(day, made)
  return made
}

/** Farther than this nobody waits. */
const horizonDays = 400

export type Opening = { readonly at: number; readonly closedBy: Sourced | undefined }

/**
 * The first minute from `at` on that is open, and what was closed at `at`. What counts is what the wall shows: an hour that
 * comes twice is quiet twice, an hour that is left out is not waited for. Infinity when none comes in 400 days.
 */
export function nextOpen(hours: Hours, at: number): Opening {
  if (hours.all.length === 0) return { at, closedBy: undefined }
  const today = dayAround(hours, at)
  let day = today.day
  const closed = hours.all[today.minutes[wallMinute(hours, day, at)] ?? -1]
  if (!closed) return { at, closedBy: undefined }
  let from = at - (at % minuteMs)
  for (let looked = 0; looked < horizonDays; looked++) {
    const { start, length, minutes } = dayIn(hours, day)
    const end = start + length
    // On a day of 24 hours minutes of the wall and of time are the same.
    if (length === perDay * minuteMs) {
      for (let minute = (from - start) / minuteMs; minute < perDay; minute++)
        if (minutes[minute] === -1) return { at: start + minute * minuteMs, closedBy: closed }
    } else {
      for (let instant = from; instant < end; instant += minuteMs)
        if (minutes[wallMinute(hours, day, instant)] === -1) return { at: instant, closedBy: closed }
    }
    day = addDays(day, 1)
    from = end
  }
  return { at: Number.POSITIVE_INFINITY, closedBy: closed }
}

function wallMinute(hours: Hours, day: Day, at: number): number {
  const { start, length } = dayIn(hours, day)
  if (length === perDay * minuteMs) return Math.floor((at - start) / minuteMs)
  return minuteOf(timeOf(new Date(at), hours.zone))
}

/** For how many whole minutes from `at` on it stays open, at most `most`: room to spread what was held back. */
export function openMinutes(hours: Hours, at: number, most: number): number {
  for (let minute = 1; minute <= most; minute++) {
    const closed = nextOpen(hours, at + minute * minuteMs).closedBy
    if (closed) return minute - 1
  }
  return most
}
