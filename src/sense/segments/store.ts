import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { Text } from '../../platform/problem.ts'
import type { KeptRule, SegmentQuery, State } from './contract.ts'
import type { Ref } from './rules.ts'

export type SegmentRow = {
  id: Id<'seg'>
  org: Id<'org'>
  name: string
  folder: string
  description: string
  owner: string
  state: State
  draft: string
  revision: number
  version: number
  cron: string | null
  /** Real time: it has no schedule. */
  live: boolean
  /** At the first filling whoever is inside enters as well. */
  tellsInside: boolean
  zone: string
  nextAt: Date | null
  refreshing: boolean
  error: Text | null
  size: number | null
  refreshedAt: Date | null
  updatedAt: Date
  updatedBy: string
}

const columns = (tx: Tx) => tx`
  id, org, name, folder, description, owner, state, draft, revision, version, cron, live, tells_inside, zone, next_at, refreshing, error,
  size::float8 as size, refreshed_at, updated_at, updated_by`

export const sorts = {
  name: { sql: 'name', type: 'text' },
  size: { sql: 'coalesce(size, -1)', type: 'bigint' },
  refreshedAt: { sql: `coalesce(refreshed_at, '-infinity')`, type: 'timestamptz' },
  updatedAt: { sql: 'updated_at', type: 'timestamptz' },
}

export function pageOfSegments(tx: Tx, query: SegmentQuery, order: Order): Promise<SegmentRow[]> {
  const { q = null, state = null, folder = null } = query
  return tx<SegmentRow[]>`
    select ${columns(tx)} from segments.segment
    where (${q}::text is null or position(lower(${q}) in lower(concat_ws(' ', name, folder, description, owner))) > 0)
      and (${state}::text is null and state <> 'retired' or state = ${state})
      and (${folder}::text is null or folder = ${folder})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export async function insertSegment(
  tx: Tx,
  made: Pick<
    SegmentRow,
    | 'id'
    | 'org'
    | 'name'
    | 'folder'
    | 'description'
    | 'owner'
    | 'draft'
    | 'cron'
    | 'live'
    | 'tellsInside'
    | 'zone'
    | 'updatedAt'
    | 'updatedBy'
  >,
): Promise<boolean> {
  const rows = await tx`
    insert into segments.segment (id, org, name, folder, description, owner, state, draft, cron, live, tells_inside, zone,
                                  updated_at, updated_by)
    values (${made.id}, ${made.org}, ${made.name}, ${made.folder}, ${made.description}, ${made.owner}, 'draft',
            ${made.draft}, ${made.cron}, ${made.live}, ${made.tellsInside}, ${made.zone}, ${made.updatedAt}, ${made.updatedBy})
    on conflict do nothing
    returning 1`
  return rows.length > 0
}

export async function findSegment(tx: Tx, id: string): Promise<SegmentRow | undefined> {
  const [row] = await tx<SegmentRow[]>`select ${columns(tx)} from segments.segment where id = ${id}`
  return row
}

export function findSegments(tx: Tx, ids: readonly string[]): Promise<SegmentRow[]> {
  return tx<SegmentRow[]>`select ${columns(tx)} from segments.segment where id = any (${[...ids]}::text[])`
}

export async function lockSegment(tx: Tx, id: string): Promise<SegmentRow | undefined> {
  const [row] = await tx<SegmentRow[]>`select ${columns(tx)} from segments.segment where id = ${id} for update`
  return row
}

/** False when another has the name, also one of an organisation that the caller does not see. */
export async function saveSegment(tx: Tx, row: SegmentRow): Promise<boolean> {
  try {
    await tx.savepoint(
      (inner) => inner`
        update segments.segment
        set name = ${row.name}, folder = ${row.folder}, description = ${row.description}, owner = ${row.owner},
            state = ${row.state}, draft = ${row.draft}, revision = ${row.revision}, version = ${row.version},
            cron = ${row.cron}, live = ${row.live}, tells_inside = ${row.tellsInside}, next_at = ${row.nextAt}, updated_at = ${row.updatedAt}, updated_by = ${row.updatedBy}
        where id = ${row.id}`,
    )
    return true
  } catch (error) {
    if ((error as { constraint_name?: string }).constraint_name === 'segment_name') return false
    throw error
  }
}

export type NamedSegment = Pick<SegmentRow, 'id' | 'name' | 'version' | 'size' | 'state'>

/** For rules that name them; those of people above are seen by nobody below. */
export function allSegments(tx: Tx): Promise<NamedSegment[]> {
  return tx<NamedSegment[]>`
    select id, name, version, size::float8 as size, state from segments.segment where state <> 'retired' order by name`
}

// ---- versions

export type VersionRow = {
  segment: Id<'seg'>
  version: number
  org: Id<'org'>
  text: string
  rule: KeptRule
  uses: Ref[]
  publishedAt: Date
  publishedBy: string
}

/** One publishes at a time, or two could close a circle together. */
export async function lockVersions(tx: Tx): Promise<void> {
  await tx`lock table segments.version in share row exclusive mode`
}

export async function insertVersion(tx: Tx, row: VersionRow): Promise<void> {
  await tx`
    insert into segments.version (segment, version, org, text, rule, uses, published_at, published_by)
    values (${row.segment}, ${row.version}, ${row.org}, ${row.text}, ${JSON.stringify(row.rule)}::text::jsonb,
            ${JSON.stringify(row.uses)}::text::jsonb, ${row.publishedAt}, ${row.publishedBy})`
}

export function versionsOf(tx: Tx, segment: string): Promise<VersionRow[]> {
  return tx<VersionRow[]>`select * from segments.version where segment = ${segment} order by version desc`
}

export function allVersionsOf(tx: Tx, segments: readonly string[]): Promise<VersionRow[]> {
  return tx<VersionRow[]>`select * from segments.version where segment = any (${[...segments]}::text[])`
}

export type Edge = { segment: Id<'seg'>; version: number; latest: boolean; name: string; uses: Ref[] }

/** What each version of each segment reads. */
export function edges(tx: Tx): Promise<Edge[]> {
  return tx<Edge[]>`
    select v.segment, v.version, v.version = s.version as latest, s.name, v.uses
    from segments.version v join segments.segment s on s.id = v.segment
    where s.state <> 'retired'`
}

// ---- refreshing

export async function markRefreshing(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`update segments.segment set refreshing = true, error = null where id = any (${[...ids]}::text[])`
}

export async function markFailed(tx: Tx, id: string, error: Text): Promise<void> {
  await tx`
    update segments.segment set refreshing = false, error = ${JSON.stringify(error)}::text::jsonb where id = ${id}`
}

export type SnapshotRow = {
  id: Id<'snp'>
  segment: Id<'seg'>
  org: Id<'org'>
  version: number
  at: Date
  size: number
  ms: number
  pinned: boolean
}

export async function endRefreshing(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`update segments.segment set refreshing = false, error = null where id = any (${[...ids]}::text[])`
}

const snapshotColumns = (tx: Tx) => tx`id, segment, org, version, at, size::float8 as size, ms, pinned`

export function snapshotsOf(tx: Tx, segment: string): Promise<SnapshotRow[]> {
  return tx<SnapshotRow[]>`
    select ${snapshotColumns(tx)} from segments.snapshot where segment = ${segment} order by at, id`
}

export function snapshotsNamed(tx: Tx, ids: readonly string[]): Promise<SnapshotRow[]> {
  return tx<SnapshotRow[]>`select ${snapshotColumns(tx)} from segments.snapshot where id = any (${[...ids]}::text[])`
}

/** The latest of each version of these. */
export function latestSnapshots(tx: Tx, segments: readonly string[]): Promise<SnapshotRow[]> {
  return tx<SnapshotRow[]>`
    select distinct on (segment, version) ${snapshotColumns(tx)} from segments.snapshot
    where segment = any (${segments}::text[]) order by segment, version, at desc, id desc`
}

export async function removeSnapshots(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`delete from segments.snapshot where id = any (${ids}::text[])`
}

export async function knownSnapshots(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`select id from segments.snapshot where id = any (${ids}::text[])`
  return rows.map(({ id }) => id)
}

export function dueSegments(tx: Tx, now: Date): Promise<SegmentRow[]> {
  return tx<SegmentRow[]>`
    select ${columns(tx)} from segments.segment
    where state = 'live' and next_at <= ${now} order by next_at limit 200 for update skip locked`
}

/** All at once: where each stands next. */
export async function moveDue(tx: Tx, ids: readonly string[], next: readonly (Date | null)[]): Promise<void> {
  await tx`
    update segments.segment s set next_at = n.at
    from unnest(${ids}::text[], ${next}::timestamptz[]) n (id, at) where s.id = n.id`
}
