import { daysSincePay, works } from '../calendar.ts'
import { type Chance, normal, purpose, streamOf, weighted } from '../chance.ts'
import type { Scene } from './scene.ts'

/** How lively a customer's phone is on a day, against his own mean: week, holidays, pay, mood. */
export function visitsOn(scene: Scene): number {
  const { date, person, day, bank } = scene
  const week = works(date) ? 1.08 : date.kind === 'holiday' ? 0.58 : 0.82
  const paid = person.payDay > 0 ? daysSincePay(bank.options.from, day, person.payDay) : 9
  const pay = paid === 0 ? 2.2 : paid === 1 ? 1.5 : 1
  const festival = date.festival ? 1.12 : 1
  const growth = 1 + 0.0005 * day
  return person.visits * week * pay * festival * growth * moodOf(bank.options.seed, person.index, day)
}

/**
 * A customer's interest of these weeks: lognormal of mean 1 at every tenth day (shifted from person to person), straight in
 * between. So his days resemble one another, and no day needs the day before.
 */
export function moodOf(seed: number, index: number, day: number): number {
  const place = (day + 4000 + (index % 10)) / 10
  const first = Math.floor(place)
  const a = normal(streamOf(seed, index, purpose.mood, first))
  const b = normal(streamOf(seed, index, purpose.mood, first + 1))
  const mixed = a + (b - a) * (place - first)
  return Math.exp(0.95 * mixed - 0.3)
}

/** Seconds of the day at which something of the evening's, noon's, morning's kind happens. */
export function secondsAt(next: Chance, hours: readonly number[]): number {
  const hour = weighted(next(), hours)
  return hour * 3600 + Math.floor(next() * 3600)
}

/** When shops are open and full. */
export const shopHours = [0, 0, 0, 0, 0, 0, 1, 4, 5, 4, 5, 8, 9, 6, 4, 4, 5, 7, 10, 10, 8, 5, 2, 1]
/** A branch opens at nine and closes at five, and is full in the morning. */
export const branchHours = [0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 10, 7, 3, 4, 7, 6, 4, 0, 0, 0, 0, 0, 0, 0]
/** Batches of the core system. */
export const batchHours = [0, 3, 8, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
