import type { Facts, Statement } from '../../platform/facts/facts.ts'
import type { EqlType, Shares } from './contract.ts'
import { countOf, long } from './facts.ts'
import { columnOf } from './rules/value.ts'

// What the values of a tag look like.

const mostValues = 50
const bars = 20
const tenths = Array.from({ length: 9 }, (_, i) => (i + 1) / 10)

/** Distribution of a statement `SELECT customer, value`. */
export async function sharesOf(
  facts: Facts,
  source: Statement,
  type: EqlType,
  signal?: AbortSignal,
): Promise<{ covered: number; shares: Shares }> {
  return columnOf(type) === 'text' || type === 'list' || type === 'boolean'
    ? valueShares(facts, source, type, signal)
    : numberShares(facts, source, type, signal)
}

async function valueShares(facts: Facts, source: Statement, type: EqlType, signal: AbortSignal | undefined) {
  const each = type === 'list' ? 'arrayJoin(value)' : type === 'boolean' ? "if(value, 'true', 'false')" : 'value'
  const rows = await facts.query<{ one: string; n: bigint; different: bigint; whole: bigint }>({
    ...source,
    sql: `SELECT one, n, count() OVER () AS different, sum(n) OVER () AS whole
          FROM (SELECT ${each} AS one, count() AS n FROM (${source.sql}) GROUP BY one)
          ORDER BY n DESC, one LIMIT ${mostValues}`,
    timeoutMs: long,
    signal,
  })
  const values = rows.map(({ one, n }) => ({ value: one, count: Number(n) }))
  const shown = values.reduce((sum, { count }) => sum + count, 0)
  return {
    // Of lists each item is counted, and a customer once.
    covered: type === 'list' ? await countOf(facts, source, signal) : Number(rows[0]?.whole ?? 0n),
    shares: {
      of: 'values' as const,
      values,
      others: Number(rows[0]?.whole ?? 0n) - shown,
      distinct: Number(rows[0]?.different ?? 0n),
    },
  }
}

function plainNumber(type: EqlType): string {
  if (type === 'day') return "dateDiff('day', toDate32('1970-01-01'), value)"
  return type === 'time' ? 'toUnixTimestamp64Milli(value)' : 'value'
}

async function numberShares(facts: Facts, source: Statement, type: EqlType, signal: AbortSignal | undefined) {
  const numbers = `SELECT toFloat64(${plainNumber(type)}) AS x FROM (${source.sql})`
  const [row] = await facts.query<{ n: bigint; low: number; high: number; mean: number; q: number[] }>({
    ...source,
    sql: `SELECT count() AS n, min(x) AS low, max(x) AS high, avg(x) AS mean,
            quantilesExactInclusive(0.005, ${tenths.join(', ')}, 0.995)(x) AS q FROM (${numbers})`,
    timeoutMs: long,
    signal,
  })
  const covered = Number(row?.n ?? 0n)
  if (!row || covered === 0)
    return {
      covered: 0,
      shares: {
        of: 'numbers' as const,
        min: 0,
        max: 0,
        mean: 0,
        median: 0,
        edges: [],
        counts: [],
        deciles: [],
        tenths: [],
      },
    }
  // The outermost half of a hundredth stands in the first and last bar: one giant shall not flatten all others.
  const [from, until] = [row.q[0] ?? row.low, row.q.at(-1) ?? row.high]
  const whole = type !== 'number' && until - from < bars
  const step = whole ? 1 : (until - from) / bars || 1
  const count = whole ? Math.round(until - from) + 1 : until > from ? bars : 1
  const edges = Array.from({ length: count + 1 }, (_, i) => from + i * step)
  const deciles = row.q.slice(1, -1)
  return {
    covered,
    shares: {
      of: 'numbers' as const,
      ...{ min: row.low, max: row.high, mean: row.mean, median: row.q[5] ?? 0, edges, deciles },
      counts: await placesOf(facts, source, type, edges.slice(1, -1), signal),
      tenths: await placesOf(facts, source, type, deciles, signal),
    },
  }
}

/** How many numbers lie below the first cut, between each two, and from the last on. */
export async function placesOf(
  facts: Facts,
  source: Statement,
  type: EqlType,
  cuts: readonly number[],
  signal?: AbortSignal,
): Promise<number[]> {
  const rows = await facts.query<{ place: bigint | number; n: bigint }>({
    ...source,
    sql: `SELECT arrayCount(cut -> toFloat64(${plainNumber(type)}) >= cut, [${cuts.map(float).join(', ')}]::Array(Float64)) AS place,
            count() AS n FROM (${source.sql}) GROUP BY place`,
    timeoutMs: long,
    signal,
  })
  const counts = Array.from({ length: cuts.length + 1 }, () => 0)
  for (const { place, n } of rows) counts[Number(place)] = Number(n)
  return counts
}

/** Numbers that were computed, never words of a person. */
const float = (value: number) => (Number.isFinite(value) ? String(value) : '0')

/** Quantiles of type 7 (linear between the two nearest) of a statement `SELECT customer, value`. */
export async function quantilesOf(facts: Facts, source: Statement, bins: number): Promise<number[]> {
  const levels = Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins)
  const [row] = await facts.query<{ n: bigint; q: number[] }>({
    ...source,
    sql: `SELECT count() AS n, quantilesExactInclusive(${levels.join(', ')})(toFloat64(value)) AS q FROM (${source.sql})`,
    timeoutMs: long,
  })
  return row && row.n > 0n ? row.q : []
}
