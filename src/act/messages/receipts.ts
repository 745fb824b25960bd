import { type Objection, optOut, release } from '../../decide/contact/contact.ts'
import type { Channel } from '../../decide/contact/contract.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Receipt } from '../channels/channels.ts'
import type { Deps } from './deps.ts'
import { isOver, stateAfter } from './rules/states.ts'
import type { Heard, MessageRow, News } from './store.ts'
import * as store from './store.ts'

/**
 * Takes receipts in the transaction given; gives those back that are of no message known here (yet). They come in any order and
 * any number of times: what is known of a message only grows.
 */
export async function takeReceipts(ctx: Ctx, deps: Deps, tx: Tx, receipts: readonly Receipt[]): Promise<Receipt[]> {
  const about = receipts.filter(({ key, providerId }) => key !== undefined || providerId !== undefined)
  const rows = await store.lockNamed(
    tx,
    about.flatMap(({ key }) => key ?? []),
    about.flatMap(({ account, providerId }) => (providerId === undefined ? [] : [account])),
    about.flatMap(({ providerId }) => providerId ?? []),
  )
  const byId = new Map<string, MessageRow>(rows.map((row) => [row.id, row]))
  const byProvider = new Map(rows.map((row) => [`${row.account} ${row.providerId}`, row]))
  const heard = new Map<string, Heard>()
  const news: News[] = []
  const unknown: Receipt[] = []
  const objections: Objection[] = []
  for (const receipt of receipts) {
    const { account, key, providerId, state, at } = receipt
    const row = (key === undefined ? undefined : byId.get(key)) ?? byProvider.get(`${account} ${providerId}`)
    if (state === 'optedOut' || state === 'complained') {
      const customer = row?.customer ?? receipt.customer
      if (customer === undefined || (!row && (key !== undefined || providerId !== undefined))) unknown.push(receipt)
      else {
        const channel = row?.channel ?? (await deps.channelOf(ctx, account))
        objections.push(objectionTo(customer, channel, state))
        if (row) news.push({ message: row.id, state: row.state, at, detail: { said: state } })
      }
      continue
    }
    if (!row) {
      unknown.push(receipt)
      continue
    }
    const before = heard.get(row.id) ?? row
    const next = stateAfter(before.state, state)
    if (next === before.state) continue
    news.push({ message: row.id, state: next, at, detail: receipt.code === undefined ? {} : { code: receipt.code } })
    heard.set(row.id, grown(before, next, receipt))
  }
  await store.saveHeard(tx, [...heard.values()])
  await store.addNews(tx, news)
  const failed = [...heard.values()].filter(({ state }) => state === 'failed').map(({ id }) => id)
  // A message that never arrived disturbed nobody (rule 35).
  if (failed.length > 0) await release(tx, failed)
  // It holds for the next that asks, also for what is queued (rule 86).
  if (objections.length > 0) await optOut(tx, ctx.now, objections)
  return unknown
}

function grown(row: Heard, state: MessageRow['state'], { at, code }: Receipt): Heard {
  const { id, why, deliveredAt, openedAt, clickedAt, endedAt } = row
  const reached = state === 'delivered' || state === 'opened' || state === 'clicked'
  const failed = state === 'failed'
  return {
    ...{
      id,
      state,
      why: failed ? { by: 'channel', code: code ?? 'failed', ref: null, name: null } : reached ? null : why,
    },
    // What was opened had arrived, whether or not somebody said so.
    deliveredAt: reached ? (deliveredAt ?? at) : deliveredAt,
    openedAt: state === 'opened' || state === 'clicked' ? (openedAt ?? at) : openedAt,
    clickedAt: state === 'clicked' ? (clickedAt ?? at) : clickedAt,
    endedAt: failed ? at : reached && isOver(state) ? null : endedAt,
  }
}

/** A word against a channel is one against its marketing: what must be told is still told. */
function objectionTo(customer: number, channel: Channel, state: 'optedOut' | 'complained'): Objection {
  const source = state === 'complained' ? 'complaint' : 'channel'
  return { customer, channel, classes: ['marketing'], source, by: 'customer' }
}
