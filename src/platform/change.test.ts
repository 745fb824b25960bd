import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, read, stale, unauditedChange } from './change.ts'
import { withCtx } from './ctx.ts'
import { Problem } from './problem.ts'
import { testCtx } from './testing/testing.ts'

const target = { kind: 'thing', id: '1' }

async function withThings(t: Parameters<typeof testCtx>[0]) {
  const ctx = await testCtx(t)
  await unauditedChange(
    ctx,
    'a table for this test',
    (tx) => tx`create table platform.thing (id int primary key, n int)`,
  )
  return ctx
}

const things = (ctx: Parameters<typeof read>[0]) =>
  read(ctx, (tx) => tx<{ id: number; n: number }[]>`select * from platform.thing order by id`)

test('a change and its record stand or fall together', async (t) => {
  const ctx = await withThings(t)
  await assert.rejects(
    change(ctx, 'thing.make', target, async (tx) => {
      await tx`insert into platform.thing values (1, 1)`
      throw new Error('the last step failed')
    }),
    /the last step failed/,
  )
  assert.deepEqual([...(await things(ctx))], [])
  assert.equal(ctx.recorded.length, 0)

  const broken = withCtx(ctx, { recordChange: () => Promise.reject(new Error('the audit cannot write')) })
  await assert.rejects(
    change(broken, 'thing.make', target, (tx) => tx`insert into platform.thing values (1, 1)`),
    /cannot write/,
  )
  assert.deepEqual([...(await things(ctx))], [])
})

test('the record says who, what, before and after', async (t) => {
  const ctx = await withThings(t)
  const person = withCtx(ctx, { who: { kind: 'user', id: 'usr_1', name: '王芳' } })
  await change(person, 'thing.make', target, async (tx) => {
    tx.before({ n: 1 })
    return { n: 2 }
  })
  const [entry] = ctx.recorded
  assert.deepEqual(
    [entry?.action, entry?.who.id, entry?.before, entry?.after],
    ['thing.make', 'usr_1', { n: 1 }, { n: 2 }],
  )
  assert.deepEqual(entry?.at, ctx.now)
})

test('reading can change nothing', async (t) => {
  const ctx = await withThings(t)
  await assert.rejects(
    read(ctx, (tx) => tx`insert into platform.thing values (1, 1)`),
    /read-only/,
  )
})

test('a request repeated with its idempotency key is done once and answered the same', async (t) => {
  const ctx = await withThings(t)
  const keyed = withCtx(ctx, { origin: { requestId: 'r', ip: '127.0.0.1', agent: '', idempotencyKey: 'k1' } })
  let times = 0
  const make = () =>
    change(keyed, 'thing.make', target, async (tx) => {
      times++
      await tx`insert into platform.thing values (${times}, 7)`
      return { id: times, big: 5 }
    })
  const answers = await Promise.all(Array.from({ length: 20 }, make))
  assert.equal(times, 1)
  for (const answer of answers) assert.deepEqual(answer, { id: 1, big: 5 })
  assert.equal(ctx.recorded.length, 1)
})

test('an idempotency key used for another request is refused', async (t) => {
  const ctx = await withThings(t)
  const keyed = withCtx(ctx, { origin: { requestId: 'r', ip: '127.0.0.1', agent: '', idempotencyKey: 'k1' } })
  await change(keyed, 'thing.make', target, async () => 1)
  await assert.rejects(
    change(keyed, 'thing.make', { kind: 'thing', id: '2' }, async () => 2),
    (error) => error instanceof Problem && error.code === 'idempotency.other_request',
  )
})

test('a secret answer is not kept: its repeat is refused, and not done again', async (t) => {
  const ctx = await withThings(t)
  const keyed = withCtx(ctx, { origin: { requestId: 'r', ip: '127.0.0.1', agent: '', idempotencyKey: 'k1' } })
  let times = 0
  const make = () => change(keyed, 'key.make', target, async () => `secret ${++times}`, { secretAnswer: true })
  assert.equal(await make(), 'secret 1')
  await assert.rejects(make(), (error) => error instanceof Problem && error.code === 'idempotency.already_done')
  const kept = await read(ctx, (tx) => tx<{ answer: unknown }[]>`select answer from platform.idempotency`)
  assert.equal(kept[0]?.answer, null)
})

test('a failed request may be repeated with the same idempotency key', async (t) => {
  const ctx = await withThings(t)
  const keyed = withCtx(ctx, { origin: { requestId: 'r', ip: '127.0.0.1', agent: '', idempotencyKey: 'k1' } })
  await assert.rejects(
    change(keyed, 'thing.make', target, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await change(keyed, 'thing.make', target, async () => 'done'), 'done')
})

test('an edit of something that changed meanwhile is a conflict with a stable code', () => {
  assert.throws(
    () => stale('org'),
    (error) => error instanceof Problem && error.kind === 'conflict' && error.code === 'org.stale',
  )
})
