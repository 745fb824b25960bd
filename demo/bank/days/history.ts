import type { Bank, DemoEvent } from '../contract.ts'
import { type Life, lifeOf, playTo } from '../life.ts'
import { dayOfLife } from './day.ts'

export const eventsOfCustomer = (bank: Bank, index: number, day: number): DemoEvent[] =>
  dayOfLife(bank, lifeOf(bank.options, index, day), day)

/** All days of a customer from one life: the cheap way to the history of a great bank. `until` is not included. */
export function* historyOf(bank: Bank, index: number, since: number, until: number): Iterable<DemoEvent> {
  const life = lifeOf(bank.options, index, -1)
  for (let day = 0; day < until; day++) {
    playTo(bank.options, life, day)
    if (day >= since) yield* dayOfLife(bank, life, day)
  }
}

/** Up to so many lives are kept, about a kilobyte each, so that the next day goes on where the last one ended. */
const keptLives = 200_000
const kept = new WeakMap<Bank, Map<number, Life>>()

/** A day looks back only, so a life that was played further gives the same day. */
export function* eventsOf(bank: Bank, day: number): Iterable<DemoEvent> {
  let lives = kept.get(bank)
  if (!lives) kept.set(bank, (lives = new Map()))
  for (let index = 0; index < bank.options.customers; index++) {
    let life = lives.get(index)
    if (!life) {
      life = lifeOf(bank.options, index, day)
      if (lives.size < keptLives) lives.set(index, life)
    }
    playTo(bank.options, life, day)
    yield* dayOfLife(bank, life, day)
  }
}
