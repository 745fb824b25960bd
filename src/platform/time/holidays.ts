import calendar from 'chinese-days'
import { type Day, weekdayOf } from './day.ts'

/**
 * What the State Council made of a day. `name` is that of the holiday, also for the day that is worked in its stead (调休).
 * `known` is false for years that were not announced when this program was built: then Saturdays and Sundays are free.
 */
export type DayKind = { readonly work: boolean; readonly name: string | null; readonly known: boolean }

const first = 2004
/** The year up to which the arrangement of holidays is in the library. */
export const lastKnownYear = 2026

const kinds = new Map<Day, DayKind>()

export function kindOfDay(day: Day): DayKind {
  const kept = kinds.get(day)
  if (kept) return kept
  const made = read(day)
  if (kinds.size > 20_000) kinds.clear()
  kinds.set(day, made)
  return made
}

function read(day: Day): DayKind {
  const year = Number(day.slice(0, 4))
  if (year < first || year > lastKnownYear) return { work: weekdayOf(day) < 6, name: null, known: false }
  const { name, work } = calendar.getDayDetail(day)
  const parts = name.split(',')
  return { work, name: parts.length > 1 ? (parts[1] ?? null) : null, known: true }
}
