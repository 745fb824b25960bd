import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Text } from '../../platform/problem.ts'
import { getEntity, listEvents, sourcesById } from '../catalog/catalog.ts'

export type Names = {
  event(name: string): Text | null
  attribute(name: string): Text | null
  source(id: string): { id: string; name: string }
}

type Labels = { events: ReadonlyMap<string, Text>; attributes: ReadonlyMap<string, Text> }

/** Names are for reading: half a minute old is as good. */
const believedMs = 30_000
const kept = new WeakMap<Db, { at: number; labels: Promise<Labels> }>()
const mostEvents = 2000

/** What events, sources and attributes of customers are called in the catalogue. */
export async function namesInCatalogue(ctx: Ctx): Promise<Names> {
  const [labels, sources] = await Promise.all([labelsOf(ctx), sourcesById(ctx)])
  return {
    event: (name) => labels.events.get(name) ?? null,
    attribute: (name) => labels.attributes.get(name) ?? null,
    source: (id) => ({ id, name: sources.get(id)?.name ?? id }),
  }
}

function labelsOf(ctx: Ctx): Promise<Labels> {
  const known = kept.get(ctx.db)
  if (known && performance.now() - known.at < believedMs) return known.labels
  const labels = loadLabels(asMachine(ctx, 'customers'))
  kept.set(ctx.db, { at: performance.now(), labels })
  // What failed is asked again by the next.
  labels.catch(() => kept.delete(ctx.db))
  return labels
}

async function loadLabels(ctx: Ctx): Promise<Labels> {
  const { own } = await getEntity(ctx, 'customer')
  const events = new Map<string, Text>()
  let cursor: string | undefined
  for (let read = 0; read < mostEvents; read += 200) {
    const page = await listEvents(ctx, { limit: 200, sort: 'name', ...(cursor ? { cursor } : {}) })
    addLabels(events, page.items)
    if (!page.next) break
    cursor = page.next
  }
  const attributes = new Map<string, Text>()
  addLabels(attributes, own)
  return { events, attributes }
}

function addLabels(to: Map<string, Text>, named: readonly { name: string; zh: string; en: string }[]): void {
  for (const { name, zh, en } of named) if (zh || en) to.set(name, { zh: zh || en, en: en || zh })
}
