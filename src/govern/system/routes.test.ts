import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { unauditedChange } from '../../platform/change.ts'
import { withCtx } from '../../platform/ctx.ts'
import { createHttp } from '../../platform/http/server.ts'
import { defineJob, queueJob } from '../../platform/jobs/jobs.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { text } from '../../platform/problem.ts'
import { testCtx } from '../../platform/testing/testing.ts'
import { openAudit } from '../audit/audit.ts'
import { permissions } from './contract.ts'
import { systemRoutes } from './routes.ts'
import { defineParameter } from './system.ts'

defineParameter({
  name: 'test.colours',
  schema: Type.Array(Type.String(), { maxItems: 3 }),
  default: ['red'],
  text: text('颜色', 'Colours'),
  group: text('测试', 'Test'),
})

async function systemServer(t: TestContext) {
  const home = await mkdtemp(join(tmpdir(), 'zhixing-system-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const plain = await testCtx(t)
  const facts = { health: async () => ({ ok: false, reason: 'refused' }) } as unknown as typeof plain.facts
  const ctx = withCtx(plain, { facts })
  const app = await createHttp({
    ctx,
    authenticate: async () => ({
      who: { kind: 'user', id: 'usr_li', name: '李强' },
      scope: 'everything',
      permissions: new Set(permissions.map(({ id }) => id)),
    }),
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: 1000,
  })
  t.after(() => app.close())
  const audit = await openAudit({ key: Buffer.alloc(32, 7), anchorFile: join(home, 'audit.anchor') })
  systemRoutes(app, { homePath: home, audit })
  async function call(method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) {
    const answer = await app.inject({ method, url: `/api/system${url}`, ...(payload ? { payload } : {}) })
    return {
      status: answer.statusCode,
      text: answer.body,
      body: answer.body.startsWith('{') ? answer.json() : undefined,
    }
  }
  return { call, ctx }
}

test('a set of codes is made, drafted, published, compared and sent as a sheet', async (t) => {
  const { call } = await systemServer(t)
  const name = { zh: '渠道偏好', en: 'Channel preference' }
  const made = await call('POST', '/codes', { set: 'channel_preference', name })
  assert.deepEqual([made.status, made.body.version, made.body.draft], [200, null, null])
  const value = { zh: '短信', en: 'SMS', order: 10, state: 'active', parent: null, from: '2026-01-01', to: null }
  const draft = await call('PUT', '/codes/channel_preference/draft', {
    revision: made.body.revision,
    values: [{ ...value, code: 'S' }],
  })
  assert.deepEqual(draft.body.draft.diff.added, [{ ...value, code: 'S' }])
  const published = await call('POST', '/codes/channel_preference/publish', {
    revision: draft.body.revision,
    note: '首版',
  })
  assert.deepEqual(
    [published.body.version, published.body.published, published.body.publishedBy],
    [1, [{ ...value, code: 'S' }], '李强'],
  )
  const imported = await call('POST', '/codes/channel_preference/import', {
    revision: published.body.revision,
    csv: 'code,zh,en\nE,邮件,Mail',
  })
  assert.deepEqual(imported.body.draft.diff.removed.length, 1)
  const discarded = await call('POST', '/codes/channel_preference/discard', { revision: imported.body.revision })
  assert.equal(discarded.body.draft, null)
  const { body } = await call('GET', '/codes/channel_preference/versions')
  assert.deepEqual([body.items.length, body.items[0].note, body.items[0].added], [1, '首版', 1])
  assert.equal((await call('GET', '/codes/channel_preference/compare?from=0&to=1')).body.added.length, 1)
  assert.match(
    (await call('GET', '/codes/channel_preference/export')).text,
    /^\ufeffcode,zh,en,.*\r\nS,短信,SMS,10,active,,2026-01-01,\r\n$/,
  )
  assert.ok(
    (await call('GET', '/codes?q=channel')).body.items.some((one: { set: string }) => one.set === 'channel_preference'),
  )
  const wrong = await call('PUT', '/codes/channel_preference/draft', {
    revision: discarded.body.revision,
    values: [{ ...value, code: 'S', parent: 'X' }],
  })
  assert.deepEqual([wrong.status, wrong.body.fields[0].field], [400, 'values.0.parent'])
  const stale = await call('PUT', '/codes/channel_preference/draft', { revision: 1, values: [] })
  assert.deepEqual([stale.status, stale.body.code], [409, 'code.stale'])
})

test('a parameter is listed with its form, set, traced and reset', async (t) => {
  const { call } = await systemServer(t)
  const find = async () =>
    (await call('GET', '/parameters')).body.items.find((one: { name: string }) => one.name === 'test.colours')
  const row = await find()
  assert.deepEqual(
    [row.value, row.default, row.isDefault, row.schema.type, row.unit],
    [['red'], ['red'], true, 'array', null],
  )
  const set = await call('PUT', '/parameters/test.colours', { revision: 0, value: ['green', 'blue'] })
  assert.deepEqual([set.status, set.body.value, set.body.changedBy], [200, ['green', 'blue'], '李强'])
  assert.equal((await call('PUT', '/parameters/test.colours', { revision: 1, value: 'green' })).status, 400)
  assert.equal((await call('POST', '/parameters/test.colours/reset', { revision: 1 })).body.isDefault, true)
  const history = (await call('GET', '/parameters/test.colours/history')).body.items
  assert.deepEqual(
    history.map((one: { value: unknown }) => one.value),
    [null, ['green', 'blue']],
  )
  assert.deepEqual((await find()).value, ['red'])
})

test('jobs are listed, retried and removed; health answers even when an engine does not', async (t) => {
  const { call, ctx } = await systemServer(t)
  await unauditedChange(ctx, 'a test', (tx) =>
    queueJob(
      ctx,
      tx,
      defineJob('test.route', async () => {}),
      {},
    ),
  )
  const { body } = await call('GET', '/jobs?state=waiting&task=route')
  assert.deepEqual([body.items.length, body.items[0].task, body.counts.waiting, body.next], [1, 'test.route', 1, null])
  assert.equal((await call('POST', `/jobs/${body.items[0].id}/retry`)).status, 204)
  assert.equal((await call('POST', `/jobs/${body.items[0].id}/remove`)).status, 204)
  assert.equal((await call('POST', `/jobs/${body.items[0].id}/remove`)).status, 404)
  assert.deepEqual((await call('GET', '/crons')).body, { items: [] })
  const health = await call('GET', '/health')
  assert.deepEqual([health.status, health.body.state, health.body.checks.length], [200, 'bad', 6])
})
