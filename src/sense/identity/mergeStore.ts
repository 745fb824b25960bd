import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type { ConflictQuery, ConflictState, MergeQuery, MergeWhy } from './contract.ts'
import { instants } from './store.ts'

export type MergeRow = {
  id: string
  winner: number
  loser: number
  loserOrg: string
  why: MergeWhy
  reason: string
  viaKind: string | null
  moved: [kind: string, match: string][]
  at: Date
  byId: string
  byName: string
  undoneAt: Date | null
  undoneById: string | null
  undoneByName: string | null
  undoneReason: string | null
}
export type NewMergeRow = Omit<MergeRow, 'undoneAt' | 'undoneById' | 'undoneByName' | 'undoneReason'>

/** Writes merges down, and marks the losers. */
export async function insertMerges(tx: Tx, merges: readonly NewMergeRow[]): Promise<void> {
  const column = <T>(of: (merge: NewMergeRow) => T) => merges.map(of)
  await tx`
    with marked as (
      update identity.customer c set merged_into = lost.winner, version = c.version + 1
      from unnest(${column((one) => one.loser)}::int[], ${column((one) => one.winner)}::int[]) as lost(loser, winner)
      where c.id = lost.loser
    )
    insert into identity.merge (id, winner, loser, loser_org, why, reason, via_kind, moved, at, by_id, by_name)
    select id, winner, loser, loser_org, why, reason, via_kind, moved::jsonb, at, by_id, by_name
    from unnest(${column((one) => one.id)}::text[], ${column((one) => one.winner)}::int[],
                ${column((one) => one.loser)}::int[], ${column((one) => one.loserOrg)}::text[],
                ${column((one) => one.why)}::text[], ${column((one) => one.reason)}::text[],
                ${column((one) => one.viaKind)}::text[], ${column((one) => JSON.stringify(one.moved))}::text[],
                ${instants(column((one) => one.at))}::timestamptz[], ${column((one) => one.byId)}::text[],
                ${column((one) => one.byName)}::text[])
      as made(id, winner, loser, loser_org, why, reason, via_kind, moved, at, by_id, by_name)`
}

export async function findMerge(tx: Tx, id: string): Promise<MergeRow | undefined> {
  const [row] = await tx<MergeRow[]>`select * from identity.merge where id = ${id}`
  return row
}

/** The merge that still stands and took this customer into another. */
export async function standingMergeOf(tx: Tx, loser: number): Promise<MergeRow | undefined> {
  const [row] = await tx<MergeRow[]>`select * from identity.merge where loser = ${loser} and undone_at is null`
  return row
}

/** What standing merges brought, newest merge first. */
export function movedOf(tx: Tx, losers: readonly number[]): Promise<{ kind: string; match: string; loser: number }[]> {
  return tx<{ kind: string; match: string; loser: number }[]>`
    select moved.pair ->> 0 as kind, moved.pair ->> 1 as match, loser
    from identity.merge, jsonb_array_elements(moved) as moved(pair)
    where loser = any (${[...losers]}::int[]) and undone_at is null
    order by at desc, id desc`
}

/** A number finds all merges of the customer it is now; other words search reasons, and who merged. */
export function pageOfMerges(tx: Tx, query: MergeQuery, order: Order): Promise<(MergeRow & { now: number })[]> {
  const { q = null, why = null, state = null, customer = null, from = null, to = null } = query
  return tx<(MergeRow & { now: number })[]>`
    with recursive down (id) as (
      select identity.survivor(${numberIn(customer, q)}::int)
      union all
      select c.id from down join identity.customer c on c.merged_into = down.id
    )
    select m.*, identity.survivor(m.winner) as now from identity.merge m
    where (${customer}::int is null or winner in (select id from down) or loser in (select id from down))
      and (${why}::text is null or why = ${why})
      and (${state}::text is null or (undone_at is not null) = (${state} = 'undone'))
      and (${from}::timestamptz is null or at >= ${from}) and (${to}::timestamptz is null or at < ${to})
      and (${q}::text is null or id = ${q} or winner in (select id from down) or loser in (select id from down)
           or position(lower(${q}) in lower(reason || ' ' || by_name)) > 0)
      and ${order.after(tx)}
    order by ${order.by(tx)} limit ${order.limit + 1}`
}

function numberIn(customer: number | null, q: string | null): number | null {
  return customer ?? (q !== null && /^[1-9]\d{0,8}$/.test(q) ? Number(q) : null)
}

/** Both are apart again; identities that the winner still holds of those the loser brought go back to him. */
export async function undo(
  tx: Tx,
  merge: MergeRow,
  by: { id: string; name: string; reason: string; at: Date },
): Promise<{ back: number }> {
  await tx`
    update identity.merge
    set undone_at = ${by.at}, undone_by_id = ${by.id}, undone_by_name = ${by.name}, undone_reason = ${by.reason}
    where id = ${merge.id}`
  await tx`
    update identity.customer set merged_into = null, version = version + 1 where id = ${merge.loser}`
  const [row] = await tx<{ back: number }[]>`
    with back as (
      update identity.link set customer = ${merge.loser}
      from jsonb_array_elements(${JSON.stringify(merge.moved)}::text::jsonb) as moved(pair)
      where link.kind = moved.pair ->> 0 and link.match = moved.pair ->> 1 and link.customer = ${merge.winner}
      returning 1
    )
    select count(*)::int as back from back`
  return row ?? { back: 0 }
}

// ---- conflicts

export type ConflictRow = {
  id: string
  one: number
  other: number
  viaKind: string
  viaMatch: string
  firstSeen: Date
  lastSeen: Date
  count: number
  source: string
  state: ConflictState
  reason: string | null
  decidedAt: Date | null
  decidedById: string | null
  decidedByName: string | null
  version: number
}
export type NewConflict = Pick<
  ConflictRow,
  'id' | 'one' | 'other' | 'viaKind' | 'viaMatch' | 'firstSeen' | 'lastSeen' | 'count' | 'source'
>

/**
 * Queues each pair once: a pair that is known, under these or merged numbers, is counted. What was ignored is open
 * again; what is to be kept apart stays so.
 */
export async function queueConflicts(tx: Tx, conflicts: readonly NewConflict[]): Promise<void> {
  const column = <T>(of: (conflict: NewConflict) => T) => conflicts.map(of)
  await tx`
    with recursive seen as (
      select * from unnest(
        ${column((one) => one.id)}::text[], ${column((one) => one.one)}::int[], ${column((one) => one.other)}::int[],
        ${column((one) => one.viaKind)}::text[], ${column((one) => one.viaMatch)}::text[],
        ${instants(column((one) => one.firstSeen))}::timestamptz[], ${instants(column((one) => one.lastSeen))}::timestamptz[],
        ${column((one) => one.count)}::int[], ${column((one) => one.source)}::text[])
        as seen(id, one, other, via_kind, via_match, first_seen, last_seen, count, source)
    ), down (root, id) as (
      select side.id, side.id from (select one as id from seen union select other from seen) side
      union all
      select down.root, c.id from down join identity.customer c on c.merged_into = down.id
    ), known as (
      select distinct on (seen.id) seen.id as seen, conflict.id
      from seen
      join down a on a.root = seen.one join down b on b.root = seen.other
      join identity.conflict on (conflict.one = a.id and conflict.other = b.id)
        or (conflict.one = b.id and conflict.other = a.id)
      order by seen.id, conflict.state = 'kept-apart' desc, conflict.state = 'open' desc, conflict.id
    ), counted as (
      update identity.conflict c
      set count = c.count + seen.count, last_seen = greatest(c.last_seen, seen.last_seen), version = c.version + 1,
          state = case when c.state = 'kept-apart' then c.state else 'open' end
      from known join seen on seen.id = known.seen
      where c.id = known.id
    )
    insert into identity.conflict (id, one, other, via_kind, via_match, first_seen, last_seen, count, source, state)
    select id, one, other, via_kind, via_match, first_seen, last_seen, count, source, 'open'
    from seen where not exists (select from known where known.seen = seen.id)`
}

export function pageOfConflicts(tx: Tx, query: ConflictQuery, order: Order): Promise<ConflictRow[]> {
  const { q = null, state = null, kind = null, customer = null } = query
  return tx<ConflictRow[]>`
    with recursive down (id) as (
      select identity.survivor(${numberIn(customer, q)}::int)
      union all
      select c.id from down join identity.customer c on c.merged_into = down.id
    )
    select * from identity.conflict
    where (${state}::text is null or state = ${state})
      and (${kind}::text is null or via_kind = ${kind})
      and (${customer}::int is null or one in (select id from down) or other in (select id from down))
      and (${q}::text is null or id = ${q} or one in (select id from down) or other in (select id from down)
           or position(lower(${q}) in lower(coalesce(reason, '') || ' ' || coalesce(decided_by_name, ''))) > 0)
      and ${order.after(tx)}
    order by ${order.by(tx)} limit ${order.limit + 1}`
}

export async function findConflict(tx: Tx, id: string): Promise<ConflictRow | undefined> {
  const [row] = await tx<ConflictRow[]>`select * from identity.conflict where id = ${id}`
  return row
}

export async function countOpen(tx: Tx): Promise<number> {
  const [row] = await tx<{ open: number }[]>`
    select count(*)::int as open from identity.conflict where state = 'open'`
  return row?.open ?? 0
}

export type Decided = { state: ConflictState; reason: string; at: Date; byId: string; byName: string }

/** Undefined when the version is no longer the newest. */
export async function decide(tx: Tx, id: string, version: number, to: Decided): Promise<ConflictRow | undefined> {
  const [row] = await tx<ConflictRow[]>`
    update identity.conflict
    set state = ${to.state}, reason = ${to.reason}, decided_at = ${to.at}, decided_by_id = ${to.byId},
        decided_by_name = ${to.byName}, version = version + 1
    where id = ${id} and version = ${version}
    returning *`
  return row
}

/** Questions about two who are one customer now are answered. */
export async function settleMerged(tx: Tx, customer: number, to: Decided): Promise<void> {
  await tx`
    with recursive down (id) as (
      select identity.survivor(${customer})
      union all
      select c.id from down join identity.customer c on c.merged_into = down.id
    )
    update identity.conflict
    set state = 'merged', reason = ${to.reason}, decided_at = ${to.at}, decided_by_id = ${to.byId},
        decided_by_name = ${to.byName}, version = version + 1
    where state in ('open', 'ignored') and one in (select id from down) and other in (select id from down)`
}

/** Questions that a merge had answered stand again when it is undone and the two are apart. */
export async function reopenApart(tx: Tx, customer: number): Promise<void> {
  await tx`
    with recursive down (id) as (
      select ${customer}::int
      union all
      select c.id from down join identity.customer c on c.merged_into = down.id
    )
    update identity.conflict
    set state = 'open', version = version + 1
    where state = 'merged'
      and (one in (select id from down)) <> (other in (select id from down))
      and identity.survivor(one) <> identity.survivor(other)`
}
