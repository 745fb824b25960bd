// Chance that is a function of who and what, so that any day of any customer can be made alone and in any order.
//
// The generator is sfc32 of Chris Doty-Humphrey's PractRand (public domain): 128 bits of state, of which one word is a
// counter; he recommends to throw the first results away after seeding. Here seed, who and what are its three words, so
// two different questions never share a stream.

/** The next number of a stream, in [0, 1). */
export type Chance = () => number

/** What a stream is asked for. A number once given stays: changing one changes every bank. */
export const purpose = {
  person: 1,
  traits: 2,
  wealth: 3,
  words: 4,
  devices: 5,
  household: 6,
  start: 7,
  life: 8,
  purchase: 9,
  mood: 10,
  visits: 11,
  card: 12,
  salary: 13,
  counter: 14,
  complaint: 15,
  money: 16,
  contact: 17,
  effect: 18,
  friends: 19,
  bank: 20,
  dirty: 21,
} as const

export type Purpose = (typeof purpose)[keyof typeof purpose]

const warmUp = 12

export function streamOf(seed: number, who: number, what: Purpose, n = 0): Chance {
  let a = seed | 0
  let b = who | 0
  let c = ((what << 24) ^ (n & 0xffffff)) | 0
  let d = 1
  const next = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < warmUp; i++) next()
  return next
}

/** The first number of a stream, without making one: lives ask for it once a day. */
export function chanceOf(seed: number, who: number, what: Purpose, n = 0): number {
  let a = seed | 0
  let b = who | 0
  let c = ((what << 24) ^ (n & 0xffffff)) | 0
  let t = 0
  for (let d = 1; d <= warmUp + 1; d++) {
    t = (((a + b) | 0) + d) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
  }
  return (t >>> 0) / 4294967296
}

/** Standard normal, by Box and Muller (1958). */
export function normal(next: Chance): number {
  const radius = Math.sqrt(-2 * Math.log(1 - next()))
  return radius * Math.cos(2 * Math.PI * next())
}

/** How many times something of this mean happens: Knuth's product of uniforms, for small means. */
export function poisson(next: Chance, mean: number): number {
  const floor = Math.exp(-mean)
  let product = next()
  let count = 0
  while (product > floor && count < 50) {
    product *= next()
    count++
  }
  return count
}

/** The index that a share of the whole falls on. */
export function weighted(share: number, weights: readonly number[]): number {
  let total = 0
  for (const weight of weights) total += weight
  let left = share * total
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i] ?? 0
    if (left < 0) return i
  }
  return weights.length - 1
}

export function one<T>(next: Chance, of: readonly T[]): T {
  return of[Math.floor(next() * of.length)] as T
}

export const between = (next: Chance, low: number, high: number) => low + (high - low) * next()
export const logistic = (x: number) => 1 / (1 + Math.exp(-x))
export const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x))
/** Yuan with two places. */
export const yuan = (x: number) => Math.round(x * 100) / 100

/** A number of a text, for contacts that are named by others: FNV-1a (Fowler, Noll, Vo). */
export function numberOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash | 0
}
