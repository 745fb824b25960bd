import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { newId } from '../../platform/ids.ts'
import { defineJob, queueJob } from '../../platform/jobs/jobs.ts'
import { nextDue } from '../../platform/jobs/pump.ts'
import { Problem, text } from '../../platform/problem.ts'
import { homeZone } from '../../platform/time/zone.ts'
import { dropSnapshots, snapshotsKept } from './facts.ts'
import { refresh } from './refreshing.ts'
import * as store from './store.ts'

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
      const said =
        error instanceof Problem ? error.text : text('系统内部错误,请联系管理员', 'Something went wrong on our side')
      await unauditedChange(ctx, 'a refresh that failed', (tx) => store.markFailed(tx, id, said))
      if (!hopeless) throw error
    }
  },
  { maxAttempts: attempts },
)

/** Those whose time has come. A time that passed while the product was down is made up once. */
const dueJob = defineJob('segments.due', (ctx) => queueDue(ctx), {
  every: { cron: '* * * * *', zone: homeZone, payload: {} },
})

async function queueDue(ctx: Ctx): Promise<void> {
  await unauditedChange(ctx, 'segments whose time has come', async (tx) => {
    const due = await store.dueSegments(tx, ctx.now)
    const next = due.map(({ cron, zone }) => (cron ? (nextDue({ cron, zone }, ctx.now) ?? null) : null))
    await store.moveDue(
      tx,
      due.map(({ id }) => id),
      next,
    )
    for (const { id } of due) {
      await store.markRefreshing(tx, id)
      await queueJob(ctx, tx, refreshJob, { id }, { key: `segments.${id}` })
    }
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

export const jobs = [refreshJob, dueJob, sweepJob]
