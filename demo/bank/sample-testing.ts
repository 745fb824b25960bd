import { createHash } from 'node:crypto'
import { historyOf, makeBank } from './bank.ts'
import type { Bank, DemoEvent } from './contract.ts'

/** A bank that tests look at: 120 days of summer and autumn with the National Day in them. */
export const sample: Bank = makeBank({ seed: 7, customers: 4000, from: '2025-07-01', days: 120 })

let played: DemoEvent[] | undefined
/** All its events, customer by customer. */
export function history(): DemoEvent[] {
  if (played) return played
  played = []
  for (let index = 0; index < sample.options.customers; index++)
    for (const event of historyOf(sample, index, 0, 120)) played.push(event)
  return played
}

export const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex')
export const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

export function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)]
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, one, i) => sum + (one - mx) * ((y[i] ?? 0) - my), 0)
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb))
}

/** The share of the whole that the greatest `part` of them hold. */
export function topShare(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => b - a)
  const total = sorted.reduce((sum, one) => sum + one, 0)
  return sorted.slice(0, Math.round(sorted.length * part)).reduce((sum, one) => sum + one, 0) / total
}

export const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
