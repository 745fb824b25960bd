import { change } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { countJobs, listCrons, listJobs, removeJob, retryJob } from '../../platform/jobs/jobs.ts'
import { invalidField, text } from '../../platform/problem.ts'
import type { JobPage, JobQuery } from './contract.ts'

/** The queue with how many there are in each state. The cursor counts lines: a queue moves while it is looked at. */
export async function listQueue(ctx: Ctx, query: JobQuery): Promise<JobPage> {
  const offset = Number(query.cursor ?? 0)
  if (!Number.isInteger(offset) || offset < 0)
    throw invalidField(
      'cursor',
      'page.bad_cursor',
      text('翻页位置无效,请从第一页开始', 'This cursor is not valid for this list'),
    )
  const limit = query.limit ?? 50
  const [rows, counts] = await Promise.all([
    listJobs(ctx, { state: query.state, task: query.task, limit: limit + 1, offset }),
    countJobs(ctx),
  ])
  const items = rows.slice(0, limit).map((row) => ({
    ...row,
    runAt: row.runAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    lockedAt: row.lockedAt?.toISOString() ?? null,
  }))
  return { items, next: rows.length > limit ? String(offset + limit) : null, counts }
}

/** A failed or retrying job gets all its attempts again, from now on. */
export async function retryQueued(ctx: Ctx, id: string): Promise<void> {
  await change(ctx, 'system.job.retry', { kind: 'job', id }, (tx) => retryJob(tx, id))
}

/** A job that is not running is taken out for good. */
export async function removeQueued(ctx: Ctx, id: string): Promise<void> {
  await change(ctx, 'system.job.remove', { kind: 'job', id }, (tx) => removeJob(tx, id))
}

export async function listRecurring(ctx: Ctx): Promise<{ name: string; nextAt: string; lastAt: string | null }[]> {
  const rows = await listCrons(ctx)
  return rows.map(({ name, nextAt, lastAt }) => ({
    name,
    nextAt: nextAt.toISOString(),
    lastAt: lastAt?.toISOString() ?? null,
  }))
}
