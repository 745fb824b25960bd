import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type { CodeValue } from './contract.ts'

// ---- parameters

export type ParameterStored = { name: string; value: unknown; revision: number; changedAt: Date; changedBy: string }

export async function parameterValues(tx: Tx): Promise<ReadonlyMap<string, unknown>> {
  const rows = await tx<{ name: string; value: unknown }[]>`select name, value from system.parameter`
  return new Map(rows.map((row) => [row.name, row.value]))
}

export async function parameterRows(tx: Tx): Promise<ReadonlyMap<string, ParameterStored>> {
  const rows = await tx<ParameterStored[]>`select * from system.parameter`
  return new Map(rows.map((row) => [row.name, row]))
}

export type NewParameterValue = { name: string; value: unknown; at: Date; byId: string; by: string }

/** Undefined when the revision is no longer the one that was read. A setting never changed has revision 0. */
export async function saveParameter(
  tx: Tx,
  to: NewParameterValue,
  revision: number,
): Promise<ParameterStored | undefined> {
  const [row] =
    revision === 0
      ? await tx<ParameterStored[]>`
          insert into system.parameter (name, value, revision, changed_at, changed_by)
          values (${to.name}, ${json(to.value)}::text::jsonb, 1, ${to.at}, ${to.by})
          on conflict do nothing
          returning *`
      : await tx<ParameterStored[]>`
          update system.parameter
          set value = ${json(to.value)}::text::jsonb, revision = revision + 1, changed_at = ${to.at}, changed_by = ${to.by}
          where name = ${to.name} and revision = ${revision}
          returning *`
  return row
}

export async function keepParameterChange(tx: Tx, to: NewParameterValue, revision: number): Promise<void> {
  await tx`
    insert into system.parameter_change (name, revision, value, at, by_id, by_name)
    values (${to.name}, ${revision}, ${json(to.value)}::text::jsonb, ${to.at}, ${to.byId}, ${to.by})`
}

export function parameterChanges(
  tx: Tx,
  name: string,
): Promise<{ revision: number; value: unknown; at: Date; by: string }[]> {
  return tx<{ revision: number; value: unknown; at: Date; by: string }[]>`
    select revision, value, at, by_name as by from system.parameter_change
    where name = ${name} order by revision desc limit 500`
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}

// ---- code values

export type CodeSetRow = {
  set: string
  nameZh: string
  nameEn: string
  descriptionZh: string
  descriptionEn: string
  owner: string | null
  version: number | null
  revision: number
  publishedAt: Date | null
  publishedBy: string | null
  values: number
  hasDraft: boolean
}

function setRows(tx: Tx) {
  return tx`
    select s.*, v.published_at, v.published_by, coalesce(jsonb_array_length(v.code_values), 0) as values,
           exists (select from system.code_draft d where d.set = s.set) as has_draft
    from system.code_set s left join system.code_version v on v.set = s.set and v.version = s.version`
}

export function listSets(tx: Tx, text: string | null, order: Order): Promise<(CodeSetRow & { id: string })[]> {
  const like = text === null ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return tx<(CodeSetRow & { id: string })[]>`
    select *, set as id from (${setRows(tx)}) s
    where ${order.after(tx)}
      and ${like === null ? tx`true` : tx`(set ilike ${like} or name_zh ilike ${like} or name_en ilike ${like})`}
    order by ${order.by(tx)} limit ${order.limit + 1}`
}

export async function findSet(tx: Tx, set: string): Promise<CodeSetRow | undefined> {
  const [row] = await tx<CodeSetRow[]>`select * from (${setRows(tx)}) s where set = ${set}`
  return row
}

/** False when the set exists. */
export async function insertSet(
  tx: Tx,
  made: { set: string; name: { zh: string; en: string }; description: { zh: string; en: string } },
): Promise<boolean> {
  const [row] = await tx`
    insert into system.code_set (set, name_zh, name_en, description_zh, description_en)
    values (${made.set}, ${made.name.zh}, ${made.name.en}, ${made.description.zh}, ${made.description.en})
    on conflict do nothing
    returning set`
  return row !== undefined
}

/** Takes the set for this transaction and moves its revision on; false when it is not the one that was read. */
export async function moveRevision(tx: Tx, set: string, revision: number): Promise<boolean> {
  const [row] = await tx`
    update system.code_set set revision = revision + 1 where set = ${set} and revision = ${revision} returning set`
  return row !== undefined
}

export type DraftRow = { codeValues: CodeValue[]; changedAt: Date; changedBy: string }

export async function findDraft(tx: Tx, set: string): Promise<DraftRow | undefined> {
  const [row] = await tx<DraftRow[]>`
    select code_values, changed_at, changed_by from system.code_draft where set = ${set}`
  return row
}

export async function saveDraft(tx: Tx, set: string, values: CodeValue[], at: Date, by: string): Promise<void> {
  await tx`
    insert into system.code_draft (set, code_values, changed_at, changed_by)
    values (${set}, ${JSON.stringify(values)}::text::jsonb, ${at}, ${by})
    on conflict (set) do update
      set code_values = excluded.code_values, changed_at = excluded.changed_at, changed_by = excluded.changed_by`
}

export async function removeDraft(tx: Tx, set: string): Promise<boolean> {
  const [row] = await tx`delete from system.code_draft where set = ${set} returning set`
  return row !== undefined
}

export type VersionRow = {
  version: number
  note: string
  added: number
  removed: number
  changed: number
  publishedAt: Date
  publishedBy: string
  values: number
}

export async function insertVersion(
  tx: Tx,
  set: string,
  version: Omit<VersionRow, 'values'>,
  values: CodeValue[],
): Promise<void> {
  await tx`
    insert into system.code_version (set, version, code_values, note, added, removed, changed, published_at, published_by)
    values (${set}, ${version.version}, ${JSON.stringify(values)}::text::jsonb, ${version.note}, ${version.added},
            ${version.removed}, ${version.changed}, ${version.publishedAt}, ${version.publishedBy})`
  await tx`update system.code_set set version = ${version.version} where set = ${set}`
}

export function listVersions(tx: Tx, set: string): Promise<VersionRow[]> {
  return tx<VersionRow[]>`
    select version, note, added, removed, changed, published_at, published_by, jsonb_array_length(code_values) as values
    from system.code_version where set = ${set} order by version desc`
}

/** The values of a version; of the published one when none is named. */
export async function findValues(tx: Tx, set: string, version?: number): Promise<CodeValue[] | undefined> {
  const [row] = await tx<{ codeValues: CodeValue[] }[]>`
    select v.code_values from system.code_version v join system.code_set s using (set)
    where v.set = ${set} and v.version = coalesce(${version ?? null}::int, s.version)`
  return row?.codeValues
}

// ---- how the engine is

export type EngineFigures = { sizeBytes: bigint; connections: number; mostConnections: number }

export async function engineFigures(tx: Tx): Promise<EngineFigures | undefined> {
  const [row] = await tx<EngineFigures[]>`
    select pg_database_size(current_database()) as size_bytes,
           (select sum(numbackends)::int from pg_stat_database) as connections,
           current_setting('max_connections')::int as most_connections`
  return row
}
