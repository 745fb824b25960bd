import type { Tx } from '../../platform/db/db.ts'

export function sourceNames(tx: Tx, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return tx<{ id: string; name: string }[]>`select id, name from catalog.source where id = any (${ids})`
}

export function eventNames(tx: Tx, names: readonly string[]): Promise<{ id: string; zh: string; en: string }[]> {
  return tx<{ id: string; zh: string; en: string }[]>`
    select name as id, zh, en from catalog.event where name = any (${names})`
}

type PropertyName = { id: string; event: string; name: string; zh: string; en: string }

export function propertyNames(tx: Tx, ids: readonly string[]): Promise<PropertyName[]> {
  return tx<PropertyName[]>`
    select event || ' ' || name as id, event, name, zh, en from catalog.property where event || ' ' || name = any (${ids})`
}

type AttributeName = { id: string; zh: string; en: string; typeZh: string; typeEn: string }

export function attributeNames(tx: Tx, ids: readonly string[]): Promise<AttributeName[]> {
  return tx<AttributeName[]>`
    select a.entity || ' ' || a.name as id, a.zh, a.en, e.zh as type_zh, e.en as type_en
    from catalog.attribute a join catalog.entity e on e.type = a.entity
    where a.entity || ' ' || a.name = any (${ids})`
}
