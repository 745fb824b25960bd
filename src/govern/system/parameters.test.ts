import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { withCtx } from '../../platform/ctx.ts'
import { openDb } from '../../platform/db/db.ts'
import { Problem, text } from '../../platform/problem.ts'
import { testCtx } from '../../platform/testing/testing.ts'
import { defineParameter, listParameters, parameter, parameterHistory, resetParameter, setParameter } from './system.ts'

const attempts = defineParameter({
  name: 'test.sign_in.attempts',
  schema: Type.Integer({ minimum: 1, maximum: 20 }),
  default: 5,
  unit: text('次', 'times'),
  text: text('登录失败次数', 'Failed sign-ins'),
  group: text('测试', 'Test'),
})

const guarded = defineParameter({
  name: 'test.guarded',
  schema: Type.Boolean(),
  default: false,
  text: text('受控', 'Guarded'),
  group: text('测试', 'Test'),
  needs: 'access.policy.edit',
})

const codeOf = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

test('a parameter that nobody changed has its default', async (t) => {
  const ctx = await testCtx(t)
  assert.equal(await parameter(ctx, attempts), 5)
  const row = (await listParameters(ctx)).find(({ name }) => name === attempts.name)
  assert.deepEqual(
    { value: row?.value, isDefault: row?.isDefault, revision: row?.revision, changedAt: row?.changedAt },
    { value: 5, isDefault: true, revision: 0, changedAt: null },
  )
})

test('a change holds at once, is recorded, and can be taken back to the default', async (t) => {
  const ctx = await testCtx(t)
  assert.equal(await parameter(ctx, attempts), 5)
  const row = await setParameter(ctx, attempts.name, { revision: 0, value: 3 })
  assert.deepEqual([row.value, row.isDefault, row.revision, row.changedBy], [3, false, 1, 'test'])
  assert.equal(await parameter(ctx, attempts), 3)
  assert.deepEqual(
    ctx.recorded.map(({ action, target, before, after }) => ({ action, id: target.id, before, after })),
    [{ action: 'system.parameter.set', id: attempts.name, before: { value: 5 }, after: { value: 3 } }],
  )
  await resetParameter(ctx, attempts.name, { revision: 1 })
  assert.equal(await parameter(ctx, attempts), 5)
  const history = await parameterHistory(ctx, attempts.name)
  assert.deepEqual(
    history.map(({ revision, value, by }) => [revision, value, by]),
    [
      [2, null, 'test'],
      [1, 3, 'test'],
    ],
  )
})

test('another process sees the change within seconds', async (t) => {
  const ctx = await testCtx(t)
  const db = openDb({ url: ctx.superuserUrl, role: 'zhixing_app', log: ctx.log, max: 2 })
  t.after(() => db.close())
  const elsewhere = withCtx(ctx, { db })
  assert.equal(await parameter(elsewhere, attempts), 5)
  await setParameter(ctx, attempts.name, { revision: 0, value: 7 })
  while ((await parameter(elsewhere, attempts)) !== 7) await new Promise((resolve) => setTimeout(resolve, 100))
})

test('a value that the schema does not allow is refused beside its field', async (t) => {
  const ctx = await testCtx(t)
  for (const value of [0, 21, 2.5, '5', null])
    await assert.rejects(setParameter(ctx, attempts.name, { revision: 0, value }), codeOf('parameter.invalid'))
  await assert.rejects(setParameter(ctx, 'test.unknown', { revision: 0, value: 1 }), codeOf('parameter.missing'))
})

test('of two people who change a parameter at once the second is told', async (t) => {
  const ctx = await testCtx(t)
  await setParameter(ctx, attempts.name, { revision: 0, value: 3 })
  await assert.rejects(setParameter(ctx, attempts.name, { revision: 0, value: 4 }), codeOf('parameter.stale'))
  await setParameter(ctx, attempts.name, { revision: 1, value: 4 })
  await assert.rejects(resetParameter(ctx, attempts.name, { revision: 1 }), codeOf('parameter.stale'))
  assert.equal(await parameter(ctx, attempts), 4)
})

test('a parameter that needs a permission of its own is not changed without it', async (t) => {
  const ctx = await testCtx(t)
  const user = withCtx(ctx, {
    who: { kind: 'user', id: 'usr_x', name: 'x' },
    permissions: new Set(['system.parameter.edit']),
  })
  await assert.rejects(setParameter(user, guarded.name, { revision: 0, value: true }), codeOf('access.denied'))
  const allowed = withCtx(user, { permissions: new Set(['access.policy.edit']) })
  assert.equal((await setParameter(allowed, guarded.name, { revision: 0, value: true })).value, true)
})

test('what is stored but no longer allowed gives way to the default', async (t) => {
  const ctx = await testCtx(t)
  await ctx.db.sql`insert into system.parameter values (${attempts.name}, '99', 1, now(), 'x')`
  assert.equal(await parameter(ctx, attempts), 5)
})

test('a parameter is declared once, with a default that it allows', () => {
  const spec = { name: attempts.name, schema: Type.Integer(), default: 1, text: text('x', 'x'), group: text('x', 'x') }
  assert.throws(() => defineParameter(spec), /twice/)
  assert.throws(() => defineParameter({ ...spec, name: 'test.bad', schema: Type.Integer({ minimum: 2 }) }), /default/)
})
