import { unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Deps } from './deps.ts'
import * as store from './store.ts'

const atOnce = 5000

/**
 * Every change of a message becomes an event of its customer: `$message_sent`, `$message_dropped` … A key says which change it
 * is, so one that is told twice, because the teller died before he could cross it out, is one event (rule 1).
 */
export async function tellNews(any: Ctx, deps: Pick<Deps, 'tell'>): Promise<number> {
  const ctx = asMachine(any, 'messages')
  return unauditedChange(ctx, 'changes of messages as events', async (tx) => {
    const rows = await store.takeNews(tx, atOnce)
    if (rows.length === 0) return 0
    await deps.tell(
      ctx,
      rows.map(({ id, message, state, at, detail, customer, step, template, version, ...of }) => ({
        key: `message ${id}`,
        ...{ customer, at },
        name:
          'said' in detail
            ? `$message_${detail.said === 'complained' ? 'complained' : 'opted_out'}`
            : `$message_${state}`,
        props: {
          ...{ message, strategy: of.strategy, channel: of.channel, class: of.class, account: of.account },
          ...{ template, version, ...(step === '' ? {} : { step }) },
          ...plain(detail),
        },
      })),
    )
    await store.dropNews(
      tx,
      rows.map(({ id }) => id),
    )
    return rows.length
  })
}

/** Properties have names that no property of the message has. */
function plain({
  by,
  code,
  name,
  until,
  units,
  price,
  class: failed,
}: Record<string, unknown>): Record<string, unknown> {
  const all = { why_by: by, why: code, why_name: name, held_until: until, units, price, failed_class: failed }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null))
}
