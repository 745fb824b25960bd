import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Ctx } from '../../platform/ctx.ts'
import { Problem } from '../../platform/problem.ts'
import { createEvent, createProperty } from '../catalog/catalog.ts'
import { getCustomer } from '../customers/customers.ts'
import type { Kind } from './contract.ts'
import {
  createTag,
  getTag,
  giveValues,
  jobs,
  listHolders,
  markTags,
  previewTag,
  publishTag,
  tagValues,
  uploadValues,
} from './tags.ts'
import { bankWithTags, never } from './testing/testing.ts'

const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected

async function seen(ctx: Ctx, id: string): Promise<unknown[]> {
  const { sql, params } = await tagValues(ctx, id)
  const rows = await ctx.facts.query<{ person: number; value: unknown }>({
    sql: `SELECT person, value FROM (${sql}) ORDER BY person`,
    params,
  })
  return rows.map(({ person, value }) => [person, value])
}

/** The first bought a fund twice and a deposit once, the second looked and bought, the third only looked. */
async function bankWithEvents(t: TestContext) {
  const bank = await bankWithTags(t)
  const { ctx, web, say, did, follow } = bank
  for (const name of ['buy', 'view']) {
    await createEvent(ctx, { name })
    await createProperty(ctx, { event: name, name: 'product', type: 'text' })
  }
  await createProperty(ctx, { event: 'buy', name: 'amount', type: 'money' })
  const no = (n: number) => ({ customer_no: `${n}` })
  await say(
    web,
    did(no(1), 'buy', '2025-12-20 10:00', { product: 'fund', amount: 1000_00 }),
    did(no(1), 'buy', '2025-12-30 10:00', { product: 'deposit', amount: 500_00 }),
    did(no(1), 'buy', '2026-01-02 10:00', { product: 'fund', amount: 2000_00 }),
    did(no(2), 'view', '2026-01-03 10:00', { product: 'fund' }),
    did(no(2), 'buy', '2026-01-03 11:00', { product: 'fund', amount: 300_00 }),
    did(no(3), 'view', '2026-01-04 10:00', { product: 'fund' }),
  )
  await follow()
  const rows = await ctx.facts.query<{ id: number; aum: bigint }>({
    sql: 'SELECT id, a_aum AS aum FROM customer FINAL ORDER BY a_aum',
  })
  return { ...bank, people: rows.map(({ id }) => id) }
}

const last = { kind: 'last', n: 30, unit: 'day' }

test('each kind of definition becomes a rule, and each customer gets the value that the rule says', async (t) => {
  const { ctx, publish, people } = await bankWithEvents(t)
  const [one = 0, two = 0, three = 0, four = 0, five = 0] = people
  const cases: { kind: Kind; draft: Record<string, unknown>; values: [number, unknown][] }[] = [
    {
      kind: 'attribute',
      draft: { path: ['level'], through: null },
      values: [
        [one, 'basic'],
        [two, 'basic'],
        [three, 'gold'],
        [four, 'gold'],
        [five, 'gold'],
      ],
    },
    {
      kind: 'statistic',
      draft: { measure: 'sum', events: ['buy'], where: "product = 'fund'", of: 'amount', window: last },
      values: [
        [one, 300000n],
        [two, 30000n],
        [three, 0n],
        [four, 0n],
        [five, 0n],
      ],
    },
    {
      kind: 'statistic',
      draft: { measure: 'days_since_last', events: ['buy'], of: null, window: { kind: 'ever' } },
      values: [
        [one, 3n],
        [two, 2n],
      ],
    },
    {
      kind: 'preference',
      draft: { events: ['buy', 'view'], of: 'product', top: 1, window: last },
      values: [
        [one, 'fund'],
        [two, 'fund'],
        [three, 'fund'],
      ],
    },
    {
      kind: 'preference',
      draft: { events: ['buy'], of: 'product', top: 2, window: last },
      values: [
        [one, ['fund', 'deposit']],
        [two, ['fund']],
      ],
    },
    {
      kind: 'sequence',
      draft: {
        steps: [
          { events: ['view'], not: false },
          { events: ['buy'], not: true },
        ],
        by: ['product'],
        within: { n: 2, unit: 'hour' },
        window: last,
      },
      values: [
        [one, false],
        [two, false],
        [three, true],
        [four, false],
        [five, false],
      ],
    },
    {
      kind: 'stages',
      draft: {
        cases: [
          { label: '成熟', when: 'count(buy, last 30 days) >= 2' },
          { label: '成长', when: 'did(buy, last 30 days)' },
        ],
        otherwise: '沉睡',
      },
      values: [
        [one, '成熟'],
        [two, '成长'],
        [three, '沉睡'],
        [four, '沉睡'],
        [five, '沉睡'],
      ],
    },
    {
      // Monetary value by assets, as a bank has it (rule 75), cut at fixed places.
      kind: 'rfm',
      draft: {
        events: ['buy'],
        amount: null,
        window: last,
        r: null,
        f: null,
        m: 'aum',
        bins: 2,
        cuts: { r: [3], f: [2], m: [15000] },
        groups: [{ name: '好', r: [1, 2], f: [2, 2], m: [1, 2] }],
        otherwise: null,
        gives: 'score',
      },
      // Recency in days: 3 reaches the cut, so it is the worse place.
      values: [
        [one, 121],
        [two, 212],
      ],
    },
  ]
  for (const [i, { kind, draft, values }] of cases.entries()) {
    const id = await publish({ name: `标签 ${i}`, kind, draft })
    assert.deepEqual(
      await seen(ctx, id),
      values.toSorted(([a], [b]) => a - b),
      `${i} ${kind}`,
    )
  }
})

test('what is wrong with a definition is said beside its field: a rule, a segment, what is not filled in', async (t) => {
  const { ctx } = await bankWithEvents(t)
  const wrong = async (kind: Kind, draft: Record<string, unknown>) => {
    const { id, revision } = await createTag(ctx, {
      name: `${kind} ${JSON.stringify(draft)}`.slice(0, 90),
      kind,
      draft,
    })
    try {
      await publishTag(ctx, id, { revision })
    } catch (error) {
      if (error instanceof Problem) return [error.code, error.fields[0]?.field]
    }
    return undefined
  }
  const cases = (when: string) => ({ cases: [{ label: '甲', when }], otherwise: null })
  assert.deepEqual(await wrong('rule', cases('aumm > 1')), ['eql.bad_rule', 'draft.cases.0.when'])
  assert.deepEqual(await wrong('rule', cases('in segment "x"')), ['tags.no_segments', 'draft.cases.0.when'])
  assert.deepEqual(await wrong('rule', {}), ['tags.not_whole', 'draft.cases'])
  assert.deepEqual(await wrong('preference', { events: ['buy'], of: 'amount', top: 1, window: last }), [
    'eql.bad_rule',
    'draft',
  ])
})

test('a definition is tried on customers before anybody keeps it', async (t) => {
  const { ctx, worksAt, west } = await bankWithEvents(t)
  const definition = { cases: [{ label: '高', when: 'aum >= 30000' }], otherwise: null }
  const all = await previewTag(ctx, { kind: 'rule', definition }, never)
  assert.deepEqual([all.type, all.asked, all.covered, all.exact, all.codes], ['text', 5, 3, true, ['高']])
  assert.match(all.sentence.map(({ zh }) => zh).join(''), /金融资产余额/)
  const own = await previewTag(worksAt(west), { kind: 'rule', definition }, never)
  assert.deepEqual([own.asked, own.covered], [2, 2])
})

test('values are given by a list, by a model and by a step of a journey; what does not fit is told by its row', async (t) => {
  const { ctx, publish, people } = await bankWithEvents(t)
  const [one = 0, two = 0, three = 0] = people
  const vip = await publish({ name: '行员亲属', kind: 'import', draft: { type: 'text', codes: ['是', '否'] } })
  const given = await uploadValues(ctx, vip, 'customer_no', '客户号,值\n1,是\n2,否\n77,是\n3,也许\n')
  assert.deepEqual([given.taken, given.changed, given.refused.map(({ row }) => row)], [2, 2, [3, 4]])
  assert.deepEqual(
    await seen(ctx, vip),
    [
      [one, '是'],
      [two, '否'],
    ].toSorted(([a = 0], [b = 0]) => Number(a) - Number(b)),
  )
  await ctx.clock.advance(1000)
  assert.deepEqual(await markTags(ctx, vip, [one, three], '否'), { changed: 2 })
  assert.deepEqual(await markTags(ctx, vip, [one], '否'), { changed: 0 })
  await ctx.clock.advance(1000)
  assert.deepEqual(await markTags(ctx, vip, [one], null), { changed: 1 })
  assert.equal((await getTag(ctx, vip)).covered, 2)

  const score = await publish({ name: '流失分', kind: 'model', draft: { model: 'churn', least: 0, most: 1 } })
  const told = await giveValues(ctx, score, {
    rows: [
      { identity: '1', value: 0.5 },
      { identity: '2', value: 7 },
      { identity: '3', value: '0.25' },
    ],
    model: { name: 'churn', version: '2026-01' },
  })
  assert.deepEqual([told.taken, told.refused.map(({ row }) => row)], [2, [2]])
  const rule = await publish({
    name: '高流失',
    kind: 'eql',
    draft: { text: 'if tag "流失分" >= 0.3 then \'高\' else missing' },
  })
  assert.deepEqual(await seen(ctx, rule), [[one, '高']])
  await assert.rejects(uploadValues(ctx, rule, 'customer_no', '1,高'), code('tags.not_given'))
  const { items } = await listHolders(ctx, rule, {})
  assert.deepEqual(
    items.map(({ id, value }) => [id, value]),
    [[one, '高']],
  )
  const { sections } = await getCustomer(ctx, one)
  assert.deepEqual(
    sections.find(({ key }) => key === 'tags')?.rows.map(({ label, value }) => [label.zh, value]),
    [
      ['流失分', '0.5'],
      ['高流失', '高'],
    ],
  )
})

test('values that nobody confirmed for so many days go, and who is confirmed keeps his', async (t) => {
  const { ctx, people, runner } = await bankWithEvents(t)
  const [one = 0] = people
  const made = await createTag(ctx, { name: '意向', kind: 'import', keepDays: 7, draft: { type: 'text', codes: [] } })
  await publishTag(ctx, made.id, { revision: made.revision })
  await markTags(ctx, made.id, people.slice(0, 2), '基金')
  await ctx.clock.advance(5 * 86_400_000)
  await markTags(ctx, made.id, [one], '基金')
  await ctx.clock.advance(4 * 86_400_000)
  await runner.settle()
  await jobs.find(({ name }) => name === 'tags.expire')?.run(ctx, {} as never, { attempt: 1, signal: never })
  assert.deepEqual(await seen(ctx, made.id), [[one, '基金']])
  assert.equal((await getTag(ctx, made.id)).covered, 1)
})
