import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type { BarKind, BarQuery, Channel, MessageClass, Quiet } from './contract.ts'

export type BarRow = {
  id: string
  kind: BarKind
  customer: number
  org: string
  channel: Channel | null
  classes: MessageClass[]
  address: string | null
  reason: string
  source: string
  at: Date
  by: string
  expiresAt: Date | null
  endedAt: Date | null
}

const columns = (tx: Tx) => tx`
  id, kind, customer, org, channel, classes, address, reason, source, at, by, expires_at, ended_at`

/** Those that hold at a moment. */
export function barsAt(tx: Tx, customers: readonly number[], at: Date): Promise<BarRow[]> {
  return tx<BarRow[]>`
    select ${columns(tx)} from contact.bar
    where customer = any (${[...customers]}::int[]) and ended_at is null and (expires_at is null or expires_at > ${at})
    order by at, id`
}

export function barsOf(tx: Tx, customers: readonly number[]): Promise<BarRow[]> {
  return tx<BarRow[]>`
    select ${columns(tx)} from contact.bar where customer = any (${[...customers]}::int[])
    order by (ended_at is null) desc, at desc, id`
}

export async function insertBars(tx: Tx, rows: readonly BarRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx`
    insert into contact.bar (id, kind, customer, org, channel, classes, address, reason, source, at, by, expires_at)
    select id, kind, customer, org, channel, string_to_array(classes, ','), address, reason, source, at, by, expires_at
    from unnest(${rows.map((row) => row.id)}::text[], ${rows.map((row) => row.kind)}::text[],
                ${rows.map((row) => row.customer)}::int[], ${rows.map((row) => row.org)}::text[],
                ${rows.map((row) => row.channel)}::text[], ${rows.map((row) => row.classes.join(','))}::text[],
                ${rows.map((row) => row.address)}::text[], ${rows.map((row) => row.reason)}::text[],
                ${rows.map((row) => row.source)}::text[], ${rows.map((row) => row.at.toISOString())}::timestamptz[],
                ${rows.map((row) => row.by)}::text[],
                ${rows.map((row) => row.expiresAt?.toISOString() ?? null)}::timestamptz[])
         as bar (id, kind, customer, org, channel, classes, address, reason, source, at, by, expires_at)`
}

export async function endBars(tx: Tx, ids: readonly string[], by: string, now: Date): Promise<BarRow[]> {
  return tx<BarRow[]>`
    update contact.bar set ended_at = ${now}, ended_by = ${by}
    where id = any (${[...ids]}::text[]) and ended_at is null returning ${columns(tx)}`
}

export const barSorts = { at: { sql: 'at', type: 'timestamptz' } } as const

export function pageOfBars(
  tx: Tx,
  query: BarQuery,
  among: readonly number[] | undefined,
  now: Date,
  order: Order,
): Promise<BarRow[]> {
  const { kind = null, channel = null, state = null, source = null } = query
  return tx<BarRow[]>`
    select ${columns(tx)} from contact.bar
    where (${kind}::text is null or kind = ${kind}) and (${channel}::text is null or channel = ${channel})
      and (${source}::text is null or source = ${source})
      and (${state}::text is null or ${state} = case when ended_at is not null then 'ended'
                                                     when expires_at <= ${now} then 'expired' else 'on' end)
      and ${among ? tx`customer = any (${[...among]}::int[])` : tx`true`}
      and ${order.after(tx)}
    order by ${order.by(tx)} limit ${order.limit + 1}`
}

export function countBars(tx: Tx, now: Date): Promise<{ kind: BarKind; customers: number }[]> {
  return tx`
    select kind, count(distinct customer)::int as customers from contact.bar
    where ended_at is null and (expires_at is null or expires_at > ${now}) group by kind`
}

export type ConsentRow = { customer: number; purpose: string; granted: boolean; source: string; at: Date; by: string }

export function consentsAt(tx: Tx, customers: readonly number[]): Promise<ConsentRow[]> {
  return tx<ConsentRow[]>`
    select distinct on (customer, purpose) customer, purpose, granted, source, at, by from contact.consent
    where customer = any (${[...customers]}::int[]) order by customer, purpose, at desc, id desc`
}

export function consentHistory(tx: Tx, customers: readonly number[]): Promise<ConsentRow[]> {
  return tx<ConsentRow[]>`
    select customer, purpose, granted, source, at, by from contact.consent
    where customer = any (${[...customers]}::int[]) order by at desc, id desc limit 200`
}

export async function insertConsents(tx: Tx, rows: readonly ConsentRow[]): Promise<void> {
  await tx`
    insert into contact.consent (customer, purpose, granted, source, at, by)
    select * from unnest(${rows.map((row) => row.customer)}::int[], ${rows.map((row) => row.purpose)}::text[],
      ${rows.map((row) => row.granted)}::boolean[], ${rows.map((row) => row.source)}::text[],
      ${rows.map((row) => row.at.toISOString())}::timestamptz[], ${rows.map((row) => row.by)}::text[])`
}

export function preferencesOf(tx: Tx, customers: readonly number[]): Promise<{ customer: number; quiet: Quiet[] }[]> {
  return tx`select customer, quiet from contact.preference where customer = any (${[...customers]}::int[])`
}

export async function savePreference(
  tx: Tx,
  row: { customer: number; quiet: readonly Quiet[]; source: string; at: Date },
): Promise<void> {
  await tx`
    insert into contact.preference (customer, quiet, source, at)
    values (${row.customer}, ${JSON.stringify(row.quiet)}::text::jsonb, ${row.source}, ${row.at})
    on conflict (customer) do update set quiet = excluded.quiet, source = excluded.source, at = excluded.at`
}
