import {
  dayOf,
  type InstantRange,
  rangeOfDay,
  rangeOfMonth,
  rangeOfWeek,
  type Zone,
} from '../../../platform/time/zone.ts'
import type { CapWindow } from '../contract.ts'

const hourMs = 3_600_000

/** A rolling window is so many hours of time, whatever clocks do: seven days are 168 hours (rule 34). */
export function rollingMs({ unit, length }: CapWindow): number {
  const hours = { hour: 1, day: 24, week: 168, month: 720 }[unit]
  return length * hours * hourMs
}

type Period = { from: number; until: number }
const recent = new Map<string, Period[]>()
const mostRecent = 8

/** The calendar day, week (from Monday) or month around an instant, on the wall of that zone. */
export function periodOf(unit: CapWindow['unit'], at: number, zone: Zone): Period {
  const key = `${unit} ${zone}`
  const kept = recent.get(key) ?? []
  for (const period of kept) if (at >= period.from && at < period.until) return period
  const range = rangeAround(unit, at, zone)
  const period = { from: range.from.getTime(), until: range.until.getTime() }
  recent.set(key, [period, ...kept.slice(0, mostRecent - 1)])
  return period
}

function rangeAround(unit: CapWindow['unit'], at: number, zone: Zone): InstantRange {
  const day = dayOf(new Date(at), zone)
  if (unit === 'week') return rangeOfWeek(day, zone)
  if (unit === 'month') return rangeOfMonth(day, zone)
  return rangeOfDay(day, zone)
}

/** Whether a contact at `then` still counts at `at`. */
export function stillCounts(window: CapWindow, then: number, at: number, zone: Zone): boolean {
  if (window.kind === 'rolling') return then > at - rollingMs(window)
  const { from, until } = periodOf(window.unit, at, zone)
  return then >= from && then < until
}

/** When a contact at `then` stops counting. */
export function leavesAt(window: CapWindow, then: number, zone: Zone): number {
  return window.kind === 'rolling' ? then + rollingMs(window) : periodOf(window.unit, then, zone).until
}

/** How far back contacts can matter at all. A calendar month has at most 31 days and an hour. */
export function reachMs(window: CapWindow): number {
  if (window.kind === 'rolling') return rollingMs(window)
  return { hour: 25, day: 25, week: 170, month: 746 }[window.unit] * hourMs
}
