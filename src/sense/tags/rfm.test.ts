import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { followAll } from '../../platform/facts/follow.ts'
import { startJobs } from '../../platform/jobs/jobs.ts'
import { at } from '../../platform/testing/testing.ts'
import { createEvent, createProperty } from '../catalog/catalog.ts'
import { receive } from '../collect/collect.ts'
import { openBank } from '../customers/testing/testing.ts'
import { importsWith } from '../imports/imports.ts'
import { standardChoices } from '../imports/testing/choices.ts'
import type { RfmDefinition } from './contract.ts'
import { createTag, getTag, jobs, publishTag, tagValues } from './tags.ts'
import { feeds } from './testing/testing.ts'

const data = join(import.meta.dirname, '../../../../../shared/data/rfm')
const roots = [data, join(import.meta.dirname, '../../../../shared/data/rfm')]
const folder = roots.find((one) => existsSync(join(one, 'expected_open.json')))

type Expected = {
  published: {
    customers: number
    orders: number
    first_rows: [string, number, number, number, number][]
    segment_table_A: {
      rules: Record<string, number[]> & { names: string[] }
      Champions: { customers: number; orders: number; revenue: number }
    }
  }
}

/** The orders of the published data set, in the product by its own imports. */
async function bankWithOrders(t: TestContext, from: string) {
  const bank = await openBank(t, { now: at('2006-12-31 12:00') })
  const { ctx } = bank
  const [name, files] = ['order', await mkdtemp(join(tmpdir(), 'zhixing-rfm-'))]
  t.after(() => rm(files, { recursive: true, force: true }))
  await createEvent(ctx, { name, zh: '下单' })
  await createProperty(ctx, { event: name, name: 'revenue', type: 'number' })
  const imports = importsWith({
    receive,
    source: async () => ({ id: bank.web }),
    choices: async () => standardChoices,
    elsewhere: async (_ctx, _org, sets) => sets.map(() => false),
    folder: files,
  })
  const sheet = gunzipSync(readFileSync(join(from, 'rfm_data_orders.csv.gz')))
  const { id } = await imports.create(ctx, { fileName: 'orders.csv', size: sheet.length })
  await imports.addPart(ctx, id, 0, sheet)
  const { revision, reading } = await imports.finishUpload(ctx, id)
  const columns = [
    { column: 'customer_id', as: 'identity', kind: 'customer_no' },
    { column: 'order_date', as: 'time' },
    { column: 'revenue', as: 'value', name: 'revenue', type: 'number' },
  ] as const
  // Two orders of one day and amount are two orders: the file has no number of its own for them.
  const sent = await imports.save(ctx, id, {
    revision,
    reading,
    mapping: { target: 'events', event: name, columns: [...columns] },
  })
  const done = await imports.runNow(ctx, sent.id, { mode: 'good' })
  await bank.say(bank.web)
  await followAll(ctx, feeds())
  return { ...bank, done }
}

const definition = (
  rules: Expected['published']['segment_table_A']['rules'],
  gives: 'group' | 'score',
): RfmDefinition => ({
  ...{
    events: ['order'],
    amount: 'revenue',
    window: { kind: 'ever' },
    r: null,
    f: null,
    m: null,
    bins: 5,
    cuts: null,
    gives,
  },
  groups: rules.names.map((name, i) => {
    const pair = (axis: string): [number, number] => [
      rules[`${axis}_lower`]?.[i] ?? 1,
      rules[`${axis}_upper`]?.[i] ?? 5,
    ]
    return { name, r: pair('recency'), f: pair('frequency'), m: pair('monetary') }
  }),
  otherwise: 'Others',
})

test('rule 75: RFM of the published orders gives the published scores and segments exactly', {
  skip: folder ? false : 'the shared data set rfm is not here',
}, async (t) => {
  const from = folder ?? ''
  const { published } = JSON.parse(readFileSync(join(from, 'expected_open.json'), 'utf8')) as Expected
  const { ctx, done } = await bankWithOrders(t, from)
  const runner = await startJobs(ctx, jobs as never, { concurrency: 1, alone: true })
  t.after(() => runner.stop())
  const publish = async (name: string, kind: 'rfm' | 'eql', draft: Record<string, unknown>) => {
    const made = await createTag(ctx, { name, kind, draft })
    await publishTag(ctx, made.id, { revision: made.revision })
    await runner.settle()
    return made.id
  }
  const { rules, Champions } = published.segment_table_A
  assert.deepEqual(done.counts.accepted, published.orders, JSON.stringify(done.counts))
  const group = await publish('RFM 分群', 'rfm', definition(rules, 'group'))
  const score = await publish('RFM 评分', 'rfm', definition(rules, 'score'))
  const recency = await publish('R', 'eql', { text: 'days since last("order", ever)' })
  const orders = await publish('F', 'eql', { text: 'count("order", ever)' })
  const revenue = await publish('M', 'eql', { text: 'sum(revenue of "order", ever)' })
  assert.equal((await getTag(ctx, score)).covered, published.customers)

  const sources = await Promise.all(
    [group, score, recency, orders, revenue].map((id, i) => tagValues(ctx, id, null, `t${i}_`)),
  )
  const rows = await ctx.facts.query<{ name: string; orders: bigint; revenue: number; customers: bigint }>({
    sql: `SELECT g.value AS name, count() AS customers, sum(f.value) AS orders, sum(m.value) AS revenue
          FROM (${sources[0]?.sql}) AS g JOIN (${sources[3]?.sql}) AS f ON f.person = g.person
          JOIN (${sources[4]?.sql}) AS m ON m.person = g.person GROUP BY name`,
    params: Object.assign({}, ...sources.map(({ params }) => params)),
  })
  const found = rows.find(({ name }) => name === 'Champions')
  assert.deepEqual(
    { customers: Number(found?.customers), orders: Number(found?.orders), revenue: found?.revenue },
    Champions,
  )
  const people = await ctx.facts.query<{ r: bigint; f: bigint; m: number; score: bigint }>({
    sql: `SELECT r.value AS r, f.value AS f, m.value AS m, s.value AS score FROM (${sources[1]?.sql}) AS s
          JOIN (${sources[2]?.sql}) AS r ON r.person = s.person JOIN (${sources[3]?.sql}) AS f ON f.person = s.person
          JOIN (${sources[4]?.sql}) AS m ON m.person = s.person`,
    params: Object.assign({}, ...sources.map(({ params }) => params)),
  })
  const said = new Set(people.map((one) => [one.r, one.f, one.m, one.score].join(' ')))
  for (const [name, ...row] of published.first_rows) assert.ok(said.has(row.join(' ')), `${name}: ${row.join(' ')}`)
})
