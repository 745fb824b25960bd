import type { Facts, Statement } from '../../platform/facts/facts.ts'
import type { EqlType } from './contract.ts'
import { type Cell, columnOf } from './rules/value.ts'

/** Organisations that a tag is narrowed to; null: no narrowing. */
export type Within = readonly string[] | null
/** Gives a value a name in the statement. */
export type Bind = { text(value: string): string; instant(ms: number): string }

/** A person may wait for it, and nobody else does. */
export const long = 1_800_000

export async function countCustomers(facts: Facts, within: Within = null): Promise<number> {
  const [row] = await facts.query<{ n: bigint }>({
    sql: `SELECT count() AS n FROM customer FINAL${within ? ' WHERE org IN {orgs:Array(String)}' : ''}`,
    params: within ? { orgs: within } : {},
  })
  return Number(row?.n ?? 0n)
}

export async function countOf(facts: Facts, source: Statement, signal?: AbortSignal): Promise<number> {
  const [row] = await facts.query<{ n: bigint }>({ ...source, sql: `SELECT count() AS n FROM (${source.sql})`, signal })
  return Number(row?.n ?? 0n)
}

// ---- reading

/** A value out of its column, as the layout of the language wants it. */
function valueSql(type: EqlType): string {
  switch (type) {
    case 'boolean':
      return "CAST(whole, 'Nullable(Bool)')"
    case 'day':
      return "toDate32('1970-01-01') + whole"
    case 'time':
      return "fromUnixTimestamp64Milli(whole, 'UTC')"
    default:
      return columnOf(type)
  }
}

/** `SELECT customer, value` of what stands now. */
function standingSql(bind: Bind, of: { tag: string; run: string; type: EqlType }): string {
  return `SELECT customer, ${valueSql(of.type)} AS value FROM tag_value FINAL
    WHERE tag = ${bind.text(of.tag)} AND run = ${bind.text(of.run)}`
}

/** `SELECT customer, value` as it stood at an instant. */
function pastSql(bind: Bind, of: { tag: string; at: number; type: EqlType }): string {
  const columns = ['gone', 'whole', 'number', 'text', 'list']
  return `SELECT customer, ${valueSql(of.type)} AS value FROM (
    SELECT customer, argMax(tuple(${columns.map((column) => `tag_history.${column}`).join(', ')}), at) AS last,
      ${columns.map((column, i) => `tupleElement(last, ${i + 1}) AS ${column}`).join(', ')}
    FROM tag_history WHERE tag = ${bind.text(of.tag)} AND at <= ${bind.instant(of.at)} GROUP BY customer) WHERE gone = 0`
}

/**
 * By the persons that numbers are now. His own value goes before those of numbers that were merged into him, of which the least counts.
 * Two branches, so that a condition on the person reaches the index.
 */
function byPerson(own: string): string {
  return `SELECT customer AS person, value FROM (${own}) WHERE customer NOT IN (SELECT customer FROM alias FINAL)
    UNION ALL
    SELECT person, argMin(value, customer) AS value FROM (
      SELECT customer, value, merged.canonical AS person FROM (${own}) AS had
      INNER JOIN (SELECT customer, canonical FROM alias FINAL) AS merged ON merged.customer = had.customer
      WHERE merged.canonical NOT IN (SELECT customer FROM (${own}) WHERE customer IN (SELECT canonical FROM alias FINAL))
    ) GROUP BY person`
}

/** `SELECT person, value` of those who have the tag, now or at an instant before its last computation. */
export function personsSql(
  bind: Bind,
  of: { tag: string; type: EqlType } & ({ run: string } | { at: number }),
): string {
  return byPerson('run' in of ? standingSql(bind, of) : pastSql(bind, of))
}

// ---- writing

function cells(type: EqlType): string {
  const column = columnOf(type)
  const whole = type === 'time' ? 'toUnixTimestamp64Milli(value)' : 'toInt64(value)'
  return ['whole', 'number', 'text', 'list']
    .map((one) => (one !== column ? (one === 'list' ? '[]' : 'NULL') : one === 'whole' ? whole : 'value'))
    .join(', ')
}

const mine = 'customer IN (SELECT id FROM customer FINAL WHERE org IN {orgs:Array(String)})'

/** Writes what a statement `SELECT customer, value` gives as the values of a run. */
export async function fillRun(
  facts: Facts,
  of: { tag: string; run: string; type: EqlType; at: Date },
  compiled: Statement,
  within: Within,
  signal: AbortSignal,
): Promise<void> {
  await facts.command({
    sql: `INSERT INTO tag_value (tag, run, customer, whole, number, text, list, said, version, gone)
          SELECT {filledTag:String}, {filledRun:String}, customer, ${cells(of.type)}, {filledAt:DateTime64(3, 'UTC')}, 0, 0
          FROM (${compiled.sql}) ${within ? `WHERE ${mine}` : ''}`,
    params: {
      ...compiled.params,
      filledTag: of.tag,
      filledRun: of.run,
      filledAt: instant(of.at),
      ...(within ? { orgs: within } : {}),
    },
    ...(compiled.settings ? { settings: compiled.settings } : {}),
    timeoutMs: long,
    signal,
  })
}

const instant = (at: Date) => at.toISOString().replace('T', ' ').replace('Z', '')
const some = 'customer IN {some:Array(UInt32)}'
const rowsOf = (run: string, only: boolean) =>
  `SELECT customer, whole, number, text, list, 1 AS here FROM tag_value FINAL
   WHERE tag = {tag:String} AND run = ${run}${only ? ` AND ${some}` : ''}`

/** Who has another value in one run than in the other, with the new one; `gone`: none any more. */
function differenceSql(type: EqlType, only: boolean): string {
  const column = columnOf(type)
  const differ = type === 'list' ? 'new.list != old.list' : `ifNull(new.${column} != old.${column}, 0)`
  return `SELECT if(new.here = 1, new.customer, old.customer) AS customer, new.whole AS whole, new.number AS number,
      new.text AS text, new.list AS list, new.here = 0 AS gone
    FROM (${rowsOf('{run:String}', false)}) AS new FULL OUTER JOIN (${rowsOf('{before:String}', only)}) AS old
      ON new.customer = old.customer
    WHERE new.here != old.here OR (new.here = 1 AND ${differ})`
}

type Difference = { tag: string; run: string; before: string; type: EqlType; at: Date }

/** Adds to the history what a run changed. Returns of how many customers. */
export async function keepChanges(facts: Facts, of: Difference, signal: AbortSignal): Promise<number> {
  const { tag, run, before } = of
  await facts.command({
    sql: `INSERT INTO tag_history (tag, customer, at, run, gone, whole, number, text, list)
          SELECT {tag:String}, customer, {at:DateTime64(3, 'UTC')}, {run:String}, gone, whole, number, text, list
          FROM (${differenceSql(of.type, false)})`,
    params: { tag, run, before: before || '-', at: instant(of.at) },
    settings: { join_use_nulls: 0 },
    timeoutMs: long,
    signal,
  })
  const [row] = await facts.query<{ n: bigint }>({
    sql: "SELECT count() AS n FROM tag_history WHERE tag = {tag:String} AND at = {at:DateTime64(3, 'UTC')} AND run = {run:String}",
    params: { tag, run, at: instant(of.at) },
  })
  return Number(row?.n ?? 0n)
}

/**
 * Some customers were asked again, into a run of their own: what changed for them becomes the history and the standing values of `into`.
 * Twice is once: a second time finds no difference.
 */
export async function mergeRun(
  facts: Facts,
  of: { tag: string; run: string; into: string; type: EqlType; at: Date; customers: readonly number[] },
  signal: AbortSignal,
): Promise<number> {
  const params = { tag: of.tag, run: of.run, before: of.into, into: of.into, at: instant(of.at), some: of.customers }
  const difference = differenceSql(of.type, true)
  const settings = { join_use_nulls: 0 } as const
  const [row] = await facts.query<{ n: bigint }>({
    sql: `SELECT count() AS n FROM (${difference})`,
    params,
    settings,
    signal,
  })
  const changed = Number(row?.n ?? 0n)
  if (changed === 0) return 0
  await facts.command({
    sql: `INSERT INTO tag_history (tag, customer, at, run, gone, whole, number, text, list)
          SELECT {tag:String}, customer, {at:DateTime64(3, 'UTC')}, {into:String}, gone, whole, number, text, list FROM (${difference})`,
    params,
    settings,
    signal,
  })
  await facts.command({
    sql: `INSERT INTO tag_value (tag, run, customer, whole, number, text, list, said, version, gone)
          SELECT {tag:String}, {into:String}, customer, whole, number, text, list, {at:DateTime64(3, 'UTC')},
            toUnixTimestamp64Milli({at:DateTime64(3, 'UTC')}), gone FROM (${difference})`,
    params,
    settings,
    signal,
  })
  return changed
}

export type GivenRow = { customer: number; cell: Cell | null }

/** Values as they were given. Returns of how many customers it is another than before. */
export async function giveRows(
  facts: Facts,
  of: { tag: string; run: string; type: EqlType; at: Date; version: bigint },
  rows: readonly GivenRow[],
): Promise<number> {
  const held = await facts.query<Cell & { customer: number }>({
    sql: rowsOf('{run:String}', true),
    params: { tag: of.tag, run: of.run, some: rows.map(({ customer }) => customer) },
  })
  const known = new Map(held.map((row) => [row.customer, row]))
  const column = columnOf(of.type)
  const changed = rows.filter(({ customer, cell }) => !isSame(known.get(customer), cell, column))
  const written = ({ customer, cell }: GivenRow) => ({
    ...{ tag: of.tag, run: of.run, customer, gone: cell === null ? 1 : 0 },
    ...(cell ?? { whole: null, number: null, text: null, list: [] }),
  })
  if (changed.length > 0)
    await facts.insert(
      'tag_history',
      changed.map((row) => ({ ...written(row), at: of.at })),
    )
  // What is the same as before is said again: it was confirmed, and does not expire.
  await facts.insert(
    'tag_value',
    rows.map((row) => ({ ...written(row), said: of.at, version: of.version })),
  )
  return changed.length
}

function isSame(held: Cell | undefined, cell: Cell | null, column: keyof Cell): boolean {
  if (!held || !cell) return !held && !cell
  return String(held[column]) === String(cell[column])
}

/** Values last said before an instant go. */
export async function expireValues(
  facts: Facts,
  of: { tag: string; run: string; before: Date; at: Date },
): Promise<number> {
  const params = { tag: of.tag, run: of.run, before: instant(of.before), at: instant(of.at) }
  const old = `FROM tag_value FINAL WHERE tag = {tag:String} AND run = {run:String} AND said < {before:DateTime64(3, 'UTC')}`
  const [row] = await facts.query<{ n: bigint }>({ sql: `SELECT count() AS n ${old}`, params })
  const gone = Number(row?.n ?? 0n)
  if (gone === 0) return 0
  await facts.command({
    sql: `INSERT INTO tag_history (tag, customer, at, run, gone)
          SELECT tag, customer, {at:DateTime64(3, 'UTC')}, run, 1 ${old}`,
    params,
  })
  await facts.command({
    sql: `INSERT INTO tag_value (tag, run, customer, said, version, gone)
          SELECT tag, run, customer, said, toUnixTimestamp64Milli({at:DateTime64(3, 'UTC')}), 1 ${old}`,
    params,
  })
  return gone
}

/** Takes away a run whose values do not stand; `whole`: and what it added to the history, as it was cut off. */
export async function dropRun(facts: Facts, of: { tag: string; run: string; whole: boolean }): Promise<void> {
  const params = { tag: of.tag, run: of.run }
  await facts.command({ sql: 'ALTER TABLE tag_value DROP PARTITION ({tag:String}, {run:String})', params })
  if (of.whole)
    await facts.command({
      sql: 'DELETE FROM tag_history WHERE tag = {tag:String} AND run = {run:String} SETTINGS mutations_sync = 1',
      params,
      timeoutMs: long,
    })
}

/** Runs that have values, whole or not. */
export async function runsKept(facts: Facts, tag: string): Promise<string[]> {
  const rows = await facts.query<{ run: string }>({
    sql: 'SELECT DISTINCT run FROM tag_value WHERE tag = {tag:String}',
    params: { tag },
  })
  return rows.map(({ run }) => run)
}

/** A statement of customers, for those of some organisations. */
export function narrowed(source: Statement, within: readonly string[]): Statement {
  return { ...source, sql: `SELECT * FROM (${source.sql}) WHERE ${mine}`, params: { ...source.params, orgs: within } }
}

/** Customers of a sample: about one in `part`. */
export async function sampleOf(facts: Facts, part: number, within: Within): Promise<number[]> {
  const tests = [
    part > 1 ? [`intHash32(id) % ${Math.trunc(part)} = 0`] : [],
    within ? ['org IN {orgs:Array(String)}'] : [],
  ].flat()
  const rows = await facts.query<{ id: number }>({
    sql: `SELECT id FROM customer FINAL${tests.length > 0 ? ` WHERE ${tests.join(' AND ')}` : ''}`,
    params: within ? { orgs: within } : {},
  })
  return rows.map(({ id }) => id)
}

export type HolderRow = { person: number; value: string }

/** Who has the tag, by number, with the value as text. */
export async function holdersOf(
  facts: Facts,
  source: Statement,
  type: EqlType,
  of: { value: string | null; after: number; limit: number; within: Within },
): Promise<HolderRow[]> {
  const shown = writtenSql(type)
  const tests = [
    'person > {after:UInt32}',
    of.value === null ? [] : type === 'list' ? 'has(value, {value:String})' : `${shown} = {value:String}`,
    of.within ? 'person IN (SELECT id FROM customer FINAL WHERE org IN {orgs:Array(String)})' : [],
  ].flat()
  return facts.query<HolderRow>({
    sql: `SELECT person, ${shown} AS value FROM (SELECT person, value FROM (${source.sql}) WHERE ${tests.join(' AND ')})
          ORDER BY person LIMIT ${Math.trunc(of.limit)}`,
    params: {
      ...source.params,
      after: of.after,
      ...(of.value === null ? {} : { value: of.value }),
      ...(of.within ? { orgs: of.within } : {}),
    },
  })
}

/** As a person reads it; money in minor units, instants in UTC. */
function writtenSql(type: EqlType): string {
  if (type === 'list') return "arrayStringConcat(value, ', ')"
  if (type === 'boolean') return "if(ifNull(value, 0), 'true', 'false')"
  return "ifNull(toString(value), '')"
}

export type OwnValue = { tag: string } & Cell

/** All values of a customer by his numbers, of these runs. */
export function valuesOfCustomer(
  facts: Facts,
  members: readonly number[],
  of: { tags: readonly string[]; runs: readonly string[] },
): Promise<(OwnValue & { customer: number })[]> {
  return facts.query<OwnValue & { customer: number }>({
    sql: `SELECT tag, customer, toString(whole) AS whole, number, text, list FROM tag_value FINAL
          WHERE tag IN {tags:Array(String)} AND run IN {runs:Array(String)} AND customer IN {members:Array(UInt32)}`,
    params: { ...of, members },
  })
}

/** A test of who is asked about, over the organisations that are bound as `orgs`. */
export const amongWithin = (person: string) =>
  `${person} IN (SELECT id FROM customer FINAL WHERE org IN {orgs:Array(String)})`

/** The one row of an estimate. */
export async function estimateRow(
  facts: Facts,
  compiled: Statement,
  within: Within,
  signal: AbortSignal,
): Promise<Record<string, bigint>> {
  const params = within ? { ...compiled.params, orgs: within } : compiled.params
  const [row] = await facts.query<Record<string, bigint>>({ ...compiled, ...(params ? { params } : {}), signal })
  return row ?? {}
}

/** Rows that are looked at for the values of a field: enough to know the frequent ones. */
const looked = 500_000

/** The most frequent values among some rows, `column` and `source` written by the layout. */
export async function topValues(
  facts: Facts,
  of: {
    column: string
    list: boolean
    source: string
    /** Whose a row is, and when it is nobody's. */
    person: string
    free: string
    where: string
    params: Record<string, unknown>
  },
  within: Within,
): Promise<{ value: string; rows: bigint }[]> {
  const filter = within ? `${of.where} AND (${of.free} OR ${amongWithin(of.person)})` : of.where
  return facts.query<{ value: string; rows: bigint }>({
    sql: `SELECT ${of.list ? 'arrayJoin(seen)' : 'assumeNotNull(seen)'} AS value, count() AS rows
          FROM (SELECT ${of.column} AS seen FROM ${of.source} WHERE ${filter} LIMIT ${looked})
          WHERE ${of.list ? 'notEmpty(seen)' : 'isNotNull(seen)'}
          GROUP BY value HAVING length(value) BETWEEN 1 AND 200 ORDER BY rows DESC, value LIMIT 50`,
    params: within ? { ...of.params, orgs: within } : of.params,
    settings: { max_execution_time: 5 },
    timeoutMs: 10_000,
  })
}
