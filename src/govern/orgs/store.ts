import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { Org, OrgChangeKind, OrgKind, OrgName, OrgQuery, OrgRef, OrgState } from './contract.ts'

export type OrgRow = {
  id: Id<'org'>
  parent: Id<'org'> | null
  path: string
  code: string
  name: string
  shortName: string | null
  kind: OrgKind
  zone: string
  sort: number
  state: OrgState
  version: number
  createdAt: Date
  updatedAt: Date
}

export function toOrg(row: OrgRow): Org {
  const { id, parent, path, code, name, shortName, kind, zone, sort, state, version } = row
  const times = { createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() }
  return { id, parent, path, code, name, shortName, kind, zone, sort, state, version, ...times }
}

const columns = (tx: Tx) =>
  tx`id, parent, path::text as path, code, name, short_name, kind, zone, sort, state, version, created_at, updated_at`

/** The tree changes one thing at a time: two moves that are each right could make a wrong tree together. */
export async function lockTree(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtext('orgs.tree'))`
}

export async function findOrg(tx: Tx, id: string): Promise<OrgRow | undefined> {
  const [row] = await tx<OrgRow[]>`select ${columns(tx)} from orgs.org where id = ${id}`
  return row
}

export async function findRoot(tx: Tx): Promise<OrgRow | undefined> {
  const [row] = await tx<OrgRow[]>`select ${columns(tx)} from orgs.org where nlevel(path) = 1`
  return row
}

export async function findByCode(tx: Tx, code: string): Promise<OrgRow | undefined> {
  const [row] = await tx<OrgRow[]>`select ${columns(tx)} from orgs.org where code = ${code}`
  return row
}

export function allOrgs(tx: Tx, closedToo: boolean): Promise<OrgRow[]> {
  return tx<OrgRow[]>`select ${columns(tx)} from orgs.org where ${closedToo} or state = 'open'`
}

export function pageOfOrgs(tx: Tx, query: OrgQuery, order: Order): Promise<OrgRow[]> {
  const { q = null, kind = null, state = null, under = null } = query
  return tx<OrgRow[]>`
    select ${columns(tx)} from orgs.org
    where (${q}::text is null or position(lower(${q}) in lower(name || ' ' || coalesce(short_name, '') || ' ' || code)) > 0)
      and (${kind}::text is null or kind = ${kind})
      and (${state}::text is null or state = ${state})
      and (${under}::text is null or path <@ (select path from orgs.org where id = ${under}))
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

/** Those of the ids that lie in the scope. */
export function refsOf(
  tx: Tx,
  ids: readonly string[],
): Promise<(OrgRef & { state: OrgState; kind: OrgKind; zone: string })[]> {
  return tx`select id, name, path::text as path, state, kind, zone from orgs.org where id = any (${ids})`
}

/** Of all of them, in the scope or not. */
export function namesOf(tx: Tx, ids: readonly string[]): Promise<OrgName[]> {
  return tx<OrgName[]>`select id, name from orgs.names(${ids})`
}

/** The organisation and all below it, as far as the scope goes. */
export async function idsWithin(tx: Tx, id: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from orgs.org where path <@ (select path from orgs.org where id = ${id})`
  return rows.map((row) => row.id)
}

export async function countBelow(
  tx: Tx,
  path: string,
): Promise<{ children: number; below: number; openBelow: number }> {
  const [row] = await tx<{ children: number; below: number; openBelow: number }[]>`
    select count(*) filter (where nlevel(path) = nlevel(${path}::text::ltree) + 1 and state = 'open')::int as children,
           count(*)::int as below,
           count(*) filter (where state = 'open')::int as open_below
    from orgs.org where path <@ ${path}::text::ltree and path <> ${path}::text::ltree`
  return row ?? { children: 0, below: 0, openBelow: 0 }
}

export async function kindsOfChildren(tx: Tx, id: string): Promise<OrgKind[]> {
  const rows = await tx<{ kind: OrgKind }[]>`select distinct kind from orgs.org where parent = ${id}`
  return rows.map((row) => row.kind)
}

export type OrgWrite = Omit<OrgRow, 'parent' | 'createdAt' | 'updatedAt' | 'version'>

export async function insertOrg(tx: Tx, org: OrgWrite, at: Date): Promise<OrgRow> {
  const [row] = await tx<OrgRow[]>`
    insert into orgs.org (id, path, code, name, short_name, kind, zone, sort, state, version, created_at, updated_at)
    values (${org.id}, ${org.path}::text::ltree, ${org.code}, ${org.name}, ${org.shortName}, ${org.kind}, ${org.zone},
            ${org.sort}, ${org.state}, 1, ${at}, ${at})
    returning ${columns(tx)}`
  return row as OrgRow
}

/** Undefined when the version is no longer the newest. */
export async function updateOrg(
  tx: Tx,
  org: Omit<OrgWrite, 'path'>,
  version: number,
  at: Date,
): Promise<OrgRow | undefined> {
  const [row] = await tx<OrgRow[]>`
    update orgs.org
    set code = ${org.code}, name = ${org.name}, short_name = ${org.shortName}, kind = ${org.kind}, zone = ${org.zone},
        sort = ${org.sort}, state = ${org.state}, version = version + 1, updated_at = ${at}
    where id = ${org.id} and version = ${version}
    returning ${columns(tx)}`
  return row
}

/** Takes the whole subtree along in one statement. Undefined when the version is no longer the newest. */
export async function moveSubtree(
  tx: Tx,
  org: { id: string; path: string },
  parentPath: string,
  version: number,
  at: Date,
): Promise<OrgRow | undefined> {
  const rows = await tx<OrgRow[]>`
    update orgs.org
    set path = ${parentPath}::text::ltree || subpath(path, nlevel(${org.path}::text::ltree) - 1),
        version = version + (id = ${org.id})::int,
        updated_at = ${at}
    where path <@ ${org.path}::text::ltree
      and exists (select from orgs.org where id = ${org.id} and version = ${version})
    returning ${columns(tx)}`
  return rows.find((row) => row.id === org.id)
}

export type PastRow = {
  id: bigint
  org: Id<'org'>
  at: Date
  change: OrgChangeKind
  path: string
  code: string
  name: string
  kind: OrgKind
  state: OrgState
  byId: string
  byName: string
}

const pastColumns = (tx: Tx) => tx`id, org, at, change, path::text as path, code, name, kind, state, by_id, by_name`

/** Writes down how the organisation stands now; with `carried`, those below it too. */
export async function keepPast(
  tx: Tx,
  org: { id: string; path: string },
  change: OrgChangeKind,
  by: { id: string; name: string },
  at: Date,
  carried = false,
): Promise<void> {
  await tx`
    insert into orgs.past (org, at, change, path, code, name, kind, state, by_id, by_name)
    select id, ${at}, case when id = ${org.id} then ${change} else 'carried' end,
           path, code, name, kind, state, ${by.id}, ${by.name}
    from orgs.org
    where id = ${org.id} or (${carried} and path <@ ${org.path}::text::ltree)`
}

export function pageOfPast(tx: Tx, org: string, order: Order): Promise<PastRow[]> {
  return tx<PastRow[]>`
    select ${pastColumns(tx)} from orgs.past
    where org = ${org} and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

/** Its last state before that instant. */
export async function findPast(tx: Tx, org: string, before: Date): Promise<PastRow | undefined> {
  const [row] = await tx<PastRow[]>`
    select ${pastColumns(tx)} from orgs.past
    where org = ${org} and at < ${before}
    order by at desc, id desc
    limit 1`
  return row
}
