import { Type } from 'typebox'
import { invalidField, text } from '../problem.ts'

/**
 * A day of the calendar, `'2026-01-05'`, in no zone: a birthday, a value date, the day a product matures.
 * Days sort and compare as text (`a < b`). Years 1000 to 9999; `9999-12-31` is how source systems say "for ever".
 */
export type Day = string & { readonly kind: 'day' }

export const DayWire = Type.Unsafe<Day>(
  Type.String({ format: 'date', pattern: '^[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]$' }),
)

/** Half-open: `until` is the first day that is out. */
export type DayRange = { readonly from: Day; readonly until: Day }

const shape = /^([1-9]\d{3})-(\d{2})-(\d{2})$/
const perDay = 86_400_000

/** Days since 1970-01-01, negative before. */
function number(day: Day): number {
  return Date.parse(day) / perDay
}

function fromNumber(days: number): Day {
  const iso = new Date(days * perDay).toISOString()
  // Beyond the year 9999 ISO text gains a sign, and would no longer sort.
  if (!shape.test(iso.slice(0, 10))) throw new RangeError(`a day beyond the years 1000 to 9999: ${iso}`)
  return iso.slice(0, 10) as Day
}

export function isDay(value: unknown): value is Day {
  const match = typeof value === 'string' ? shape.exec(value) : null
  return match !== null && Number(match[3]) >= 1 && Number(match[3]) <= daysIn(Number(match[1]), Number(match[2]))
}

/** @throws invalid `time.day`, beside `field`, for a text that names no day: `2026-02-29`, `2026-1-5`. */
export function day(value: string, field = 'day'): Day {
  if (isDay(value)) return value
  throw invalidField(field, 'time.day', text('请输入日期,如 2026-01-05', 'Enter a day that exists, such as 2026-01-05'))
}

/** How many days the month has, 0 for a month that is none; `month` counts from 1. */
export function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}

/** `month` and `date` count from 1. */
export function partsOf(value: Day): { year: number; month: number; date: number } {
  return { year: Number(value.slice(0, 4)), month: Number(value.slice(5, 7)), date: Number(value.slice(8, 10)) }
}

/** 1 is Monday, 7 is Sunday (ISO 8601). */
export function weekdayOf(value: Day): 1 | 2 | 3 | 4 | 5 | 6 | 7 {
  // 1970-01-01 was a Thursday; the first remainder may be negative, the second is not.
  return (((((number(value) + 3) % 7) + 7) % 7) + 1) as 1 | 2 | 3 | 4 | 5 | 6 | 7
}

/** @throws RangeError beyond the years 1000 to 9999. */
export function addDays(value: Day, count: number): Day {
  return fromNumber(number(value) + count)
}

/**
 * The same date so many months on, or the month's last day where there is no such date: 31 Jan + 1 month = 28 Feb.
 * *Trap*: it does not undo itself and does not add up (31 Jan + 1 + 1 month = 28 Mar): a series counts from its anchor.
 */
export function addMonths(value: Day, count: number): Day {
  const { year, month, date } = partsOf(value)
  const months = year * 12 + (month - 1) + count
  const [y, m] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1]
  if (y < 1000 || y > 9999) throw new RangeError(`a day beyond the years 1000 to 9999: ${value} + ${count} months`)
  return `${y}-${two(m)}-${two(Math.min(date, daysIn(y, m)))}` as Day
}

/** 29 Feb + 1 year = 28 Feb. */
export function addYears(value: Day, count: number): Day {
  return addMonths(value, count * 12)
}

/** From `from` to `until`, negative when it lies before. */
export function daysBetween(from: Day, until: Day): number {
  return number(until) - number(from)
}

/** Whole years lived at `at`: an age, the years of a relation. One born on 29 Feb has the birthday on 1 Mar in other years. */
export function yearsBetween(from: Day, at: Day): number {
  return Number(at.slice(0, 4)) - Number(from.slice(0, 4)) - (at.slice(5) < from.slice(5) ? 1 : 0)
}

/** Monday to Monday. */
export function weekOf(value: Day): DayRange {
  const from = addDays(value, 1 - weekdayOf(value))
  return { from, until: addDays(from, 7) }
}

export function monthOf(value: Day): DayRange {
  const from = `${value.slice(0, 7)}-01` as Day
  return { from, until: addMonths(from, 1) }
}

export function quarterOf(value: Day): DayRange {
  const { year, month } = partsOf(value)
  const from = `${year}-${two(month - ((month - 1) % 3))}-01` as Day
  return { from, until: addMonths(from, 3) }
}

export function yearOf(value: Day): DayRange {
  const from = `${value.slice(0, 4)}-01-01` as Day
  return { from, until: addYears(from, 1) }
}

export function monthEnd(value: Day): Day {
  const { year, month } = partsOf(value)
  return `${value.slice(0, 7)}-${daysIn(year, month)}` as Day
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2026年1月5日`, `5 Jan 2026`. Tables and files keep the ISO text. */
export function formatDay(value: Day, lang: 'zh' | 'en'): string {
  const { year, month, date } = partsOf(value)
  return lang === 'zh' ? `${year}年${month}月${date}日` : `${date} ${months[month - 1]} ${year}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
