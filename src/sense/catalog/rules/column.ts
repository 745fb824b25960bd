import { isDay } from '../../../platform/time/day.ts'
import { atLocalTime, homeZone } from '../../../platform/time/zone.ts'
import type { ValueType } from '../contract.ts'
import type { KnownAttribute } from './item.ts'
import { valueFault } from './value.ts'

/** What an attribute is in ClickHouse. */
export type Column = { readonly name: string; readonly type: string }

/** A name as it stands in a statement, whatever letters it has. */
export function columnSql(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

/** The column that holds an attribute's value; `has_<name>` where it is personal: only whether it is known. */
export function columnOf(attribute: Pick<KnownAttribute, 'name' | 'type' | 'codes' | 'personal'>): Column | undefined {
  if (attribute.personal) return { name: `has_${attribute.name}`, type: 'Bool' }
  const type = typeOf(attribute)
  return type ? { name: `a_${attribute.name}`, type } : undefined
}

function typeOf({ type, codes }: Pick<KnownAttribute, 'type' | 'codes'>): string | undefined {
  return type === 'text' && codes ? 'LowCardinality(Nullable(String))' : columnTypes[type]
}

const columnTypes: Record<ValueType, string | undefined> = {
  text: 'Nullable(String)',
  number: 'Nullable(Float64)',
  integer: 'Nullable(Int64)',
  money: 'Nullable(Int64)',
  boolean: 'Nullable(Bool)',
  time: "Nullable(DateTime64(3, 'UTC'))",
  day: 'Nullable(Date32)',
  list: 'Array(String)',
  object: undefined,
}

/** Columns of the attributes in use, in the order of their names. */
export function columnsOf(attributes: Iterable<KnownAttribute>): Column[] {
  const columns = [...attributes].flatMap((one) => (one.state === 'active' ? (columnOf(one) ?? []) : []))
  return columns.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * A value as its column takes it; undefined when it is not of the type. Numbers are taken for texts too: customer numbers
 * come as both. A text without a zone is on the bank's clock.
 */
export function columnValue(type: ValueType, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type === 'text') return scalarText(value)
  if (type === 'list')
    return Array.isArray(value) ? value.map((one) => scalarText(one) ?? JSON.stringify(one)) : undefined
  if (valueFault({ name: '', type, codes: undefined }, value, '')) return undefined
  if (type === 'day') return inRange(value as string) ? value : undefined
  if (type !== 'time') return value
  const time = instantOf(value as string | number)
  return time && inRange(time.toISOString()) ? time : undefined
}

function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

/** What Date32 and DateTime64 can hold. */
function inRange(iso: string): boolean {
  const year = /^\d{4}-/.test(iso) ? Number(iso.slice(0, 4)) : 0
  return year >= 1900 && year <= 2299
}

const written = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/

/** Of what `valueFault` takes for a time; undefined where there is no such moment (a 61st second). */
function instantOf(value: string | number): Date | undefined {
  if (typeof value === 'number') return new Date(value)
  const [, day = '', minute = '', second = ':00', fraction = '', zone] = written.exec(value) ?? []
  const clock = `${minute}${second}.${fraction.slice(0, 3).padEnd(3, '0')}`
  if (!isDay(day) || !/:[0-5]\d[.]/.test(clock)) return undefined
  if (zone === undefined) return atLocalTime(day, clock, homeZone)
  const time = new Date(`${day}T${clock}${zone.replace(/(\d{2})(\d{2})$/, '$1:$2')}`)
  return Number.isNaN(time.getTime()) ? undefined : time
}
