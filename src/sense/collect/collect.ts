import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import * as store from './store.ts'

export { type Arrived, accepted, type Batch, factsToken, type Step } from './batch.ts'
export { makeRoom, roomJob } from './jobs.ts'
export { type Seen, watchArriving } from './live.ts'
export { type Pipeline, startPipeline, workBatch } from './pipeline.ts'
export { receive } from './receive.ts'
export { dismissRejects, getReject, listRejects, replayRejects, summariseRejects } from './rejects.ts'

/** How collection stands: messages a minute for the last hour, the sums of the last day, what waits for the pipeline. */
export async function collectStatus(ctx: Ctx) {
  const hourAgo = ctx.now.getTime() - 3_600_000
  const [minutes, waits] = await read(asMachine(ctx, 'collect'), (tx) =>
    Promise.all([store.minutesSince(tx, new Date(ctx.now.getTime() - 86_400_000)), store.waiting(tx)]),
  )
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
