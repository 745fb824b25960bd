import { release, whySentence } from '../../decide/contact/contact.ts'
import type { Why as PolicyWhy } from '../../decide/contact/contract.ts'
import { namesOf } from '../../govern/orgs/orgs.ts'
import { change, read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, type Text, text } from '../../platform/problem.ts'
import { membersOf } from '../../sense/identity/identity.ts'
import type { Message, MessageQuery, Stop, Why } from './contract.ts'
import type { MessageRow } from './store.ts'
import * as store from './store.ts'

/** Messages of the reader's organisation and those below, newest first. Of a customer: under all numbers he ever had. */
export function listMessages(ctx: Ctx, query: MessageQuery): Promise<Page<Message>> {
  const by = order(query, store.sorts, '-plannedAt')
  return read(ctx, async (tx) => {
    const { customer } = query
    const numbers = customer === undefined ? null : ((await membersOf(tx, [customer])).get(customer) ?? [customer])
    const rows = await store.pageOfMessages(tx, query, numbers, by)
    const page = by.page(rows, (row) => row.plannedAt)
    const orgs = await namesOf(
      tx,
      page.items.map(({ org }) => org),
    )
    return { next: page.next, items: page.items.map((row) => toMessage(row, orgs)) }
  })
}

export function getMessage(ctx: Ctx, id: string): Promise<Message> {
  return read(ctx, async (tx) => {
    const [row] = await store.findMessages(tx, [id])
    if (!row) missing('message', id)
    return toMessage(row, await namesOf(tx, [row.org]))
  })
}

const instant = (at: Date | null) => at?.toISOString() ?? null

function toMessage(row: MessageRow, orgs: ReadonlyMap<string, string>): Message {
  const { id, customer, strategy, step, channel, account, template, version, state, attempts, units } = row
  return {
    ...{ id, customer, strategy, step, channel, account, template, version, state, attempts, units, class: row.class },
    org: { id: row.org, name: orgs.get(row.org) ?? row.org },
    why: row.why && { ...row.why, ...sentenceOf(row.why) },
    plannedAt: row.plannedAt.toISOString(),
    dueAt: state === 'planned' || state === 'held' ? instant(row.dueAt) : null,
    latest: row.latest.toISOString(),
    price: Number(row.price),
    sentAt: instant(row.sentAt),
    deliveredAt: instant(row.deliveredAt),
    openedAt: instant(row.openedAt),
    clickedAt: instant(row.clickedAt),
    endedAt: instant(row.endedAt),
  }
}

const words: Record<string, Text> = {
  'time.too-late': text('已超过消息有效期', 'It was too old to be of use'),
  'time.no-receipt': text('72 小时内没有收到任何回执', 'No receipt came within 72 hours'),
  'channel.abandoned': text('发送时程序中断,不知是否已发出', 'The program ended while it left: it may have been sent'),
  'channel.no-answer': text('渠道没有答复,不知是否已发出', 'The channel did not answer: it may have been sent'),
  'channel.no_address': text('客户没有该渠道的地址', 'The customer has no address for this channel'),
  'channel.bad_address': text('地址无效', 'The address is not valid'),
  'channel.account.rate': text('渠道账号限速,稍后发送', 'The account sends no faster: it goes later'),
  'channel.account.window': text('不在渠道账号的发送时段', 'Outside the hours of the account'),
  'channel.account.resting': text('渠道账号暂停中', 'The account rests'),
}

/** Why, as a person reads it. */
export function sentenceOf(why: Why): Text {
  const { by, code, ref, name } = why
  if (by === 'policy' && code !== 'undecided')
    return whySentence({ code: code as PolicyWhy['code'], ref, name }, new Map())
  const known = words[`${by}.${code}`]
  if (known) return known
  if (code === 'content.missing') return text(`内容缺少变量“${name}”`, `The content lacks ${name}`)
  if (by === 'content') return text(`内容不能发送:${name ?? code}`, `The content cannot be sent: ${name ?? code}`)
  if (by === 'person') return text(`人工停止:${name ?? ''}`, `Stopped by hand: ${name ?? ''}`)
  return text(`渠道答复:${name ?? ''}(${code})`, `The channel said: ${name ?? ''} (${code})`)
}

/** At most so many at once; more are stopped by asking again. */
const stopAtOnce = 20_000

/** Stops what has not left, by hand: of a strategy, or some. What is leaving is not called back. Answers how many. */
export async function stopMessages(ctx: Ctx, { strategy, messages, reason }: Stop): Promise<{ stopped: number }> {
  if (strategy === undefined && messages === undefined)
    throw invalidField('strategy', 'messages.what', text('请指定策略或消息', 'Say which strategy, or which messages'))
  // What the caller sees is what he may stop; the policy, which counts over the whole bank, is told by the machine.
  const { ids, more } = await change(
    ctx,
    'messages.stop',
    { kind: 'message', id: strategy ?? messages?.[0] ?? '' },
    async (tx) => {
      const rows = await store.takeUnsent(tx, { strategy: strategy ?? null, messages: messages ?? null }, stopAtOnce)
      const why: Why = { by: 'person', code: 'stopped', ref: ctx.who.id, name: reason }
      const turns = rows.map(({ id }): store.Turn => ({ id, state: 'dropped', dueAt: null, why }))
      await store.saveTurns(tx, turns, ctx.now)
      await store.addNews(
        tx,
        turns.map(({ id }) => ({ message: id, state: 'dropped', at: ctx.now, detail: { ...why } })),
      )
      tx.after({ strategy, messages, reason, stopped: rows.length })
      return { ids: rows.map(({ id }) => id), more: rows.length === stopAtOnce }
    },
  )
  await change(
    asMachine(ctx, 'messages'),
    'messages.stop.release',
    { kind: 'message', id: strategy ?? messages?.[0] ?? '' },
    async (tx) => {
      await release(tx, ids)
      tx.after({ released: ids.length })
    },
  )
  if (!more || strategy === undefined) return { stopped: ids.length }
  const rest = await stopMessages(ctx, { strategy, reason })
  return { stopped: ids.length + rest.stopped }
}
