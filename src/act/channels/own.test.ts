import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { signToken } from './channels.ts'
import { channelsRoutes } from './routes.ts'
import { newBrowser } from './testing/browser.ts'
import { channelsBank, people } from './testing/testing.ts'
import { startWeb } from './testing/web.ts'

const tokenKey = 'a-key-of-the-bank-of-32-letters-or-more'

async function bank(t: TestContext) {
  const made = await channelsBank(t)
  const app = await createHttp({
    ctx: made.ctx,
    authenticate: async () => undefined,
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: 1000,
  })
  made.first(() => app.close())
  channelsRoutes(app, made.channels)
  const customers = await people(made.ctx, made.org.id, [{ customer_no: 'C1' }, { customer_no: 'C2' }])
  const tokenOf = (sub: string, seconds = 600) => signToken(sub, made.ctx.now.getTime() / 1000 + seconds, tokenKey)
  async function call(method: 'GET' | 'POST' | 'DELETE', url: string, token?: string, payload?: object) {
    const headers = { origin: 'https://m.bank.example', ...(token ? { authorization: `Bearer ${token}` } : {}) }
    const answer = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) })
    return { status: answer.statusCode, body: answer.body ? answer.json() : undefined, headers: answer.headers }
  }
  const letter = (n: number, key: string, fields: Record<string, unknown>) => ({
    key,
    to: { customer: customers[n] ?? 0 },
    fields,
  })
  return { ...made, call, tokenOf, customers, letter }
}

test('what waits in the app is seen by its customer alone: fetched is delivered, read is opened, each said once', async (t) => {
  const { account, send, call, tokenOf, sink, letter, ctx } = await bank(t)
  const { id } = await account({
    name: '消息中心',
    kind: 'inbox',
    settings: { days: 30, subject: 'customer_no' },
    secrets: { tokenKey },
  })
  const letters = [
    letter(0, 'msg_1', { title: '到期提醒', body: '您的理财明日到期', url: 'https://bank.example/x' }),
    letter(1, 'msg_2', { title: '别人的', body: '别人的' }),
  ]
  assert.ok((await send(id, letters)).every((one) => 'state' in one))
  // A set that is sent again is there once.
  await send(id, letters)
  const mine = await call('GET', `/v1/inbox/${id}`, tokenOf('C1'))
  assert.equal(mine.headers['access-control-allow-origin'], '*')
  assert.deepEqual(
    mine.body.items.map(({ key, title, read }: { key: string; title: string; read: boolean }) => [key, title, read]),
    [['msg_1', '到期提醒', false]],
  )
  assert.equal(mine.body.unread, 1)
  await call('GET', `/v1/inbox/${id}`, tokenOf('C1'))
  for (const act of ['opened', 'opened', 'clicked', 'closed'])
    assert.equal((await call('POST', `/v1/inbox/${id}/msg_1`, tokenOf('C1'), { act })).status, 204)
  assert.deepEqual(
    sink.taken.map(({ key, state }) => [key, state]),
    [
      ['msg_1', 'delivered'],
      ['msg_1', 'opened'],
      ['msg_1', 'clicked'],
    ],
  )
  assert.equal((await call('POST', `/v1/inbox/${id}/msg_2`, tokenOf('C1'), { act: 'opened' })).status, 404)
  assert.deepEqual((await call('GET', `/v1/inbox/${id}`, tokenOf('C1'))).body.items, [])
  await ctx.clock.advance(31 * 86_400_000)
  assert.deepEqual((await call('GET', `/v1/inbox/${id}`, tokenOf('C2'))).body.items, [])
})

test('nobody reads another’s inbox with a token that is forged, over, of another key or without an end', async (t) => {
  const { account, call, tokenOf, ctx } = await bank(t)
  const { id } = await account({
    name: '弹窗',
    kind: 'popup',
    settings: { days: 7, subject: 'customer_no' },
    secrets: { tokenKey },
  })
  const [head = '', body = '', mark = ''] = tokenOf('C1').split('.')
  const other = Buffer.from(JSON.stringify({ sub: 'C2', exp: 9e9 })).toString('base64url')
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  const bad = [
    undefined,
    'x',
    `${head}.${other}.${mark}`,
    `${none}.${body}.`,
    tokenOf('C1', -1),
    signToken('C1', ctx.now.getTime() / 1000 + 60, tokenKey.replace('a', 'b')),
  ]
  for (const token of bad) assert.equal((await call('GET', `/v1/inbox/${id}`, token)).status, 401, String(token))
  assert.equal((await call('GET', `/v1/inbox/${id}`, tokenOf('C1'))).status, 200)
})

test('a notice reaches each browser of the customer, encrypted so that it alone can read it, and reports back for itself alone', async (t) => {
  const { account, send, call, tokenOf, sink, letter, channels, ctx } = await bank(t)
  const web = await startWeb(t)
  const made = await account({
    name: '浏览器推送',
    kind: 'webpush',
    settings: { contact: 'mailto:ops@bank.example', subject: 'customer_no', hours: 24 },
    secrets: { tokenKey },
  })
  const { publicKey } = (await call('GET', `/v1/push/${made.id}`)).body as { publicKey: string }
  assert.ok(publicKey.length > 80)
  const [phone, desk] = [newBrowser(`${web.url}/phone`), newBrowser(`${web.url}/desk`)]
  for (const { subscription } of [phone, desk, desk])
    assert.equal((await call('POST', `/v1/push/${made.id}/subscription`, tokenOf('C1'), subscription)).status, 204)
  web.answer = ({ path }) => ({ status: path === '/phone' ? 410 : 201 })
  const outcomes = await send(made.id, [
    letter(0, 'msg_1', { title: '到期', body: '明日到期' }),
    letter(1, 'msg_2', { title: 'a', body: 'b' }),
  ])
  assert.deepEqual(outcomes.map((one) => ('failed' in one ? one.code : one.state)).sort(), ['no_address', 'sent'])
  const got = web.asked.find(({ path }) => path === '/desk')
  assert.ok(got)
  assert.equal(got.headers['content-encoding'], 'aes128gcm')
  const payload = JSON.parse(desk.read(got.body)) as { title: string; key: string; receipts: string }
  assert.deepEqual([payload.title, payload.key], ['到期', 'msg_1'])
  assert.throws(() => phone.read(got.body))
  assert.ok(signedBy(String(got.headers.authorization), publicKey))
  // The browser that is gone is forgotten.
  await send(made.id, [letter(0, 'msg_3', { title: '再', body: '次' })])
  assert.equal(web.asked.filter(({ path }) => path === '/phone').length, 1)

  const own = new URL(payload.receipts)
  assert.equal(
    (await call('POST', `${own.pathname}${own.search}`, undefined, { receipts: [{ key: 'msg_3', state: 'clicked' }] }))
      .status,
    200,
  )
  assert.deepEqual(
    sink.taken.map(({ key, state }) => [key, state]),
    [['msg_1', 'clicked']],
  )
  own.searchParams.set('key', 'msg_3')
  assert.equal((await call('POST', `${own.pathname}${own.search}`, undefined, { receipts: [] })).status, 401)
  assert.equal((await channels.getAccount(ctx, made.id)).secrets.join(), 'tokenKey,privateKey')
})

/** VAPID (RFC 8292): a JWT of ES256 by the key that the browser subscribed with. */
function signedBy(authorization: string, publicKey: string): boolean {
  const { token = '', key = '' } = /^vapid t=(?<token>[^,]+), k=(?<key>.+)$/.exec(authorization)?.groups ?? {}
  const raw = Buffer.from(publicKey, 'base64url')
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: raw.subarray(1, 33).toString('base64url'),
    y: raw.subarray(33).toString('base64url'),
  }
  const [head, body, mark = ''] = token.split('.')
  const signature = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const }
  return (
    key === publicKey && verify('sha256', Buffer.from(`${head}.${body}`), signature, Buffer.from(mark, 'base64url'))
  )
}

test('agent calls and RM tasks go to the worklist that is wired, each key once; without one they are not offered', async (t) => {
  const given: string[] = []
  const { account, send, org, ctx } = await channelsBank(t, {
    tasks: async (_ctx, _tx, kind, tasks) =>
      void given.push(...tasks.map(({ key, reason }) => `${kind} ${key} ${reason}`)),
  })
  const [customer = 0] = await people(ctx, org.id, [{ customer_no: 'C1' }])
  const { id } = await account({ name: '客户经理', kind: 'task', settings: {} })
  const outcomes = await send(id, [{ key: 'msg_1', to: { customer }, fields: { reason: '理财到期', script: '您好' } }])
  assert.deepEqual(outcomes, [{ key: 'msg_1', state: 'sent', providerId: 'msg_1', units: 1 }])
  assert.deepEqual(given, ['task msg_1 理财到期'])
})
