import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { unauditedChange } from '../../platform/change.ts'
import { withCtx } from '../../platform/ctx.ts'
import { openFacts } from '../../platform/facts/facts.ts'
import { migrateFacts } from '../../platform/facts/migrate.ts'
import { openHome } from '../../platform/home.ts'
import { defineJob, queueJob } from '../../platform/jobs/jobs.ts'
import { Problem } from '../../platform/problem.ts'
import { testCtx } from '../../platform/testing/testing.ts'
import { openAudit } from '../audit/audit.ts'
import { fresh } from './fresh.ts'
import { listQueue, listRecurring, removeQueued, retryQueued, systemHealth } from './system.ts'

const greet = defineJob<{ n: number }>('test.greet', async () => {})

test('the queue is listed with its counts, page by page', async (t) => {
  const ctx = await testCtx(t)
  await unauditedChange(ctx, 'a test', async (tx) => {
    for (let n = 0; n < 5; n++) await queueJob(ctx, tx, greet, { n })
    await queueJob(ctx, tx, greet, { n: 5 }, { at: new Date(ctx.now.getTime() + 3_600_000) })
  })
  const first = await listQueue(ctx, { limit: 4 })
  const second = await listQueue(ctx, { limit: 4, cursor: first.next ?? '' })
  assert.deepEqual([first.items.length, second.items.length, second.next], [4, 2, null])
  assert.equal(new Set([...first.items, ...second.items].map(({ id }) => id)).size, 6)
  assert.deepEqual(first.counts, { waiting: 5, scheduled: 1, running: 0, retrying: 0, failed: 0 })
  assert.equal((await listQueue(ctx, { state: 'scheduled' })).items.length, 1)
  assert.equal((await listQueue(ctx, { task: 'nothing' })).items.length, 0)
})

test('retrying and removing a job are changes that the audit knows', async (t) => {
  const ctx = await testCtx(t)
  await unauditedChange(ctx, 'a test', (tx) => queueJob(ctx, tx, greet, { n: 1 }))
  const [job] = (await listQueue(ctx, {})).items
  await retryQueued(ctx, job?.id ?? '')
  await removeQueued(ctx, job?.id ?? '')
  assert.deepEqual((await listQueue(ctx, {})).items, [])
  assert.deepEqual(
    ctx.recorded.map(({ action, target }) => [action, target.id]),
    [
      ['system.job.retry', job?.id],
      ['system.job.remove', job?.id],
    ],
  )
  const isMissing = (error: unknown) => error instanceof Problem && error.code === 'job.missing'
  await assert.rejects(retryQueued(ctx, '999'), isMissing)
  await assert.rejects(removeQueued(ctx, 'x'), isMissing)
  assert.deepEqual(await listRecurring(ctx), [])
})

test('health is measured on the running engines', async (t) => {
  const home = await openHome(await mkdtemp(join(tmpdir(), 'zhixing-health-')))
  t.after(() => rm(home.path, { recursive: true, force: true }))
  t.after(() => home.close())
  const plain = await testCtx(t)
  const facts = await openFacts({ home, log: plain.log })
  t.after(() => facts.close())
  await migrateFacts(facts)
  const audit = await openAudit({ key: Buffer.alloc(32, 7), anchorFile: join(home.path, 'audit.anchor') })
  const health = await systemHealth(withCtx(plain, { facts }), { homePath: home.path, audit })
  assert.deepEqual(
    health.checks.map(({ id }) => id),
    ['postgres', 'clickhouse', 'migrations', 'disk', 'audit', 'jobs'],
  )
  assert.equal(health.postgres.ok && health.clickhouse.ok, true)
  assert.match(health.clickhouse.version ?? '', /^\d+\.\d+/)
  assert.ok((health.postgres.sizeBytes ?? 0) > 1_000_000)
  assert.ok((health.postgres.connections?.used ?? 0) > 0)
  assert.equal(health.checks.find(({ id }) => id === 'migrations')?.state, 'ok')
  assert.ok((health.disk?.freeBytes ?? 0) > 0)
  assert.deepEqual(health.audit, { sealed: 0, unsealed: 0, lagSeconds: 0 })
})

test('an engine that is gone is a line of the health, not an error', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'zhixing-health-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const ctx = await testCtx(t)
  const audit = await openAudit({ key: Buffer.alloc(32, 7), anchorFile: join(home, 'audit.anchor') })
  const facts = { health: async () => ({ ok: false, reason: 'connection refused' }) } as unknown as typeof ctx.facts
  const health = await systemHealth(withCtx(ctx, { facts }), { homePath: home, audit })
  const check = health.checks.find(({ id }) => id === 'clickhouse')
  assert.deepEqual([health.state, check?.state], ['bad', 'bad'])
  assert.match(check?.detail.en ?? '', /connection refused/)
})

test('a value read while it was forgotten is not kept', async () => {
  const answers: ((value: number) => void)[] = []
  const cache = fresh(() => new Promise<number>((resolve) => answers.push(resolve)), 60_000)
  const early = [cache.get(), cache.get()]
  cache.forget()
  const late = cache.get()
  answers[0]?.(1)
  answers[1]?.(2)
  assert.deepEqual(await Promise.all(early), [1, 1])
  assert.equal(await late, 2)
  assert.equal(await cache.get(), 2)
  assert.equal(answers.length, 2)
})

test('a reading that failed is tried again by the next who asks', async () => {
  let tries = 0
  const cache = fresh(async () => {
    if (++tries === 1) throw new Error('away')
    return tries
  }, 60_000)
  await assert.rejects(cache.get(), /away/)
  assert.equal(await cache.get(), 2)
})
