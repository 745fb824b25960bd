import { checkEvent, maskProps, noteSeen, planOf, type Seen, saveItems } from '../catalog/catalog.ts'
import { type Arrived, accepted, type Batch, factsToken, type Step } from './batch.ts'
import { type EventFact, insertEvents } from './facts.ts'
import { placedAt } from './rules/message.ts'

/** What was accepted though the plan warns of it: the code stands in the fact under `$warned`. */
const warnings = new WeakMap<Arrived, string>()

/**
 * What collection itself does with a batch: events are checked by the tracking plan and become facts, items are kept,
 * and what nobody has planned is proposed. It stands after identity, which says whose an event is.
 */
export const collectStep: Step = {
  name: 'collect',

  async check(ctx, batch) {
    const plan = await planOf(ctx)
    for (const one of batch.arrived) {
      if (one.refused || !one.envelope.name) continue
      const { refused, warned } = checkEvent(plan, one.envelope.name, one.envelope.props)
      if (refused) one.refused = refused
      else if (warned) warnings.set(one, warned.code)
    }
  },

  async facts(ctx, batch) {
    const plan = await planOf(ctx)
    const processed = batch.processedAt.toISOString()
    const written = new Map<Date, string>()
    const receivedAs = (at: Date) => {
      const known = written.get(at) ?? at.toISOString()
      written.set(at, known)
      return known
    }
    const facts = eventsOf(batch).map(({ one, name }): EventFact => {
      const { time, aheadMs } = placedAt(one.envelope.time, one.receivedAt)
      const warned = warnings.get(one)
      const props = maskProps(plan, name, one.envelope.props)
      return {
        event: name,
        time: time.toISOString(),
        customer: one.customer,
        key: one.key,
        received: receivedAs(one.receivedAt),
        processed,
        source: one.source,
        props: aheadMs > 0 || warned ? { ...props, ...notes(aheadMs, warned) } : props,
      }
    })
    if (facts.length > 0) await insertEvents(ctx.facts, facts, factsToken(batch, 'event'))
  },

  async effects(ctx, tx, batch) {
    await keepItems(batch, (items) => saveItems(ctx, tx, items))
    const seen = eventsOf(batch).map(
      ({ one, name }): Seen => ({ event: name, props: one.envelope.props, at: one.receivedAt, source: one.source }),
    )
    if (seen.length > 0) await noteSeen(ctx, tx, seen)
  },
}

function notes(aheadMs: number, warned: string | undefined): Record<string, unknown> {
  return { ...(aheadMs > 0 ? { $clock_ahead_ms: aheadMs } : {}), ...(warned ? { $warned: warned } : {}) }
}

/** What is an event: also identities bound or parted, where the sender gave that a name. */
function eventsOf(batch: Batch): { one: Arrived; name: string }[] {
  return accepted(batch).flatMap((one) =>
    one.envelope.name && one.customer > 0 ? [{ one, name: one.envelope.name }] : [],
  )
}

type Items = Parameters<typeof saveItems>[2]

async function keepItems(batch: Batch, save: (items: Items) => ReturnType<typeof saveItems>): Promise<void> {
  const of = accepted(batch).filter((one) => one.envelope.item)
  if (of.length === 0) return
  const items = of.flatMap(({ envelope, source }) =>
    envelope.item ? [{ ...envelope.item, at: new Date(envelope.time), source }] : [],
  )
  const faults = await save(items)
  for (const [i, fault] of faults.entries()) {
    const one = of[i]
    if (one && fault) one.refused = fault
  }
}
