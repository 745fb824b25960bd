import type { Facts } from '../../platform/facts/facts.ts'
import type { Promotable } from './contract.ts'
import { type Column, columnOf, columnSql } from './rules/column.ts'
import type { KnownAttribute } from './rules/item.ts'
import { promotedColumn, promotedTypes } from './rules/promoted.ts'

/** The table of a type of things: `customer`, or `entity_<type>` for the others. Types have no other letters than a–z, 0–9 and _. */
export function tableOf(type: string): string {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(type)) throw new Error(`not a type of things: ${JSON.stringify(type)}`)
  return type === 'customer' ? 'customer' : `entity_${type}`
}

/**
 * By customer, because questions about a few customers read few rows of it; `customer` is the number whose the thing is,
 * 0 where it is nobody's or nobody is known by what it says.
 */
export async function makeItemTable(facts: Facts, type: string): Promise<void> {
  await facts.command({
    sql: `
      CREATE TABLE IF NOT EXISTS ${tableOf(type)}
      (
          id String,
          customer UInt32,
          source LowCardinality(String),
          updated DateTime64(3, 'UTC'),
          unfit Array(LowCardinality(String)) COMMENT 'attributes whose value is not of their type: their columns are null',
          version UInt64,
          deleted UInt8,
          INDEX by_version version TYPE minmax GRANULARITY 1
      )
      ENGINE = ReplacingMergeTree(version, deleted)
      ORDER BY (customer, id)
      SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
      COMMENT 'derived'`,
  })
}

/** The columns that attributes have now. */
export function columnsNow(facts: Facts, type: string): Promise<Column[]> {
  return facts.query<Column>({
    sql: `SELECT name, type FROM system.columns
          WHERE database = {database:String} AND table = {table:String} AND (startsWith(name, 'a_') OR startsWith(name, 'has_'))
          ORDER BY name`,
    params: { database: facts.database, table: tableOf(type) },
  })
}

/**
 * The statements that add and drop the columns of attributes, while others read and write: a column that was added is null
 * until the rows are written again. One whose type is another is dropped and added anew.
 */
export async function columnChanges(facts: Facts, type: string, wanted: readonly Column[]): Promise<string[]> {
  const now = new Map((await columnsNow(facts, type)).map((column) => [column.name, column.type]))
  const names = new Map(wanted.map((column) => [column.name, column.type]))
  const gone = [...now].filter(([name, kind]) => names.get(name) !== kind)
  const fresh = wanted.filter((column) => now.get(column.name) !== column.type)
  // Dropped first and by itself: one statement cannot drop and add a column of the same name.
  return [
    gone.map(([name]) => `DROP COLUMN IF EXISTS ${columnSql(name)}`),
    fresh.map((column) => `ADD COLUMN IF NOT EXISTS ${columnSql(column.name)} ${column.type}`),
  ].flatMap((parts) => (parts.length > 0 ? [`ALTER TABLE ${tableOf(type)} ${parts.join(', ')}`] : []))
}

/** Each is the row of its own, and takes the place of an older one with the same key. */
export async function insertRows(facts: Facts, type: string, rows: readonly object[]): Promise<void> {
  if (rows.length > 0) await facts.insert(tableOf(type), rows)
}

/** After all rows were written anew: takes away what is older. */
export async function sweep(facts: Facts, type: string, version: bigint): Promise<void> {
  await facts.command({
    sql: `ALTER TABLE ${tableOf(type)} DELETE WHERE version < {version:UInt64} SETTINGS mutations_sync = 1`,
    params: { version: String(version) },
    timeoutMs: 3_600_000,
  })
}

export async function newestVersion(facts: Facts, type: string): Promise<bigint> {
  const [row] = await facts.query<{ version: bigint }>({ sql: `SELECT max(version) AS version FROM ${tableOf(type)}` })
  return row?.version ?? 0n
}

export async function tablesThere(facts: Facts): Promise<ReadonlySet<string>> {
  const rows = await facts.query<{ name: string }>({
    sql: 'SELECT name FROM system.tables WHERE database = {database:String}',
    params: { database: facts.database },
  })
  return new Set(rows.map((row) => row.name))
}

export async function countThings(
  facts: Facts,
  customer: number,
  types: readonly string[],
): Promise<Map<string, number>> {
  if (types.length === 0) return new Map()
  const rows = await facts.query<{ type: string; count: bigint }>({
    sql: types
      .map(
        (type) =>
          `SELECT '${type}' AS type, count() AS count FROM ${tableOf(type)} FINAL WHERE customer = {customer:UInt32}`,
      )
      .join(' UNION ALL '),
    params: { customer },
  })
  return new Map(rows.map((row) => [row.type, Number(row.count)]))
}

export async function countUnfit(facts: Facts, type: string): Promise<{ attribute: string; rows: number }[]> {
  const rows = await facts.query<{ attribute: string; rows: bigint }>({
    sql: `SELECT attribute, count() AS rows FROM ${tableOf(type)} FINAL ARRAY JOIN unfit AS attribute
          GROUP BY attribute ORDER BY rows DESC, attribute`,
  })
  return rows.map((row) => ({ attribute: row.attribute, rows: Number(row.rows) }))
}

type ThingsPage = { type: string; customer: number; after: number; limit: number }

/** Those of one customer, by an attribute of theirs from the top down. */
export function pageOfThings(
  facts: Facts,
  { type, customer, after, limit }: ThingsPage,
  attributes: readonly KnownAttribute[],
  order: KnownAttribute | undefined,
): Promise<(Record<string, unknown> & { id: string })[]> {
  const columns = attributes.flatMap((one) => columnOf(one)?.name ?? [])
  const by = order && columnOf(order)?.name
  return facts.query({
    sql: `
      SELECT id${columns.map((name) => `, ${columnSql(name)}`).join('')}
      FROM ${tableOf(type)} FINAL
      WHERE customer = {customer:UInt32}
      ORDER BY ${by ? `${columnSql(by)} DESC NULLS LAST, ` : ''}id
      LIMIT {limit:UInt32} OFFSET {after:UInt32}`,
    params: { customer, after, limit },
  })
}

/**
 * `value` is the expression that questions read it by without the column. A default and no materialized column: only so is it in
 * the projection by customer too.
 */
export async function addPromoted(facts: Facts, name: string, type: Promotable, value: string): Promise<void> {
  const column = promotedColumn(name)
  const [there] = await promotedNow(facts, name)
  if (!there)
    await facts.command({
      sql: `ALTER TABLE event ADD COLUMN IF NOT EXISTS ${column} ${promotedTypes[type]}
            DEFAULT ${value}`,
      timeoutMs: 600_000,
    })
  const waits = await mutationsOf(facts, name)
  if (waits.length === 0)
    await facts.command({ sql: `ALTER TABLE event MATERIALIZE COLUMN ${column}`, timeoutMs: 600_000 })
}

export async function dropPromoted(facts: Facts, name: string): Promise<void> {
  await facts.command({ sql: `ALTER TABLE event DROP COLUMN IF EXISTS ${promotedColumn(name)}`, timeoutMs: 3_600_000 })
}

function promotedNow(facts: Facts, name: string): Promise<{ name: string }[]> {
  return facts.query({
    sql: `SELECT name FROM system.columns WHERE database = {database:String} AND table = 'event' AND name = {name:String}`,
    params: { database: facts.database, name: `p_${name}` },
  })
}

type Mutation = { left: bigint; done: number; reason: string }

function mutationsOf(facts: Facts, name: string): Promise<Mutation[]> {
  return facts.query<Mutation>({
    sql: `SELECT parts_to_do AS left, is_done AS done, latest_fail_reason AS reason FROM system.mutations
          WHERE database = {database:String} AND table = 'event' AND position(command, {command:String}) > 0 AND NOT is_killed
            AND NOT is_done`,
    params: { database: facts.database, command: `MATERIALIZE COLUMN ${promotedColumn(name)}` },
  })
}

/** How much of the column is written, 0 to 1. What cannot be written is thrown. */
export async function filledPart(facts: Facts, name: string): Promise<number> {
  if ((await promotedNow(facts, name)).length === 0) return 0
  const [mutation] = await mutationsOf(facts, name)
  if (!mutation) return 1
  if (mutation.reason) throw new Error(`the column of ${name} cannot be written: ${mutation.reason}`)
  const [parts] = await facts.query<{ parts: bigint }>({
    sql: `SELECT count() AS parts FROM system.parts WHERE database = {database:String} AND table = 'event' AND active`,
    params: { database: facts.database },
  })
  const all = Math.max(1, Number(parts?.parts ?? 1n))
  return Math.min(0.99, Math.max(0, 1 - Number(mutation.left) / all))
}
