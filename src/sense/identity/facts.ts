import type { Facts } from '../../platform/facts/facts.ts'

/** Numbers whose events do not say yet whose they are now. One scalar, the same in a whole statement. */
const pending = '(SELECT (groupArray(customer), groupArray(canonical)) FROM alias FINAL WHERE settled = 0)'

/**
 * Whose an event is now, as an expression over the columns `customer` and `moved` of `event` (`of`: the name the table has in
 * the statement). Group by it, and not by `customer`: a person may have several numbers. Costs about as much as one more
 * column, whether there are none or twenty thousand merges that are not settled yet.
 */
export function personSql(of = 'event'): string {
  return `transform(${of}.customer, ${pending}.1, ${pending}.2, if(${of}.moved = 0, ${of}.customer, ${of}.moved))`
}

/**
 * The numbers that events of these persons were written with, as a subquery for `event.customer IN …`: answered by the
 * projection `by_customer`. `persons` is an expression that gives an array of numbers, or a subquery in brackets that gives a
 * number a row.
 */
export function numbersSql(persons: string): string {
  const some = persons.startsWith('(SELECT') ? `SELECT * FROM ${persons}` : `SELECT arrayJoin(${persons})`
  return `(
    SELECT * FROM (${some})
    UNION ALL
    SELECT customer FROM alias FINAL WHERE canonical IN (${some}))`
}

export type AliasRow = { customer: number; canonical: number; settled: 0 | 1; version: bigint; deleted: 0 | 1 }

export async function insertAliases(facts: Facts, rows: readonly AliasRow[]): Promise<void> {
  if (rows.length > 0) await facts.insert('alias', rows)
}

/** Numbers whose events are said to be another's, after one of them. */
export async function movedAfter(facts: Facts, after: number, limit: number): Promise<number[]> {
  const rows = await facts.query<{ customer: number }>({
    sql: `SELECT DISTINCT customer FROM event WHERE moved <> 0 AND customer > {after:UInt32} ORDER BY customer LIMIT {limit:UInt32}`,
    params: { after, limit },
    timeoutMs: 600_000,
  })
  return rows.map((row) => row.customer)
}

export async function sweepAliases(facts: Facts, version: bigint): Promise<void> {
  await facts.command({
    sql: 'ALTER TABLE alias DELETE WHERE version < {version:UInt64} SETTINGS mutations_sync = 1',
    params: { version: String(version) },
    timeoutMs: 3_600_000,
  })
}

export async function newestAlias(facts: Facts): Promise<bigint> {
  const [row] = await facts.query<{ version: bigint }>({ sql: 'SELECT max(version) AS version FROM alias' })
  return row?.version ?? 0n
}

export type Pending = { customer: number; canonical: number; version: bigint }

export function pendingAliases(facts: Facts, limit: number): Promise<Pending[]> {
  return facts.query<Pending>({
    sql: `SELECT customer, canonical, version FROM alias FINAL WHERE settled = 0 ORDER BY customer LIMIT {limit:UInt32}`,
    params: { limit },
  })
}

export async function countPending(facts: Facts): Promise<number> {
  const [row] = await facts.query<{ pending: bigint }>({
    sql: 'SELECT count() AS pending FROM alias FINAL WHERE settled = 0',
  })
  return Number(row?.pending ?? 0n)
}

const differs = `customer IN {from:Array(UInt32)} AND moved <> transform(customer, {from:Array(UInt32)}, {to:Array(UInt32)}, moved)`

/** Months in which events of these do not say whose they are now. */
export async function monthsToRewrite(facts: Facts, moves: Moves): Promise<string[]> {
  const rows = await facts.query<{ month: string }>({
    sql: `SELECT DISTINCT _partition_id AS month FROM event WHERE ${differs} ORDER BY month`,
    params: moves,
    timeoutMs: 600_000,
  })
  return rows.map((row) => row.month)
}

/** What each number's events are to say: 0 for himself. */
export type Moves = { from: number[]; to: number[] }

/** One column of one month, part by part: readers see each part before or after, and both mean the same. Repeated, it does nothing. */
export async function rewriteMonth(facts: Facts, month: string, moves: Moves): Promise<void> {
  await facts.command({
    sql: `ALTER TABLE event UPDATE moved = transform(customer, {from:Array(UInt32)}, {to:Array(UInt32)}, moved)
          IN PARTITION ID {month:String} WHERE ${differs} SETTINGS mutations_sync = 1`,
    params: { month, ...moves },
    timeoutMs: 6 * 3_600_000,
  })
}
