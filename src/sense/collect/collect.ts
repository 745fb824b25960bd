import type { FastifyInstance } from 'fastify'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { checkEvent, findSource, planOf, sourcesWithin } from '../catalog/catalog.ts'
import { openDoors } from './doors/doors.ts'
import { countEvents } from './facts.ts'
import { receive } from './receive.ts'
import { faultOf } from './rules/message.ts'
import * as store from './store.ts'

export { type Arrived, accepted, type Batch, factsToken, type Step } from './batch.ts'
export { makeRoom, roomJob } from './jobs.ts'
export { type Seen, watchArriving } from './live.ts'
export { type Pipeline, startPipeline, workBatch } from './pipeline.ts'
export { receive } from './receive.ts'
export { dismissRejects, getReject, listRejects, replayRejects, summariseRejects } from './rejects.ts'
export { collectStep } from './steps.ts'

/** All events that are stored, whoever's they are: for the machine alone. */
export function countStored(ctx: Ctx): Promise<number> {
  return countEvents(ctx.facts)
}

/** The number of the batch that is being worked: whose its messages are was decided, its facts may still come. */
export function batchInHand(ctx: Ctx): Promise<bigint | undefined> {
  return read(asMachine(ctx, 'collect'), store.inHand)
}

/**
 * All that was processed before this instant is in ClickHouse; what is being written, or will be, is processed then or later. The
 * place from which to ask what is new: what was processed at the instant itself may be new or not.
 */
export function factsUpTo(ctx: Ctx): Promise<Date> {
  return read(asMachine(ctx, 'collect'), store.workedUpTo)
}

/** How collection stands: messages a minute for the last hour, the sums of the last day, what waits for the pipeline. */
export async function collectStatus(ctx: Ctx) {
  const hourAgo = ctx.now.getTime() - 3_600_000
  const [all, waits] = await read(asMachine(ctx, 'collect'), (tx) =>
    Promise.all([store.minutesSince(tx, new Date(ctx.now.getTime() - 86_400_000)), store.waiting(tx)]),
  )
  const within = ctx.scope === 'everything' ? undefined : await sourcesWithin(ctx)
  const minutes = all.filter(({ source }) => within === undefined || within.has(source))
  const sum = (of: 'stored' | 'rejected' | 'duplicates') => minutes.reduce((total, minute) => total + minute[of], 0)
  const lastHour = Map.groupBy(
    minutes.filter(({ at }) => at.getTime() >= hourAgo),
    ({ at }) => at.toISOString(),
  )
  return {
    perMinute: [...lastHour].map(([at, own]) => ({ at, messages: own.reduce((total, one) => total + one.stored, 0) })),
    stored: sum('stored'),
    rejected: sum('rejected'),
    duplicates: sum('duplicates'),
    lagSeconds: waits.oldest ? Math.max(0, (ctx.now.getTime() - waits.oldest.getTime()) / 1000) : 0,
    waiting: waits.messages,
  }
}

/** Opens the doors of all protocols: `/sa`, `/v1/…`. A source is named by its write key or its project. */
export function openCollection(app: FastifyInstance): void {
  openDoors(app, {
    async findSource(ctx, name) {
      const source = await findSource(asMachine(ctx, 'doors'), name)
      return source?.state === 'on' ? source : undefined
    },
    receive,
    async validate(ctx, _source, incoming) {
      const plan = await planOf(asMachine(ctx, 'doors'))
      return incoming.map((one) => {
        if (!('envelope' in one)) return one.refused
        const { name, props } = one.envelope
        return faultOf(one.envelope) ?? (name ? checkEvent(plan, name, props).refused : undefined)
      })
    },
  })
}
