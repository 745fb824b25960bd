import type { Promotable } from '../contract.ts'
import { columnSql } from './column.ts'

export const promotedTypes: Record<Promotable, string> = {
  text: 'Nullable(String)',
  number: 'Nullable(Float64)',
  integer: 'Nullable(Int64)',
  money: 'Nullable(Int64)',
  boolean: 'Nullable(Bool)',
  time: "Nullable(DateTime64(3, 'UTC'))",
  day: 'Nullable(Date32)',
}

/** The column of a property that was promoted. */
export const promotedColumn = (name: string) => columnSql(`p_${name}`)
