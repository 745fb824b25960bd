import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { Fallover, MessageQuery, State, Why } from './contract.ts'

export type MessageRow = {
  id: Id<'msg'>
  org: Id<'org'>
  customer: number
  key: string
  strategy: string
  step: string
  scene: string | null
  channel: MessageChannel
  account: string
  template: string
  version: number
  class: 'regulatory' | 'transactional' | 'service' | 'marketing'
  priority: number
  score: number
  blocked: 'delay' | 'drop'
  personalised: boolean
  given: Record<string, Record<string, unknown>>
  fallover: Fallover[]
  before: string | null
  state: State
  plannedAt: Date
  dueAt: Date | null
  latest: Date
  watchAt: Date | null
  attempts: number
  why: Why | null
  providerId: string | null
  units: number
  price: bigint
  sentAt: Date | null
  deliveredAt: Date | null
  openedAt: Date | null
  clickedAt: Date | null
  endedAt: Date | null
}
type MessageChannel = Fallover['channel']

export type NewRow = Pick<
  MessageRow,
  | 'id'
  | 'org'
  | 'customer'
  | 'key'
  | 'strategy'
  | 'step'
  | 'scene'
  | 'channel'
  | 'account'
  | 'template'
  | 'version'
  | 'class'
  | 'priority'
  | 'score'
  | 'blocked'
  | 'personalised'
  | 'given'
  | 'fallover'
  | 'before'
  | 'plannedAt'
  | 'latest'
> & { dueAt: Date }

/** As one document: a column would be quoted for each row of each column. Answers those that were not known. */
export async function insertMessages(tx: Tx, rows: readonly NewRow[]): Promise<Id<'msg'>[]> {
  const made = await tx<{ id: Id<'msg'> }[]>`
    insert into messages.message (id, org, customer, key, strategy, step, scene, channel, account, template, version, class,
                                  priority, score, blocked, personalised, given, fallover, before, state, planned_at, due_at,
                                  latest)
    select r.id, r.org, r.customer, r.key, r.strategy, r.step, r.scene, r.channel, r.account, r.template, r.version, r.class,
           r.priority, r.score, r.blocked, r.personalised, r.given, r.fallover, r.before, 'planned', r."plannedAt",
           r."dueAt", r.latest
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
         r (id text, org text, customer int, key text, strategy text, step text, scene text, channel text, account text,
            template text, version int, class text, priority int, score float8, blocked text, personalised boolean,
            given jsonb, fallover jsonb, before text, "plannedAt" timestamptz, "dueAt" timestamptz, latest timestamptz)
    on conflict (key) do nothing
    returning id`
  return made.map(({ id }) => id)
}

/** Those that are due, the most urgent first, held by this transaction alone; others pass them by. */
export function takeDue(tx: Tx, now: Date, limit: number): Promise<MessageRow[]> {
  return tx<MessageRow[]>`
    select * from messages.message where due_at <= ${now} order by due_at limit ${limit} for update skip locked`
}

export type Turn = Pick<MessageRow, 'id' | 'state' | 'dueAt' | 'why'>

/** Where each stands now, all in one statement. What is over is over at `now`. */
export async function saveTurns(tx: Tx, turns: readonly Turn[], now: Date): Promise<void> {
  if (turns.length === 0) return
  await tx`
    update messages.message m
    set state = t.state, due_at = t.due, why = t.why::jsonb,
        ended_at = case when t.state in ('dropped', 'failed') then ${now}::timestamptz else m.ended_at end
    from unnest(${turns.map(({ id }) => id)}::text[], ${turns.map(({ state }) => state)}::text[],
                ${turns.map(({ dueAt }) => dueAt)}::timestamptz[],
                ${turns.map(({ why }) => (why ? JSON.stringify(why) : null))}::text[]) t (id, state, due, why)
    where m.id = t.id`
}

/** Those that are still to go: somebody else may have taken or stopped some meanwhile. */
export async function markSending(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    update messages.message set state = 'sending'
    where id = any (${ids}::text[]) and state = 'reserved' returning id`
  return new Set(rows.map(({ id }) => id))
}

export type Left = Pick<MessageRow, 'id' | 'state' | 'dueAt' | 'watchAt' | 'why' | 'providerId' | 'units' | 'price'> & {
  tried: boolean
}

/** What became of those that were sending; one of which a receipt came first keeps what it said. */
export function saveLeft(
  tx: Tx,
  left: readonly Left[],
  now: Date,
): Promise<{ id: string; state: State; counted: boolean }[]> {
  return tx`
    update messages.message m
    set state = case when m.state = 'sending' then l.state else m.state end,
        due_at = case when m.state = 'sending' then l.due end,
        watch_at = coalesce(l.watch, m.watch_at),
        why = case when m.state = 'sending' then l.why::jsonb else m.why end,
        provider_id = coalesce(l.provider, m.provider_id), units = m.units + l.units, price = m.price + l.price,
        attempts = m.attempts + l.tried::int,
        sent_at = case when l.provider is not null then coalesce(m.sent_at, ${now}::timestamptz) else m.sent_at end,
        ended_at = case when m.state = 'sending' and l.state in ('failed', 'unknown', 'dropped')
                        then ${now}::timestamptz else m.ended_at end
    from unnest(${left.map(({ id }) => id)}::text[], ${left.map(({ state }) => state)}::text[],
                ${left.map(({ dueAt }) => dueAt)}::timestamptz[], ${left.map(({ watchAt }) => watchAt)}::timestamptz[],
                ${left.map(({ why }) => (why ? JSON.stringify(why) : null))}::text[],
                ${left.map(({ providerId }) => providerId)}::text[], ${left.map(({ units }) => units)}::int[],
                ${left.map(({ price }) => price.toString())}::bigint[], ${left.map(({ tried }) => tried)}::boolean[])
         l (id, state, due, watch, why, provider, units, price, tried)
    where m.id = l.id
    returning m.id, m.state, m.state not in ('planned', 'failed', 'dropped') as counted`
}

// ---- receipts

export function lockNamed(
  tx: Tx,
  ids: readonly string[],
  accounts: readonly string[],
  providers: readonly string[],
): Promise<MessageRow[]> {
  return tx<MessageRow[]>`
    select * from messages.message
    where id in (select id from messages.message where id = any (${ids}::text[])
                 union
                 select m.id from unnest(${accounts}::text[], ${providers}::text[]) p (account, provider)
                 join messages.message m on m.account = p.account and m.provider_id = p.provider)
    order by id for update`
}

export type Heard = Pick<MessageRow, 'id' | 'state' | 'why' | 'deliveredAt' | 'openedAt' | 'clickedAt' | 'endedAt'>

export async function saveHeard(tx: Tx, rows: readonly Heard[]): Promise<void> {
  if (rows.length === 0) return
  await tx`
    update messages.message m
    set state = h.state, why = h.why::jsonb, delivered_at = h.delivered, opened_at = h.opened, clicked_at = h.clicked,
        ended_at = h.ended, due_at = null
    from unnest(${rows.map(({ id }) => id)}::text[], ${rows.map(({ state }) => state)}::text[],
                ${rows.map(({ why }) => (why ? JSON.stringify(why) : null))}::text[],
                ${rows.map(({ deliveredAt }) => deliveredAt)}::timestamptz[],
                ${rows.map(({ openedAt }) => openedAt)}::timestamptz[],
                ${rows.map(({ clickedAt }) => clickedAt)}::timestamptz[],
                ${rows.map(({ endedAt }) => endedAt)}::timestamptz[])
         h (id, state, why, delivered, opened, clicked, ended)
    where m.id = h.id`
}

// ---- what is watched

export function takeWatched(tx: Tx, now: Date, limit: number): Promise<MessageRow[]> {
  return tx<MessageRow[]>`
    select * from messages.message where watch_at <= ${now} order by watch_at limit ${limit} for update skip locked`
}

export async function saveWatched(
  tx: Tx,
  rows: readonly Pick<MessageRow, 'id' | 'state' | 'watchAt'>[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return
  await tx`
    update messages.message m
    set state = w.state, watch_at = w.at,
        ended_at = case when w.state = 'unknown' and m.state <> 'unknown' then ${now}::timestamptz else m.ended_at end
    from unnest(${rows.map(({ id }) => id)}::text[], ${rows.map(({ state }) => state)}::text[],
                ${rows.map(({ watchAt }) => watchAt)}::timestamptz[]) w (id, state, at)
    where m.id = w.id`
}

/** Not of those that are leaving or have left. */
export function takeUnsent(
  tx: Tx,
  of: { strategy: string | null; messages: readonly string[] | null },
  limit: number,
): Promise<MessageRow[]> {
  return tx<MessageRow[]>`
    select * from messages.message
    where state in ('planned', 'held', 'reserved')
      and (${of.strategy}::text is null or strategy = ${of.strategy})
      and (${of.messages === null} or id = any (${of.messages ?? []}::text[]))
    order by id limit ${limit} for update`
}

// ---- news

export type News = { message: string; state: State; at: Date; detail: Record<string, unknown> }

export async function addNews(tx: Tx, news: readonly News[]): Promise<void> {
  if (news.length === 0) return
  await tx`
    insert into messages.news (message, state, at, detail)
    select message, state, at, detail::jsonb
    from unnest(${news.map(({ message }) => message)}::text[], ${news.map(({ state }) => state)}::text[],
                ${news.map(({ at }) => at)}::timestamptz[],
                ${news.map(({ detail }) => JSON.stringify(detail))}::text[]) n (message, state, at, detail)`
}

export type NewsRow = News & { id: bigint } & Pick<
    MessageRow,
    'customer' | 'strategy' | 'step' | 'channel' | 'class' | 'account' | 'template' | 'version'
  >

export function takeNews(tx: Tx, limit: number): Promise<NewsRow[]> {
  return tx<NewsRow[]>`
    select n.*, m.customer, m.strategy, m.step, m.channel, m.class, m.account, m.template, m.version
    from (select * from messages.news order by id limit ${limit} for update skip locked) n
    join messages.message m on m.id = n.message
    order by n.id`
}

export async function dropNews(tx: Tx, ids: readonly bigint[]): Promise<void> {
  await tx`delete from messages.news where id = any (${ids}::bigint[])`
}

// ---- reading

export function findMessages(tx: Tx, ids: readonly string[]): Promise<MessageRow[]> {
  return tx<MessageRow[]>`select * from messages.message where id = any (${ids}::text[]) order by id`
}

export const sorts = { plannedAt: { sql: 'planned_at', type: 'timestamptz' } }

export function pageOfMessages(
  tx: Tx,
  query: MessageQuery,
  customers: readonly number[] | null,
  order: Order,
): Promise<MessageRow[]> {
  const { state = null, channel = null, strategy = null, q = null } = query
  return tx<MessageRow[]>`
    select * from messages.message
    where (${state}::text is null or state = ${state})
      and (${channel}::text is null or channel = ${channel})
      and (${strategy}::text is null or strategy = ${strategy})
      and (${customers === null} or customer = any (${customers ?? []}::int[]))
      and (${q}::text is null or id = ${q} or key = ${q} or strategy = ${q})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}
