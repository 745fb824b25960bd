import type { PersonalKind } from '../../govern/privacy/contract.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Attribute, NewEntity, NewRelation, PropertyState, Relation, ValueType } from './contract.ts'
import type { NewType } from './rules/item.ts'

export type EntityRecord = {
  type: string
  zh: string
  en: string
  keyAttribute: string
  description: string
  builtIn: boolean
  version: number
  attributes: number
  proposed: number
  items: number
}

function entityRows(tx: Tx) {
  return tx`
    select e.*,
           (select count(*)::int from catalog.attribute a where a.entity = e.type and a.state = 'active') as attributes,
           (select count(*)::int from catalog.attribute a where a.entity = e.type and a.state = 'proposed') as proposed,
           (select count(*)::int from (
              select from catalog.item i where i.type = e.type and not i.deleted limit 100001) counted) as items
    from catalog.entity e`
}

export async function entityTypes(tx: Tx): Promise<string[]> {
  const rows = await tx<{ type: string }[]>`select type from catalog.entity`
  return rows.map((row) => row.type)
}

export function allEntities(tx: Tx): Promise<EntityRecord[]> {
  return tx<EntityRecord[]>`select * from (${entityRows(tx)}) e order by place, type`
}

export async function findEntity(tx: Tx, type: string): Promise<EntityRecord | undefined> {
  const [row] = await tx<EntityRecord[]>`select * from (${entityRows(tx)}) e where type = ${type}`
  return row
}

/** False when there is one of that type. */
export async function insertEntity(tx: Tx, made: Required<NewEntity>): Promise<boolean> {
  const [row] = await tx`
    insert into catalog.entity (type, zh, en, key_attribute, description, built_in, place)
    values (${made.type}, ${made.zh}, ${made.en}, ${made.key}, ${made.description}, false,
            (select max(place) + 10 from catalog.entity))
    on conflict do nothing
    returning type`
  return row !== undefined
}

/** False when the version is no longer the newest. */
export async function updateEntity(
  tx: Tx,
  to: Pick<EntityRecord, 'type' | 'zh' | 'en' | 'description'>,
  version: number,
): Promise<boolean> {
  const [row] = await tx`
    update catalog.entity
    set zh = ${to.zh}, en = ${to.en}, description = ${to.description}, version = version + 1
    where type = ${to.type} and version = ${version}
    returning type`
  return row !== undefined
}

// ---- attributes

export type AttributeRecord = Attribute & { place: number }

/** Of one type, or of all. */
export function attributesOf(tx: Tx, entity: string | null): Promise<AttributeRecord[]> {
  return tx<AttributeRecord[]>`
    select * from catalog.attribute where ${entity}::text is null or entity = ${entity}
    order by entity, array_position(array['proposed', 'active', 'ignored'], state), place, name`
}

export async function findAttribute(tx: Tx, entity: string, name: string): Promise<AttributeRecord | undefined> {
  const [row] = await tx<AttributeRecord[]>`
    select * from catalog.attribute where entity = ${entity} and name = ${name} for update`
  return row
}

export type AttributeWrite = {
  entity: string
  name: string
  zh: string
  en: string
  type: ValueType
  codes: string[] | null
  unit: string
  required: boolean
  personal: PersonalKind | null
  state: PropertyState
  description: string
}

/** False when there is one of that name. */
export async function insertAttribute(tx: Tx, made: AttributeWrite): Promise<boolean> {
  const [row] = await tx`
    insert into catalog.attribute (entity, name, zh, en, type, codes, unit, required, personal, state, description, source, place)
    values (${made.entity}, ${made.name}, ${made.zh}, ${made.en}, ${made.type}, ${made.codes}::text[], ${made.unit},
            ${made.required}, ${made.personal}, ${made.state}, ${made.description}, 'console',
            coalesce((select max(place) from catalog.attribute where entity = ${made.entity}), 0) + 10)
    on conflict do nothing
    returning name`
  return row !== undefined
}

/** False when the version is no longer the newest. */
export async function updateAttribute(tx: Tx, to: AttributeWrite, version: number): Promise<boolean> {
  const [row] = await tx`
    update catalog.attribute
    set zh = ${to.zh}, en = ${to.en}, type = ${to.type}, codes = ${to.codes}::text[], unit = ${to.unit},
        required = ${to.required}, personal = ${to.personal}, state = ${to.state}, description = ${to.description},
        version = version + 1
    where entity = ${to.entity} and name = ${to.name} and version = ${version}
    returning name`
  return row !== undefined
}

/** Proposes attributes that are not there, and adds new types to those that are. */
export async function proposeAttributes(
  tx: Tx,
  found: readonly (NewType & { personal: PersonalKind | null })[],
): Promise<void> {
  await tx`
    insert into catalog.attribute (entity, name, zh, en, type, unit, required, personal, state, description, source, seen, place)
    select entity, name, '', '', (array_agg(type order by turn))[1], '', false, max(personal), 'proposed', '',
           'discovered', array_agg(distinct type), 1000
    from unnest(${found.map((one) => one.of)}::text[], ${found.map((one) => one.name)}::text[],
                ${found.map((one) => one.type)}::text[], ${found.map((one) => one.personal)}::text[])
         with ordinality found (entity, name, type, personal, turn)
    group by entity, name
    order by entity, name
    on conflict (entity, name) do update
    set seen = (select array_agg(distinct type order by type) from unnest(attribute.seen || excluded.seen) type)
    where not attribute.seen @> excluded.seen`
}

// ---- relations

/** From a type and to it, or all. */
export function relationsOf(tx: Tx, entity: string | null): Promise<Relation[]> {
  return tx<Relation[]>`
    select * from catalog.relation where ${entity}::text is null or entity = ${entity} or target = ${entity}
    order by entity, name`
}

/** False when there is one of that name. */
export async function insertRelation(tx: Tx, entity: string, made: NewRelation): Promise<boolean> {
  const [row] = await tx`
    insert into catalog.relation (entity, name, zh, en, target, cardinality, via, built_in)
    values (${entity}, ${made.name}, ${made.zh}, ${made.en}, ${made.target}, ${made.cardinality}, ${made.via}, false)
    on conflict do nothing
    returning name`
  return row !== undefined
}

export async function removeRelation(tx: Tx, entity: string, name: string): Promise<Relation | undefined> {
  const [row] = await tx<Relation[]>`
    delete from catalog.relation where entity = ${entity} and name = ${name} returning *`
  return row
}
