import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Provider } from 'oidc-provider'
import { generateSync } from 'otplib'
import { read } from '../../platform/change.ts'
import { createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import { openVault } from '../privacy/privacy.ts'
import { authenticate, demoAccounts, ensureDemoAccounts, type OidcProvider, readProviders } from './access.ts'
import { accessRoutes } from './routes.ts'

const password = demoAccounts()[0]?.password ?? ''

/** A browser with its cookies, that stops at redirects so that a test sees each. */
function browser(base: string) {
  const jars = new Map<string, Map<string, string>>()
  let csrf = ''
  async function go(url: string, init: RequestInit = {}): Promise<Response> {
    const address = new URL(url, base)
    const jar = jars.get(address.host) ?? new Map<string, string>()
    jars.set(address.host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(init.headers as Record<string, string>), ...(cookie ? { cookie } : {}), 'x-csrf-token': csrf }
    const answer = await fetch(address, { redirect: 'manual', ...init, headers })
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return answer
  }
  async function post(url: string, body: object) {
    const answer = await go(url, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    const told = await answer.json().catch(() => ({}))
    if (typeof told.csrf === 'string') csrf = told.csrf
    return { status: answer.status, body: told }
  }
  async function get(url: string) {
    const answer = await go(url)
    const told = await answer.json().catch(() => ({}))
    if (typeof told.csrf === 'string') csrf = told.csrf
    return { status: answer.status, body: told }
  }
  return { go, post, get }
}

async function bank(
  t: TestContext,
  oidc: (url: string) => OidcProvider[] = () => [],
): Promise<{ ctx: TestCtx; url: string }> {
  const ctx = await testCtx(t)
  const key = Buffer.alloc(32, 5).toString('base64')
  const vault = await openVault(ctx, {
    source: { value: key, name: 'test' },
    algorithm: 'aes-256-gcm',
    mayCreateKeyFile: false,
  })
  t.after(() => vault.close())
  await ensureDemoAccounts(ctx)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const app = await createHttp({
    ctx,
    authenticate,
    metrics: createMetrics(),
    publicUrl: url,
    trustProxy: false,
    requestsPerMinute: 100_000,
  })
  accessRoutes(app, { demo: true, publicUrl: url, oidc: oidc(url) })
  await app.listen({ port, host: '127.0.0.1' })
  t.after(() => app.close())
  return { ctx, url }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const codeAt = (ctx: TestCtx, secret: string) => generateSync({ secret, epoch: Math.floor(ctx.now.getTime() / 1000) })

test('with the second step on, a password alone signs nobody in, and no code works twice', async (t) => {
  const { ctx, url } = await bank(t)
  const person = browser(url)
  const credentials = { login: 'yunying', password }
  await person.post('/api/access/sign-in', credentials)
  await person.get('/api/access/me')
  assert.equal((await person.post('/api/access/me/totp/start', { password: 'not mine at all' })).status, 400)
  const started = await person.post('/api/access/me/totp/start', { password })
  assert.match(started.body.uri, /^otpauth:\/\/totp\/Zhixing:yunying\?/)
  const wrong = await person.post('/api/access/me/totp/confirm', { code: '000000' })
  assert.deepEqual(
    wrong.body.fields?.map((fault: { field: string }) => fault.field),
    ['code'],
  )
  const on = await person.post('/api/access/me/totp/confirm', { code: codeAt(ctx, started.body.secret) })
  assert.equal(on.body.recoveryCodes.length, 10)
  assert.equal((await person.get('/api/access/me')).body.totpOn, true)

  const later = browser(url)
  assert.equal((await later.post('/api/access/sign-in', credentials)).body.code, 'access.code_needed')
  const again = await later.post('/api/access/sign-in', { ...credentials, code: codeAt(ctx, started.body.secret) })
  assert.equal(again.body.code, 'access.wrong_code', 'the code that turned it on was used up')
  await ctx.clock.advance(30_000)
  const code = codeAt(ctx, started.body.secret)
  assert.equal((await later.post('/api/access/sign-in', { ...credentials, code })).status, 200)
  assert.equal(
    (await browser(url).post('/api/access/sign-in', { ...credentials, code })).body.code,
    'access.wrong_code',
  )

  const [recovery] = on.body.recoveryCodes
  assert.equal((await browser(url).post('/api/access/sign-in', { ...credentials, code: recovery })).status, 200)
  assert.equal(
    (await browser(url).post('/api/access/sign-in', { ...credentials, code: recovery })).body.code,
    'access.wrong_code',
  )
  const kept = JSON.stringify(await read(ctx, (tx) => tx`select person::text as row from access.person where totp_on`))
  assert.ok(!kept.includes(started.body.secret), 'the secret is sealed')
})

/** A real provider on this machine, whose people sign in with their name alone. */
async function providerAt(t: TestContext, port: number, redirect: string): Promise<void> {
  const issuer = `http://127.0.0.1:${port}`
  const oidc = new Provider(issuer, {
    clients: [
      {
        client_id: 'zhixing',
        client_secret: 'a secret of both',
        redirect_uris: [redirect],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { profile: ['preferred_username', 'name'] },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, preferred_username: id, name: '来自统一身份' }),
    }),
    cookies: { keys: ['a key of this test'] },
    pkce: { required: () => true },
  })
  const server = oidc.listen(port, '127.0.0.1')
  t.after(() => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve) })) // biome-ignore format: one line
}

/** Follows the redirects and fills the provider's two forms, until the address is the product's own again. */
async function throughProvider(
  person: ReturnType<typeof browser>,
  start: string,
  login: string,
  home: string,
): Promise<string> {
  let answer = await person.go(start)
  let here = start
  for (let steps = 0; steps < 15; steps++) {
    const next = answer.headers.get('location')
    if (next) {
      here = new URL(next, new URL(here, home)).href
      if (here.startsWith(home) && !here.includes('/api/')) return here.slice(home.length)
      answer = await person.go(here)
      continue
    }
    const page = await answer.text()
    const action = /action="([^"]+)"/.exec(page)?.[1]
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
    assert.ok(action && prompt, page.slice(0, 500))
    here = new URL(action, here).href
    const body = new URLSearchParams({ prompt, ...(prompt === 'login' ? { login, password: 'any' } : {}) })
    answer = await person.go(here, {
      method: 'POST',
      body: body.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  }
  throw new Error(`never came back: ${here}`)
}

test('while the identity provider is away, the person is told so on the sign-in page', async (t) => {
  const issuer = `http://127.0.0.1:${await freePort()}`
  const settings = { id: 'bank', name: { zh: '统一身份', en: 'Bank sign-in' }, clientId: 'zhixing', issuer }
  const { url } = await bank(t, () => readProviders(JSON.stringify([settings])))
  const answer = await browser(url).go('/api/access/oidc/bank/start')
  assert.equal(answer.headers.get('location'), '/sign-in?problem=access.oidc_unreachable')
})

test('single sign-on binds the person once; a stranger gets no account, and another site is never the way back', async (t) => {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const settings = {
    id: 'bank',
    name: { zh: '统一身份', en: 'Bank sign-in' },
    clientId: 'zhixing',
    clientSecret: 'a secret of both',
    issuer,
  }
  const { ctx, url } = await bank(t, () => readProviders(JSON.stringify([settings])))
  await providerAt(t, port, `${url}/api/access/oidc/bank/callback`)

  const options = await browser(url).get('/api/access/sign-in-options')
  assert.deepEqual(options.body.oidc, [{ id: 'bank', name: settings.name }])
  const person = browser(url)
  assert.equal(
    await throughProvider(person, `${url}/api/access/oidc/bank/start?to=/govern/orgs`, 'fenhang', url),
    '/govern/orgs',
  )
  assert.equal((await person.get('/api/access/me')).body.user.login, 'fenhang')
  const bound = await read(ctx, (tx) => tx`select subject from access.identity`)
  assert.deepEqual(
    bound.map((row) => row.subject),
    ['fenhang'],
  )

  const stranger = browser(url)
  assert.equal(
    await throughProvider(stranger, `${url}/api/access/oidc/bank/start`, 'stranger', url),
    '/sign-in?problem=access.oidc_unknown',
  )
  assert.equal((await stranger.get('/api/access/me')).status, 401)
  const lured = browser(url)
  assert.equal(await throughProvider(lured, `${url}/api/access/oidc/bank/start?to=//evil.example`, 'fenhang', url), '/')
  const forged = await browser(url).go('/api/access/oidc/bank/callback?code=x&state=forged')
  assert.equal(forged.headers.get('location'), '/sign-in?problem=access.oidc_expired')
})

test('settings of single sign-on that cannot work are refused by name at the start', () => {
  assert.throws(() => readProviders('not json'), /ZHIXING_OIDC is not usable: it is not JSON/)
  assert.throws(() => readProviders('[{"id":"x"}]'), /ZHIXING_OIDC is not usable/)
  const open = [{ id: 'x', name: { zh: 'x', en: 'x' }, issuer: 'http://idp.example', clientId: 'c' }]
  assert.throws(() => readProviders(JSON.stringify(open)), /must be https/)
})
