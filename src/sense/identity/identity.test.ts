import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read } from '../../platform/change.ts'
import {
  editKind,
  findByIdentity,
  getIdentityOf,
  getKind,
  identitiesOf,
  listConflicts,
  listKinds,
  listMerges,
  membersOf,
} from './identity.ts'
import { openHouse, type Said } from './testing/house.ts'

test('customers are numbered from 1 in the order of first sight, and found again', async (t) => {
  const house = await openHouse(t)
  const said: Said[] = [['event', 'device_id=d1'], ['event', 'customer_no=100'], ['bind', 'customer_no=101 device_id=d2'], ['event', 'device_id=d2']] // biome-ignore format: a table
  assert.deepEqual(await house.say(said), [1, 2, 3, 3])
  assert.deepEqual(await house.say(said), [1, 2, 3, 3])
})

test('a batch worked again after a kill gets the same numbers and writes nothing', async (t) => {
  const house = await openHouse(t)
  await house.say([['event', 'customer_no=1 mobile=19900000001'], ['event', 'device_id=d']]) // biome-ignore format: a table
  const batch = house.arrive([
    ['event', 'device_id=d'],
    ['bind', 'customer_no=1 device_id=d'],
    ['event', 'device_id=d'],
    ['unbind', 'mobile=19900000001'],
    ['event', 'mobile=19900000001'],
    ['event', 'customer_no=2 mobile=19900000009'],
    ['event', 'customer_no=1 mobile=19900000009'],
    ['unbind', 'email=a@bank.example'],
    ['event', 'device_id=null'],
  ])
  const first = await house.resolve(batch)
  assert.deepEqual(first, [2, 1, 1, 1, 3, 4, 1, 0, 0])
  const refusals = batch.arrived.map((one) => one.refused?.code)
  const rows = await house.rows()
  assert.equal(rows.conflicts.length, 1)
  for (const one of batch.arrived) Object.assign(one, { customer: 0, refused: undefined })
  assert.deepEqual(await house.resolve(batch), first)
  assert.deepEqual(
    batch.arrived.map((one) => one.refused?.code),
    refusals,
  )
  assert.deepEqual(await house.rows(), rows)
})

test('rule 8: two certain customers are a question, asked once and counted, under merged numbers too', async (t) => {
  const house = await openHouse(t)
  const [one, other] = await house.say([['event', 'customer_no=1 certificate=110101190001010001'], ['event', 'customer_no=2']]) // biome-ignore format: a table
  await house.say([['bind', 'customer_no=2 certificate=110101190001010001'], ['event', 'customer_no=2 certificate=110101190001010001']]) // biome-ignore format: a table
  await house.say([['bind', 'customer_no=2 certificate=110101190001010001']])
  const { items } = await listConflicts(house.ctx, {})
  assert.equal(items.length, 1)
  const [conflict] = items
  assert.deepEqual([conflict?.one.customer, conflict?.other.customer].sort(), [one, other])
  assert.equal(conflict?.count, 3)
  assert.equal(conflict?.state, 'open')
  assert.equal(conflict?.via.kind, 'certificate')
  assert.equal(conflict?.via.value, '110***********0001')
  assert.deepEqual(
    await house.say([
      ['event', 'certificate=110101190001010001'],
      ['event', 'customer_no=2'],
    ]),
    [one, other],
  )
})

test('rule 9: the next customer on a device gets his own events, and the device stays with the first', async (t) => {
  const house = await openHouse(t)
  const owners = await house.say([
    ['event', 'anonymous_id=cookie'],
    ['bind', 'login_id=zhang anonymous_id=cookie'],
    ['event', 'login_id=zhang anonymous_id=cookie'],
    ['bind', 'login_id=li anonymous_id=cookie'],
    ['event', 'login_id=li anonymous_id=cookie'],
    ['event', 'anonymous_id=cookie'],
  ])
  assert.deepEqual(owners, [1, 1, 1, 2, 2, 1])
  assert.deepEqual((await listConflicts(house.ctx, {})).items, [])
  assert.deepEqual((await listMerges(house.ctx, {})).items, [])
})

test('rule 12: values that name nobody join nobody, and a message of nothing else is refused with the reason', async (t) => {
  const house = await openHouse(t)
  const junk = ['null', 'NULL', ' undefined ', '0', '00000000-0000-0000-0000-000000000000', '000000000000000', 'unknown', 'none', 'nil', 'test', '9774d56d682e549c'] // biome-ignore format: a table
  const batch = house.arrive([])
  const arrived = [
    ...junk.map((value) => house.arrived('event', [{ kind: 'device_id', value }])),
    house.arrived('event', [{ kind: 'mobile', value: '+86 138-0013-8000' }]),
    house.arrived('event', [{ kind: 'wechat', value: 'w1' }]),
    house.arrived('event', []),
    house.arrived('event', [{ kind: 'device_id', value: 'null' }, { kind: 'customer_no', value: '100' }]), // biome-ignore format: a pair
  ]
  await house.resolve({ ...batch, arrived })
  for (const one of arrived.slice(0, -1)) {
    assert.equal(one.customer, 0)
    assert.equal(one.refused?.code, 'identity.no_usable_id')
  }
  assert.match(arrived.at(-4)?.refused?.en ?? '', /device_id.*names nobody|mobile.*names nobody/)
  assert.match(arrived.at(-3)?.refused?.zh ?? '', /wechat: 身份类型不存在/)
  const last = arrived.at(-1)
  assert.deepEqual([last?.customer, last?.refused], [1, undefined])
})

test('a kind that is switched off is ignored in what arrives, and what is linked stays', async (t) => {
  const house = await openHouse(t)
  await house.say([['event', 'customer_no=1 openid=o1']])
  const kind = await getKind(house.ctx, 'openid')
  const { id: _, personal: _p, ...edit } = kind
  await editKind(house.ctx, 'openid', { ...edit, enabled: false })
  const batch = house.arrive([['event', 'openid=o1'], ['event', 'customer_no=1 openid=o2']]) // biome-ignore format: a pair
  assert.deepEqual(await house.resolve(batch), [0, 1])
  assert.match(batch.arrived[0]?.refused?.zh ?? '', /openid: 身份类型已停用/)
  const { identities } = await getIdentityOf(house.ctx, 1)
  assert.deepEqual(identities.map((one) => [one.kind, one.value]), [['customer_no', '1'], ['openid', 'o1']]) // biome-ignore format: a table
})

test('hostile values: endless, NUL, invisible letters, broken pairs and look-alikes harm nobody', async (t) => {
  const house = await openHouse(t)
  const refused = ['x'.repeat(10_240), 'a\0b', 'a\u200bb', 'a\u202eb', '\ud800', 'a\nb', '\ufffd', ' ', '\ufeff'].map(
    (value) => house.arrived('event', [{ kind: 'login_id', value }]),
  )
  const wide = house.arrived('event', [{ kind: 'login_id', value: ' ｚｈａｎｇ１ ' }])
  const plain = house.arrived('event', [{ kind: 'login_id', value: 'zhang1' }])
  const cyrillic = house.arrived('event', [{ kind: 'login_id', value: 'zhаng1' }])
  const sql = house.arrived('event', [{ kind: 'login_id', value: "'; drop table identity.link; --" }])
  const names = ['__proto__', 'constructor', '{1,2}', 'a,b', '"', '\\', 'NULL1'].map((value) =>
    house.arrived('event', [{ kind: 'login_id', value }]),
  )
  const kinds = ['__proto__', 'constructor', 'x'.repeat(10_240), 'a\0'].map((kind) =>
    house.arrived('event', [{ kind, value: 'v' }]),
  )
  await house.resolve({
    number: 1n,
    processedAt: house.ctx.now,
    arrived: [...refused, wide, plain, cyrillic, sql, ...names, ...kinds],
  })
  for (const one of [...refused, ...kinds]) {
    assert.equal(one.refused?.code, 'identity.no_usable_id')
    assert.ok((one.refused?.zh.length ?? 0) < 200)
  }
  assert.equal(wide.customer, plain.customer)
  assert.equal(new Set([plain, cyrillic, sql, ...names].map((one) => one.customer)).size, 3 + names.length)
  assert.deepEqual((await findByIdentity(house.ctx, 'a\0b')).length, 0)
  assert.equal((await findByIdentity(house.ctx, 'ＺＨＡＮＧ1')).length, 0)
  assert.equal((await findByIdentity(house.ctx, "'; drop table identity.link; --"))[0]?.customer, sql.customer)
})

test('personal identities are found however they are typed, and stand nowhere in clear', async (t) => {
  const house = await openHouse(t)
  const [one, two] = await house.say([['event', 'mobile=19900000001 customer_no=1'], ['event', 'mobile=+86-199-0000-0001']]) // biome-ignore format: a pair
  assert.equal(one, two)
  assert.equal((await findByIdentity(house.ctx, ' 199 0000 0001 '))[0]?.customer, one)
  assert.deepEqual(await findByIdentity(house.ctx, '19900000002'), [])
  const { identities } = await getIdentityOf(house.ctx, 1)
  assert.deepEqual(identities.map(({ kind, value, personal }) => [kind, value, personal]), [['customer_no', '1', false], ['mobile', '199****0001', true]]) // biome-ignore format: a table
  const all = await house.ctx.db.sql.begin(async (tx) => {
    await tx`select set_config('zhixing.scope', '*', true)`
    return tx<{ row: string }[]>`select l::text as row from identity.link l`
  })
  for (const { row } of all) assert.doesNotMatch(row, /19900000001/)
})

test('ten thousand identities of one batch are one set of statements', async (t) => {
  const house = await openHouse(t)
  const said = Array.from({ length: 5000 }, (_, i): Said => ['bind', `customer_no=${1000 + i} device_id=d${i}`])
  const owners = await house.say(said)
  assert.equal(new Set(owners).size, 5000)
  assert.deepEqual([Math.min(...owners), Math.max(...owners)], [1, 5000])
  assert.deepEqual(await house.say(said.toReversed()), owners.toReversed())
  const { links } = await house.rows()
  assert.equal(links.length, 10_000)
})

test('kinds are listed in their order and changed by one person at a time', async (t) => {
  const house = await openHouse(t)
  const { items } = await listKinds(house.ctx, {})
  assert.deepEqual(items.map(({ id }) => id), ['customer_no', 'certificate', 'card', 'login_id', 'mobile', 'email', 'unionid', 'openid', 'device_id', 'anonymous_id']) // biome-ignore format: a table
  const { id: _, personal: _p, ...edit } = await getKind(house.ctx, 'mobile')
  const edited = await editKind(house.ctx, 'mobile', { ...edit, limit: 2, junk: ['19900000009'] })
  assert.deepEqual([edited.limit, edited.version], [2, 2])
  await assert.rejects(editKind(house.ctx, 'mobile', edit), { code: 'identity.stale' })
  assert.deepEqual(await house.say([['event', 'mobile=199 0000 0009'], ['event', 'mobile=19900000008']].map(([kind, ids]): Said => [kind as 'event', (ids as string).replaceAll(' ', '')])), [0, 1]) // biome-ignore format: a pair
  await assert.rejects(editKind(house.ctx, 'customer_no', { ...edit, version: 1, many: false, limit: 3 }), { code: 'identity.limit_of_one' }) // biome-ignore format: long
})

test('a bank that takes logins for weak has customers joined by them, from then on', async (t) => {
  const house = await openHouse(t)
  const said: Said[] = [['event', 'customer_no=1'], ['event', 'login_id=zhang'], ['bind', 'customer_no=1 login_id=zhang'], ['event', 'login_id=zhang']] // biome-ignore format: a table
  assert.deepEqual(await house.say(said), [1, 2, 1, 2])
  const { id: _, personal: _p, ...edit } = await getKind(house.ctx, 'login_id')
  await editKind(house.ctx, 'login_id', { ...edit, strength: 'weak' })
  assert.deepEqual(await house.say(said.slice(2)), [1, 1])
})

test('rule 41: members of a customer are all his numbers, by whichever of them one asks', async (t) => {
  const house = await openHouse(t)
  const owners = await house.say([['event', 'device_id=a'], ['event', 'device_id=b'], ['event', 'customer_no=1'], ['event', 'device_id=c'], ['bind', 'customer_no=1 device_id=a'], ['bind', 'customer_no=1 device_id=b']]) // biome-ignore format: a table
  assert.deepEqual(owners, [1, 2, 3, 4, 3, 3])
  const members = await read(house.ctx, (tx) => membersOf(tx, [1, 3, 4, 99]))
  assert.deepEqual([...members], [[1, [3, 1, 2]], [3, [3, 1, 2]], [4, [4]]]) // biome-ignore format: a table
})

test('what names each of a list of customers is asked as one set, masked, also under a merged number', async (t) => {
  const house = await openHouse(t)
  await house.say([
    ['event', 'device_id=d1'],
    ['event', 'customer_no=100 mobile=19900000001'],
    ['bind', 'customer_no=100 device_id=d1'],
    ['event', 'customer_no=200'],
  ])
  const named = await identitiesOf(house.ctx, [1, 2, 3, 99])
  const values = (customer: number) => named.get(customer)?.map(({ kind, value }) => `${kind}=${value}`)
  assert.deepEqual(values(2), ['customer_no=100', 'mobile=199****0001', 'device_id=d1'])
  assert.deepEqual(values(1), values(2), 'merged into the other')
  assert.deepEqual(values(3), ['customer_no=200'])
  assert.equal(named.has(99), false)
  assert.equal((await identitiesOf(house.ctx, [])).size, 0)
})
