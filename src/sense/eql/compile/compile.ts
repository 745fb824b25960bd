import type { ClickHouseSettings } from '@clickhouse/client'
import type { Zone } from '../../../platform/time/zone.ts'
import type { Expr, Rule, Schema, Types } from '../contract.ts'
import { Binder } from './bind.ts'
import { Customers, cheapOf } from './customers.ts'
import type { Layout } from './layout.ts'
import type { Place } from './sources.ts'
import type { Known, Sql } from './values.ts'

/** A statement, as `facts.query` takes it. */
export type Compiled = { sql: string; params: Record<string, unknown>; settings: ClickHouseSettings }

/** Of what and when a checked rule is asked. */
export type Asked = {
  readonly schema: Schema
  readonly layout: Layout
  /** What the check found out. */
  readonly types: Types
  readonly now: Date
  readonly zone: Zone
  readonly params?: Readonly<Record<string, unknown>>
  readonly scope: 'everyone' | readonly number[] | Subset
  /** `now` lies in the past: attributes as they stood then, and customers who were there. */
  readonly past?: boolean
  readonly limits?: Partial<Limits>
}

/** Customers as a subquery in brackets, of one column of their numbers; its parameters have names that no rule's have. */
export type Subset = { readonly sql: string; readonly params: Readonly<Record<string, unknown>> }

export type Limits = { seconds: number; memory: number; rows: number; threads: number }

const usual: Limits = { seconds: 300, memory: 8 * 2 ** 30, rows: 0, threads: 0 }

/** The customers for whom the rule holds, one row each, column `customer`. */
export function compileRule(rule: Rule, asked: Asked): Compiled {
  return statement(asked, (place) => `SELECT ${whole(rule, place, (id) => `${id} AS customer`)}`, { all: rule.body })
}

/** How many they are, column `customers`. */
export function compileCount(rule: Rule, asked: Asked): Compiled {
  return statement(asked, (place) => `SELECT ${whole(rule, place, () => 'count() AS customers')}`, { all: rule.body })
}

function whole({ body }: Rule, place: Place, columns: (id: string) => string): string {
  const customers = new Customers(place)
  customers.plan([body], [])
  customers.require(body)
  const test = customers.condition(body)
  return `${columns(customers.id)} ${customers.from([test])}`
}

/**
 * Several rules asked together, for one answer: columns `m0`, `m1` … of arrays of customers, or of bitmaps. What they look at is
 * scanned once for all of them. `types` must know the nodes of all.
 */
export function compileTogether(conditions: readonly Expr[], asked: Asked, as: 'array' | 'bitmap' = 'array'): Compiled {
  const group = as === 'array' ? 'groupArrayIf' : 'groupBitmapStateIf'
  return statement(asked, (place) => {
    const customers = new Customers(place)
    customers.plan(conditions, [])
    const columns = conditions.map((expr, i) => `${group}(${customers.id}, ${customers.condition(expr)}) AS m${i}`)
    return `SELECT ${columns.join(', ')} ${customers.from([])}`
  })
}

/**
 * How many of one customer in `part`, for each of the conditions: columns `universe`, and `c0`, `c1` … See `estimateOf`.
 * All conditions share their scans: the rule and each of its parts are asked together. `of`: a test over a person's number, for
 * those that are asked about at all; what it binds the caller adds.
 */
export function compileEstimate(
  conditions: readonly Expr[],
  asked: Asked,
  part: number,
  of: ((person: string) => string) | null = null,
): Compiled {
  const tests = (person: string) => [
    ...(part > 1 ? [`intHash32(${person}) % ${Math.trunc(part)} = 0`] : []),
    ...(of === null ? [] : [of(person)]),
  ]
  const sample = part > 1 || of !== null ? (person: string) => tests(person).join(' AND ') : null
  return statement(
    asked,
    (place) => {
      const customers = new Customers(place)
      customers.plan(conditions, [])
      const columns = conditions.map((expr, i) => `countIf(${customers.condition(expr)}) AS c${i}`)
      return `SELECT count() AS universe${columns.map((column) => `, ${column}`).join('')} ${customers.from([])}`
    },
    { sample },
  )
}

/** The value of a rule for each customer who has one: columns `customer` and `value`. Money is in minor units. */
export function compileValue(rule: Rule, asked: Asked): Compiled {
  return statement(asked, (place) => {
    const customers = new Customers(place)
    customers.plan([], [rule.body])
    const value = shown(customers.value(rule.body))
    return `SELECT customer, value FROM (SELECT ${customers.id} AS customer, ${value.sql} AS value ${customers.from([])}) WHERE ${value.known}`
  })
}

function shown(value: Sql): { sql: string; known: string } {
  const known = value.type === 'list' ? 'notEmpty(value)' : value.nullable ? 'isNotNull(value)' : '1'
  switch (value.type) {
    case 'day':
      return { sql: `toDate32('1970-01-01') + ${value.sql}`, known }
    case 'time':
      return { sql: `fromUnixTimestamp64Milli(${value.sql}, 'UTC')`, known }
    case 'boolean':
      return { sql: `CAST(${value.sql}, '${value.nullable ? 'Nullable(Bool)' : 'Bool'}')`, known }
    default:
      return { sql: value.sql, known }
  }
}

/** Of how many customers one is asked in a sample of about `wanted`; 1: all of them. */
export function partOf(customers: number, wanted: number): number {
  return Math.max(1, Math.floor(customers / wanted))
}

/** What a sample says of all, and how far that may be off in 95 of 100 samples (Agresti and Coull 1998). */
export function estimateOf(row: { universe: bigint | number; hits: bigint | number }, part: number) {
  const [n, hits] = [Number(row.universe), Number(row.hits)]
  if (part <= 1) return { customers: hits, low: hits, high: hits }
  const z = 1.96
  const around = n + z * z
  const share = (hits + (z * z) / 2) / around
  const error = z * Math.sqrt((share * (1 - share)) / around)
  const all = n * part
  return {
    customers: hits * part,
    low: Math.max(0, Math.floor((share - error) * all)),
    high: Math.ceil(Math.min(1, share + error) * all),
  }
}

/** `all`: what everyone who is answered passes. */
type Manner = { sample?: Place['sample']; all?: Expr }

/** Whatever is read of the places of one asking. */
export function statement(
  asked: Asked,
  write: (place: Place) => string,
  { sample = null, all }: Manner = {},
): Compiled {
  const binder = new Binder()
  const known: Known = {
    binder,
    moment: { now: asked.now.getTime(), zone: asked.zone },
    types: asked.types,
    params: asked.params ?? {},
  }
  const everyone = asked.scope === 'everyone' && sample === null && !asked.past
  const cheap = everyone && all !== undefined ? cheapOf(all) : []
  let names = 0
  let among: string | null | undefined
  // One window, one text: equal tests are known by it.
  const bounds = new Map<string, string>()
  const place: Place = {
    known,
    schema: asked.schema,
    layout: asked.layout,
    scope: scopeSql(asked.scope, binder),
    sample,
    past: asked.past ?? false,
    fresh: () => `n${++names}_`,
    among() {
      among ??= cheap.length === 0 ? null : some((customers) => [`${customers.id} AS person`])
      return among
    },
    bounds(of) {
      const key = JSON.stringify(of)
      const written = bounds.get(key)
      if (written !== undefined) return written
      const exprs = of.map(({ expr }) => expr)
      const columns = (customers: Customers) => of.map((bound, i) => `${customers.bound(bound).sql} AS b${i}`)
      const sql = some((customers) => [`${customers.id} AS customer`, ...columns(customers)], exprs)
      bounds.set(key, sql)
      return sql
    },
  }
  /** Of those who pass what is asked of the customers themselves. */
  function some(columns: (customers: Customers) => string[], values: readonly Expr[] = []): string {
    const customers = new Customers(place)
    customers.plan(cheap, values)
    const tests = cheap.map((expr) => customers.condition(expr))
    return `SELECT ${columns(customers).join(', ')} ${customers.from(tests)}`
  }
  const own = typeof asked.scope === 'object' && 'sql' in asked.scope ? asked.scope.params : {}
  return {
    sql: write(place),
    params: { ...own, ...binder.params },
    settings: settingsOf({ ...usual, ...asked.limits }),
  }
}

function scopeSql(scope: Asked['scope'], binder: Binder): string | null {
  if (scope === 'everyone') return null
  return 'sql' in scope ? scope.sql : binder.bind('Array(UInt32)', [...scope])
}

function settingsOf({ seconds, memory, rows, threads }: Limits): ClickHouseSettings {
  return {
    max_execution_time: seconds,
    max_memory_usage: String(memory),
    max_rows_to_read: String(rows),
    ...(threads > 0 ? { max_threads: threads } : {}),
    // What the statements rely on, whatever the server's profile says.
    join_use_nulls: 0,
    transform_null_in: 0,
    max_query_size: '16777216',
  }
}
