import type { BuilderNode, Schema, SchemaEntity, SchemaField, SchemaRelation } from '../../contract.ts'
import { measureTest, testFor } from './operators.ts'

// All that a condition can be about, in one list to search; and fields by their paths.

export const thingKinds = ['attribute', 'event', 'relation', 'tag', 'segment', 'form'] as const
export type ThingKind = (typeof thingKinds)[number]
export type Thing = {
  kind: ThingKind
  key: string
  zh: string
  en: string
  under: { zh: string; en: string }
  node: BuilderNode
  /** Shown only when it is looked for: a part of a thing that stands in the list itself. */
  deep?: boolean
}

const nowhere = { zh: '', en: '' }

export function entityOf(schema: Schema, name: string): SchemaEntity | undefined {
  return schema.entities.find((entity) => entity.name === name)
}

/** A field by its path from an entity through relations to one. */
export function fieldAt(
  schema: Schema,
  entity: string,
  path: readonly string[],
): { field: SchemaField; entity: string } | null {
  const [name, ...more] = path
  const here = entityOf(schema, entity)
  if (more.length > 0) {
    const relation = here?.relations.find((one) => one.name === name)
    return relation ? fieldAt(schema, relation.target, more) : null
  }
  const field = here?.fields.find((one) => one.name === name)
  return field ? { field, entity } : null
}

/** A property of some events: of the first that has it, or common to all. */
export function propertyOf(schema: Schema, events: readonly string[], name: string | undefined): SchemaField | null {
  const own = schema.events.filter((event) => events.includes(event.name)).flatMap(({ properties }) => properties)
  return [...own, ...schema.common].find((one) => one.name === name) ?? null
}

/** Properties that one of the events has, and the common ones. */
export function propertiesOf(schema: Schema, events: readonly string[]): SchemaField[] {
  const own = schema.events.filter((event) => events.includes(event.name)).flatMap(({ properties }) => properties)
  const known = new Map([...own, ...schema.common].toReversed().map((field) => [field.name, field]))
  return [...known.values()].toReversed()
}

export type Path = { path: string[]; zh: string; en: string; field: SchemaField }

/** Fields of an entity and of what it leads to, two steps at most: further ones are written as text. */
export function pathsOf(schema: Schema, entity: string, steps = 2): Path[] {
  const here = entityOf(schema, entity)
  if (!here) return []
  const own = here.fields.map((field) => ({
    path: [field.name],
    zh: titleOf(field, 'zh'),
    en: titleOf(field, 'en'),
    field,
  }))
  if (steps === 0) return own
  const further = here.relations
    .filter(({ many }) => !many)
    .flatMap((relation) => pathsThrough(schema, relation, steps))
  return [...own, ...further]
}

function pathsThrough(schema: Schema, relation: SchemaRelation, steps: number): Path[] {
  return pathsOf(schema, relation.target, steps - 1).map(({ path, zh, en, field }) => ({
    path: [relation.name, ...path],
    zh: `${titleOf(relation, 'zh')} · ${zh}`,
    en: `${titleOf(relation, 'en')} · ${en}`,
    field,
  }))
}

export function titleOf(thing: { name: string; zh: string; en: string } | undefined, lang: 'zh' | 'en'): string {
  return thing?.[lang] || thing?.name || ''
}

/** What can be added, and the condition that is then there, filled in as far as it can be guessed. */
export function thingsOf(schema: Schema): Thing[] {
  const relations = (entityOf(schema, 'customer')?.relations ?? []).filter(({ many }) => many)
  return [
    ...attributeThings(schema),
    ...schema.events.map((event) => thing('event', event, eventNode(event.name))),
    ...schema.events.flatMap((event) =>
      event.properties.map((field) => ({
        ...thing('event', joined(event, field, [field.name]), withFilter(eventNode(event.name), [field.name], field)),
        deep: true,
      })),
    ),
    ...relations.map((relation) => thing('relation', relation, rowsNode(relation.name))),
    ...relations.flatMap((relation) =>
      pathsOf(schema, relation.target).map(({ path, field, zh, en }) => ({
        ...thing(
          'relation',
          joined(relation, { zh, en, name: field.name }, path),
          withFilter(rowsNode(relation.name), path, field),
        ),
        deep: true,
      })),
    ),
    ...schema.tags.map((tag) =>
      thing('tag', tag, { shape: 'tag', name: tag.name, test: testFor({ type: tag.type, field: tag }) }),
    ),
    ...schema.segments.map((segment) => ({
      ...thing('segment', segment, { shape: 'segment' as const, name: segment.name, version: null, not: false }),
      under: segment.size === undefined ? nowhere : { zh: `${segment.size} 人`, en: `${segment.size} customers` },
    })),
    ...forms,
  ]
}

/** Of a personal value there is little to ask: it stands last. */
function attributeThings(schema: Schema): Thing[] {
  const paths = pathsOf(schema, 'customer')
  const sorted = [...paths.filter(({ field }) => !field.onlyKnown), ...paths.filter(({ field }) => field.onlyKnown)]
  return sorted.map(({ path, zh, en, field }) => {
    const test = testFor({ type: field.type, field })
    return thing('attribute', { name: path.join('.'), zh, en }, { shape: 'attribute', path, through: null, test })
  })
}

type Titled = { name: string; zh: string; en: string }

function thing(kind: ThingKind, titled: Titled, node: BuilderNode): Thing {
  const [zh, en] = [titleOf(titled, 'zh'), titleOf(titled, 'en')]
  return { kind, key: `${kind} ${titled.name}`, zh, en, under: nowhere, node }
}

function joined(whole: Titled, part: Titled, path: readonly string[]): Titled {
  return {
    name: `${whole.name}.${path.join('.')}`,
    zh: `${titleOf(whole, 'zh')} · ${titleOf(part, 'zh')}`,
    en: `${titleOf(whole, 'en')} · ${titleOf(part, 'en')}`,
  }
}

function withFilter(node: BuilderNode, path: string[], field: SchemaField): BuilderNode {
  if (node.shape !== 'events' && node.shape !== 'rows') return node
  return { ...node, filters: [{ path, test: testFor({ type: field.type, field }) }] }
}

const month = { kind: 'last', n: 30, unit: 'day' } as const

export function eventNode(event: string | null): BuilderNode {
  const events = event === null ? [] : [event]
  return { shape: 'events', fn: 'did', events, of: null, filters: [], window: month, test: measureTest('did', null) }
}

function rowsNode(relation: string): BuilderNode {
  return { shape: 'rows', fn: 'any', relation, of: null, filters: [], test: measureTest('any', null) }
}

const step = { events: [], filters: [], not: false, within: null, after: null }
const unwritten: BuilderNode = { shape: 'text', expr: { kind: 'boolean', value: true }, text: '' }

/** What is about no one thing. */
const forms: readonly Thing[] = [
  {
    ...{ kind: 'form', key: 'form group', zh: '条件组', en: 'Group of conditions' },
    under: { zh: '组内可以是“任一满足”,也可以整组取反', en: 'Any or all of some conditions, or none' },
    node: { shape: 'group', word: 'or', not: false, items: [] },
  },
  {
    ...{ kind: 'form', key: 'form any', zh: '任意行为', en: 'Anything done' },
    under: { zh: '不分事件,有没有来过、多少次', en: 'Whatever the event' },
    node: eventNode(null),
  },
  {
    ...{ kind: 'form', key: 'form sequence', zh: '行为序列', en: 'Sequence of events' },
    under: { zh: '先做了 A,再做 B,中间没有 C', en: 'First A, then B, without C' },
    node: { shape: 'sequence', steps: [step, step], by: [], within: { n: 1, unit: 'day' }, window: month, not: false },
  },
  {
    ...{ kind: 'form', key: 'form text', zh: '文本条件', en: 'Condition as text' },
    under: { zh: '直接写 EQL,适合算式等少见的条件', en: 'EQL, for arithmetic and other rare things' },
    node: unwritten,
  },
]

/** Best first: names that begin with what was typed, then those that hold it. Nothing typed: all, as they come. */
export function search(things: readonly Thing[], typed: string): Thing[] {
  const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return things.filter(({ deep }) => !deep)
  const rank = (thing: Thing) => {
    const names = [thing.zh, thing.en, thing.key.slice(thing.key.indexOf(' ') + 1)].map((name) => name.toLowerCase())
    const ranks = words.map((word) => {
      if (names.some((name) => name === word)) return 0
      if (names.some((name) => name.startsWith(word))) return 1
      return names.some((name) => name.includes(word)) ? 2 : 9
    })
    return Math.max(...ranks) + (thing.deep ? 0.5 : 0)
  }
  return things
    .map((thing) => ({ thing, rank: rank(thing) }))
    .filter(({ rank }) => rank < 9)
    .sort((a, b) => a.rank - b.rank)
    .map(({ thing }) => thing)
}
