import { hash } from 'node:crypto'

/** A number of 0 to 1 that belongs to these words for good: the same message has the same fate in every run of a seed. */
export function luckOf(seed: number, ...words: (string | number)[]): number {
  return Number.parseInt(hash('sha256', [seed, ...words].join('\0'), 'hex').slice(0, 12), 16) / 16 ** 12
}

/** A delay around a median, with the long tail that networks have. */
export function delayOf(luck: number, medianMs: number, tail = 1): number {
  const even = Math.min(0.9999, Math.max(0.0001, luck))
  return Math.round(medianMs * (even / (1 - even)) ** (0.6 * tail))
}
