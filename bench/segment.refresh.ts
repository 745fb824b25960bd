import type { Facts } from '../src/platform/facts/facts.ts'
import { homeZone } from '../src/platform/time/zone.ts'
import { touchedSql } from '../src/sense/customers/customers.ts'
import { testLayout } from '../src/sense/eql/compile/testing/randomBank.ts'
import type { Expr, Rule, Types } from '../src/sense/eql/contract.ts'
import {
  type Asked,
  compileDecay,
  compileRule,
  compileTogether,
  type Decay,
  decayOf,
  parseRule,
  referencesOf,
} from '../src/sense/eql/eql.ts'
import { bank as schema } from '../src/sense/eql/testing/bank.ts'
import { keepSnapshot } from '../src/sense/segments/facts.ts'
import { dropScope, keepAnswers, keepScope, scopeSubset } from '../src/sense/segments/partFacts.ts'
import { alike, readingOf } from '../src/sense/segments/reading.ts'
import { addEvents, now } from './segment.data.ts'

/** Two hundred segments as a bank has them: what a customer has, did, did not do, and will soon have. */
function texts(): string[] {
  const found: string[] = []
  for (let i = 0; i < 20; i++) {
    const [days, amount] = [[7, 14, 30][i % 3] ?? 7, 100 * (1 + (i % 7))]
    found.push(
      `aum >= ${10_000 * (i + 1)} and level in ('gold', 'platinum')`,
      `did(app_open, last ${days} days) and aum >= ${5000 * (i + 1)}`,
      `not did(app_open, last ${days * 3} days) and city = '${['上海', '北京', '深圳', '成都', '西安'][i % 5]}'`,
      `count(fund_buy where amount > ${amount}, last ${days} days) >= ${1 + (i % 3)}`,
      `sum(amount of transfer_out, last ${days} days) >= ${amount * 50}`,
      `any(holdings where product.category = 'deposit' and matures_on within next ${days} days and balance >= ${amount})`,
      `days since opened_on >= ${180 + 30 * i} and not employee`,
      `anniversary(birthday) within next ${1 + i} days`,
      `sequence(product_view where seconds >= ${10 * (i + 1)} -> fund_buy, by product_no, within 1 days, last ${days} days)`,
      `did(risk_assess, this month) and count(product_view, last ${days} days) >= ${2 + (i % 4)}`,
    )
  }
  return found
}

type One = { id: string; rule: Rule; types: Types; decay: Decay }

const signal = new AbortController().signal
const inOne = 25

/**
 * Two hundred segments after one percent more events than there were (a day and a half of the bank): each asked again of everyone,
 * as by itself; all asked again of those alone whose answer may be another; and the same answers of both.
 */
export async function refreshed(
  facts: Facts,
  size: { customers: number; events: number },
  log: (line: string) => void,
) {
  const layout = testLayout({ via: (entity) => (entity === 'customer' ? 'org_no' : 'product_no') }, schema)
  const segments = texts().map((text, i): One => {
    const { rule, types, ok, issues } = parseRule(text, schema)
    if (rule === null || !ok) throw new Error(`${text}: ${issues[0]?.en}`)
    return { id: `seg_${i}`, rule, types, decay: decayOf(rule.body, { types, zone: homeZone }) }
  })
  const askedAt = (types: Types, at: Date): Asked => ({
    schema,
    layout,
    types,
    now: at,
    zone: homeZone,
    scope: 'everyone',
  })
  const whole = async (at: Date, as: string) => {
    const from = performance.now()
    for (const { id, rule, types } of segments)
      await keepSnapshot(facts, { segment: id, snapshot: as }, compileRule(rule, askedAt(types, at)), null, signal)
    return performance.now() - from
  }
  await whole(now, 'before')
  const more = Math.round(size.events / 100)
  await addEvents(facts, size.events, more, size)
  const later = new Date(now.getTime() + Math.round((152 * 86_400_000) / 100))
  const all = await whole(later, 'whole')

  const from = performance.now()
  let [most, statements] = [0, 0]
  const groups = alike(segments, ({ rule, decay }) => ({ references: referencesOf(rule, schema), decay }))
  const chunks = Array.from({ length: Math.ceil(groups.length / inOne) }, (_, i) =>
    groups.slice(i * inOne, (i + 1) * inOne),
  )
  for (const [i, some] of chunks.entries()) {
    const types = new Map<Expr, never>()
    for (const one of some) for (const [node, type] of one.types) types.set(node, type as never)
    const asked = askedAt(types, later)
    const via = (entity: string) => (entity === 'customer' ? 'org_no' : 'product_no')
    const reads = readingOf(
      some.map(({ rule }) => referencesOf(rule, schema)),
      { schema, via },
    )
    const byTime = compileDecay(
      some.map(({ decay }) => decay),
      asked,
      now,
    )
    const touched = touchedSql({ processed: now, version: 2n, generation: '' }, reads)
    const scope = `scope_${i}`
    const customers = await keepScope(facts, scope, byTime ? [touched, byTime] : [touched], signal)
    most = Math.max(most, customers)
    const together = compileTogether(
      some.map(({ rule }) => rule.body),
      { ...asked, scope: scopeSubset(scope) },
      'bitmap',
    )
    const kept = some.map(({ id }) => ({ segment: id, snapshot: 'part', base: 'before', within: null }))
    await keepAnswers(facts, kept, together, scope, signal)
    await dropScope(facts, scope)
    statements += 4
  }
  const part = performance.now() - from
  await mustBeEqual(facts)
  const moved = await movedIn(facts)
  log(
    `${segments.length} segments after ${more} more events: everyone ${Math.round(all)} ms, some ${Math.round(part)} ms in ${statements} statements, at most ${most} of ${size.customers} customers asked, ${moved} answers moved`,
  )
  return {
    whole_ms: Math.round(all),
    part_ms: Math.round(part),
    asked: most,
    times: Math.round((all / part) * 10) / 10,
  }
}

async function mustBeEqual(facts: Facts): Promise<void> {
  const rows = await facts.query<{ segment: string }>({
    sql: `SELECT segment FROM (
            SELECT segment, snapshot, groupBitmapMergeState(members) AS members FROM segment_snapshot
            WHERE snapshot IN ('whole', 'part') GROUP BY segment, snapshot) GROUP BY segment
          HAVING count() <> 2 OR bitmapXorCardinality(anyIf(members, snapshot = 'whole'), anyIf(members, snapshot = 'part')) <> 0`,
  })
  if (rows.length > 0) throw new Error(`other answers: ${rows.map(({ segment }) => segment).join(', ')}`)
}

async function movedIn(facts: Facts): Promise<number> {
  const [row] = await facts.query<{ n: bigint }>({
    sql: `SELECT countIf(x > 0) AS n FROM (
            SELECT segment, bitmapXorCardinality(anyIf(members, snapshot = 'before'), anyIf(members, snapshot = 'part')) AS x
            FROM (SELECT segment, snapshot, groupBitmapMergeState(members) AS members FROM segment_snapshot GROUP BY segment, snapshot)
            GROUP BY segment)`,
  })
  return Number(row?.n ?? 0n)
}
