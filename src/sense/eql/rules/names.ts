import type { Schema, SchemaEntity, SchemaEvent, SchemaField, SchemaRelation, SchemaSegment } from '../contract.ts'
import { nearest } from './suggest.ts'

export type Titled = { name: string; zh: string; en: string }
/** What a written name means among some things. `near`: what may have been meant. */
export type Lookup<T> = { found: T } | { several: T[] } | { near: T[] }

/**
 * The things of a schema by the names people use: the stable name first, then a title that only one of them has. Built
 * when first asked, and with maps: a thing may be called `constructor`.
 */
export class Directory {
  readonly schema: Schema
  private readonly indexes = new Map<readonly Titled[], Index>()

  constructor(schema: Schema) {
    this.schema = schema
  }

  /** `near` costs a look at every name: it is asked for only when a person is told. */
  lookup<T extends Titled>(list: readonly T[], written: string): Lookup<T> {
    const things = this.index(list)
      .places(written)
      .flatMap((place) => list[place] ?? [])
    const [only] = things
    if (things.length === 1 && only !== undefined) return { found: only }
    if (things.length > 1) return { several: things }
    const names = list.flatMap(({ name, zh, en }) => (zh === '' && en === '' ? [name] : [name, zh, en]))
    const near = nearest(written, names).flatMap((name) => this.index(list).places(name).slice(0, 1))
    return { near: [...new Set(near)].flatMap((place) => list[place] ?? []) }
  }

  /** By its stable name alone, as a stored tree has it. */
  byName<T extends Titled>(list: readonly T[], name: string): T | undefined {
    const place = this.index(list).named(name)
    return place === undefined ? undefined : list[place]
  }

  /** What a name or title means, if it is one thing. */
  find<T extends Titled>(list: readonly T[], written: string): T | undefined {
    const [place, more] = this.index(list).places(written)
    return place === undefined || more !== undefined ? undefined : list[place]
  }

  entity(type: string): SchemaEntity | undefined {
    return this.byName(this.schema.entities, type)
  }

  get customer(): SchemaEntity {
    return this.entity('customer') ?? { name: 'customer', zh: '客户', en: 'Customer', fields: [], relations: [] }
  }

  isRelation(written: string): boolean {
    return this.find(this.customer.relations, written)?.many === true
  }

  event(name: string): SchemaEvent | undefined {
    return this.byName(this.schema.events, name)
  }

  segment(name: string): SchemaSegment | undefined {
    return this.byName(this.schema.segments, name)
  }

  tag(name: string): SchemaField | undefined {
    return this.byName(this.schema.tags, name)
  }

  /** A field by its path from an entity; undefined as soon as a part is not there. */
  field(from: SchemaEntity, path: readonly string[]): { entity: SchemaEntity; field: SchemaField } | undefined {
    let entity = from
    for (const name of path.slice(0, -1)) {
      const next = this.entity(this.byName(entity.relations, name)?.target ?? '')
      if (next === undefined) return undefined
      entity = next
    }
    const field = this.byName(entity.fields, path.at(-1) ?? '')
    return field === undefined ? undefined : { entity, field }
  }

  relation(entity: SchemaEntity, name: string): SchemaRelation | undefined {
    return this.byName(entity.relations, name)
  }

  /** A property as the events in hand carry it: an own one before a common one. */
  property(events: readonly string[], name: string): SchemaField | undefined {
    for (const event of events) {
      const own = this.byName(this.event(event)?.properties ?? [], name)
      if (own !== undefined) return own
    }
    return this.byName(this.schema.common, name)
  }

  private index(list: readonly Titled[]): Index {
    const known = this.indexes.get(list)
    if (known !== undefined) return known
    const made = new Index(list)
    this.indexes.set(list, made)
    return made
  }
}

class Index {
  private readonly names = new Map<string, number>()
  private readonly titles = new Map<string, number[]>()

  constructor(list: readonly Titled[]) {
    for (const [place, { name, zh, en }] of list.entries()) {
      if (!this.names.has(name)) this.names.set(name, place)
      for (const title of new Set([zh, en.toLowerCase()])) {
        if (title === '') continue
        const places = this.titles.get(title)
        if (places === undefined) this.titles.set(title, [place])
        else if (!places.includes(place)) places.push(place)
      }
    }
  }

  named(name: string): number | undefined {
    return this.names.get(name)
  }

  places(written: string): number[] {
    const exact = this.names.get(written)
    return exact === undefined ? (this.titles.get(written) ?? this.titles.get(written.toLowerCase()) ?? []) : [exact]
  }
}
