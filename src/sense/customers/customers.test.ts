import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resealSome, rotateDataKey } from '../../govern/privacy/privacy.ts'
import { read } from '../../platform/change.ts'
import { type Ctx, withCtx } from '../../platform/ctx.ts'
import { Problem } from '../../platform/problem.ts'
import { listMerges, mergeCustomers, undoMerge } from '../identity/identity.ts'
import type { CustomerDetail } from './contract.ts'
import { customerTimeline, getCustomer, listCustomers, registerSection, revealCustomer } from './customers.ts'
import { personalColumn } from './sealedPersonal.ts'
import { unregisterSection } from './sections.ts'
import { did, is, openBank } from './testing/testing.ts'

const one = { customer_no: '1001' }
const two = { customer_no: '1002' }

async function numberOf(ctx: Ctx, words: string): Promise<number> {
  const { items } = await listCustomers(ctx, { q: words })
  assert.equal(items.length, 1, `${words} names ${items.length} customers`)
  return items[0]?.id ?? 0
}

const valuesOf = (customer: CustomerDetail) =>
  Object.fromEntries(customer.attributes.map(({ name, value }) => [name, value]))

function refused(code: string) {
  return (error: unknown) => error instanceof Problem && error.code === code
}

test('what messages say of a customer stands on his page, with source and time; personal values only as masks', async (t) => {
  const { ctx, web, desk, say } = await openBank(t)
  await say(
    web,
    did(one, 'login', '2026-01-05 08:10', { channel: 'app' }),
    is(one, 'set', '2026-01-05 08:11', { city: '杭州', mobile: '19900000001', name: '测试一' }),
    is(one, 'increment', '2026-01-05 08:12', { visits: 2 }),
    is(one, 'append', '2026-01-05 08:13', { likes: ['funds'] }),
  )
  await say(desk, is(one, 'set', '2026-01-04 08:00', { city: '宁波', level: 'gold' }))
  const customer = await getCustomer(ctx, await numberOf(ctx, '1001'))
  assert.deepEqual(valuesOf(customer), {
    city: '杭州',
    level: 'gold',
    likes: ['funds'],
    mobile: '199****0001',
    name: '测**',
    visits: 2,
  })
  assert.equal(customer.name, '测**')
  const byName = new Map(customer.attributes.map((attribute) => [attribute.name, attribute]))
  assert.deepEqual(byName.get('level')?.source, { id: desk, name: '西分行柜面' })
  assert.equal(byName.get('level')?.at, '2026-01-04T00:00:00.000Z')
  assert.deepEqual(byName.get('city')?.label, { zh: '城市', en: 'City' })
  assert.equal(byName.get('mobile')?.personal, 'mobile')
  assert.equal(customer.org.name, '总行')
  assert.deepEqual(
    customer.timeline.items.map(({ event, props, source }) => [event, props, source.name]),
    [['login', { channel: 'app' }, '官网']],
  )
  const [kept] = await ctx.db.sql`
    select string_agg(profile::text, '') || (select string_agg(personal::text, '') from customers.personal) as all
    from customers.profile`
  assert.doesNotMatch(JSON.stringify(kept), /19900000001|测试一/)
})

test('a batch that is worked again does not count twice, and a repeated message neither (rule 1)', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(web, is(one, 'increment', '2026-01-05 08:00', { visits: 1 }))
  await say(
    web,
    is(one, 'increment', '2026-01-05 08:00', { visits: 1 }),
    is(one, 'increment', '2026-01-05 07:00', { visits: 3 }),
  )
  const customer = await getCustomer(ctx, await numberOf(ctx, '1001'))
  assert.deepEqual(valuesOf(customer), { visits: 5 })
})

test('deleting a profile takes what is older, personal values too; what is newer stays', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(web, is(one, 'set', '2026-01-05 08:00', { city: '杭州', mobile: '19900000001' }))
  await say(
    web,
    is(one, 'delete', '2026-01-05 08:30'),
    is(one, 'set', '2026-01-05 08:20', { level: 'gold' }),
    is(one, 'set', '2026-01-05 08:40', { city: '宁波' }),
  )
  const customer = await getCustomer(ctx, await numberOf(ctx, '1001'))
  assert.deepEqual(valuesOf(customer), { city: '宁波' })
  assert.deepEqual(await ctx.db.sql`select from customers.personal`.then((rows) => rows.length), 0)
})

test('a customer is found by any of his identities, by his number and by his personal attributes', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(
    web,
    did({ customer_no: '1001', openid: 'oABCDEFGHIJKLMNOP' }, 'login', '2026-01-05 08:00'),
    is(one, 'set', '2026-01-05 08:01', {
      客户姓名: '测试 一',
      contact_phone: '+86 199 0000 0001',
      email: 'a1@example.com',
    }),
    is(two, 'set', '2026-01-05 08:01', { name: '测试二', mobile: '19900000002' }),
  )
  const id = await numberOf(ctx, '1001')
  for (const words of ['oABCDEFGHIJKLMNOP', String(id), '测试 一', '19900000001', '199-0000-0001', 'A1@example.com'])
    assert.equal(await numberOf(ctx, words), id, words)
  for (const words of ['1990000000', '测试', '199****0001', '9999', '%'])
    assert.deepEqual((await listCustomers(ctx, { q: words })).items, [], words)
})

test('the list shows who was active last, pages through all, and filters', async (t) => {
  const { ctx, web, desk, west, say } = await openBank(t)
  for (let i = 1; i <= 5; i++)
    await say(
      i % 2 ? web : desk,
      did({ customer_no: `10${i}` }, 'login', `2026-01-0${i} 08:00`),
      is({ customer_no: `10${i}` }, 'set', `2026-01-0${i} 08:00`, {
        city: i > 3 ? '宁波' : '杭州',
        mobile: `1990000000${i}`,
      }),
    )
  const seen: number[] = []
  let cursor: string | undefined
  do {
    const page = await listCustomers(ctx, { limit: 2, ...(cursor ? { cursor } : {}) })
    seen.push(...page.items.map((row) => row.id))
    cursor = page.next ?? undefined
  } while (cursor)
  assert.deepEqual(seen, [5, 4, 3, 2, 1])
  const [first] = (await listCustomers(ctx, { limit: 1 })).items
  assert.deepEqual(
    [first?.lastSeen, first?.events30, first?.identities.map(({ kind, value }) => [kind, value])],
    ['2026-01-05T00:00:00.000Z', 1, [['customer_no', '105']]],
  )
  const idsOf = async (query: Parameters<typeof listCustomers>[1]) =>
    (await listCustomers(ctx, { sort: 'id', ...query })).items.map((row) => row.id)
  assert.deepEqual(await idsOf({ org: west.id }), [2, 4])
  assert.deepEqual(await idsOf({ attribute: 'city', value: '宁波' }), [4, 5])
  assert.deepEqual(await idsOf({ attribute: 'city' }), [1, 2, 3, 4, 5])
  assert.deepEqual(await idsOf({ attribute: 'mobile', value: '19900000003' }), [3], 'a personal one by its blind index')
  assert.deepEqual(await idsOf({ attribute: 'city', value: '杭州', org: west.id }), [2])
  assert.deepEqual(await idsOf({ bornFrom: '2026-01-06T00:00:00Z' }), [])
  assert.deepEqual(await idsOf({ bornUntil: '2026-01-06T00:00:00Z', limit: 2 }), [1, 2])
})

test('a branch sees its own customers and no others, by whatever way it asks', async (t) => {
  const { ctx, web, desk, east, west, worksAt, say } = await openBank(t)
  await say(web, is(one, 'set', '2026-01-05 08:00', { name: '测试一' }), did(one, 'login', '2026-01-05 08:00'))
  await say(desk, is(two, 'set', '2026-01-05 08:00', { name: '测试二' }))
  const [mine, other] = [await numberOf(ctx, '1002'), await numberOf(ctx, '1001')]
  const teller = worksAt(west, ['customers.read', 'privacy.reveal'])
  assert.deepEqual(
    (await listCustomers(teller, {})).items.map((row) => row.id),
    [mine],
  )
  assert.deepEqual((await listCustomers(worksAt(east), {})).items, [])
  for (const words of ['1001', '测试一', String(other)])
    assert.deepEqual((await listCustomers(teller, { q: words })).items, [])
  await assert.rejects(getCustomer(teller, other), refused('customer.missing'))
  await assert.rejects(customerTimeline(teller, other, {}), refused('customer.missing'))
  await assert.rejects(revealCustomer(teller, other, { fields: ['name'], reason: '核对' }), refused('customer.missing'))
  assert.equal((await getCustomer(teller, mine)).name, '测**')
  const rows = await read(teller, (tx) => tx`select customer from customers.personal`)
  assert.deepEqual(
    rows.map((row) => row.customer),
    [mine],
    'a forgotten condition finds only his own',
  )
})

test('the code of an organisation in a profile moves the customer there; an unknown one does not', async (t) => {
  const { ctx, web, east, worksAt, say } = await openBank(t)
  await say(
    web,
    is(one, 'set', '2026-01-05 08:00', { org_no: 'E' }),
    is(two, 'set', '2026-01-05 08:00', { org_no: 'X9' }),
  )
  const seen = (await listCustomers(worksAt(east), {})).items
  assert.deepEqual(
    seen.map((row) => [row.id, row.org.name]),
    [[await numberOf(ctx, '1001'), '东分行']],
  )
  const stayed = await getCustomer(ctx, await numberOf(ctx, '1002'))
  assert.deepEqual([stayed.org.name, valuesOf(stayed)], ['总行', { org_no: 'X9' }])
  await say(web, is(one, 'set', '2026-01-04 08:00', { org_no: 'W' }))
  assert.equal(
    (await getCustomer(ctx, await numberOf(ctx, '1001'))).org.name,
    '东分行',
    'a late older one moves nobody',
  )
})

test('a merged customer is one page under all his numbers; undone, both are as they were (rule 10)', async (t) => {
  const { ctx, web, desk, say } = await openBank(t)
  await say(
    web,
    did(one, 'login', '2026-01-05 08:00'),
    is(one, 'set', '2026-01-05 08:00', { city: '杭州', mobile: '19900000001' }),
    is(one, 'increment', '2026-01-05 08:00', { visits: 2 }),
  )
  await say(
    desk,
    did(two, 'visit', '2026-01-05 08:30'),
    is(two, 'set', '2026-01-05 08:30', { city: '宁波', name: '测试二' }),
    is(two, 'increment', '2026-01-05 07:00', { visits: 3 }),
  )
  const [a, b] = [await numberOf(ctx, '1001'), await numberOf(ctx, '1002')]
  const before = [await getCustomer(ctx, a), await getCustomer(ctx, b)]
  await mergeCustomers(ctx, a, b, '同一人')
  const merged = await getCustomer(ctx, b)
  assert.deepEqual([merged.id, merged.members], [a, [a, b]])
  assert.deepEqual(valuesOf(merged), { city: '宁波', mobile: '199****0001', name: '测**', visits: 5 })
  assert.deepEqual(
    merged.timeline.items.map((row) => row.event),
    ['visit', 'login'],
  )
  assert.equal(merged.activity.events, 2)
  const listed = (await listCustomers(ctx, {})).items
  assert.deepEqual(
    listed.map((row) => [row.id, row.name, row.events30]),
    [[a, '测**', 2]],
  )
  assert.equal(await numberOf(ctx, '测试二'), a)
  const [merge] = (await listMerges(ctx, {})).items
  await undoMerge(ctx, merge?.id ?? '', '误合并')
  assert.deepEqual([await getCustomer(ctx, a), await getCustomer(ctx, b)], before)
})

test('personal values are shown in clear to who may, for a reason, and on the record', async (t) => {
  const { ctx, web, root, worksAt, say } = await openBank(t)
  await say(web, is(one, 'set', '2026-01-05 08:00', { name: '测试一', mobile: '19900000001', city: '杭州' }))
  const id = await numberOf(ctx, '1001')
  const officer = worksAt(root, ['customers.read', 'privacy.reveal'])
  assert.deepEqual(await revealCustomer(officer, id, { fields: ['mobile', 'name'], reason: '核对来电身份' }), {
    values: { mobile: '19900000001', name: '测试一' },
  })
  const [entry, ...more] = ctx.recorded
  assert.deepEqual(
    [entry?.action, entry?.target.kind, entry?.target.id, entry?.target.org],
    ['privacy.view', 'customer', String(id), root.id],
  )
  assert.deepEqual(entry?.after, { kinds: ['mobile', 'name'], reason: '核对来电身份' })
  assert.deepEqual(more, [])
  assert.doesNotMatch(JSON.stringify(entry), /19900000001|测试一/)
  const fields = ['mobile']
  await assert.rejects(revealCustomer(worksAt(root), id, { fields, reason: '看看' }), refused('privacy.not_revealed'))
  await assert.rejects(revealCustomer(officer, id, { fields, reason: ' ' }), refused('privacy.reason'))
  await assert.rejects(
    revealCustomer(officer, id, { fields: ['city'], reason: '看看' }),
    refused('customers.not_personal'),
  )
  assert.equal(ctx.recorded.length, 1)
})

test('personal values follow a new data key, and are read and found as before', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(web, is(one, 'set', '2026-01-05 08:00', { name: '测试一', mobile: '19900000001' }))
  await say(web, is(two, 'set', '2026-01-05 08:00', { 'a:b 手机号': '19900000002' }))
  await rotateDataKey(ctx)
  await ctx.clock.advance(60_000)
  const first = await resealSome(ctx, personalColumn, 2)
  const second = await resealSome(ctx, personalColumn, 2, first.last)
  assert.deepEqual([first.moved, second.moved], [2, 1])
  const keys = await read(ctx, personalColumn.count)
  assert.deepEqual(
    keys.map((key) => key.sealed),
    [3],
  )
  assert.deepEqual(valuesOf(await getCustomer(ctx, await numberOf(ctx, '测试一'))), {
    name: '测**',
    mobile: '199****0001',
  })
  assert.deepEqual(valuesOf(await getCustomer(ctx, await numberOf(ctx, '19900000002'))), {
    'a:b 手机号': '199****0002',
  })
})

test('a later capability adds its section to the page; one that fails is left out', async (t) => {
  const { ctx, web, say } = await openBank(t)
  const title = { zh: '标签', en: 'Tags' }
  registerSection({
    ...{ key: 'test.tags', title, phase: 'sense' },
    load: async (_ctx, { members }) => [{ label: title, value: String(members.length) }],
  })
  registerSection({ key: 'test.broken', title, phase: 'sense', load: () => Promise.reject(new Error('broken')) })
  t.after(() => {
    unregisterSection('test.tags')
    unregisterSection('test.broken')
  })
  await say(web, did(one, 'login', '2026-01-05 08:00'))
  const customer = await getCustomer(ctx, await numberOf(ctx, '1001'))
  assert.deepEqual(customer.sections, [
    { key: 'test.tags', title, phase: 'sense', rows: [{ label: title, value: '1' }] },
  ])
})

test('a customer without anything known has a page all the same', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(web, { ...is(one, 'unset', '2026-01-05 08:00', { nothing: '' }) })
  const customer = await getCustomer(withCtx(ctx, { lang: 'en' }), await numberOf(ctx, '1001'))
  assert.deepEqual([customer.attributes, customer.activity.last, customer.timeline.items], [[], null, []])
  await assert.rejects(getCustomer(ctx, 4711), refused('customer.missing'))
})
