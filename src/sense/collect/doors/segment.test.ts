import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope, Refusal } from '../contract.ts'
import { vectors } from './doors-testing.ts'
import { readSegment, segmentMessages } from './segment.ts'

const receivedAt = new Date('2026-01-05T01:00:00Z')

function envelopes(message: object, sentAt?: string): Envelope[] {
  const given = { timestamp: '2026-01-05T08:59:00+08:00', userId: 'u-1', messageId: 'm-1', ...message }
  return readSegment(given, sentAt, receivedAt).map((one) => {
    assert.ok('envelope' in one, JSON.stringify(one))
    return one.envelope
  })
}

function envelope(message: object, sentAt?: string): Envelope {
  const [one, ...more] = envelopes(message, sentAt)
  assert.ok(one && more.length === 0)
  return one
}

function refusal(message: unknown): Refusal {
  const [one] = readSegment(message, undefined, receivedAt)
  assert.ok(one && 'refused' in one, JSON.stringify(one))
  return one.refused
}

type Vectors = {
  messages: { name: string; valid: boolean; message?: object }[]
  wire: { body: { batch: object[] } }[]
}

test('every message that an SDK made of valid calls is understood', async (t) => {
  const found = await vectors<Vectors>(t, 'segment/messages.open.json')
  if (!found) return
  for (const { name, valid, message } of found.messages) {
    if (!message) continue
    for (const one of readSegment(message, undefined, receivedAt))
      assert.equal('envelope' in one, valid, `${name}: ${JSON.stringify(one)}`)
  }
  for (const { body } of found.wire) {
    const { messages, sentAt } = segmentMessages(body, 'batch')
    const read = messages.flatMap((message) => readSegment(message, sentAt, receivedAt))
    assert.ok(read.every((one) => 'envelope' in one))
    assert.deepEqual(read.map(({ key }) => key), ['m-1', 'm-2', 'm-3', 'm-4']) // biome-ignore format: one line
  }
})

const wrong: [about: string, code: string, field: string, message: object][] = [
  ['a type nobody knows', 'segment.type', 'type', { type: 'buy' }],
  ['a track without event', 'segment.event', 'event', { type: 'track', userId: 'u', event: null }],
  ['an event that is a number', 'segment.event', 'event', { type: 'track', userId: 'u', event: 1 }],
  ['nobody', 'segment.no_identity', 'userId', { type: 'track', event: 'a', userId: '', anonymousId: null }],
  ['a userId that is an object', 'segment.user_id', 'userId', { type: 'track', event: 'a', userId: {} }],
  ['properties that are text', 'segment.properties', 'properties', { type: 'page', userId: 'u', properties: 'x' }],
  ['traits that are a list', 'segment.traits', 'traits', { type: 'identify', userId: 'u', traits: [] }],
  ['a group without groupId', 'segment.group_id', 'groupId', { type: 'group', userId: 'u', groupId: null }],
  ['an alias of nothing', 'segment.previous_id', 'previousId', { type: 'alias', userId: 'u' }],
  ['an alias of nobody', 'segment.user_id', 'userId', { type: 'alias', anonymousId: 'a', previousId: 'b' }],
  ['a day as timestamp', 'segment.timestamp', 'timestamp', { type: 'track', event: 'a', userId: 'u', timestamp: '2025-01-01' }], // biome-ignore format: a table
  ['a page name that is a number', 'segment.name', 'name', { type: 'page', userId: 'u', name: 5 }],
]
for (const [about, code, field, message] of wrong)
  test(`rule 6: ${about} is refused by ${code} at ${field}`, () => {
    const said = refusal({ timestamp: '2026-01-05T01:00:00Z', ...message })
    assert.deepEqual([said.code, said.field], [code, field])
  })

test('a user is a login, an anonymous id stays one, and both on one message say that they are the same', () => {
  const { ids } = envelope({ type: 'track', event: 'a', userId: 1234, anonymousId: 'anon' })
  assert.deepEqual(ids, [
    { kind: 'login_id', value: '1234' },
    { kind: 'anonymous_id', value: 'anon' },
  ])
})

test('an identify sets its traits', () => {
  const { kind, profile } = envelope({ type: 'identify', traits: { level: '金卡', nick: '' } })
  assert.deepEqual([kind, profile], ['profile', { op: 'set', values: { level: '金卡', nick: '' } }])
})

test('pages and screens are events with their name and category', () => {
  const page = envelope({ type: 'page', name: '理财', category: 'wealth', properties: { url: '/wealth' } })
  assert.deepEqual([page.name, page.props], ['page_view', { url: '/wealth', name: '理财', category: 'wealth' }])
  const screen = envelope({ type: 'screen', name: null, category: '', properties: {} })
  assert.deepEqual([screen.name, screen.props], ['screen_view', {}])
})

test('a group is an event with the traits of the group, and of the customer only that he belongs to it', () => {
  const [event, profile] = envelopes({ type: 'group', groupId: 'g-100', traits: { name: '某企业', employees: 32 } })
  assert.deepEqual(event?.props, { name: '某企业', employees: 32, $group_id: 'g-100' })
  assert.deepEqual(profile?.profile, { op: 'set', values: { $group_id: 'g-100' } })
  const keys = readSegment({ type: 'group', groupId: 'g', userId: 'u', messageId: 'm-9' }, undefined, receivedAt)
  assert.equal(new Set(keys.map(({ key }) => key)).size, 2)
})

test('an alias binds the former id to the login', () => {
  const { kind, name, ids } = envelope({ type: 'alias', userId: 'u-1', previousId: 'anon' })
  assert.deepEqual([kind, name], ['bind', undefined])
  assert.deepEqual(ids.map(({ kind: of, value }) => `${of}=${value}`), ['login_id=u-1', 'anonymous_id=anon']) // biome-ignore format: one line
})

test('rule 2: a wrong clock is put right by when the client says it sent', () => {
  const given = { type: 'track', event: 'a', timestamp: '2026-01-03T09:00:00.000Z' }
  const { time, skewMs } = envelope(given, '2026-01-03T09:00:10.000Z')
  assert.deepEqual([new Date(time).toISOString(), skewMs], ['2026-01-05T00:59:50.000Z', 40 * 3_600_000 - 10_000])
  const rudder = envelope({ ...given, originalTimestamp: '2026-01-03T08:59:00Z' }, '2026-01-03T09:00:00Z')
  assert.equal(new Date(rudder.time).toISOString(), '2026-01-05T00:59:00.000Z')
  assert.equal(envelope({ ...given, timestamp: undefined }).time, receivedAt.getTime())
})

test('the surroundings are kept, without library and personal traits', () => {
  const context = {
    library: { name: 'analytics.js', version: '2' },
    traits: { email: 'a@example.com' },
    page: { path: '/' },
  }
  const { props, lib } = envelope({ type: 'track', event: 'a', context, properties: { amount: 1 } })
  assert.deepEqual(props, { amount: 1, $context: { page: { path: '/' } } })
  assert.equal(lib, 'analytics.js 2')
})

test('what a batch says of its surroundings holds for its messages, and a message goes before', () => {
  const batch = [{ type: 'track' }, { type: 'track', context: { app: 2 } }, 'no message']
  const { messages } = segmentMessages({ batch, context: { app: 1 } }, 'batch')
  assert.deepEqual(messages, [
    { type: 'track', context: { app: 1 } },
    { type: 'track', context: { app: 2 } },
    'no message',
  ])
})

test('rule 1: without a messageId the content is the key, whenever it is sent; the write key is not kept', () => {
  const message = { type: 'track', event: 'a', userId: 'u', timestamp: '2026-01-05T01:00:00Z' }
  const key = (change: object) => readSegment({ ...message, ...change }, undefined, receivedAt)[0]?.key
  assert.equal(key({ sentAt: '2026-01-05T01:00:01Z' }), key({ sentAt: '2026-01-05T02:00:00Z', writeKey: 'wk' }))
  assert.notEqual(key({}), key({ event: 'b' }))
  assert.equal(key({ messageId: 'ajs-1' }), 'ajs-1')
  const [refused] = readSegment({ type: 'track', userId: 'u', writeKey: 'wk' }, undefined, receivedAt)
  assert.ok(refused && 'refused' in refused)
  assert.deepEqual(refused.raw, { type: 'track', userId: 'u' })
})
