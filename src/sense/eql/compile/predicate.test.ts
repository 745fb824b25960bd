import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { testCtx } from '../../../platform/testing/testing.ts'
import { homeZone } from '../../../platform/time/zone.ts'
import type { EqlType, EventsNode, Expr, Rule } from '../contract.ts'
import { checkRule, formatRule, parseRule } from '../eql.ts'
import { bank as schema } from '../testing/bank.ts'
import { randomRule } from '../testing/random.ts'
import { compileCount, compileRule } from './compile.ts'
import { propertySql } from './layout.ts'
import { compilePredicate, propertyValue } from './predicate.ts'
import { asked, fillBank, literalsOf, makeTables, randomBank, testLayout } from './testing/randomBank.ts'

const params = { min: 100_000n, levels: ['gold', 'private'], times: 2 }

/** Conditions of events out of random rules: what stands behind `where` of something that was done. */
function conditionsOf(expr: Expr): EventsNode[] {
  if (expr.kind === 'and' || expr.kind === 'or') return expr.items.flatMap(conditionsOf)
  if (expr.kind === 'not') return conditionsOf(expr.item)
  if (expr.kind === 'compare') return [...conditionsOf(expr.left), ...conditionsOf(expr.right)]
  return expr.kind === 'events' && expr.where !== null ? [expr] : []
}

test('a condition of the event in hand says the same as the statement over stored events (rule 13)', async (t) => {
  const { facts } = await testCtx(t, { facts: true })
  await makeTables(facts, schema)
  const [bank] = fc.sample(randomBank(schema), { seed: 11, numRuns: 1 })
  assert.ok(bank)
  const lone = { ...bank, alias: [] }
  await fillBank(facts, lone, schema)
  const rules = fc.sample(randomRule(schema, { depth: 3, literals: literalsOf }), { seed: 11, numRuns: 400 })
  let seen = 0
  for (const node of rules.flatMap(({ body }) => conditionsOf(body))) {
    const { where, events } = node
    if (where === null) continue
    const rule: Rule = {
      eql: 1,
      body: { kind: 'events', fn: 'did', events, of: null, where, window: { kind: 'ever' }, k: null },
    }
    const { types, ok } = checkRule(rule, schema)
    if (!ok) continue
    const matches = compilePredicate(where, { types, zone: homeZone, params })
    const own = lone.events.filter(
      ({ event, time }) => (events.length === 0 || events.includes(event)) && time < asked.getTime(),
    )
    const found = own.filter((one) => matches({ ...one, time: new Date(one.time) }, asked))
    const customers = new Set(lone.customers.map(({ id }) => id))
    const expected = new Set(found.map(({ customer }) => customer).filter((id) => customers.has(id)))
    const statement = compileRule(rule, {
      ...{ schema, layout: testLayout(lone, schema), types, now: asked, zone: homeZone, params },
      ...{ scope: 'everyone', limits: { threads: 1 } },
    })
    const rows = await facts.query<{ customer: number }>(statement)
    const told = rows.map(({ customer }) => customer).sort((a, b) => a - b)
    assert.deepEqual(
      told,
      [...expected].sort((a, b) => a - b),
      formatRule(rule),
    )
    seen++
  }
  assert.ok(seen > 20, `${seen} conditions`)
})

const hostile = "') OR 1=1 -- \\' {p0:String} `;"

test('nothing of a rule stands in the text of its statement but numbers of its own', async (t) => {
  const { facts } = await testCtx(t, { facts: true })
  await makeTables(facts, schema)
  const quoted = hostile.replaceAll("'", "''")
  const { rule, types, ok, issues } = parseRule(
    `city = '${quoted}' and did(product_view where channel contains '${quoted}', ever) and not in segment "salary customers"`,
    schema,
  )
  assert.ok(rule && ok, issues[0]?.en)
  const statement = compileCount(rule, {
    ...{ schema, layout: testLayout({ via: () => 'product_no' }, schema), types },
    ...{ now: asked, zone: homeZone, scope: 'everyone' },
  })
  assert.ok(!statement.sql.includes('1=1'))
  const [row] = await facts.query<{ customers: bigint }>(statement)
  assert.equal(row?.customers, 0n)
})

test('ten thousand items in a list are one value of the statement', async (t) => {
  const { facts } = await testCtx(t, { facts: true })
  await makeTables(facts, schema)
  const items = Array.from({ length: 10_000 }, (_, i) => ({ kind: 'text' as const, value: `city ${i}` }))
  const rule: Rule = {
    eql: 1,
    body: { kind: 'in', value: { kind: 'field', path: ['city'] }, list: { kind: 'list', items } },
  }
  const { types } = checkRule(rule, schema)
  const statement = compileCount(rule, {
    ...{ schema, layout: testLayout({ via: () => 'product_no' }, schema), types },
    ...{ now: asked, zone: homeZone, scope: 'everyone' },
  })
  assert.ok(statement.sql.length < 500)
  const [row] = await facts.query<{ customers: bigint }>(statement)
  assert.equal(row?.customers, 0n)
})

test('a property is read by its type: money also from digits, a time without a zone on the bank’s clock, else it is missing', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  const table: [unknown, EqlType, unknown][] = [
    [1050, 'money', 1050],
    ['1050', 'money', 1050],
    ['9007199254740993', 'money', undefined],
    ['10.5', 'money', undefined],
    ['1050', 'integer', undefined],
    ['2026-01-05 09:00', 'time', Date.UTC(2026, 0, 5, 1)],
    ['2026-01-05T09:00:00.500Z', 'time', Date.UTC(2026, 0, 5, 9, 0, 0, 500)],
    ['2026-01-05T09:00:00+08:00', 'time', Date.UTC(2026, 0, 5, 1)],
    ['2026-02-30 09:00', 'time', undefined],
    ['Jan 5, 2026', 'time', undefined],
    ['2026-01-05', 'time', undefined],
  ]
  const at = ctx.now.toISOString()
  const event = { event: 'e', time: at, received: at, processed: at, source: 's' }
  const rows = table.map(([value], i) => ({ ...event, customer: i, key: crypto.randomUUID(), props: { v: value } }))
  await ctx.facts.insert('event', rows)
  for (const [i, [value, type, read]] of table.entries()) {
    assert.equal(propertyValue(value, type), read, `${value} as ${type}`)
    const [row] = await ctx.facts.query<{ v: unknown }>({
      sql: `SELECT ${type === 'time' ? `toUnixTimestamp64Milli(${propertySql('v', type)})` : propertySql('v', type)} AS v
            FROM event WHERE customer = {i:UInt32}`,
      params: { i },
    })
    const safe = row?.v === null || !Number.isSafeInteger(Number(row?.v)) ? undefined : Number(row?.v)
    assert.equal(safe, read, `${value} as ${type}, in the statement`)
  }
})
