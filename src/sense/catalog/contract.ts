import { type Static, Type } from 'typebox'
import { PersonalKind } from '../../govern/privacy/contract.ts'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'catalog.source.read', name: text('查看数据接入', 'See data sources') },
  { id: 'catalog.source.edit', name: text('管理数据接入', 'Manage data sources') },
  { id: 'catalog.plan.read', name: text('查看埋点方案', 'See the tracking plan') },
  { id: 'catalog.plan.edit', name: text('编辑埋点方案', 'Edit the tracking plan') },
  { id: 'catalog.entity.read', name: text('查看实体模型', 'See the entity model') },
  { id: 'catalog.entity.edit', name: text('编辑实体模型', 'Edit the entity model') },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Version = Type.Integer({ description: 'Give it back with a change: a conflict says that someone was faster' })
const Label = Type.String({ maxLength: 100 })
const Long = Type.String({ maxLength: 500 })

/** Why something is not accepted, in a stable code and for a person. `field` is a path in the message. */
export type Refusal = { code: string; zh: string; en: string; field?: string }

// ---- data sources 数据接入

export const sourceKinds = ['web', 'app', 'mini-program', 'server', 'import'] as const
export type SourceKind = (typeof sourceKinds)[number]
export const SourceState = Type.Enum(['on', 'off'])

const Project = Type.String({
  minLength: 1,
  maxLength: 60,
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
  description: 'letters, digits, dash, underscore',
})

export const SourceRow = Type.Object({
  id: Type.String({ description: '`src_…`' }),
  name: Type.String(),
  project: Type.String({ description: 'What a Sensors client gives as `?project=`' }),
  writeKey: Type.String({ description: 'What a Segment client gives; public, it only says who sends' }),
  kind: Type.Enum(sourceKinds),
  org: Type.Object({ id: Type.String(), name: Type.String() }, { description: 'New customers belong to it' }),
  state: SourceState,
  note: Type.String(),
  version: Version,
  createdAt: Instant,
  updatedAt: Instant,
})
export type SourceRow = Static<typeof SourceRow>
export const SourcePage = PageOf(SourceRow)

export const SourceQuery = Type.Object({
  ...PageQuery.properties,
  kind: Type.Optional(Type.Enum(sourceKinds)),
  state: Type.Optional(SourceState),
})
export type SourceQuery = Static<typeof SourceQuery>
export const SourceParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

export const NewSource = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    project: Project,
    kind: Type.Enum(sourceKinds),
    org: Type.String({ maxLength: 40 }),
    note: Type.Optional(Long),
  },
  { additionalProperties: false },
)
export type NewSource = Static<typeof NewSource>

export const SourceEdit = Type.Object(
  {
    version: Version,
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    project: Type.Optional(Project),
    kind: Type.Optional(Type.Enum(sourceKinds)),
    org: Type.Optional(Type.String({ maxLength: 40 })),
    note: Type.Optional(Long),
  },
  { additionalProperties: false },
)
export type SourceEdit = Static<typeof SourceEdit>
export const SourceVersion = Type.Object({ version: Version }, { additionalProperties: false })
export const SourceSwitch = Type.Object({ version: Version, state: SourceState }, { additionalProperties: false })

// ---- the tracking plan 埋点方案

/**
 * What a value is. `money` is a whole number of the currency's smallest unit (分), as a number or as digits; `time` is
 * `2026-01-05 09:00:00`, ISO 8601 or milliseconds since 1970; `day` is `2026-01-05`.
 */
export const valueTypes = ['text', 'number', 'integer', 'money', 'boolean', 'time', 'day', 'list', 'object'] as const
export const ValueType = Type.Enum(valueTypes)
export type ValueType = (typeof valueTypes)[number]
/** The type a value was seen with, before anyone has said what it should be. */
export type SeenType = ValueType

export const modes = ['off', 'warn', 'strict'] as const
export const Mode = Type.Enum(modes, {
  description:
    'off: nothing is checked; warn: kept, and told to the owner; strict: refused, kept apart with the reason',
})
export type Mode = (typeof modes)[number]

export const eventStates = ['proposed', 'active', 'ignored', 'retired'] as const
export type EventState = (typeof eventStates)[number]
export const propertyStates = ['proposed', 'active', 'ignored'] as const
export type PropertyState = (typeof propertyStates)[number]

export const Property = Type.Object({
  event: Type.String({ description: 'Empty for a common property, which any event may carry' }),
  name: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  type: ValueType,
  codes: Nullable(Type.Array(Type.String(), { description: 'The values it may have; null: any' })),
  unit: Type.String(),
  required: Type.Boolean(),
  personal: Nullable(PersonalKind),
  state: Type.Enum(propertyStates),
  description: Type.String(),
  seen: Type.Array(ValueType, { description: 'The types it arrived with' }),
  firstSeen: Nullable(Instant),
  version: Version,
})
export type Property = Static<typeof Property>

export const PlannedEvent = Type.Object({
  name: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  mode: Mode,
  state: Type.Enum(eventStates),
  owner: Type.String(),
  description: Type.String(),
  properties: Type.Integer({ description: 'Its own properties that are in use' }),
  proposed: Type.Integer({ description: 'Its own properties that wait for a decision' }),
  personal: Type.Boolean({ description: 'It carries personal data' }),
  firstSeen: Nullable(Instant),
  lastSeen: Nullable(Instant),
  count: Type.Integer({ description: 'About how often it has come; written once a minute' }),
  version: Version,
})
export type PlannedEvent = Static<typeof PlannedEvent>

export const EventPage = Type.Object({
  ...PageOf(PlannedEvent).properties,
  counts: Type.Object({
    proposed: Type.Integer(),
    active: Type.Integer(),
    ignored: Type.Integer(),
    retired: Type.Integer(),
  }),
})
export type EventPage = Static<typeof EventPage>
export const EventQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(Type.Enum(eventStates)),
  mode: Type.Optional(Mode),
  owner: Type.Optional(Type.String({ maxLength: 100 })),
})
export type EventQuery = Static<typeof EventQuery>
/** A name may hold any letter, a slash too: it is asked in the query and not in the path. */
export const NameQuery = Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) })

export const EventDetail = Type.Object({
  ...PlannedEvent.properties,
  own: Type.Array(Property),
  common: Type.Array(Property, { description: 'Properties that any event may carry' }),
})
export type EventDetail = Static<typeof EventDetail>

const Name = Type.String({ minLength: 1, maxLength: 100 })
const eventFields = {
  zh: Type.Optional(Label),
  en: Type.Optional(Label),
  mode: Type.Optional(Mode),
  owner: Type.Optional(Label),
  description: Type.Optional(Long),
}
export const NewEvent = Type.Object({ name: Name, ...eventFields }, { additionalProperties: false })
export type NewEvent = Static<typeof NewEvent>
export const EventEdit = Type.Object(
  {
    name: Name,
    version: Version,
    ...eventFields,
    state: Type.Optional(Type.Enum(['active', 'ignored', 'retired'])),
  },
  { additionalProperties: false },
)
export type EventEdit = Static<typeof EventEdit>

export const Decision = Type.Object(
  {
    names: Type.Array(Name, { minItems: 1, maxItems: 1000 }),
    as: Type.Enum(['active', 'ignored']),
    mode: Type.Optional(Mode),
  },
  { additionalProperties: false, description: 'Accepts or ignores proposals; the properties of an event go with it' },
)
export type Decision = Static<typeof Decision>
export const Decided = Type.Object({ changed: Type.Integer() })
export type Decided = Static<typeof Decided>

const Codes = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 500, uniqueItems: true })
const propertyFields = {
  zh: Type.Optional(Label),
  en: Type.Optional(Label),
  codes: Type.Optional(Nullable(Codes)),
  unit: Type.Optional(Type.String({ maxLength: 20 })),
  required: Type.Optional(Type.Boolean()),
  personal: Type.Optional(Nullable(PersonalKind)),
  description: Type.Optional(Long),
}
const EventName = Type.String({ maxLength: 100, description: 'Empty for a common property' })
export const NewProperty = Type.Object(
  { event: EventName, name: Name, type: ValueType, ...propertyFields },
  { additionalProperties: false },
)
export type NewProperty = Static<typeof NewProperty>
export const PropertyEdit = Type.Object(
  {
    event: EventName,
    name: Name,
    version: Version,
    type: Type.Optional(ValueType),
    ...propertyFields,
    state: Type.Optional(Type.Enum(['active', 'ignored'])),
  },
  { additionalProperties: false },
)
export type PropertyEdit = Static<typeof PropertyEdit>
export const PropertyDecision = Type.Object(
  {
    event: EventName,
    names: Type.Array(Name, { minItems: 1, maxItems: 1000 }),
    as: Type.Enum(['active', 'ignored']),
  },
  { additionalProperties: false },
)
export type PropertyDecision = Static<typeof PropertyDecision>
export const PropertyList = Type.Object({ items: Type.Array(Property) })

/** One line a property, and one for an event without any. Headings in Chinese or English. */
export const PlanCsv = Type.Object({ csv: Type.String({ maxLength: 8_000_000 }) }, { additionalProperties: false })
export const PlanImported = Type.Object({ events: Type.Integer(), properties: Type.Integer() })
export type PlanImported = Static<typeof PlanImported>

// ---- promoted properties 加速属性

export const promotable = ['text', 'number', 'integer', 'money', 'boolean', 'time', 'day'] as const
export type Promotable = (typeof promotable)[number]

/** A property of events that has a column of its own: questions about it read a fraction of what they would. */
export const Promoted = Type.Object({
  name: Type.String(),
  type: Type.Enum(promotable),
  state: Type.Enum(['filling', 'ready', 'removing'], {
    description: 'filling: older events are being written; it is used already, answers are the same',
  }),
  progress: Type.Number({ description: 'How much of it is written, 0 to 1' }),
  at: Instant,
  by: Type.String(),
})
export type Promoted = Static<typeof Promoted>
export const PromotedList = Type.Object({ items: Type.Array(Promoted) })
export const Promotion = Type.Object({ name: Name, type: Type.Enum(promotable) }, { additionalProperties: false })
export type Promotion = Static<typeof Promotion>
export const Demotion = Type.Object({ name: Name }, { additionalProperties: false })

// ---- the entity model 实体模型

export const Attribute = Type.Object({
  entity: Type.String(),
  name: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  type: ValueType,
  codes: Nullable(Type.Array(Type.String())),
  unit: Type.String(),
  required: Type.Boolean(),
  personal: Nullable(PersonalKind),
  state: Type.Enum(propertyStates),
  description: Type.String(),
  source: Type.Enum(['built-in', 'console', 'discovered']),
  seen: Type.Array(ValueType, { description: 'The types it arrived with; not empty: its type stays' }),
  version: Version,
})
export type Attribute = Static<typeof Attribute>

export const Relation = Type.Object({
  entity: Type.String(),
  name: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  target: Type.String(),
  cardinality: Type.Enum(['one', 'many']),
  via: Type.String({ description: 'The attribute that joins: of `entity` for one, of `target` for many' }),
  builtIn: Type.Boolean(),
})
export type Relation = Static<typeof Relation>

export const Entity = Type.Object({
  type: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  key: Type.String({ description: 'The attribute that holds its number' }),
  description: Type.String(),
  builtIn: Type.Boolean(),
  attributes: Type.Integer(),
  proposed: Type.Integer({ description: 'Attributes that wait for a decision' }),
  items: Nullable(
    Type.Integer({ description: 'Rows, counted as far as 100,001; null for customers, who are kept elsewhere' }),
  ),
  version: Version,
})
export type Entity = Static<typeof Entity>
export const EntityModel = Type.Object({ items: Type.Array(Entity), relations: Type.Array(Relation) })
export type EntityModel = Static<typeof EntityModel>

const Code = Type.String({
  minLength: 1,
  maxLength: 40,
  pattern: '^[a-z][a-z0-9_]*$',
  description: 'lower-case letters, digits, underscore',
})
const Words = Type.String({ minLength: 1, maxLength: 100 })
export const EntityParams = Type.Object({ type: Type.String({ maxLength: 40 }) })
export const NewEntity = Type.Object(
  { type: Code, zh: Words, en: Words, key: Code, description: Type.Optional(Long) },
  { additionalProperties: false },
)
export type NewEntity = Static<typeof NewEntity>
export const EntityEdit = Type.Object(
  {
    version: Version,
    zh: Type.Optional(Words),
    en: Type.Optional(Words),
    description: Type.Optional(Long),
  },
  { additionalProperties: false },
)
export type EntityEdit = Static<typeof EntityEdit>
export const EntityDetail = Type.Object({
  ...Entity.properties,
  own: Type.Array(Attribute),
  relations: Type.Array(Relation, { description: 'From it and to it' }),
})
export type EntityDetail = Static<typeof EntityDetail>

export const NewAttribute = Type.Object(
  { name: Name, type: ValueType, ...propertyFields },
  { additionalProperties: false },
)
export type NewAttribute = Static<typeof NewAttribute>
export const AttributeEdit = Type.Object(
  {
    name: Name,
    version: Version,
    type: Type.Optional(ValueType),
    ...propertyFields,
    state: Type.Optional(Type.Enum(['active', 'ignored'])),
  },
  { additionalProperties: false },
)
export type AttributeEdit = Static<typeof AttributeEdit>

export const NewRelation = Type.Object(
  {
    name: Code,
    zh: Words,
    en: Words,
    target: Type.String({ maxLength: 40 }),
    cardinality: Type.Enum(['one', 'many']),
    via: Name,
  },
  { additionalProperties: false },
)
export type NewRelation = Static<typeof NewRelation>
export const RelationParams = Type.Object({
  type: Type.String({ maxLength: 40 }),
  name: Type.String({ maxLength: 40 }),
})

export const Unfit = Type.Object({
  items: Type.Array(Type.Object({ attribute: Type.String(), rows: Type.Integer() }), {
    description: 'Attributes of which customers or things have values that are not of the declared type',
  }),
})
export type Unfit = Static<typeof Unfit>

export const Item = Type.Object({
  id: Type.String(),
  values: Type.Record(Type.String(), Type.Unknown()),
  updatedAt: Instant,
  source: Type.String(),
})
export type Item = Static<typeof Item>
export const ItemPage = PageOf(Item)

// ---- lineage 血缘

export const NodeRef = Type.Object({
  kind: Type.String({ maxLength: 40 }),
  id: Type.String({ maxLength: 300 }),
})
export type NodeRef = Static<typeof NodeRef>
/** Data go `from` one thing `to` another; `by` carries them: a mapping, an import, the collection. */
export type LineageEdge = { from: NodeRef; to: NodeRef; by: NodeRef }
export const LineageNode = Type.Object({
  ...NodeRef.properties,
  kindName: Type.Object({ zh: Type.String(), en: Type.String() }),
  level: Type.Integer({ description: 'Steps from the one that was asked for; negative: it is made of this' }),
  title: Type.String(),
  path: Nullable(Type.String({ description: 'Of its page in the console' })),
  hidden: Type.Boolean({ description: 'It is there, but not for this reader' }),
})
export type LineageNode = Static<typeof LineageNode>
export const Lineage = Type.Object({
  root: NodeRef,
  nodes: Type.Array(LineageNode),
  edges: Type.Array(Type.Object({ from: NodeRef, to: NodeRef, by: NodeRef, firstAt: Instant, lastAt: Instant })),
  cut: Type.Boolean({ description: 'There is more than is shown' }),
})
export type Lineage = Static<typeof Lineage>
// ---- virtual events 虚拟事件: named afterwards, out of what pages send by themselves

/** What it is made of: clicks, sent forms, elements that were seen, pages that were opened. */
export const virtualBases = ['click', 'submit', 'exposure', 'page'] as const
export type VirtualBase = (typeof virtualBases)[number]
export const virtualStates = ['draft', 'active', 'retired'] as const
export type VirtualState = (typeof virtualStates)[number]

export const virtualFields = ['selector', 'path', 'text', 'href', 'page', 'url', 'title', 'property'] as const
export type VirtualField = (typeof virtualFields)[number]
export const virtualOps = ['is', 'contains', 'starts', 'like'] as const
export type VirtualOp = (typeof virtualOps)[number]

/**
 * One condition; it holds when one of its values fits. What is absent or empty fits nothing. In `like`, a star of a
 * selector is a place in a list (`li:nth-of-type(*)`); elsewhere it is anything up to the next `/`, `?` or `#`, and two
 * stars are anything at all.
 */
export const VirtualCondition = Type.Object(
  {
    field: Type.Enum(virtualFields),
    property: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, pattern: '^[^.`\\\\]+$', description: 'With `property`: its name' }),
    ),
    op: Type.Enum(virtualOps),
    values: Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { minItems: 1, maxItems: 20 }),
  },
  { additionalProperties: false },
)
export type VirtualCondition = Static<typeof VirtualCondition>

const definition = {
  base: Type.Enum(virtualBases),
  conditions: Type.Array(VirtualCondition, {
    minItems: 1,
    maxItems: 10,
    description: 'All of them must hold',
  }),
}
export const VirtualDefinition = Type.Object(definition, { additionalProperties: false })
export type VirtualDefinition = Static<typeof VirtualDefinition>

export const VirtualEvent = Type.Object({
  name: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  description: Type.String(),
  owner: Type.String(),
  ...definition,
  state: Type.Enum(virtualStates),
  version: Version,
  madeBy: Type.String(),
  madeAt: Instant,
  editedAt: Instant,
})
export type VirtualEvent = Static<typeof VirtualEvent>
export const VirtualPage = PageOf(VirtualEvent)
export const VirtualQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(Type.Enum(virtualStates)),
  base: Type.Optional(Type.Enum(virtualBases)),
  owner: Type.Optional(Type.String({ maxLength: 100 })),
})
export type VirtualQuery = Static<typeof VirtualQuery>

export const VirtualDetail = Type.Object({
  ...VirtualEvent.properties,
  versions: Type.Array(
    Type.Object({
      version: Version,
      base: definition.base,
      conditions: definition.conditions,
      state: Type.Enum(virtualStates),
      by: Type.String(),
      at: Instant,
    }),
    { description: 'Newest first' },
  ),
})
export type VirtualDetail = Static<typeof VirtualDetail>

const virtualWords = {
  zh: Type.Optional(Label),
  en: Type.Optional(Label),
  description: Type.Optional(Long),
  owner: Type.Optional(Label),
}
export const NewVirtual = Type.Object(
  { name: Name, ...virtualWords, ...definition, state: Type.Optional(Type.Enum(['draft', 'active'])) },
  { additionalProperties: false },
)
export type NewVirtual = Static<typeof NewVirtual>
export const VirtualEdit = Type.Object(
  {
    name: Name,
    version: Version,
    ...virtualWords,
    base: Type.Optional(definition.base),
    conditions: Type.Optional(definition.conditions),
    state: Type.Optional(Type.Enum(virtualStates)),
  },
  { additionalProperties: false },
)
export type VirtualEdit = Static<typeof VirtualEdit>

/** Of the past, by day of the bank's zone, today last. Only what came from sources of the reader's scope. */
export const VirtualCount = Type.Object({
  last7: Type.Integer({ description: 'Today and the six days before' }),
  last30: Type.Integer(),
  days: Type.Array(Type.Integer(), { description: 'The 30 days, oldest first' }),
})
export type VirtualCount = Static<typeof VirtualCount>
export const VirtualCounts = Type.Object({
  items: Type.Array(Type.Object({ name: Type.String(), ...VirtualCount.properties })),
})
export type VirtualCounts = Static<typeof VirtualCounts>
export const NamesQuery = Type.Object({
  name: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: 200 }),
})

/** What a page knows of one of its elements, as it would send it. */
export const ElementFacts = Type.Object({
  event: Type.String({ maxLength: 100 }),
  props: Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 2000 }), { maxProperties: 30 }),
})
export const NamedElements = Type.Object(
  { elements: Type.Array(ElementFacts, { maxItems: 500 }) },
  { additionalProperties: false },
)
export type NamedElements = Static<typeof NamedElements>
export const ElementNames = Type.Object({
  items: Type.Array(
    Type.Array(Type.Object({ name: Type.String(), zh: Type.String(), en: Type.String() }), {
      description: 'The virtual events that the element belongs to, in the order asked',
    }),
  ),
})
export type ElementNames = Static<typeof ElementNames>

// ---- picking 圈选: a page shows its elements to the console

export const NewPick = Type.Object(
  { url: Type.String({ minLength: 1, maxLength: 2000, description: 'The address of the page, http or https' }) },
  { additionalProperties: false },
)
export type NewPick = Static<typeof NewPick>
export const Pick = Type.Object({
  token: Type.String({ description: 'For the page: gives nothing but the right to show its elements to this console' }),
  origin: Type.String({ description: 'The only origin that the console listens to' }),
  url: Type.String({ description: 'The address to open' }),
  here: Type.Boolean({ description: 'A page of this server: it may stand in a frame of the console' }),
  until: Instant,
})
export type Pick = Static<typeof Pick>

export const PickProof = Type.Object({ token: Type.String({ maxLength: 2000 }) }, { additionalProperties: false })
/** What the page learns: whom it may speak to, and no more. */
export const Picking = Type.Object({ console: Type.String(), until: Instant })
export type Picking = Static<typeof Picking>

export const PracticePages = Type.Object({
  items: Type.Array(Type.Object({ title: Type.String(), path: Type.String() })),
})
