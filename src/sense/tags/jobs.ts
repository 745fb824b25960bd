import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { followLag } from '../../platform/facts/follow.ts'
import { dueAfter } from '../../platform/jobs/due.ts'
import { defineJob, queueJob } from '../../platform/jobs/jobs.ts'
import { Problem, text } from '../../platform/problem.ts'
import { dayOf, homeZone } from '../../platform/time/zone.ts'
import { lastImportedAt } from '../imports/imports.ts'
import { lastLoadedAt } from '../warehouse/warehouse.ts'
import { compute, recount } from './computing.ts'
import { expireValues } from './facts.ts'
import * as runs from './runStore.ts'
import * as store from './store.ts'

const attempts = 5

/** One tag fails by itself: each is a job of its own, and who reads it goes on with the values it has. */
export const computeJob = defineJob<{ id: string }>(
  'tags.compute',
  async (ctx, { id }, { attempt, signal }) => {
    try {
      await compute(ctx, id, signal)
      await unauditedChange(ctx, 'a tag is computed', async (tx) => {
        await runs.endComputing(tx, id)
        await queueFollowers(ctx, tx, id)
      })
    } catch (error) {
      if (signal.aborted) throw error
      const hopeless = error instanceof Problem && error.kind !== 'unavailable'
      if (!hopeless && attempt < attempts) throw error
      const said =
        error instanceof Problem ? error.text : text('系统内部错误,请联系管理员', 'Something went wrong on our side')
      await unauditedChange(ctx, 'a computation that failed', (tx) => runs.markFailed(tx, id, said))
      if (!hopeless) throw error
    }
  },
  { maxAttempts: attempts },
)

/** Tags that read this one and said they follow. There are no circles, so it ends. */
async function queueFollowers(ctx: Ctx, tx: Tx, id: string): Promise<void> {
  const next = (await store.edges(tx)).filter(
    ({ state, follows, reads }) => state === 'live' && follows && reads.includes(id),
  )
  for (const { tag } of next) await queueOne(ctx, tx, tag)
}

async function queueOne(ctx: Ctx, tx: Tx, id: string): Promise<void> {
  await runs.markComputing(tx, id)
  await queueJob(ctx, tx, computeJob, { id }, { key: `tags.${id}` })
}

/** Those whose time has come, and those that follow data that came in. A time that passed while the product was down is made up once. */
const dueJob = defineJob(
  'tags.due',
  async (ctx) => {
    const came = await dataCame(ctx)
    await unauditedChange(ctx, 'tags whose time has come', async (tx) => {
      const due = await runs.dueTags(tx, ctx.now)
      const next = due.map((row) => dueAfter(row, ctx.now))
      await runs.moveDue(
        tx,
        due.map(({ id }) => id),
        next,
      )
      const behind = came ? await runs.behindTags(tx, came) : []
      for (const id of new Set([...due, ...behind].map((one) => one.id))) await queueOne(ctx, tx, id)
    })
  },
  { every: { cron: '* * * * *', zone: homeZone, payload: {} } },
)

const quietMs = 60_000

/** When a file or a table of the bank was last taken in, once it shows in the facts: nothing is on its way any more. */
async function dataCame(ctx: Ctx): Promise<Date | undefined> {
  const [file, table] = await Promise.all([lastImportedAt(ctx), lastLoadedAt(ctx)])
  const last = Math.max(file?.getTime() ?? 0, table?.getTime() ?? 0)
  if (last === 0 || ctx.now.getTime() - last < quietMs || (await followLag(ctx)) > 0) return undefined
  return new Date(last)
}

const dayMs = 86_400_000

/** Values nobody confirmed for too long go, and tags whose day has come end: with their values, for good reason told on their page. */
const expireJob = defineJob(
  'tags.expire',
  async (ctx) => {
    const old = await read(ctx, (tx) => runs.expiringTags(tx, dayOf(ctx.now, homeZone)))
    for (const { id, run, keepDays, over } of old) {
      const before = over ? new Date(ctx.now.getTime() + 1) : new Date(ctx.now.getTime() - (keepDays ?? 0) * dayMs)
      const gone = await expireValues(ctx.facts, { tag: id, run, before, at: ctx.now })
      if (gone > 0) await recount(ctx, id, gone, ctx.now)
      if (over)
        await unauditedChange(ctx, 'a tag has ended', (tx) =>
          runs.endOfLife(
            tx,
            id,
            text('标签已到失效日期,值已清空', 'The tag has ended on its day: its values are gone'),
          ),
        )
    }
  },
  { every: { cron: '20 2 * * *', zone: homeZone, payload: {} } },
)

export const jobs = [computeJob, dueJob, expireJob]
