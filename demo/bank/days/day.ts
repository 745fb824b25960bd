import type { Bank, DemoEvent } from '../contract.ts'
import type { Life } from '../life.ts'
import { counter } from './branch.ts'
import { card } from './card.ts'
import { movements, salary } from './money.ts'
import { purchases } from './purchases.ts'
import { type Draft, type Scene, sceneOf } from './scene.ts'
import { visits } from './visits.ts'

/** A new kind of behaviour is one file and one line here. */
const behaviours: readonly ((scene: Scene) => void)[] = [counter, salary, movements, purchases, visits, card]

/** A day of a customer whose life has been played to that day or beyond. */
export function dayOfLife(bank: Bank, life: Life, day: number): DemoEvent[] {
  if (day < life.person.opened) return []
  const scene = sceneOf(bank, life, day)
  for (const behave of behaviours) behave(scene)
  return finished(bank, life.person.index, scene.day, scene.events)
}

/** In the order of time, named by their place: the same day has the same names. */
export function finished(bank: Bank, index: number, day: number, events: readonly Draft[], mark = ''): DemoEvent[] {
  return [...events]
    .sort((a, b) => a.at - b.at)
    .map((event, n) => ({ id: `${bank.options.seed}-${index}-${day}-${mark}${n}`, customer: index, ...event }))
}
