import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, unauditedChange } from '../../platform/change.ts'
import { at } from '../../platform/testing/testing.ts'
import type { Step } from './batch.ts'
import { collectStatus, makeRoom, receive, startPipeline, workBatch } from './collect.ts'
import { messageKey } from './rules/message.ts'
import { collectCtx, event, recordingStep, whenReadable, workNext } from './testing/testing.ts'

const source = { id: 'src_web' }

test('a message is stored once however often it is sent, in one call, in many at once, and days later (rule 1)', async (t) => {
  const ctx = await collectCtx(t)
  await makeRoom(ctx)
  assert.deepEqual(await receive(ctx, source, [event('a', 'x'), event('b', 'x'), event('a', 'x')]), [
    'stored',
    'stored',
    'duplicate',
  ])
  const calls = await Promise.all(Array.from({ length: 50 }, () => receive(ctx, source, [event('c', 'x')])))
  assert.equal(calls.flat().filter((outcome) => outcome === 'stored').length, 1)
  assert.deepEqual(
    await receive(ctx, { id: 'src_app' }, [event('a', 'x')]),
    ['stored'],
    'another source has keys of its own',
  )
  for (let day = 0; day < 7; day++) {
    await ctx.clock.advance(86_400_000)
    await makeRoom(ctx)
    assert.deepEqual(await receive(ctx, source, [event('a', 'x')]), ['duplicate'], `day ${day + 1}`)
  }
  await ctx.clock.advance(20 * 86_400_000)
  await makeRoom(ctx)
  await ctx.clock.advance(8 * 86_400_000)
  await makeRoom(ctx)
  assert.deepEqual(await receive(ctx, source, [event('a', 'x')]), ['stored'], 'keys are not kept for ever')
})

test('a message that is no message is kept with its reason, beside those that are', async (t) => {
  const ctx = await collectCtx(t)
  const outcomes = await receive(ctx, source, [
    event('a', 'x'),
    event('b', 'x', { ids: [] }),
    event('c', 'x', { time: Number.NaN }),
    { key: 'd', refused: { code: 'sensors.bad', zh: '坏', en: 'bad' }, raw: { anything: 1 } },
    event('b', 'x', { ids: [] }),
  ])
  assert.deepEqual(outcomes, ['stored', 'rejected', 'rejected', 'rejected', 'duplicate'])
  const rows = await read(ctx, (tx) => tx`select code, understood from collect.reject order by code`)
  assert.deepEqual(
    rows.map((row) => [row.code, row.understood]),
    [
      ['collect.bad_time', true],
      ['collect.no_identity', true],
      ['sensors.bad', false],
    ],
  )
  const status = await collectStatus(ctx)
  assert.deepEqual([status.stored, status.rejected, status.duplicates, status.waiting], [1, 3, 1, 1])
})

test('personal data in a message is in no column in clear', async (t) => {
  const ctx = await collectCtx(t)
  await receive(ctx, source, [
    event('a', 'x', { ids: [{ kind: 'mobile', value: '19900000001' }], props: { mobile: '19900000001' } }),
    event('b', 'x', { ids: [], props: { mobile: '19900000001' } }),
  ])
  const [row] = await read(
    ctx,
    (tx) => tx`select (select string_agg(encode(body, 'escape'), '') from collect.piece) as piece,
                      (select string_agg(r::text || encode(body, 'escape'), '') from collect.reject r) as reject`,
  )
  assert.ok(!`${row?.piece}${row?.reject}`.includes('19900000001'))
})

test('each batch goes through the phases once, in order, and the position follows', async (t) => {
  const ctx = await collectCtx(t)
  const step = recordingStep()
  await receive(ctx, source, [event('a', 'x'), event('b', 'x')])
  assert.equal(await workNext(ctx, [step]), 2)
  assert.equal(await workNext(ctx, [step]), 0)
  await receive(ctx, source, [event('c', 'x')])
  assert.equal(await workNext(ctx, [step]), 1)
  const keys = [['a', 'b'], ['c']].map((each) => each.map((key) => messageKey(source.id, key)))
  assert.deepEqual(
    step.seen,
    [1n, 2n].flatMap((batch, i) =>
      ['check', 'resolve', 'facts', 'effects'].map((phase) => ({ phase, batch, keys: keys[i] })),
    ),
  )
})

for (const phase of ['check', 'resolve', 'facts', 'effects'] as const)
  test(`a batch that is broken off in ${phase} is worked again whole, as the same batch`, async (t) => {
    const ctx = await collectCtx(t)
    const step = recordingStep()
    let broken = false
    const breaking: Step = {
      name: 'breaking',
      [phase]: async () => {
        if (broken) return
        broken = true
        throw new Error('the machine was switched off')
      },
    }
    await receive(ctx, source, [event('a', 'x'), event('b', 'x')])
    await assert.rejects(workNext(ctx, [step, breaking]), /switched off/)
    await receive(ctx, source, [event('c', 'x')])
    while ((await workNext(ctx, [step, breaking])) > 0);
    const effects = step.seen.filter((one) => one.phase === 'effects').map((one) => one.keys.length)
    const facts = step.seen.filter((one) => one.phase === 'facts')
    // Before the batch was in hand its end was not fixed: then the next one may be larger.
    if (phase === 'facts' || phase === 'effects') {
      assert.deepEqual(effects.at(-1), 1)
      assert.deepEqual(new Set(facts.filter((one) => one.batch === 1n).map((one) => one.keys.join())).size, 1)
    }
    const [row] = await read(ctx, (tx) => tx`select batch, to_xact from collect.position`)
    assert.equal(row?.toXact, null)
    const worked = new Set(step.seen.filter((one) => one.phase === 'effects').flatMap((one) => one.keys))
    assert.equal(worked.size, 3)
  })

test('what was refused before a kill stays refused after it, though the plan was changed meanwhile', async (t) => {
  const ctx = await collectCtx(t)
  let strict = true
  let killed = false
  const written: string[][] = []
  const plan: Step = {
    name: 'plan',
    async check(_ctx, batch) {
      for (const one of batch.arrived)
        if (strict && one.envelope.name === 'odd') one.refused = { code: 'plan.unknown', zh: '未定义', en: 'unknown' }
    },
    async facts(_ctx, batch) {
      written.push(batch.arrived.filter((one) => !one.refused).map((one) => one.envelope.name ?? ''))
      if (!killed) {
        killed = true
        strict = false
        throw new Error('killed')
      }
    },
  }
  await receive(ctx, source, [event('a', 'even'), event('b', 'odd')])
  await assert.rejects(workNext(ctx, [plan]), /killed/)
  assert.equal(await workNext(ctx, [plan]), 2)
  assert.deepEqual(written, [['even'], ['even']])
  const rows = await read(ctx, (tx) => tx`select code, event from collect.reject`)
  assert.deepEqual(
    rows.map((row) => [row.code, row.event]),
    [['plan.unknown', 'odd']],
  )
})

test('what a running transaction will still add is not passed over (a sequence is no commit order)', async (t) => {
  const ctx = await collectCtx(t)
  const step = recordingStep()
  let finish = () => {}
  const held = new Promise<void>((resolve) => (finish = resolve))
  let begun = () => {}
  const begins = new Promise<void>((resolve) => (begun = resolve))
  const slow = unauditedChange(ctx, 'a slow writer', async (tx) => {
    await tx`select pg_current_xact_id()`
    begun()
    await held
  })
  await begins
  await receive(ctx, source, [event('a', 'x')])
  assert.equal(await workBatch(ctx, [step]), 0, 'an older transaction is still running')
  finish()
  await slow
  const pipeline = startPipeline(ctx, [step])
  await pipeline.settle()
  await pipeline.stop()
  assert.equal(step.seen.filter((one) => one.phase === 'effects').length, 1)
})

test('two processes work one log, one at a time, and every message is worked once', async (t) => {
  const ctx = await collectCtx(t)
  const steps = [recordingStep(), recordingStep()]
  const pipelines = steps.map((step) => startPipeline(ctx, [step]))
  for (let i = 0; i < 40; i++) await receive(ctx, source, [event(`m${i}`, 'x'), event(`n${i}`, 'x')])
  await pipelines[0]?.settle()
  for (const pipeline of pipelines) await pipeline.stop()
  const worked = steps.flatMap((step) => step.seen.filter((one) => one.phase === 'effects').flatMap((one) => one.keys))
  assert.equal(worked.length, 80)
  assert.equal(new Set(worked).size, 80)
})

test('more than can be stored is answered with when to come again, and nothing of it is taken', async (t) => {
  const ctx = await collectCtx(t)
  const many = Array.from({ length: 30_000 }, (_, i) => event(`k${i}`, 'x'))
  const first = receive(ctx, source, many)
  await assert.rejects(receive(ctx, source, many), { code: 'collect.busy', retryAfterSeconds: 1 })
  assert.equal((await first).filter((outcome) => outcome === 'stored').length, 30_000)
  assert.deepEqual(await receive(ctx, source, [event('after', 'x')]), ['stored'])
})

test('days of the log have partitions, made ahead; those that are worked and old are dropped, others are not', async (t) => {
  const ctx = await collectCtx(t)
  await makeRoom(ctx)
  await receive(ctx, source, [event('a', 'x')])
  await ctx.clock.advanceTo(at('2026-03-01 09:00'))
  await makeRoom(ctx)
  const names = () =>
    read(ctx, (tx) => tx`select relname from pg_class where relname like 'piece\_2026%' and relkind = 'r' order by 1`)
  assert.equal((await names())[0]?.relname, 'piece_20260105', 'its message still waits')
  while ((await workNext(ctx, [recordingStep()])) > 0);
  await makeRoom(ctx)
  assert.equal((await names())[0]?.relname, 'piece_20260301')
})

test('a log restored into a server whose transactions count from lower numbers goes on, the batch in hand unchanged', async (t) => {
  const ctx = await collectCtx(t)
  const step = recordingStep()
  let broken = false
  const breaking: Step = {
    name: 'breaking',
    async effects(_ctx, _tx, batch) {
      if (broken || batch.number === 1n) return
      broken = true
      throw new Error('the machine was switched off')
    },
  }
  await receive(ctx, source, [event('worked', 'x')])
  await workNext(ctx, [step, breaking])
  await receive(ctx, source, [event('in hand', 'x')])
  await assert.rejects(workNext(ctx, [step, breaking]), /switched off/)
  await receive(ctx, source, [event('waiting', 'x')])
  // As a dump of a server that had seen far more transactions.
  await unauditedChange(ctx, 'numbers of another server', async (tx) => {
    await tx`update collect.piece set xact = (xact::text::bigint + 1000000000000)::text::xid8`
    await tx`update collect.position set xact = (xact::text::bigint + 1000000000000)::text::xid8,
                                         to_xact = (to_xact::text::bigint + 1000000000000)::text::xid8, server = 42`
  })
  await makeRoom(ctx)
  await makeRoom(ctx)
  await receive(ctx, source, [event('new', 'x')])
  const last = messageKey(source.id, 'new')
  while (!step.seen.some((one) => one.phase === 'effects' && one.keys.includes(last))) {
    await unauditedChange(ctx, 'a transaction goes by', (tx) => tx`select pg_current_xact_id()`)
    // While a transaction of another test is older, the message waits.
    if ((await workBatch(ctx, [step, breaking])) === 0) await whenReadable(ctx)
  }
  const worked = step.seen.filter((one) => one.phase === 'effects').map((one) => [one.batch, one.keys] as const)
  const key = (name: string) => messageKey(source.id, name)
  assert.deepEqual(worked[0], [1n, [key('worked')]])
  // Once before the switch-off, once after.
  assert.deepEqual(worked.slice(1, 3), [
    [2n, [key('in hand')]],
    [2n, [key('in hand')]],
  ])
  assert.deepEqual(
    worked.slice(3).flatMap(([, keys]) => keys),
    [key('waiting'), key('new')],
  )
})
