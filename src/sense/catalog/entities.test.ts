import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unauditedChange } from '../../platform/change.ts'
import { Problem } from '../../platform/problem.ts'
import { at, type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import {
  attributesOf,
  createAttribute,
  createEntity,
  createRelation,
  editAttribute,
  editEntity,
  entityModel,
  getEntity,
  type ItemChange,
  listItems,
  noteAttributes,
  personalKindOf,
  removeRelation,
  saveItems,
} from './catalog.ts'

const refused = (code: string) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error))
  assert.equal(error.code, code)
  return true
}

function item(id: string, values: ItemChange['values'], more: Partial<ItemChange> = {}): ItemChange {
  return { type: 'product', id, op: 'set', values, at: at('2026-01-05 09:00'), source: 'src_test', ...more }
}

async function save(ctx: TestCtx, ...items: ItemChange[]) {
  const faults = await unauditedChange(ctx, 'items came', (tx) => saveItems(ctx, tx, items))
  return faults.map((fault) => fault?.code ?? 'kept')
}

const valuesOf = async (ctx: TestCtx, type = 'product') =>
  Object.fromEntries((await listItems(ctx, type, { sort: 'id' })).items.map(({ id, values }) => [id, values]))

test('a bank begins with the nine types of the model, their attributes and how they are related', async (t) => {
  const ctx = await testCtx(t)
  const { items, relations } = await entityModel(ctx)
  assert.deepEqual(
    items.map(({ type }) => type),
    ['customer', 'product', 'org', 'employee', 'holding', 'order', 'transaction', 'content', 'merchant'],
  )
  for (const { type, key, attributes } of items) {
    assert.ok(attributes >= 3, type)
    assert.ok((await attributesOf(ctx, type)).has(key), `${type}.${key}`)
  }
  for (const { entity, cardinality, target, via } of relations) {
    const holder = cardinality === 'one' ? entity : target
    assert.ok((await attributesOf(ctx, holder)).has(via), `${holder}.${via}`)
  }
  const customer = await attributesOf(ctx, 'customer')
  assert.deepEqual(
    ['mobile', 'name', 'gender', '手机号', 'anything'].map((name) => personalKindOf(customer, name)),
    ['mobile', 'name', undefined, 'mobile', undefined],
  )
  assert.equal(personalKindOf(await attributesOf(ctx, 'product'), 'name'), undefined)
  assert.equal((await attributesOf(ctx, 'nothing')).size, 0)
})

test('of a thing the latest is kept, wherever it stands in the batch and whenever it arrives', async (t) => {
  const ctx = await testCtx(t)
  const [early, late] = [at('2026-01-05 08:00'), at('2026-01-05 10:00')]
  await save(ctx, item('P1', { name: '新', term_days: 90 }, { at: late }), item('P1', { name: '旧' }, { at: early }))
  assert.deepEqual(await valuesOf(ctx), { P1: { name: '新', term_days: 90 } })
  await save(ctx, item('P1', { name: '更旧' }, { at: early }))
  assert.deepEqual(await valuesOf(ctx), { P1: { name: '新', term_days: 90 } })
  await save(ctx, item('P1', { name: '同时' }, { at: late }))
  assert.deepEqual(await valuesOf(ctx), { P1: { name: '同时' } })
})

test('a deleted thing is not brought back by an older message', async (t) => {
  const ctx = await testCtx(t)
  await save(ctx, item('P1', { name: 'x' }), item('P2', { name: 'y' }))
  await save(ctx, item('P1', {}, { op: 'delete', at: at('2026-01-05 10:00') }))
  assert.deepEqual(Object.keys(await valuesOf(ctx)), ['P2'])
  await save(ctx, item('P1', { name: '旧' }, { at: at('2026-01-05 09:30') }))
  assert.deepEqual(Object.keys(await valuesOf(ctx)), ['P2'])
  await save(ctx, item('P1', { name: '重新上架' }, { at: at('2026-01-05 11:00') }))
  assert.deepEqual(Object.keys(await valuesOf(ctx)), ['P1', 'P2'])
})

test('rule 6: an item that cannot be kept is refused with its reason, and the others are kept', async (t) => {
  const ctx = await testCtx(t)
  const outcome = await save(
    ctx,
    item('ok', { name: 'x' }),
    item('P1', {}, { type: 'spaceship' }),
    item('P1', {}, { type: 'customer' }),
    item('', {}),
    item('a\u0000b', {}),
    item('x'.repeat(256), {}),
    item('P1', { term_days: '90' }),
    item('P1', { risk_grade: 'R9' }),
    item('P1', { contact_phone: '19900000001' }),
    item('P1', { a: 'x\u0000y' }),
    item('P1', { a: { b: '\ud800' } }),
    item('P1', { 'k\u0000': 1 }),
    item('P1', { a: 'x'.repeat(70_000) }),
    item('ok2', { a: '\\u0000 只是文字', b: "it's", c: '🙂', d: null }),
  )
  assert.deepEqual(outcome, [
    'kept',
    'catalog.unknown_entity',
    'catalog.customer_item',
    'catalog.item_id',
    'catalog.item_id',
    'catalog.item_id',
    'catalog.wrong_type',
    'catalog.not_in_list',
    'catalog.personal_in_item',
    'catalog.bad_text',
    'catalog.bad_text',
    'catalog.attribute_name',
    'catalog.item_size',
    'kept',
  ])
  assert.deepEqual(await valuesOf(ctx), {
    ok: { name: 'x' },
    ok2: { a: '\\u0000 只是文字', b: "it's", c: '🙂', d: null },
  })
})

test('attributes that nobody declared are proposed, and an attribute in use keeps its type', async (t) => {
  const ctx = await testCtx(t)
  await save(ctx, item('P1', { colour: 'red', name: 'x' }))
  const colour = (await getEntity(ctx, 'product')).own[0]
  assert.deepEqual(
    [colour?.name, colour?.state, colour?.seen, colour?.source],
    ['colour', 'proposed', ['text'], 'discovered'],
  )
  const accepted = await editAttribute(ctx, 'product', {
    name: 'colour',
    version: 1,
    zh: '颜色',
    codes: ['red', 'blue'],
  })
  assert.equal(accepted.state, 'active')
  await assert.rejects(
    editAttribute(ctx, 'product', { name: 'colour', version: 2, type: 'number', codes: null }),
    refused('catalog.in_use'),
  )
  await assert.rejects(
    editAttribute(ctx, 'product', { name: 'colour', version: 2, personal: 'name' }),
    refused('catalog.in_use'),
  )
  await assert.rejects(
    editAttribute(ctx, 'product', { name: 'colour', version: 1, zh: '色' }),
    refused('attribute.stale'),
  )
  await assert.rejects(
    editAttribute(ctx, 'product', { name: 'product_no', version: 1, state: 'ignored' }),
    refused('catalog.key_attribute'),
  )
  assert.deepEqual(await save(ctx, item('P2', { colour: 'green' })), ['catalog.not_in_list'])
})

test('what customers’ profiles bring is noted like what items bring', async (t) => {
  const ctx = await testCtx(t)
  await unauditedChange(ctx, 'profiles came', (tx) =>
    noteAttributes(ctx, tx, 'customer', [{ hobby: '登山', 备用手机号: '19900000001' }, { hobby: 1 }, { '\u0000': 1 }]),
  )
  const proposed = (await getEntity(ctx, 'customer')).own.filter(({ state }) => state === 'proposed')
  assert.deepEqual(
    proposed.map(({ name, seen, personal }) => [name, seen, personal]).sort(),
    [
      ['hobby', ['number', 'text'], null],
      ['备用手机号', ['text'], 'mobile'],
    ].sort(),
  )
})

test('a bank adds a type of its own, with attributes and relations', async (t) => {
  const ctx = await testCtx(t)
  await createEntity(ctx, { type: 'safe_box', zh: '保管箱', en: 'Safe box', key: 'box_no' })
  await assert.rejects(
    createEntity(ctx, { type: 'safe_box', zh: 'x', en: 'x', key: 'k' }),
    refused('catalog.name_taken'),
  )
  await createAttribute(ctx, 'safe_box', { name: 'customer_no', type: 'text', zh: '客户号' })
  await createAttribute(ctx, 'safe_box', { name: 'size', type: 'text', codes: ['S', 'L'] })
  await assert.rejects(createAttribute(ctx, 'safe_box', { name: 'size', type: 'text' }), refused('catalog.name_taken'))
  const rents = {
    name: 'boxes',
    zh: '租用',
    en: 'rents',
    target: 'safe_box',
    cardinality: 'many',
    via: 'customer_no',
  } as const
  await createRelation(ctx, 'customer', rents)
  await assert.rejects(createRelation(ctx, 'customer', rents), refused('catalog.name_taken'))
  await assert.rejects(
    createRelation(ctx, 'customer', { ...rents, name: 'r2', via: 'no' }),
    refused('catalog.unknown_via'),
  )
  await assert.rejects(createRelation(ctx, 'customer', { ...rents, target: 'no' }), refused('catalog.unknown_target'))
  assert.deepEqual(await save(ctx, item('B1', { size: 'S' }, { type: 'safe_box' })), ['kept'])
  const entity = await getEntity(ctx, 'safe_box')
  assert.deepEqual([entity.items, entity.relations.map(({ name }) => name)], [1, ['boxes']])
  await editEntity(ctx, 'safe_box', { version: 1, zh: '保险箱' })
  await assert.rejects(editEntity(ctx, 'safe_box', { version: 1, zh: 'x' }), refused('entity.stale'))
  await removeRelation(ctx, 'customer', 'boxes')
  await assert.rejects(removeRelation(ctx, 'customer', 'boxes'), refused('relation.missing'))
  await assert.rejects(removeRelation(ctx, 'customer', 'orders'), refused('catalog.built_in'))
  assert.ok((await getEntity(ctx, 'customer')).relations.some(({ name }) => name === 'orders'))
})

test('things are searched by number and by value, and paged through', async (t) => {
  const ctx = await testCtx(t)
  const all = Array.from({ length: 25 }, (_, i) => item(`P${i}`, { name: `产品${i}`, term_days: i }))
  await save(ctx, ...all)
  const ids = async (q: string) => (await listItems(ctx, 'product', { q, sort: 'id' })).items.map(({ id }) => id)
  assert.deepEqual(await ids('产品24'), ['P24'])
  assert.deepEqual(await ids('p7'), ['P7'])
  assert.deepEqual(await ids('%'), [])
  const found = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await listItems(ctx, 'product', { limit: 10, ...(cursor ? { cursor } : {}) })
    for (const { id } of page.items) found.add(id)
    cursor = page.next ?? undefined
  } while (cursor)
  assert.equal(found.size, 25)
  await assert.rejects(listItems(ctx, 'nothing', {}), refused('entity.missing'))
})
