import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { Text } from '../../platform/problem.ts'
import type { EqlType, Folder, KeptRule, Kind, State, TagQuery } from './contract.ts'

export type TagRow = {
  id: Id<'tag'>
  org: Id<'org'>
  name: string
  folder: string
  description: string
  owner: string
  kind: Kind
  state: State
  draft: Record<string, unknown>
  revision: number
  version: number
  type: EqlType | null
  cron: string | null
  zone: string
  nextAt: Date | null
  follows: boolean
  keepDays: number | null
  expiresOn: string | null
  computing: boolean
  error: Text | null
  run: Id<'tgr'> | null
  computedAt: Date | null
  covered: number | null
  universe: number | null
  drift: number | null
  usedAt: Date | null
  updatedAt: Date
  updatedBy: string
}

const columns = (tx: Tx) => tx`
  id, org, name, folder, description, owner, kind, state, draft, revision, version, type, cron, zone, next_at, follows,
  keep_days, expires_on::text as expires_on, computing, error, run, computed_at, covered::float8 as covered,
  universe::float8 as universe, drift, used_at, updated_at, updated_by`

export const sorts = {
  name: { sql: 'name', type: 'text' },
  covered: { sql: 'coalesce(covered, -1)', type: 'bigint' },
  computedAt: { sql: `coalesce(computed_at, '-infinity')`, type: 'timestamptz' },
  updatedAt: { sql: 'updated_at', type: 'timestamptz' },
}

/** `unused`: ids that nobody reads; null: not asked for. */
export function pageOfTags(
  tx: Tx,
  query: TagQuery,
  unread: { ids: readonly string[]; since: Date } | null,
  order: Order,
): Promise<TagRow[]> {
  const { q = null, state = null, folder = null, kind = null } = query
  return tx<TagRow[]>`
    select ${columns(tx)} from tags.tag
    where (${q}::text is null or position(lower(${q}) in lower(concat_ws(' ', name, folder, description, owner))) > 0)
      and (${state}::text is null and state <> 'retired' or state = ${state})
      and (${kind}::text is null or kind = ${kind})
      and (${folder}::text is null or folder = ${folder} or starts_with(folder, ${folder} || '/'))
      and (${unread === null} or id = any (${unread?.ids ?? []}::text[])
           and greatest(used_at, updated_at) < ${unread?.since ?? null}::timestamptz)
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export function foldersOf(tx: Tx): Promise<Folder[]> {
  return tx<Folder[]>`
    select folder as path, count(*)::int as tags from tags.tag where state <> 'retired' group by folder order by folder`
}

export async function insertTag(tx: Tx, made: TagRow): Promise<boolean> {
  const rows = await tx`
    insert into tags.tag (id, org, name, folder, description, owner, kind, state, draft, cron, zone, follows, keep_days,
                          expires_on, updated_at, updated_by)
    values (${made.id}, ${made.org}, ${made.name}, ${made.folder}, ${made.description}, ${made.owner}, ${made.kind},
            ${made.state}, ${JSON.stringify(made.draft)}::text::jsonb, ${made.cron}, ${made.zone}, ${made.follows},
            ${made.keepDays}, ${made.expiresOn}::text::date, ${made.updatedAt}, ${made.updatedBy})
    on conflict do nothing
    returning 1`
  return rows.length > 0
}

export async function findTag(tx: Tx, id: string): Promise<TagRow | undefined> {
  const [row] = await tx<TagRow[]>`select ${columns(tx)} from tags.tag where id = ${id}`
  return row
}

export async function lockTag(tx: Tx, id: string): Promise<TagRow | undefined> {
  const [row] = await tx<TagRow[]>`select ${columns(tx)} from tags.tag where id = ${id} for update`
  return row
}

/** False when another has the name, also one of an organisation that the caller does not see. */
export async function saveTag(tx: Tx, row: TagRow): Promise<boolean> {
  try {
    await tx.savepoint(
      (inner) => inner`
        update tags.tag
        set name = ${row.name}, folder = ${row.folder}, description = ${row.description}, owner = ${row.owner},
            state = ${row.state}, draft = ${JSON.stringify(row.draft)}::text::jsonb, revision = ${row.revision},
            version = ${row.version}, type = ${row.type}, cron = ${row.cron}, next_at = ${row.nextAt},
            follows = ${row.follows}, keep_days = ${row.keepDays}, expires_on = ${row.expiresOn}::text::date,
            updated_at = ${row.updatedAt}, updated_by = ${row.updatedBy}
        where id = ${row.id}`,
    )
    return true
  } catch (error) {
    if ((error as { constraint_name?: string }).constraint_name === 'tag_name') return false
    throw error
  }
}

export type NamedTag = Pick<
  TagRow,
  'id' | 'org' | 'name' | 'kind' | 'version' | 'type' | 'state' | 'run' | 'computedAt'
> & { codes: string[] }

/** For rules that name them; those of people above are seen by nobody below. */
export function allTags(tx: Tx): Promise<NamedTag[]> {
  return tx<NamedTag[]>`
    select t.id, t.org, t.name, t.kind, t.version, t.type, t.state, t.run, t.computed_at, coalesce(v.codes, '[]') as codes
    from tags.tag t left join tags.version v on v.tag = t.id and v.version = t.version
    where t.state <> 'retired' order by t.name`
}

export async function tagNames(tx: Tx, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return tx<{ id: string; name: string }[]>`select id, name from tags.tag where id = any (${ids}::text[])`
}

/** At most once a day, or reading would write. */
export async function touchUsed(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  await tx`
    update tags.tag set used_at = ${now}
    where id = any (${ids}::text[]) and (used_at is null or used_at < ${now}::timestamptz - interval '1 day')`
}

// ---- versions

export type VersionRow = {
  tag: Id<'tag'>
  version: number
  org: Id<'org'>
  definition: Record<string, unknown>
  rule: KeptRule | null
  type: EqlType
  codes: string[]
  reads: string[]
  publishedAt: Date
  publishedBy: string
}

/** One publishes at a time, or two could close a circle together. */
export async function lockVersions(tx: Tx): Promise<void> {
  await tx`lock table tags.version in share row exclusive mode`
}

export async function insertVersion(tx: Tx, row: VersionRow): Promise<void> {
  await tx`
    insert into tags.version (tag, version, org, definition, rule, type, codes, reads, published_at, published_by)
    values (${row.tag}, ${row.version}, ${row.org}, ${JSON.stringify(row.definition)}::text::jsonb,
            ${row.rule === null ? null : JSON.stringify(row.rule)}::text::jsonb, ${row.type},
            ${JSON.stringify(row.codes)}::text::jsonb, ${JSON.stringify(row.reads)}::text::jsonb, ${row.publishedAt},
            ${row.publishedBy})`
}

export function versionsOf(tx: Tx, tag: string): Promise<VersionRow[]> {
  return tx<VersionRow[]>`select * from tags.version where tag = ${tag} order by version desc`
}

export async function findVersion(tx: Tx, tag: string, version: number): Promise<VersionRow | undefined> {
  const [row] = await tx<VersionRow[]>`select * from tags.version where tag = ${tag} and version = ${version}`
  return row
}

export type Edge = { tag: Id<'tag'>; name: string; state: State; follows: boolean; reads: string[] }

/** What the latest version of each tag reads. */
export function edges(tx: Tx): Promise<Edge[]> {
  return tx<Edge[]>`
    select t.id as tag, t.name, t.state, t.follows, v.reads
    from tags.tag t join tags.version v on v.tag = t.id and v.version = t.version where t.state <> 'retired'`
}
