import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type { Kind, Overflow, Strength } from './contract.ts'

type Row = {
  id: string
  nameZh: string
  nameEn: string
  strength: Strength
  many: boolean
  maxHeld: number | null
  priority: number
  overflow: Overflow
  shared: boolean
  personal: Kind['personal']
  enabled: boolean
  junk: string[]
  version: number
}

function toKind({ nameZh, nameEn, maxHeld, ...row }: Row): Kind {
  return { ...row, name: { zh: nameZh, en: nameEn }, limit: maxHeld }
}

const columns = (tx: Tx) =>
  tx`id, name_zh, name_en, strength, many, max_held, priority, overflow, shared, personal, enabled, junk, version`

export async function allKinds(tx: Tx): Promise<Kind[]> {
  const rows = await tx<Row[]>`select ${columns(tx)} from identity.kind`
  return rows.map(toKind)
}

export async function findKind(tx: Tx, id: string): Promise<Kind | undefined> {
  const [row] = await tx<Row[]>`select ${columns(tx)} from identity.kind where id = ${id}`
  return row && toKind(row)
}

export async function pageOfKinds(tx: Tx, words: string | null, order: Order): Promise<Kind[]> {
  const rows = await tx<Row[]>`
    select ${columns(tx)} from identity.kind
    where (${words}::text is null or position(lower(${words}) in lower(id || ' ' || name_zh || ' ' || name_en)) > 0)
      and ${order.after(tx)}
    order by ${order.by(tx)} limit ${order.limit + 1}`
  return rows.map(toKind)
}

/** Undefined when there is one. */
export async function insertKind(tx: Tx, kind: Omit<Kind, 'version'>): Promise<Kind | undefined> {
  const [row] = await tx<Row[]>`
    insert into identity.kind (id, name_zh, name_en, strength, many, max_held, priority, overflow, shared, personal,
                               enabled, junk)
    values (${kind.id}, ${kind.name.zh}, ${kind.name.en}, ${kind.strength}, ${kind.many}, ${kind.limit},
            ${kind.priority}, ${kind.overflow}, ${kind.shared}, ${kind.personal}, ${kind.enabled},
            ${kind.junk}::text[])
    on conflict do nothing
    returning ${columns(tx)}`
  return row && toKind(row)
}

/** Undefined when the version is no longer the newest. */
export async function updateKind(tx: Tx, kind: Omit<Kind, 'version'>, version: number): Promise<Kind | undefined> {
  const [row] = await tx<Row[]>`
    update identity.kind
    set name_zh = ${kind.name.zh}, name_en = ${kind.name.en}, strength = ${kind.strength}, many = ${kind.many}, max_held = ${kind.limit},
        priority = ${kind.priority}, overflow = ${kind.overflow}, shared = ${kind.shared}, enabled = ${kind.enabled},
        junk = ${kind.junk}::text[], version = version + 1
    where id = ${kind.id} and version = ${version}
    returning ${columns(tx)}`
  return row && toKind(row)
}
