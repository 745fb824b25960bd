import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { defineJob } from '../../platform/jobs/jobs.ts'
import { ownSource } from '../catalog/catalog.ts'
import { receive } from '../collect/collect.ts'
import type { Incoming } from '../collect/contract.ts'
import { findAnswer, setTold } from './answerStore.ts'
import { pageOfMoves } from './partFacts.ts'
import * as store from './store.ts'

/** Customers in one piece of the telling. */
const pieceMoves = 5000

export type Told = {
  /** Of the transition: the same whenever it is told again, and no other's. */
  key: string
  customer: number
  entered: boolean
  at: Date
  segment: { id: string; name: string }
  version: number
  /** He was in it when it was filled for the first time. */
  inside?: boolean
}

/** Who came to a segment or went is an event of the customer; told twice it is one (rule 1). */
export async function tell(ctx: Ctx, all: readonly Told[]): Promise<void> {
  if (all.length === 0) return
  const source = await ownSource(ctx)
  const messages = all.map(({ key, customer, entered, at, segment, version, inside }): Incoming => {
    const props = { segment: segment.id, segment_name: segment.name, version, ...(inside ? { inside } : {}) }
    const name = entered ? '$segment_enter' : '$segment_leave'
    return { key, envelope: { kind: 'event', name, time: at.getTime(), ids: [], customer, props } }
  })
  for (let from = 0; from < messages.length; from += pieceMoves)
    await receive(ctx, source, messages.slice(from, from + pieceMoves))
}

/** Tells an answer from where it was left; the place is kept after each piece. */
export async function tellAnswer(ctx: Ctx, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const answer = await read(ctx, (tx) => findAnswer(tx, id))
    if (!answer || answer.told === null) return
    const { segment, before, version, at, told } = answer
    const row = await read(ctx, (tx) => store.findSegment(tx, segment))
    const page = await pageOfMoves(ctx.facts, { segment, before, snapshot: id, after: told, limit: pieceMoves })
    await tell(
      ctx,
      page
        .filter(({ silent }) => !silent)
        .map(({ customer, entered }) => ({
          ...{ key: `${id} ${customer}`, customer, entered, at, version, inside: before === null },
          segment: { id: segment, name: row?.name ?? '' },
        })),
    )
    const last = page.length < pieceMoves ? null : (page.at(-1)?.customer ?? null)
    await unauditedChange(ctx, 'how far an answer is told', (tx) => setTold(tx, id, last))
  }
}

export const tellJob = defineJob<{ snapshot: string }>('segments.tell', (ctx, { snapshot }, { signal }) =>
  tellAnswer(ctx, snapshot, signal),
)
