import type { Ctx } from '../ctx.ts'
import type { Tx } from '../db/db.ts'
import { nextDue } from './due.ts'
import type { Job } from './queue.ts'

/**
 * Moves what is due by the product's clock into the queue: one transaction, one pump at a time across all processes.
 * Returns the next instant at which there is something to move.
 */
export async function moveDue(ctx: Ctx, tx: Tx, recurring: Job<unknown>[]): Promise<Date | undefined> {
  const now = ctx.now
  const [turn] = await tx<{ mine: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtext('zhixing.timers')) as mine`
  if (turn?.mine) {
    await tx`
      with due as (delete from platform.timer where due_at <= ${now} returning task, payload, job_key, max_attempts, due_at)
      select graphile_worker.add_jobs(array(
        select (task, payload::json, null, null, max_attempts, job_key, null, null)::graphile_worker.job_spec
        from due order by due_at))`
    await moveCrons(tx, recurring, now)
  }
  const [next] = await tx<{ at: Date | null }[]>`
    select least((select min(due_at) from platform.timer),
                 (select min(next_at) from platform.cron where name = any (${recurring.map((job) => job.name)}))) as at`
  return next?.at ?? undefined
}

async function moveCrons(tx: Tx, recurring: Job<unknown>[], now: Date): Promise<void> {
  const known = await tx<{ name: string; nextAt: Date }[]>`select name, next_at from platform.cron`
  for (const job of recurring) {
    if (!job.every) continue
    const at = known.find((row) => row.name === job.name)?.nextAt
    if (at && at > now) {
      // An edited calendar, or a clock that was set back: the stored instant may lie beyond the next one.
      const next = nextDue(job.every, now)
      if (next && next < at) await tx`update platform.cron set next_at = ${next} where name = ${job.name}`
      continue
    }
    const next = nextDue(job.every, now)
    if (at)
      await tx`select graphile_worker.add_job(${job.name}, ${JSON.stringify(job.every.payload ?? {})}::text::json,
        max_attempts => ${job.maxAttempts}, job_key => ${`cron:${job.name}`})`
    if (next)
      await tx`
        insert into platform.cron (name, next_at, last_at) values (${job.name}, ${next}, ${at ?? null})
        on conflict (name) do update set next_at = excluded.next_at, last_at = excluded.last_at`
  }
}
