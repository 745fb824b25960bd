import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { type Feed, followAll, startFollower } from '../../platform/facts/follow.ts'
import {
  attributesOf,
  catalogFeeds,
  createAttribute,
  createEntity,
  createRelation,
  editAttribute,
  getEntity,
  type ItemChange,
  saveItems,
  unfitValues,
} from '../catalog/catalog.ts'
import { aliasFeed, listMerges, mergeCustomers, owners, undoMerge } from '../identity/identity.ts'
import { customerFeed, getCustomer, listCustomers } from './customers.ts'
import { did, is, openBank } from './testing/testing.ts'

const feeds = (): Feed[] => {
  const [columns, ...things] = catalogFeeds(owners)
  return [columns, aliasFeed, customerFeed, ...things]
}

type Row = Record<string, unknown>

const customersOf = (ctx: Ctx) =>
  ctx.facts.query<Row & { id: number }>({ sql: 'SELECT * FROM customer FINAL ORDER BY id' })
const holdingsOf = (ctx: Ctx) =>
  ctx.facts.query<Row & { id: string; customer: number }>({
    sql: 'SELECT * FROM entity_holding FINAL ORDER BY id, customer',
  })
const aliasesOf = (ctx: Ctx) =>
  ctx.facts.query<{ customer: number; canonical: number }>({
    sql: 'SELECT customer, canonical FROM alias FINAL WHERE customer <> canonical ORDER BY customer',
  })

async function numberOf(ctx: Ctx, words: string): Promise<number> {
  const { items } = await listCustomers(ctx, { q: words })
  return items[0]?.id ?? 0
}

function things(ctx: Ctx, ...changes: Partial<ItemChange>[]): Promise<unknown> {
  const whole = changes.map(
    (change): ItemChange => ({
      type: 'holding',
      id: 'h1',
      op: 'set',
      values: {},
      at: ctx.now,
      source: 'src_x',
      ...change,
    }),
  )
  return unauditedChange(ctx, 'things of the test', (tx) => saveItems(ctx, tx, whole))
}

test('each attribute in use is a column of its own type, money to the cent; what does not fit is null and named', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(
    web,
    is({ customer_no: '1001' }, 'set', '2026-01-05 08:11', {
      aum: '123456789012345678',
      birthday: '1990-02-30',
      level: 'gold',
      risk_grade: 'C3',
      opened_on: '2020-02-29',
      mobile: '19900000001',
      name: '测试一',
    }),
  )
  await followAll(ctx, feeds())
  const [row] = await customersOf(ctx)
  assert.equal(row?.a_aum, 123456789012345678n)
  assert.equal(row?.a_level, 'gold')
  assert.equal(row?.a_risk_grade, 'C3')
  assert.equal(row?.a_opened_on, '2020-02-29')
  assert.equal(row?.a_birthday, null)
  assert.deepEqual(row?.unfit, ['birthday'])
  assert.deepEqual(await unfitValues(ctx, 'customer'), { items: [{ attribute: 'birthday', rows: 1 }] })
  assert.equal(row?.has_mobile, true)
  assert.equal(row?.has_email, false)
})

test('personal values are nowhere in ClickHouse', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(web, is({ mobile: '19900000001' }, 'set', '2026-01-05 08:11', { mobile: '19900000001', name: '测试一' }))
  await followAll(ctx, feeds())
  const tables = await ctx.facts.query<{ name: string }>({
    sql: `SELECT name FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE 'schema%'`,
  })
  assert.ok(tables.length > 5)
  for (const { name } of tables) {
    const rows = await ctx.facts.query({ sql: `SELECT * FROM ${name}` })
    const text = JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    assert.doesNotMatch(text, /19900000001|测试一/, name)
  }
})

test('a merged customer is one row at once, as his page shows him, and two again when it is undone (rule 10)', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(
    web,
    is({ customer_no: '1001' }, 'set', '2026-01-05 08:11', { level: 'gold', city: '杭州' }),
    is({ customer_no: '1002' }, 'set', '2026-01-05 08:12', { level: 'silver', aum: 100 }),
    did({ customer_no: '1002' }, 'login', '2026-01-05 08:13'),
  )
  await things(ctx, { id: 'h2', values: { customer_no: '1002', balance: 5 } })
  await followAll(ctx, feeds())
  const before = await customersOf(ctx)
  const [one, two] = [await numberOf(ctx, '1001'), await numberOf(ctx, '1002')]
  const merge = await mergeCustomers(ctx, one, two, '同一人')
  await followAll(ctx, feeds())
  const merged = await customersOf(ctx)
  assert.deepEqual(
    merged.map(({ id, a_level, a_city, a_aum }) => ({ id, a_level, a_city, a_aum })),
    [{ id: one, a_level: 'silver', a_city: '杭州', a_aum: 100n }],
  )
  assert.deepEqual(await aliasesOf(ctx), [{ customer: two, canonical: one }])
  assert.deepEqual(
    (await holdingsOf(ctx)).map(({ id, customer }) => ({ id, customer })),
    [{ id: 'h2', customer: one }],
  )
  await undoMerge(ctx, merge.id, '不是同一人')
  await followAll(ctx, feeds())
  const plain = (rows: Row[]) => rows.map(({ version: _, ...row }) => row)
  assert.deepEqual(plain(await customersOf(ctx)), plain(before))
  assert.deepEqual(await aliasesOf(ctx), [])
  assert.deepEqual(
    (await holdingsOf(ctx)).map(({ id, customer }) => ({ id, customer })),
    [{ id: 'h2', customer: two }],
  )
})

test('a thing whose customer is not known yet becomes his when he appears, however the number was typed', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await things(ctx, { values: { customer_no: ' 1001', balance: 12 } }, { id: 'h3', values: { balance: 'much' } })
  await followAll(ctx, feeds())
  assert.deepEqual(
    (await holdingsOf(ctx)).map(({ id, customer, a_balance, unfit }) => ({ id, customer, a_balance, unfit })),
    [{ id: 'h1', customer: 0, a_balance: 12n, unfit: [] }],
  )
  await say(web, did({ customer_no: '1001' }, 'login', '2026-01-05 08:13'))
  await followAll(ctx, feeds())
  const one = await numberOf(ctx, '1001')
  assert.deepEqual(
    (await holdingsOf(ctx)).map(({ id, customer }) => ({ id, customer })),
    [{ id: 'h1', customer: one }],
  )
  await things(ctx, { op: 'delete' })
  await followAll(ctx, feeds())
  assert.deepEqual(await holdingsOf(ctx), [])
})

test('an attribute that is added is a column at once, filled from what customers said before', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await followAll(ctx, feeds())
  await say(web, is({ customer_no: '1001' }, 'set', '2026-01-05 08:11', { '常用"`\\地': '家', score: 7 }))
  await followAll(ctx, feeds())
  const { own } = await getEntity(ctx, 'customer')
  const proposed = own.find((one) => one.name === 'score')
  await editAttribute(ctx, 'customer', { name: 'score', version: proposed?.version ?? 0, type: 'integer' })
  const odd = own.find((one) => one.name === '常用"`\\地')
  await editAttribute(ctx, 'customer', { name: '常用"`\\地', version: odd?.version ?? 0 })
  await followAll(ctx, feeds())
  const [row] = await customersOf(ctx)
  assert.equal(row?.a_score, 7n)
  assert.equal(row?.['a_常用"`\\地'], '家')
})

test('a type that a bank adds has a table, and a relation says whose its things are', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(web, did({ customer_no: '1001' }, 'login', '2026-01-05 08:13'))
  await createEntity(ctx, { type: 'policy', zh: '保单', en: 'Policy', key: 'policy_no' })
  await createAttribute(ctx, 'policy', { name: 'insured', type: 'text' })
  await createAttribute(ctx, 'policy', { name: 'premium', type: 'money' })
  await things(ctx, { type: 'policy', id: 'p1', values: { insured: '1001', premium: 9 } })
  await followAll(ctx, feeds())
  const rows = () =>
    ctx.facts.query<Row>({ sql: 'SELECT id, customer, a_premium FROM entity_policy FINAL ORDER BY id' })
  assert.deepEqual(await rows(), [{ id: 'p1', customer: 0, a_premium: 9n }])
  await createRelation(ctx, 'customer', {
    ...{ name: 'policies', zh: '保单', en: 'policies', target: 'policy', cardinality: 'many', via: 'insured' },
  })
  await followAll(ctx, feeds())
  assert.deepEqual(await rows(), [{ id: 'p1', customer: await numberOf(ctx, '1001'), a_premium: 9n }])
})

test('an emptied ClickHouse is filled anew, and one that is ahead of the database loses what is not so', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(web, is({ customer_no: '1001' }, 'set', '2026-01-05 08:11', { level: 'gold' }))
  await things(ctx, { values: { customer_no: '1001' } })
  await followAll(ctx, feeds())
  const plain = (rows: Row[]) => rows.map(({ version: _, ...row }) => row)
  const [before, held] = [plain(await customersOf(ctx)), plain(await holdingsOf(ctx))]
  for (const table of ['customer', 'followed', 'alias', 'entity_holding'])
    await ctx.facts.command({ sql: `TRUNCATE TABLE ${table}` })
  await followAll(ctx, feeds())
  assert.deepEqual([plain(await customersOf(ctx)), plain(await holdingsOf(ctx))], [before, held])
  await ctx.facts.insert('customer', [{ id: 999, org: 'x', version: '1000000', deleted: 0 }])
  await followAll(ctx, feeds())
  assert.deepEqual(plain(await customersOf(ctx)), before)
})

test('a database restored into another server is followed anew', async (t) => {
  const { ctx, web, say } = await openBank(t)
  await say(web, is({ customer_no: '1001' }, 'set', '2026-01-05 08:11', { level: 'gold' }))
  await followAll(ctx, feeds())
  await unauditedChange(ctx, 'as a restored dump stands', async (tx) => {
    await tx`update platform.followed set server = 1`
    await tx`delete from platform.touched`
    await tx`update customers.profile set doc = (doc::jsonb - 'level')::json`
    await tx`delete from platform.touched`
  })
  await followAll(ctx, feeds())
  const [row] = await customersOf(ctx)
  assert.equal(row?.a_level, null)
})

/** What the copy should be, by what the pages say. */
async function asPagesSay(ctx: Ctx, numbers: readonly number[]): Promise<Row[]> {
  const attributes = await attributesOf(ctx, 'customer')
  const pages = await Promise.all(numbers.map((number) => getCustomer(ctx, number)))
  const byId = new Map(pages.map((page) => [page.id, page]))
  return [...byId.values()]
    .sort((a, b) => a.id - b.id)
    .map((page) => ({
      id: page.id,
      ...Object.fromEntries(
        page.attributes
          .filter((one) => attributes.get(one.name)?.state === 'active' && !one.personal)
          .map((one) => [`a_${one.name}`, one.value]),
      ),
    }))
}

type Act =
  | { do: 'set'; who: number; values: Row }
  | { do: 'merge'; one: number; other: number }
  | { do: 'undo'; place: number }
  | { do: 'hold'; thing: number; who: number }
  | { do: 'drop'; thing: number }
  | { do: 'follow' }
  | { do: 'fail' }

const people = fc.integer({ min: 0, max: 4 })
const acts = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('set' as const),
        who: people,
        values: fc.dictionary(fc.constantFrom('level', 'city', 'province'), fc.constantFrom('a', 'b', null), {
          minKeys: 1,
        }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('merge' as const), one: people, other: people }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('undo' as const), place: fc.nat(3) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('hold' as const), thing: fc.nat(2), who: fc.integer({ min: 0, max: 6 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), thing: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.constant({ do: 'follow' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'fail' as const }) },
  ),
  { minLength: 5, maxLength: 25 },
)

test('whatever comes in whatever order, and wherever the follower is killed, ClickHouse is what PostgreSQL says', async (t) => {
  for (const [i, sequence] of fc.sample(acts, { numRuns: 12, seed: 20260105 }).entries())
    await t.test(`history ${i}`, (t) => oneHistory(t, sequence))
})

async function oneHistory(t: TestContext, sequence: readonly Act[]): Promise<void> {
  const { ctx, web, say } = await openBank(t)
  await say(web, ...[0, 1, 2, 3, 4].map((n) => did({ customer_no: `100${n}` }, 'login', '2026-01-05 08:00')))
  const numbers = await Promise.all([0, 1, 2, 3, 4].map((n) => numberOf(ctx, `100${n}`)))
  let minute = 0
  for (const act of sequence) {
    if (act.do === 'set')
      await say(web, is({ customer_no: `100${act.who}` }, 'set', `2026-01-05 08:${String(10 + minute++)}`, act.values))
    if (act.do === 'merge')
      await mergeCustomers(ctx, numbers[act.one] ?? 0, numbers[act.other] ?? 0, '测试').catch(() => {})
    if (act.do === 'undo') {
      const { items } = await listMerges(ctx, { state: 'standing' })
      const merge = items[act.place]
      if (merge) await undoMerge(ctx, merge.id, '测试').catch(() => {})
    }
    if (act.do === 'hold') await things(ctx, { id: `h${act.thing}`, values: { customer_no: `100${act.who}` } })
    if (act.do === 'drop') await things(ctx, { id: `h${act.thing}`, op: 'delete' })
    if (act.do === 'follow') await followAll(ctx, feeds())
    if (act.do === 'fail') await followAll(ctx, feeds().map(failing)).catch(() => {})
  }
  await followAll(ctx, feeds())
  await compare(ctx, numbers, sequence)
}

/** Writes, and is killed before it is known to have written. */
function failing(feed: Feed): Feed {
  return {
    ...feed,
    async follow(ctx, keys, version) {
      await feed.follow(ctx, keys, version)
      if (feed.name !== 'columns') throw new Error('killed')
    },
  }
}

async function compare(ctx: Ctx, numbers: readonly number[], sequence: readonly Act[]): Promise<void> {
  const said = await asPagesSay(ctx, numbers)
  const copied = (await customersOf(ctx)).map((row) => {
    const known = Object.entries(row).filter(([name, value]) => name.startsWith('a_') && value !== null)
    return { id: row.id, ...Object.fromEntries(known.filter(([, value]) => !Array.isArray(value))) }
  })
  assert.deepEqual(copied, said, JSON.stringify(sequence))
  const aliases = await read(
    ctx,
    (tx) => tx<{ customer: number; canonical: number }[]>`
      select id as customer, identity.survivor(id) as canonical from identity.customer where merged_into is not null order by id`,
  )
  assert.deepEqual(await aliasesOf(ctx), [...aliases], JSON.stringify(sequence))
  const held = await read(
    ctx,
    (tx) => tx<{ id: string; customer: number }[]>`
      select item.id, coalesce(link.customer, 0) as customer from catalog.item
      left join identity.link on link.kind = 'customer_no' and link.match = item_values ->> 'customer_no'
      where type = 'holding' and not deleted order by item.id`,
  )
  assert.deepEqual(
    (await holdingsOf(ctx)).map(({ id, customer }) => ({ id, customer })),
    [...held],
    JSON.stringify(sequence),
  )
}

test('the follower works by itself, and goes on after a failure', async (t) => {
  const { ctx, web, say } = await openBank(t)
  let broken = true
  const [columns, alias, customer, ...rest] = feeds() as [Feed, Feed, Feed, ...Feed[]]
  const follower = startFollower(ctx, [
    columns,
    alias,
    {
      ...customer,
      follow: (...given) => (broken ? Promise.reject(new Error('away')) : customer.follow(...given)),
    },
    ...rest,
  ])
  try {
    await say(web, is({ customer_no: '1001' }, 'set', '2026-01-05 08:11', { level: 'gold' }))
    await pause(20)
    broken = false
    await follower.settle()
    const [row] = await customersOf(ctx)
    assert.equal(row?.a_level, 'gold')
  } finally {
    await follower.stop()
  }
})
