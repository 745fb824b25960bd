import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { newId } from '../../platform/ids.ts'
import { dueAfter } from '../../platform/jobs/due.ts'
import { defineJob, queueJob } from '../../platform/jobs/jobs.ts'
import { Problem, text } from '../../platform/problem.ts'
import { homeZone } from '../../platform/time/zone.ts'
import { dropSnapshots, snapshotsKept } from './facts.ts'
import { refresh, refreshTogether } from './refreshing.ts'
import * as store from './store.ts'
import { tellJob } from './telling.ts'

const attempts = 5

export const refreshJob = defineJob<{ id: string }>(
  'segments.refresh',
  async (ctx, { id }, { attempt, signal }) => {
    try {
      await refresh(ctx, id, signal)
    } catch (error) {
      if (signal.aborted) throw error
      const hopeless = error instanceof Problem && error.kind !== 'unavailable'
      if (!hopeless && attempt < attempts) throw error
      await fail(ctx, id, error as Error)
      if (!hopeless) throw error
    }
  },
  { maxAttempts: attempts },
)

/** Those of one minute are asked together: what they look at is read once for all. One that fails says why, and tries no more. */
const togetherJob = defineJob<{ ids: string[] }>(
  'segments.together',
  async (ctx, { ids }, { signal }) => {
    for (const { ref, error } of await refreshTogether(ctx, ids, signal)) if (error) await fail(ctx, ref.segment, error)
  },
  { maxAttempts: attempts },
)

async function fail(ctx: Ctx, id: string, error: Error): Promise<void> {
  const said =
    error instanceof Problem ? error.text : text('系统内部错误,请联系管理员', 'Something went wrong on our side')
  if (!(error instanceof Problem)) ctx.log.error({ err: error, segment: id }, 'a segment could not be refreshed')
  await unauditedChange(ctx, 'a refresh that failed', (tx) => store.markFailed(tx, id, said))
}

/** Those whose time has come. A time that passed while the product was down is made up once. */
const dueJob = defineJob('segments.due', (ctx) => queueDue(ctx), {
  every: { cron: '* * * * *', zone: homeZone, payload: {} },
})

async function queueDue(ctx: Ctx): Promise<void> {
  await unauditedChange(ctx, 'segments whose time has come', async (tx) => {
    const due = await store.dueSegments(tx, ctx.now)
    const next = due.map((row) => dueAfter(row, ctx.now))
    await store.moveDue(
      tx,
      due.map(({ id }) => id),
      next,
    )
    const ids = due.map(({ id }) => id)
    await store.markRefreshing(tx, ids)
    if (ids.length > 0) await queueJob(ctx, tx, togetherJob, { ids })
  })
}

const dayMs = 86_400_000

/** Bitmaps of refreshes that were cut off: no row names them. One that is being made now is younger than a day. */
const sweepJob = defineJob(
  'segments.sweep',
  async (ctx) => {
    // Ids sort by birth.
    const yesterday = newId('snp', new Date(ctx.now.getTime() - dayMs))
    const old = (await snapshotsKept(ctx.facts)).filter((id) => id < yesterday)
    const known = new Set(await read(ctx, (tx) => store.knownSnapshots(tx, old)))
    const gone = old.filter((id) => !known.has(id))
    if (gone.length > 0) await dropSnapshots(ctx.facts, gone)
  },
  { every: { cron: '50 3 * * *', zone: homeZone, payload: {} } },
)

export const jobs = [refreshJob, togetherJob, dueJob, sweepJob, tellJob]
