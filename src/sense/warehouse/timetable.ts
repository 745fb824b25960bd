import { Cron } from 'croner'
import { homeZone } from '../../platform/time/zone.ts'
import type { Timetable } from './contract.ts'

/** The next run after that instant, on the clock of the bank; undefined by hand, or for no cron expression. */
export function nextRun(timetable: Timetable, after: Date): Date | undefined {
  const { kind, minutes, cron } = timetable
  if (kind === 'every' && minutes) return new Date(after.getTime() + minutes * 60_000)
  if (kind !== 'cron' || !cron || cron.trim().split(/\s+/).length !== 5) return undefined
  try {
    return new Cron(cron, { timezone: homeZone, paused: true }).nextRun(after) ?? undefined
  } catch {
    return undefined
  }
}

/** Five fields of cron that come to pass at some time. */
export function isCron(text: string): boolean {
  return nextRun({ kind: 'cron', cron: text }, new Date(0)) !== undefined
}
