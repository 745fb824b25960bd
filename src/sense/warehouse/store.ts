import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type {
  ConnectionKind,
  ConnectionQuery,
  ConnectionSettings,
  Definition,
  MappingQuery,
  MappingState,
  RunState,
  Tested,
  Way,
} from './contract.ts'

// ---- connections

export type ConnectionRow = {
  id: Id<'con'>
  org: string
  name: string
  kind: ConnectionKind
  settings: ConnectionSettings
  secret: Buffer | null
  tested: Tested | null
  version: number
  mappings: number
  byName: string
  createdAt: Date
  updatedAt: Date
}

const connectionColumns = (tx: Tx) => tx`
  id, org, name, kind, settings, secret, tested, version, by_name, created_at, updated_at,
  (select count(*)::int from warehouse.mapping where mapping.connection = connection.id) as mappings`

export async function insertConnection(
  tx: Tx,
  made: Omit<ConnectionRow, 'tested' | 'version' | 'mappings' | 'updatedAt'>,
): Promise<void> {
  await tx`
    insert into warehouse.connection (id, org, name, kind, settings, secret, by_name, created_at, updated_at)
    values (${made.id}, ${made.org}, ${made.name}, ${made.kind}, ${JSON.stringify(made.settings)}::text::jsonb,
            ${made.secret}, ${made.byName}, ${made.createdAt}, ${made.createdAt})`
}

export async function findConnection(tx: Tx, id: string): Promise<ConnectionRow | undefined> {
  const [row] = await tx<ConnectionRow[]>`select ${connectionColumns(tx)} from warehouse.connection where id = ${id}`
  return row
}

export function pageOfConnections(tx: Tx, query: ConnectionQuery, order: Order): Promise<ConnectionRow[]> {
  const { q = null, kind = null } = query
  return tx<ConnectionRow[]>`
    select ${connectionColumns(tx)} from warehouse.connection
    where (${q}::text is null or position(lower(${q}) in lower(name || ' ' || coalesce(settings ->> 'host', ''))) > 0)
      and (${kind}::text is null or kind = ${kind})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export async function updateConnection(
  tx: Tx,
  to: Pick<ConnectionRow, 'id' | 'name' | 'settings' | 'secret' | 'version'>,
  at: Date,
): Promise<boolean> {
  const [row] = await tx`
    update warehouse.connection
    set name = ${to.name}, settings = ${JSON.stringify(to.settings)}::text::jsonb, secret = ${to.secret}, tested = null,
        version = version + 1, updated_at = ${at}
    where id = ${to.id} and version = ${to.version}
    returning id`
  return row !== undefined
}

export async function saveTested(tx: Tx, id: string, tested: Tested): Promise<void> {
  await tx`update warehouse.connection set tested = ${JSON.stringify(tested)}::text::jsonb where id = ${id}`
}

export async function deleteConnection(tx: Tx, id: string): Promise<void> {
  await tx`delete from warehouse.connection where id = ${id}`
}

export function connectionNames(tx: Tx, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return tx<{ id: string; name: string }[]>`select id, name from warehouse.connection where id = any (${ids})`
}

// ---- mappings

export type MappingRow = {
  id: Id<'map'>
  org: Id<'org'>
  name: string
  code: string
  connection: string
  connectionName: string | null
  connectionKind: ConnectionKind | null
  way: Way
  state: MappingState
  definition: Definition
  version: number
  salt: Buffer
  watermark: string | null
  nextAt: Date | null
  lastId: string | null
  lastState: RunState | null
  lastAt: Date | null
  lastChanged: number | null
  alerts: number
  byName: string
  createdAt: Date
  updatedAt: Date
}

const mappings = (tx: Tx) => tx`
  select mapping.id, mapping.org, mapping.name, mapping.code, mapping.connection, mapping.way, mapping.state,
         mapping.definition, mapping.version, mapping.salt, mapping.watermark, mapping.next_at, mapping.by_name, mapping.created_at, mapping.updated_at, held.name as connection_name,
         held.kind as connection_kind, last.id as last_id, last.state as last_state, last.at as last_at,
         last.changed as last_changed,
         (select count(*)::int from warehouse.alert where alert.mapping = mapping.id and alert.state = 'open') as alerts
  from warehouse.mapping
  left join warehouse.connection held on held.id = mapping.connection
  left join lateral (
    select run.id, run.state, coalesce(run.finished_at, run.created_at) as at, run.changed::float8 as changed
    from warehouse.run where run.mapping = mapping.id order by run.created_at desc, run.id desc limit 1
  ) last on true`

export async function findMapping(tx: Tx, id: string): Promise<MappingRow | undefined> {
  const [row] = await tx<MappingRow[]>`${mappings(tx)} where mapping.id = ${id}`
  return row
}

export async function lockMapping(tx: Tx, id: string): Promise<MappingRow | undefined> {
  await tx`select from warehouse.mapping where id = ${id} for update`
  return findMapping(tx, id)
}

export function mappingsByCode(tx: Tx, codes: readonly string[]): Promise<MappingRow[]> {
  return tx<MappingRow[]>`${mappings(tx)} where code = any (${codes})`
}

export function pageOfMappings(tx: Tx, query: MappingQuery, order: Order): Promise<MappingRow[]> {
  const { q = null, way = null, state = null, connection = null } = query
  return tx<MappingRow[]>`
    select * from (${mappings(tx)}) found
    where (${q}::text is null or position(lower(${q}) in lower(name || ' ' || code || ' ' || coalesce(connection_name, ''))) > 0)
      and (${way}::text is null or way = ${way})
      and (${state}::text is null or state = ${state})
      and (${connection}::text is null or connection = ${connection})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export async function insertMapping(
  tx: Tx,
  made: Pick<MappingRow, 'id' | 'org' | 'name' | 'code' | 'connection' | 'way' | 'definition' | 'salt' | 'byName'>,
  at: Date,
): Promise<boolean> {
  const [row] = await tx`
    insert into warehouse.mapping (id, org, name, code, connection, way, state, definition, salt, by_name, created_at, updated_at)
    values (${made.id}, ${made.org}, ${made.name}, ${made.code}, ${made.connection}, ${made.way}, 'draft',
            ${JSON.stringify(made.definition)}::text::jsonb, ${made.salt}, ${made.byName}, ${at}, ${at})
    on conflict (code) do nothing
    returning id`
  return row !== undefined
}

export async function updateMapping(
  tx: Tx,
  to: Pick<MappingRow, 'id' | 'name' | 'way' | 'definition' | 'version' | 'state' | 'watermark'>,
  at: Date,
): Promise<boolean> {
  const [row] = await tx`
    update warehouse.mapping
    set name = ${to.name}, way = ${to.way}, definition = ${JSON.stringify(to.definition)}::text::jsonb, state = ${to.state},
        watermark = ${to.watermark}, version = version + 1, updated_at = ${at}
    where id = ${to.id} and version = ${to.version}
    returning id`
  return row !== undefined
}

export async function deleteMapping(tx: Tx, id: string): Promise<void> {
  await tx`delete from warehouse.mapping where id = ${id}`
}

export async function saveNext(tx: Tx, id: string, next: Date | null): Promise<void> {
  await tx`update warehouse.mapping set next_at = ${next} where id = ${id}`
}

/** Forgets what the rows said and how far it was read. */
export async function forgetRows(tx: Tx, id: string): Promise<void> {
  await tx`delete from warehouse.row_state where mapping = ${id}`
}

export async function saveWatermark(tx: Tx, id: string, watermark: string | null): Promise<void> {
  await tx`update warehouse.mapping set watermark = ${watermark} where id = ${id}`
}

/** Whether a step of another mapping reads this one by its code. */
export async function usersOf(tx: Tx, code: string): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    select name from warehouse.mapping where definition -> 'step' -> 'uses' ? ${code} order by name limit 5`
  return rows.map(({ name }) => name)
}

export function mappingNames(tx: Tx, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return tx<{ id: string; name: string }[]>`select id, name from warehouse.mapping where id = any (${ids})`
}
