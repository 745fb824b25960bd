import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Text } from '../../platform/problem.ts'
import { getEntity, listEvents, sourcesById, virtualEvents } from '../catalog/catalog.ts'

export type Names = {
  event(name: string): Text | null
  /** What someone has named it afterwards. */
  virtual(name: string, props: Readonly<Record<string, unknown>>): Text[]
  attribute(name: string): Declared
  source(id: string): { id: string; name: string }
}

/** Nobody declared an attribute whose type is null. */
export type Declared = { label: Text | null; type: string | null; unit: string }

type Labels = { events: ReadonlyMap<string, Text>; attributes: ReadonlyMap<string, Declared> }

const undeclared: Declared = { label: null, type: null, unit: '' }

/** Names are for reading: half a minute old is as good. */
const believedMs = 30_000
const kept = new WeakMap<Db, { at: number; labels: Promise<Labels> }>()
const mostEvents = 2000

/** What events, sources and attributes of customers are called in the catalogue. */
export async function namesInCatalogue(ctx: Ctx): Promise<Names> {
  const [labels, sources, named] = await Promise.all([labelsOf(ctx), sourcesById(ctx), virtualEvents(ctx)])
  const virtual = [...named.values()]
  return {
    event: (name) => labels.events.get(name) ?? null,
    virtual: (name, props) =>
      virtual.filter((one) => one.matches(name, props)).map((one) => labelOf(one) ?? { zh: one.name, en: one.name }),
    attribute: (name) => labels.attributes.get(name) ?? undeclared,
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
    for (const event of page.items) {
      const label = labelOf(event)
      if (label) events.set(event.name, label)
    }
    if (!page.next) break
    cursor = page.next
  }
  const attributes = own
    .filter((one) => one.state !== 'ignored')
    .map((one): [string, Declared] => {
      const type = one.state === 'active' ? one.type : null
      return [one.name, { label: labelOf(one), type, unit: one.unit }]
    })
  return { events, attributes: new Map(attributes) }
}

function labelOf({ zh, en }: { zh: string; en: string }): Text | null {
  return zh || en ? { zh: zh || en, en: en || zh } : null
}
