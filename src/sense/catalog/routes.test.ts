import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ensureRoot } from '../../govern/orgs/orgs.ts'
import { withCtx } from '../../platform/ctx.ts'
import { createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { testCtx } from '../../platform/testing/testing.ts'
import { openPicking } from './catalog.ts'
import { permissions } from './contract.ts'
import { catalogRoutes } from './routes.ts'
import { emptyPlan } from './testing/plan.ts'

async function server(t: TestContext, held: readonly string[] = permissions.map(({ id }) => id)) {
  const ctx = await emptyPlan(await testCtx(t))
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const app = await createHttp({
    ctx: withCtx(ctx, { scope: 'nothing' }),
    authenticate: async () => ({
      who: { kind: 'user', id: 'usr_li', name: '李强' },
      scope: { path: root.path },
      permissions: new Set(held),
    }),
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: 1000,
  })
  t.after(() => app.close())
  catalogRoutes(app)
  openPicking(app, { key: Buffer.alloc(32, 7), practice: [] })
  async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) {
    const answer = await app.inject({ method, url: `/api/catalog${url}`, ...(payload ? { payload } : {}) })
    return {
      status: answer.statusCode,
      text: answer.body,
      body: answer.body.startsWith('{') ? answer.json() : undefined,
    }
  }
  return { call, root, app }
}

test('a source is made, shown, given a new key and switched off', async (t) => {
  const { call, root } = await server(t)
  const made = await call('POST', '/sources', { name: '手机银行', project: 'app', kind: 'app', org: root.id })
  assert.equal(made.status, 200)
  const rotated = await call('POST', `/sources/${made.body.id}/rotate`, { version: 1 })
  assert.notEqual(rotated.body.writeKey, made.body.writeKey)
  assert.equal((await call('POST', `/sources/${made.body.id}/switch`, { version: 1, state: 'off' })).status, 409)
  assert.equal((await call('POST', `/sources/${made.body.id}/switch`, { version: 2, state: 'off' })).body.state, 'off')
  assert.equal((await call('PATCH', `/sources/${made.body.id}`, { version: 3, note: '旧版' })).body.note, '旧版')
  assert.equal((await call('GET', '/sources?q=旧版')).body.items.length, 1)
  assert.equal((await call('GET', `/sources/${made.body.id}`)).body.org.name, '总行')
  const taken = await call('POST', '/sources', { name: 'x', project: 'app', kind: 'app', org: root.id })
  assert.deepEqual([taken.status, taken.body.fields[0].field], [400, 'project'])
  assert.equal((await call('POST', '/sources', { name: 'x', project: 'a b', kind: 'app', org: root.id })).status, 400)
})

test('an event with a name full of slashes and signs is planned, edited, checked and sent as a sheet', async (t) => {
  const { call } = await server(t)
  const name = '购买/理财 50% & "more"?#'
  const asked = `/events/one?name=${encodeURIComponent(name)}`
  assert.equal((await call('POST', '/events', { name, mode: 'strict' })).status, 200)
  assert.equal((await call('POST', '/properties', { event: name, name: 'a/b', type: 'integer' })).status, 200)
  assert.equal((await call('POST', '/properties', { event: '', name: 'version', type: 'text' })).status, 200)
  const edited = await call('PATCH', '/properties', {
    event: name,
    name: 'a/b',
    version: 1,
    required: true,
    codes: ['1'],
  })
  assert.deepEqual([edited.body.required, edited.body.codes], [true, ['1']])
  assert.equal((await call('PATCH', '/events/one', { name, version: 1, state: 'retired' })).body.state, 'retired')
  assert.equal((await call('POST', '/events/decide', { names: [name], as: 'active' })).body.changed, 0)
  assert.equal((await call('PATCH', '/events/one', { name, version: 2, state: 'active' })).body.state, 'active')
  const { body } = await call('GET', asked)
  assert.deepEqual([body.own.length, body.common.length], [1, 1])
  assert.equal(
    (await call('POST', '/properties/decide', { event: name, names: ['a/b'], as: 'ignored' })).body.changed,
    1,
  )
  assert.equal((await call('GET', '/properties/common')).body.items.length, 1)
  const sheet = await call('GET', '/plan/export')
  assert.match(sheet.text, /^\ufeff事件名,.*\r\n,,,,,,version,/)
  assert.deepEqual((await call('POST', '/plan/import', { csv: sheet.text })).body, { events: 1, properties: 1 })
  assert.equal((await call('GET', '/events?sort=nothing')).status, 400)
  assert.equal((await call('GET', '/events/one?name=nobody')).status, 404)
})

test('a type is added with attributes and relations, and its things are listed', async (t) => {
  const { call } = await server(t)
  const made = await call('POST', '/entities', { type: 'box', zh: '保管箱', en: 'Box', key: 'box_no' })
  assert.deepEqual([made.status, made.body.own.length], [200, 1])
  assert.equal((await call('POST', '/entities/box/attributes', { name: 'size', type: 'text' })).status, 200)
  const edit = { name: 'size', version: 1, type: 'integer' }
  assert.equal((await call('PATCH', '/entities/box/attributes', edit)).body.type, 'integer')
  const relation = { name: 'box_org', zh: '位于', en: 'is at', target: 'org', cardinality: 'one', via: 'size' }
  assert.equal((await call('POST', '/entities/box/relations', relation)).body.relations.length, 1)
  assert.equal((await call('DELETE', '/entities/box/relations/box_org')).status, 204)
  assert.equal((await call('PATCH', '/entities/box', { version: 1, zh: '箱' })).body.zh, '箱')
  assert.deepEqual((await call('GET', '/entities/box/items')).body, { items: [], next: null })
  assert.equal((await call('GET', '/entities')).body.items.length, 10)
  assert.equal((await call('GET', '/entities/nothing')).status, 404)
})

test('who may only read changes nothing', async (t) => {
  const { call, root } = await server(t, ['catalog.source.read', 'catalog.plan.read', 'catalog.entity.read'])
  for (const url of ['/sources', '/events', '/entities', '/plan/export'])
    assert.equal((await call('GET', url)).status, 200, url)
  const tries = [
    call('POST', '/sources', { name: 'x', project: 'x', kind: 'web', org: root.id }),
    call('POST', '/events', { name: 'x' }),
    call('POST', '/plan/import', { csv: 'event,property\nx,y' }),
    call('POST', '/entities', { type: 'x', zh: 'x', en: 'x', key: 'x' }),
  ]
  for (const { status } of await Promise.all(tries)) assert.equal(status, 403)
})

test('a page is picked on with a token of its own origin; the console itself, and what is no page, is not', async (t) => {
  const { app } = await server(t)
  const origin = 'https://zhixing.example'
  const start = (url: string, headers: object = { origin }) =>
    app.inject({ method: 'POST', url: '/api/catalog/picking', headers: { ...headers }, payload: { url } })
  const confirm = (token: string, from: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/pick',
      headers: { origin: from, 'content-type': 'text/plain' },
      payload: JSON.stringify({ token }),
    })
  const made = (await start('https://bank.example/online?a=1')).json()
  assert.deepEqual(
    [made.origin, made.here, made.url],
    ['https://bank.example', false, 'https://bank.example/online?a=1'],
  )
  const confirmed = await confirm(made.token, 'https://bank.example')
  assert.equal(confirmed.json().console, origin)
  assert.equal(confirmed.headers['access-control-allow-origin'], 'https://bank.example')
  assert.equal((await confirm(made.token, 'https://evil.example')).statusCode, 403)
  assert.equal((await confirm('x', 'https://bank.example')).statusCode, 403)
  assert.equal((await start('/demo/wealth.html')).json().here, true)
  for (const url of ['/govern/users', `${origin}/sense`, 'javascript:alert(1)', 'file:///etc/passwd', 'bank.example'])
    assert.equal((await start(url)).json().fields[0].field, 'url', url)
  assert.equal((await start('https://bank.example/', {})).statusCode, 400, 'not in a browser')
})

test('who may not edit the plan gets no token and names nothing', async (t) => {
  const { app, call } = await server(t, ['catalog.plan.read'])
  const headers = { origin: 'https://zhixing.example' }
  const payload = { url: 'https://bank.example/' }
  assert.equal((await app.inject({ method: 'POST', url: '/api/catalog/picking', headers, payload })).statusCode, 403)
  const conditions = [{ field: 'text', op: 'is', values: ['买'] }]
  assert.equal((await call('POST', '/virtual', { name: 'x', base: 'click', conditions })).status, 403)
  assert.equal((await call('GET', '/virtual')).status, 200)
})
