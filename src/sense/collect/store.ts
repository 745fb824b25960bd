import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type { Refusal } from './contract.ts'

// ---- appending

/**
 * Writers hold this while they insert keys, each for itself; who begins a new generation waits for all of them, so that
 * no key is looked for in one generation and written to another.
 */
export async function holdGeneration(tx: Tx): Promise<number> {
  const [, [row]] = await Promise.all([
    tx`select pg_advisory_xact_lock_shared(hashtext('zhixing.collect.generation'))`,
    tx<{ number: number }[]>`select max(number) as number from collect.generation`,
  ])
  return row?.number ?? 1
}

/**
 * Takes the keys in and answers which were there already: nearly always none, and then only their number comes back. One
 * value for thousands: as an array each would be quoted.
 */
export async function insertKeys(tx: Tx, generation: number, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const distinct = [...new Set(keys)]
  const given = distinct.join()
  const [row] = await tx<{ fresh: number }[]>`
    with fresh as (
      insert into collect.message_key (generation, key)
      select ${generation}::int, given.key
      from unnest(string_to_array(${given}, ',')::uuid[]) given (key)
      where not exists (select from collect.message_key before where before.generation = ${generation - 1} and before.key = given.key)
      on conflict do nothing
      returning 1
    )
    select count(*)::int as fresh from fresh`
  if (row?.fresh === distinct.length) return new Set()
  // What this transaction itself has inserted carries its number.
  const known = await tx<{ key: string }[]>`
    select given.key::text from unnest(string_to_array(${given}, ',')::uuid[]) given (key)
    where not exists (
      select from collect.message_key taken
      where taken.generation = ${generation} and taken.key = given.key and taken.xmin = pg_current_xact_id()::xid
    )`
  return new Set(known.map((one) => one.key))
}

export function insertPiece(tx: Tx, piece: { at: Date; messages: number; duplicates: number; body: Buffer }) {
  return tx`
    insert into collect.piece (received_at, messages, duplicates, body)
    values (${piece.at}, ${piece.messages}, ${piece.duplicates}, ${piece.body})`
}

export type Minute = { source: string; stored: number; duplicates: number; rejected: number }

export function countMinute(tx: Tx, at: Date, minutes: readonly Minute[]) {
  return tx`
    insert into collect.minute (at, source, stored, duplicates, rejected)
    select date_trunc('minute', ${at}::timestamptz), source, stored, duplicates, rejected
    from unnest(${minutes.map((one) => one.source)}::text[], ${minutes.map((one) => one.stored)}::int[],
                ${minutes.map((one) => one.duplicates)}::int[], ${minutes.map((one) => one.rejected)}::int[])
      counted (source, stored, duplicates, rejected)
    on conflict (at, source) do update
      set stored = minute.stored + excluded.stored, duplicates = minute.duplicates + excluded.duplicates,
          rejected = minute.rejected + excluded.rejected`
}

// ---- room

/** A generation of keys that is older than `before` makes room for the next; the one before it is dropped. */
export async function nextGeneration(tx: Tx, before: Date, now: Date): Promise<number | undefined> {
  await tx`select pg_advisory_xact_lock(hashtext('zhixing.collect.generation'))`
  const [current] = await tx<{ number: number; begunAt: Date }[]>`
    select number, begun_at from collect.generation where begun_at <= ${before} and number = (select max(number) from collect.generation)`
  if (!current) return undefined
  const next = current.number + 1
  await tx.unsafe(`create table collect.message_key_${next} partition of collect.message_key for values in (${next})`)
  await tx`insert into collect.generation values (${next}, ${now})`
  await tx.unsafe(`drop table if exists collect.message_key_${current.number - 1}`)
  await tx`delete from collect.generation where number < ${current.number}`
  return next
}

export type Partition = { name: string; from: Date }

/** The days that have a partition of their own, oldest first. */
export async function listPartitions(tx: Tx): Promise<Partition[]> {
  const rows = await tx<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'collect.piece'::regclass and c.relname ~ '^piece_[0-9]{8}$' order by 1`
  return rows.map(({ name }) => ({ name, from: dayOf(name) }))
}

function dayOf(name: string): Date {
  const [, year, month, day] = /^piece_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? []
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
}

/** `day` is midnight UTC. Nothing happens where pieces of that day lie in the common partition already. */
export async function makePartition(tx: Tx, day: Date): Promise<void> {
  const [next, name] = [
    new Date(day.getTime() + 86_400_000),
    `piece_${day.toISOString().slice(0, 10).replaceAll('-', '')}`,
  ]
  const [taken] = await tx`
    select from collect.piece_other where received_at >= ${day} and received_at < ${next} limit 1`
  if (taken) return
  await tx.unsafe(
    `create table if not exists collect.${name} partition of collect.piece for values from ('${day.toISOString()}') to ('${next.toISOString()}')`,
  )
}

/** Drops a day that the pipeline has left behind; false when a message of it still waits. */
export async function dropPartition(tx: Tx, name: string): Promise<boolean> {
  const [waits] = await tx.unsafe(
    `select from collect.${name} p, collect.position at where (p.xact, p.id) > (at.xact, at.id) limit 1`,
  )
  if (waits) return false
  await tx.unsafe(`drop table collect.${name}`)
  return true
}

export function dropOldPieces(tx: Tx, before: Date) {
  return tx`
    delete from collect.piece_other p using collect.position at
    where p.received_at < ${before} and (p.xact, p.id) <= (at.xact, at.id)`
}

export function dropOldMinutes(tx: Tx, before: Date) {
  return tx`delete from collect.minute where at < ${before}`
}

// ---- the pipeline's position

export type Position = {
  xact: string
  id: bigint
  batch: bigint
  toXact: string | null
  toId: bigint | null
  /** When the last batch was left behind. */
  workedAt: Date | null
  /** The log was restored into another server, which counts its transactions from elsewhere. */
  moved: boolean
}

export async function lockPosition(tx: Tx): Promise<Position> {
  const [row] = await tx<Position[]>`
    select xact::text, id, batch, to_xact::text, to_id, worked_at,
           server <> (select system_identifier from pg_control_system()) as moved
    from collect.position where reader = 'pipeline' for update`
  if (!row) throw new Error('the pipeline has no position')
  return row
}

/**
 * Gives the pieces of another server's log numbers below all of this one's: worked 0, in hand 1, waiting 2. The batch in
 * hand stays what it was; among the waiting the order is by id, which is that of their arrival but for what was committed at
 * the same moment. Nothing of this server's may be in the log yet: it could not be told from what was worked.
 */
export async function settleIn(tx: Tx): Promise<void> {
  await tx`
    update collect.piece p
    set xact = case when (p.xact, p.id) <= (at.xact, at.id) then '0'
                    when at.to_xact is not null and (p.xact, p.id) <= (at.to_xact, at.to_id) then '1'
                    else '2' end::xid8
    from collect.position at`
  await tx`
    update collect.position
    set xact = '0', id = ${2n ** 63n - 1n}, server = (select system_identifier from pg_control_system()),
        to_xact = case when to_xact is not null then '1'::xid8 end,
        to_id = case when to_xact is not null then ${2n ** 63n - 1n}::bigint end
    where reader = 'pipeline'`
}

/** The batch in hand, or none. */
export async function inHand(tx: Tx): Promise<bigint | undefined> {
  const [row] = await tx<{ batch: bigint }[]>`
    select batch from collect.position where reader = 'pipeline' and to_xact is not null`
  return row?.batch
}

/** Up to when what was processed is in ClickHouse: what is in hand, or comes, is processed then or later. */
export async function workedUpTo(tx: Tx): Promise<Date> {
  const [row] = await tx<{ at: Date | null }[]>`select worked_at as at from collect.position where reader = 'pipeline'`
  return row?.at ?? new Date(0)
}

export function takeInHand(tx: Tx, end: { xact: string; id: bigint }) {
  return tx`
    update collect.position set to_xact = ${end.xact}::text::xid8, to_id = ${end.id} where reader = 'pipeline'`
}

/** False when somebody else has worked the batch. */
export async function leaveBehind(tx: Tx, batch: bigint, now: Date): Promise<boolean> {
  const [done] = await tx`
    update collect.position
    set xact = to_xact, id = to_id, to_xact = null, to_id = null, batch = batch + 1, worked_at = ${now}
    where reader = 'pipeline' and batch = ${batch} and to_xact is not null
    returning 1`
  return done !== undefined
}

export type Piece = { id: bigint; xact: string; receivedAt: Date; messages: number; body: Buffer }

/** Pieces after a place whose transactions, and all before them, have ended, in order. */
export function piecesAfter(tx: Tx, after: { xact: string; id: bigint }, limit: number): Promise<Piece[]> {
  return tx<Piece[]>`
    select id, piece.xact::text, received_at, messages, body from collect.piece
    where (piece.xact, id) > (${after.xact}::text::xid8, ${after.id})
      and piece.xact < pg_snapshot_xmin(pg_current_snapshot())
    order by piece.xact, id limit ${limit}`
}

/** Those of the batch in hand. */
export function piecesBetween(
  tx: Tx,
  after: { xact: string; id: bigint },
  to: { xact: string; id: bigint },
): Promise<Piece[]> {
  return tx<Piece[]>`
    select id, piece.xact::text, received_at, messages, body from collect.piece
    where (piece.xact, id) > (${after.xact}::text::xid8, ${after.id})
      and (piece.xact, id) <= (${to.xact}::text::xid8, ${to.id})
    order by piece.xact, id`
}

/** Where the log ends now, for one who wants only what comes: no transaction that has begun counts as to come. */
export async function endOfLog(tx: Tx): Promise<{ xact: string; id: bigint }> {
  const [row] = await tx<{ xact: string }[]>`select pg_snapshot_xmax(pg_current_snapshot())::text as xact`
  return { xact: row?.xact ?? '0', id: 0n }
}

export async function waiting(tx: Tx): Promise<{ messages: number; oldest: Date | null }> {
  const [row] = await tx<{ messages: number; oldest: Date | null }[]>`
    select coalesce(sum(p.messages), 0)::int as messages, min(p.received_at) as oldest
    from collect.piece p, collect.position at
    where at.reader = 'pipeline' and (p.xact, p.id) > (at.xact, at.id)`
  return row ?? { messages: 0, oldest: null }
}

export function minutesSince(tx: Tx, from: Date): Promise<(Minute & { at: Date })[]> {
  return tx`
    select at, source, stored, duplicates, rejected from collect.minute where at >= ${from} order by at`
}

// ---- rejects

export type NewReject = {
  id: string
  at: Date
  source: string
  org: string
  key: string
  event: string | null
  refused: Refusal
  understood: boolean
  body: Buffer
}

/** The same message refused again, after a kill, is kept once. */
export function insertRejects(tx: Tx, rejects: readonly NewReject[]) {
  const lengths = rejects.map((one) => one.body.length)
  let next = 1
  const starts = lengths.map((length) => {
    next += length
    return next - length
  })
  return tx`
    insert into collect.reject (id, at, source, org, key, event, code, reason, field, understood, body, state)
    select id, at, source, org, key, event, code, jsonb_build_object('zh', zh, 'en', en), field, understood::boolean,
           substring(${Buffer.concat(rejects.map((one) => one.body))}::bytea from start for length), 'open'
    from unnest(${rejects.map((one) => one.id)}::text[], ${rejects.map((one) => one.at.toISOString())}::timestamptz[],
                ${rejects.map((one) => one.source)}::text[], ${rejects.map((one) => one.org)}::text[],
                ${rejects.map((one) => one.key)}::uuid[],
                ${rejects.map((one) => one.event)}::text[], ${rejects.map((one) => one.refused.code)}::text[],
                ${rejects.map((one) => one.refused.zh)}::text[], ${rejects.map((one) => one.refused.en)}::text[],
                ${rejects.map((one) => one.refused.field ?? null)}::text[],
                ${rejects.map((one) => String(one.understood))}::text[],
                ${starts}::int[], ${lengths}::int[])
      given (id, at, source, org, key, event, code, zh, en, field, understood, start, length)
    on conflict (key) do nothing`
}

/** Of these messages, those that were put away. */
export async function refusedKeys(tx: Tx, keys: readonly string[]): Promise<Set<string>> {
  const rows = await tx<{ key: string }[]>`
    select key from collect.reject where key = any (string_to_array(${keys.join()}, ',')::uuid[])`
  return new Set(rows.map((row) => row.key))
}

export type RejectRow = {
  id: string
  at: Date
  source: string
  key: string
  event: string | null
  code: string
  reason: { zh: string; en: string }
  field: string | null
  state: 'open' | 'replayed' | 'dismissed'
  understood: boolean
}

function rejectColumns(tx: Tx) {
  return tx`id, at, source, key, event, code, reason, field, state, understood`
}

export type RejectFilter = {
  text: string | null
  source: string | null
  event: string | null
  code: string | null
  state: string | null
}

export function listRejects(tx: Tx, filter: RejectFilter, order: Order): Promise<RejectRow[]> {
  const like = filter.text === null ? null : `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`
  return tx<RejectRow[]>`
    select ${rejectColumns(tx)} from collect.reject
    where ${order.after(tx)}
      and (${filter.source}::text is null or source = ${filter.source})
      and (${filter.event}::text is null or event = ${filter.event})
      and (${filter.code}::text is null or code = ${filter.code})
      and (${filter.state}::text is null or state = ${filter.state})
      and (${like}::text is null or event ilike ${like} or code ilike ${like} or field ilike ${like}
           or reason ->> 'zh' ilike ${like} or reason ->> 'en' ilike ${like})
    order by ${order.by(tx)} limit ${order.limit + 1}`
}

export function findRejects(tx: Tx, ids: readonly string[]): Promise<(RejectRow & { body: Buffer })[]> {
  return tx`select ${rejectColumns(tx)}, body from collect.reject where id = any (${ids}::text[])`
}

export function endRejects(tx: Tx, ids: readonly string[], state: 'replayed' | 'dismissed', now: Date) {
  return tx<{ id: string }[]>`
    update collect.reject set state = ${state}, ended_at = ${now}
    where id = any (${ids}::text[]) and state = 'open' returning id`
}

export type RejectCount = {
  code: string
  reason: { zh: string; en: string }
  event: string | null
  field: string | null
  count: number
  last: Date
}

export function countRejects(tx: Tx): Promise<RejectCount[]> {
  return tx<RejectCount[]>`
    select code, (array_agg(reason order by id desc))[1] as reason, event, field, count(*)::int as count, max(at) as last
    from collect.reject where state = 'open'
    group by code, event, field order by count desc limit 100`
}

export function dropOldRejects(tx: Tx, before: Date) {
  return tx`delete from collect.reject where at < ${before}`
}
