import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { CheckResult, Format, ImportQuery, Mapping, Mode, Reading, Reason, State, Target } from './contract.ts'

export type ImportRow = {
  id: Id<'imp'>
  org: Id<'org'>
  name: string
  fileName: string
  fileSize: number
  received: number
  fileHash: string | null
  fileGone: boolean
  format: Format | null
  reading: Reading
  target: Target | null
  mapping: Mapping | null
  revision: number
  state: State
  mode: Mode | null
  checked: CheckResult | null
  reasons: Reason[]
  rows: number | null
  position: number
  sending: number
  progress: number
  accepted: number
  duplicates: number
  resent: number
  rejected: number
  bad: number
  error: { zh: string; en: string } | null
  byId: string
  byName: string
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

/** Counts are below 2^53, and come as plain numbers. */
const columns = (tx: Tx) => tx`
  id, org, name, file_name, file_size::float8 as file_size, received::float8 as received, file_hash, file_gone, format,
  reading, target, mapping, revision, state, mode, checked, reasons, rows::float8 as rows, position::float8 as position,
  sending::float8 as sending, progress, accepted::float8 as accepted, duplicates::float8 as duplicates,
  resent::float8 as resent, rejected::float8 as rejected, bad::float8 as bad, error, by_id, by_name, created_at,
  started_at, finished_at`

export async function insertImport(
  tx: Tx,
  made: Pick<ImportRow, 'id' | 'org' | 'name' | 'fileName' | 'fileSize' | 'byId' | 'byName' | 'createdAt'>,
): Promise<ImportRow> {
  const [row] = await tx<ImportRow[]>`
    insert into imports.import (id, org, name, file_name, file_size, state, by_id, by_name, created_at)
    values (${made.id}, ${made.org}, ${made.name}, ${made.fileName}, ${made.fileSize}, 'uploading', ${made.byId},
            ${made.byName}, ${made.createdAt})
    returning ${columns(tx)}`
  return row as ImportRow
}

export async function findImport(tx: Tx, id: string): Promise<ImportRow | undefined> {
  const [row] = await tx<ImportRow[]>`select ${columns(tx)} from imports.import where id = ${id}`
  return row
}

/** For a decision about it: nobody else changes it meanwhile. */
export async function lockImport(tx: Tx, id: string): Promise<ImportRow | undefined> {
  const [row] = await tx<ImportRow[]>`select ${columns(tx)} from imports.import where id = ${id} for update`
  return row
}

export function pageOfImports(tx: Tx, query: ImportQuery, order: Order): Promise<ImportRow[]> {
  const { q = null, state = null, target = null } = query
  return tx<ImportRow[]>`
    select ${columns(tx)} from imports.import
    where (${q}::text is null or position(lower(${q}) in lower(name || ' ' || file_name || ' ' || by_name)) > 0)
      and (${state}::text is null or state = ${state})
      and (${target}::text is null or target = ${target})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export async function saveReceived(tx: Tx, id: string, received: number): Promise<void> {
  await tx`update imports.import set received = ${received} where id = ${id}`
}

export async function saveWhole(
  tx: Tx,
  id: string,
  found: { hash: string; format: Format; reading: Reading; rows: number | null },
): Promise<void> {
  await tx`
    update imports.import
    set state = 'uploaded', file_hash = ${found.hash}, format = ${found.format}, rows = ${found.rows},
        reading = ${JSON.stringify(found.reading)}::text::jsonb
    where id = ${id}`
}

export async function saveMapping(
  tx: Tx,
  id: string,
  to: { name: string; reading: Reading; mapping: Mapping },
): Promise<void> {
  await tx`
    update imports.import
    set name = ${to.name}, reading = ${JSON.stringify(to.reading)}::text::jsonb, target = ${to.mapping.target},
        mapping = ${JSON.stringify(to.mapping)}::text::jsonb, revision = revision + 1, state = 'mapped', checked = null,
        reasons = '[]', position = 0, sending = 0, progress = 0, accepted = 0, duplicates = 0, resent = 0, rejected = 0,
        bad = 0, error = null, mode = null, started_at = null, finished_at = null
    where id = ${id}`
}

export async function saveState(tx: Tx, id: string, state: State, at: { finished?: Date } = {}): Promise<void> {
  await tx`
    update imports.import set state = ${state}, finished_at = coalesce(${at.finished ?? null}, finished_at) where id = ${id}`
}

/** Begins a check or a run: from the first row, or from where it was. */
export async function begin(
  tx: Tx,
  id: string,
  to: { state: 'checking' | 'running'; mode: Mode | null; at: Date; fromStart: boolean },
): Promise<void> {
  await tx`
    update imports.import
    set state = ${to.state}, mode = coalesce(${to.mode}, mode), error = null, started_at = ${to.at}, finished_at = null
    where id = ${id}`
  if (!to.fromStart) return
  await tx`
    update imports.import
    set position = 0, sending = 0, progress = 0, accepted = 0, duplicates = 0, resent = 0, rejected = 0, bad = 0,
        reasons = '[]'
    where id = ${id}`
  await tx`delete from imports.bad_row where import = ${id}`
}

export type Step = {
  from: number
  position: number
  sending: number
  progress: number
  accepted: number
  duplicates: number
  resent: number
  rejected: number
  bad: number
  reasons: readonly Reason[]
}

/**
 * One piece further: false when the import no longer stands where this piece began or is no longer at work, because it
 * was cancelled or another process has taken it over.
 */
export async function advance(tx: Tx, id: string, state: 'checking' | 'running', step: Step): Promise<boolean> {
  const [row] = await tx`
    update imports.import
    set position = ${step.position}, sending = ${step.sending}, progress = ${step.progress},
        accepted = accepted + ${step.accepted}, duplicates = duplicates + ${step.duplicates},
        resent = resent + ${step.resent}, rejected = rejected + ${step.rejected}, bad = bad + ${step.bad},
        reasons = ${JSON.stringify(step.reasons)}::text::jsonb
    where id = ${id} and state = ${state} and position = ${step.from}
    returning id`
  return row !== undefined
}

export async function finishCheck(tx: Tx, id: string, checked: CheckResult): Promise<void> {
  await tx`
    update imports.import
    set state = 'checked', checked = ${JSON.stringify(checked)}::text::jsonb, rows = ${checked.rows}, position = 0, sending = 0,
        progress = 0, bad = 0
    where id = ${id} and state = 'checking'`
}

export async function finishRun(tx: Tx, id: string, rows: number, at: Date): Promise<void> {
  await tx`
    update imports.import set state = 'done', rows = ${rows}, sending = position, progress = 1, finished_at = ${at}
    where id = ${id} and state = 'running'`
}

export async function fail(tx: Tx, id: string, error: { zh: string; en: string }, at: Date): Promise<void> {
  await tx`
    update imports.import set state = 'failed', error = ${JSON.stringify(error)}::text::jsonb, finished_at = ${at}
    where id = ${id} and state in ('checking', 'running')`
}

/** A file that cannot be read: said with the import, and the file is taken away. */
export async function failUpload(tx: Tx, id: string, error: { zh: string; en: string }, at: Date): Promise<void> {
  await tx`
    update imports.import
    set state = 'failed', error = ${JSON.stringify(error)}::text::jsonb, finished_at = ${at}, file_gone = true
    where id = ${id} and state = 'uploading'`
}

export function importNames(tx: Tx, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return tx<{ id: string; name: string }[]>`select id, name from imports.import where id = any (${ids})`
}

export async function deleteImport(tx: Tx, id: string): Promise<void> {
  await tx`delete from imports.import where id = ${id}`
}

// ---- bad rows

export type BadRowWrite = { line: number; code: string; column: string | null; content: Buffer }
export type BadRowRow = { id: string; line: number; code: string; col: string | null }

export function badRowId(id: string, line: number): string {
  return `${id}:${String(line).padStart(10, '0')}`
}

export async function insertBadRows(
  tx: Tx,
  of: Pick<ImportRow, 'id' | 'org'>,
  rows: readonly BadRowWrite[],
): Promise<void> {
  if (rows.length === 0) return
  await tx`
    insert into imports.bad_row (id, import, org, line, code, col, content)
    select row.id, ${of.id}, ${of.org}, row.line, row.code, row.col, row.content
    from unnest(${rows.map(({ line }) => badRowId(of.id, line))}::text[], ${rows.map(({ line }) => line)}::bigint[],
                ${rows.map(({ code }) => code)}::text[], ${rows.map(({ column }) => column)}::text[],
                ${tx.array(
                  rows.map(({ content }) => content),
                  1001,
                )}) as row(id, line, code, col, content)
    on conflict (id) do update set code = excluded.code, col = excluded.col, content = excluded.content`
}

export function pageOfBadRows(tx: Tx, id: string, code: string | null, order: Order): Promise<BadRowRow[]> {
  return tx<BadRowRow[]>`
    select id, line::float8 as line, code, col from imports.bad_row
    where import = ${id} and (${code}::text is null or code = ${code}) and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

/** For a file of them, in the order of their lines. */
export function badRowsAfter(
  tx: Tx,
  id: string,
  line: number,
  limit: number,
): Promise<(BadRowRow & { content: Buffer })[]> {
  return tx<(BadRowRow & { content: Buffer })[]>`
    select id, line::float8 as line, code, col, content from imports.bad_row
    where import = ${id} and line > ${line}
    order by line
    limit ${limit}`
}

// ---- files

/** Imports whose files have had their time: finished, or left lying before they ran. */
export function filesToRemove(tx: Tx, before: Date): Promise<{ id: string }[]> {
  return tx<{ id: string }[]>`
    select id from imports.import
    where not file_gone and state not in ('checking', 'running') and coalesce(finished_at, created_at) < ${before}
    limit 1000`
}

export async function markGone(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`
    update imports.import
    set file_gone = true, state = case when state in ('done', 'failed', 'cancelled') then state else 'cancelled' end
    where id = any (${ids})`
}

export async function knownIds(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`select id from imports.import where id = any (${ids}) and not file_gone`
  return new Set(rows.map((row) => row.id))
}

/** Null: no file was ever taken in. */
export async function lastFinished(tx: Tx): Promise<Date | null> {
  const [row] = await tx<{ at: Date | null }[]>`select max(finished_at) as at from imports.import where state = 'done'`
  return row?.at ?? null
}
