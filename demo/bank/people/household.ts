import { chanceOf, purpose, weighted } from '../chance.ts'

// Customers of one family stand side by side: every four numbers are cut into households in one of a few ways, so that a
// customer's family is known from his number alone.

/** Sizes of the households of four neighbours, and how often. A bank seldom has the whole family. */
const cuts = [
  [[1, 1, 1, 1], 0.42],
  [[2, 1, 1], 0.28],
  [[2, 2], 0.12],
  [[1, 3], 0.12],
  [[4], 0.06],
] as const
const weights = cuts.map(([, weight]) => weight)

/** A household is called by its first customer. */
export function placeInHousehold(seed: number, index: number): { household: number; place: number } {
  const block = index - (index % 4)
  const sizes = cuts[weighted(chanceOf(seed, block, purpose.household), weights)]?.[0] ?? [1, 1, 1, 1]
  let first = block
  for (const size of sizes) {
    if (index < first + size) return { household: first, place: index - first }
    first += size
  }
  return { household: index, place: 0 }
}

export function membersOf(seed: number, customers: number, index: number): number[] {
  const { household } = placeInHousehold(seed, index)
  const members: number[] = []
  for (let other = household; other < household + 4 && other < customers; other++)
    if (placeInHousehold(seed, other).household === household) members.push(other)
  return members
}
