import type { Ctx } from '../../platform/ctx.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { LineageEdge } from './contract.ts'
import { recordLineage } from './lineage.ts'
import { nodeId } from './lineageKinds.ts'

type Seen = { event: string; props: ReadonlyMap<string, unknown>; source?: string | undefined }

/** What this process has recorded, so that a steady stream writes it once a day. */
const recorded = new WeakMap<Db, Map<string, number>>()
const againAfterMs = 86_400_000
const most = 100_000

/**
 * Which source brings which event and property. What is recorded is remembered when the transaction has been asked to
 * write it: one that is rolled back is repeated by the pipeline, with the same messages, and its edges by the next day
 * at the latest.
 */
export async function noteSources(ctx: Ctx, tx: Tx, seen: readonly Seen[]): Promise<void> {
  const known = recorded.get(ctx.db) ?? new Map<string, number>()
  recorded.set(ctx.db, known)
  if (known.size > most) known.clear()
  const now = ctx.now.getTime()
  const edges: LineageEdge[] = []
  const note = (source: string, kind: 'event' | 'property', id: string) => {
    const key = `${source} ${kind} ${id}`
    const before = known.get(key)
    if (before !== undefined && now - before < againAfterMs) return
    known.set(key, now)
    const by = { kind: 'source', id: source }
    edges.push({ from: by, to: { kind, id }, by })
  }
  for (const { event, props, source } of seen) {
    if (source === undefined) continue
    note(source, 'event', event)
    for (const name of props.keys()) note(source, 'property', nodeId(name.startsWith('$') ? '' : event, name))
  }
  if (edges.length > 0) await recordLineage(tx, edges, ctx.now)
}
