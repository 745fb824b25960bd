import type { Window } from '../contract.ts'
import { daysOfWindow, instantsOfWindow, isFixed, type Range } from './calendar.ts'
import type { Exprs, Sql } from './values.ts'

/** `x within W`. Of a day the calendar counts, of a time the instants. */
export function windowSql(scalars: Exprs, value: Sql, window: Window): string {
  if (value.type === 'missing') return '0'
  const { binder, moment } = scalars.known
  const guard = (test: string) => (value.nullable ? `ifNull(${test}, 0)` : `(${test})`)
  if (isFixed(window)) {
    const range: Range = value.type === 'day' ? daysOfWindow(window, moment) : instantsOfWindow(window, moment)
    const tests = [
      range.from === null ? [] : `${value.sql} >= ${binder.whole(range.from)}`,
      range.until === null ? [] : `${value.sql} < ${binder.whole(range.until)}`,
    ].flat()
    if (tests.length === 0) return value.nullable ? `isNotNull(${value.sql})` : '1'
    return guard(tests.join(' AND '))
  }
  const from = scalars.value(window.from)
  if (value.type === 'day') {
    const until =
      window.kind === 'since'
        ? ({ sql: scalars.today, type: 'day', nullable: false } as const)
        : scalars.value(window.to)
    const low = scalars.compare('<=', scalars.dayOf(from), value)
    return `(${low} AND ${scalars.compare('<=', value, scalars.dayOf(until))})`
  }
  const low = scalars.compare('<=', startSql(scalars, from), value)
  const end: Sql =
    window.kind === 'since'
      ? { sql: scalars.now, type: 'time', nullable: false }
      : endSql(scalars, scalars.value(window.to))
  return `(${low} AND ${scalars.compare('<', value, end)})`
}

/** The first instant of a day; an instant as it is. */
export function startSql(scalars: Exprs, bound: Sql): Sql {
  if (bound.type !== 'day') return bound
  return {
    ...bound,
    sql: `toUnixTimestamp64Milli(toDateTime64(${scalars.local(bound)}, 3, ${scalars.zone}))`,
    type: 'time',
  }
}

/** A day at the end belongs to the window, an instant does not. */
export function endSql(scalars: Exprs, bound: Sql): Sql {
  if (bound.type !== 'day') return bound
  return startSql(scalars, { ...bound, sql: `(${bound.sql} + 1)` })
}
