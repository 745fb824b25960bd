import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { InjectOptions } from 'fastify'
import { Problem, text } from '../../platform/problem.ts'
import { type Kit, openKit } from './doors/doors-testing.ts'
import { checksum } from './doors/sensorsBody.ts'

const time = Date.parse('2026-01-05T00:59:00Z')
const track = { type: 'track', event: 'PayOrder', time, distinct_id: 'c-1', properties: { amount: 1 } }

function packed(content: unknown, gzip = true): string {
  const json = Buffer.from(JSON.stringify(content))
  return (gzip ? gzipSync(json) : json).toString('base64')
}

function form(fields: Record<string, string>): Pick<InjectOptions, 'payload' | 'headers'> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { headers, payload: new URLSearchParams(fields).toString() }
}

function sa(kit: Kit, more: InjectOptions) {
  return kit.app.inject({ method: 'POST', url: '/sa?project=default', ...more })
}

function segment(kit: Kit, payload: unknown, more: InjectOptions = {}) {
  const headers = { authorization: `Basic ${btoa('wk_test:')}`, 'content-type': 'application/json', ...more.headers }
  return kit.app.inject({ method: 'POST', url: '/v1/batch', ...more, headers, payload: payload as string })
}

test('a message arrives whichever way its SDK packs it, and a repeat of it is answered like the first', async (t) => {
  const kit = await openKit(t)
  const list = packed([track, { ...track, event: 'View' }])
  const plain = packed(track, false)
  const ways: [string, InjectOptions][] = [
    ['gzip', form({ data_list: list, gzip: '1' })],
    ['gzip that nobody announced', form({ data_list: list })],
    ['base64 alone', form({ data: plain, gzip: '0' })],
    ['with its checksum', form({ data: plain, ext: `crc=${checksum(plain)}` })],
    ['as an app sends it', form({ data_list: list, gzip: '1', crc: String(checksum(list)) })],
    ['a beacon', { headers: { 'content-type': 'text/plain' }, payload: `data=${encodeURIComponent(plain)}` }],
    ['without a type of content', { payload: `data=${plain.replaceAll('+', ' ')}` }],
    ['by address', { method: 'GET', url: `/sa?project=default&data=${encodeURIComponent(plain)}` }],
    ['all of it gzipped', { headers: { 'content-encoding': 'gzip' }, payload: gzipSync(`data=${encodeURIComponent(plain)}`) }], // biome-ignore format: a table
  ]
  for (const [way, request] of ways) {
    const answer = await sa(kit, request)
    assert.deepEqual([answer.statusCode, answer.body], [200, ''], `${way}: ${answer.body}`)
  }
  assert.deepEqual(
    kit.envelopes().map(({ name }) => name),
    ['PayOrder', 'View'],
  )
})

test('the image door answers with the smallest picture, to pages anywhere', async (t) => {
  const kit = await openKit(t)
  const answer = await kit.app.inject({ url: `/sa.gif?data=${encodeURIComponent(packed(track))}` })
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers['content-type'], 'image/gif')
  assert.equal(answer.rawPayload.subarray(0, 6).toString(), 'GIF89a')
  assert.equal(answer.headers['cross-origin-resource-policy'], 'cross-origin')
  assert.equal(kit.received[0]?.source, 'src_default', 'the default project')
})

test('an unknown project is refused in words, and a message that names another goes there', async (t) => {
  const kit = await openKit(t)
  const unknown = await sa(kit, { ...form({ data: packed(track) }), url: '/sa?project=nobody' })
  assert.equal(unknown.statusCode, 403)
  assert.equal(unknown.json().code, 'collect.unknown_project')
  assert.equal(kit.received.length, 0)
  const messages = [{ ...track, project: 'bank_prod' }, { ...track, project: 'elsewhere' }, track]
  await sa(kit, form({ data_list: packed(messages) }))
  const where = kit.received.map(({ source, incoming }) => [
    source,
    'envelope' in incoming ? incoming.envelope.props.$project : '',
  ])
  assert.deepEqual(where, [
    ['src_bank', undefined],
    ['src_default', 'elsewhere'],
    ['src_default', undefined],
  ])
})

test('a bad message does not fail its batch: it is kept with the reason', async (t) => {
  const kit = await openKit(t)
  const answer = await sa(kit, form({ data_list: packed([track, { ...track, event: 'not a name' }]) }))
  assert.equal(answer.statusCode, 200)
  assert.deepEqual(
    [kit.envelopes().length, kit.refusals().map(({ code, field }) => [code, field])],
    [1, [['sensors.event_name', 'event']]],
  )
})

test('the debug door says of each message what is wrong with it, and keeps nothing of a dry run', async (t) => {
  const kit = await openKit(t, {
    plan: (one) =>
      'envelope' in one && one.envelope.name === 'Unplanned'
        ? { code: 'catalog.unknown_event', zh: '事件未定义', en: 'The event is not in the plan', field: 'event' }
        : undefined,
  })
  const debug = (content: unknown, headers = {}) =>
    kit.app.inject({
      method: 'POST',
      url: '/debug?project=default',
      ...form({ data_list: packed(content) }),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-lang': 'en', ...headers },
    })
  const dry = await debug([track], { 'dry-run': 'true' })
  assert.deepEqual([dry.statusCode, dry.json(), kit.received.length], [200, {}, 0])
  const wrong = await debug([track, { ...track, event: 'Unplanned' }, { ...track, properties: { id: 1 } }])
  assert.equal(wrong.statusCode, 402)
  assert.deepEqual(
    wrong.json().map(({ index, code, field }: Record<string, unknown>) => [index, code, field]),
    [
      [1, 'catalog.unknown_event', 'event'],
      [2, 'sensors.property_name', 'properties.id'],
    ],
  )
  assert.equal(kit.received.length, 3)
})

const unreadable: [about: string, status: number, code: string, request: () => InjectOptions][] = [
  ['nothing', 400, 'collect.empty', () => form({ gzip: '1' })],
  ['what is not base64', 400, 'collect.bad_base64', () => form({ data: '{"type":"track"}' })],
  ['base64 of no JSON', 400, 'collect.bad_json', () => form({ data: btoa('not json') })],
  ['a gzip cut short', 400, 'collect.bad_gzip', () => form({ data: gzipSync(JSON.stringify(track)).subarray(0, -9).toString('base64') })], // biome-ignore format: a table
  ['a wrong checksum', 400, 'sensors.bad_crc', () => form({ data: packed(track), ext: 'crc=1' })],
  ['encrypted data', 400, 'sensors.encrypted', () => form({ data: packed({ ekey: 'k', payloads: 'x' }) })],
  ['a gzip bomb', 413, 'collect.unpacked_too_large', () => form({ data: gzipSync(Buffer.alloc(64 << 20)).toString('base64') })], // biome-ignore format: a table
  ['a gzip bomb around all', 413, 'collect.unpacked_too_large', () => ({ headers: { 'content-encoding': 'gzip' }, payload: gzipSync(Buffer.alloc(64 << 20)) })], // biome-ignore format: a table
  ['an encoding nobody speaks', 400, 'collect.encoding', () => ({ headers: { 'content-encoding': 'zstd' }, payload: 'x' })], // biome-ignore format: a table
  ['more than 10 MB', 413, 'http.too_large', () => ({ payload: Buffer.alloc((10 << 20) + 1) })],
  ['more than 5000 messages', 400, 'collect.too_many', () => form({ data_list: packed(Array(5001).fill(1)) })],
]
for (const [about, status, code, request] of unreadable)
  test(`a request with ${about} is answered ${status} ${code}`, async (t) => {
    const kit = await openKit(t)
    const answer = await sa(kit, request())
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code])
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    assert.equal(kit.envelopes().length, 0)
    // What could be told from noise is kept for its owner to see.
    for (const one of kit.received) assert.ok(JSON.stringify(one).length < 100_000)
  })

test('a body of nearly 10 MB, nested names and names of the language do no harm', async (t) => {
  const kit = await openKit(t)
  const many = Array.from({ length: 4000 }, (_, i) => ({
    ...track,
    time: time + i,
    properties: { pad: 'x'.repeat(1500) },
  }))
  assert.equal((await sa(kit, form({ data_list: packed(many, false) }))).statusCode, 200)
  assert.equal(kit.envelopes().length, 4000)
  const evil =
    '{"batch":[{"type":"track","event":"a","userId":"u","properties":{"n":{"__proto__":{"polluted":1}}}},' +
    '{"type":"track","event":"a","userId":"u","properties":{"constructor":{"prototype":{"polluted":1}}}},' +
    '{"type":"track","event":"b","userId":"u\\u0000","properties":{"half":"\\ud800"}}]}'
  assert.equal((await segment(kit, evil)).statusCode, 200)
  assert.deepEqual(
    kit.refusals().map(({ code }) => code),
    ['collect.unsafe_name', 'collect.unsafe_name'],
  )
  assert.deepEqual(kit.envelopes().at(-1)?.ids, [{ kind: 'login_id', value: 'u' }])
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  const deep = `{"batch":[{"type":"track","event":"a","userId":"u","properties":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}]}` // biome-ignore format: one line
  assert.equal((await segment(kit, deep)).statusCode, 200)
  assert.equal(kit.refusals().at(-1)?.code, 'collect.too_deep')
})

test('the Segment doors take a write key in every place where clients put it, and no other key', async (t) => {
  const kit = await openKit(t)
  const message = { userId: 'u-1', event: 'Paid' }
  const send = (headers: object, body: object = message, url = '/v1/track') =>
    kit.app.inject({ method: 'POST', url, headers: { 'content-type': 'text/plain', ...headers }, payload: JSON.stringify(body) }) // biome-ignore format: one line
  for (const answer of [
    await send({ authorization: `Basic ${btoa('wk_test:')}` }),
    await send({ authorization: 'Bearer wk_test' }),
    await send({ 'x-write-key': 'wk_test' }),
    await send({}, { ...message, writeKey: 'wk_test' }, '/v1/t'),
    await send({}, message, '/v1/track?writeKey=wk_test'),
  ])
    assert.deepEqual([answer.statusCode, answer.json()], [200, { success: true }])
  for (const headers of [{ 'x-other': 'wk_test' }, { authorization: `Basic ${btoa('other:')}` }]) {
    const answer = await send(headers)
    assert.deepEqual([answer.statusCode, answer.json().code], [401, 'collect.write_key'])
  }
  assert.equal(kit.envelopes()[0]?.name, 'Paid')
})

test('bad items do not fail a batch of the Segment protocol, a body that is no batch does', async (t) => {
  const kit = await openKit(t)
  const batch = [{ type: 'track', userId: 'u', event: 'a' }, { type: 'track', userId: 'u' }, 5]
  const zipped = gzipSync(JSON.stringify({ batch }))
  const answer = await segment(kit, zipped, { headers: { 'content-encoding': 'gzip' } })
  assert.deepEqual(answer.json(), { success: true })
  assert.deepEqual(
    kit.refusals().map(({ code }) => code),
    ['segment.event', 'segment.not_object'],
  )
  assert.equal((await segment(kit, '[]')).statusCode, 400)
  assert.equal((await segment(kit, '{"batch":1}')).json().code, 'segment.body')
  assert.equal((await segment(kit, '')).json().code, 'collect.bad_json')
})

test('pages of any origin may send; only the Sensors SDK may do so with credentials, which nobody looks at', async (t) => {
  const kit = await openKit(t)
  for (const url of ['/sa', '/debug', '/v1/t', '/v1/batch', '/v1/collect']) {
    const answer = await kit.app.inject({
      method: 'OPTIONS',
      url,
      headers: {
        origin: 'https://bank.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,anonymousid,content-type',
      },
    })
    assert.equal(answer.statusCode, 204)
    const sensors = !url.startsWith('/v1/')
    assert.equal(answer.headers['access-control-allow-origin'], sensors ? 'https://bank.example' : '*')
    assert.equal(answer.headers['access-control-allow-headers'], 'authorization,anonymousid,content-type')
    assert.equal(answer.headers['access-control-allow-credentials'], sensors ? 'true' : undefined)
  }
})

test('the doors do not stand under the limit of the console', async (t) => {
  const kit = await openKit(t)
  for (let i = 0; i < 20; i++) {
    const answer = await segment(kit, JSON.stringify({ batch: [{ type: 'track', userId: 'u', event: `e${i}` }] }))
    assert.equal(answer.statusCode, 200)
  }
  assert.equal(kit.envelopes().length, 20)
})

test('under back-pressure every door says when to come again', async (t) => {
  const kit = await openKit(t)
  kit.fail(new Problem('unavailable', 'collect.busy', text('请稍后', 'Busy'), { retryAfterSeconds: 3 }))
  const native = {
    messages: [{ id: 'a', type: 'event', time: '2026-01-05T01:00:00Z', event: 'a', ids: { login_id: 'u' } }],
  }
  for (const answer of [
    await sa(kit, form({ data: packed(track) })),
    await segment(kit, JSON.stringify({ batch: [{ type: 'track', userId: 'u', event: 'a' }] })),
    await kit.app.inject({
      method: 'POST',
      url: '/v1/collect',
      headers: { 'x-write-key': 'wk_test' },
      payload: native,
    }),
  ])
    assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, '3'])
})

test('the native door says of each message what became of it', async (t) => {
  const kit = await openKit(t)
  const at = { time: '2026-01-05T09:00:00+08:00', ids: { customer_no: '100123', device_id: 'd' } }
  const messages = [
    { id: '1', type: 'event', event: 'Paid', ...at, props: { amount: 1, nested: { a: [1] } } },
    { id: '1', type: 'event', event: 'Paid', ...at },
    { id: '2', type: 'event', ...at },
    { id: '3', type: 'profile', ...at, profile: { op: 'increment', values: { n: 'x' } } },
    { id: '4', type: 'event', event: 'Paid', ...at, time: 'yesterday' },
    { id: '5', type: 'bind', ...at, ids: { customer_no: '1' } },
    { id: '6', type: 'item', time: at.time, item: { type: 'fund', id: '1', op: 'set', values: { risk: 'R3' } } },
    { id: '7', type: 'event', event: 'Paid', time: at.time },
    'no message',
    { id: '8', type: 'profile', ...at, profile: { op: 'set', values: { level: '金卡' } }, history: true },
  ]
  const send = (payload: object, headers = {}) =>
    kit.app.inject({ method: 'POST', url: '/v1/collect', headers: { 'x-write-key': 'wk_test', 'x-lang': 'en', ...headers }, payload }) // biome-ignore format: one line
  const answer = await send({ messages })
  assert.equal(answer.statusCode, 200)
  assert.deepEqual(
    answer.json().results.map((one: Record<string, string>) => [one.id, one.outcome, one.code, one.field]),
    [
      ['1', 'stored', undefined, undefined],
      ['1', 'duplicate', undefined, undefined],
      ['2', 'rejected', 'native.missing', 'event'],
      ['3', 'rejected', 'native.value', 'profile.values.n'],
      ['4', 'rejected', 'native.invalid', 'time'],
      ['5', 'rejected', 'native.ids', 'ids'],
      ['6', 'stored', undefined, undefined],
      ['7', 'rejected', 'native.missing', 'ids'],
      ['', 'rejected', 'native.invalid', undefined],
      ['8', 'stored', undefined, undefined],
    ],
  )
  const [first, , last] = kit.envelopes()
  assert.deepEqual(first, {
    kind: 'event',
    name: 'Paid',
    time: Date.parse(at.time),
    ids: [
      { kind: 'customer_no', value: '100123' },
      { kind: 'device_id', value: 'd' },
    ],
    props: { amount: 1, nested: { a: [1] } },
  })
  assert.equal(last?.history, true)
  assert.equal((await send({ messages: [] })).json().code, 'http.invalid')
  assert.equal((await send({ messages }, { 'x-write-key': 'no' })).statusCode, 401)
  const zipped = await kit.app.inject({
    method: 'POST',
    url: '/v1/collect',
    headers: { authorization: 'Bearer wk_test', 'content-type': 'application/json', 'content-encoding': 'gzip' },
    payload: gzipSync(JSON.stringify({ messages })),
  })
  assert.equal(zipped.json().results[0].outcome, 'duplicate')
})

test('a service key sends for the project it names', async (t) => {
  const kit = await openKit(t, {
    authenticate: async (_ctx, request) =>
      request.headers.authorization === 'Bearer zxk_core'
        ? { who: { kind: 'key', id: 'key_1', name: '核心系统' }, scope: 'nothing', permissions: new Set() }
        : undefined,
  })
  const message = { id: 'a', type: 'event', time: '2026-01-05T01:00:00Z', event: 'a', ids: { login_id: 'u' } }
  const send = (project: string) =>
    kit.app.inject({
      method: 'POST',
      url: `/v1/collect?project=${project}`,
      headers: { authorization: 'Bearer zxk_core' },
      payload: { messages: [message] },
    })
  assert.equal((await send('bank_prod')).json().results[0].outcome, 'stored')
  assert.equal(kit.received[0]?.source, 'src_bank')
  assert.equal((await send('nobody')).json().code, 'collect.unknown_project')
})

test('the native door puts times right by the moment of sending, but not history on purpose (rule 2)', async (t) => {
  const kit = await openKit(t)
  const now = kit.ctx.now.getTime()
  const slow = 3_600_000
  const said = (id: string, more: object = {}) => {
    const time = new Date(now - slow - 1000).toISOString()
    return { id, type: 'event', event: 'view', time, ids: { login_id: 'u' }, ...more }
  }
  const messages = [said('1'), said('2', { history: true })]
  const payload = { sentAt: new Date(now - slow).toISOString(), messages }
  const answer = await kit.app.inject({ method: 'POST', url: '/v1/collect?writeKey=default', payload })
  assert.equal(answer.statusCode, 200, answer.body)
  assert.deepEqual(
    kit.envelopes().map(({ time, skewMs }) => [time - now, skewMs]),
    [
      [-1000, slow],
      [-slow - 1000, slow],
    ],
  )
})
