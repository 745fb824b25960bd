import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { at, type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import {
  countVirtual,
  createEvent,
  createVirtual,
  editVirtual,
  getVirtual,
  listVirtual,
  nameElements,
  previewVirtual,
  virtualEvents,
} from './catalog.ts'
import { type NewVirtual, type VirtualCondition, virtualBases, virtualFields, virtualOps } from './contract.ts'
import { baseEvents, factNames, virtualMatches, virtualSql } from './rules/virtual.ts'

const refused = (code: string, field?: string) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error))
  assert.deepEqual([error.code, error.fields[0]?.field], [code, field])
  return true
}

type Given = { event: string; props: Record<string, unknown>; time?: Date; source?: string }

/** As collection writes them: texts stay texts. */
async function happened(ctx: TestCtx, events: readonly Given[]): Promise<void> {
  const rows = events.map(({ event, props, time = ctx.now, source = 'src_web' }, i) => {
    const key = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`
    return { event, time, customer: 1 + (i % 3), key, received: time, processed: time, source, props }
  })
  await ctx.facts.insert('event', rows)
}

const buy: NewVirtual = {
  name: 'buy_clicked',
  zh: '点击立即购买',
  base: 'click',
  conditions: [
    { field: 'selector', op: 'like', values: ['#products > li:nth-of-type(*) > button'] },
    { field: 'page', op: 'is', values: ['/wealth'] },
  ],
}

const click = (place: number, page = '/wealth') => ({
  event: '$WebClick',
  props: { $element_selector: `#products > li:nth-of-type(${place}) > button`, $url_path: page },
})

test('a virtual event counts what was sent before it was named, by day, any place in the list, whichever SDK sent it', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  await happened(ctx, [
    { ...click(1), time: at('2026-01-05 00:10') },
    { ...click(12), time: at('2026-01-04 23:50') },
    { ...click(2), time: at('2025-12-10 12:00') },
    { ...click(3), time: at('2025-12-06 23:59') },
    { ...click(3, '/funds'), time: at('2026-01-05 00:10') },
    { event: '$pageview', props: click(1).props },
  ])
  await createVirtual(ctx, buy)
  const { items } = await countVirtual(ctx, ['buy_clicked', 'unknown'])
  assert.equal(items.length, 1)
  const [count] = items
  assert.deepEqual([count?.last7, count?.last30, count?.days.length], [2, 3, 30])
  assert.deepEqual(count?.days.slice(-3), [0, 1, 1])
  assert.equal(count?.days[3], 1)
  assert.equal((await previewVirtual(ctx, { base: 'page', conditions: buy.conditions })).last30, 1)
})

test('a change is a new version that counts at once; a retired one is no longer offered, and its versions stay (audited)', async (t) => {
  const ctx = await testCtx(t)
  const made = await createVirtual(ctx, { ...buy, state: 'draft' })
  assert.deepEqual([(await virtualEvents(ctx)).size, made.version], [0, 1])
  const used = await editVirtual(ctx, { name: buy.name, version: 1, state: 'active' })
  const inUse = (await virtualEvents(ctx)).get(buy.name)
  assert.ok(inUse?.matches('$WebClick', click(4).props))
  const narrower: VirtualCondition[] = [...buy.conditions, { field: 'text', op: 'contains', values: ['购买'] }]
  await editVirtual(ctx, { name: buy.name, version: used.version, conditions: narrower })
  assert.ok(!(await virtualEvents(ctx)).get(buy.name)?.matches('$WebClick', click(4).props))
  await assert.rejects(
    editVirtual(ctx, { name: buy.name, version: 1, state: 'retired' }),
    refused('virtual-event.stale'),
  )
  await editVirtual(ctx, { name: buy.name, version: 3, state: 'retired' })
  assert.equal((await virtualEvents(ctx)).size, 0)
  const { versions } = await getVirtual(ctx, buy.name)
  assert.deepEqual(
    versions.map(({ version, state, conditions }) => [version, state, conditions.length]),
    [
      [4, 'retired', 3],
      [3, 'active', 3],
      [2, 'active', 2],
      [1, 'draft', 2],
    ],
  )
  assert.deepEqual(
    ctx.recorded.map(({ action }) => action),
    ['catalog.virtual.create', ...Array.from({ length: 3 }, () => 'catalog.virtual.edit')],
  )
})

test('a name is one event’s, real or virtual; a condition on a property names it', async (t) => {
  const ctx = await testCtx(t)
  await createEvent(ctx, { name: 'buy' })
  await assert.rejects(createVirtual(ctx, { ...buy, name: 'buy' }), refused('catalog.name_taken', 'name'))
  await createVirtual(ctx, buy)
  await assert.rejects(createVirtual(ctx, buy), refused('catalog.name_taken', 'name'))
  await assert.rejects(createEvent(ctx, { name: buy.name }), refused('catalog.name_taken', 'name'))
  const bare: VirtualCondition[] = [{ field: 'property', op: 'is', values: ['1'] }]
  await assert.rejects(
    createVirtual(ctx, { ...buy, name: 'other', conditions: bare }),
    refused('catalog.condition_property', 'conditions.0.property'),
  )
})

test('virtual events are found by their Chinese name, kind and state', async (t) => {
  const ctx = await testCtx(t)
  await createVirtual(ctx, buy)
  await createVirtual(ctx, { ...buy, name: 'seen', zh: '看到横幅', base: 'exposure', state: 'draft' })
  const names = async (query: Parameters<typeof listVirtual>[1]) =>
    (await listVirtual(ctx, query)).items.map(({ name }) => name)
  assert.deepEqual(await names({ q: '购买' }), ['buy_clicked'])
  assert.deepEqual(await names({ base: 'exposure' }), ['seen'])
  assert.deepEqual(await names({ state: 'active' }), ['buy_clicked'])
  assert.deepEqual(await names({ sort: 'name', limit: 1 }), ['buy_clicked'])
})

test('of the elements of a page it is said which have a name already', async (t) => {
  const ctx = await testCtx(t)
  await createVirtual(ctx, buy)
  await createVirtual(ctx, { ...buy, name: 'buy_seen', zh: '看到立即购买', base: 'exposure' })
  await createVirtual(ctx, { ...buy, name: 'page_seen', base: 'page' })
  const { items } = await nameElements(ctx, { elements: [click(7), click(7, '/other')] })
  assert.deepEqual(
    items.map((names) => names.map(({ name }) => name)),
    [['buy_clicked', 'buy_seen'], []],
  )
})

test('a text that looks like a date, a number or a moment stays the text that was sent', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  const texts = ['2026-01-05', '12', '2026-01-05 10:00:00', 'true']
  await happened(
    ctx,
    texts.map((text) => ({ event: '$WebClick', props: { $element_content: text } })),
  )
  for (const text of texts) {
    const conditions: VirtualCondition[] = [{ field: 'text', op: 'is', values: [text] }]
    assert.equal((await previewVirtual(ctx, { base: 'click', conditions })).last30, 1, text)
  }
})

// ---- the two ways to one answer

const words = ['a', 'b', '购买', '/', '?', '#', '*', '\\', '.', '(', '[', "'", '"', '\n', '1', '12', '😀', ' > ', 'li']
const word = fc.array(fc.constantFrom(...words), { minLength: 0, maxLength: 6 }).map((parts) => parts.join(''))
const someWord = word.filter((one) => one !== '')
const value = fc.oneof(
  { weight: 6, arbitrary: word },
  fc.constantFrom<unknown>(1, 12, -3, 0, -0, 1.5, 1e15, 2 ** 53, 1e300, true, false, null, ['a'], { a: 'b' }, 'true'),
)
const names = [...new Set([...Object.values(factNames).flat(), 'amount', '产品', "it's"])]
const event = fc.record({
  event: fc.constantFrom(...Object.values(baseEvents).flat(), 'other'),
  props: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 8 }),
})
const condition = fc
  .record({
    field: fc.constantFrom(...virtualFields),
    op: fc.constantFrom(...virtualOps),
    values: fc.array(fc.oneof(someWord, fc.constantFrom('12', 'true', '1.5', '*', '**')), {
      minLength: 1,
      maxLength: 3,
    }),
    property: fc.constantFrom(...names),
  })
  .map(({ property, ...rest }): VirtualCondition => (rest.field === 'property' ? { ...rest, property } : rest))
const definition = fc.record({
  base: fc.constantFrom(...virtualBases),
  conditions: fc.array(condition, { minLength: 1, maxLength: 2 }),
})

test('the condition in ClickHouse and the one for an event in hand say the same of every event', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  const events = fc.sample(event, { numRuns: 1500, seed: 18 })
  // So that a fair part of the definitions holds for something: their values are taken out of the events too.
  const taken = events.flatMap(({ event, props }) =>
    Object.entries(props).flatMap(([name, said]) => {
      const base = virtualBases.find((one) => baseEvents[one].includes(event))
      const values = [String(said)]
      if (!base || values[0] === '' || /[`\\.]/.test(name)) return []
      return [{ base, conditions: [{ field: 'property' as const, property: name, op: 'is' as const, values }] }]
    }),
  )
  const definitions = [...fc.sample(definition, { numRuns: 400, seed: 19 }), ...taken.slice(0, 200)]
  await happened(ctx, events)
  let fitting = 0
  for (let i = 0; i < definitions.length; i += 40) {
    const some = definitions.slice(i, i + 40)
    const conditions = some.map((one, at) => virtualSql(one, `d${at}`))
    const rows = await ctx.facts.query<{ key: string; fits: number[] }>({
      sql: `SELECT toString(key) AS key, [${conditions.map(({ sql }) => sql).join(', ')}] AS fits FROM event ORDER BY key`,
      params: Object.assign({}, ...conditions.map(({ params }) => params)),
    })
    for (const [at, one] of some.entries()) {
      const matches = virtualMatches(one)
      for (const [row, { fits }] of rows.entries()) {
        const given = events[row]
        if (!given) throw new Error('a row that was not given')
        const fit = matches(given.event, given.props)
        if (fit) fitting++
        assert.equal(Boolean(fits[at]), fit, JSON.stringify({ one, given }))
      }
    }
  }
  assert.ok(fitting > 500, `only ${fitting} fits: the events prove little`)
})
