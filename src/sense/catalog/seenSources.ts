import type { Ctx } from '../../platform/ctx.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { LineageEdge } from './contract.ts'
import { recordLineage } from './lineage.ts'
import { nodeId } from './lineageKinds.ts'
import { seenType } from './rules/value.ts'

type Seen = { event: string; props: Readonly<Record<string, unknown>>; source?: string | undefined }

/** When an event of a source was recorded, and each of its properties. */
type OfEvent = { at: number; props: Map<string, number> }
type Recorded = { size: number; sources: Map<string, Map<string, OfEvent>> }

/** What this process has recorded, so that a steady stream writes it once a day. */
const recorded = new WeakMap<Db, Recorded>()
const againAfterMs = 86_400_000
const most = 100_000

/**
 * Which source brings which event and property. What is recorded is remembered when the transaction has been asked to
 * write it: one that is rolled back is repeated by the pipeline, with the same messages, and its edges by the next day
 * at the latest.
 */
export async function noteSources(ctx: Ctx, tx: Tx, seen: readonly Seen[]): Promise<void> {
  let known = recorded.get(ctx.db)
  if (!known || known.size > most) {
    known = { size: 0, sources: new Map() }
    recorded.set(ctx.db, known)
  }
  const now = ctx.now.getTime()
  const edges: LineageEdge[] = []
  const note = (source: string, kind: 'event' | 'property', id: string) => {
    const by = { kind: 'source', id: source }
    edges.push({ from: by, to: { kind, id }, by })
  }
  for (const { event, props, source } of seen) {
    if (source === undefined) continue
    const own = recordedOf(known, source, event)
    if (now - own.at >= againAfterMs) {
      own.at = now
      note(source, 'event', event)
    }
    for (const name in props) {
      const before = own.props.get(name)
      if (before !== undefined && now - before < againAfterMs) continue
      if (!seenType(props[name])) continue
      if (before === undefined) known.size++
      own.props.set(name, now)
      note(source, 'property', nodeId(name.startsWith('$') ? '' : event, name))
    }
  }
  if (edges.length > 0) await recordLineage(tx, edges, ctx.now)
}

/** Maps in maps, because a text made of both names for each event of a batch costs more than the rest. */
function recordedOf(known: Recorded, source: string, event: string): OfEvent {
  let events = known.sources.get(source)
  if (!events) {
    events = new Map()
    known.sources.set(source, events)
  }
  let own = events.get(event)
  if (!own) {
    own = { at: Number.NEGATIVE_INFINITY, props: new Map() }
    events.set(event, own)
    known.size++
  }
  return own
}
