import { announce } from '../../decide/contact/contact.ts'
import type { Ask } from '../../decide/contact/contract.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import type { Plan } from './contract.ts'
import type { MessageRow } from './store.ts'
import * as store from './store.ts'

/** How the contact policy is asked for a message. */
export const askOf = (row: Pick<MessageRow, keyof Ask & keyof MessageRow> & { id: string }): Ask => ({
  message: row.id,
  customer: row.customer,
  channel: row.channel,
  class: row.class,
  scene: row.scene,
  account: row.account,
  strategy: row.strategy,
  priority: row.priority,
  score: row.score,
  plannedAt: row.plannedAt,
  latest: row.latest,
  blocked: row.blocked,
  personalised: row.personalised,
})

/**
 * Plans messages in the caller's transaction: with his effects they are there, or not. A key that is known is the same message,
 * whatever else is said of it. Those for later hold their slots against what ranks lower from now on (rule 37).
 * *Trap*: the transaction must be the machine's, and plan once: the policy holds persons until it ends.
 */
export async function planMessages(
  ctx: Ctx,
  tx: Tx,
  plans: readonly Plan[],
  before: string | null = null,
): Promise<{ planned: number; known: number }> {
  if (plans.length === 0) return { planned: 0, known: 0 }
  const rows = plans.map((plan): store.NewRow => {
    const { key, org, customer, strategy, channel, account, template, version, priority, blocked, latest } = plan
    return {
      ...{
        id: newId('msg', ctx.now),
        org: org as Id<'org'>,
        customer,
        key,
        strategy,
        channel,
        account,
        template,
        version,
      },
      ...{ priority, blocked, latest, class: plan.class, step: plan.step ?? '', scene: plan.scene ?? null },
      ...{ score: plan.score ?? 0, personalised: plan.personalised ?? false, given: plan.given ?? {} },
      ...{ fallover: [...(plan.fallover ?? [])], before, plannedAt: ctx.now, dueAt: plan.due ?? ctx.now },
    }
  })
  const made = new Set(await store.insertMessages(tx, rows))
  const fresh = rows.filter(({ id }) => made.has(id))
  await store.addNews(
    tx,
    fresh.map(({ id }) => ({ message: id, state: 'planned', at: ctx.now, detail: {} })),
  )
  const later = fresh.filter(({ dueAt }) => dueAt > ctx.now)
  if (later.length > 0) await announce(tx, ctx.now, later.map(askOf))
  return { planned: fresh.length, known: rows.length - fresh.length }
}
