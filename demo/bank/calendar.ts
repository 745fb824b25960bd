import type { CalendarDay } from './contract.ts'

// Holidays are those of the State Council's yearly notices: of Nov 12, 2024 for 2025, of Nov 4, 2025 for 2026 (links in
// demo/README.md). For a year without a notice stand the days of the law itself (全国年节及纪念日放假办法, as of 2025) without
// days that are moved: `published` says which.

type Year = {
  published: boolean
  holidays: readonly (readonly [name: string, from: string, to: string])[]
  makeUp: readonly string[]
}

export const holidayYears: Readonly<Record<number, Year>> = {
  2025: {
    published: true,
    holidays: [
      ['元旦', '2025-01-01', '2025-01-01'],
      ['春节', '2025-01-28', '2025-02-04'],
      ['清明节', '2025-04-04', '2025-04-06'],
      ['劳动节', '2025-05-01', '2025-05-05'],
      ['端午节', '2025-05-31', '2025-06-02'],
      ['国庆节、中秋节', '2025-10-01', '2025-10-08'],
    ],
    makeUp: ['2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11'],
  },
  2026: {
    published: true,
    holidays: [
      ['元旦', '2026-01-01', '2026-01-03'],
      ['春节', '2026-02-15', '2026-02-23'],
      ['清明节', '2026-04-04', '2026-04-06'],
      ['劳动节', '2026-05-01', '2026-05-05'],
      ['端午节', '2026-06-19', '2026-06-21'],
      ['中秋节', '2026-09-25', '2026-09-27'],
      ['国庆节', '2026-10-01', '2026-10-07'],
    ],
    makeUp: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
  },
  2027: {
    published: false,
    holidays: [
      ['元旦', '2027-01-01', '2027-01-01'],
      ['春节', '2027-02-05', '2027-02-08'],
      ['清明节', '2027-04-05', '2027-04-05'],
      ['劳动节', '2027-05-01', '2027-05-02'],
      ['端午节', '2027-06-09', '2027-06-09'],
      ['中秋节', '2027-09-15', '2027-09-15'],
      ['国庆节', '2027-10-01', '2027-10-03'],
    ],
    makeUp: [],
  },
}

/** When shops sell: the weeks of 618 and Double Eleven, Double Twelve, the goods fair before the Spring Festival. */
const festivals: readonly (readonly [name: string, from: string, to: string])[] = [
  ['年货节', '01-08', '01-20'],
  ['618', '06-10', '06-20'],
  ['双十一', '11-01', '11-11'],
  ['双十二', '12-10', '12-12'],
]

export const dayMs = 86_400_000
const chinaMs = 8 * 3_600_000

const firsts = new Map<string, number>()

/** The first instant of a day in China. */
export function startOf(from: string, day: number): number {
  let first = firsts.get(from)
  if (first === undefined) firsts.set(from, (first = Date.parse(`${from}T00:00:00Z`) - chinaMs))
  return first + day * dayMs
}
export const dayOf = (from: string, at: number) => Math.floor((at - startOf(from, 0)) / dayMs)
export const hourOf = (at: number) => Math.floor((at + chinaMs) / 3_600_000) % 24
export const dateOf = (from: string, day: number) =>
  new Date(Date.parse(`${from}T00:00:00Z`) + day * dayMs).toISOString().slice(0, 10)

/** Days by their place: asked for once a customer and day, so found without a hash. */
const known = new Map<string, CalendarDay[]>()
const before = 4000

export function calendarDay(from: string, day: number): CalendarDay {
  let days = known.get(from)
  if (!days) known.set(from, (days = []))
  return (days[day + before] ??= makeDay(from, day))
}

function makeDay(from: string, day: number): CalendarDay {
  const date = dateOf(from, day)
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay() || 7
  const year = holidayYears[Number(date.slice(0, 4))]
  const holiday = year?.holidays.find(([, first, last]) => first <= date && date <= last)?.[0] ?? null
  const weekend = weekday > 5
  const kind = holiday ? 'holiday' : year?.makeUp.includes(date) ? 'make-up' : weekend ? 'weekend' : 'workday'
  const monthDay = date.slice(5)
  const festival = festivals.find(([, first, last]) => first <= monthDay && monthDay <= last)?.[0] ?? null
  return { day, date, weekday, kind, holiday, festival }
}

export const works = (day: CalendarDay) => day.kind === 'workday' || day.kind === 'make-up'

export const payDays = [5, 10, 15, 20, 25] as const

/** Pay falls on its day of the month, or on the working day before it where that is none. */
export function isPayDay(from: string, day: number, dayOfMonth: number): boolean {
  return daysSincePay(from, day, dayOfMonth) === 0
}

function paysOn(from: string, day: number, dayOfMonth: number): boolean {
  if (!works(calendarDay(from, day))) return false
  for (let ahead = 0; ahead < 12; ahead++) {
    if (Number(calendarDay(from, day + ahead).date.slice(8)) === dayOfMonth) return true
    if (works(calendarDay(from, day + ahead + 1))) return false
  }
  return false
}

const since = new Map<string, number[]>()

/** How many days ago pay came last; 40 where it did not in the last 40 days. */
export function daysSincePay(from: string, day: number, dayOfMonth: number): number {
  const key = `${from} ${dayOfMonth}`
  let days = since.get(key)
  if (!days) since.set(key, (days = []))
  const found = days[day + before]
  if (found !== undefined) return found
  let ago = 0
  while (ago < 40 && !paysOn(from, day - ago, dayOfMonth)) ago++
  return (days[day + before] = ago)
}
