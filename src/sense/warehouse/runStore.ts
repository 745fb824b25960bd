import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { CheckResult, Definition, LogLine, RunState, SourceColumn } from './contract.ts'

type Words = { zh: string; en: string }
export type Reason = { code: string; column: string | null; reason: Words; count: number; lines: number[] }

export type RunRow = {
  id: Id<'run'>
  mapping: string
  org: Id<'org'>
  version: number
  definition: Definition
  cause: 'timetable' | 'hand' | 'reload'
  state: RunState
  attempt: number
  retryAt: Date | null
  watermarkFrom: string | null
  watermarkTo: string | null
  columns: SourceColumn[] | null
  rows: number | null
  position: number
  changed: number
  same: number
  rejected: number
  bad: number
  reasons: Reason[]
  checks: CheckResult[]
  log: LogLine[]
  error: Words | null
  byName: string
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

const columns = (tx: Tx) => tx`
  id, mapping, org, version, definition, cause, state, attempt, retry_at, watermark_from, watermark_to, columns,
  rows::float8 as rows, position::float8 as position, changed::float8 as changed, same::float8 as same,
  rejected::float8 as rejected, bad::float8 as bad, reasons, checks, log, error, by_name, created_at, started_at,
  finished_at`

/** One run at a time: undefined when another is under way. */
export async function insertRun(
  tx: Tx,
  made: Pick<RunRow, 'id' | 'mapping' | 'org' | 'version' | 'definition' | 'cause' | 'watermarkFrom' | 'byName'>,
  at: Date,
): Promise<boolean> {
  const [row] = await tx`
    insert into warehouse.run (id, mapping, org, version, definition, cause, state, watermark_from, by_name, created_at)
    values (${made.id}, ${made.mapping}, ${made.org}, ${made.version}, ${JSON.stringify(made.definition)}::text::jsonb,
            ${made.cause}, 'waiting', ${made.watermarkFrom}, ${made.byName}, ${at})
    on conflict (mapping) where state in ('waiting', 'reading', 'sending') do nothing
    returning id`
  return row !== undefined
}

export async function findRun(tx: Tx, id: string): Promise<RunRow | undefined> {
  const [row] = await tx<RunRow[]>`select ${columns(tx)} from warehouse.run where id = ${id}`
  return row
}

export async function lockRun(tx: Tx, id: string): Promise<RunRow | undefined> {
  const [row] = await tx<RunRow[]>`select ${columns(tx)} from warehouse.run where id = ${id} for update`
  return row
}

export async function runUnderWay(tx: Tx, mapping: string): Promise<RunRow | undefined> {
  const [row] = await tx<RunRow[]>`
    select ${columns(tx)} from warehouse.run where mapping = ${mapping} and state in ('waiting', 'reading', 'sending')`
  return row
}

export async function runsUnderWay(tx: Tx): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`select id from warehouse.run where state in ('waiting', 'reading', 'sending')`
  return rows.map(({ id }) => id)
}

export function pageOfRuns(tx: Tx, mapping: string, state: RunState | null, order: Order): Promise<RunRow[]> {
  return tx<RunRow[]>`
    select ${columns(tx)} from warehouse.run
    where mapping = ${mapping} and (${state}::text is null or state = ${state}) and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

/** Rows of the last run that was done before this one. */
export async function rowsBefore(tx: Tx, run: Pick<RunRow, 'id' | 'mapping'>): Promise<number | undefined> {
  const [row] = await tx<{ rows: number }[]>`
    select rows::float8 as rows from warehouse.run
    where mapping = ${run.mapping} and state = 'done' and id <> ${run.id} and rows is not null
    order by created_at desc, id desc limit 1`
  return row?.rows
}

export async function lastDone(tx: Tx, mapping: string): Promise<{ finishedAt: Date } | undefined> {
  const [row] = await tx<{ finishedAt: Date }[]>`
    select finished_at from warehouse.run where mapping = ${mapping} and state = 'done'
    order by finished_at desc limit 1`
  return row
}

/** Reading begins, or begins again: nothing that was read before counts. */
export async function beginReading(tx: Tx, id: string, attempt: number, at: Date): Promise<boolean> {
  const [row] = await tx`
    update warehouse.run
    set state = 'reading', attempt = ${attempt}, started_at = coalesce(started_at, ${at}), retry_at = null, error = null,
        rows = 0, position = 0, changed = 0, same = 0, rejected = 0, bad = 0, reasons = '[]', checks = '[]', columns = null
    where id = ${id} and state in ('waiting', 'reading', 'sending')
    returning id`
  if (row) await tx`delete from warehouse.bad_row where run = ${id}`
  return row !== undefined
}

/** False when it was cancelled meanwhile. */
export async function noteRead(tx: Tx, id: string, rows: number): Promise<boolean> {
  const [row] = await tx`update warehouse.run set rows = ${rows} where id = ${id} and state = 'reading' returning id`
  return row !== undefined
}

export async function beginSending(
  tx: Tx,
  id: string,
  read: { rows: number; watermarkTo: string | null; checks: CheckResult[]; columns: readonly SourceColumn[] },
): Promise<boolean> {
  const [row] = await tx`
    update warehouse.run
    set state = 'sending', rows = ${read.rows}, watermark_to = ${read.watermarkTo},
        checks = ${JSON.stringify(read.checks)}::text::jsonb, columns = ${JSON.stringify(read.columns)}::text::jsonb
    where id = ${id} and state = 'reading'
    returning id`
  return row !== undefined
}

export async function noteAttempt(tx: Tx, id: string, attempt: number): Promise<void> {
  await tx`update warehouse.run set attempt = ${attempt}, retry_at = null where id = ${id}`
}

export type Piece = {
  from: number
  position: number
  changed: number
  same: number
  rejected: number
  bad: number
  reasons: readonly Reason[]
}

/** One piece further: false when it no longer stands where the piece began, or was cancelled. */
export async function advance(tx: Tx, id: string, piece: Piece): Promise<boolean> {
  const [row] = await tx`
    update warehouse.run
    set position = ${piece.position}, changed = changed + ${piece.changed}, same = same + ${piece.same},
        rejected = rejected + ${piece.rejected}, bad = bad + ${piece.bad},
        reasons = ${JSON.stringify(piece.reasons)}::text::jsonb
    where id = ${id} and state = 'sending' and position = ${piece.from}
    returning id`
  return row !== undefined
}

export async function finish(
  tx: Tx,
  id: string,
  to: { state: 'done' | 'stopped' | 'failed' | 'cancelled'; error?: Words | null; checks?: CheckResult[]; at: Date },
): Promise<boolean> {
  const [row] = await tx`
    update warehouse.run
    set state = ${to.state}, error = ${to.error ? JSON.stringify(to.error) : null}::text::jsonb, finished_at = ${to.at},
        retry_at = null, checks = coalesce(${to.checks ? JSON.stringify(to.checks) : null}::text::jsonb, checks)
    where id = ${id} and state in ('waiting', 'reading', 'sending')
    returning id`
  return row !== undefined
}

export async function noteRetry(tx: Tx, id: string, error: Words, at: Date): Promise<void> {
  await tx`
    update warehouse.run set error = ${JSON.stringify(error)}::text::jsonb, retry_at = ${at}
    where id = ${id} and state in ('waiting', 'reading', 'sending')`
}

const mostLines = 200

export async function addLog(tx: Tx, id: string, line: LogLine): Promise<void> {
  await tx`
    update warehouse.run set log = log || ${JSON.stringify([line])}::text::jsonb
    where id = ${id} and jsonb_array_length(log) < ${mostLines}`
}

// ---- rows

export type RowState = { key: Buffer; content: Buffer; run: string }

export async function statesOf(tx: Tx, mapping: string, keys: readonly Buffer[]): Promise<Map<string, RowState>> {
  const rows = await tx<RowState[]>`
    select key, content, run from warehouse.row_state
    where mapping = ${mapping} and key = any (${tx.array([...keys], 1001)})`
  return new Map(rows.map((row) => [row.key.toString('base64'), row]))
}

/** Each key once. */
export async function saveStates(tx: Tx, mapping: string, run: string, rows: readonly Omit<RowState, 'run'>[]) {
  if (rows.length === 0) return
  await tx`
    insert into warehouse.row_state (mapping, key, content, run)
    select ${mapping}, row.key, row.content, ${run}
    from unnest(${tx.array(
      rows.map(({ key }) => key),
      1001,
    )}, ${tx.array(
      rows.map(({ content }) => content),
      1001,
    )}) as row(key, content)
    on conflict (mapping, key) do update set content = excluded.content, run = excluded.run`
}

export type BadRowWrite = { line: number; code: string; column: string | null; content: Buffer }
export type BadRowRow = { id: string; line: number; code: string; col: string | null }

export function badRowId(run: string, line: number): string {
  return `${run}:${String(line).padStart(10, '0')}`
}

export async function insertBadRows(
  tx: Tx,
  of: { id: string; org: string },
  rows: readonly BadRowWrite[],
): Promise<void> {
  if (rows.length === 0) return
  await tx`
    insert into warehouse.bad_row (id, run, org, line, code, col, content)
    select row.id, ${of.id}, ${of.org}, row.line, row.code, row.col, row.content
    from unnest(${rows.map(({ line }) => badRowId(of.id, line))}::text[], ${rows.map(({ line }) => line)}::bigint[],
                ${rows.map(({ code }) => code)}::text[], ${rows.map(({ column }) => column)}::text[],
                ${tx.array(
                  rows.map(({ content }) => content),
                  1001,
                )}) as row(id, line, code, col, content)
    on conflict (id) do update set code = excluded.code, col = excluded.col, content = excluded.content`
}

export function pageOfBadRows(tx: Tx, run: string, order: Order): Promise<BadRowRow[]> {
  return tx<BadRowRow[]>`
    select id, line::float8 as line, code, col from warehouse.bad_row
    where run = ${run} and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export function badRowsAfter(
  tx: Tx,
  run: string,
  line: number,
  limit: number,
): Promise<(BadRowRow & { content: Buffer })[]> {
  return tx<(BadRowRow & { content: Buffer })[]>`
    select id, line::float8 as line, code, col, content from warehouse.bad_row
    where run = ${run} and line > ${line} order by line limit ${limit}`
}

/** Null: no table was ever read. */
export async function lastFinished(tx: Tx): Promise<Date | null> {
  const [row] = await tx<{ at: Date | null }[]>`select max(finished_at) as at from warehouse.run where state = 'done'`
  return row?.at ?? null
}
