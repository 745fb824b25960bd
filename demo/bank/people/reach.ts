import { chanceOf, purpose } from '../chance.ts'
import type { ContactKind, Reach } from '../contract.ts'
import type { Person } from './person.ts'

/** A trait of a customer that hangs on nothing else of him: one number each. */
export const shareOf = (seed: number, index: number, n: number) => chanceOf(seed, index, purpose.devices, n)

export function goesDigital(seed: number, person: Person): boolean {
  return shareOf(seed, person.index, 1) < 0.3 + 0.65 * person.digital
}

export const hasEmail = (seed: number, person: Person) => shareOf(seed, person.index, 40) < 0.25 + 0.4 * person.digital

export function reachOf(seed: number, person: Person): Reach {
  const { index, trust, keeper } = person
  const share = (n: number) => shareOf(seed, index, n)
  return {
    sms: share(41) < 0.96,
    email: hasEmail(seed, person) && share(42) < 0.9,
    push: goesDigital(seed, person) && share(43) < 0.25 + 0.6 * trust,
    wecom: share(44) < (keeper < 0 ? 0.08 : 0.6) * (0.5 + trust),
    call: share(45) < 0.7 + 0.2 * trust,
  }
}

/** Whether a contact of this kind can come to him at all; what is shown in the app is seen by who is there. */
export function isReached(seed: number, person: Person, kind: ContactKind): boolean {
  const reach = reachOf(seed, person)
  return kind in reach ? reach[kind as keyof Reach] : kind === 'coupon' || goesDigital(seed, person)
}
