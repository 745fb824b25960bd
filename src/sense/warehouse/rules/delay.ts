import { addDays } from '../../../platform/time/day.ts'
import { atLocalTime, dayOf, homeZone, startOfDay } from '../../../platform/time/zone.ts'
import type { Delay } from '../contract.ts'

/** When it is looked at next, after that instant. */
export function nextLook(delay: Delay, after: Date): Date {
  const today = dayOf(after, homeZone)
  const at = atLocalTime(today, delay.by, homeZone)
  return at > after ? at : atLocalTime(addDays(today, 1), delay.by, homeZone)
}

/** The day whose data ought to be here by now. */
export function dayWanted(delay: Delay, now: Date): string {
  const today = dayOf(now, homeZone)
  const due = atLocalTime(today, delay.by, homeZone) <= now ? today : addDays(today, -1)
  return addDays(due, -delay.days)
}

/**
 * Whether the data of the day is not here. A watermark of days or times says it itself: it has reached that day. Without
 * one a run must have been done since the day on which it was due began.
 */
export function isLate(
  delay: Delay,
  now: Date,
  stands: { watermark: string | null; lastDone: Date | undefined },
): boolean {
  const wanted = dayWanted(delay, now)
  const reached = stands.watermark === null ? undefined : dayOfWatermark(stands.watermark)
  if (reached !== undefined) return reached < wanted
  const since = startOfDay(addDays(wanted as Parameters<typeof addDays>[0], delay.days), homeZone)
  return stands.lastDone === undefined || stands.lastDone < since
}

function dayOfWatermark(watermark: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d/.test(watermark)) return undefined
  const zoned = /[zZ]|[+-]\d\d:?\d\d$/.test(watermark) && watermark.length > 10
  const at = new Date(watermark)
  return zoned && !Number.isNaN(at.getTime()) ? dayOf(at, homeZone) : watermark.slice(0, 10)
}
