import type { Shares } from '../contract.ts'

/**
 * Population stability index between two distributions over the same places (Siddiqi, Credit Risk Scorecards, 2006): below 0.1
 * nothing has changed, above 0.25 the population is another. A place that is empty on one side counts as half a customer.
 */
export function stability(before: readonly number[], after: readonly number[]): number | null {
  const [all, now] = [sum(before), sum(after)]
  if (all === 0 || now === 0) return null
  let index = 0
  for (const [i, count] of before.entries()) {
    const other = after[i] ?? 0
    if (count === 0 && other === 0) continue
    const expected = Math.max(count, 0.5) / all
    const actual = Math.max(other, 0.5) / now
    index += (actual - expected) * Math.log(actual / expected)
  }
  return index
}

type Values = Extract<Shares, { of: 'values' }>

/** Of values: who has none is a place of its own, so a loss of coverage is drift too. */
export function valuesDrift(
  before: { shares: Values; none: number },
  after: { shares: Values; none: number },
): number | null {
  const names = new Set([...before.shares.values, ...after.shares.values].map(({ value }) => value))
  const countsOf = ({ shares, none }: { shares: Values; none: number }) => {
    const known = new Map(shares.values.map(({ value, count }) => [value, count]))
    return [...[...names].map((name) => known.get(name) ?? 0), shares.others, none]
  }
  return stability(countsOf(before), countsOf(after))
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, one) => all + one, 0)
}
