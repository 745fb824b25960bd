import { zone } from '../../../console/kit/format.ts'

export type Cell = {
  /** `2026-01-05` */
  day: string
  /** 0 is Monday. */
  row: number
  events: number
  /** 0 none, 1 few … 4 most of this customer's days. */
  level: 0 | 1 | 2 | 3 | 4
  /** The day as instants, half-open. */
  from: string
  until: string
}

const dayMs = 86_400_000
const dayIn = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })

/** The last 365 days by weeks from Monday, oldest first; the first and the last may be short. */
export function weeksOf(days: readonly { day: string; events: number }[], now: Date): Cell[][] {
  const events = new Map(days.map((one) => [one.day, one.events]))
  const most = Math.max(1, ...events.values())
  const today = Date.parse(`${dayIn.format(now)}T00:00:00Z`)
  const weeks: Cell[][] = []
  for (let at = today - 364 * dayMs; at <= today; at += dayMs) {
    const day = new Date(at).toISOString().slice(0, 10)
    const row = (new Date(at).getUTCDay() + 6) % 7
    if (row === 0 || weeks.length === 0) weeks.push([])
    const count = events.get(day) ?? 0
    weeks
      .at(-1)
      ?.push({ day, row, events: count, level: levelOf(count, most), from: startOf(day), until: startOf(day, 1) })
  }
  return weeks
}

/** Midnight in the zone of the console, which has no summer time. */
function startOf(day: string, plus = 0): string {
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + plus * dayMs).toISOString()
}

/** By its logarithm: one day of a hundred events must not make all others look empty. */
function levelOf(events: number, most: number): Cell['level'] {
  if (events === 0) return 0
  if (most === 1) return 2
  return (1 + Math.min(3, Math.floor((Math.log(events) / Math.log(most)) * 3.99))) as Cell['level']
}

const shorts = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Where months begin, for the words above; one that would stand too near the next is left out. */
export function monthsOf(weeks: readonly Cell[][]): { key: string; week: number; month: number; short: string }[] {
  const starts = weeks.flatMap((week, index) => {
    const month = week[0]?.day.slice(0, 7) ?? ''
    return index === 0 || weeks[index - 1]?.[0]?.day.slice(0, 7) !== month ? [{ key: month, week: index }] : []
  })
  return starts
    .filter((start, index) => (starts[index + 1]?.week ?? start.week + 3) - start.week >= 3)
    .map((start) => {
      const month = Number(start.key.slice(5))
      return { ...start, month, short: shorts[month - 1] ?? '' }
    })
}
