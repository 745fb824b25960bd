import type { EqlType, Expr, Types } from '../contract.ts'
import type { Binder } from './bind.ts'
import type { Moment } from './calendar.ts'

/**
 * A value in a statement: numbers as they are, money Int64, times Int64 of milliseconds, days Int32 since 1970, texts, lists
 * Array(String), conditions UInt8. `nullable`: null is missing; of a list the empty one is.
 */
export type Sql = { readonly sql: string; readonly type: EqlType | 'missing'; readonly nullable: boolean }

export const mostMoney = 9_007_199_254_740_991n

export const missing: Sql = { sql: 'NULL', type: 'missing', nullable: true }

/** What is known of the world outside of one expression. */
export type Known = {
  readonly binder: Binder
  readonly moment: Moment
  readonly types: Types
  readonly params: Readonly<Record<string, unknown>>
}

/** Expressions of one scope, as functions and windows need them. */
export type Exprs = {
  readonly known: Known
  readonly zone: string
  readonly today: string
  readonly now: string
  value(expr: Expr): Sql
  /** The expression at its first place, and what to write at the others. */
  twice(sql: string): [first: string, again: string]
  /** In the one form of its type, nullable. */
  as(value: Sql, type: EqlType | 'missing'): string
  dayOf(value: Sql): Sql
  local(value: Sql): string
  compare(op: '=' | '<' | '<=' | '>' | '>=', one: Sql, other: Sql): string
  exactMoney(sql: string): Sql
  roundedMoney(sql: string): Sql
}

/** `round` of the engine takes halves to the even neighbour. */
export function halfAway(first: string, again: string): string {
  return `(trunc(${first}) + sign(${again}) * (abs(${again} - trunc(${again})) >= 0.5))`
}

/** Decimal digits of yuan as whole minor units. */
export function minorUnits(digits: string): bigint {
  const sign = digits.startsWith('-') ? -1n : 1n
  const [whole = '0', fraction = ''] = digits.replace('-', '').split('.')
  return sign * (BigInt(whole) * 100n + BigInt(fraction.slice(0, 2).padEnd(2, '0')))
}

export function yuanToMinor(yuan: number): bigint {
  const [whole = '0', fraction = ''] = Math.abs(yuan).toFixed(2).split('.')
  return (yuan < 0 ? -1n : 1n) * (BigInt(whole) * 100n + BigInt(fraction))
}
