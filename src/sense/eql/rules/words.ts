import type { CalendarUnit, FunctionName, Gap, SpanUnit } from '../contract.ts'

/** Words that begin or join something wherever they stand: a thing of that name is written in double quotes. */
export const reserved: ReadonlySet<string> = new Set(
  (
    'and or not in is between within as of where if then else case when end true false missing now today ' +
    'occurred_at tag contains starts ends'
  ).split(' '),
)

const spanWords: [SpanUnit, ...string[]][] = [
  ['minute', 'minutes'],
  ['hour', 'hours'],
  ['day', 'days'],
  ['week', 'weeks'],
  ['month', 'months'],
  ['year', 'years'],
]
export const spanUnitOf: ReadonlyMap<string, SpanUnit> = new Map(
  spanWords.flatMap(([unit, plural = '']) => [[unit, unit] as const, [plural, unit] as const]),
)
export const gapUnitOf: ReadonlyMap<string, Gap['unit']> = new Map(
  [...spanUnitOf].flatMap(([word, unit]) => (unit === 'month' || unit === 'year' ? [] : [[word, unit] as const])),
)
export const calendarUnitOf: ReadonlyMap<string, CalendarUnit> = new Map(
  (['day', 'week', 'month', 'quarter', 'year'] as const).flatMap((unit) => [
    [unit, unit] as const,
    [`${unit}s`, unit] as const,
  ]),
)

/** Functions that are written `name(…)`; the others are phrases: `days since x`. */
export const phrases: ReadonlyMap<string, FunctionName> = new Map([
  ['days since', 'days_since'],
  ['months since', 'months_since'],
  ['years since', 'years_since'],
  ['days until', 'days_until'],
])
export const phraseOf: ReadonlyMap<FunctionName, string> = new Map([...phrases].map(([phrase, fn]) => [fn, phrase]))

/** What a number may carry: a power of ten, and whether it is money. 5万 is 50000; 5万元 is 50000 yuan. */
export const numberMarks: ReadonlyMap<string, { tens: number; money: boolean }> = new Map([
  ['万', { tens: 4, money: false }],
  ['亿', { tens: 8, money: false }],
  ['元', { tens: 0, money: true }],
  ['万元', { tens: 4, money: true }],
  ['亿元', { tens: 8, money: true }],
  ['yuan', { tens: 0, money: true }],
])

export function plural(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? '' : 's'}`
}

/** The one way to write a decimal: no zeros that say nothing, moved by `tens` places. */
export function decimal(digits: string, tens: number): string {
  const [whole = '', fraction = ''] = digits.replaceAll('_', '').split('.')
  const padded = fraction.padEnd(tens, '0')
  const left = (whole + padded.slice(0, tens)).replace(/^0+(?=\d)/, '') || '0'
  const right = padded.slice(tens).replace(/0+$/, '')
  return right === '' ? left : `${left}.${right}`
}
