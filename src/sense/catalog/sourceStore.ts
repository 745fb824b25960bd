import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { SourceKind, SourceQuery } from './contract.ts'

export type SourceRecord = {
  id: Id<'src'>
  name: string
  project: string
  writeKey: string
  kind: SourceKind
  org: Id<'org'>
  state: 'on' | 'off'
  note: string
  version: number
  createdAt: Date
  updatedAt: Date
}

export function allSources(tx: Tx): Promise<SourceRecord[]> {
  return tx<SourceRecord[]>`select * from catalog.source`
}

export function pageOfSources(tx: Tx, query: SourceQuery, order: Order): Promise<SourceRecord[]> {
  const { kind = null, state = null } = query
  const q = query.q?.trim().toLowerCase() || null
  return tx<SourceRecord[]>`
    select * from catalog.source
    where (${q}::text is null or position(${q} in lower(name || ' ' || project || ' ' || note)) > 0 or write_key = ${q})
      and (${kind}::text is null or kind = ${kind})
      and (${state}::text is null or state = ${state})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export async function findSource(tx: Tx, id: string): Promise<SourceRecord | undefined> {
  const [row] = await tx<SourceRecord[]>`select * from catalog.source where id = ${id}`
  return row
}

export async function findByProject(tx: Tx, project: string): Promise<SourceRecord | undefined> {
  const [row] = await tx<SourceRecord[]>`select * from catalog.source where project = ${project}`
  return row
}

export async function insertSource(
  tx: Tx,
  made: Omit<SourceRecord, 'version' | 'createdAt' | 'updatedAt' | 'state'>,
  at: Date,
): Promise<SourceRecord> {
  const [row] = await tx<SourceRecord[]>`
    insert into catalog.source (id, name, project, write_key, kind, org, state, note, version, created_at, updated_at)
    values (${made.id}, ${made.name}, ${made.project}, ${made.writeKey}, ${made.kind}, ${made.org}, 'on', ${made.note}, 1,
            ${at}, ${at})
    returning *`
  return row as SourceRecord
}

/** Undefined when the version is no longer the newest. */
export async function updateSource(
  tx: Tx,
  source: Omit<SourceRecord, 'createdAt' | 'updatedAt'>,
  at: Date,
): Promise<SourceRecord | undefined> {
  const [row] = await tx<SourceRecord[]>`
    update catalog.source
    set name = ${source.name}, project = ${source.project}, write_key = ${source.writeKey}, kind = ${source.kind},
        org = ${source.org}, state = ${source.state}, note = ${source.note}, version = version + 1, updated_at = ${at}
    where id = ${source.id} and version = ${source.version}
    returning *`
  return row
}
