import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureRoot } from '../../govern/orgs/orgs.ts'
import { unauditedChange } from '../../platform/change.ts'
import { withCtx } from '../../platform/ctx.ts'
import { followAll } from '../../platform/facts/follow.ts'
import { type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import { monthsToRewrite, rewriteMonth } from './facts.ts'
import { aliasFeed, mergeCustomers, numbersSql, personSql, settleAliases, undoMerge } from './identity.ts'

async function people(ctx: TestCtx, count: number): Promise<void> {
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  await unauditedChange(
    ctx,
    'people of the test',
    (tx) => tx`
      insert into identity.customer (id, org, born_at)
      overriding system value select n, ${root.id}, now() from generate_series(1, ${count}::int) n`,
  )
}

async function events(ctx: TestCtx): Promise<void> {
  await ctx.facts.command({
    sql: `INSERT INTO event (event, time, customer, key, received, processed, source, props)
          SELECT 'login', toDateTime64('2026-01-01 00:00:00', 3, 'UTC') - toIntervalDay(number % 90), number % 6 + 1,
                 generateUUIDv4(), now64(3), now64(3), 's', '{}'
          FROM numbers(6000)`,
  })
}

const byPerson = async (ctx: TestCtx) => {
  const rows = await ctx.facts.query<{ person: number; events: bigint }>({
    sql: `SELECT ${personSql()} AS person, count() AS events FROM event GROUP BY person ORDER BY person`,
  })
  return rows.map((row) => [row.person, Number(row.events)])
}
const unsettled = async (ctx: TestCtx) =>
  Number(
    (await ctx.facts.query<{ n: bigint }>({ sql: 'SELECT count() AS n FROM alias FINAL WHERE settled = 0' }))[0]?.n,
  )
const raw = (ctx: TestCtx) =>
  ctx.facts.query({
    sql: 'SELECT customer, moved, count() AS n FROM event GROUP BY customer, moved ORDER BY customer, moved',
  })

test('events follow a merge at once, are rewritten in the background, and an undone merge gives back exactly what was the other’s', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  await people(ctx, 6)
  await events(ctx)
  const before = await raw(ctx)
  const first = await mergeCustomers(ctx, 1, 2, '同一人')
  const second = await mergeCustomers(ctx, 3, 1, '同一人')
  await followAll(ctx, [aliasFeed])
  const merged = [
    [3, 3000],
    [4, 1000],
    [5, 1000],
    [6, 1000],
  ]
  assert.deepEqual(await byPerson(ctx), merged)
  assert.equal(await settleAliases(ctx), 2)
  assert.equal(await unsettled(ctx), 0)
  assert.deepEqual(await byPerson(ctx), merged)
  const [scoped] = await ctx.facts.query<{ n: bigint }>({
    sql: `SELECT count() AS n FROM event WHERE customer IN ${numbersSql('[3::UInt32]')}`,
  })
  assert.equal(scoped?.n, 3000n)
  const [cheap] = await ctx.facts.query<{ n: bigint }>({
    sql: 'SELECT countIf(if(moved = 0, customer, moved) = 3) AS n FROM event',
  })
  assert.equal(cheap?.n, 3000n)

  await undoMerge(ctx, second.id, '不是')
  await followAll(ctx, [aliasFeed])
  const half = [
    [1, 2000],
    [3, 1000],
    [4, 1000],
    [5, 1000],
    [6, 1000],
  ]
  assert.deepEqual(await byPerson(ctx), half)
  await settleAliases(ctx)
  assert.deepEqual(await byPerson(ctx), half)
  await undoMerge(ctx, first.id, '不是')
  await followAll(ctx, [aliasFeed])
  await settleAliases(ctx)
  assert.equal(await unsettled(ctx), 0)
  assert.deepEqual(await raw(ctx), before)
})

test('a rewriting killed half-way changes no answer, and is ended by the next', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  await people(ctx, 6)
  await events(ctx)
  await mergeCustomers(ctx, 1, 2, '同一人')
  await followAll(ctx, [aliasFeed])
  const merged = await byPerson(ctx)
  const moves = { from: [2], to: [1] }
  const months = await monthsToRewrite(ctx.facts, moves)
  assert.equal(months.length, 3)
  await rewriteMonth(ctx.facts, months[1] ?? '', moves)
  assert.deepEqual(await byPerson(ctx), merged)
  assert.equal((await monthsToRewrite(ctx.facts, moves)).length, 2)
  await settleAliases(ctx)
  assert.deepEqual(await byPerson(ctx), merged)
  assert.deepEqual(await monthsToRewrite(ctx.facts, moves), [])
})

test('a merge that is undone while it is being settled stays undone', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  await people(ctx, 6)
  await events(ctx)
  const before = await byPerson(ctx)
  const merge = await mergeCustomers(ctx, 1, 2, '同一人')
  await followAll(ctx, [aliasFeed])
  let undone = false
  const slow = withCtx(ctx, {
    facts: {
      ...ctx.facts,
      // Just as the settled rows are to be written, someone undoes the merge.
      async insert(...given: Parameters<TestCtx['facts']['insert']>) {
        if (given[0] === 'alias' && !undone) {
          undone = true
          await undoMerge(ctx, merge.id, '不是')
          await followAll(ctx, [aliasFeed])
        }
        await ctx.facts.insert(...given)
      },
    },
  })
  await settleAliases(slow)
  assert.ok(undone)
  assert.deepEqual(await byPerson(ctx), before)
})

test('five thousand merges are settled in one rewriting', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  await ctx.facts.insert(
    'alias',
    Array.from({ length: 5000 }, (_, i) => ({ customer: i + 2, canonical: 1, settled: 0, version: 1, deleted: 0 })),
  )
  await events(ctx)
  assert.equal(await settleAliases(ctx), 5000)
  assert.deepEqual(await byPerson(ctx), [[1, 6000]])
})
