import type { TestContext } from 'node:test'
import { read } from '../../../platform/change.ts'
import { type Feed, followAll } from '../../../platform/facts/follow.ts'
import type { TestCtx } from '../../../platform/testing/testing.ts'
import { catalogFeeds, createEvent } from '../../catalog/catalog.ts'
import { collectStep, receive, type Step, workBatch } from '../../collect/collect.ts'
import type { Envelope } from '../../collect/contract.ts'
import { whenReadable } from '../../collect/testing/testing.ts'
import { customerFeed, profileStep } from '../../customers/customers.ts'
import { openBank } from '../../customers/testing/testing.ts'
import { aliasFeed, identityStepWith, owners } from '../../identity/identity.ts'
import { latestAnswers } from '../answerStore.ts'
import type { NewSegment } from '../contract.ts'
import { refresh } from '../refreshing.ts'
import { createSegment, publishSegment } from '../segments.ts'
import { tellAnswer } from '../telling.ts'

export const never = new AbortController().signal

export const feeds = (): Feed[] => {
  const [columns, ...things] = catalogFeeds(owners)
  return [columns, aliasFeed, customerFeed, ...things]
}

/** A bank whose events are planned; `settle` works what was sent or told, and brings the copies up to it. */
export async function openLiveBank(t: TestContext) {
  const bank = await openBank(t)
  const { ctx, root } = bank
  for (const name of ['login', 'buy', 'transfer']) await createEvent(ctx, { name })
  const steps = liveSteps(root.id)
  const settle = async () => {
    await whenReadable(ctx)
    while ((await workBatch(ctx, steps)) > 0);
    await followAll(ctx, feeds())
  }
  let sent = 0
  return {
    ...bank,
    settle,
    /** As `say`, with items and by the plan. */
    async sends(source: string, ...envelopes: Envelope[]) {
      await receive(
        ctx,
        { id: source },
        envelopes.map((envelope) => ({ key: `live ${sent++}`, envelope })),
      )
      await settle()
    },
    async publish(name: string, draft: string, more: Partial<NewSegment> = {}) {
      const made = await createSegment(ctx, { name, draft, ...more })
      await publishSegment(ctx, made.id, made.revision)
      return made.id
    },
    /** Refreshes and tells, as the jobs do. */
    async refreshed(...ids: string[]) {
      for (const id of ids) {
        await refresh(ctx, id, never)
        await tellAnswer(ctx, (await latest(ctx, id))?.id ?? '', never)
      }
    },
    latest: (id: string) => latest(ctx, id),
    told: () => told(ctx),
  }
}

export const liveSteps = (root: string): Step[] => [
  identityStepWith({
    orgOf: async () => root as never,
  }),
  collectStep,
  profileStep,
]

async function latest(ctx: TestCtx, segment: string) {
  const all = await read(ctx, (tx) => latestAnswers(tx, [segment]))
  return all.toSorted((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1)).at(-1)
}

/** What was told of whom, by time: `enter 3 甲`. */
async function told(ctx: TestCtx): Promise<string[]> {
  const rows = await ctx.facts.query<{ event: string; customer: number; name: string; at: string }>({
    sql: `SELECT event, customer, props.segment_name.:String AS name, formatDateTime(time, '%m-%d %H:%i:%S', 'Asia/Shanghai') AS at
          FROM event WHERE event IN ('$segment_enter', '$segment_leave') ORDER BY time, customer, event, name`,
  })
  return rows.map(({ event, customer, name, at }) => `${at} ${event.replace('$segment_', '')} ${customer} ${name}`)
}
