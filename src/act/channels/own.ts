import { openBytes, openSecret, sealBytes } from '../../govern/privacy/privacy.ts'
import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import { findByIdentity, membersOf } from '../../sense/identity/identity.ts'
import type { Note, noteActs, PushSubscription } from './contract.ts'
import { idOfEndpoint } from './keeping.ts'
import * as kept from './keepStore.ts'
import { type ReceiptSink, takeReceipts } from './receipts.ts'
import { said } from './rules/gateway.ts'
import { readToken } from './rules/token.ts'
import { type AccountRow, findAccount } from './store.ts'

/** Who asks: a customer who signed in at the bank, by a token that the bank's own server signed. */
export type Asker = { account: AccountRow; customers: number[] }

/** Accounts asked of late, with the keys of their tokens: pages ask often. */
const freshMs = 5000
const known = new WeakMap<object, Map<string, { at: number; found: Promise<{ row: AccountRow; key: string }> }>>()

async function accountOf(ctx: Ctx, id: string): Promise<{ row: AccountRow; key: string }> {
  const own = known.get(ctx.db) ?? new Map()
  known.set(ctx.db, own)
  const held = own.get(id)
  if (held && performance.now() - held.at < freshMs) return held.found
  const found = (async () => {
    const row = (await read(ctx, (tx) => findAccount(tx, id))) ?? missing('channel account', id)
    const { values } = JSON.parse(await openSecret(ctx, row.id, row.secret)) as { values: Record<string, string> }
    return { row, key: values.tokenKey ?? '' }
  })()
  own.set(id, { at: performance.now(), found })
  found.catch(() => own.delete(id))
  return found
}

/** @throws `channels.token` for one that is missing, wrong, or over. */
export async function askerOf(any: Ctx, account: string, token: string | undefined): Promise<Asker> {
  const ctx = asMachine(any, 'channels')
  const { row, key } = await accountOf(ctx, account)
  const subject = key && token ? readToken(token, key, ctx.now) : undefined
  if (subject === undefined)
    throw new Problem(
      'unauthenticated',
      'channels.token',
      text('客户凭证无效或已过期', 'The token of the customer is not valid, or is over'),
    )
  const kind = said(row.settings.subject) || 'customer_no'
  const found = (await findByIdentity(ctx, subject)).find(({ by }) => by?.kind === kind)
  if (!found) return { account: row, customers: [] }
  const members = await read(ctx, (tx) => membersOf(tx, [found.customer]))
  return { account: row, customers: members.get(found.customer) ?? [found.customer] }
}

const mostNotes = 50

/** What waits for the customer, newest first; fetched is delivered. */
export async function notesFor(
  any: Ctx,
  sink: ReceiptSink,
  { account, customers }: Asker,
): Promise<{ items: Note[]; unread: number }> {
  const ctx = asMachine(any, 'channels')
  if (customers.length === 0) return { items: [], unread: 0 }
  const { rows, unread, fresh } = await unauditedChange(ctx, 'messages that customers fetch', async (tx) => {
    const rows = await kept.notesOf(tx, account.id, customers, ctx.now, mostNotes)
    const undelivered = rows.filter(({ deliveredAt }) => deliveredAt === null).map(({ key }) => key)
    return {
      rows,
      unread: await kept.unreadOf(tx, account.id, customers, ctx.now),
      fresh: undelivered.length === 0 ? [] : await kept.markDelivered(tx, undelivered, ctx.now),
    }
  })
  await takeReceipts(ctx, sink, account, {
    receipts: fresh.map((key) => ({ key, state: 'delivered', at: ctx.now })),
    inbound: [],
  })
  const contents = await openBytes(
    ctx,
    rows.map(({ key, content }) => ({ owner: `note:${key}`, sealed: content })),
  )
  const items = rows.map(({ key, createdAt, openedAt }, i): Note => {
    const fields = JSON.parse(contents[i]?.toString('utf8') ?? '{}') as Record<string, unknown>
    const more = Object.fromEntries(
      ['image', 'button', 'url'].flatMap((name) => (fields[name] ? [[name, said(fields[name])]] : [])),
    )
    return {
      key,
      title: said(fields.title),
      body: said(fields.body),
      ...more,
      at: createdAt.toISOString(),
      read: openedAt !== null,
    }
  })
  return { items, unread }
}

/** What the customer did with one of his messages; said once, however often he does it. */
export async function actOnNote(
  any: Ctx,
  sink: ReceiptSink,
  { account, customers }: Asker,
  key: string,
  act: (typeof noteActs)[number],
): Promise<void> {
  const ctx = asMachine(any, 'channels')
  const first = await unauditedChange(ctx, 'what customers do with messages', (tx) =>
    kept.markNote(tx, { account: account.id, key, customers }, act, ctx.now),
  )
  if (first === undefined) missing('message', key)
  if (!first || act === 'closed') return
  await takeReceipts(ctx, sink, account, { receipts: [{ key, state: act, at: ctx.now }], inbound: [] })
}

export async function pushKeyOf(any: Ctx, account: string): Promise<{ publicKey: string }> {
  const { row } = await accountOf(asMachine(any, 'channels'), account)
  return row.kind === 'webpush' ? { publicKey: said(row.settings.publicKey) } : missing('channel account', account)
}

export async function subscribe(
  any: Ctx,
  { account, customers }: Asker,
  subscription: PushSubscription,
): Promise<void> {
  const ctx = asMachine(any, 'channels')
  const [customer] = customers
  if (customer === undefined) missing('customer', '?')
  const id = idOfEndpoint(subscription.endpoint)
  const content = sealBytes(ctx, `push:${id.toString('hex')}`, Buffer.from(JSON.stringify(subscription)))
  await unauditedChange(ctx, 'browsers that take notices', (tx) =>
    kept.addSubscription(tx, account, { id, customer, content }, ctx.now),
  )
}

export async function unsubscribe(any: Ctx, { account }: Asker, endpoint: string): Promise<void> {
  const ctx = asMachine(any, 'channels')
  await unauditedChange(ctx, 'browsers that take notices', (tx) =>
    kept.removeSubscription(tx, account.id, idOfEndpoint(endpoint)),
  )
}
