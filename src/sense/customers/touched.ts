import type { Ctx } from '../../platform/ctx.ts'
import { copiesUpTo } from '../../platform/facts/follow.ts'
import { columnSql, tableOf } from '../catalog/catalog.ts'
import { factsUpTo } from '../collect/collect.ts'
import { personSql } from '../identity/identity.ts'

/**
 * Up to where ClickHouse shows what happened: events by when they were processed (rules 2 and 3: a late one counts when it comes),
 * copies of PostgreSQL by their version. `generation` is of the filling: marks of different ones do not compare.
 */
export type Mark = { readonly processed: Date; readonly version: bigint; readonly generation: string }

/** The way from a table whose rows are customers, or are customers' (`from`), to things that it names by an attribute. */
export type Way = { readonly from: string; readonly hops: readonly { readonly via: string; readonly to: string }[] }

/** What a question reads beside the attributes of the customer himself. */
export type Reads = { readonly events: 'any' | readonly string[]; readonly ways: readonly Way[] }

/** Taken before the question is asked; the next one asks from it on. */
export async function markNow(ctx: Ctx): Promise<Mark> {
  const [processed, copies] = await Promise.all([factsUpTo(ctx), copiesUpTo(ctx)])
  return { processed, ...copies }
}

/**
 * Whose answer may be another since a mark: `SELECT customer`, a row each, with its parameters. Customers of whom events came,
 * whose profile, organisation or things changed, who were merged or parted, and who came to be there. Some of them for nothing:
 * what stands exactly at the mark counts as new. The numbers are of today's persons; one that was merged away may be among them.
 */
export function touchedSql(since: Mark, reads: Reads): { sql: string; params: Record<string, unknown> } {
  const params: Record<string, unknown> = { touchedVersion: String(since.version) }
  const parts = [
    changed('customer', 'id'),
    `SELECT arrayJoin([customer, canonical]) AS customer FROM alias WHERE version >= {touchedVersion:UInt64}`,
    ...reads.ways.map((way) => waySql(way)),
  ]
  if (reads.events === 'any' || reads.events.length > 0) {
    params.touchedFrom = since.processed.toISOString().replace('T', ' ').replace('Z', '')
    const named = reads.events === 'any' ? '' : 'event IN {touchedEvents:Array(String)} AND '
    if (reads.events !== 'any') params.touchedEvents = [...reads.events]
    parts.push(
      `SELECT ${personSql()} AS customer FROM event WHERE ${named}processed >= {touchedFrom:DateTime64(3, 'UTC')}`,
    )
  }
  return { sql: `SELECT DISTINCT customer FROM (${parts.join(' UNION ALL ')}) WHERE customer <> 0`, params }
}

/** Also the marks of rows that went: their version is the newest of their key, until both are gone. */
const changed = (type: string, column: string) =>
  `SELECT ${column} AS customer FROM ${tableOf(type)} WHERE version >= {touchedVersion:UInt64}`

function waySql({ from, hops }: Way): string {
  const customer = from === 'customer' ? 'id' : 'customer'
  const [first, ...rest] = hops
  if (!first) return changed(from, customer)
  return `SELECT ${customer} AS customer FROM ${tableOf(from)} WHERE ${naming(first, rest)}`
}

function naming(hop: Way['hops'][number], rest: Way['hops']): string {
  const [next, ...more] = rest
  const which = next ? naming(next, more) : 'version >= {touchedVersion:UInt64}'
  return `ifNull(toString(${columnSql(`a_${hop.via}`)}), '') IN (SELECT id FROM ${tableOf(hop.to)} WHERE ${which})`
}
