import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ctx } from '../../platform/ctx.ts'
import { Problem } from '../../platform/problem.ts'
import { is } from '../customers/testing/testing.ts'
import { computeFor, editTag, getTag, listTags, publishTag, refreshTag, tagValues, turnTag } from './tags.ts'
import { bankWithTags, never, type Seen } from './testing/testing.ts'

const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected

async function seen(ctx: Ctx, id: string, at?: Date): Promise<Seen> {
  const { sql, params } = await tagValues(ctx, id, at ?? null)
  const rows = await ctx.facts.query<{ person: number; value: unknown }>({
    sql: `SELECT person, value FROM (${sql}) ORDER BY person`,
    params,
  })
  return Object.fromEntries(rows.map(({ person, value }) => [person, value]))
}

const levels = {
  cases: [
    { label: '高', when: 'aum >= 40000' },
    { label: '中', when: 'aum >= 20000' },
  ],
  otherwise: '低',
}

test('a tag of cases gives each customer the label of the first that holds, and says how they are distributed', async (t) => {
  const { ctx, publish } = await bankWithTags(t)
  const id = await publish({ name: '资产等级', kind: 'rule', draft: levels })
  const tag = await getTag(ctx, id)
  assert.deepEqual(
    [tag.state, tag.version, tag.type, tag.computing, tag.error, tag.covered, tag.universe],
    ['live', 1, 'text', false, null, 5, 5],
  )
  const values = Object.values(await seen(ctx, id)).toSorted()
  assert.deepEqual(values, ['中', '中', '低', '高', '高'].toSorted())
  assert.deepEqual(tag.runs[0]?.shares, {
    of: 'values',
    values: [
      { value: '中', count: 2 },
      { value: '高', count: 2 },
      { value: '低', count: 1 },
    ],
    others: 0,
    distinct: 3,
  })
  assert.deepEqual(tag.versions[0]?.codes, ['高', '中', '低'])
})

test('a value that changed leaves a row of history and no other, and every instant is answered as it was then', async (t) => {
  const { ctx, web, say, aum, follow, publish, runner } = await bankWithTags(t)
  const id = await publish({ name: '资产等级', kind: 'rule', draft: { ...levels, otherwise: null } })
  const first = await seen(ctx, id)
  const before = ctx.now
  await ctx.clock.advance(3_600_000)
  await say(web, is({ customer_no: '1' }, 'set', '2026-01-05 09:30', { aum: '9000000' }), aum(9, 500))
  await say(web, is({ customer_no: '2' }, 'set', '2026-01-05 09:30', { aum: '100' }))
  await follow()
  await refreshTag(ctx, id)
  await runner.settle()
  const now = await seen(ctx, id)
  assert.notDeepEqual(now, first)
  assert.deepEqual(await seen(ctx, id, before), first)
  assert.deepEqual(await seen(ctx, id, new Date(before.getTime() - 1000)), {}, 'nothing was said before')
  const [{ n } = { n: 0n }] = await ctx.facts.query<{ n: bigint }>({ sql: 'SELECT count() AS n FROM tag_history' })
  assert.equal(Number(n), Object.keys(first).length + 2, 'one came to a value, one lost it')
  assert.deepEqual(
    (await getTag(ctx, id)).runs.map(({ changed, covered }) => [changed, covered]),
    [
      [4, 4],
      [2, 4],
    ],
  )
})

test('tags read tags: what is read is computed first, those who follow are computed after it, circles are named', async (t) => {
  const { ctx, publish, runner } = await bankWithTags(t)
  const base = await publish({ name: '资产万元', kind: 'eql', draft: { text: 'in_yuan(aum) / 10000' } })
  const next = await publish({
    name: '两倍',
    kind: 'arithmetic',
    follows: true,
    draft: {
      terms: [
        { op: '+', tag: base, number: null },
        { op: '*', tag: null, number: 2 },
      ],
      missingIsZero: false,
    },
  })
  assert.deepEqual(Object.values(await seen(ctx, next)), [2, 4, 6, 8, 10])
  const old = await getTag(ctx, base)
  assert.deepEqual(
    old.readBy.map(({ name }) => name),
    ['两倍'],
  )
  await assert.rejects(turnTag(ctx, base, { to: 'retired' }), code('tags.in_use'))
  const edited = await editTag(ctx, base, {
    revision: old.revision,
    draft: { text: 'in_yuan(aum) / 1000' },
    name: '资产千元',
  })
  await assert.rejects(publishTag(ctx, base, { revision: edited.revision, seen: 0 }), code('tags.more_readers'))
  await publishTag(ctx, base, { revision: edited.revision, seen: 1 })
  await runner.settle()
  assert.deepEqual(Object.values(await seen(ctx, next)), [20, 40, 60, 80, 100], 'it follows')
  assert.match((await getTag(ctx, next)).versions[0]?.text ?? '', /资产千元/, 'a new name breaks no rule')
  const again = await editTag(ctx, base, { revision: edited.revision + 1, draft: { text: 'tag "两倍" + 1' } })
  await assert.rejects(publishTag(ctx, base, { revision: again.revision }), (error) => {
    assert.ok(error instanceof Problem)
    assert.equal(error.code, 'tags.circle')
    assert.match(error.text.zh, /“资产千元” → “两倍” → “资产千元”/)
    return true
  })
})

test('a tag that fails says why on its own page, and those who read it go on with the values it has', async (t) => {
  const { ctx, publish, runner } = await bankWithTags(t)
  const base = await publish({ name: '底', kind: 'eql', draft: { text: 'in_yuan(aum)' } })
  const other = await publish({ name: '上', kind: 'eql', draft: { text: 'tag "底" + 1' } })
  // Something that the rule reads has gone: the rule of the stored version does not fit any more.
  await ctx.db.sql.begin(async (tx) => {
    await tx`select set_config('zhixing.scope', '*', true)`
    await tx`update tags.version set rule = jsonb_set(rule, '{body,args,0,path,0}', '"gone"') where tag = ${base}`
  })
  await ctx.clock.advance(3_600_000)
  await refreshTag(ctx, other)
  await runner.settle()
  assert.equal((await getTag(ctx, other)).error, null)
  assert.equal((await getTag(ctx, other)).runs.length, 2)
  assert.ok((await getTag(ctx, base)).error)
})

test('a tag of a branch is about the customers of the branch, and is not seen above by those below', async (t) => {
  const { ctx, west, worksAt, publish } = await bankWithTags(t)
  const whole = await publish({ name: '全行', kind: 'rule', draft: levels })
  const branch = worksAt(west)
  await assert.rejects(getTag(branch, whole), code('tag.missing'))
  const own = await publish({ name: '西分行', kind: 'rule', draft: levels }, branch)
  assert.deepEqual([(await getTag(ctx, own)).covered, (await getTag(ctx, own)).universe], [2, 2])
  assert.deepEqual(
    (await listTags(branch, {})).items.map(({ name }) => name),
    ['西分行'],
  )
})

test('some customers computed again give what everyone computed again would give', async (t) => {
  const { ctx, web, say, follow, publish, runner } = await bankWithTags(t)
  const one = await publish({ name: '增量', kind: 'rule', draft: { ...levels, otherwise: null } })
  const all = await publish({ name: '全量', kind: 'rule', draft: { ...levels, otherwise: null } })
  const people = Object.keys(await seen(ctx, one)).map(Number)
  await ctx.clock.advance(60_000)
  await say(
    web,
    is({ customer_no: '1' }, 'set', '2026-01-05 09:00', { aum: '9000000' }),
    is({ customer_no: '2' }, 'set', '2026-01-05 09:00', { aum: '100' }),
    is({ customer_no: '7' }, 'set', '2026-01-05 09:00', { aum: '2500000' }),
  )
  await follow()
  const rows = await ctx.facts.query<{ id: number }>({ sql: 'SELECT id FROM customer FINAL' })
  const touched = rows.map(({ id }) => id).filter((id) => !people.slice(1).includes(id) || id === people[0])
  assert.equal(await computeFor(ctx, one, touched, never), 3)
  assert.equal(await computeFor(ctx, one, touched, never), 0, 'twice is once')
  await refreshTag(ctx, all)
  await runner.settle()
  assert.deepEqual(await seen(ctx, one), await seen(ctx, all))
  assert.equal((await getTag(ctx, one)).covered, 4 + 1)
})
