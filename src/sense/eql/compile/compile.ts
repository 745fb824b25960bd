import type { ClickHouseSettings } from '@clickhouse/client'
import type { Zone } from '../../../platform/time/zone.ts'
import type { Expr, Rule, Schema, Types } from '../contract.ts'
import { Binder } from './bind.ts'
import { Customers } from './customers.ts'
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
  readonly scope: 'everyone' | readonly number[]
  /** `now` lies in the past: attributes as they stood then, and customers who were there. */
  readonly past?: boolean
  readonly limits?: Partial<Limits>
}

export type Limits = { seconds: number; memory: number; rows: number; threads: number }

const usual: Limits = { seconds: 300, memory: 8 * 2 ** 30, rows: 0, threads: 0 }

/** The customers for whom the rule holds, one row each, column `customer`. */
export function compileRule(rule: Rule, asked: Asked): Compiled {
  return statement(asked, (place) => {
    const customers = new Customers(place)
    customers.plan([rule.body], [])
    const test = customers.condition(rule.body)
    return `SELECT ${customers.id} AS customer ${customers.from([test])}`
  })
}

/** How many they are, column `customers`. */
export function compileCount(rule: Rule, asked: Asked): Compiled {
  return statement(asked, (place) => {
    const customers = new Customers(place)
    customers.plan([rule.body], [])
    const test = customers.condition(rule.body)
    return `SELECT count() AS customers ${customers.from([test])}`
  })
}

/**
 * Several rules asked together, for one answer: columns `m0`, `m1` … of arrays of customers. What they look at is scanned once for
 * all of them. `types` must know the nodes of all.
 */
export function compileTogether(conditions: readonly Expr[], asked: Asked): Compiled {
  return statement(asked, (place) => {
    const customers = new Customers(place)
    customers.plan(conditions, [])
    const columns = conditions.map((expr, i) => `groupArrayIf(${customers.id}, ${customers.condition(expr)}) AS m${i}`)
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
    sample,
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

function statement(asked: Asked, write: (place: Place) => string, sample: Place['sample'] = null): Compiled {
  const binder = new Binder()
  const known: Known = {
    binder,
    moment: { now: asked.now.getTime(), zone: asked.zone },
    types: asked.types,
    params: asked.params ?? {},
  }
  let names = 0
  const place: Place = {
    known,
    schema: asked.schema,
    layout: asked.layout,
    scope: asked.scope === 'everyone' ? null : binder.bind('Array(UInt32)', [...asked.scope]),
    sample,
    past: asked.past ?? false,
    fresh: () => `n${++names}_`,
    bounds(of) {
      const customers = new Customers(place)
      customers.plan(
        [],
        of.map(({ expr }) => expr),
      )
      const columns = of.map((bound, i) => `${customers.bound(bound).sql} AS b${i}`)
      return `SELECT ${customers.id} AS customer, ${columns.join(', ')} ${customers.from([])}`
    },
  }
  return { sql: write(place), params: binder.params, settings: settingsOf({ ...usual, ...asked.limits }) }
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
