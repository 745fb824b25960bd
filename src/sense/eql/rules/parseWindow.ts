import type { CalendarUnit, Expr, Gap, SpanUnit, Window } from '../contract.ts'
import type { Reader } from './reader.ts'
import { calendarUnitOf, gapUnitOf, spanUnitOf } from './words.ts'

/** How tightly the bounds of a window hold: sums and shifts, no comparisons. */
type ReadBound = (reader: Reader) => Expr

const beginnings = ['last', 'today', 'yesterday', 'this', 'previous', 'ever', 'since', 'from']
const ahead = ['next', 'tomorrow', 'following']

function isWindow(reader: Reader): boolean {
  return [...beginnings, ...ahead].includes(reader.token.word)
}

export function readWindow(reader: Reader, readBound: ReadBound): Window {
  reader.expect({ what: 'words', words: [...beginnings, ...ahead] })
  const { word, value } = reader.token
  if (!isWindow(reader)) {
    reader.fail(
      'eql.expected_window',
      `这里应当是时间窗,例如 last 30 days、this month、ever,而不是“${value}”`,
      `A window is expected here, such as last 30 days, this month, ever; not “${value}”`,
    )
  }
  reader.next()
  if (word === 'ever') return { kind: 'ever' }
  if (word === 'today') return { kind: 'this', unit: 'day' }
  if (word === 'yesterday') return { kind: 'previous', n: 1, unit: 'day' }
  if (word === 'tomorrow') return { kind: 'following', n: 1, unit: 'day' }
  if (word === 'this') return { kind: 'this', unit: readCalendarUnit(reader) }
  if (word === 'since') return { kind: 'since', from: readBound(reader) }
  if (word === 'from') return readRange(reader, readBound)
  return readCounted(reader, word)
}

function readRange(reader: Reader, readBound: ReadBound): Window {
  const from = readBound(reader)
  reader.expect({ what: 'words', words: ['to'] })
  if (!reader.takeWords('to'))
    reader.fail('eql.expected', '这里应当是 to 和结束日期', 'Here “to” and the last day are expected')
  return { kind: 'range', from, to: readBound(reader) }
}

/** `last 30 days` rolls; `last month` and `previous 2 months` are of the calendar, and so are their likes ahead. */
function readCounted(reader: Reader, word: string): Window {
  const back = word === 'last' || word === 'previous'
  const calendar = word === 'previous' || word === 'following'
  if (reader.token.kind !== 'number') {
    const unit = readCalendarUnit(reader)
    return back ? { kind: 'previous', n: 1, unit } : { kind: 'following', n: 1, unit }
  }
  const n = readAmount(reader, calendar ? 1000 : 100_000)
  if (calendar) {
    const unit = readCalendarUnit(reader)
    return back ? { kind: 'previous', n, unit } : { kind: 'following', n, unit }
  }
  const unit = readUnit(reader, spanUnitOf)
  return back ? { kind: 'last', n, unit } : { kind: 'next', n, unit }
}

function readCalendarUnit(reader: Reader): CalendarUnit {
  return readUnit(reader, calendarUnitOf)
}

function readUnit<Unit extends CalendarUnit | SpanUnit>(reader: Reader, units: ReadonlyMap<string, Unit>): Unit {
  reader.expect({ what: 'words', words: [...units.keys()] })
  const unit = units.get(reader.token.word)
  if (reader.token.kind !== 'name' || unit === undefined) {
    const those = [...new Set(units.values())].join(', ')
    return reader.fail('eql.expected_unit', `这里应当是时间单位:${those}`, `A unit of time is expected here: ${those}`)
  }
  reader.next()
  return unit
}

/** A whole number that is at least 1. */
export function readAmount(reader: Reader, most: number): number {
  const { kind, value, span } = reader.token
  const n = kind === 'number' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (!(n >= 1 && n <= most)) {
    reader.fail(
      'eql.expected_amount',
      `这里应当是 1 到 ${most} 之间的整数`,
      `A whole number from 1 to ${most} is expected here`,
      span,
    )
  }
  reader.next()
  return n
}

export function readGap(reader: Reader): Gap {
  const n = readAmount(reader, 100_000)
  return { n, unit: readUnit(reader, gapUnitOf) }
}
