import { read } from '../change.ts'
import type { Ctx } from '../ctx.ts'
import type { Tx } from '../db/db.ts'
import { missing } from '../problem.ts'

export { cancelJob, defineJob, type Job, type JobRun, queueJob } from './queue.ts'
export { type Jobs, migrateJobs, startJobs } from './runner.ts'

export type JobState = 'waiting' | 'scheduled' | 'running' | 'retrying' | 'failed'

export type JobRow = {
  id: string
  task: string
  state: JobState
  attempts: number
  maxAttempts: number
  runAt: Date
  createdAt: Date
  lockedAt: Date | null
  lastError: string | null
}

/** The queue as it stands, newest first; timers that are not yet due are `scheduled` (ids `t…`). */
export function listJobs(
  ctx: Ctx,
  filter: { state?: JobState | undefined; task?: string | undefined; limit: number; offset: number },
): Promise<JobRow[]> {
  return read(
    ctx,
    (tx) => tx<JobRow[]>`
      select * from (
        select id::text, task_identifier as task, attempts::int, max_attempts::int, run_at, created_at, locked_at, last_error,
               case when locked_at is not null then 'running'
                    when attempts >= max_attempts then 'failed'
                    when attempts > 0 then 'retrying'
                    when run_at > now() then 'scheduled'
                    else 'waiting' end as state
        from graphile_worker.jobs
        union all
        select 't' || id, task, 0, max_attempts, due_at, due_at, null, null, 'scheduled' from platform.timer
      ) job
      where (${filter.state ?? null}::text is null or state = ${filter.state ?? null})
        and (${filter.task ?? null}::text is null or task ilike '%' || ${filter.task ?? null} || '%')
      order by run_at desc, id desc
      limit ${filter.limit} offset ${filter.offset}`,
  )
}

export function countJobs(ctx: Ctx): Promise<Record<JobState, number>> {
  return read(ctx, async (tx) => {
    const [row] = await tx<Record<JobState, number>[]>`
      select count(*) filter (where locked_at is not null)::int as running,
             count(*) filter (where locked_at is null and attempts >= max_attempts)::int as failed,
             count(*) filter (where locked_at is null and attempts < max_attempts and attempts > 0)::int as retrying,
             count(*) filter (where locked_at is null and attempts = 0 and run_at <= now())::int as waiting,
             (count(*) filter (where locked_at is null and attempts = 0 and run_at > now())
               + (select count(*) from platform.timer))::int as scheduled
      from graphile_worker.jobs`
    return row ?? { running: 0, failed: 0, retrying: 0, waiting: 0, scheduled: 0 }
  })
}

/** Gives a failed or retrying job another full set of attempts, now. */
export async function retryJob(tx: Tx, id: string): Promise<void> {
  const [job] = /^\d+$/.test(id)
    ? await tx`select id from graphile_worker.reschedule_jobs(array[${id}::bigint], run_at => now(), attempts => 0)`
    : []
  if (!job) missing('job', id)
}

/** Takes a job that is not running out of the queue for good. */
export async function removeJob(tx: Tx, id: string): Promise<void> {
  const [gone] = /^t\d+$/.test(id)
    ? await tx`delete from platform.timer where id = ${id.slice(1)}::bigint returning id`
    : /^\d+$/.test(id)
      ? await tx`select id from graphile_worker.complete_jobs(array[${id}::bigint])`
      : []
  if (!gone) missing('job', id)
}

export function listCrons(ctx: Ctx): Promise<{ name: string; nextAt: Date; lastAt: Date | null }[]> {
  return read(ctx, (tx) => tx`select name, next_at, last_at from platform.cron order by name`)
}
