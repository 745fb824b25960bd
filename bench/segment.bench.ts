import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Facts, openFacts } from '../src/platform/facts/facts.ts'
import { migrateFacts } from '../src/platform/facts/migrate.ts'
import { createLog } from '../src/platform/log.ts'
import { startTestClickhouse } from '../src/platform/testing/engines.ts'
import { homeZone } from '../src/platform/time/zone.ts'
import { type Asked, type Compiled, compileEstimate, compileRule } from '../src/sense/eql/compile/compile.ts'
import { testLayout } from '../src/sense/eql/compile/testing/randomBank.ts'
import type { Rule } from '../src/sense/eql/contract.ts'
import { parseRule } from '../src/sense/eql/eql.ts'
import { bank as schema } from '../src/sense/eql/testing/bank.ts'
import type { BenchOptions, BenchResult } from './run.ts'
import { byHand, makeBank, now } from './segment.data.ts'
import { refreshed } from './segment.refresh.ts'

const rounds = 3
const scopedRuns = 20

/**
 * Ten rules of a bank (src/sense/eql/examples/ten-rules.eql) for 10 million customers and 100 million events at scale 1: each
 * against what an expert writes for it by hand, in the same run and in turn, and with the same answer. Then the sampled
 * estimate of each, one customer in sixty-four; and each for five hundred customers. The best of three runs counts. At last two
 * hundred segments after one percent more events: all asked of everyone, and of those alone whose answer may be another.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const customers = Math.max(5_000, Math.round(10_000_000 * options.scale))
  const engine = await startTestClickhouse()
  const facts = await openFacts({ url: engine.url, database: 'segment', log: createLog('error') })
  try {
    await migrateFacts(facts)
    await makeBank(facts, schema, customers, customers * 10)
    options.log(`${customers} customers, ${customers * 10} events`)
    const measured = await measure(facts, customers, options)
    const kept = await refreshed(facts, { customers, events: customers * 10 }, options.log)
    Object.assign(measured.figures, {
      refresh_part_ms: kept.part_ms,
      refresh_asked: kept.asked,
      refresh_times_cheaper: kept.times,
    })
    Object.assign(measured.raw, { refresh_whole_ms: kept.whole_ms })
    return measured
  } finally {
    await facts.close()
    await engine.stop()
  }
}

async function measure(facts: Facts, customers: number, options: BenchOptions): Promise<BenchResult> {
  const figures: Record<string, number> = {}
  const raw: Record<string, number> = {}
  const ratio: Record<string, number> = {}
  const estimates: number[] = []
  const scoped: number[] = []
  for (const [i, text] of (await tenRules()).entries()) {
    const { rule, types, ok, issues } = parseRule(text, schema)
    if (rule === null || !ok) throw new Error(`rule ${i + 1}: ${issues[0]?.en}`)
    const layout = testLayout({ via: (entity) => (entity === 'customer' ? 'org_no' : 'product_no') }, schema)
    const asked: Asked = { schema, layout, types, now, zone: homeZone, scope: 'everyone' }
    const name = `rule_${i + 1}`
    const times = await compared(facts, compileRule(rule, asked), byHand[i] ?? '')
    figures[`${name}_ms`] = times.ours
    raw[`${name}_ms`] = times.theirs
    ratio[name] = Math.round((times.ours / times.theirs) * 100) / 100
    estimates.push(await timed(() => facts.query(compileEstimate([rule.body], asked, 64))))
    scoped.push(...(await scopedTimes(facts, rule, asked, customers)))
    options.log(
      `${name}: ${times.rows} customers, ${times.ours} ms, by hand ${times.theirs} ms, estimate ${estimates.at(-1)} ms`,
    )
  }
  scoped.sort((a, b) => a - b)
  return {
    bench: 'segment',
    scale: options.scale,
    figures: {
      ...figures,
      worst_ratio: Math.max(...Object.values(ratio)),
      estimate_ms: Math.max(...estimates),
      scoped_p50_ms: scoped[Math.floor(scoped.length / 2)] ?? 0,
      scoped_p99_ms: scoped[Math.ceil(scoped.length * 0.99) - 1] ?? 0,
    },
    raw,
    ratio,
  }
}

async function tenRules(): Promise<string[]> {
  const file = join(import.meta.dirname, '../src/sense/eql/examples/ten-rules.eql')
  return (await readFile(file, 'utf8')).split(/^---$/m)
}

/** The engine remembers which granules a condition left empty: the second of two runs would not be one. */
const unremembered = { use_query_condition_cache: 0 } as const

async function compared(facts: Facts, ours: Compiled, theirs: string) {
  const digest = (sql: string) => `SELECT count() AS rows, groupBitXor(cityHash64(customer)) AS mark FROM (${sql})`
  const statements = [
    { ...ours, sql: digest(ours.sql), settings: { ...ours.settings, ...unremembered }, timeoutMs: 600_000 },
    { sql: digest(theirs), settings: unremembered, timeoutMs: 600_000 },
  ]
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  const answers = new Set<string>()
  let rows = 0n
  for (let round = 0; round < rounds * 2; round++) {
    const which = round % 4 === 0 || round % 4 === 3 ? 0 : 1
    const statement = statements[which] ?? { sql: '' }
    const from = performance.now()
    const [answer] = await facts.query<{ rows: bigint; mark: bigint }>(statement)
    best[which] = Math.min(best[which] ?? 0, performance.now() - from)
    rows = answer?.rows ?? 0n
    answers.add(`${which === 0 ? 'the rule' : 'by hand'}: ${rows} ${answer?.mark}`)
  }
  if (new Set([...answers].map((answer) => answer.split(': ')[1])).size !== 1)
    throw new Error(`different answers: ${[...answers].join(', ')}\n${ours.sql}`)
  return { ours: Math.round(best[0] ?? 0), theirs: Math.round(best[1] ?? 0), rows }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    await work()
    best = Math.min(best, performance.now() - from)
  }
  return Math.round(best)
}

/** Other five hundred customers each time. */
async function scopedTimes(facts: Facts, rule: Rule, asked: Asked, customers: number): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round <= scopedRuns; round++) {
    const scope = Array.from({ length: 500 }, (_, i) => ((i * 7919 + round * 104_729) % customers) + 1)
    const from = performance.now()
    await facts.query(compileRule(rule, { ...asked, scope }))
    if (round > 0) times.push(Math.round((performance.now() - from) * 10) / 10)
  }
  return times
}
