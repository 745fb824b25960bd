import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { Chained, Seal, StoredEntry } from './rules/chain.ts'
import type { EntryFilter } from './rules/filter.ts'

/** The statement, not yet sent. */
export function insertEntry(tx: Tx, entry: StoredEntry, at: Date, mac: Buffer) {
  return tx`
    insert into audit.entry (id, at, who_kind, who_id, who_name, action, target_kind, target_id, target_name, org,
                             before, after, request_id, ip, agent, mac)
    values (${entry.id}, ${at}, ${entry.whoKind}, ${entry.whoId}, ${entry.whoName}, ${entry.action},
            ${entry.targetKind}, ${entry.targetId}, ${entry.targetName}, ${entry.org},
            ${entry.before}::text::json, ${entry.after}::text::json,
            ${entry.requestId}, ${entry.ip}, ${entry.agent}, ${mac})`
}

export type EntryRow = {
  id: Id<'aud'>
  at: Date
  whoKind: 'user' | 'key' | 'machine' | 'nobody'
  whoId: string
  whoName: string
  action: string
  targetKind: string
  targetId: string
  targetName: string | null
  org: string | null
  ip: string | null
  seq: bigint | null
}

/** How many entries one page of a search by text, action or kind looks through. */
export const lookedThrough = 50_000

/**
 * One page, newest first by default. Object, person and time are read from indexes; text, action and kind are looked for
 * in what those give, `lookedThrough` entries at a time. `last` is where the looking ended short of the end.
 */
export async function listEntries(
  tx: Tx,
  filter: EntryFilter,
  order: Order,
): Promise<{ rows: EntryRow[]; last: string | null }> {
  const searching = filter.action !== null || filter.text !== null || filter.targetKind !== null
  const looked = (limit: number, offset = 0) => tx`
    select ${lineColumns(tx)} from audit.entry e
    where ${order.after(tx)} and ${indexed(tx, filter)}
    order by ${order.by(tx)}
    limit ${limit} offset ${offset}`
  if (!searching) return { rows: await withPlaces(tx, looked(order.limit + 1), order), last: null }
  const found = tx`
    select * from (${looked(lookedThrough)}) e where ${searched(tx, filter)}
    order by ${order.by(tx)} limit ${order.limit + 1}`
  const rows = await withPlaces(tx, found, order)
  if (rows.length > order.limit) return { rows, last: null }
  const [last] = await tx<{ id: string }[]>`select id from (${looked(1, lookedThrough - 1)}) e`
  return { rows, last: last?.id ?? null }
}

/**
 * The same for the reader of one branch: the newest of each of its organisations are read from an index and put
 * together. Going down the whole bank's entries in search of those of a quiet branch would read them all.
 */
export async function listBranchEntries(tx: Tx, filter: EntryFilter, order: Order): Promise<EntryRow[]> {
  const newest = tx`
    select e.* from audit.readable_orgs() org (id)
    cross join lateral (
      select ${lineColumns(tx)} from audit.entry e
      where e.org = org.id and ${order.after(tx)} and ${indexed(tx, filter)} and ${searched(tx, filter)}
      order by ${order.by(tx)}
      limit ${order.limit + 1}) e
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
  return withPlaces(tx, newest, order)
}

function lineColumns(tx: Tx) {
  return tx`e.id, e.at, e.who_kind, e.who_id, e.who_name, e.action, e.target_kind, e.target_id, e.target_name, e.org, e.ip`
}

function withPlaces(tx: Tx, lines: ReturnType<typeof lineColumns>, order: Order): Promise<EntryRow[]> {
  return tx<EntryRow[]>`
    select e.*, l.seq from (${lines}) e left join audit.link l on l.entry = e.id
    order by ${order.by(tx)}`
}

/** What an index answers. */
function indexed(tx: Tx, filter: EntryFilter) {
  return tx`
    ${filter.fromId === null ? tx`true` : tx`e.id >= ${filter.fromId}`}
    and ${filter.toId === null ? tx`true` : tx`e.id < ${filter.toId}`}
    and ${filter.targetId === null ? tx`true` : tx`e.target_id = ${filter.targetId}`}
    and ${filter.whoId === null ? tx`true` : tx`e.who_id = ${filter.whoId}`}`
}

function searched(tx: Tx, filter: EntryFilter) {
  return tx`
    ${filter.targetKind === null ? tx`true` : tx`e.target_kind = ${filter.targetKind}`}
    and ${filter.action === null ? tx`true` : tx`starts_with(e.action, ${filter.action})`}
    and ${filter.text === null ? tx`true` : contains(tx, filter.text)}`
}

function contains(tx: Tx, text: string) {
  const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return tx`(e.target_name ilike ${like} or e.target_id ilike ${like} or e.who_name ilike ${like}
             or e.who_id ilike ${like} or e.action ilike ${like})`
}

export type EntryDetailRow = EntryRow & {
  before: unknown
  after: unknown
  requestId: string | null
  agent: string | null
  hash: Buffer | null
}

export async function findEntry(tx: Tx, id: string): Promise<EntryDetailRow | undefined> {
  const [row] = await tx<EntryDetailRow[]>`
    select e.id, e.at, e.who_kind, e.who_id, e.who_name, e.action, e.target_kind, e.target_id, e.target_name, e.org,
           e.before, e.after, e.request_id, e.ip, e.agent, l.seq, l.hash
    from audit.entry e left join audit.link l on l.entry = e.id
    where e.id = ${id}`
  return row
}

/** The newest entry of one action on one object. */
export async function latestEntry(tx: Tx, action: string, targetId: string): Promise<EntryDetailRow | undefined> {
  const [row] = await tx<EntryDetailRow[]>`
    select * from audit.entry where target_id = ${targetId} and action = ${action} order by id desc limit 1`
  return row
}

// ---- the chain

export type SealRow = Seal & { mac: Buffer; hash: Buffer }

function sealColumns(tx: Tx) {
  return tx`from_seq, seq, hash, xact::text, entry, (extract(epoch from at) * 1000000)::bigint as at_micros, mac`
}

export async function lastSeal(tx: Tx): Promise<SealRow | undefined> {
  const [row] = await tx<SealRow[]>`select ${sealColumns(tx)} from audit.seal order by seq desc limit 1`
  return row
}

/** The seal that closes the set a place is in; undefined beyond the last. */
export async function sealOver(tx: Tx, seq: bigint): Promise<SealRow | undefined> {
  const [row] = await tx<SealRow[]>`select ${sealColumns(tx)} from audit.seal where seq >= ${seq} order by seq limit 1`
  return row
}

export async function sealsBetween(tx: Tx, after: bigint, to: bigint): Promise<SealRow[]> {
  return tx<SealRow[]>`select ${sealColumns(tx)} from audit.seal where seq > ${after} and seq <= ${to} order by seq`
}

/** True for one caller at a time, until its transaction ends. */
export async function takeSealersTurn(tx: Tx): Promise<boolean> {
  const [turn] = await tx<{ mine: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtext('zhixing.audit.seal')) as mine`
  return turn?.mine ?? false
}

export type Horizon = {
  /** Every transaction below this number has ended. */
  xmin: string
  /** No transaction from this number on has begun. */
  xmax: string
}

export async function horizon(tx: Tx): Promise<Horizon> {
  const [row] = await tx<Horizon[]>`
    select pg_snapshot_xmin(snapshot)::text as xmin, pg_snapshot_xmax(snapshot)::text as xmax
    from pg_current_snapshot() snapshot`
  return row ?? { xmin: '0', xmax: '0' }
}

/**
 * Entries after a position whose transactions, and all before them, have ended, in order of transaction and id.
 * What has a place already is passed over: after a restore from a dump the numbers of transactions begin anew.
 */
export function entriesToSeal(tx: Tx, after: { xact: string; entry: string }, limit: number): Promise<Chained[]> {
  return tx<Chained[]>`
    select id, xact::text, mac from audit.entry e
    where (e.xact, e.id) > (${after.xact}::text::xid8, ${after.entry})
      and e.xact < pg_snapshot_xmin(pg_current_snapshot())
      and not exists (select from audit.link where entry = e.id offset 0)
    order by e.xact, e.id
    limit ${limit}`
}

/** All entries without a place, wherever their transactions' numbers lie, but for those that may still be joined. */
export function strayEntriesToSeal(tx: Tx, now: Horizon, limit: number): Promise<Chained[]> {
  return tx<Chained[]>`
    select id, xact::text, mac from audit.entry e
    where (xact < ${now.xmin}::text::xid8 or xact >= ${now.xmax}::text::xid8)
      and not exists (select from audit.link where entry = e.id)
    order by id
    limit ${limit}`
}

export async function insertSeal(
  tx: Tx,
  links: { entry: string; hash: Buffer }[],
  seal: SealRow,
  at: Date,
): Promise<void> {
  // Two values for thousands of rows: as arrays each element would be quoted here and unquoted there.
  const ids = links.map((link) => link.entry).join()
  const hashes = Buffer.concat(links.map((link) => link.hash))
  await Promise.all([
    tx`
      insert into audit.link (seq, entry, hash)
      select ${seal.fromSeq}::bigint + place - 1, entry, substring(${hashes}::bytea from (place::int - 1) * 32 + 1 for 32)
      from unnest(string_to_array(${ids}, ',')) with ordinality link (entry, place)`,
    tx`
      insert into audit.seal (seq, from_seq, hash, xact, entry, at, mac)
      values (${seal.seq}, ${seal.fromSeq}, ${seal.hash}, ${seal.xact}::text::xid8, ${seal.entry}, ${at}, ${seal.mac})`,
  ])
}

/** Entries that wait for their place, at most `limit` counted, and since when. */
export async function countUnsealed(
  tx: Tx,
  after: { xact: string; entry: string },
  limit: number,
): Promise<{ count: number; oldest: Date | null }> {
  const [row] = await tx<{ count: number; oldest: Date | null }[]>`
    select count(*)::int as count, min(at) as oldest
    from (select at from audit.entry e
          where (xact, id) > (${after.xact}::text::xid8, ${after.entry})
            and not exists (select from audit.link where entry = e.id)
          limit ${limit}) waiting`
  return row ?? { count: 0, oldest: null }
}

export async function linkHashAt(tx: Tx, seq: bigint): Promise<Buffer | undefined> {
  const [row] = await tx<{ hash: Buffer }[]>`select hash from audit.link where seq = ${seq}`
  return row?.hash
}

// ---- what the verification reads

export type LinkedEntry = { seq: bigint; entry: string; hash: Buffer; mac: Buffer | null; xact: string } & StoredEntry

function entryColumns(tx: Tx) {
  return tx`e.id, (extract(epoch from e.at) * 1000000)::bigint as at_micros, e.xact::text, e.who_kind, e.who_id, e.who_name,
            e.action, e.target_kind, e.target_id, e.target_name, e.org, e.before::text, e.after::text,
            e.request_id, e.ip, e.agent, e.mac`
}

/** Links of a range with what they point at; the columns of a missing entry are null. */
export function linkedEntries(tx: Tx, after: bigint, to: bigint): Promise<LinkedEntry[]> {
  return tx<LinkedEntry[]>`
    select l.seq, l.entry, l.hash, ${entryColumns(tx)}
    from audit.link l left join audit.entry e on e.id = l.entry
    where l.seq > ${after} and l.seq <= ${to}
    order by l.seq`
}

/** A link that no seal covers. Links and their seal are written in one transaction, so there is none. */
export async function firstLinkAfterLastSeal(tx: Tx): Promise<{ seq: bigint; entry: string } | undefined> {
  const [row] = await tx<{ seq: bigint; entry: string }[]>`
    select seq, entry from audit.link
    where seq > coalesce((select max(seq) from audit.seal), 0)
    order by seq limit 1`
  return row
}

export type UnlinkedEntry = StoredEntry & { mac: Buffer; xact: string; ended: boolean; begun: boolean }

/**
 * Entries without a place in the chain, in pieces, all of one moment: `ended` when the sealer has passed them by,
 * `begun` unless their transaction's number was never given.
 */
export function unlinkedEntries(tx: Tx, everywhere: boolean): AsyncIterable<UnlinkedEntry[]> {
  return tx<UnlinkedEntry[]>`
    with last as materialized (select xact, entry from audit.seal order by seq desc limit 1)
    select ${entryColumns(tx)},
           coalesce((e.xact, e.id) <= (select xact, entry from last), false) as ended,
           e.xact < pg_snapshot_xmax(pg_current_snapshot()) as begun
    from audit.entry e
    where not exists (select from audit.link l where l.entry = e.id)
      and (${everywhere} or (e.xact, e.id) > (select xact, entry from last))`.cursor(2000)
}
