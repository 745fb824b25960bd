import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { withCtx } from '../../platform/ctx.ts'
import { createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { at } from '../../platform/testing/testing.ts'
import { channelsWith, type Outcome } from './channels.ts'
import { permissions } from './contract.ts'
import { kinds } from './kinds/kinds.ts'
import { channelsRoutes } from './routes.ts'
import { at as field } from './rules/gateway.ts'
import { channelsBank, people } from './testing/testing.ts'
import { startWeb } from './testing/web.ts'

const mobile = (n: number) => `1990000${String(n).padStart(4, '0')}`

async function bank(t: TestContext, more: Record<string, unknown> = {}) {
  const web = await startWeb(t)
  const made = await channelsBank(t)
  web.answer = ({ json }) => ({ body: { code: 0, msgid: `S${(json as { phone: string }).phone}` } })
  const given = {
    name: '行业短信',
    kind: 'sms-http' as const,
    settings: {
      ...{
        ...kinds['sms-http'].initial,
        url: web.url,
        idPath: 'msgid',
        receiptIdPath: 'msgid',
        receiptStatePath: 'status',
      },
      ...{ deliveredStates: 'DELIVRD', inboundFromPath: 'phone', inboundTextPath: 'content' },
      body: '{"phone":{{ letter.to | json }},"text":{{ letter.text | json }},"key":{{ secrets.key | json }}}',
    },
    secrets: { key: 'geheim' },
    price: 385,
    ...more,
  }
  const account = await made.account(given)
  const customers = await people(
    made.ctx,
    made.org.id,
    Array.from({ length: 60 }, (_, n) => ({ customer_no: `C${n}`, mobile: mobile(n) })),
  )
  const letters = (count: number, text = '到期', from = 0) =>
    Array.from({ length: count }, (_, n) => ({
      key: `msg_${from + n}`,
      to: { customer: customers[n] ?? 0 },
      fields: { text },
    }))
  return { ...made, web, given, made: account, id: account.id, letters, customers }
}

const sentOf = (outcomes: readonly Outcome[]) => outcomes.filter((one) => 'state' in one).length

async function server(
  made: Awaited<ReturnType<typeof bank>>,
  held: readonly string[] = permissions.map(({ id }) => id),
) {
  const app = await createHttp({
    ctx: made.ctx,
    authenticate: async (_ctx, request) =>
      request.headers['x-test'] === 'none'
        ? undefined
        : {
            who: { kind: 'user', id: 'usr_li', name: '李强' },
            scope: { path: made.org.path },
            permissions: new Set(held),
          },
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: 1000,
  })
  made.first(() => app.close())
  channelsRoutes(app, made.channels)
  return app
}

test('an account is made, shown without its secrets, and its letters cost what their parts cost', async (t) => {
  const { made, id, ctx, channels, send, letters } = await bank(t)
  assert.deepEqual([made.secrets, made.state, made.identity, made.today.sent], [['key'], 'on', 'mobile', 0])
  assert.ok(!JSON.stringify(made).includes('geheim'))
  const preview = await channels.preview(ctx, id, { text: '理'.repeat(71) })
  assert.deepEqual([preview.units, preview.cost], [2, '8'])
  assert.equal(sentOf(await send(id, letters(3, '理'.repeat(71)))), 3)
  const { today, light } = await channels.getAccount(ctx, id)
  assert.deepEqual([today, light], [{ sent: 3, delivered: 0, failed: 0, units: 6, cost: '24' }, 'good'])
  await assert.rejects(channels.preview(ctx, id, {}), { code: 'channels.fields' })
})

test('settings that are not right are said beside their fields, and secrets do not go to another host unseen', async (t) => {
  const { channels, ctx, org, given, id, made } = await bank(t)
  const wrong = { ...given, name: '另一个', settings: { ...given.settings, url: 'ftp://x', batch: 0 } }
  await assert.rejects(
    channels.createAccount(ctx, { ...wrong, org: org.id }),
    (error: { fields: { field: string }[] }) => {
      assert.deepEqual(error.fields.map(({ field }) => field).sort(), ['settings.batch', 'settings.url'])
      return true
    },
  )
  await assert.rejects(
    channels.createAccount(ctx, { ...given, settings: { ...given.settings, body: '{{ letter.to' }, org: org.id }),
    { code: 'channels.settings' },
  )
  await assert.rejects(channels.createAccount(ctx, { ...given, org: org.id }), { code: 'channels.name_taken' })
  const { version } = made
  const settings = { ...given.settings, url: 'https://elsewhere.example' }
  await assert.rejects(channels.editAccount(ctx, id, { version, settings }), { code: 'channels.secret_again' })
  const edited = await channels.editAccount(ctx, id, { version, settings, secrets: { key: 'neu' } })
  assert.equal(edited.version, version + 1)
  await assert.rejects(channels.editAccount(ctx, id, { version, name: 'x' }), { code: 'channel account.stale' })
  await assert.rejects(channels.createAccount(ctx, { ...given, kind: 'task', settings: {}, org: org.id }), {
    code: 'channels.kind_away',
  })
})

test('two processes share the rate of an account to the letter, and what is too much is told when to come again (rule 89)', async (t) => {
  const { id, send, letters, another, web, ctx } = await bank(t, { perSecond: 20, perDay: 35 })
  const other = await another()
  const second = channelsWith({ publicUrl: 'http://bank.example', receipts: async () => [] })
  t.after(() => second.close())
  const signal = new AbortController().signal
  const sets = await Promise.all([
    ...Array.from({ length: 4 }, (_, n) => send(id, letters(10, 'x', n * 10))),
    ...Array.from({ length: 4 }, (_, n) =>
      second.send(withCtx(other.ctx, { clock: ctx.clock }), id, letters(10, 'x', 100 + n * 10), signal),
    ),
  ])
  const all = sets.flat()
  assert.equal(sentOf(all), 20)
  assert.equal(web.asked.length, 20)
  for (const one of all)
    if ('failed' in one) assert.ok(one.failed === 'throttled' && one.again && one.again > ctx.now, one.code)
  await ctx.clock.advance(1200)
  assert.equal(sentOf(await send(id, letters(30, 'x', 300))), 15)
  await ctx.clock.advanceTo(at('2026-01-06 00:00'))
  assert.equal(sentOf(await send(id, letters(30, 'x', 400))), 20)
})

test('outside its windows an account sends nothing, and says when it opens', async (t) => {
  const { id, send, letters, ctx, web } = await bank(t, { windows: [{ days: [], from: '08:00', until: '22:00' }] })
  await ctx.clock.advanceTo(at('2026-01-05 22:00'))
  const [outcome] = await send(id, letters(1))
  assert.ok(outcome && 'failed' in outcome)
  assert.deepEqual(
    [outcome.failed, outcome.code, outcome.again?.toISOString()],
    ['throttled', 'account.window', at('2026-01-06 08:00').toISOString()],
  )
  assert.equal(web.asked.length, 0)
})

test('an account that keeps failing rests by itself with its reason, is tried with one letter, and comes back', async (t) => {
  const { id, send, letters, channels, ctx, web, signal } = await bank(t, { failuresMax: 5 })
  web.answer = () => ({ status: 503, body: {} })
  await send(id, letters(6))
  const rests = await channels.getAccount(ctx, id)
  assert.deepEqual(
    [rests.state, rests.light, rests.probeAt],
    ['resting', 'bad', new Date(ctx.now.getTime() + 60_000).toISOString()],
  )
  assert.match(rests.reason?.zh ?? '', /http_503/)
  const asked = web.asked.length
  const [waits] = await send(id, letters(3))
  assert.ok(waits && 'failed' in waits && waits.code === 'account.resting' && waits.failed === 'throttled')
  assert.equal(web.asked.length, asked)
  await ctx.clock.advance(61_000)
  await channels.tend(ctx, signal)
  await send(id, letters(5))
  assert.equal(web.asked.length, asked + 1)
  const again = await channels.getAccount(ctx, id)
  assert.deepEqual([again.state, again.probeAt], ['resting', new Date(ctx.now.getTime() + 120_000).toISOString()])
  web.answer = () => ({ body: { code: 0, msgid: '1' } })
  await ctx.clock.advance(121_000)
  await channels.tend(ctx, signal)
  await send(id, letters(5))
  assert.equal((await channels.getAccount(ctx, id)).state, 'on')
  assert.equal(sentOf(await send(id, letters(5))), 5)
})

test('what is paused by hand stays paused, with who did it in the audit', async (t) => {
  const { id, made, send, letters, channels, ctx, web } = await bank(t)
  const paused = await channels.switchAccount(ctx, id, { version: made.version, state: 'paused', reason: '供应商维护' })
  assert.deepEqual([paused.state, paused.reason?.zh], ['paused', '供应商维护'])
  assert.equal(sentOf(await send(id, letters(2))), 0)
  assert.equal(web.asked.length, 0)
  const back = await channels.switchAccount(ctx, id, { version: paused.version, state: 'on' })
  assert.deepEqual([back.state, back.reason], ['on', null])
  assert.equal(sentOf(await send(id, letters(2))), 2)
  assert.deepEqual(
    ctx.recorded.map(({ action }) => action).filter((action) => action.startsWith('channels.')),
    ['channels.account.create', 'channels.account.pause', 'channels.account.resume'],
  )
})

test('customers without an address, or with one that cannot be, cost the account nothing', async (t) => {
  const { id, send, channels, ctx, org, web } = await bank(t)
  const [without = 0] = await people(ctx, org.id, [{ customer_no: 'N1' }])
  const outcomes = await send(id, [
    { key: 'a', to: { customer: without }, fields: { text: 'x' } },
    { key: 'b', to: { address: '12345' }, fields: { text: 'x' } },
  ])
  assert.deepEqual(
    outcomes.map((one) => 'failed' in one && [one.code, one.failed, one.suppress ?? false]),
    [
      ['no_address', 'permanent', false],
      ['bad_address', 'permanent', true],
    ],
  )
  assert.equal(web.asked.length, 0)
  assert.equal((await channels.getAccount(ctx, id)).state, 'on')
})

test('a test goes to the seed list alone, is in the audit without its address, and its receipt shows in the log', async (t) => {
  const made = await bank(t)
  const { id, channels, ctx, org, web } = made
  const app = await server(made)
  const seed = (
    await app.inject({
      method: 'POST',
      url: '/api/channels/seeds',
      payload: { name: '李强', channel: 'sms', address: mobile(777), org: org.id },
    })
  ).json()
  assert.deepEqual([seed.masked.includes('*'), JSON.stringify(seed).includes(mobile(777))], [true, false])
  const bad = await app.inject({
    method: 'POST',
    url: '/api/channels/seeds',
    payload: { name: '李强', channel: 'sms', address: '123', org: org.id },
  })
  assert.deepEqual([bad.statusCode, bad.json().fields[0].field], [400, 'address'])
  const tested = await app.inject({
    method: 'POST',
    url: `/api/channels/accounts/${id}/test`,
    payload: { seed: seed.id, fields: { text: '测试' } },
  })
  assert.deepEqual([tested.statusCode, tested.json().ok, tested.json().providerId], [200, true, `S${mobile(777)}`])
  assert.equal(field(web.asked[0]?.json, 'phone'), mobile(777))
  assert.ok(!JSON.stringify(ctx.recorded).includes(mobile(777)))
  const { callback } = await channels.getAccount(withCtx(ctx, { permissions: new Set(['channels.account.edit']) }), id)
  const door = new URL(callback ?? '')
  const said = await app.inject({
    method: 'POST',
    url: `${door.pathname}${door.search}`,
    headers: { 'x-test': 'none' },
    payload: { msgid: `S${mobile(777)}`, status: 'DELIVRD' },
  })
  assert.deepEqual([said.statusCode, said.json()], [200, { taken: 1, unknown: 0 }])
  assert.deepEqual(made.sink.taken, [])
  const log = (await app.inject({ method: 'GET', url: `/api/channels/accounts/${id}/log` })).json()
  assert.deepEqual(
    log.items.map(({ outcome, test }: { outcome: string; test: boolean }) => [outcome, test]),
    [
      ['delivered', true],
      ['sent', true],
    ],
  )
})

test('receipts are taken from whoever proves the account is his, in sets; others change nothing', async (t) => {
  const made = await bank(t)
  const { id, sink, channels, ctx, customers } = made
  const app = await server(made)
  const { callback } = await channels.getAccount(withCtx(ctx, { permissions: new Set(['channels.account.edit']) }), id)
  assert.equal((await channels.getAccount(ctx, id)).callback, null)
  const door = new URL(callback ?? '')
  const token = door.searchParams.get('token') ?? ''
  const receipts = [
    { key: 'msg_1', state: 'delivered', at: '2026-01-05T01:00:00Z' },
    { providerId: 'S2', state: 'failed', code: '空号' },
  ]
  const post = (url: string, headers: Record<string, string>, payload: string) =>
    app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'x-test': 'none', 'content-type': 'application/json', ...headers },
    })
  const body = JSON.stringify({ receipts })
  const path = `${door.pathname}?account=${id}`
  assert.equal((await post(path, {}, body)).statusCode, 401)
  assert.equal((await post(`${path}&token=${token.replace(/./, 'x')}`, {}, body)).statusCode, 401)
  assert.equal((await post(`/v1/receipts/email?account=${id}&token=${token}`, {}, body)).statusCode, 404)
  assert.equal(sink.taken.length, 0)
  assert.equal((await post(`${path}&token=${token}`, {}, body)).statusCode, 200)
  const stamp = String(Math.floor(ctx.now.getTime() / 1000))
  const mark = (of: string) => ({
    'x-zhixing-timestamp': of,
    'x-zhixing-signature': `v1=${createHmac('sha256', token).update(`${of}.`).update(body).digest('hex')}`,
  })
  assert.equal((await post(path, mark(stamp), body)).statusCode, 200)
  assert.equal((await post(path, mark(String(Number(stamp) - 3600)), body)).statusCode, 401)
  assert.deepEqual(
    sink.taken
      .slice(0, 2)
      .map(({ account, key, providerId, state, code }) => [account === id, key ?? providerId, state, code]),
    [
      [true, 'msg_1', 'delivered', undefined],
      [true, 'S2', 'failed', '空号'],
    ],
  )
  assert.equal(
    (await post(`${path}&token=${token}`, {}, JSON.stringify({ phone: mobile(5), content: 'TD' }))).statusCode,
    200,
  )
  assert.deepEqual([sink.taken.at(-1)?.customer, sink.taken.at(-1)?.state], [customers[5], 'optedOut'])
})

test('receipts of messages that nobody knows are given up after days, and offered in between', async (t) => {
  const { id, channels, ctx, sink } = await bank(t)
  sink.known = () => false
  const { callback } = await channels.getAccount(withCtx(ctx, { permissions: new Set(['channels.account.edit']) }), id)
  const token = new URL(callback ?? '').searchParams.get('token') ?? undefined
  const door = {
    channel: 'sms' as const,
    account: id,
    token,
    key: undefined,
    timestamp: undefined,
    signature: undefined,
  }
  const arrived = {
    body: Buffer.from(JSON.stringify({ receipts: [{ providerId: 'late', state: 'delivered' }] })),
    type: '',
    query: {},
    now: ctx.now,
  }
  for (let twice = 0; twice < 2; twice++)
    assert.deepEqual(await channels.receive(ctx, door, arrived), { taken: 0, unknown: 1 })
  assert.equal((await channels.getAccount(ctx, id)).waiting, 1)
  await ctx.clock.advance(60_000)
  assert.equal(await channels.offerStrays(ctx), 1)
  assert.equal((await channels.getAccount(ctx, id)).waiting, 1)
  await ctx.clock.advance(4 * 86_400_000)
  await channels.offerStrays(ctx)
  assert.equal((await channels.getAccount(ctx, id)).waiting, 0)
})

test('nobody does what he lacks the permission for', async (t) => {
  const made = await bank(t)
  const app = await server(made, ['channels.account.read'])
  const of = `/api/channels/accounts/${made.id}`
  for (const [method, url, payload] of [
    ['POST', '/api/channels/accounts', { ...made.given, org: made.org.id }],
    ['PATCH', of, { version: 1, name: 'x' }],
    ['DELETE', of, undefined],
    ['POST', `${of}/switch`, { version: 1, state: 'paused' }],
    ['POST', `${of}/test`, { seed: 'sed_x', fields: {} }],
    ['POST', '/api/channels/seeds', { name: 'x', channel: 'sms', address: mobile(1), org: made.org.id }],
  ] as const)
    assert.equal(
      (await app.inject({ method, url, ...(payload ? { payload } : {}) })).statusCode,
      403,
      `${method} ${url}`,
    )
  assert.equal((await app.inject({ method: 'GET', url: '/api/channels/kinds' })).json().items.length, 11)
})
