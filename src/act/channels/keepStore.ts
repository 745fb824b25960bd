import type { Tx } from '../../platform/db/db.ts'

type Of = { id: string; org: string }

// ---- parts of long messages

export async function addParts(
  tx: Tx,
  account: Of,
  parts: readonly { providerId: string; message: string }[],
  at: Date,
): Promise<void> {
  await tx`
    insert into channels.part (account, org, provider_id, message, sent_at)
    select ${account.id}, ${account.org}, new.*, ${at}
    from unnest(${parts.map(({ providerId }) => providerId)}::text[], ${parts.map(({ message }) => message)}::text[]) as new
    on conflict do nothing`
}

export type PartRow = { providerId: string; message: string; state: string | null }

/** All parts of the messages that these are parts of, locked in one order. */
export function lockParts(tx: Tx, account: string, ids: readonly string[]): Promise<PartRow[]> {
  return tx<PartRow[]>`
    select provider_id, message, state from channels.part
    where account = ${account}
      and message in (select message from channels.part where account = ${account} and provider_id = any (${[...ids]}))
    order by message, provider_id for update`
}

export async function saveParts(
  tx: Tx,
  account: string,
  parts: readonly { providerId: string; state: string }[],
): Promise<void> {
  await tx`
    update channels.part set state = new.state
    from unnest(${parts.map(({ providerId }) => providerId)}::text[], ${parts.map(({ state }) => state)}::text[])
      as new(provider_id, state)
    where part.account = ${account} and part.provider_id = new.provider_id and part.state is null`
}

// ---- receipts of no known message

export type StrayRow = { id: string; account: string; providerId: string; receipt: Record<string, unknown> }

export async function addStrays(
  tx: Tx,
  account: Of,
  strays: readonly { providerId: string; receipt: Record<string, unknown> }[],
  at: Date,
): Promise<void> {
  if (strays.length === 0) return
  await tx`
    insert into channels.stray (account, org, provider_id, receipt, arrived_at, tried_at)
    select ${account.id}, ${account.org}, new.provider_id, new.receipt::jsonb, ${at}, ${at}
    from unnest(${strays.map(({ providerId }) => providerId)}::text[],
                ${strays.map(({ receipt }) => JSON.stringify(receipt))}::text[]) as new(provider_id, receipt)
    on conflict (account, provider_id, (receipt ->> 'state')) do nothing`
}

/** Takes those to be offered again: the first soon, the older the seldomer. They come back if they are still of nobody. */
export function takeStrays(tx: Tx, now: Date, limit: number): Promise<StrayRow[]> {
  return tx<StrayRow[]>`
    with due as (
      select id from channels.stray
      where tried_at <= ${now}::timestamptz - least(interval '1 hour', greatest(interval '2 seconds', (tried_at - arrived_at)))
      order by tried_at limit ${limit} for update skip locked)
    update channels.stray set tried_at = ${now} from due where stray.id = due.id
    returning stray.id::text, account, provider_id, receipt`
}

export async function dropStrays(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`delete from channels.stray where id = any (${[...ids]}::bigint[])`
}

export async function straysBefore(tx: Tx, before: Date): Promise<number> {
  const gone = await tx`delete from channels.stray where arrived_at < ${before} returning id`
  return gone.length
}

export async function countStrays(tx: Tx, account: string): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from channels.stray where account = ${account}`
  return row?.count ?? 0
}

// ---- tasks of employees

export type ErrandRow = {
  account: string
  providerId: string
  about: Record<string, unknown>
  givenAt: Date
  open: number
}

export async function addErrands(
  tx: Tx,
  account: Of,
  errands: readonly { providerId: string; about: Record<string, unknown>; open: number }[],
  at: Date,
  askAt: Date,
): Promise<void> {
  await tx`
    insert into channels.errand (account, org, provider_id, about, given_at, ask_at, open)
    select ${account.id}, ${account.org}, new.provider_id, new.about::jsonb, ${at}, ${askAt}, new.open
    from unnest(${errands.map(({ providerId }) => providerId)}::text[],
                ${errands.map(({ about }) => JSON.stringify(about))}::text[], ${errands.map(({ open }) => open)}::int[])
      as new(provider_id, about, open)
    on conflict do nothing`
}

/** Takes errands to ask after, and puts off the next asking, so that no two processes ask at once. */
export function takeErrands(tx: Tx, now: Date, limit: number): Promise<ErrandRow[]> {
  return tx<ErrandRow[]>`
    with due as (
      select account, provider_id from channels.errand where open > 0 and ask_at <= ${now}
      order by ask_at limit ${limit} for update skip locked)
    update channels.errand
    set ask_at = ${now}::timestamptz
      + least(interval '1 hour', greatest(interval '5 minutes', (${now}::timestamptz - given_at) / 4))
    from due where errand.account = due.account and errand.provider_id = due.provider_id
    returning errand.account, errand.provider_id, about, given_at, open`
}

export async function saveErrand(
  tx: Tx,
  { account, providerId }: Pick<ErrandRow, 'account' | 'providerId'>,
  open: number,
): Promise<void> {
  await tx`
    update channels.errand set open = ${open} where account = ${account} and provider_id = ${providerId}`
}

export async function sweepKept(tx: Tx, now: Date): Promise<void> {
  const month = new Date(now.getTime() - 30 * 86_400_000)
  await tx`delete from channels.part where sent_at < ${month}`
  // After a week an employee confirms no more; whether it was sent stays unknown.
  await tx`delete from channels.errand where given_at < ${new Date(now.getTime() - 7 * 86_400_000)}`
  await tx`delete from channels.note where expires_at < ${now}`
}

// ---- in the app

export type NoteRow = {
  key: string
  content: Buffer
  createdAt: Date
  deliveredAt: Date | null
  openedAt: Date | null
}

export async function addNotes(
  tx: Tx,
  account: Of,
  notes: readonly { key: string; customer: number; content: Buffer }[],
  at: Date,
  until: Date,
): Promise<void> {
  await tx`
    insert into channels.note (key, account, org, customer, content, created_at, expires_at)
    select new.key, ${account.id}, ${account.org}, new.customer, decode(new.content, 'hex'), ${at}, ${until}
    from unnest(${notes.map(({ key }) => key)}::text[], ${notes.map(({ customer }) => customer)}::int[],
                ${notes.map(({ content }) => content.toString('hex'))}::text[]) as new(key, customer, content)
    on conflict (key) do nothing`
}

export function notesOf(
  tx: Tx,
  account: string,
  customers: readonly number[],
  now: Date,
  limit: number,
): Promise<NoteRow[]> {
  return tx<NoteRow[]>`
    select key, content, created_at, delivered_at, opened_at from channels.note
    where account = ${account} and customer = any (${[...customers]}::int[]) and expires_at > ${now} and closed_at is null
    order by created_at desc, key limit ${limit}`
}

export async function unreadOf(tx: Tx, account: string, customers: readonly number[], now: Date): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from channels.note
    where account = ${account} and customer = any (${[...customers]}::int[]) and expires_at > ${now}
      and closed_at is null and opened_at is null`
  return row?.count ?? 0
}

/** The keys that were fetched for the first time. */
export async function markDelivered(tx: Tx, keys: readonly string[], at: Date): Promise<string[]> {
  const rows = await tx<{ key: string }[]>`
    update channels.note set delivered_at = ${at} where key = any (${[...keys]}) and delivered_at is null returning key`
  return rows.map(({ key }) => key)
}

/** Whether the customer did so for the first time; undefined where there is no such message of his. */
export async function markNote(
  tx: Tx,
  of: { account: string; key: string; customers: readonly number[] },
  act: 'opened' | 'clicked' | 'closed',
  at: Date,
): Promise<boolean | undefined> {
  const column = tx.unsafe({ opened: 'opened_at', clicked: 'clicked_at', closed: 'closed_at' }[act])
  // Whoever clicks has read it, also where the page did not say so.
  const read = act === 'clicked' ? tx`, opened_at = coalesce(note.opened_at, ${at})` : tx``
  const [row] = await tx<{ first: boolean }[]>`
    update channels.note set ${column} = coalesce(note.${column}, ${at})${read}
    from (select key, ${column} is null as first from channels.note
          where key = ${of.key} and account = ${of.account} and customer = any (${[...of.customers]}::int[])
          for update) as before
    where note.key = before.key
    returning before.first`
  return row?.first
}

// ---- browsers

export async function addSubscription(
  tx: Tx,
  account: Of,
  made: { id: Buffer; customer: number; content: Buffer },
  at: Date,
): Promise<void> {
  await tx`
    insert into channels.subscription (account, id, org, customer, content, created_at)
    values (${account.id}, ${made.id}, ${account.org}, ${made.customer}, ${made.content}, ${at})
    on conflict (account, id) do update set customer = excluded.customer, content = excluded.content`
}

export function subscriptionsOf(
  tx: Tx,
  account: string,
  customers: readonly number[],
): Promise<{ customer: number; id: Buffer; content: Buffer }[]> {
  return tx<{ customer: number; id: Buffer; content: Buffer }[]>`
    select customer, id, content from channels.subscription
    where account = ${account} and customer = any (${[...customers]}::int[]) order by created_at desc`
}

export async function removeSubscription(tx: Tx, account: string, id: Buffer): Promise<void> {
  await tx`delete from channels.subscription where account = ${account} and id = ${id}`
}
