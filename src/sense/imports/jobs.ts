import { unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { defineJob, type Job, queueJob } from '../../platform/jobs/jobs.ts'
import { Problem, type Text, text } from '../../platform/problem.ts'
import { homeZone } from '../../platform/time/zone.ts'
import * as store from './store.ts'
import { checkFile, type Ended, runFile, type Work } from './work.ts'

type OfImport = { id: string }
export type ImportJobs = {
  readonly check: Job<OfImport>
  readonly run: Job<OfImport>
  readonly sweep: Job<Record<string, never>>
}

/** A kill costs an attempt, and a long import may see some. */
const attempts = 25

export function importJobs(work: Work, sweep: (ctx: Ctx) => Promise<unknown>): ImportJobs {
  const kind = (name: string, file: typeof runFile): Job<OfImport> => {
    const job: Job<OfImport> = defineJob<OfImport>(
      name,
      async (ctx, { id }, { signal, attempt }) => {
        const ended = await file(ctx, work, id, { signal }).catch((error) => failed(ctx, id, error, attempt))
        if (ended === 'paused') await again(ctx, job, id)
      },
      { maxAttempts: attempts },
    )
    return job
  }
  return {
    check: kind('imports.check', checkFile),
    run: kind('imports.run', runFile),
    sweep: defineJob('imports.sweep', async (ctx) => void (await sweep(ctx)), {
      every: { cron: '20 3 * * *', zone: homeZone, payload: {} },
    }),
  }
}

export function keyOfJob(id: string): string {
  return `imports.${id}`
}

async function again(ctx: Ctx, job: Job<OfImport>, id: string): Promise<void> {
  await unauditedChange(ctx, 'an import goes on when the program is back', (tx) =>
    queueJob(ctx, tx, job, { id }, { key: keyOfJob(id) }),
  )
}

/** What waiting does not mend is said to the person; the rest is tried again, and said when there is no more trying. */
async function failed(ctx: Ctx, id: string, error: unknown, attempt: number): Promise<Ended> {
  const hopeless = error instanceof Problem && error.kind !== 'unavailable' && error.code !== 'db.busy'
  if (!hopeless && attempt < attempts) throw error
  await markFailed(ctx, id, error)
  if (!hopeless) throw error
  return 'left'
}

/** Keeps what went wrong with the import. A bug of ours is not shown in its own words. */
export async function markFailed(ctx: Ctx, id: string, error: unknown): Promise<void> {
  const said: Text =
    error instanceof Problem ? error.text : text('系统内部错误,请联系管理员', 'Something went wrong on our side')
  await unauditedChange(ctx, 'an import that failed', (tx) => store.fail(tx, id, { zh: said.zh, en: said.en }, ctx.now))
}
