import { createHmac } from 'node:crypto'
import { Check } from 'typebox/value'
import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { findByIdentity } from '../../sense/identity/identity.ts'
import { type Opened, opened, sameToken, tokenOfKey } from './account.ts'
import { type Channel, GivenReceipts, type ReceiptState } from './contract.ts'
import * as kept from './keepStore.ts'
import type { Arrived, Inbound, Read, ReadReceipt, Receipt } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'
import { wholeReceipts } from './rules/parts.ts'
import { asksToStop } from './rules/sms.ts'
import { findAccount } from './store.ts'
import * as traffic from './trafficStore.ts'

/**
 * Takes a set of receipts in the transaction given, and gives those back that are of no message it knows: they are kept and
 * offered again. What comes twice must be as if it came once.
 */
export type ReceiptSink = (ctx: Ctx, tx: Tx, receipts: readonly Receipt[]) => Promise<readonly Receipt[]>

export type Taken = { taken: number; unknown: number }

/** Takes what a provider said of the messages of an account. Kept when it resolves. */
export async function takeReceipts(
  any: Ctx,
  sink: ReceiptSink,
  account: { id: string; org: string; identity: string | null },
  given: Read,
): Promise<Taken> {
  const ctx = asMachine(any, 'channels')
  const stops = await stopsOf(ctx, account, given.inbound)
  if (given.receipts.length === 0 && stops.length === 0) return { taken: 0, unknown: 0 }
  return unauditedChange(ctx, 'receipts of channels', async (tx) => {
    const { whole, waiting } = await joined(tx, account.id, given.receipts)
    const receipts: Receipt[] = [...whole.map((one) => ({ ...one, account: account.id })), ...stops]
    const others = await withoutTests(ctx, tx, account, receipts)
    const unknown = others.length === 0 ? [] : await sink(ctx, tx, others)
    await kept.addStrays(tx, account, unknown.map(strayOf), ctx.now)
    await traffic.addMinutes(tx, account, ctx.now, countsOf(receipts, unknown))
    return { taken: receipts.length + waiting - unknown.length, unknown: unknown.length }
  })
}

/** Parts of long messages become one receipt of the message, when the last has come. */
async function joined(
  tx: Tx,
  account: string,
  receipts: readonly ReadReceipt[],
): Promise<{ whole: ReadReceipt[]; waiting: number }> {
  const ids = receipts.flatMap(({ providerId }) => providerId ?? [])
  const parts = ids.length === 0 ? [] : await kept.lockParts(tx, account, ids)
  if (parts.length === 0) return { whole: [...receipts], waiting: 0 }
  const { whole, states, waiting } = wholeReceipts(parts, receipts)
  if (states.length > 0) await kept.saveParts(tx, account, states)
  return { whole, waiting }
}

/** Who wrote back that he wants no more, where he is known. */
async function stopsOf(
  ctx: Ctx,
  account: { id: string; identity: string | null },
  inbound: readonly Inbound[],
): Promise<Receipt[]> {
  const stops: Receipt[] = []
  for (const { from, text: words, at } of inbound) {
    if (!asksToStop(words)) continue
    const found = await findByIdentity(ctx, from.replace(/^\+?86(?=1\d{10}$)/, ''))
    for (const { customer, by } of found)
      if (by?.kind === account.identity)
        stops.push({ account: account.id, customer, state: 'optedOut', at, code: words.slice(0, 20) })
  }
  return stops
}

/** Receipts of tests are shown in the account's log, and are nobody else's. */
async function withoutTests(
  ctx: Ctx,
  tx: Tx,
  account: { id: string; org: string },
  receipts: readonly Receipt[],
): Promise<Receipt[]> {
  const names = receipts.flatMap(({ key, providerId }) => [key, providerId].filter((name) => name !== undefined))
  const tests = names.length === 0 ? [] : await traffic.testsOf(tx, account.id, names)
  if (tests.length === 0) return [...receipts]
  const testOf = (one: Receipt) =>
    tests.find(({ key, code }) => one.key === key || one.providerId === code || one.providerId === key)
  const samples = receipts.flatMap((one) => {
    const test = testOf(one)
    return test ? [{ key: test.key, outcome: one.state, code: one.code ?? '', says: 'test', test: true }] : []
  })
  await traffic.addSamples(tx, account, ctx.now, samples)
  return receipts.filter((one) => testOf(one) === undefined)
}

function strayOf(receipt: Receipt) {
  const { account: _, at, ...rest } = receipt
  return { providerId: receipt.providerId ?? receipt.key ?? '', receipt: { ...rest, at: at.toISOString() } }
}

function countsOf(receipts: readonly Receipt[], unknown: readonly Receipt[]): traffic.Counted[] {
  const later = new Set(unknown)
  const counts = new Map<string, number>()
  for (const receipt of receipts)
    if (!later.has(receipt)) {
      // Of a letter that failed on its way, apart from one that never left.
      const name = receipt.state === 'failed' ? 'undelivered' : receipt.state
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  return [...counts].map(([outcome, count]) => ({ outcome, count, units: 0, ms: 0 }))
}

const strayDays = 3

/** Offers receipts of no known message again; those of days ago are given up. */
export async function offerStrays(any: Ctx, sink: ReceiptSink): Promise<number> {
  const ctx = asMachine(any, 'channels')
  const rows = await unauditedChange(ctx, 'receipts that wait for their message', async (tx) => {
    const gone = await kept.straysBefore(tx, new Date(ctx.now.getTime() - strayDays * 86_400_000))
    if (gone > 0) ctx.log.warn({ receipts: gone }, 'receipts of no known message were given up')
    return kept.takeStrays(tx, ctx.now, 1000)
  })
  for (const [id, own] of Map.groupBy(rows, ({ account }) => account)) {
    const account = await read(ctx, (tx) => findAccount(tx, id))
    if (!account) continue
    const receipts = own.map(({ receipt }) => ({ ...receipt, at: new Date(String(receipt.at)) }) as ReadReceipt)
    // They are dropped before they are taken: what is still of nobody is kept anew, under the day it first came.
    await unauditedChange(ctx, 'receipts that wait for their message', async (tx) => {
      const { whole } = await joined(tx, id, receipts)
      const all: Receipt[] = whole.map((one) => ({ ...one, account: id }))
      const others = await withoutTests(ctx, tx, account, all)
      const unknown = new Set(
        (others.length === 0 ? [] : await sink(ctx, tx, others)).map((one) => one.providerId ?? one.key),
      )
      const settled = own.filter(({ providerId }) => !unknown.has(providerId))
      await kept.dropStrays(
        tx,
        settled.map((one) => one.id),
      )
      await traffic.addMinutes(
        tx,
        account,
        ctx.now,
        countsOf(
          all.filter((one) => !unknown.has(one.providerId ?? one.key)),
          [],
        ),
      )
    })
  }
  return rows.length
}

export type Door = {
  channel: Channel
  account: string | undefined
  token: string | undefined
  key: string | undefined
  timestamp: string | undefined
  signature: string | undefined
}

/** How old a signed call may be. */
const signedForMs = 5 * 60_000

/** Whose receipts these are, and whether he who brings them may. One message's own token speaks for that message alone. */
async function admitted(ctx: Ctx, door: Door, body: Buffer): Promise<{ account: Opened; only: string | undefined }> {
  const account = await accountOf(ctx, door)
  if (ctx.who.kind === 'key' && ctx.permissions.has('channels.receipt.send')) {
    if (!(await read(ctx, (tx) => findAccount(tx, account.id)))) missing('channel account', account.id)
    return { account, only: undefined }
  }
  const { token, key, timestamp, signature } = door
  if (token && key !== undefined && sameToken(token, tokenOfKey(account.receipts, key))) return { account, only: key }
  if (token && sameToken(token, account.receipts)) return { account, only: undefined }
  const age = Math.abs(ctx.now.getTime() - Number(timestamp) * 1000)
  if (signature && age <= signedForMs && sameToken(signature, signatureOf(account.receipts, timestamp ?? '', body)))
    return { account, only: undefined }
  throw new Problem(
    'unauthenticated',
    'channels.receipt_token',
    text(
      '回执凭证不正确:请使用账号页上的回执地址、签名或服务密钥',
      'Use the address of receipts of the account, its signature, or a service key',
    ),
  )
}

export function signatureOf(key: string, timestamp: string, body: Buffer): string {
  return `v1=${createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex')}`
}

async function accountOf(ctx: Ctx, { channel, account: id }: Door): Promise<Opened> {
  if (!id) throw invalidField('account', 'channels.which_account', text('缺少 account', 'Say which account: ?account='))
  const machine = asMachine(ctx, 'channels')
  const row = await read(machine, (tx) => findAccount(tx, id))
  if (!row || row.channel !== channel) missing('channel account', id)
  return opened(machine, row)
}

/** The door of receipts: the product's own form, or the provider's as the account says. */
export async function receiveReceipts(
  ctx: Ctx,
  sink: ReceiptSink,
  door: Door,
  arrived: Arrived,
): Promise<Taken & { answer?: string }> {
  const { account, only } = await admitted(ctx, door, arrived.body)
  const read = nativeOf(arrived) ?? kinds[account.kind].read?.(account.settings, arrived)
  if (!read)
    throw new Problem(
      'invalid',
      'channels.receipts',
      text('回执格式不正确', 'Not the form of receipts: {"receipts": […]}'),
    )
  const receipts =
    only === undefined ? read.receipts : read.receipts.map(({ providerId: _, ...one }) => ({ ...one, key: only }))
  const inbound = only === undefined ? read.inbound : []
  const taken = await takeReceipts(ctx, sink, account, { receipts, inbound })
  return { ...taken, ...(read.answer === undefined ? {} : { answer: read.answer }) }
}

function nativeOf({ body, now }: Arrived): Read | undefined {
  let given: unknown
  try {
    given = JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
  if (!Check(GivenReceipts, given)) return undefined
  const receipts = given.receipts.flatMap(({ key, providerId, state, at, code }) =>
    key === undefined && providerId === undefined
      ? []
      : [
          {
            ...(key === undefined ? {} : { key }),
            ...(providerId === undefined ? {} : { providerId }),
            state: state as ReceiptState,
            at: at ? new Date(at) : now,
            ...(code === undefined ? {} : { code }),
          },
        ],
  )
  return { receipts, inbound: [] }
}
