import { isCron as comesToPass, nextDue } from '../../platform/jobs/due.ts'
import { homeZone } from '../../platform/time/zone.ts'
import type { Timetable } from './contract.ts'

/** The next run after that instant, on the clock of the bank; undefined by hand, or for no cron expression. */
export function nextRun({ kind, minutes, cron = '' }: Timetable, after: Date): Date | undefined {
  if (kind === 'every' && minutes) return new Date(after.getTime() + minutes * 60_000)
  return kind === 'cron' && comesToPass(cron, after) ? nextDue({ cron, zone: homeZone }, after) : undefined
}

/** Five fields of cron that come to pass at some time. */
export function isCron(text: string): boolean {
  return comesToPass(text, new Date(0))
}
