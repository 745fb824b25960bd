import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setParameter } from '../../govern/system/system.ts'
import { unauditedChange } from '../../platform/change.ts'
import { Problem } from '../../platform/problem.ts'
import { at, type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import {
  checkEvent,
  createEvent,
  createProperty,
  decideEvents,
  decideProperties,
  editEvent,
  editProperty,
  exportPlan,
  getEvent,
  importPlan,
  listCommonProperties,
  listEvents,
  noteSeen,
  planOf,
  type Seen,
} from './catalog.ts'
import { emptyPlan } from './testing/plan.ts'

const refused = (code: string) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error))
  assert.equal(error.code, code)
  return true
}

function seen(event: string, props: Record<string, unknown>, when = at('2026-01-05 09:00')): Seen {
  return { event, props, at: when }
}

function note(ctx: TestCtx, ...all: Seen[]): Promise<void> {
  return unauditedChange(ctx, 'events came', (tx) => noteSeen(ctx, tx, all))
}

test('an event planned as strict refuses from the moment it is saved', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  assert.deepEqual(checkEvent(await planOf(ctx), 'buy', { typo: 1 }), {})
  await createEvent(ctx, { name: 'buy', zh: '购买', mode: 'strict' })
  await createProperty(ctx, { event: 'buy', name: 'amount', type: 'money', required: true, unit: 'CNY' })
  const plan = await planOf(ctx)
  assert.equal(checkEvent(plan, 'buy', {}).refused?.code, 'catalog.missing_property')
  assert.deepEqual(checkEvent(plan, 'buy', { amount: 100 }), {})
  const event = await getEvent(ctx, 'buy')
  await editEvent(ctx, { name: 'buy', version: event.version, state: 'retired' })
  assert.equal(checkEvent(await planOf(ctx), 'buy', { amount: 100 }).refused?.code, 'catalog.event_closed')
  assert.equal(ctx.recorded.at(-1)?.action, 'catalog.event.edit')
})

test('the bank may refuse every event that is not in the plan', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  assert.deepEqual(checkEvent(await planOf(ctx), 'stray', {}), {})
  await setParameter(ctx, 'catalog.unknown_events', { revision: 0, value: 'refuse' })
  const plan = await planOf(ctx)
  assert.equal(checkEvent(plan, 'stray', {}).refused?.code, 'catalog.unknown_event')
  assert.equal(await planOf(ctx), plan)
})

test('what arrives unplanned is proposed with its types, personal names marked; SDK properties become common', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  await note(
    ctx,
    seen('buy', { amount: 1, mobile: '19900000001', $os: 'iOS' }),
    seen('buy', { amount: '1' }),
    seen('view', {}),
  )
  const { items, counts } = await listEvents(ctx, { sort: 'name' })
  assert.deepEqual(
    items.map(({ name, state, count, properties, proposed, personal }) => ({
      name,
      state,
      count,
      properties,
      proposed,
      personal,
    })),
    [
      { name: 'buy', state: 'proposed', count: 2, properties: 0, proposed: 2, personal: true },
      { name: 'view', state: 'proposed', count: 1, properties: 0, proposed: 0, personal: false },
    ],
  )
  assert.equal(counts.proposed, 2)
  const { own } = await getEvent(ctx, 'buy')
  assert.deepEqual(
    own.map(({ name, type, seen, personal, state }) => [name, type, seen, personal, state]),
    [
      ['amount', 'number', ['number', 'text'], null, 'proposed'],
      ['mobile', 'text', ['text'], 'mobile', 'proposed'],
    ],
  )
  assert.deepEqual(
    (await listCommonProperties(ctx)).map(({ name }) => name),
    ['$os'],
  )
  // What is proposed refuses nothing.
  assert.deepEqual(checkEvent(await planOf(ctx), 'buy', { anything: 1 }), {})
})

test('a steady stream writes nothing but its counts, once a minute', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  await note(ctx, seen('buy', { amount: 1 }))
  await planOf(ctx)
  const stamp = async () => {
    const [row] = await ctx.db.sql`select
      (select array_agg(xmin::text || ctid::text) from catalog.event) as events,
      (select array_agg(xmin::text || ctid::text) from catalog.property) as properties`
    return JSON.stringify(row)
  }
  await new Promise((resolve) => setTimeout(resolve, 2100))
  await planOf(ctx)
  const before = await stamp()
  for (let i = 0; i < 5; i++) await note(ctx, seen('buy', { amount: 2 }, at('2026-01-05 09:00')))
  assert.equal(await stamp(), before)
  assert.equal((await getEvent(ctx, 'buy')).count, 1)
  await ctx.clock.advanceTo(at('2026-01-05 09:01'))
  await note(ctx, seen('buy', { amount: 2 }, at('2026-01-05 09:01')))
  const event = await getEvent(ctx, 'buy')
  assert.deepEqual([event.count, event.lastSeen], [7, at('2026-01-05 09:01').toISOString()])
  assert.deepEqual([event.firstSeen, event.version], [at('2026-01-05 09:00').toISOString(), 1])
})

test('what a rolled-back batch proposed is proposed again', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  const broken = unauditedChange(ctx, 'a batch that fails', async (tx) => {
    await noteSeen(ctx, tx, [seen('buy', { amount: 1 })])
    throw new Error('killed')
  })
  await assert.rejects(broken, /killed/)
  await note(ctx, seen('buy', { amount: 1 }))
  assert.deepEqual(
    (await getEvent(ctx, 'buy')).own.map(({ name }) => name),
    ['amount'],
  )
})

test('batches that meet the same new events at once do not wait for each other for ever', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  const names = Array.from({ length: 30 }, (_, i) => `event ${i}`)
  const shuffled = [names, names.toReversed(), [...names.slice(15), ...names.slice(0, 15)], names.toReversed()]
  await Promise.all(shuffled.map((order) => note(ctx, ...order.map((name) => seen(name, { b: 1, a: 'x' })))))
  const { counts } = await listEvents(ctx, {})
  assert.equal(counts.proposed, 30)
})

test('a client that makes names out of data fills neither the plan nor the memory', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  await note(ctx, ...Array.from({ length: 5200 }, (_, i) => seen(`order ${i}`, {})))
  assert.equal((await listEvents(ctx, { limit: 1 })).counts.proposed, 5000)
  const many = Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`p${i}`, 1]))
  await note(ctx, seen('order 1', many))
  assert.equal((await getEvent(ctx, 'order 1')).own.length, 500)
})

test('names full of quotes are names like others', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  const name = `it's "a" \\ %_ 购买/理财 🙂 ${'x'.repeat(70)}`
  await note(ctx, seen(name, { [`${name}.p`]: 1, "a'b": [1], __proto__x: {} }))
  const event = await getEvent(ctx, name)
  assert.deepEqual(event.own.map(({ name }) => name).sort(), ["a'b", '__proto__x', `${name}.p`].sort())
  assert.equal((await listEvents(ctx, { q: '%_ 购买/' })).items.length, 1)
  assert.equal((await listEvents(ctx, { q: '%购买%' })).items.length, 0)
  for (const bad of ['a\u0000b', ' padded', '\ud800'])
    await assert.rejects(createEvent(ctx, { name: bad }), refused('catalog.bad_name'))
})

test('proposals are accepted with their properties, or ignored, many at once', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  await note(ctx, seen('a', { x: 1 }), seen('b', { x: 1 }), seen('c', {}))
  assert.deepEqual(await decideEvents(ctx, { names: ['a', 'b', 'nobody'], as: 'active', mode: 'strict' }), {
    changed: 2,
  })
  assert.deepEqual(await decideEvents(ctx, { names: ['a', 'c'], as: 'ignored' }), { changed: 1 })
  assert.deepEqual((await listEvents(ctx, {})).counts, { proposed: 0, active: 2, ignored: 1, retired: 0 })
  assert.equal((await getEvent(ctx, 'a')).own[0]?.state, 'active')
  assert.equal(checkEvent(await planOf(ctx), 'a', { x: 'text' }).refused?.code, 'catalog.wrong_type')
  // An ignored event is not proposed again, and can be taken back.
  await note(ctx, seen('c', { y: 1 }))
  assert.deepEqual(
    (await listEvents(ctx, { state: 'ignored' })).items.map(({ name }) => name),
    ['c'],
  )
  assert.deepEqual(await decideEvents(ctx, { names: ['c'], as: 'active' }), { changed: 1 })
})

test('properties are decided one by one or together; whoever edits a proposal accepts it', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  await note(ctx, seen('a', { x: 1, y: 1, z: 1 }))
  const [x] = (await getEvent(ctx, 'a')).own
  assert.ok(x)
  const edited = await editProperty(ctx, {
    event: 'a',
    name: 'x',
    version: x.version,
    type: 'integer',
    codes: ['1', '2'],
  })
  assert.deepEqual([edited.state, edited.type, edited.codes, edited.version], ['active', 'integer', ['1', '2'], 2])
  await assert.rejects(editProperty(ctx, { event: 'a', name: 'x', version: 1, zh: '甲' }), refused('property.stale'))
  await assert.rejects(
    editProperty(ctx, { event: 'a', name: 'x', version: 2, codes: ['one'] }),
    refused('catalog.codes_no_number'),
  )
  await assert.rejects(
    editProperty(ctx, { event: 'a', name: 'x', version: 2, type: 'day' }),
    refused('catalog.no_codes'),
  )
  assert.deepEqual(await decideProperties(ctx, { event: 'a', names: ['y', 'z'], as: 'ignored' }), { changed: 2 })
  await assert.rejects(createProperty(ctx, { event: 'a', name: 'y', type: 'text' }), refused('catalog.name_taken'))
  await assert.rejects(createProperty(ctx, { event: 'none', name: 'y', type: 'text' }), refused('event.missing'))
})

test('of two who edit an event the second is told; a name is planned once', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  await createEvent(ctx, { name: 'buy' })
  await editEvent(ctx, { name: 'buy', version: 1, zh: '购买' })
  await assert.rejects(editEvent(ctx, { name: 'buy', version: 1, zh: '买' }), refused('event.stale'))
  await assert.rejects(createEvent(ctx, { name: 'buy' }), refused('catalog.name_taken'))
  await assert.rejects(editEvent(ctx, { name: 'none', version: 1 }), refused('event.missing'))
})

test('events are searched, filtered, sorted by what was seen, and paged through without a gap', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  await createEvent(ctx, { name: 'never', zh: '从未上报', owner: '李强', mode: 'strict' })
  for (const [i, name] of ['a', 'b', 'c', 'd'].entries()) await note(ctx, seen(name, {}, at(`2026-01-05 09:0${i}`)))
  const names = async (query: Parameters<typeof listEvents>[1]) =>
    (await listEvents(ctx, query)).items.map(({ name }) => name)
  assert.deepEqual(await names({}), ['d', 'c', 'b', 'a', 'never'])
  for (const sort of ['-lastSeen', 'lastSeen', 'name', '-count', '-firstSeen']) {
    const paged: string[] = []
    let cursor: string | undefined
    do {
      const page = await listEvents(ctx, { sort, limit: 2, ...(cursor ? { cursor } : {}) })
      paged.push(...page.items.map(({ name }) => name))
      cursor = page.next ?? undefined
    } while (cursor)
    assert.deepEqual(paged, await names({ sort }), sort)
  }
  assert.deepEqual(await names({ q: '从未' }), ['never'])
  assert.deepEqual(await names({ owner: '李强', mode: 'strict', state: 'active' }), ['never'])
})

test('a plan goes out as a sheet and comes back into another bank as it was', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  await createEvent(ctx, { name: 'buy', zh: '购买', mode: 'strict', owner: '=1+1' })
  await createProperty(ctx, { event: 'buy', name: 'channel', type: 'text', codes: ['app', '"web",x'], required: true })
  await createProperty(ctx, { event: '', name: 'version', type: 'text', zh: '版本' })
  const csv = await exportPlan(ctx)
  const other = await emptyPlan(await testCtx(t))
  await createEvent(other, { name: 'kept' })
  assert.deepEqual(await importPlan(other, csv), { events: 1, properties: 2 })
  const event = await getEvent(other, 'buy')
  assert.deepEqual(
    [event.zh, event.mode, event.owner, event.own[0]?.codes],
    ['购买', 'strict', '=1+1', ['app', '"web",x']],
  )
  assert.equal(event.common[0]?.zh, '版本')
  assert.equal(checkEvent(await planOf(other), 'buy', {}).refused?.code, 'catalog.missing_property')
  assert.equal((await getEvent(other, 'kept')).state, 'active')
  // A second time changes, and doubles nothing.
  assert.deepEqual(await importPlan(other, csv), { events: 1, properties: 2 })
  assert.deepEqual([other.recorded.at(-1)?.action, (await getEvent(other, 'buy')).version], ['catalog.plan.import', 2])
  await assert.rejects(importPlan(other, 'event,property,type\nbuy,x,nope'), refused('catalog.csv_rows'))
})

test('what an SDK sends by itself is proposed with its name in both languages', async (t) => {
  const ctx = await emptyPlan(await testCtx(t))
  await note(ctx, seen('$WebClick', { $element_content: '立即购买', $unheard_of: 1 }))
  assert.deepEqual(
    [(await getEvent(ctx, '$WebClick')).zh, (await getEvent(ctx, '$WebClick')).en],
    ['点击网页元素', 'Web element clicked'],
  )
  const common = await listCommonProperties(ctx)
  assert.deepEqual(
    common.map(({ name, zh, state }) => [name, zh, state]),
    [
      ['$element_content', '元素内容', 'proposed'],
      ['$unheard_of', '', 'proposed'],
    ],
  )
})
