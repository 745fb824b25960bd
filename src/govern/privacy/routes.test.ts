import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Authenticate, createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { newMasterKeyText } from '../../platform/secrets/master.ts'
import { privacyRoutes } from './routes.ts'
import { openBank, writeKeys } from './testing/bank.ts'

/** The bearer names the permissions, for the routes ask for nothing else of a caller. */
const whoever: Authenticate = async (_ctx, request) => {
  const [, permissions] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
  if (!permissions) return undefined
  const who = { kind: 'user', id: 'usr_1', name: '王芳' } as const
  return { who, scope: 'everything', permissions: new Set(permissions.split(',')) }
}

async function server(t: TestContext) {
  const bank = await openBank(t)
  const app = await createHttp({
    ctx: bank.ctx,
    authenticate: whoever,
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: 10_000,
  })
  bank.first(() => app.close())
  privacyRoutes(app)
  return { app, bank }
}

const as = (permissions: string) => ({ authorization: `Bearer ${permissions}` })

test('the keys are seen with their age and state, and nothing that opens anything is among it', async (t) => {
  const { app, bank } = await server(t)
  const answer = await app.inject({ url: '/api/privacy/keys', headers: as('privacy.keys.read') })
  assert.equal(answer.statusCode, 200)
  assert.deepEqual(answer.json(), {
    items: [
      {
        id: 2,
        algorithm: 'aes-256-gcm',
        state: 'active',
        madeAt: bank.ctx.now.toISOString(),
        usedFrom: bank.ctx.now.toISOString(),
        retiredAt: null,
        values: null,
        master: bank.vault.masters().current.check,
      },
    ],
    masterInUse: bank.vault.masters().current.check,
    toRewrap: 0,
    columns: [],
  })
})

test('an administrator rotates the key and names an algorithm of the national standard', async (t) => {
  const { app } = await server(t)
  const rotate = (payload: unknown) =>
    app.inject({
      method: 'POST',
      url: '/api/privacy/keys/rotate',
      headers: as('privacy.keys.rotate'),
      payload: payload as never,
    })
  assert.equal((await rotate({ algorithm: 'rot13' })).statusCode, 400)
  assert.equal((await rotate({ algorithm: 'sm4-ctr-hmac-sm3', hurry: true })).statusCode, 400)
  const made = await rotate({ algorithm: 'sm4-ctr-hmac-sm3' })
  assert.equal(made.statusCode, 200)
  assert.deepEqual([made.json().id, made.json().algorithm, made.json().state], [3, 'sm4-ctr-hmac-sm3', 'coming'])
  const again = await rotate({})
  assert.equal(again.statusCode, 409)
  assert.equal(again.json().code, 'privacy.rotating')
})

test('the master key that was put into the file is taken up, and a file without the old one is refused', async (t) => {
  const { app, bank } = await server(t)
  const rewrap = () =>
    app.inject({ method: 'POST', url: '/api/privacy/master/rotate', headers: as('privacy.keys.rotate') })
  assert.equal((await rewrap()).json().rewrapped, 0)
  await writeKeys(bank.keyFile, newMasterKeyText())
  const refused = await rewrap()
  assert.equal(refused.statusCode, 409)
  assert.equal(refused.json().code, 'privacy.old_master_gone')
})

test('who may only see keys rotates none, and nobody sees them unasked', async (t) => {
  const { app } = await server(t)
  const post = (url: string, headers = {}) => app.inject({ method: 'POST', url, headers, payload: {} })
  for (const url of ['/api/privacy/keys/rotate', '/api/privacy/master/rotate']) {
    assert.equal((await post(url, as('privacy.keys.read'))).statusCode, 403)
    assert.equal((await post(url)).statusCode, 401)
  }
  assert.equal((await app.inject({ url: '/api/privacy/keys' })).statusCode, 401)
  assert.equal((await app.inject({ url: '/api/privacy/keys', headers: as('privacy.reveal') })).statusCode, 403)
})
