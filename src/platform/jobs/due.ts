import { Cron } from 'croner'
import { invalidField, text } from '../problem.ts'
import { homeZone, type Zone } from '../time/zone.ts'

/** The instant after `after` at which a calendar is due next: five fields of cron in an IANA zone. */
export function nextDue(every: { cron: string; zone: string }, after: Date): Date | undefined {
  return new Cron(every.cron, { timezone: every.zone, paused: true }).nextRun(after) ?? undefined
}

/** The same for a thing that may have no calendar, as a column that may be null. */
export function dueAfter({ cron, zone }: { cron: string | null; zone: string }, now: Date): Date | null {
  return cron === null ? null : (nextDue({ cron, zone }, now) ?? null)
}

/** Five fields of cron that come to pass after an instant. */
export function isCron(cron: string, after: Date, zone: Zone = homeZone): boolean {
  try {
    return cron.trim().split(/\s+/).length === 5 && nextDue({ cron, zone }, after) !== undefined
  } catch {
    // What cannot be read is never due either.
    return false
  }
}

/** @throws invalid `schedule.bad_cron`, beside the field `cron`. */
export function checkCron(cron: string | null, now: Date): void {
  if (cron === null || isCron(cron, now)) return
  throw invalidField(
    'cron',
    'schedule.bad_cron',
    text('时间应为五段 cron 表达式,如 0 6 * * *', 'A schedule is five fields of cron, such as 0 6 * * *'),
  )
}
