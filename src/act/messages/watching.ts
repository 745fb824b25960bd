import { unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Plan } from './contract.ts'
import { planMessages } from './planning.ts'
import { wantsNext } from './rules/states.ts'
import type { MessageRow } from './store.ts'
import * as store from './store.ts'

/** Without any receipt for so long the end of a message is not known (rule 85). */
const unknownAfterMs = 72 * 3_600_000
const atOnce = 1000

/** When to look what became of a message that is sent: when the next would go in its stead, or when it is given up. */
export function watchAfter({ fallover, channel }: Pick<MessageRow, 'fallover' | 'channel'>, sentAt: Date): Date | null {
  const [next] = fallover
  const wait = next && next.unless !== 'failed' ? next.minutes * 60_000 : unknownAfterMs
  // What waits in the app is there; nobody reports it.
  if (!next && (channel === 'inbox' || channel === 'popup' || channel === 'task' || channel === 'agent')) return null
  return new Date(sentAt.getTime() + wait)
}

/** Looks at the messages whose time has come: the next goes in their stead, or their end is unknown. Answers how many. */
export async function watchDue(any: Ctx): Promise<number> {
  const ctx = asMachine(any, 'messages')
  return unauditedChange(ctx, 'messages whose end is looked for', async (tx) => {
    const rows = await store.takeWatched(tx, ctx.now, atOnce)
    if (rows.length === 0) return 0
    const next = rows.flatMap((row) => nextOf(row))
    const seen = rows.map((row) => {
      const gives = row.state === 'sent' && row.sentAt ? new Date(row.sentAt.getTime() + unknownAfterMs) : null
      const over = gives !== null && gives <= ctx.now
      return { id: row.id, state: over ? ('unknown' as const) : row.state, watchAt: over ? null : gives }
    })
    await store.saveWatched(tx, seen, ctx.now)
    await store.addNews(
      tx,
      seen
        .filter(({ id, state }) => state === 'unknown' && rows.find((row) => row.id === id)?.state !== 'unknown')
        .map(({ id }) => ({ message: id, state: 'unknown', at: ctx.now, detail: { by: 'time', code: 'no-receipt' } })),
    )
    await planMessages(ctx, tx, next)
    return rows.length
  })
}

function nextOf(row: MessageRow): Plan[] {
  const [next, ...rest] = row.fallover
  if (!next || row.state === 'dropped' || !wantsNext(row.state, next)) return []
  const { org, customer, strategy, step, scene, priority, score, blocked, personalised, given, latest } = row
  return [
    {
      ...{ org, customer, strategy, step, scene, priority, score, blocked, personalised, given, latest },
      ...{ key: `${row.key} > ${next.channel}`, class: row.class, fallover: rest },
      ...{ channel: next.channel, account: next.account, template: next.template, version: next.version },
    },
  ]
}
