import type { Tx } from '../../platform/db/db.ts'
import type { LineageEdge } from './contract.ts'

export type EdgeRow = LineageEdge & { firstAt: Date; lastAt: Date; endedAt: Date | null }

export async function upsertEdges(tx: Tx, edges: readonly LineageEdge[], at: Date): Promise<void> {
  if (edges.length === 0) return
  const column = (of: (edge: LineageEdge) => string) => edges.map(of)
  await tx`
    insert into catalog.lineage as held (from_kind, from_id, to_kind, to_id, by_kind, by_id, first_at, last_at)
    select distinct from_kind, from_id, to_kind, to_id, by_kind, by_id, ${at}::timestamptz, ${at}::timestamptz
    from unnest(${column(({ from }) => from.kind)}::text[], ${column(({ from }) => from.id)}::text[],
                ${column(({ to }) => to.kind)}::text[], ${column(({ to }) => to.id)}::text[],
                ${column(({ by }) => by.kind)}::text[], ${column(({ by }) => by.id)}::text[])
      seen (from_kind, from_id, to_kind, to_id, by_kind, by_id)
    order by 1, 2, 3, 4, 5, 6
    on conflict (from_kind, from_id, to_kind, to_id, by_kind, by_id) do update
    set last_at = greatest(held.last_at, excluded.last_at), ended_at = null`
}

/** Of what one carrier brings: what is not said to be so now, is no longer. */
export async function endOthers(
  tx: Tx,
  by: { kind: string; id: string },
  kept: readonly LineageEdge[],
  at: Date,
): Promise<void> {
  await tx`
    update catalog.lineage set ended_at = ${at}
    where by_kind = ${by.kind} and by_id = ${by.id} and ended_at is null
      and not (from_kind, from_id, to_kind, to_id) in (
        select * from unnest(${kept.map(({ from }) => from.kind)}::text[], ${kept.map(({ from }) => from.id)}::text[],
                             ${kept.map(({ to }) => to.kind)}::text[], ${kept.map(({ to }) => to.id)}::text[]))`
}

/** Edges that begin, or that end, at any of these nodes. */
export function edgesAt(
  tx: Tx,
  nodes: readonly { kind: string; id: string }[],
  way: 'up' | 'down',
  limit: number,
): Promise<EdgeRow[]> {
  const side = tx.unsafe(way === 'down' ? 'from_kind, from_id' : 'to_kind, to_id')
  return tx<EdgeRow[]>`
    select json_build_object('kind', from_kind, 'id', from_id) as from,
           json_build_object('kind', to_kind, 'id', to_id) as to,
           json_build_object('kind', by_kind, 'id', by_id) as by, first_at, last_at, ended_at
    from catalog.lineage
    where (${side}) in (select * from unnest(${nodes.map(({ kind }) => kind)}::text[], ${nodes.map(({ id }) => id)}::text[]))
    order by ended_at desc nulls first, last_at desc
    limit ${limit}`
}
