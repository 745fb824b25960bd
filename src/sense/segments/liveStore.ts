import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'

/** How far a real-time segment is followed, and the answer that its moves are counted from. */
export type LiveRow = {
  segment: Id<'seg'>
  version: number
  snapshot: Id<'snp'>
  print: string
  at: Date
  processed: Date
  copies: bigint
  generation: string
  uses: Record<string, string>
  nextAt: Date | null
}

export function liveRows(tx: Tx): Promise<LiveRow[]> {
  return tx<LiveRow[]>`select * from segments.live order by segment`
}

/** Whether there is anything to follow, and when time alone may change something. */
export async function liveDue(tx: Tx): Promise<{ followed: number; nextAt: Date | null }> {
  const [row] = await tx<{ followed: number; nextAt: Date | null }[]>`
    select count(*)::int as followed, min(next_at) as next_at from segments.live`
  return row ?? { followed: 0, nextAt: null }
}

/** Segments that are to be followed, and those that are without being so any more. */
export function liveSegments(tx: Tx): Promise<{ id: Id<'seg'>; wanted: boolean }[]> {
  return tx`
    select s.id, s.live and s.state = 'live' and s.error is null as wanted
    from segments.segment s left join segments.live l on l.segment = s.id
    where l.segment is not null or (s.live and s.state = 'live' and s.version > 0)`
}

export async function insertLive(tx: Tx, row: LiveRow): Promise<void> {
  await tx`
    insert into segments.live (segment, version, snapshot, print, at, processed, copies, generation, uses, next_at)
    values (${row.segment}, ${row.version}, ${row.snapshot}, ${row.print}, ${row.at}, ${row.processed},
            ${String(row.copies)}::text::bigint, ${row.generation}, ${JSON.stringify(row.uses)}::text::jsonb, ${row.nextAt})
    on conflict (segment) do nothing`
}

export async function removeLive(tx: Tx, segment: string): Promise<void> {
  await tx`delete from segments.live where segment = ${segment}`
}

/** All that were asked together stand at the same place now, but for the answers of others that each was asked with. */
export async function advanceLive(
  tx: Tx,
  rows: readonly { segment: string; uses: Record<string, string> }[],
  to: { at: Date; processed: Date; copies: bigint; nextAt: Date | null },
): Promise<void> {
  await tx`
    update segments.live l
    set at = ${to.at}, processed = ${to.processed}, copies = ${String(to.copies)}::text::bigint, next_at = ${to.nextAt},
        uses = given.uses::jsonb
    from unnest(${rows.map(({ segment }) => segment)}::text[],
                ${rows.map(({ uses }) => JSON.stringify(uses))}::text[]) given (segment, uses)
    where l.segment = given.segment`
}

/** Another answer to count from, with how many are in it. */
export async function rebase(tx: Tx, segment: string, snapshot: string): Promise<void> {
  await tx`update segments.live set snapshot = ${snapshot} where segment = ${segment}`
}

export type Move = {
  segment: string
  customer: number
  entered: boolean
  version: number
  at: Date
  /** Nothing is to be told: only the number of the customer is another. */
  told: boolean
}

export async function insertMoves(tx: Tx, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return
  const of = <K extends keyof Move>(key: K) => moves.map((move) => move[key])
  await tx`
    insert into segments.move (step, segment, customer, entered, version, at, told)
    select step.number, segment, customer, entered::boolean, version, at, told::boolean
    from (select nextval('segments.step') as number) step,
         unnest(${of('segment')}::text[], ${of('customer')}::int[], ${of('entered').map(String)}::text[],
                ${of('version')}::int[], ${of('at')}::timestamptz[], ${of('told').map(String)}::text[])
           given (segment, customer, entered, version, at, told)`
  await tx`
    update segments.segment s set size = s.size + n.more, refreshed_at = n.at
    from (select segment, sum(case when entered::boolean then 1 else -1 end) as more, max(at) as at
          from unnest(${of('segment')}::text[], ${of('entered').map(String)}::text[], ${of('at')}::timestamptz[])
            given (segment, entered, at)
          group by segment) n
    where s.id = n.segment`
}

export type KeptMove = Move & { step: bigint; name: string }

export function untoldMoves(tx: Tx, limit: number): Promise<KeptMove[]> {
  return tx<KeptMove[]>`
    select m.step, m.segment, m.customer, m.entered, m.version, m.at, m.told, s.name
    from segments.move m join segments.segment s on s.id = m.segment
    where not m.told order by m.step, m.segment, m.customer limit ${limit}`
}

export async function markTold(tx: Tx, moves: readonly KeptMove[]): Promise<void> {
  await tx`
    update segments.move m set told = true
    from unnest(${moves.map(({ step }) => String(step))}::text[]::bigint[], ${moves.map(({ segment }) => segment)}::text[],
                ${moves.map(({ customer }) => customer)}::int[]) given (step, segment, customer)
    where m.step = given.step and m.segment = given.segment and m.customer = given.customer`
}

/** Where these stand by the moves since the answer that is counted from. */
export function lastMoves(
  tx: Tx,
  segments: readonly string[],
  customers: readonly number[],
): Promise<{ segment: string; customer: number; entered: boolean }[]> {
  return tx`
    select distinct on (segment, customer) segment, customer, entered from segments.move
    where segment = any (${[...segments]}::text[]) and customer = any (${[...customers]}::int[])
    order by segment, customer, step desc`
}

/** All of one segment, the last of each customer. */
export function movesOf(tx: Tx, segment: string): Promise<{ customer: number; entered: boolean; step: bigint }[]> {
  return tx`
    select distinct on (customer) customer, entered, step from segments.move
    where segment = ${segment} order by customer, step desc`
}

export function moveCounts(tx: Tx): Promise<{ segment: string; moves: number; since: Date | null }[]> {
  return tx`
    select l.segment, count(m.step)::int as moves, max(s.at) as since
    from segments.live l join segments.snapshot s on s.id = l.snapshot
    left join segments.move m on m.segment = l.segment group by l.segment`
}

export async function forgetMoves(tx: Tx, segment: string): Promise<void> {
  await tx`delete from segments.move where segment = ${segment}`
}
