import type { Ctx } from '../ctx.ts'
import type { Tx } from '../db/db.ts'

export type JobRun = { attempt: number; signal: AbortSignal }

/** A kind of background work. `run` may be called again after any kill, so what it does must bear repeating. */
export type Job<P> = {
  readonly name: string
  readonly maxAttempts: number
  /** When it also recurs: five fields of cron, in the zone. A run missed while the product was down is made up once. */
  readonly every?: { cron: string; zone: string; payload: unknown } | undefined
  run(ctx: Ctx, payload: P, more: JobRun): Promise<void>
}

export function defineJob<P>(
  name: string,
  run: Job<P>['run'],
  options: { maxAttempts?: number; every?: { cron: string; zone: string; payload: P } } = {},
): Job<P> {
  return { name, run, maxAttempts: options.maxAttempts ?? 8, every: options.every }
}

export type QueueOptions = {
  /** Not before this instant of the product's clock. */
  at?: Date
  /** One waiting job a key: queueing again replaces the one that waits. */
  key?: string
}

/** The channel on which timers tell the pump that an earlier one has come. */
export const timerChannel = 'zhixing_timer'

/** Queues work in the caller's transaction: it runs if and only if that commits. Payloads are JSON. */
export async function queueJob<P>(
  ctx: Ctx,
  tx: Tx,
  job: Job<P>,
  payload: P,
  options: QueueOptions = {},
): Promise<void> {
  const { at, key = null } = options
  if (!at || at <= ctx.now) {
    await tx`select graphile_worker.add_job(${job.name}, ${JSON.stringify(payload ?? {})}::text::json,
      max_attempts => ${job.maxAttempts}, job_key => ${key})`
    return
  }
  await tx`
    insert into platform.timer (due_at, task, payload, job_key, max_attempts)
    values (${at}, ${job.name}, ${JSON.stringify(payload ?? {})}::text::jsonb, ${key}, ${job.maxAttempts})
    on conflict (job_key) do update
      set due_at = excluded.due_at, task = excluded.task, payload = excluded.payload`
  await tx`select pg_notify(${timerChannel}, '')`
}

/** Takes back a keyed job that has not begun. */
export async function cancelJob(tx: Tx, key: string): Promise<void> {
  await tx`delete from platform.timer where job_key = ${key}`
  await tx`select graphile_worker.remove_job(${key})`
}
