import { chanceOf, purpose } from '../chance.ts'
import type { Bank } from '../contract.ts'
import { membersOf } from '../people/household.ts'
import { type Person, personOf } from '../people/person.ts'

/** Whom a person talks to: the family, and some of the same city and of like age, always the same ones. */
export function circleOf(bank: Bank, person: Person): number[] {
  const { options } = bank
  const circle = new Set(membersOf(options.seed, options.customers, person.index))
  for (let n = 0; n < 40 && circle.size < 9; n++) {
    const other = Math.floor(chanceOf(options.seed, person.index, purpose.friends, n) * options.customers)
    const friend = personOf(options, other)
    if (friend.city === person.city && Math.abs(friend.age - person.age) < 12) circle.add(other)
  }
  circle.delete(person.index)
  return [...circle]
}

/** Word of mouth: who trusts the bank and lives with his phone tells more, family before friends. */
export function friendsOf(bank: Bank, person: Person, draw: (what: number) => number): number[] {
  const tells = 0.16 * (0.2 + person.trust) * (0.3 + person.digital)
  return circleOf(bank, person).filter((_, n) => draw(8 + n) < tells / (1 + 0.3 * n))
}
