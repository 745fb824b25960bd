import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Text, text } from '../../platform/problem.ts'
import type { Lineage, LineageEdge, LineageNode, NodeRef } from './contract.ts'
import * as store from './lineageStore.ts'

/** A kind of thing that data come from or go to. Its own capability says what it is called and where it is shown. */
export type NodeKind = {
  readonly kind: string
  readonly text: Text
  /** Titles and addresses of those that the reader may see; what is left out shows as hidden. */
  describe(ctx: Ctx, ids: readonly string[]): Promise<ReadonlyMap<string, { title: string; path: string | null }>>
}

const kinds = new Map<string, NodeKind>()

/** Called where a capability is defined, once for each kind. */
export function registerNodeKind(kind: NodeKind): void {
  kinds.set(kind.kind, kind)
}

/**
 * Says that data go from one thing to another. Called in the transaction that makes them flow, again and again: an edge
 * is kept once, with the first and the last time.
 */
export async function recordLineage(tx: Tx, edges: readonly LineageEdge[], at: Date): Promise<void> {
  await store.upsertEdges(tx, edges, at)
}

/** The same for all that one carrier brings: what it brought before and no longer does has ended. */
export async function replaceLineage(tx: Tx, by: NodeRef, edges: readonly Omit<LineageEdge, 'by'>[], at: Date) {
  const all = edges.map((edge): LineageEdge => ({ ...edge, by }))
  await store.upsertEdges(tx, all, at)
  await store.endOthers(tx, by, all, at)
}

const mostSteps = 6
const mostEdges = 300

/** What a thing is made of and what is made of it, as far as six steps each way, without what is no longer so. */
export function lineageOf(ctx: Ctx, node: NodeRef): Promise<Lineage> {
  return read(ctx, async (tx) => {
    const [up, down] = [await walk(tx, node, 'up'), await walk(tx, node, 'down')]
    const edges = [...up.edges, ...down.edges]
    const refs = new Map<string, { ref: NodeRef; level: number }>([[keyOf(node), { ref: node, level: 0 }]])
    for (const [key, found] of [...up.nodes, ...down.nodes]) if (!refs.has(key)) refs.set(key, found)
    const nodes = await described(ctx, [...refs.values()])
    return { root: node, nodes, edges: edges.map(wireEdge), cut: up.cut || down.cut }
  })
}

/** The things made of it, nearest first, with their titles: for an alert. */
export async function downstreamOf(ctx: Ctx, node: NodeRef, most: number): Promise<LineageNode[]> {
  const { nodes } = await lineageOf(ctx, node)
  return nodes
    .filter(({ level }) => level > 0)
    .sort((a, b) => a.level - b.level)
    .slice(0, most)
}

const keyOf = ({ kind, id }: NodeRef) => `${kind} ${id}`

async function walk(tx: Tx, node: NodeRef, way: 'up' | 'down') {
  const nodes = new Map<string, { ref: NodeRef; level: number }>()
  const edges: store.EdgeRow[] = []
  let front: NodeRef[] = [node]
  let cut = false
  for (let step = 1; front.length > 0; step++) {
    const found = (await store.edgesAt(tx, front, way, mostEdges)).filter(({ endedAt }) => endedAt === null)
    if (step > mostSteps || edges.length + found.length > mostEdges) {
      cut = found.length > 0
      break
    }
    front = []
    for (const edge of found) {
      edges.push(edge)
      const ref = way === 'down' ? edge.to : edge.from
      if (nodes.has(keyOf(ref)) || keyOf(ref) === keyOf(node)) continue
      nodes.set(keyOf(ref), { ref, level: way === 'down' ? step : -step })
      front.push(ref)
    }
  }
  return { nodes, edges, cut }
}

async function described(ctx: Ctx, found: readonly { ref: NodeRef; level: number }[]): Promise<LineageNode[]> {
  const byKind = Map.groupBy(found, ({ ref }) => ref.kind)
  const said = new Map<string, { title: string; path: string | null }>()
  for (const [kind, of] of byKind) {
    const told = await kinds.get(kind)?.describe(
      ctx,
      of.map(({ ref }) => ref.id),
    )
    for (const [id, one] of told ?? []) said.set(keyOf({ kind, id }), one)
  }
  return found.map(({ ref, level }) => {
    const one = said.get(keyOf(ref))
    const known = kinds.get(ref.kind)?.text ?? text(ref.kind, ref.kind)
    return {
      ...ref,
      kindName: { zh: known.zh, en: known.en },
      level,
      title: one?.title ?? (kinds.has(ref.kind) ? '***' : ref.id),
      path: one?.path ?? null,
      hidden: one === undefined && kinds.has(ref.kind),
    }
  })
}

function wireEdge({ from, to, by, firstAt, lastAt }: store.EdgeRow) {
  return { from, to, by, firstAt: firstAt.toISOString(), lastAt: lastAt.toISOString() }
}
