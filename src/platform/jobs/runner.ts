import { Logger as GraphileLogger, type Runner, run, runMigrations, type TaskList } from 'graphile-worker'
import { Pool } from 'pg'
import { unauditedChange } from '../change.ts'
import { asMachine, type Ctx, withCtx } from '../ctx.ts'
import type { Logger } from '../log.ts'
import { moveDue } from './pump.ts'
import { type Job, timerChannel } from './queue.ts'

export type JobSeen = (name: string, ms: number, error: Error | undefined) => void

export type Jobs = {
  /** Waits until all that is due by the clock has run, those it queues included. For tests and the virtual clock. */
  settle(): Promise<void>
  /** Takes no more work, lets running jobs finish within the grace, hands the rest back to the queue. */
  stop(): Promise<void>
}

/** A runner silent for so long is taken for dead; what it held goes back to the queue. */
const silence = '30 seconds'

/** Makes the queue's own tables. Runs as the product's role, once before the product's migrations. */
export async function migrateJobs(ctx: Pick<Ctx, 'db' | 'log'>): Promise<void> {
  const pgPool = openPool(ctx.db.connection, 1, ctx.log)
  try {
    await runMigrations({ pgPool, logger: quiet(ctx.log) })
  } finally {
    await pgPool.end()
  }
}

/**
 * Starts the runner of this process. `alone` says that no other process works on this database, so that whatever is
 * locked was left by a killed one and is given back at once rather than after the silence.
 */
export async function startJobs(
  ctx: Ctx,
  jobs: readonly Job<never>[],
  options: { concurrency: number; alone: boolean; onJob?: JobSeen },
): Promise<Jobs> {
  const kinds = jobs as unknown as readonly Job<unknown>[]
  const machine = asMachine(ctx, 'jobs')
  const pgPool = openPool(ctx.db.connection, options.concurrency + 2, ctx.log)
  if (options.alone) await giveBack(machine, '0 seconds')

  const workerIds = new Set<string>()
  const runner = await run({
    pgPool,
    logger: quiet(ctx.log),
    concurrency: options.concurrency,
    noHandleSignals: true,
    pollInterval: 1000,
    gracefulShutdownAbortTimeout: 10_000,
    taskList: taskList(ctx, kinds, options.onJob),
    parsedCronItems: [],
  })
  runner.events.on('worker:create', ({ worker }) => workerIds.add(worker.workerId))
  runner.events.on('job:start', ({ worker }) => workerIds.add(worker.workerId))

  const pump = startPump(machine, kinds)
  const beating = startBeat(machine, workerIds)
  await pump.now()

  return {
    async settle() {
      for (;;) {
        await pump.now()
        const [left] = await ctx.db.sql<{ n: number }[]>`
          select count(*)::int as n from graphile_worker.jobs
          where locked_at is not null or (attempts < max_attempts and run_at <= now())`
        if (left?.n === 0) return
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    async stop() {
      beating.stop()
      await pump.stop()
      await stopRunner(runner, ctx.log)
      await unauditedChange(machine, 'a runner that stopped is no longer alive', async (tx) => {
        await tx`delete from platform.worker where id = any (${[...workerIds]})`
      }).catch((error) => ctx.log.warn({ err: error }, 'could not sign the job runner off'))
      await pgPool.end()
    },
  }
}

function taskList(ctx: Ctx, kinds: readonly Job<unknown>[], onJob?: JobSeen): TaskList {
  return Object.fromEntries(
    kinds.map((job) => [
      job.name,
      async (payload: unknown, helpers: { job: { attempts: number; id: string }; abortSignal?: AbortSignal }) => {
        const log = ctx.log.child({ job: job.name, jobId: helpers.job.id })
        const from = performance.now()
        const ms = () => Math.round(performance.now() - from)
        try {
          const signal = helpers.abortSignal ?? new AbortController().signal
          const jobCtx = asMachine(withCtx(ctx, { log }), `job ${job.name}`)
          await job.run(jobCtx, payload, { attempt: helpers.job.attempts, signal })
          log.debug({ ms: ms() }, 'job done')
          onJob?.(job.name, ms(), undefined)
        } catch (error) {
          log.warn({ err: error, ms: ms(), attempt: helpers.job.attempts }, 'job failed')
          onJob?.(job.name, ms(), error as Error)
          throw error
        }
      },
    ]),
  )
}

/** Keeps moving what falls due: at the instant of the next timer, on word of an earlier one, and every 30 s in any case. */
function startPump(ctx: Ctx, kinds: readonly Job<unknown>[]) {
  const recurring = kinds.filter((job) => job.every)
  let cancel = () => {}
  let running: Promise<void> | undefined
  let again = false
  let stopped = false

  async function once(): Promise<void> {
    cancel()
    const next = await unauditedChange(ctx, 'timers that fall due', (tx) => moveDue(ctx, tx, recurring))
    if (next && !stopped) cancel = ctx.clock.at(next, wake)
  }
  async function drain(): Promise<void> {
    do {
      again = false
      await once()
    } while (again && !stopped)
  }
  function now(): Promise<void> {
    if (running) again = true
    else running = drain().finally(() => (running = undefined))
    return running
  }
  const wake = () => void now().catch((error) => ctx.log.warn({ err: error }, 'timers could not be moved'))

  const every = setInterval(wake, 30_000)
  every.unref()
  const listening = ctx.db.sql.listen(timerChannel, wake).catch((error) => {
    ctx.log.warn({ err: error }, 'not listening for timers: they are moved every 30 s only')
  })
  return {
    now,
    async stop() {
      stopped = true
      clearInterval(every)
      cancel()
      await running?.catch(() => {})
      await (await listening)?.unlisten().catch(() => {})
    },
  }
}

/** Says every five seconds that this runner lives, and gives back what a silent one holds. By the engine's clock. */
function startBeat(ctx: Ctx, workerIds: ReadonlySet<string>) {
  const beat = async () => {
    try {
      await unauditedChange(ctx, 'a sign of life', async (tx) => {
        await tx`
          insert into platform.worker (id, beat_at) select id, now() from unnest(${[...workerIds]}::text[]) id
          on conflict (id) do update set beat_at = excluded.beat_at`
        await tx`delete from platform.worker where beat_at < now() - interval '1 day'`
      })
      await giveBack(ctx, silence)
    } catch (error) {
      ctx.log.warn({ err: error }, 'the job runner could not give its sign of life')
    }
  }
  const timer = setInterval(() => void beat(), 5000)
  timer.unref()
  void beat()
  return { stop: () => clearInterval(timer) }
}

async function giveBack(ctx: Ctx, after: string): Promise<void> {
  await unauditedChange(ctx, 'jobs of a dead runner', async (tx) => {
    await tx`
      select graphile_worker.force_unlock_workers(held.ids)
      from (select array_agg(distinct locked_by) as ids
            from graphile_worker.jobs
            where locked_at < now() - ${after}::interval
              and not exists (select from platform.worker
                              where id = locked_by and beat_at >= now() - ${after}::interval)) held
      where held.ids is not null`
  })
}

async function stopRunner(runner: Runner, log: Logger): Promise<void> {
  try {
    await runner.stop()
  } catch (error) {
    log.warn({ err: error }, 'the job runner did not stop cleanly')
  }
}

function openPool(connection: { url: string; options: string }, max: number, log: Logger): Pool {
  const pool = new Pool({ connectionString: connection.url, options: connection.options, max })
  // A lost connection is not the end: the pool opens another, and the runner tries again.
  pool.on('error', (error) => log.warn({ err: error }, 'the job pool lost a connection'))
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

function quiet(log: Logger): GraphileLogger {
  return new GraphileLogger((scope) => (level, message) => {
    if (level === 'error') log.warn({ scope }, message)
    else if (level === 'warning') log.debug({ scope }, message)
  })
}
