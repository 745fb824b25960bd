import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { read } from '../../platform/change.ts'
import { createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import { orgsRoutes } from '../orgs/routes.ts'
import { authenticate, demoAccounts, ensureDemoAccounts, ensureFirstAdmin } from './access.ts'
import { accessRoutes } from './routes.ts'

const password = demoAccounts()[0]?.password ?? ''

type Bank = { ctx: TestCtx; app: FastifyInstance }

async function bank(t: TestContext): Promise<Bank> {
  const ctx = await testCtx(t)
  await ensureDemoAccounts(ctx)
  const app = await createHttp({
    ctx,
    authenticate,
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: 100_000,
  })
  t.after(() => app.close())
  accessRoutes(app, { demo: true, publicUrl: 'http://localhost' })
  orgsRoutes(app)
  return { ctx, app }
}

type Browser = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  payload?: object,
  headers?: Record<string, string>,
) => Promise<{ status: number; body: ReturnType<typeof JSON.parse> }>

async function signedIn({ app }: Bank, login: string, secret = password): Promise<Browser> {
  const answer = await app.inject({ method: 'POST', url: '/api/access/sign-in', payload: { login, password: secret } })
  assert.equal(answer.statusCode, 200, answer.body)
  const cookies: Record<string, string> = {}
  const keep = (given: typeof answer) => {
    for (const cookie of given.cookies) cookies[cookie.name] = cookie.value
  }
  keep(answer)
  const me = await app.inject({ url: '/api/access/me', cookies })
  let csrf = me.json().csrf as string
  return async (method, url, payload, headers = {}) => {
    const given = await app.inject({
      method,
      url,
      cookies,
      headers: { 'x-csrf-token': csrf, ...headers },
      ...(payload ? { payload } : {}),
    })
    keep(given)
    const body = given.body ? given.json() : undefined
    if (typeof body?.csrf === 'string') csrf = body.csrf
    return { status: given.statusCode, body }
  }
}

test('a person signs in, sees who he is and where, and signs out for good', async (t) => {
  const at = await bank(t)
  const admin = await signedIn(at, 'admin')
  const me = (await admin('GET', '/api/access/me')).body
  assert.equal(me.user.login, 'admin')
  assert.equal(me.scopeNow.name, '知行银行总行')
  assert.ok(me.permissions.includes('access.user.edit'))
  assert.equal((await admin('POST', '/api/access/sign-out')).status, 204)
  assert.equal((await admin('GET', '/api/access/me')).status, 401)
})

test('the cookie cannot be read by scripts, and its token is not in the database', async (t) => {
  const { ctx, app } = await bank(t)
  const answer = await app.inject({ method: 'POST', url: '/api/access/sign-in', payload: { login: 'admin', password } })
  assert.match(String(answer.headers['set-cookie']), /HttpOnly; SameSite=Lax/)
  const token = answer.cookies[0]?.value ?? ''
  const kept = await read(ctx, (tx) => tx`select session::text as row from access.session`)
  assert.ok(token.length > 40 && !JSON.stringify(kept).includes(token))
})

test('an unknown login and a wrong password are answered alike', async (t) => {
  const { app } = await bank(t)
  const answers = []
  for (const login of ['admin', 'nobody-of-that-name']) {
    const { requestId: _, ...body } = (
      await app.inject({ method: 'POST', url: '/api/access/sign-in', payload: { login, password: 'wrong-password' } })
    ).json()
    answers.push(body)
  }
  assert.deepEqual(answers[0], answers[1])
  assert.equal(answers[0]?.code, 'access.wrong_credentials')
})

test('wrong passwords lock the account for a growing time, also for the right one', async (t) => {
  const { ctx, app } = await bank(t)
  const tryWith = (secret: string) =>
    app.inject({ method: 'POST', url: '/api/access/sign-in', payload: { login: 'yunying', password: secret } })
  for (let i = 0; i < 5; i++) assert.equal((await tryWith('wrong-password')).statusCode, 401)
  const locked = await tryWith(password)
  assert.equal(locked.statusCode, 429)
  assert.equal(locked.headers['retry-after'], '30')
  await ctx.clock.advance(31_000)
  assert.equal((await tryWith(password)).statusCode, 200)
})

test('a session ends when unused for two hours, and in any case after twelve, by the product’s clock', async (t) => {
  const at = await bank(t)
  const [busy, idle] = [await signedIn(at, 'admin'), await signedIn(at, 'yunying')]
  for (let hour = 1; hour <= 11; hour++) {
    await at.ctx.clock.advance(3_600_000)
    assert.equal((await busy('GET', '/api/access/me')).status, 200, `after ${hour} hours of work`)
    if (hour === 3) assert.equal((await idle('GET', '/api/access/me')).body.code, 'access.session_ended')
  }
  await at.ctx.clock.advance(3_600_001)
  assert.equal((await busy('GET', '/api/access/me')).body.code, 'access.session_ended')
})

test('a write without the CSRF token of the session is refused', async (t) => {
  const admin = await signedIn(await bank(t), 'admin')
  assert.equal(
    (await admin('PATCH', '/api/access/me', { lang: 'en' }, { 'x-csrf-token': 'forged' })).body.code,
    'access.csrf',
  )
})

test('a branch sees its own organisations and people, and may not look beyond', async (t) => {
  const at = await bank(t)
  const admin = await signedIn(at, 'admin')
  const branch = await signedIn(at, 'fenhang')
  const all = (await admin('GET', '/api/orgs/tree')).body.items as { id: string; name: string }[]
  const own = (await branch('GET', '/api/orgs/tree')).body.items as { name: string }[]
  assert.equal(all.length, 49)
  assert.deepEqual(
    own.map((org) => org.name).sort(),
    ['江城分行', '江城中山路支行', '江城人民广场支行', '江城高新区支行', '江城大学城支行', '江城湖滨支行'].sort(),
  )
  const other = all.find((org) => org.name === '滨海分行')?.id ?? ''
  assert.equal((await branch('GET', `/api/orgs/${other}`)).status, 404)
  assert.equal(
    (await branch('GET', '/api/orgs/tree', undefined, { 'x-org-scope': other })).body.code,
    'orgs.out_of_scope',
  )
  assert.equal((await branch('GET', '/api/access/users')).status, 403)
  const narrowed = (await admin('GET', '/api/orgs/tree', undefined, { 'x-org-scope': other })).body.items
  assert.equal(narrowed.length, 6)
})

test('a new user signs in with the first password and must change it before anything else', async (t) => {
  const at = await bank(t)
  const admin = await signedIn(at, 'admin')
  const root = (await admin('GET', '/api/orgs/tree')).body.items[0].id
  const roles = (await admin('GET', '/api/access/roles')).body.items as { id: string; builtIn: string }[]
  const role = roles.find((one) => one.builtIn === 'rm')?.id
  const made = await admin('POST', '/api/access/users', {
    login: 'newcomer',
    name: '钱多多',
    org: root,
    grants: [{ role, org: root }],
  })
  assert.equal(made.status, 200, JSON.stringify(made.body))
  const first = await signedIn(at, 'newcomer', made.body.password)
  assert.equal((await first('GET', '/api/orgs/tree')).body.code, 'access.password_change_needed')
  const weak = await first('POST', '/api/access/me/password', { current: made.body.password, next: 'newcomer123' })
  assert.deepEqual(
    weak.body.fields.map((fault: { field: string }) => fault.field),
    ['next'],
  )
  assert.equal(
    (await first('POST', '/api/access/me/password', { current: made.body.password, next: 'four quiet herons 4' }))
      .status,
    200,
  )
  assert.equal((await first('GET', '/api/orgs/tree')).status, 200)
  const again = await admin('POST', '/api/access/users', { login: 'NewComer', name: '又一人', org: root, grants: [] })
  assert.deepEqual(again.body.fields, [{ field: 'login', message: '用户名已被使用' }])
})

test('a service key has no more than its maker, and nobody acts on his own account', async (t) => {
  const at = await bank(t)
  const admin = await signedIn(at, 'admin')
  const org = (await admin('GET', '/api/orgs/tree')).body.items[0].id
  const made = await admin('POST', '/api/access/keys', { name: '窥视', org, permissions: ['privacy.reveal'] })
  assert.equal(made.body.code, 'access.more_than_yours')
  const me = (await admin('GET', '/api/access/me')).body.user.id
  assert.equal((await admin('POST', `/api/access/users/${me}/disable`)).body.code, 'access.not_yourself')
})

test('one who manages users without being allowed to give anything gives only what he has', async (t) => {
  const at = await bank(t)
  const admin = await signedIn(at, 'admin')
  const tree = (await admin('GET', '/api/orgs/tree')).body.items as { id: string; name: string }[]
  const branch = tree.find((one) => one.name === '江城分行')?.id
  const permissions = ['orgs.read', 'access.user.read', 'access.user.edit', 'access.role.read']
  const clerk = (
    await admin('POST', '/api/access/roles', { name: { zh: '分行管理员', en: 'Branch clerk' }, permissions })
  ).body
  const person = { login: 'clerk', name: '冯立新', org: branch, grants: [{ role: clerk.id, org: branch }] }
  const made = (await admin('POST', '/api/access/users', person)).body
  const own = await signedIn(at, 'clerk', made.password)
  await own('POST', '/api/access/me/password', { current: made.password, next: 'four quiet herons 4' })
  const roles = (await own('GET', '/api/access/roles')).body.items as { id: string; builtIn: string }[]
  const give = (builtIn: string, login: string) =>
    own('POST', '/api/access/users', {
      login,
      name: '新人',
      org: branch,
      grants: [{ role: roles.find((one) => one.builtIn === builtIn)?.id, org: branch }],
    })
  assert.equal((await give('admin', 'greedy')).body.code, 'access.more_than_yours')
  assert.equal((await give('rm', 'modest')).status, 200)
})

test('an edit of a user that someone else edited meanwhile is a conflict', async (t) => {
  const admin = await signedIn(await bank(t), 'admin')
  const user = (await admin('GET', '/api/access/users?q=jingli')).body.items[0]
  assert.equal(
    (await admin('PATCH', `/api/access/users/${user.id}`, { version: user.version, name: '吴思源' })).status,
    200,
  )
  assert.equal(
    (await admin('PATCH', `/api/access/users/${user.id}`, { version: user.version, name: '别人' })).body.code,
    'user.stale',
  )
})

test('a disabled person is out at once', async (t) => {
  const at = await bank(t)
  const admin = await signedIn(at, 'admin')
  const rm = await signedIn(at, 'jingli')
  const user = (await admin('GET', '/api/access/users?q=jingli')).body.items[0]
  assert.equal((await admin('POST', `/api/access/users/${user.id}/disable`)).status, 204)
  assert.equal((await rm('GET', '/api/access/me')).status, 401)
})

test('a service key does what its permissions say at its organisation, until it is revoked', async (t) => {
  const at = await bank(t)
  const admin = await signedIn(at, 'admin')
  const tree = (await admin('GET', '/api/orgs/tree')).body.items as { id: string; name: string }[]
  const org = tree.find((one) => one.name === '江城分行')?.id
  const { secret, key } = (
    await admin('POST', '/api/access/keys', { name: '数据平台', org, permissions: ['orgs.read'] })
  ).body
  const withKey = (url: string) => at.app.inject({ url, headers: { authorization: `Bearer ${secret}` } })
  assert.equal((await withKey('/api/orgs/tree')).json().items.length, 6)
  assert.equal((await withKey('/api/access/users')).statusCode, 403)
  const kept = await read(at.ctx, (tx) => tx`select key::text as row from access.key`)
  assert.ok(!JSON.stringify(kept).includes(secret.slice(10)))
  assert.equal((await admin('POST', `/api/access/keys/${key.id}/revoke`)).status, 204)
  assert.equal((await withKey('/api/orgs/tree')).json().code, 'access.bad_key')
})

test('a fresh installation gets one administrator with a password of its own, once', async (t) => {
  const ctx = await testCtx(t)
  const first = await ensureFirstAdmin(ctx)
  assert.match(first?.password ?? '', /^[\w-]{20}$/)
  assert.equal(await ensureFirstAdmin(ctx), undefined)
})
