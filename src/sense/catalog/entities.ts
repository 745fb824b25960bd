import { type ChangeTx, change, read, stale } from '../../platform/change.ts'
import { asMachine, type Ctx, type Target } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { order, type Page, type PageQuery } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import type {
  Attribute,
  AttributeEdit,
  Entity,
  EntityDetail,
  EntityEdit,
  EntityModel,
  Item,
  NewAttribute,
  NewEntity,
  NewRelation,
  Refusal,
  Relation,
} from './contract.ts'
import * as store from './entityStore.ts'
import * as items from './itemStore.ts'
import { memory } from './memory.ts'
import { checkAttributeEdit, checkCodes, checkName } from './rules/change.ts'
import {
  type ItemChange,
  itemFault,
  type KnownAttribute,
  type KnownEntity,
  latestOfEach,
  newTypes,
} from './rules/item.ts'
import { looksPersonal } from './rules/personal.ts'
import { isName } from './rules/value.ts'

const known = memory<ReadonlyMap<string, KnownEntity>>()

async function loadModel(tx: Tx): Promise<ReadonlyMap<string, KnownEntity>> {
  const types = await store.entityTypes(tx)
  const made = new Map(types.map((type) => [type, { type, attributes: new Map<string, KnownAttribute>() }]))
  for (const row of await store.attributesOf(tx, null))
    made.get(row.entity)?.attributes.set(row.name, { ...row, codes: row.codes ? new Set(row.codes) : undefined })
  return made
}

/**
 * The attributes of a type by their names, also those that wait for a decision. From memory but for every two seconds;
 * ask before a transaction. None for a type that does not exist.
 */
export async function attributesOf(ctx: Ctx, type: string): Promise<ReadonlyMap<string, KnownAttribute>> {
  const machine = asMachine(ctx, 'catalog')
  const model = await known.get(ctx.db, () => read(machine, loadModel))
  return model.get(type)?.attributes ?? new Map()
}

/** As they stand in this transaction: for who must not be two seconds behind. */
export async function attributesNowOf(tx: Tx, type: string): Promise<ReadonlyMap<string, KnownAttribute>> {
  const rows = await store.attributesOf(tx, type)
  return new Map(rows.map((row) => [row.name, { ...row, codes: row.codes ? new Set(row.codes) : undefined }]))
}

export { entityTypes } from './entityStore.ts'

/** Proposes attributes that nobody declared, and remembers the types in use. Names that cannot be kept are left out. */
export async function noteAttributes(
  ctx: Ctx,
  tx: Tx,
  type: string,
  values: Iterable<Readonly<Record<string, unknown>>>,
): Promise<void> {
  const model = await known.getWithin(ctx.db, () => loadModel(tx))
  await propose(
    tx,
    model,
    [...values].map((one) => [type, one] as const),
  )
}

async function propose(
  tx: Tx,
  model: ReadonlyMap<string, KnownEntity>,
  values: (readonly [string, Readonly<Record<string, unknown>>])[],
): Promise<void> {
  const found = newTypes((type) => model.get(type)?.attributes, values).filter(
    ({ of, name }) => isName(name) && (model.get(of)?.attributes.has(name) || hasRoom(model.get(of))),
  )
  if (found.length > 0)
    await store.proposeAttributes(
      tx,
      found.map((one) => ({ ...one, personal: looksPersonal(one.name) ?? null })),
    )
}

/** Beyond this a client makes names out of data. */
const mostAttributes = 1000
const hasRoom = (entity: KnownEntity | undefined) => (entity?.attributes.size ?? mostAttributes) < mostAttributes

/**
 * Keeps things other than customers: of each the latest by its time, wherever it stands in the set and whatever was kept
 * before; a `set` replaces all its values. Answers in the order of the items: why one was not kept, or undefined.
 */
export async function saveItems(ctx: Ctx, tx: Tx, changes: readonly ItemChange[]): Promise<(Refusal | undefined)[]> {
  const model = await known.getWithin(ctx.db, () => loadModel(tx))
  const faults = changes.map((item) => itemFault(model, item))
  const good = changes.filter((_, i) => faults[i] === undefined)
  const latest = latestOfEach(good)
  if (latest.length > 0) {
    await items.saveItems(tx, latest)
    await propose(
      tx,
      model,
      latest.map(({ type, op, values }) => [type, op === 'set' ? values : {}] as const),
    )
  }
  return faults
}

export function listItems(ctx: Ctx, type: string, query: PageQuery): Promise<Page<Item>> {
  const sorts = { updatedAt: { sql: 'updated_at', type: 'timestamptz' }, id: { sql: 'id', type: 'text' } }
  const by = order(query, sorts, '-updatedAt')
  return read(ctx, async (tx) => {
    if (!(await store.findEntity(tx, type))) missing('entity', type)
    const rows = await items.pageOfItems(tx, type, query.q ?? null, by)
    const page = by.page(rows, (row) => row[by.name as keyof typeof sorts])
    return { next: page.next, items: page.items.map(toItem) }
  })
}

function toItem({ id, itemValues, updatedAt, source }: items.ItemRecord): Item {
  return { id, values: itemValues, updatedAt: updatedAt.toISOString(), source }
}

// ---- types

export function entityModel(ctx: Ctx): Promise<EntityModel> {
  return read(ctx, async (tx) => ({
    items: (await store.allEntities(tx)).map(toEntity),
    relations: (await store.relationsOf(tx, null)).map(toRelation),
  }))
}

function toEntity(row: store.EntityRecord): Entity {
  const { type, zh, en, keyAttribute, description, builtIn, attributes, proposed, version } = row
  const counts = { attributes, proposed, items: type === 'customer' ? null : row.items }
  return { type, zh, en, key: keyAttribute, description, builtIn, ...counts, version }
}

function toAttribute({ place: _, ...attribute }: store.AttributeRecord): Attribute {
  return attribute
}

function toRelation(row: Relation): Relation {
  const { entity, name, zh, en, target, cardinality, via, builtIn } = row
  return { entity, name, zh, en, target, cardinality, via, builtIn }
}

export function getEntity(ctx: Ctx, type: string): Promise<EntityDetail> {
  return read(ctx, (tx) => detail(tx, type))
}

async function detail(tx: Tx, type: string): Promise<EntityDetail> {
  const entity = (await store.findEntity(tx, type)) ?? missing('entity', type)
  const own = (await store.attributesOf(tx, type)).map(toAttribute)
  return { ...toEntity(entity), own, relations: (await store.relationsOf(tx, type)).map(toRelation) }
}

/** A new type has one attribute, the one that holds its number. */
export function createEntity(ctx: Ctx, input: NewEntity): Promise<EntityDetail> {
  const { type, key, description = '' } = input
  return changeModel(ctx, 'catalog.entity.create', entityTarget(type, input.zh), async (tx) => {
    if (!(await store.insertEntity(tx, { ...input, description })))
      taken('type', `实体类型 ${type} 已存在`, `There is a type ${type} already`)
    await store.insertAttribute(tx, {
      ...{ entity: type, name: key, zh: '编号', en: 'Number', type: 'text', codes: null, unit: '' },
      ...{ required: false, personal: null, state: 'active', description: '' },
    })
    return detail(tx, type)
  })
}

export function editEntity(ctx: Ctx, type: string, { version, ...edit }: EntityEdit): Promise<EntityDetail> {
  return changeModel(ctx, 'catalog.entity.edit', entityTarget(type), async (tx) => {
    const old = (await store.findEntity(tx, type)) ?? missing('entity', type)
    tx.before(toEntity(old))
    if (!(await store.updateEntity(tx, { ...old, ...edit }, version))) stale('entity')
    const after = await detail(tx, type)
    const { own: _own, relations: _relations, ...facts } = after
    tx.after(facts)
    return after
  })
}

export async function createAttribute(ctx: Ctx, entity: string, input: NewAttribute): Promise<Attribute> {
  checkName(input.name)
  const { name, type, zh = '', en = '', unit = '', required = false, personal = null, description = '' } = input
  const codes = input.codes?.length ? input.codes : null
  checkCodes(type, codes)
  return changeModel(ctx, 'catalog.attribute.create', attributeTarget(entity, name), async (tx) => {
    if (!(await store.findEntity(tx, entity))) missing('entity', entity)
    const made = { entity, name, type, zh, en, codes, unit, required, personal, description, state: 'active' as const }
    if (!(await store.insertAttribute(tx, made)))
      taken('name', `属性 ${name} 已存在`, `The attribute ${name} is there already`)
    return attribute(tx, entity, name)
  })
}

async function attribute(tx: Tx, entity: string, name: string): Promise<Attribute> {
  return toAttribute((await store.findAttribute(tx, entity, name)) ?? missing('attribute', name))
}

/** Someone who edits a proposal accepts it, unless he says otherwise. */
export function editAttribute(ctx: Ctx, entity: string, input: AttributeEdit): Promise<Attribute> {
  const { name, version, ...edit } = input
  return changeModel(ctx, 'catalog.attribute.edit', attributeTarget(entity, name), async (tx) => {
    const old = (await store.findAttribute(tx, entity, name)) ?? missing('attribute', name)
    const isKey = (await store.findEntity(tx, entity))?.keyAttribute === name
    tx.before(toAttribute(old))
    checkAttributeEdit(old, edit, isKey)
    if (isKey && edit.state === 'ignored') throw keyStays()
    const state = edit.state ?? (old.state === 'proposed' ? 'active' : old.state)
    const codes = edit.codes === undefined ? old.codes : edit.codes?.length ? edit.codes : null
    const next = { ...old, ...edit, state, codes }
    checkCodes(next.type, codes)
    if (!(await store.updateAttribute(tx, next, version))) stale('attribute')
    return attribute(tx, entity, name)
  })
}

function keyStays(): Problem {
  return new Problem(
    'conflict',
    'catalog.key_attribute',
    text('主键属性不能停用', 'The attribute that holds the number stays'),
  )
}

export function createRelation(ctx: Ctx, entity: string, input: NewRelation): Promise<EntityDetail> {
  return changeModel(ctx, 'catalog.relation.create', attributeTarget(entity, input.name), async (tx) => {
    if (!(await store.findEntity(tx, entity))) missing('entity', entity)
    if (!(await store.findEntity(tx, input.target)))
      throw invalidField('target', 'catalog.unknown_target', text('没有这个实体类型', 'There is no such type'))
    const holder = input.cardinality === 'one' ? entity : input.target
    if (!(await store.findAttribute(tx, holder, input.via)))
      throw invalidField(
        'via',
        'catalog.unknown_via',
        text(`实体 ${holder} 没有属性 ${input.via}`, `${holder} has no attribute ${input.via}`),
      )
    if (!(await store.insertRelation(tx, entity, input)))
      taken('name', `关系 ${input.name} 已存在`, `The relation ${input.name} is there already`)
    tx.after(input)
    return detail(tx, entity)
  })
}

export function removeRelation(ctx: Ctx, entity: string, name: string): Promise<void> {
  return changeModel(ctx, 'catalog.relation.remove', attributeTarget(entity, name), async (tx) => {
    const gone = (await store.removeRelation(tx, entity, name)) ?? missing('relation', name)
    if (gone.builtIn)
      throw new Problem(
        'conflict',
        'catalog.built_in',
        text('内置关系不能删除', 'A relation that comes with the product stays'),
      )
    tx.before(toRelation(gone))
    tx.after(null)
  })
}

async function changeModel<T>(ctx: Ctx, action: string, target: Target, run: (tx: ChangeTx) => Promise<T>): Promise<T> {
  try {
    return await change(ctx, action, target, run)
  } finally {
    known.forget(ctx.db)
  }
}

function entityTarget(type: string, name?: string): Target {
  return { kind: 'entity', id: type, name }
}

function attributeTarget(entity: string, name: string): Target {
  return { kind: 'attribute', id: `${entity}.${name}`, name }
}

function taken(field: string, zh: string, en: string): never {
  throw new Problem('conflict', 'catalog.name_taken', text(zh, en), {
    fields: [{ field, message: text('已存在', 'exists already') }],
  })
}
