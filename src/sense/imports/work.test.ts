import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Job } from '../../platform/jobs/jobs.ts'
import { startJobs } from '../../platform/jobs/jobs.ts'
import { Problem, text } from '../../platform/problem.ts'
import { importBank, recordingLog } from './testing/testing.ts'

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `C${from + i},${from + i}`).join('\n')

test('killed in the middle of a piece and begun again: every row is stored once, and the figures say so', async (t) => {
  const log = recordingLog()
  const { ctx, imports, mapped } = await importBank(t, log)
  const { id } = await mapped(`customer_no,aum\n${lines(0, 9000)}\n`)
  // The third piece is kept by the log, and the program dies before it hears so.
  log.after = (call) => {
    if (call === 3) throw new Error('killed')
  }
  await assert.rejects(imports.runNow(ctx, id, { mode: 'good' }), /killed/)
  const stopped = await imports.get(ctx, id)
  assert.deepEqual([stopped.state, stopped.counts.read, stopped.counts.accepted], ['failed', 4000, 4000])
  assert.equal(log.kept.size, 6000)
  log.after = () => {}
  const done = await imports.runNow(ctx, id, { mode: 'good' })
  assert.deepEqual([done.state, log.kept.size], ['done', 9000])
  assert.deepEqual(done.counts, { read: 9000, accepted: 7000, duplicates: 0, resent: 2000, rejected: 0, bad: 0 })
})

test('the collection asks to slow down: the import waits and goes on', async (t) => {
  const log = recordingLog()
  const { ctx, imports, mapped } = await importBank(t, log)
  const { id } = await mapped(`customer_no,aum\n${lines(0, 3000)}\n`)
  log.before = (call) => {
    if (call === 2) throw new Problem('unavailable', 'collect.busy', text('忙', 'Busy'), { retryAfterSeconds: 0.01 })
  }
  assert.equal((await imports.runNow(ctx, id, { mode: 'good' })).counts.accepted, 3000)
})

test('cancelled while it runs: stops after the piece it is at, and can go on or begin anew', async (t) => {
  const log = recordingLog()
  const { ctx, imports, mapped } = await importBank(t, log)
  const { id } = await mapped(`customer_no,aum\n${lines(0, 9000)}\n`)
  log.after = async (call) => {
    if (call === 2) await imports.cancel(ctx, id)
  }
  await assert.rejects(imports.runNow(ctx, id, { mode: 'good' }))
  const stopped = await imports.get(ctx, id)
  assert.deepEqual([stopped.state, stopped.counts.accepted, log.calls], ['cancelled', 2000, 2])
  const done = await imports.runNow(ctx, id, { mode: 'good' })
  assert.deepEqual([done.counts.accepted, done.counts.resent, log.kept.size], [7000, 2000, 9000])
})

test('a check and a run work as jobs, and what cannot be mended is said and not tried again', async (t) => {
  const log = recordingLog()
  const { ctx, imports, mapped, first } = await importBank(t, log)
  const good = await mapped(`customer_no,aum\n${lines(0, 2500)}\nC1,oops\n`)
  const bad = await mapped(`customer_no,aum\n${lines(0, 10)}\n`)
  const jobs = await startJobs(ctx, imports.jobs, { concurrency: 2, alone: true })
  first(() => jobs.stop())
  await imports.check(ctx, good.id)
  await jobs.settle()
  assert.deepEqual((await imports.get(ctx, good.id)).checked, { rows: 2501, good: 2500, bad: 1, revision: 2 })
  log.before = () => {
    throw new Problem('denied', 'collect.denied', text('不允许', 'Not allowed'))
  }
  await imports.run(ctx, bad.id, { mode: 'good' })
  await jobs.settle()
  const failed = await imports.get(ctx, bad.id)
  assert.deepEqual([failed.state, failed.error], ['failed', { zh: '不允许', en: 'Not allowed' }])
  log.before = () => {}
  await imports.run(ctx, good.id, { mode: 'good' })
  await jobs.settle()
  const done = await imports.get(ctx, good.id)
  assert.deepEqual([done.state, done.counts.accepted, done.counts.bad, done.rows], ['done', 2500, 1, 2501])
  await assert.rejects(imports.cancel(ctx, good.id), /cannot be done/)
})

test('a program that stops in good order hands its import back to the queue', async (t) => {
  const log = recordingLog()
  const { ctx, imports, mapped, first } = await importBank(t, log)
  const { id } = await mapped(`customer_no,aum\n${lines(0, 12_000)}\n`)
  const stopping = new AbortController()
  log.after = (call) => {
    if (call === 2) stopping.abort()
  }
  await imports.run(ctx, id, { mode: 'good' })
  const run = imports.jobs.find(({ name }) => name === 'imports.run') as unknown as Job<{ id: string }>
  await run.run(ctx, { id }, { attempt: 1, signal: stopping.signal })
  const resting = await imports.get(ctx, id)
  assert.deepEqual([resting.state, resting.counts.accepted], ['running', 4000])
  const jobs = await startJobs(ctx, imports.jobs, { concurrency: 1, alone: true })
  first(() => jobs.stop())
  await jobs.settle()
  const done = await imports.get(ctx, id)
  assert.deepEqual(done.counts, { read: 12_000, accepted: 12_000, duplicates: 0, resent: 0, rejected: 0, bad: 0 })
})
