import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope, Incoming, Refusal } from '../contract.ts'
import { vectors } from './doors-testing.ts'
import { readSensors } from './sensors.ts'
import { checksum, sensorsForm, sensorsMessages } from './sensorsBody.ts'

const receivedAt = new Date('2026-01-05T01:00:00Z')
const at = receivedAt.getTime()

function incoming(message: unknown): Incoming {
  return readSensors(message, receivedAt).incoming
}

function envelope(message: object): Envelope {
  const read = incoming({ type: 'track', event: 'PayOrder', time: at - 1000, distinct_id: 'c-1', ...message })
  assert.ok('envelope' in read, JSON.stringify(read))
  return read.envelope
}

function refusal(message: unknown): Refusal {
  const read = incoming(message)
  assert.ok('refused' in read, JSON.stringify(read))
  return read.refused
}

type Vectors = {
  messages: { name: string; valid: boolean; message: Record<string, unknown> | null }[]
  wire: { fields: Record<string, string | number>; decoded: object | object[] }[]
}

test('every message that an SDK made of valid calls is understood, every other one is refused with its reason', async (t) => {
  const found = await vectors<Vectors>(t, 'sensors/payloads.open.json')
  if (!found) return
  for (const { name, valid, message } of found.messages) {
    const read = incoming(structuredClone(message))
    assert.equal('envelope' in read, valid, `${name}: ${JSON.stringify(read).slice(0, 400)}`)
    if (!('refused' in read)) continue
    assert.match(read.refused.code, /^sensors\.\w+$/)
    assert.ok(read.refused.zh !== '' && read.refused.en !== '', name)
    if (message) assert.ok(read.refused.field, name)
  }
})

test('the bodies that SDKs send unpack to the messages they were made of', async (t) => {
  const found = await vectors<Vectors>(t, 'sensors/payloads.open.json')
  if (!found) return
  for (const { fields, decoded } of found.wire) {
    const body = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))
    const messages = await sensorsMessages(sensorsForm(Buffer.from(body.toString())))
    assert.deepEqual(messages, Array.isArray(decoded) ? decoded : [decoded])
  }
})

const wrong: [about: string, code: string, field: string, change: Record<string, unknown>][] = [
  ['a type nobody knows', 'sensors.type', 'type', { type: 'track_magic' }],
  ['a type of the language itself', 'sensors.type', 'type', { type: 'constructor' }],
  ['no event', 'sensors.event_name', 'event', { event: undefined }],
  ['an event that starts with a digit', 'sensors.event_name', 'event', { event: '1st' }],
  ['an event of 101 letters', 'sensors.event_name', 'event', { event: 'e'.repeat(101) }],
  ['an event with a reserved name', 'sensors.event_name', 'event', { event: 'Date' }],
  ['no distinct_id', 'sensors.distinct_id', 'distinct_id', { distinct_id: ' ' }],
  ['a distinct_id of 256 letters', 'sensors.distinct_id', 'distinct_id', { distinct_id: 'x'.repeat(256) }],
  ['a distinct_id that lost its digits', 'sensors.distinct_id', 'distinct_id', { distinct_id: 2 ** 60 }],
  ['a list as distinct_id', 'sensors.distinct_id', 'distinct_id', { distinct_id: ['a'] }],
  ['no time', 'sensors.time', 'time', { time: undefined }],
  ['a time of 14 digits', 'sensors.time', 'time', { time: 17000000001234 }],
  ['a time before 1970', 'sensors.time', 'time', { time: -1700000000123 }],
  ['a $time that is a day', 'sensors.time', 'properties.$time', { properties: { $time: '2026-01-01' } }],
  ['properties that are a list', 'sensors.properties', 'properties', { properties: ['a'] }],
  ['a reserved property', 'sensors.property_name', 'properties.User_ID', { properties: { User_ID: 'a' } }],
  ['a property of a reserved group', 'sensors.property_name', 'properties.user_group_a', { properties: { user_group_a: 1 } }], // biome-ignore format: a table
  ['a property of 101 letters', 'sensors.property_name', `properties.${'p'.repeat(100)}`, { properties: { ['p'.repeat(101)]: 1 } }], // biome-ignore format: a table
  ['numbers in a list', 'sensors.property_value', 'properties.tags', { properties: { tags: ['a', 1] } }],
  ['a long text in a list', 'sensors.property_value', 'properties.tags', { properties: { tags: ['x'.repeat(8192)] } }],
  ['a number without end', 'sensors.property_value', 'properties.n', { properties: JSON.parse('{"n":1e999}') }],
  ['true to add', 'sensors.property_value', 'properties.n', { type: 'profile_increment', properties: { n: true } }],
  ['one text to append', 'sensors.property_value', 'properties.n', { type: 'profile_append', properties: { n: 'a' } }],
  ['a sign-up without its former id', 'sensors.original_id', 'original_id', { type: 'track_signup' }],
  ['a bind of one identity', 'sensors.identities', 'identities', { type: 'track_id_bind', identities: { $identity_mobile: '19900000001' } }], // biome-ignore format: a table
  ['an empty identity', 'sensors.identities', 'identities.$identity_email', { identities: { $identity_email: '' } }],
  ['an identity that is an object', 'sensors.identities', 'identities.x', { identities: { x: {} } }],
  ['an item without type', 'sensors.item', 'item_type', { type: 'item_set', item_id: '1' }],
  ['an item without id', 'sensors.item', 'item_id', { type: 'item_delete', item_type: 'fund' }],
]
for (const [about, code, field, change] of wrong)
  test(`rule 6: ${about} refuses the whole message, by ${code} at ${field}`, () => {
    const message = { type: 'track', event: 'PayOrder', time: at, distinct_id: 'c-1', properties: {}, ...change }
    const { code: said, field: where } = refusal(message)
    assert.deepEqual([said, where], [code, field])
  })

test('with identities, they alone say who it is, by the kinds of the catalogue', () => {
  const identities = {
    $identity_login_id: 'u-1',
    $identity_mobile: '19900000001',
    $identity_email: 'a@example.com',
    $identity_cookie_id: 'cookie',
    $identity_android_id: 'android',
    $identity_ios_idfa: 'idfa',
    $identity_mp_wx12ab_openid: 'openid-of-app',
    $mp_unionid: 'union',
    customer_no: '100123',
    $identity_card: ['card-1', 'card-2'],
  }
  const { ids, kind } = envelope({ identities, distinct_id: '$identity_mobile+19900000001' })
  assert.equal(kind, 'event')
  assert.deepEqual(
    ids.map((one) => `${one.kind}=${one.value}`),
    [
      'login_id=u-1',
      'mobile=19900000001',
      'email=a@example.com',
      'anonymous_id=cookie',
      'device_id=android',
      'device_id=idfa',
      'openid=openid-of-app',
      'unionid=union',
      'customer_no=100123',
      'card=card-1',
      'card=card-2',
    ],
  )
})

test('without identities, a distinct_id is a login where the message says so, and anonymous otherwise', () => {
  const ids = (message: object) => envelope(message).ids.map(({ kind, value }) => `${kind}=${value}`)
  assert.deepEqual(ids({}), ['anonymous_id=c-1'])
  assert.deepEqual(ids({ anonymous_id: 'c-1' }), ['anonymous_id=c-1'])
  assert.deepEqual(ids({ properties: { $is_login_id: true } }), ['login_id=c-1'])
  assert.deepEqual(ids({ properties: { $is_login_id: false } }), ['anonymous_id=c-1'])
  assert.deepEqual(ids({ login_id: 'c-1', anonymous_id: 'a-1' }), ['login_id=c-1', 'anonymous_id=a-1'])
  assert.deepEqual(ids({ distinct_id: 1234 }), ['anonymous_id=1234'])
})

test('a sign-up binds the login to the former id, and lets unmarked messages of the login find the customer', () => {
  const { kind, name, ids } = envelope({
    type: 'track_signup',
    event: '$SignUp',
    distinct_id: 'u-1',
    original_id: 'a-1',
  })
  assert.deepEqual([kind, name], ['bind', '$SignUp'])
  assert.deepEqual(ids, [
    { kind: 'login_id', value: 'u-1' },
    { kind: 'anonymous_id', value: 'a-1' },
    { kind: 'anonymous_id', value: 'u-1' },
  ])
})

test('binding and parting are events of their own names', () => {
  const identities = { $identity_login_id: 'u-1', $identity_mobile: '19900000001' }
  const bound = envelope({ type: 'track_id_bind', event: undefined, identities })
  assert.deepEqual([bound.kind, bound.name, bound.ids.length], ['bind', '$BindID', 2])
  const parted = envelope({
    type: 'track_id_unbind',
    event: '$UnbindID',
    identities: { $identity_mobile: '19900000001' },
  })
  assert.deepEqual([parted.kind, parted.ids], ['unbind', [{ kind: 'mobile', value: '19900000001' }]])
})

test('a change of the profile says what is to be done', () => {
  const profile = (type: string, properties: object) => envelope({ type, event: undefined, properties }).profile
  assert.deepEqual(profile('profile_set', { level: '金卡' }), { op: 'set', values: { level: '金卡' } })
  assert.deepEqual(profile('profile_set_once', { first: 'a' }), { op: 'setOnce', values: { first: 'a' } })
  assert.deepEqual(profile('profile_increment', { n: -2 }), { op: 'increment', values: { n: -2 } })
  assert.deepEqual(profile('profile_append', { tags: ['a'] }), { op: 'append', values: { tags: ['a'] } })
  assert.deepEqual(profile('profile_unset', { a: true }), { op: 'unset', values: { a: true } })
  assert.deepEqual(profile('profile_delete', { a: 1 }), { op: 'delete', values: {} })
})

test('an item is no customer’s', () => {
  const set = envelope({ type: 'item_set', item_type: 'fund', item_id: '000001', properties: { risk: 'R3' }, distinct_id: null }) // biome-ignore format: one line
  assert.deepEqual(set.ids, [])
  assert.deepEqual(set.item, { type: 'fund', id: '000001', op: 'set', values: { risk: 'R3' } })
})

test('rule 2: a wrong clock is put right by when the SDK says it sent, but not history on purpose', () => {
  const day = 86_400_000
  const late = envelope({ time: at - 2 * day - 60_000, _flush_time: at - 2 * day })
  assert.deepEqual([late.time, late.skewMs, late.history], [at - 60_000, 2 * day, undefined])
  const old = envelope({ time: at - 900 * day, time_free: true, _flush_time: at - 500 })
  assert.deepEqual([old.time, old.skewMs, old.history], [at - 900 * day, 500, true])
  assert.equal(envelope({ time: 1437816376 }).time, 1437816376000)
  assert.equal(envelope({ properties: { $time: '1437816376000' } }).time, 1437816376000)
})

test('$project, $token and $time are lifted out, other $-properties stay', () => {
  const message = { type: 'track', event: 'a', time: at, distinct_id: '1', properties: { $project: 'bank_prod', $token: 't', $time: at, $lib: 'js', $url: 'u' } } // biome-ignore format: one line
  const { project, incoming: read } = readSensors(message, receivedAt)
  assert.equal(project, 'bank_prod')
  assert.ok('envelope' in read)
  assert.deepEqual(read.envelope.props, { $lib: 'js', $url: 'u' })
  assert.equal(envelope({ lib: { $lib: 'js', $lib_version: '1.26.17' } }).lib, 'js 1.26.17')
})

test('rule 1: a repeat has the key of the first, though it is sent at another time; another message has another', () => {
  const message = { type: 'track', event: 'a', time: at, distinct_id: '1', properties: { x: 1, y: 2 } }
  const key = (change: object) => incoming({ ...message, ...change }).key
  assert.equal(key({ _track_id: 7, _flush_time: at }), key({ _track_id: 7, _flush_time: at + 9000 }))
  assert.notEqual(key({ _track_id: 7 }), key({ _track_id: 8 }))
  assert.notEqual(key({ _track_id: 7 }), key({ _track_id: 7, time: at + 1 }))
  assert.equal(key({ _flush_time: at }), key({ properties: { y: 2, x: 1 } }), 'the order of properties says nothing')
  assert.notEqual(key({}), key({ properties: { x: 1, y: 3 } }))
})

test('what would break the stores or the program is mended or refused', () => {
  const { props } = envelope({ properties: { a: 'x\0y', b: 'half \ud83d', c: 'whole 😀' } })
  assert.deepEqual(props, { a: 'xy', b: 'half \ufffd', c: 'whole 😀' })
  const text =
    '{"type":"track","event":"a","time":1700000000123,"distinct_id":"1","properties":{"__proto__":"x","b":1}}'
  assert.equal(refusal(JSON.parse(text)).code, 'collect.unsafe_name')
  assert.equal(({} as Record<string, unknown>).x, undefined)
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  const read = incoming({ type: 'track', event: 'a', time: at, distinct_id: '1', properties: { deep } })
  assert.ok('refused' in read && read.refused.code === 'collect.too_deep')
  assert.ok(JSON.stringify(read.raw).length < 1000, 'and can be written')
})

test('the checksum is that of a Java string', () => {
  assert.equal(checksum('abc'), 96354)
  assert.equal(checksum('eyJhIjoxfQ=='.repeat(20)), 1534457740)
})
