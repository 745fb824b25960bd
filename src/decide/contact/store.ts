import type { Tx } from '../../platform/db/db.ts'
import type { EntryRow, Why } from './contract.ts'
import type { Entry } from './rules/decide.ts'

/**
 * Holds persons until the transaction ends, in the order of their numbers. Whoever decides about one of them waits here, and
 * reads afterwards what the other wrote.
 * *Trap*: rows of persons who are new are made first, one transaction at a time and before any row is held; else one could
 * hold a row and wait for a new one of another, who waits for that row.
 */
export async function lockPersons(tx: Tx, customers: readonly number[]): Promise<Marked[]> {
  const sorted = [...new Set(customers)].sort((a, b) => a - b)
  const [known] = await tx<{ n: number }[]>`
    select count(*)::int as n from contact.person where customer = any (${sorted}::int[])`
  if (known?.n !== sorted.length) {
    await tx`select pg_advisory_xact_lock(hashtext('contact.person'))`
    await tx`
      insert into contact.person (customer) select customer from unnest(${sorted}::int[]) as one (customer)
      on conflict do nothing`
  }
  return tx<Marked[]>`
    with held as materialized (
      select customer, marks from contact.person where customer = any (${sorted}::int[])
      order by customer for no key update)
    select customer, marks from held where marks <> 0`
}

/** Of whom more is known, and what: most have nothing said against them, and are not looked for in those tables. */
export type Marked = { customer: number; marks: number }
export const marks = { bars: 1, consents: 2, preferences: 4 } as const

export function marksOf(tx: Tx, customers: readonly number[]): Promise<Marked[]> {
  return tx<Marked[]>`
    select customer, marks from contact.person where customer = any (${[...customers]}::int[]) and marks <> 0`
}

/** Before something is said of persons: who is deciding about them now is waited for, and who decides next looks. */
export async function markPersons(tx: Tx, customers: readonly number[], mark: keyof typeof marks): Promise<void> {
  await lockPersons(tx, customers)
  await tx`
    update contact.person set marks = marks | ${marks[mark]}::smallint
    where customer = any (${[...customers]}::int[]) and marks & ${marks[mark]}::smallint = 0`
}

export type KeptEntry = Entry & { customer: number }

type Raw = Omit<KeptEntry, 'at' | 'plannedAt' | 'latest' | 'until'> & {
  at: Date
  plannedAt: Date
  latest: Date
  until: Date | null
}

const columns = (tx: Tx) => tx`
  message, customer, at, state, channel, class, scene, account, strategy, counts, priority, score, planned_at, latest,
  until, why`

function kept(row: Raw): KeptEntry {
  return {
    ...row,
    at: row.at.getTime(),
    plannedAt: row.plannedAt.getTime(),
    latest: row.latest.getTime(),
    until: row.until?.getTime() ?? null,
  }
}

/** Contacts that are counted or waited for, since a moment. */
export async function liveEntries(tx: Tx, customers: readonly number[], since: Date): Promise<KeptEntry[]> {
  const rows = await tx<Raw[]>`
    select ${columns(tx)} from contact.entry
    where customer = any (${[...customers]}::int[]) and at > ${since}
      and state in ('planned', 'held', 'reserved', 'confirmed')`
  return rows.map(kept)
}

export async function entriesOf(tx: Tx, messages: readonly string[]): Promise<KeptEntry[]> {
  const rows = await tx<Raw[]>`select ${columns(tx)} from contact.entry where message = any (${[...messages]}::text[])`
  return rows.map(kept)
}

/** The last of a person, whatever became of them. */
export async function historyOf(tx: Tx, customers: readonly number[], limit: number): Promise<KeptEntry[]> {
  const rows = await tx<Raw[]>`
    select ${columns(tx)} from contact.entry where customer = any (${[...customers]}::int[])
    order by at desc, message limit ${limit}`
  return rows.map(kept)
}

const iso = (ms: number) => new Date(ms).toISOString()

export async function saveEntries(tx: Tx, rows: readonly KeptEntry[]): Promise<void> {
  if (rows.length === 0) return
  await tx`
    insert into contact.entry (${columns(tx)})
    select * from unnest(
      ${rows.map((row) => row.message)}::text[], ${rows.map((row) => row.customer)}::int[],
      ${rows.map((row) => iso(row.at))}::timestamptz[], ${rows.map((row) => row.state)}::text[],
      ${rows.map((row) => row.channel)}::text[], ${rows.map((row) => row.class)}::text[],
      ${rows.map((row) => row.scene)}::text[], ${rows.map((row) => row.account)}::text[],
      ${rows.map((row) => row.strategy)}::text[], ${rows.map((row) => row.counts)}::boolean[],
      ${rows.map((row) => row.priority)}::smallint[], ${rows.map((row) => row.score)}::float8[],
      ${rows.map((row) => iso(row.plannedAt))}::timestamptz[], ${rows.map((row) => iso(row.latest))}::timestamptz[],
      ${rows.map((row) => (row.until === null ? null : iso(row.until)))}::timestamptz[],
      ${rows.map((row) => (row.why ? JSON.stringify(row.why) : null))}::text[]::jsonb[])
    on conflict (message) do update
    set at = excluded.at, state = excluded.state, until = excluded.until, why = excluded.why, counts = excluded.counts,
        priority = excluded.priority, score = excluded.score, planned_at = excluded.planned_at, latest = excluded.latest,
        channel = excluded.channel, account = excluded.account`
}

/** Moves on those that stand in one of the states; says which did. */
export async function turnEntries(
  tx: Tx,
  messages: readonly string[],
  from: readonly EntryRow['state'][],
  to: EntryRow['state'],
): Promise<string[]> {
  const rows = await tx<{ message: string }[]>`
    update contact.entry set state = ${to}, until = null
    where message = any (${[...messages]}::text[]) and state = any (${[...from]}::text[])
    returning message`
  return rows.map(({ message }) => message)
}

/** Reservations that ended by themselves. The moment they were made lies within a day: the small index finds them. */
export function expireEntries(tx: Tx, now: Date, limit: number): Promise<{ message: string; strategy: string }[]> {
  const since = new Date(now.getTime() - 3 * 86_400_000)
  return tx`
    update contact.entry set state = 'expired', until = null
    where message in (
      select message from contact.entry
      where at > ${since} and at <= ${now} and state = 'reserved' and until <= ${now}
      order by message limit ${limit} for update skip locked)
    returning message, strategy`
}

export async function purgeEntries(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx`
    delete from contact.entry where message in (
      select message from contact.entry where at < ${before} limit ${limit} for update skip locked)
    returning 1`
  return rows.length
}

export async function talliesSince(
  tx: Tx,
  since: Date,
): Promise<{ state: EntryRow['state']; code: Why['code'] | null; messages: number }[]> {
  return tx`
    select state, case when state = 'dropped' then why ->> 'code' end as code, count(*)::int as messages
    from contact.entry where at > ${since} group by 1, 2`
}
