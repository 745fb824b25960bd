import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ctx } from '../../platform/ctx.ts'
import { Problem } from '../../platform/problem.ts'
import { testCtx } from '../../platform/testing/testing.ts'
import type { CodeValue } from './contract.ts'
import {
  codeValues,
  compareCodes,
  createCodeSet,
  discardCodeDraft,
  exportCodes,
  getCodeSet,
  importCodes,
  listCodeSets,
  listCodeVersions,
  publishCodes,
  saveCodeDraft,
} from './system.ts'

const codeOf = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

function value(code: string, more: Partial<CodeValue> = {}): CodeValue {
  return {
    code,
    zh: `值${code}`,
    en: `Value ${code}`,
    order: 10,
    state: 'active',
    parent: null,
    from: null,
    to: null,
    ...more,
  }
}

const grades = { set: 'customer_grade', name: { zh: '客户等级', en: 'Customer grades' } }

async function publish(ctx: Ctx, set: string, values: CodeValue[], note = '') {
  const { revision } = await getCodeSet(ctx, set)
  const draft = await saveCodeDraft(ctx, set, { revision, values })
  return publishCodes(ctx, set, { revision: draft.revision, note })
}

test('the sets that come with the product can be read and are published', async (t) => {
  const ctx = await testCtx(t)
  const { items } = await listCodeSets(ctx, {})
  assert.ok(items.length >= 8)
  for (const set of items) {
    assert.deepEqual([set.builtIn, set.version, set.hasDraft], [true, 1, false], set.set)
    const values = await codeValues(ctx, set.set)
    assert.equal(values.length, set.values)
    // Whatever is brought passes the checks that an editor's work must pass.
    const saved = await saveCodeDraft(ctx, set.set, { revision: set.revision, values: [...values] })
    assert.deepEqual(saved.draft?.diff, { added: [], removed: [], changed: [] })
  }
  assert.equal((await codeValues(ctx, 'province')).length, 34)
  assert.deepEqual((await codeValues(ctx, 'marital_status')).find(({ code }) => code === '22')?.parent, '20')
})

test('a new set is drafted, published and then read; readers never see a draft', async (t) => {
  const ctx = await testCtx(t)
  const made = await createCodeSet(ctx, grades)
  assert.deepEqual([made.version, made.builtIn, made.published, made.draft], [null, false, [], null])
  assert.deepEqual(await codeValues(ctx, 'customer_grade'), [])
  const draft = await saveCodeDraft(ctx, 'customer_grade', {
    revision: made.revision,
    values: [value('B', { order: 20 }), value('A', { zh: ' 金卡 ' })],
  })
  assert.deepEqual(
    draft.draft?.values.map(({ code, zh }) => [code, zh]),
    [
      ['A', '金卡'],
      ['B', '值B'],
    ],
  )
  assert.deepEqual(await codeValues(ctx, 'customer_grade'), [])
  const published = await publishCodes(ctx, 'customer_grade', { revision: draft.revision, note: '首次' })
  assert.deepEqual([published.version, published.values, published.draft], [1, 2, null])
  assert.deepEqual(
    (await codeValues(ctx, 'customer_grade')).map(({ code }) => code),
    ['A', 'B'],
  )
  const entry = ctx.recorded.at(-1)
  assert.equal(entry?.action, 'system.code.publish')
  assert.deepEqual(
    (entry?.after as { added: CodeValue[] } | undefined)?.added.map(({ code }) => code),
    ['A', 'B'],
  )
})

test('versions are kept and can be compared', async (t) => {
  const ctx = await testCtx(t)
  await createCodeSet(ctx, grades)
  await publish(ctx, grades.set, [value('A'), value('B')], 'one')
  await publish(ctx, grades.set, [value('A', { zh: '新', state: 'retired' }), value('C')], 'two')
  const versions = await listCodeVersions(ctx, grades.set)
  assert.deepEqual(
    versions.map(({ version, note, values, added, removed, changed }) => [
      version,
      note,
      values,
      added,
      removed,
      changed,
    ]),
    [
      [2, 'two', 2, 1, 1, 1],
      [1, 'one', 2, 2, 0, 0],
    ],
  )
  const diff = await compareCodes(ctx, grades.set, { from: 1, to: 2 })
  assert.deepEqual(
    diff.added.map(({ code }) => code),
    ['C'],
  )
  assert.deepEqual(
    diff.removed.map(({ code }) => code),
    ['B'],
  )
  assert.deepEqual(
    diff.changed.map(({ code, fields }) => [code, fields]),
    [['A', ['zh', 'state']]],
  )
  await assert.rejects(compareCodes(ctx, grades.set, { from: 1, to: 9 }), codeOf('code version.missing'))
})

test('of two people who edit a set at once the second is told', async (t) => {
  const ctx = await testCtx(t)
  const { revision } = await createCodeSet(ctx, grades)
  await saveCodeDraft(ctx, grades.set, { revision, values: [value('A')] })
  await assert.rejects(saveCodeDraft(ctx, grades.set, { revision, values: [value('B')] }), codeOf('code.stale'))
  await assert.rejects(publishCodes(ctx, grades.set, { revision, note: '' }), codeOf('code.stale'))
  assert.deepEqual(
    (await getCodeSet(ctx, grades.set)).draft?.values.map(({ code }) => code),
    ['A'],
  )
})

test('a built-in set loses no code: data may hold it; retiring is the way', async (t) => {
  const ctx = await testCtx(t)
  const values = [...(await codeValues(ctx, 'gender'))]
  await assert.rejects(publish(ctx, 'gender', values.slice(1)), codeOf('code.in_use'))
  const retired = values.map((one) => (one.code === '9' ? { ...one, state: 'retired' as const } : one))
  const { revision } = await getCodeSet(ctx, 'gender')
  const draft = await saveCodeDraft(ctx, 'gender', { revision, values: retired })
  assert.equal((await publishCodes(ctx, 'gender', { revision: draft.revision, note: '' })).version, 2)
})

test('a draft without a difference is not published, a thrown-away draft is gone', async (t) => {
  const ctx = await testCtx(t)
  const made = await createCodeSet(ctx, grades)
  await assert.rejects(publishCodes(ctx, grades.set, { revision: made.revision, note: '' }), codeOf('code.no_draft'))
  await publish(ctx, grades.set, [value('A')])
  await assert.rejects(publish(ctx, grades.set, [value('A')]), codeOf('code.nothing_to_publish'))
  const { revision } = await getCodeSet(ctx, grades.set)
  const after = await discardCodeDraft(ctx, grades.set, revision)
  assert.equal(after.draft, null)
  await assert.rejects(createCodeSet(ctx, grades), codeOf('code.exists'))
  await assert.rejects(codeValues(ctx, 'no_such_set'), codeOf('code.missing'))
})

test('a set goes out as a sheet and comes back as a draft that changes nothing', async (t) => {
  const ctx = await testCtx(t)
  const csv = await exportCodes(ctx, 'currency')
  const { revision } = await getCodeSet(ctx, 'currency')
  const { draft } = await importCodes(ctx, 'currency', { revision, csv })
  assert.deepEqual(draft?.diff, { added: [], removed: [], changed: [] })
})

test('sets are listed by name, page by page, and found by text', async (t) => {
  const ctx = await testCtx(t)
  const found = await listCodeSets(ctx, { q: '风险' })
  assert.deepEqual(
    found.items.map(({ set }) => set),
    ['customer_risk_grade', 'product_risk_grade'],
  )
  const first = await listCodeSets(ctx, { limit: 3 })
  const second = await listCodeSets(ctx, { limit: 3, cursor: first.next ?? '' })
  assert.deepEqual(
    [...first.items, ...second.items].map(({ set }) => set),
    ['certificate_kind', 'currency', 'customer_risk_grade', 'education', 'gender', 'marital_status'],
  )
})
