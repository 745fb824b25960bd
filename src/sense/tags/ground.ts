import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { attributesInUse, entityModel, planSheet } from '../catalog/catalog.ts'
import type { EqlType, Schema, SchemaField } from '../eql/contract.ts'
import { countCustomers } from './facts.ts'
import { allTags, type NamedTag } from './store.ts'

/** What rules may speak of, and how relations join, which the language does not need to know. */
export type Ground = {
  readonly schema: Schema
  via(entity: string, relation: string): string
  /** That the caller sees, drafts too. */
  readonly tags: readonly NamedTag[]
}

type Titled = { name: string; zh: string; en: string; type: string; codes: readonly string[] | null; personal: unknown }

/** What is personal is sealed: a rule may only ask whether it is there. Objects have no column. */
function fieldsOf(rows: readonly Titled[]): SchemaField[] {
  return rows
    .filter(({ type }) => type !== 'object')
    .map(({ name, zh, en, type, codes, personal }) => ({
      ...{ name, zh, en, type: type as EqlType },
      ...(codes?.length ? { codes: codesOf(codes) } : {}),
      ...(personal ? { onlyKnown: true } : {}),
    }))
}

const codesOf = (codes: readonly string[]) => codes.map((value) => ({ value, zh: value, en: value }))

type Catalogued = Omit<Ground, 'tags'>
type Kept = { at: number; ground: Promise<Catalogued> }
const kept = new WeakMap<Ctx['db'], Kept>()
const keptMs = 2000

/**
 * What exists now: of the catalogue as it was two seconds ago at most, and the tags that the caller sees, read each time. A
 * rule names a tag by its title and keeps its id, so that a new name breaks nothing.
 */
export async function groundOf(ctx: Ctx): Promise<Ground> {
  const known = kept.get(ctx.db)
  const at = performance.now()
  const fresh = known && at - known.at < keptMs ? known : { at, ground: catalogued(asMachine(ctx, 'tags')) }
  if (fresh !== known) {
    kept.set(ctx.db, fresh)
    fresh.ground.catch(() => kept.delete(ctx.db))
  }
  const [ground, tags] = await Promise.all([fresh.ground, read(ctx, allTags)])
  return { ...ground, tags, schema: { ...ground.schema, tags: tags.flatMap(fieldOfTag) } }
}

function fieldOfTag({ id, name, type, codes }: NamedTag): SchemaField[] {
  if (type === null) return []
  return [{ name: id, zh: name, en: name, type, ...(codes.length > 0 ? { codes: codesOf(codes) } : {}) }]
}

async function catalogued(ctx: Ctx): Promise<Catalogued> {
  const [attributes, model, sheet, customers] = await Promise.all([
    attributesInUse(ctx),
    entityModel(ctx),
    planSheet(ctx),
    countCustomers(ctx.facts),
  ])
  const vias = new Map(model.relations.map(({ entity, name, via }) => [`${entity}\n${name}`, via]))
  const own = Map.groupBy(sheet.properties, ({ event }) => event)
  const schema: Schema = {
    entities: model.items.map(({ type, zh, en }) => ({
      ...{ name: type, zh, en },
      fields: fieldsOf(attributes.filter(({ entity }) => entity === type)),
      relations: model.relations
        .filter(({ entity }) => entity === type)
        .map(({ name, zh, en, target, cardinality }) => ({ name, zh, en, target, many: cardinality === 'many' })),
    })),
    events: sheet.events.map(({ name, zh, en }) => ({ name, zh, en, properties: fieldsOf(own.get(name) ?? []) })),
    common: fieldsOf(own.get('') ?? []),
    tags: [],
    segments: [],
    params: [],
    customers,
  }
  return { schema, via: (entity, relation) => vias.get(`${entity}\n${relation}`) ?? '' }
}
