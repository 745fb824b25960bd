import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Text } from '../../platform/problem.ts'

/** A snapshot with how it came about, for who asks again. */
export type AnswerRow = {
  id: Id<'snp'>
  segment: Id<'seg'>
  org: Id<'org'>
  version: number
  at: Date
  size: number
  ms: number
  pinned: boolean
  asked: number | null
  wholeAt: Date | null
  why: Text | null
  processed: Date | null
  copies: bigint | null
  generation: string | null
  print: string | null
  uses: Record<string, string>
  before: string | null
  entered: number
  left: number
  told: number | null
}

const columns = (tx: Tx) => tx`
  id, segment, org, version, at, size::float8 as size, ms, pinned, asked::float8 as asked, whole_at, why, processed, copies,
  generation, print, uses, before, entered::float8 as entered, left_::float8 as left, told::float8 as told`

/** The latest of each version of these, and the latest that is not of an earlier version kept for others. */
export function latestAnswers(tx: Tx, segments: readonly string[]): Promise<AnswerRow[]> {
  return tx<AnswerRow[]>`
    select distinct on (segment, version, pinned) ${columns(tx)} from segments.snapshot
    where segment = any (${[...segments]}::text[]) order by segment, version, pinned, at desc, id desc`
}

export async function findAnswer(tx: Tx, id: string): Promise<AnswerRow | undefined> {
  const [row] = await tx<AnswerRow[]>`select ${columns(tx)} from segments.snapshot where id = ${id}`
  return row
}

/** In one statement whatever they are; the sizes that the lists show with them. */
export async function insertAnswers(tx: Tx, rows: readonly AnswerRow[]): Promise<void> {
  if (rows.length === 0) return
  const of = <K extends keyof AnswerRow>(key: K) => rows.map((row) => row[key])
  const json = (key: 'why' | 'uses') => rows.map((row) => (row[key] === null ? null : JSON.stringify(row[key])))
  await tx`
    insert into segments.snapshot (id, segment, org, version, at, size, ms, pinned, asked, whole_at, why, processed, copies,
                                   generation, print, uses, before, entered, left_, told)
    select id, segment, org, version, at, size, ms, pinned::boolean, asked, whole_at, why::jsonb, processed, copies::bigint,
           generation, print, uses::jsonb, before, entered, left_, told
    from unnest(${of('id')}::text[], ${of('segment')}::text[], ${of('org')}::text[], ${of('version')}::int[],
                ${of('at')}::timestamptz[], ${of('size')}::bigint[], ${of('ms')}::int[],
                ${of('pinned').map(String)}::text[], ${of('asked')}::bigint[], ${of('wholeAt')}::timestamptz[],
                ${json('why')}::text[], ${of('processed')}::timestamptz[],
                ${of('copies').map((one) => (one === null ? null : String(one)))}::text[], ${of('generation')}::text[],
                ${of('print')}::text[], ${json('uses')}::text[], ${of('before')}::text[], ${of('entered')}::bigint[],
                ${of('left')}::bigint[], ${of('told')}::bigint[])
         given (id, segment, org, version, at, size, ms, pinned, asked, whole_at, why, processed, copies, generation, print,
                uses, before, entered, left_, told)`
  await tx`
    update segments.segment s set size = n.size, refreshed_at = n.at
    from unnest(${rows.map((row) => (row.pinned ? null : row.segment))}::text[], ${of('size')}::bigint[],
                ${of('at')}::timestamptz[]) n (id, size, at) where s.id = n.id`
}

/** Answers that are not told whole. */
export async function untold(tx: Tx): Promise<string[]> {
  const rows = await tx<
    { id: string }[]
  >`select id from segments.snapshot where told is not null order by id limit 1000`
  return rows.map(({ id }) => id)
}

/** `told` null: to the end. */
export async function setTold(tx: Tx, id: string, told: number | null): Promise<void> {
  await tx`update segments.snapshot set told = ${told} where id = ${id}`
}

/** What must not be taken away while an answer is being told: itself, and what it is told against. */
export async function heldByTelling(tx: Tx, segment: string): Promise<Set<string>> {
  const rows = await tx<{ id: string; before: string | null }[]>`
    select id, before from segments.snapshot where segment = ${segment} and told is not null`
  return new Set(rows.flatMap(({ id, before }) => (before === null ? [id] : [id, before])))
}

/** The last for which everyone was asked, and the last for which only some were. */
export function lastAnswers(tx: Tx, segment: string): Promise<AnswerRow[]> {
  return tx<AnswerRow[]>`
    select distinct on (asked is null) ${columns(tx)} from segments.snapshot
    where segment = ${segment} and not pinned order by asked is null, at desc, id desc`
}

/** The last answers of the segments that the reader sees and that are in use. */
export function standingAnswers(
  tx: Tx,
): Promise<{ segment: string; snapshot: string; name: string; at: Date; live: boolean }[]> {
  return tx`
    select distinct on (s.id) s.id as segment, p.id as snapshot, s.name, p.at, s.live
    from segments.segment s join segments.snapshot p on p.segment = s.id and p.version = s.version and not p.pinned
    where s.state in ('live', 'paused') order by s.id, p.at desc, p.id desc`
}
