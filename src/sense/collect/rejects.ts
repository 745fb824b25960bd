import { recordView } from '../../govern/audit/audit.ts'
import { mayReveal } from '../../govern/privacy/privacy.ts'
import { change, read } from '../../platform/change.ts'
import type { Ctx, Target } from '../../platform/ctx.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import type { Envelope, Incoming, Reject, RejectDetail, RejectQuery } from './contract.ts'
import { unpackRejects } from './pieces.ts'
import { receive } from './receive.ts'
import { readEnvelope } from './rules/envelope.ts'
import { faultOf } from './rules/message.ts'
import { maskEnvelope, maskRaw } from './shown.ts'
import * as store from './store.ts'

/** Those of the sources of the reader's organisations, newest first unless `sort` says otherwise. */
export async function listRejects(ctx: Ctx, query: RejectQuery): Promise<Page<Reject>> {
  const by = order(query, { at: { sql: 'id', type: 'text' } }, '-at')
  const filter = {
    text: query.q?.trim() || null,
    source: query.source ?? null,
    event: query.event ?? null,
    code: query.code ?? null,
    state: query.state ?? null,
  }
  const rows = await read(ctx, (tx) => store.listRejects(tx, filter, by))
  const page = by.page(rows, (row) => row.id)
  return { ...page, items: page.items.map(rejectLine) }
}

export async function summariseRejects(ctx: Ctx) {
  const rows = await read(ctx, store.countRejects)
  return { items: rows.map((row) => ({ ...row, last: row.last.toISOString() })) }
}

function rejectLine(row: store.RejectRow): Reject {
  const { id, source, event, code, reason, field, state, understood } = row
  return { id, at: row.at.toISOString(), source, event, code, reason, field, state, understood }
}

/**
 * One rejected message. Personal values are masked; who may see them in clear is shown them, and that he saw them is in
 * the audit before he does.
 */
export async function getReject(ctx: Ctx, id: string): Promise<RejectDetail> {
  const [row] = await read(ctx, (tx) => store.findRejects(tx, [id]))
  if (!row) missing('reject', id)
  const [message] = await unpackRejects(ctx, [row])
  const clear = mayReveal(ctx)
  if (clear)
    await recordView(ctx, {
      what: 'rejected message',
      target: { kind: 'reject', id },
      reason: '修正异常数据',
      fields: ['message'],
    })
  const shown = row.understood ? maskEnvelope(message as Envelope) : maskRaw(message)
  return { ...rejectLine(row), message: clear ? message : shown, masked: !clear }
}

/**
 * Sends messages through the pipeline again, as messages of their own (their keys were used), and closes the rejects.
 * What cannot be understood is sent only when it was mended: then `envelope` is what is sent.
 */
export async function replayRejects(
  ctx: Ctx,
  ids: readonly string[],
  mended?: unknown,
): Promise<{ replayed: number; left: number }> {
  if (mended !== undefined && ids.length !== 1)
    throw invalidField('ids', 'collect.one_at_a_time', text('一次只能修正一条消息', 'Mend one message at a time'))
  const rows = (await read(ctx, (tx) => store.findRejects(tx, ids))).filter((row) => row.state === 'open')
  const messages = await unpackRejects(ctx, rows)
  const sendable = rows.flatMap((row, i) => {
    if (mended !== undefined) return [{ row, envelope: mendedEnvelope(mended) }]
    return row.understood ? [{ row, envelope: messages[i] as Envelope }] : []
  })
  if (sendable.length === 0)
    throw new Problem(
      'conflict',
      'collect.nothing_to_replay',
      text(
        '没有可重放的消息:未能识别的消息需要先修正',
        'Nothing to replay: what was not understood must be mended first',
      ),
    )
  // Before they are closed: a kill in between leaves them open, and the key keeps a second replay from doubling them.
  for (const [source, own] of Map.groupBy(sendable, ({ row }) => row.source))
    await receive(
      ctx,
      { id: source },
      own.map(({ row, envelope }): Incoming => ({ key: `replay ${row.id}`, envelope })),
    )
  await change(ctx, 'collect.reject.replay', targetOf(ids), async (tx) => {
    const ended = await store.endRejects(
      tx,
      sendable.map(({ row }) => row.id),
      'replayed',
      ctx.now,
    )
    tx.after({ ids: ended.map(({ id }) => id), mended: mended !== undefined })
  })
  return { replayed: sendable.length, left: ids.length - sendable.length }
}

export async function dismissRejects(ctx: Ctx, ids: readonly string[]): Promise<void> {
  await change(ctx, 'collect.reject.dismiss', targetOf(ids), async (tx) => {
    const ended = await store.endRejects(tx, ids, 'dismissed', ctx.now)
    tx.after({ ids: ended.map(({ id }) => id) })
  })
}

function targetOf(ids: readonly string[]): Target {
  return { kind: 'reject', id: ids.length === 1 ? (ids[0] ?? '') : 'several' }
}

/** @throws invalid, naming the part, for what would only be rejected again. */
function mendedEnvelope(value: unknown): Envelope {
  const envelope = readEnvelope(value)
  const fault = faultOf(envelope)
  if (fault) throw invalidField(`envelope.${fault.field ?? ''}`, fault.code, text(fault.zh, fault.en))
  return envelope
}
