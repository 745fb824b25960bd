import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type { VirtualBase, VirtualCondition, VirtualQuery, VirtualState } from './contract.ts'

export type VirtualRecord = {
  name: string
  zh: string
  en: string
  description: string
  owner: string
  base: VirtualBase
  conditions: VirtualCondition[]
  state: VirtualState
  version: number
  madeBy: string
  madeAt: Date
  editedAt: Date
}

export const virtualSorts = {
  name: { sql: 'name', type: 'text' },
  madeAt: { sql: 'made_at', type: 'timestamptz' },
  editedAt: { sql: 'edited_at', type: 'timestamptz' },
}

export function pageOfVirtual(tx: Tx, query: VirtualQuery, order: Order): Promise<(VirtualRecord & { id: string })[]> {
  const { state = null, base = null, owner = null } = query
  const q = query.q?.trim().toLowerCase() || null
  return tx<(VirtualRecord & { id: string })[]>`
    select *, name as id from catalog.virtual_event
    where (${q}::text is null or position(${q} in lower(name || ' ' || zh || ' ' || en || ' ' || description)) > 0)
      and (${state}::text is null or state = ${state})
      and (${base}::text is null or base = ${base})
      and (${owner}::text is null or owner = ${owner})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export function virtualNamed(tx: Tx, names: readonly string[]): Promise<VirtualRecord[]> {
  return tx<VirtualRecord[]>`select * from catalog.virtual_event where name = any (${[...names]})`
}

export function activeVirtual(tx: Tx): Promise<VirtualRecord[]> {
  return tx<VirtualRecord[]>`select * from catalog.virtual_event where state = 'active' order by name`
}

export async function findVirtual(tx: Tx, name: string): Promise<VirtualRecord | undefined> {
  const [row] = await tx<VirtualRecord[]>`select * from catalog.virtual_event where name = ${name}`
  return row
}

export type VersionRecord = Pick<VirtualRecord, 'version' | 'base' | 'conditions' | 'state'> & { by: string; at: Date }

export function versionsOf(tx: Tx, name: string): Promise<VersionRecord[]> {
  return tx<VersionRecord[]>`
    select version, base, conditions, state, by, at from catalog.virtual_version
    where name = ${name} order by version desc limit 100`
}

/** False when an event or a virtual event has the name. */
export async function insertVirtual(tx: Tx, made: VirtualRecord): Promise<boolean> {
  const [row] = await tx`
    insert into catalog.virtual_event
      (name, zh, en, description, owner, base, conditions, state, version, made_by, made_at, edited_at)
    select ${made.name}, ${made.zh}, ${made.en}, ${made.description}, ${made.owner}, ${made.base},
           ${JSON.stringify(made.conditions)}::text::jsonb, ${made.state}, ${made.version}, ${made.madeBy}, ${made.madeAt},
           ${made.editedAt}
    where not exists (select from catalog.event where name = ${made.name})
    on conflict do nothing
    returning name`
  return row !== undefined
}

/** False when the version is no longer the newest. */
export async function updateVirtual(tx: Tx, to: VirtualRecord, version: number): Promise<boolean> {
  const [row] = await tx`
    update catalog.virtual_event
    set zh = ${to.zh}, en = ${to.en}, description = ${to.description}, owner = ${to.owner}, base = ${to.base},
        conditions = ${JSON.stringify(to.conditions)}::text::jsonb, state = ${to.state}, version = ${to.version},
        edited_at = ${to.editedAt}
    where name = ${to.name} and version = ${version}
    returning name`
  return row !== undefined
}

export async function keepVersion(tx: Tx, of: VirtualRecord, by: string): Promise<void> {
  await tx`
    insert into catalog.virtual_version (name, version, base, conditions, state, by, at)
    values (${of.name}, ${of.version}, ${of.base}, ${JSON.stringify(of.conditions)}::text::jsonb, ${of.state}, ${by},
            ${of.editedAt})`
}

/** Whether the plan has an event of this name, or there is a virtual one. */
export async function hasVirtual(tx: Tx, name: string): Promise<boolean> {
  const [row] = await tx`select from catalog.virtual_event where name = ${name}`
  return row !== undefined
}
