import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, unauditedChange } from '../change.ts'
import { at, testCtx } from '../testing/testing.ts'
import {
  cancelJob,
  countJobs,
  defineJob,
  type Job,
  listJobs,
  queueJob,
  removeJob,
  retryJob,
  startJobs,
} from './jobs.ts'

const target = { kind: 'thing', id: '1' }

async function running(t: Parameters<typeof testCtx>[0], jobs: Job<never>[], ctxOf = testCtx(t)) {
  const ctx = await ctxOf
  const runner = await startJobs(ctx, jobs, { concurrency: 4, alone: true })
  t.after(() => runner.stop())
  return { ctx, runner }
}

test('a job queued in a change that fails never runs', async (t) => {
  const ran: string[] = []
  const job = defineJob<{ name: string }>('say', async (_ctx, { name }) => void ran.push(name))
  const { ctx, runner } = await running(t, [job])
  await assert.rejects(
    change(ctx, 'x.y', target, async (tx) => {
      await queueJob(ctx, tx, job, { name: 'never' })
      throw new Error('the change failed')
    }),
  )
  await change(ctx, 'x.y', target, (tx) => queueJob(ctx, tx, job, { name: 'once' }))
  await runner.settle()
  assert.deepEqual(ran, ['once'])
})

test('a job for later runs when the virtual clock gets there, and not before', async (t) => {
  const ran: Date[] = []
  const job = defineJob<object>('later', async (ctx) => void ran.push(ctx.now))
  const { ctx, runner } = await running(t, [job])
  await change(ctx, 'x.y', target, (tx) => queueJob(ctx, tx, job, {}, { at: at('2026-01-07 10:00') }))
  await ctx.clock.advanceTo(at('2026-01-07 09:59'))
  await runner.settle()
  assert.equal(ran.length, 0)
  await ctx.clock.advanceTo(at('2026-01-07 10:00'))
  await runner.settle()
  assert.deepEqual(ran, [at('2026-01-07 10:00')])
})

test('queueing again under a key replaces the job that waits; taking it back leaves none', async (t) => {
  const ran: number[] = []
  const job = defineJob<{ n: number }>('keyed', async (_ctx, { n }) => void ran.push(n))
  const { ctx, runner } = await running(t, [job])
  const later = { at: at('2026-01-05 12:00') }
  for (const n of [1, 2, 3])
    await change(ctx, 'x.y', target, (tx) => queueJob(ctx, tx, job, { n }, { ...later, key: 'a' }))
  await change(ctx, 'x.y', target, (tx) => queueJob(ctx, tx, job, { n: 9 }, { ...later, key: 'b' }))
  await change(ctx, 'x.y', target, (tx) => cancelJob(tx, 'b'))
  await ctx.clock.advanceTo(at('2026-01-05 12:00'))
  await runner.settle()
  assert.deepEqual(ran, [3])
})

test('a recurring job runs once at each of its times, by the clock of its zone', async (t) => {
  const ran: Date[] = []
  const job = defineJob('daily', async (ctx) => void ran.push(ctx.now), {
    every: { cron: '30 9 * * 1-5', zone: 'Asia/Shanghai', payload: {} },
  })
  const { ctx, runner } = await running(t, [job])
  for (let day = 5; day <= 12; day++) {
    await ctx.clock.advanceTo(at(`2026-01-${String(day).padStart(2, '0')} 09:30`))
    await runner.settle()
  }
  const days = ['05', '06', '07', '08', '09', '12']
  assert.deepEqual(
    ran,
    days.map((day) => at(`2026-01-${day} 09:30`)),
  )
})

test('a recurring job that fell due while the product was down runs once at the next start', async (t) => {
  const ctx = await testCtx(t)
  let times = 0
  const job = defineJob('hourly', async () => void times++, { every: { cron: '0 * * * *', zone: 'UTC', payload: {} } })
  const first = await startJobs(ctx, [job], { concurrency: 1, alone: true })
  await first.stop()
  await ctx.clock.advance(5 * 3_600_000)
  const second = await startJobs(ctx, [job], { concurrency: 1, alone: true })
  await second.settle()
  await second.stop()
  assert.equal(times, 1)
})

test('a job that fails keeps its reason, is tried again, and can be given new attempts or removed by a person', async (t) => {
  let healthy = false
  let ran = 0
  const job = defineJob<object>('frail', async () => {
    ran++
    if (!healthy) throw new Error('the gateway is down')
  }, { maxAttempts: 1 }) // biome-ignore format: short
  const { ctx, runner } = await running(t, [job])
  await change(ctx, 'x.y', target, (tx) => queueJob(ctx, tx, job, {}))
  await runner.settle()
  const [failed] = await listJobs(ctx, { state: 'failed', limit: 10, offset: 0 })
  assert.equal(failed?.lastError, 'the gateway is down')
  assert.equal((await countJobs(ctx)).failed, 1)

  healthy = true
  await change(ctx, 'job.retry', target, (tx) => retryJob(tx, failed?.id ?? ''))
  await runner.settle()
  assert.equal(ran, 2)
  assert.equal((await listJobs(ctx, { limit: 10, offset: 0 })).length, 0)
  await assert.rejects(
    change(ctx, 'job.remove', target, (tx) => removeJob(tx, '424242')),
    /No such job/,
  )
})

test('what a killed runner held is given back', async (t) => {
  let ran = 0
  const job = defineJob<object>('held', async () => void ran++)
  const ctx = await testCtx(t)
  await change(ctx, 'x.y', target, (tx) => queueJob(ctx, tx, job, {}))
  await unauditedChange(
    ctx,
    'as a killed runner leaves it',
    (tx) =>
      tx`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker-that-died', attempts = 1`,
  )
  const { runner } = await running(t, [job], Promise.resolve(ctx))
  await runner.settle()
  assert.equal(ran, 1)
})

test('stopping lets the running job finish', async (t) => {
  const ctx = await testCtx(t)
  let finished = false
  let begun = () => {}
  const begins = new Promise<void>((resolve) => (begun = resolve))
  const job = defineJob<object>('slow', async () => {
    begun()
    await new Promise((resolve) => setTimeout(resolve, 200))
    finished = true
  })
  const runner = await startJobs(ctx, [job], { concurrency: 1, alone: true })
  await change(ctx, 'x.y', target, (tx) => queueJob(ctx, tx, job, {}))
  await begins
  await runner.stop()
  assert.equal(finished, true)
  assert.equal((await listJobs(ctx, { limit: 10, offset: 0 })).length, 0)
})
