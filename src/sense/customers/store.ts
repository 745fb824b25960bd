import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type { Doc, Kept, Kind } from './rules/profile.ts'
import { packDoc, unpackDoc } from './rules/stored.ts'

/** Bytes for `unnest`: the driver finds the array type of anything but bytes by itself. 1001 is `bytea[]`. */
export const bytes = (tx: Tx, values: (Buffer | null)[]) => tx.array(values as Buffer[], 1001)

export type Seen = { customer: number; seenAt: Date }

/**
 * Moves the last sighting of known customers on, where it is later, and answers who is not known yet. One statement: to
 * read twenty thousand rows first costs more than to write them. ClickHouse is told, in one row, of those whom it shows on
 * another day now.
 */
export async function moveSightings(tx: Tx, seen: readonly Seen[]): Promise<number[]> {
  // In the order of their numbers, so that two batches never wait for each other.
  const rows = [...seen].sort((a, b) => a.customer - b.customer)
  const [row] = await tx<{ fresh: number[] }[]>`
    with seen as (
      select seen.customer, to_timestamp(seen.second) as at, profile.seen_at as before
      from unnest(${rows.map((row) => row.customer)}::int[], ${rows.map((row) => row.seenAt.getTime() / 1000)}::float8[])
           as seen (customer, second)
      left join customers.profile on profile.customer = seen.customer
    ), moved as (
      update customers.profile set seen_at = seen.at
      from seen where profile.customer = seen.customer and profile.seen_at < seen.at
      returning profile.customer, seen.before, seen.at
    ), told as (
      select customers.tell(array_agg(customer::text)) from moved
      where date_trunc('day', before, 'UTC') <> date_trunc('day', at, 'UTC')
    )
    select coalesce(array_agg(customer) filter (where before is null), '{}') as fresh, (select count(*) from told) as told
    from seen`
  return row?.fresh ?? []
}

export type Sighting = { customer: number; org: string; bornAt: Date; seenAt: Date }

/** Customers of whom there is nothing yet. */
export async function insertSightings(tx: Tx, sightings: readonly Sighting[], now: Date): Promise<void> {
  const rows = [...sightings].sort((a, b) => a.customer - b.customer)
  await tx`
    insert into customers.profile (customer, org, born_at, seen_at, updated_at)
    select customer, org, born_at, seen_at, ${now}
    from unnest(${rows.map((row) => row.customer)}::int[], ${rows.map((row) => row.org)}::text[],
                ${rows.map((row) => row.bornAt.toISOString())}::timestamptz[], ${rows.map((row) => row.seenAt.toISOString())}::timestamptz[])
         as seen (customer, org, born_at, seen_at)`
}

export type ProfileRow = {
  customer: number
  org: string
  bornAt: Date
  seenAt: Date
  doc: Doc
  emptied: number
}

const profileColumns = (tx: Tx) => tx`customer, org, born_at, seen_at, doc, emptied::float8 as emptied`

/** Held until the transaction ends, in the order of their numbers. */
export async function lockProfiles(tx: Tx, customers: readonly number[]): Promise<ProfileRow[]> {
  return unpacked(
    await tx<StoredRow[]>`
      select ${profileColumns(tx)} from customers.profile
      where customer = any (${customers}::int[])
      order by customer
      for no key update`,
  )
}

export async function profilesOf(tx: Tx, customers: readonly number[]): Promise<ProfileRow[]> {
  return unpacked(
    await tx<StoredRow[]>`
      select ${profileColumns(tx)} from customers.profile where customer = any (${customers}::int[])`,
  )
}

type StoredRow = Omit<ProfileRow, 'doc'> & { doc: Record<string, unknown> }

function unpacked(rows: readonly StoredRow[]): ProfileRow[] {
  return rows.map((row) => Object.assign(row, { doc: unpackDoc(row.doc) }))
}

export async function numbersAfter(tx: Tx, after: number, limit: number): Promise<number[]> {
  const rows = await tx<{ customer: number }[]>`
    select customer from customers.profile where customer > ${after} order by customer limit ${limit}`
  return rows.map((row) => row.customer)
}

export type ProfileWrite = Kept & { customer: number; org: string }

/** Documents go as one text, a line each: as an array each would be quoted, and read twice. */
export async function saveProfiles(tx: Tx, rows: readonly ProfileWrite[], now: Date): Promise<void> {
  await tx`
    update customers.profile
    set doc = fresh.doc, emptied = fresh.emptied, org = fresh.org, updated_at = ${now}, version = version + 1
    from (
      select customer, doc::json as doc, emptied::bigint as emptied, org
      from rows from (
        unnest(${rows.map((row) => row.customer)}::int[]), string_to_table(${rows.map((row) => packDoc(row.doc)).join('\n')}, chr(10)),
        unnest(${rows.map((row) => String(row.emptied))}::text[]), unnest(${rows.map((row) => row.org)}::text[])
      ) as given (customer, doc, emptied, org)
    ) fresh
    where profile.customer = fresh.customer`
}

export type PersonalRow = {
  customer: number
  attribute: string
  kind: Kind
  sealed: Buffer
}

export async function savePersonal(tx: Tx, rows: readonly (PersonalRow & { lookup: Buffer | null })[]): Promise<void> {
  await tx`
    insert into customers.personal (customer, attribute, kind, sealed, lookup)
    select * from unnest(${rows.map((row) => row.customer)}::int[], ${rows.map((row) => row.attribute)}::text[],
                         ${rows.map((row) => row.kind)}::text[],
                         ${bytes(
                           tx,
                           rows.map((row) => row.sealed),
                         )},
                         ${bytes(
                           tx,
                           rows.map((row) => row.lookup),
                         )})
    on conflict (customer, attribute)
    do update set kind = excluded.kind, sealed = excluded.sealed, lookup = excluded.lookup`
}

export function lookupsOf(
  tx: Tx,
  customers: readonly number[],
): Promise<{ customer: number; attribute: string; kind: Kind; lookup: Buffer | null }[]> {
  return tx`
    select customer, attribute, kind, lookup from customers.personal where customer = any (${customers}::int[])`
}

export async function dropPersonal(tx: Tx, rows: readonly { customer: number; attribute: string }[]): Promise<void> {
  await tx`
    delete from customers.personal
    using unnest(${rows.map((row) => row.customer)}::int[], ${rows.map((row) => row.attribute)}::text[])
          as gone (customer, attribute)
    where personal.customer = gone.customer and personal.attribute = gone.attribute`
}

export function personalOf(tx: Tx, customers: readonly number[]): Promise<PersonalRow[]> {
  return tx<PersonalRow[]>`
    select customer, attribute, kind, sealed from customers.personal where customer = any (${customers}::int[])`
}

/** Whose personal value this is, by any of its blind indexes. */
export async function customersByLookup(
  tx: Tx,
  lookups: readonly Buffer[],
  attribute: string | undefined,
  limit: number,
): Promise<number[]> {
  const rows = await tx<{ customer: number }[]>`
    select distinct customer from customers.personal
    where lookup = any (${bytes(tx, [...lookups])}) and (${attribute ?? null}::text is null or attribute = ${attribute ?? null})
    order by customer limit ${limit}`
  return rows.map((row) => row.customer)
}

export type ListedRow = { id: string; customer: number; org: string; bornAt: Date; seenAt: Date }

export type ListFilter = {
  orgs?: readonly string[] | undefined
  bornFrom?: string | undefined
  bornUntil?: string | undefined
  attribute?: string | undefined
  value?: string | undefined
  /** Only of these numbers. */
  among?: readonly number[] | undefined
}

export const listSorts = {
  lastSeen: { sql: 'seen_at', type: 'timestamptz' },
  id: { sql: 'customer', type: 'int' },
} as const

/** The value of an attribute is compared as text; without one, the attribute must be there. No index serves it: rows are read in the order of the list. */
export function pageOfProfiles(tx: Tx, filter: ListFilter, order: Order): Promise<ListedRow[]> {
  const { orgs = null, bornFrom = null, bornUntil = null, attribute = null, value = null, among = null } = filter
  return tx<ListedRow[]>`
    select customer::text as id, customer, org, born_at, seen_at from customers.profile
    where ${orgs ? tx`org = any (${orgs}::text[])` : tx`true`}
      and ${among ? tx`customer = any (${among}::int[])` : tx`true`}
      and ${bornFrom ? tx`born_at >= ${bornFrom}` : tx`true`}
      and ${bornUntil ? tx`born_at < ${bornUntil}` : tx`true`}
      and ${attribute && value === null ? tx`doc -> ${attribute}::text is not null and coalesce(doc -> ${attribute}::text ->> 2, '') <> 'gone'` : tx`true`}
      and ${attribute && value !== null ? tx`doc -> ${attribute}::text ->> 0 = ${value}::text and coalesce(doc -> ${attribute}::text ->> 2, '') <> 'gone'` : tx`true`}
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

/** With the client time it was said, in milliseconds. */
export function personalOfKind(
  tx: Tx,
  customers: readonly number[],
  kind: Kind,
): Promise<(PersonalRow & { at: number })[]> {
  return tx<(PersonalRow & { at: number })[]>`
    select held.customer, held.attribute, held.kind, held.sealed, (profile.doc -> '' -> (profile.doc -> held.attribute ->> 1)::int ->> 0)::float8 as at
    from customers.personal as held join customers.profile as profile on profile.customer = held.customer
    where held.customer = any (${customers}::int[]) and held.kind = ${kind}`
}

/** Who holds a personal value: what its seal is bound to. */
export const ownerOf = (customer: number, attribute: string) => `${customer}:${attribute}`
