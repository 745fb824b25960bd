import type { Reads, Way } from '../customers/customers.ts'
import type { References, Schema } from '../eql/contract.ts'
import type { Decay } from '../eql/eql.ts'

type Ground = { readonly schema: Schema; via(entity: string, relation: string): string }

/** What rules read, as the question asks who was touched: the events by name, the things by the ways that lead to them. */
export function readingOf(references: readonly References[], { schema, via }: Ground): Reads {
  const names = new Set(references.flatMap(({ events }) => events.map(({ name }) => name)))
  const relations = [
    ...new Map(references.flatMap((one) => one.relations).map((one) => [`${one.entity} ${one.name}`, one])).values(),
  ].flatMap(({ entity, name }) => {
    const found = schema.entities.find((one) => one.name === entity)?.relations.find((one) => one.name === name)
    return found ? [{ entity, via: via(entity, name), to: found.target, many: found.many }] : []
  })
  const held = [...new Set(relations.filter(({ many }) => many).map(({ to }) => to))]
  const ways: Way[] = held.map((from) => ({ from, hops: [] }))
  const onward = (way: Way, at: string): void => {
    for (const { entity, via: by, to, many } of relations) {
      // No rule goes further than its text, and none goes in a circle for long.
      if (many || entity !== at || way.hops.length >= 6) continue
      const longer = { from: way.from, hops: [...way.hops, { via: by, to }] }
      ways.push(longer)
      onward(longer, to)
    }
  }
  for (const from of ['customer', ...held]) onward({ from, hops: [] }, from)
  return { events: names.has('') ? 'any' : [...names].sort(), ways }
}

/** Those beside each other that read alike: asked in one statement, they are asked of few customers who matter to none. */
export function alike<T>(all: readonly T[], of: (one: T) => { references: References; decay: Decay }): T[] {
  const keyed = all.map((one): [string, T] => {
    const { references, decay } = of(one)
    const events = references.events.map(({ name }) => name).sort()
    const edges = decay.edges.map(({ key }) => key).sort()
    return [JSON.stringify([edges, events, references.relations.map(({ name }) => name).sort()]), one]
  })
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, one]) => one)
}
