import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Ctx } from '../../platform/ctx.ts'
import { type Feed, followAll } from '../../platform/facts/follow.ts'
import { startJobs } from '../../platform/jobs/jobs.ts'
import { Problem } from '../../platform/problem.ts'
import { catalogFeeds, createEvent, createProperty } from '../catalog/catalog.ts'
import { customerFeed } from '../customers/customers.ts'
import { is, openBank } from '../customers/testing/testing.ts'
import { parseRule } from '../eql/eql.ts'
import { aliasFeed, owners } from '../identity/identity.ts'
import { refresh } from './refreshing.ts'
import {
  checkText,
  compareSnapshots,
  completeText,
  createSegment,
  editSegment,
  estimate,
  exportMembers,
  getSegment,
  jobs,
  listSegments,
  membersOf,
  publishSegment,
  refreshSegment,
  ruleSchema,
  turnSegment,
  valuesOf,
} from './segments.ts'

const feeds = (): Feed[] => {
  const [columns, ...things] = catalogFeeds(owners)
  return [columns, aliasFeed, customerFeed, ...things]
}

/** Three customers of the head office and two of the west branch, with assets of 10,000 to 50,000 yuan. */
async function bankWithCustomers(t: TestContext) {
  const bank = await openBank(t)
  const aum = (no: number, yuan: number) =>
    is({ customer_no: `${no}` }, 'set', '2026-01-05 08:00', {
      aum: `${yuan}00`,
      level: yuan > 25000 ? 'gold' : 'basic',
    })
  await bank.say(bank.web, aum(1, 10000), aum(2, 20000), aum(3, 30000))
  await bank.say(bank.desk, aum(4, 40000), aum(5, 50000))
  await followAll(bank.ctx, feeds())
  return { ...bank, aum, publish: (name: string, draft: string) => published(bank.ctx, name, draft) }
}

const never = new AbortController().signal

async function published(ctx: Ctx, name: string, draft: string): Promise<string> {
  const made = await createSegment(ctx, { name, draft })
  await publishSegment(ctx, made.id, made.revision)
  await refresh(ctx, made.id, never)
  return made.id
}

const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected

test('an operator writes a rule, sees where it is wrong, what it says and how many it finds', async (t) => {
  const { ctx } = await bankWithCustomers(t)
  const wrong = await checkText(ctx, 'aum >= 25000 and\nlevle = 1')
  assert.equal(wrong.ok, false)
  assert.equal(wrong.issues[0]?.span?.line, 2)
  const right = await checkText(ctx, 'aum >= 25000')
  assert.equal(right.ok, true)
  assert.match(right.sentence.map(({ zh }) => zh).join(' '), /25/)
  assert.ok((await completeText(ctx, 'au', 2)).some(({ insert }) => insert === 'aum'))
  const found = await estimate(ctx, { text: "aum >= 25000 and level = 'gold'" }, never)
  assert.deepEqual([found.customers, found.exact, found.universe], [3, true, 5])
  assert.deepEqual(
    found.parts.map(({ customers }) => customers),
    [3, 3],
  )
  await assert.rejects(estimate(ctx, { text: 'aum >=' }, never), code('eql.bad_rule'))
})

test('a published segment is asked by a job; its size, trend and members are those of its snapshots', async (t) => {
  const { ctx, aum, web, say } = await bankWithCustomers(t)
  const runner = await startJobs(ctx, jobs as never, { concurrency: 1, alone: true })
  t.after(() => runner.stop())
  const made = await createSegment(ctx, { name: '高资产', draft: 'aum >= 25000' })
  assert.equal((await publishSegment(ctx, made.id, made.revision)).refreshing, true)
  await runner.settle()
  const first = await getSegment(ctx, made.id)
  assert.deepEqual([first.state, first.version, first.size, first.refreshing], ['live', 1, 3, false])
  await say(web, aum(1, 90000), aum(3, 100))
  await followAll(ctx, feeds())
  await refreshSegment(ctx, made.id)
  await runner.settle()
  const { snapshots } = await getSegment(ctx, made.id)
  assert.deepEqual(
    snapshots.map(({ size }) => size),
    [3, 3],
  )
  const [before, after] = [snapshots[0]?.id ?? '', snapshots[1]?.id ?? '']
  const { entered, left, stayed } = await compareSnapshots(ctx, made.id, { before, after })
  assert.deepEqual([entered, left, stayed], [1, 1, 2])
  const then = await membersOf(ctx, made.id, { snapshot: before })
  const now = await membersOf(ctx, made.id, {})
  assert.deepEqual([then.items.length, now.items.length, now.within], [3, 3, 3])
  assert.notDeepEqual(
    then.items.map(({ id }) => id),
    now.items.map(({ id }) => id),
  )
})

test('a branch sees and asks about its own customers only, and not the segments of the head office', async (t) => {
  const { ctx, west, worksAt, publish } = await bankWithCustomers(t)
  const whole = await publish('全行', 'aum >= 0')
  const branch = worksAt(west)
  await assert.rejects(getSegment(branch, whole), code('segment.missing'))
  const found = await estimate(branch, { text: 'aum >= 0' }, never)
  assert.deepEqual([found.customers, found.universe, found.exact], [2, 2, true])
  const own = await createSegment(branch, { name: '西分行', draft: 'aum >= 0' })
  await publishSegment(branch, own.id, own.revision)
  await refresh(ctx, own.id, never)
  assert.equal((await getSegment(branch, own.id)).size, 2)
  assert.equal((await membersOf(branch, own.id, {})).items.length, 2)
  assert.equal((await getSegment(ctx, whole)).size, 5)
  const { revision } = await getSegment(branch, own.id)
  await assert.rejects(editSegment(branch, own.id, { revision, name: '全行' }), code('segments.name_taken'))
})

test('rule 16: a rule follows a segment or holds on to a version, and says which', async (t) => {
  const { ctx, publish } = await bankWithCustomers(t)
  const base = await publish('资产', 'aum >= 45000')
  const follows = await publish('跟随', 'in segment "资产"')
  const pins = await publish('固定', 'in segment "资产" version 1')
  const old = await getSegment(ctx, base)
  const edited = await editSegment(ctx, base, { revision: old.revision, draft: 'aum >= 15000', name: '改名' })
  assert.equal(edited.changed, true)
  await publishSegment(ctx, base, edited.revision)
  await ctx.clock.advance(3_600_000)
  for (const id of [follows, pins]) await refresh(ctx, id, never)
  assert.deepEqual([(await getSegment(ctx, follows)).size, (await getSegment(ctx, pins)).size], [4, 1])
  const { usedBy, size } = await getSegment(ctx, base)
  assert.equal(size, 4, 'what is asked for another is an answer of its own too')
  assert.deepEqual(
    usedBy.map(({ name, version }) => [name, version]).toSorted(),
    [
      ['固定', 1],
      ['跟随', null],
    ].toSorted(),
  )
  assert.match((await getSegment(ctx, follows)).versions[0]?.text ?? '', /改名/, 'a new name breaks no rule')
})

test('rule 16: segments that would ask for each other are refused with the way named', async (t) => {
  const { ctx, publish } = await bankWithCustomers(t)
  const a = await publish('甲', 'aum >= 1')
  await publish('乙', 'in segment "甲"')
  const old = await getSegment(ctx, a)
  const edited = await editSegment(ctx, a, { revision: old.revision, draft: 'not in segment "乙"' })
  await assert.rejects(publishSegment(ctx, a, edited.revision), (error) => {
    assert.ok(error instanceof Problem)
    assert.equal(error.code, 'segments.circle')
    assert.match(error.text.zh, /“甲” → “乙” → “甲”/)
    return true
  })
})

test('what others ask for is not retired; what nobody asks for leaves the list and gives its name free', async (t) => {
  const { ctx, publish } = await bankWithCustomers(t)
  const a = await publish('甲', 'aum >= 1')
  const b = await publish('乙', 'in segment "甲"')
  await assert.rejects(turnSegment(ctx, a, { to: 'retired' }), code('segments.in_use'))
  await turnSegment(ctx, b, { to: 'retired' })
  await turnSegment(ctx, a, { to: 'retired' })
  assert.deepEqual((await listSegments(ctx, {})).items, [])
  assert.equal((await listSegments(ctx, { state: 'retired' })).items.length, 2)
  await createSegment(ctx, { name: '甲' })
})

test('two who edit: the second is told; a name is taken once; a schedule that is none is refused beside its field', async (t) => {
  const { ctx } = await bankWithCustomers(t)
  const made = await createSegment(ctx, { name: '甲', draft: 'aum >' })
  await editSegment(ctx, made.id, { revision: made.revision, description: '一' })
  await assert.rejects(
    editSegment(ctx, made.id, { revision: made.revision, description: '二' }),
    code('segments.stale'),
  )
  await assert.rejects(createSegment(ctx, { name: '甲' }), code('segments.name_taken'))
  await assert.rejects(createSegment(ctx, { name: '乙', cron: 'often' }), code('schedule.bad_cron'))
  await assert.rejects(publishSegment(ctx, made.id, made.revision + 1), code('eql.bad_rule'))
})

test('a segment is asked when its time has come, and stands for the next time', async (t) => {
  const { ctx } = await bankWithCustomers(t)
  const made = await createSegment(ctx, { name: '每日', draft: 'aum >= 25000', cron: '0 6 * * *' })
  await publishSegment(ctx, made.id, made.revision)
  assert.equal((await getSegment(ctx, made.id)).nextAt, '2026-01-05T22:00:00.000Z')
  await ctx.clock.advanceTo(new Date('2026-01-05T22:00:30.000Z'))
  const due = jobs.find(({ name }) => name === 'segments.due')
  await due?.run(ctx, {} as never, { attempt: 1, signal: never })
  const after = await getSegment(ctx, made.id)
  assert.deepEqual([after.nextAt, after.refreshing], ['2026-01-06T22:00:00.000Z', true])
})

test('members are exported masked and within the own scope, with who took them on the sheet and in the audit', async (t) => {
  const { ctx, web, say, publish } = await bankWithCustomers(t)
  await say(web, is({ customer_no: '1' }, 'set', '2026-01-05 08:30', { name: '测试甲', mobile: '19900000001' }))
  const id = await publish('全部', 'aum >= 0')
  ctx.recorded.length = 0
  const sheet = (await (await exportMembers(ctx, id)).toArray()).join('')
  const lines = sheet.trim().split(/\r?\n/)
  assert.equal(lines.length, 7)
  assert.match(lines[0] ?? '', /全部.*test 2026-01-05T01:00/)
  assert.doesNotMatch(sheet, /测试甲|19900000001/)
  assert.deepEqual(
    ctx.recorded.map(({ action, after }) => [action, (after as { rows: number }).rows]),
    [['segments.member.export', 5]],
  )
})

test('rule 18: of many customers a sample is asked and says how far it may be off; then all are counted', async (t) => {
  const { ctx } = await bankWithCustomers(t)
  await ctx.facts.command({
    sql: `INSERT INTO customer (id, org, born, seen, version, deleted, a_aum)
          SELECT number + 1000, 'org_x', now64(3), now64(3), 1, 0, if(number % 4 = 0, 5000000, 100) FROM numbers(60000)`,
  })
  await ctx.facts.command({
    sql: `INSERT INTO customer (id, org, born, seen, version, deleted, a_aum)
          SELECT number + 1000, 'org_x', now64(3), now64(3), 2, 0, if(number % 4 = 0, 5000000, 100) FROM numbers(30000)`,
  })
  const rough = await estimate(ctx, { text: 'aum >= 50000' }, never)
  assert.equal(rough.exact, false)
  assert.ok(rough.low < rough.customers && rough.customers < rough.high)
  assert.ok(rough.low <= 15_001 && 15_001 <= rough.high, `${rough.low} to ${rough.high}`)
  const all = await estimate(ctx, { text: 'aum >= 50000', exact: true }, never)
  assert.deepEqual([all.customers, all.low, all.high, all.exact], [15_001, 15_001, 15_001, true])
  // Half of them were written again since: a row that is replaced is no customer.
  assert.equal(all.universe, 60_005)
})

test('an estimate nobody waits for any more is stopped', async (t) => {
  const { ctx } = await bankWithCustomers(t)
  const left = estimate(ctx, { text: 'aum >= 1', exact: true }, AbortSignal.abort())
  await assert.rejects(left, code('tags.not_waited_for'))
})

test('each condition and group of a rule is counted at its place, for a branch among its own customers', async (t) => {
  const { ctx, west, worksAt } = await bankWithCustomers(t)
  const schema = await ruleSchema(ctx)
  const { rule } = parseRule("aum >= 20000 and not (level = 'basic' or aum >= 50000)", schema)
  assert.ok(rule)
  const paths = ['body', 'body.items.0', 'body.items.1', 'body.items.1.item.items.0', 'body.items.1.item.items.1']
  const wrong = ['body.items.7', 'body.items.0.left', 'nowhere']
  const whole = await estimate(ctx, { rule, paths: [...paths, ...wrong] }, never)
  assert.deepEqual(
    whole.parts.map(({ path, customers }) => [path, customers]),
    [2, 4, 2, 2, 1].map((customers, i) => [paths[i], customers]),
  )
  const branch = await estimate(worksAt(west), { rule, paths }, never)
  assert.deepEqual([branch.universe, ...branch.parts.map(({ customers }) => customers)], [2, 1, 2, 1, 0, 1])
})

test('values of what events carry are those of the last 90 days', async (t) => {
  const { ctx } = await bankWithCustomers(t)
  const { event, name } = { event: 'buy', name: 'channel' }
  await createEvent(ctx, { name: event, zh: '购买' })
  await createProperty(ctx, { event, name, type: 'text' })
  const at = (days: number, value: string) => `(${days}, '${value}')`
  await ctx.facts.command({
    sql: `INSERT INTO event (event, time, customer, key, received, processed, source, props)
          SELECT {event:String}, {now:DateTime64(3)} - toIntervalDay(days), 1, generateUUIDv4(), now64(3), now64(3), 'x',
                 concat('{"', {name:String}, '":"', value, '"}')
          FROM values('days UInt16, value String', ${[at(1, 'a'), at(2, 'b'), at(3, 'b'), at(100, 'old')].join(', ')})`,
    params: { event, name, now: ctx.now },
  })
  assert.deepEqual((await valuesOf(ctx, { event, name })).items, [
    { value: 'b', rows: 2 },
    { value: 'a', rows: 1 },
  ])
})

test('values of a field are offered by how frequent they are, of the own customers, and never personal ones', async (t) => {
  const { ctx, west, web, say, worksAt } = await bankWithCustomers(t)
  await say(web, is({ customer_no: '1' }, 'set', '2026-01-05 08:30', { name: '测试甲' }))
  await followAll(ctx, feeds())
  const level = { entity: 'customer', name: 'level' }
  assert.deepEqual((await valuesOf(ctx, level)).items, [
    { value: 'gold', rows: 3 },
    { value: 'basic', rows: 2 },
  ])
  assert.deepEqual((await valuesOf(worksAt(west), level)).items, [{ value: 'gold', rows: 2 }])
  assert.deepEqual((await valuesOf(ctx, { entity: 'customer', name: 'aum' })).items, [])
  await assert.rejects(valuesOf(ctx, { entity: 'customer', name: 'name' }), code('tags.personal_field'))
  await assert.rejects(valuesOf(ctx, { entity: 'customer', name: 'nothing' }), code('tags.no_field'))
})

test('values of things that belong to nobody are offered to a branch too, those of others’ customers are not', async (t) => {
  const { ctx, west, worksAt } = await bankWithCustomers(t)
  const [others] = await ctx.facts.query<{ id: number }>({
    sql: 'SELECT id FROM customer FINAL WHERE org != {org:String} LIMIT 1',
    params: { org: west.id },
  })
  await ctx.facts.insert('entity_product', [{ id: 'P1', customer: 0, a_category: 'fund', version: 1 }])
  await ctx.facts.insert('entity_holding', [{ id: 'H1', customer: others?.id ?? 0, a_product_no: 'P1', version: 1 }])
  const branch = worksAt(west)
  const category = { entity: 'product', name: 'category' }
  assert.deepEqual((await valuesOf(branch, category)).items, [{ value: 'fund', rows: 1 }])
  const product = { entity: 'holding', name: 'product_no' }
  assert.deepEqual((await valuesOf(ctx, product)).items, [{ value: 'P1', rows: 1 }])
  assert.deepEqual((await valuesOf(branch, product)).items, [])
})
