import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { withCtx } from '../ctx.ts'
import { createMetrics } from '../metrics.ts'
import { Problem, text } from '../problem.ts'
import { testCtx } from '../testing/testing.ts'
import { endpoint } from './endpoint.ts'
import { operateRoutes } from './operate.ts'
import { type Authenticate, createHttp } from './server.ts'

const reader: Authenticate = async (_ctx, request) => {
  if (request.headers.authorization === 'Bearer stale')
    throw new Problem('unauthenticated', 'access.expired', text('已过期', 'expired'))
  if (request.headers.authorization !== 'Bearer good') return undefined
  const cookie = request.headers['x-as-browser'] === 'yes'
  return {
    who: { kind: 'user', id: 'usr_1', name: '王芳' },
    scope: { path: 'a' },
    permissions: new Set(['thing.read', 'thing.write']),
    ...(cookie ? { csrf: 'c5rf' } : {}),
  }
}

async function server(t: TestContext, options: { requestsPerMinute?: number } = {}) {
  const ctx = await testCtx(t)
  const metrics = createMetrics()
  const app = await createHttp({
    ctx,
    authenticate: reader,
    metrics,
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: options.requestsPerMinute ?? 10_000,
  })
  t.after(() => app.close())
  operateRoutes(app, { metrics, checks: [{ name: 'db', fault: async () => undefined }], metricsToken: 'scrape' })
  const Thing = Type.Object(
    { name: Type.String({ minLength: 1, maxLength: 5 }), n: Type.Integer({ minimum: 0 }) },
    { additionalProperties: false },
  )
  endpoint(app, { method: 'GET', url: '/api/things', needs: 'thing.read', summary: 'things', query: Type.Object({ n: Type.Optional(Type.Integer()) }), answer: Type.Object({ n: Type.Integer(), who: Type.String() }), handle: (of, { query }) => ({ n: query.n ?? 0, who: of.who.id }) }) // biome-ignore format: a table
  endpoint(app, { method: 'POST', url: '/api/things', needs: 'thing.write', summary: 'make', body: Thing, answer: Thing, handle: (_of, { body }) => body }) // biome-ignore format: a table
  endpoint(app, { method: 'POST', url: '/api/admin', needs: 'admin.all', summary: 'never', handle: () => undefined }) // biome-ignore format: a table
  endpoint(app, { method: 'GET', url: '/api/open', needs: 'public', summary: 'open', answer: Type.Object({ lang: Type.String() }), handle: (of) => ({ lang: of.lang }) }) // biome-ignore format: a table
  endpoint(app, { method: 'GET', url: '/api/bug', needs: 'public', summary: 'bug', handle: () => { throw new Error('password=hunter2 at line 3') } }) // biome-ignore format: a table
  endpoint(app, { method: 'GET', url: '/api/slow-down', needs: 'public', summary: 'limit', perMinute: 2, handle: () => undefined }) // biome-ignore format: a table
  return { app, ctx }
}

const good = { authorization: 'Bearer good' }

test('a body that is wrong is refused with the field, the reason and the reader’s language', async (t) => {
  const { app } = await server(t)
  const payload = { name: 'too long', n: '5', extra: 1 }
  const en = await app.inject({ method: 'POST', url: '/api/things', headers: { ...good, 'x-lang': 'en' }, payload })
  assert.equal(en.statusCode, 400)
  assert.match(en.headers['content-type'] as string, /application\/problem\+json/)
  const problem = en.json()
  assert.equal(problem.code, 'http.invalid')
  assert.deepEqual(
    new Map(problem.fields.map((f: { field: string; message: string }) => [f.field, f.message])),
    new Map([
      ['extra', 'is not a known field'],
      ['name', 'must have at most 5 characters'],
      ['n', 'must be integer'],
    ]),
  )
  const zh = await app.inject({ method: 'POST', url: '/api/things', headers: good, payload: { n: -1 } })
  assert.deepEqual(zh.json().fields, [
    { field: 'name', message: '必填' },
    { field: 'n', message: '不能小于 0' },
  ])
})

test('numbers in an address are read as numbers, in a body they must be numbers', async (t) => {
  const { app } = await server(t)
  assert.equal((await app.inject({ url: '/api/things?n=5', headers: good })).json().n, 5)
  assert.equal((await app.inject({ url: '/api/things?n=five', headers: good })).statusCode, 400)
})

test('who is not signed in gets 401, who lacks the permission 403 that names it', async (t) => {
  const { app } = await server(t)
  assert.equal((await app.inject({ url: '/api/things' })).statusCode, 401)
  assert.equal(
    (await app.inject({ url: '/api/things', headers: { authorization: 'Bearer stale' } })).json().code,
    'access.expired',
  )
  const denied = await app.inject({ method: 'POST', url: '/api/admin', headers: good })
  assert.equal(denied.statusCode, 403)
  assert.match(denied.json().detail, /admin\.all/)
  assert.equal((await app.inject({ url: '/api/open', headers: { authorization: 'Bearer stale' } })).statusCode, 200)
})

test('a browser must repeat its CSRF token on writes, and need not on reads', async (t) => {
  const { app } = await server(t)
  const browser = { ...good, 'x-as-browser': 'yes' }
  const payload = { name: 'a', n: 1 }
  assert.equal((await app.inject({ url: '/api/things', headers: browser })).statusCode, 200)
  assert.equal(
    (await app.inject({ method: 'POST', url: '/api/things', headers: browser, payload })).json().code,
    'access.csrf',
  )
  const proved = await app.inject({
    method: 'POST',
    url: '/api/things',
    headers: { ...browser, 'x-csrf-token': 'c5rf' },
    payload,
  })
  assert.equal(proved.statusCode, 200)
})

test('a bug of ours answers 500 without its message, and the request can be found by its id', async (t) => {
  const { app } = await server(t)
  const answer = await app.inject({ url: '/api/bug', headers: { 'x-request-id': 'support-ticket-1' } })
  assert.equal(answer.statusCode, 500)
  assert.doesNotMatch(answer.body, /hunter2|line 3/)
  assert.equal(answer.json().requestId, 'support-ticket-1')
  assert.equal(answer.headers['x-request-id'], 'support-ticket-1')
})

test('a request id that could forge a log line is replaced', async (t) => {
  const { app } = await server(t)
  const answer = await app.inject({ url: '/api/open', headers: { 'x-request-id': 'a" level="error' } })
  assert.match(answer.headers['x-request-id'] as string, /^[0-9a-f-]{36}$/)
})

test('a caller over the limit is told when to come back', async (t) => {
  const { app } = await server(t)
  for (let i = 0; i < 2; i++) assert.equal((await app.inject({ url: '/api/slow-down' })).statusCode, 204)
  const limited = await app.inject({ url: '/api/slow-down' })
  assert.equal(limited.statusCode, 429)
  assert.ok(Number(limited.headers['retry-after']) > 0)
  assert.equal(limited.json().code, 'http.too_many')
})

test('a body that is too large or no JSON is refused by name', async (t) => {
  const { app } = await server(t)
  const large = await app.inject({
    method: 'POST',
    url: '/api/things',
    headers: good,
    payload: { name: 'x'.repeat(2_000_000), n: 1 },
  })
  assert.equal(large.statusCode, 413)
  assert.equal(large.json().code, 'http.too_large')
  const nonsense = await app.inject({
    method: 'POST',
    url: '/api/things',
    headers: { ...good, 'content-type': 'application/json' },
    payload: '{"a":',
  })
  assert.equal(nonsense.statusCode, 400)
  const xml = await app.inject({
    method: 'POST',
    url: '/api/things',
    headers: { ...good, 'content-type': 'text/xml' },
    payload: '<a/>',
  })
  assert.equal(xml.json().code, 'http.media_type')
})

test('a route that does not say what it needs cannot be registered', async (t) => {
  const { app } = await server(t)
  assert.throws(() => app.get('/api/forgotten', async () => 'everything'), /does not say what it needs/)
})

test('a keyed request is told of a key that cannot be kept', async (t) => {
  const { app } = await server(t)
  const answer = await app.inject({ url: '/api/open', headers: { 'idempotency-key': 'ключ' } })
  assert.equal(answer.json().code, 'idempotency.bad_key')
})

test('the machine description is OpenAPI 3.1 made of the same schemas', async (t) => {
  const { app } = await server(t)
  await app.ready()
  const answer = await app.inject({ url: '/openapi.json' })
  assert.equal(answer.statusCode, 200)
  const described = answer.json()
  assert.match(described.openapi, /^3\.1/)
  assert.equal(
    described.paths['/api/things'].post.requestBody.content['application/json'].schema.properties.name.maxLength,
    5,
  )
  assert.deepEqual(described.paths['/api/open'].get.security, [])
  assert.equal((await app.inject({ url: '/docs/' })).statusCode, 200)
})

test('metrics count requests by route, and are closed to strangers', async (t) => {
  const { app } = await server(t)
  await app.inject({ url: '/api/open' })
  const answer = await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })
  assert.match(answer.body, /zhixing_http_request_seconds_count\{method="GET",route="\/api\/open",status="200"\} 1/)
  assert.equal((await app.inject({ url: '/metrics', remoteAddress: '10.1.2.3' })).statusCode, 403)
  const forwarded = { 'x-forwarded-for': '10.1.2.3' }
  assert.equal((await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1', headers: forwarded })).statusCode, 403)
  const token = { authorization: 'Bearer scrape' }
  assert.equal((await app.inject({ url: '/metrics', remoteAddress: '10.1.2.3', headers: token })).statusCode, 200)
})

test('readiness names what is missing', async (t) => {
  const ctx = await testCtx(t)
  const metrics = createMetrics()
  const app = await createHttp({ ctx: withCtx(ctx, {}), authenticate: reader, metrics, publicUrl: 'http://localhost', trustProxy: false, requestsPerMinute: 100 }) // biome-ignore format: one call
  t.after(() => app.close())
  const checks = [
    { name: 'postgres', fault: async () => undefined },
    { name: 'clickhouse', fault: async () => 'restarting' },
  ]
  operateRoutes(app, { metrics, checks, metricsToken: undefined })
  const answer = await app.inject({ url: '/readyz' })
  assert.equal(answer.statusCode, 503)
  assert.deepEqual(answer.json(), { status: 'not ready', checks: { postgres: 'ok', clickhouse: 'restarting' } })
  assert.equal((await app.inject({ url: '/healthz' })).statusCode, 200)
})
