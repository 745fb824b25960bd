import type { TObject } from 'typebox'
import type { Text } from '../../../platform/problem.ts'
import type { EqlType, Expr, Schema, SchemaField } from '../../eql/contract.ts'
import type { RfmCuts } from '../contract.ts'

/** Reads the texts that a definition holds. What is wrong is thrown beside the field it stands in. */
export type TextReader = {
  readonly schema: Schema
  /** True or false of a customer. */
  condition(text: string, field: string): Expr
  /** A value of a customer. */
  value(text: string, field: string): Expr
  /** True or false of an event of these kinds; null for an empty text. */
  ofEvent(events: readonly string[], text: string | undefined, field: string): Expr | null
  typeOf(expr: Expr, field: string): EqlType
}

/**
 * A kind of tag: how its definition is written and what rule it comes to. One file each; the map in kinds.ts is closed.
 */
export type TagKind<D> = {
  readonly definition: TObject
  readonly name: Text
  /** Null: its values are given from outside. `cuts`: where scores are cut, for what is fitted first. */
  toRule: ((definition: D, reader: TextReader, cuts?: RfmCuts) => Expr) | null
  /** The values it can have, in their order, where they are known beforehand. */
  codes?(definition: D, schema: Schema): string[]
  /** Numbers whose quantiles are looked up before there is a rule; null: nothing to look up. */
  fit?(definition: D, reader: TextReader): { measures: { r: Expr; f: Expr; m: Expr }; bins: number } | null
  /** Of values that are given. */
  type?(definition: D): EqlType
}

export function fieldOf(schema: Schema, name: string): SchemaField | undefined {
  return schema.entities.find((one) => one.name === 'customer')?.fields.find((one) => one.name === name)
}

export const number = (value: number): Expr => ({ kind: 'number', value: decimal(value) })
export const missing: Expr = { kind: 'missing' }
export const textOf = (value: string): Expr => ({ kind: 'text', value })

/** As the language writes numbers: digits, never an exponent. */
export function decimal(value: number): string {
  const plain = String(value)
  return /e/i.test(plain) ? value.toFixed(12).replace(/\.?0+$/, '') : plain
}

export function unique(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((one) => one !== null))]
}
