import { startOf } from '../calendar.ts'
import { clamp } from '../chance.ts'
import {
  type Bank,
  type Contact,
  type ContactKind,
  type Effect,
  type OutcomeName,
  outcomeNames,
  type ResponseType,
  type Truth,
  type TruthOfCustomer,
  type TruthOfSegment,
} from '../contract.ts'
import { type Life, lifeOf, stateOn } from '../life.ts'
import { customerNo } from '../people/customer.ts'
import { effectAt } from './effect.ts'

// The truth about treatments that everyone could be given at ten in the morning of a day, with no contact before: for a file
// that the product never reads.

type Treatment = { treatment: string; kind: ContactKind; value: number | null }
const plain = (kind: ContactKind): Treatment => ({ treatment: kind, kind, value: null })
export const treatments: readonly Treatment[] = [
  ...(['sms', 'email', 'push', 'popup', 'wecom', 'call', 'placement'] as const).map(plain),
  ...[5, 10, 20, 50, 100, 200].map((value): Treatment => ({ treatment: `coupon-${value}`, kind: 'coupon', value })),
]
/** What the types are told by: an ordinary campaign. */
const reference = 'coupon-50'
const referenceAt = treatments.findIndex(({ treatment }) => treatment === reference)

const contactOf = (bank: Bank, customer: number, day: number, { treatment, kind, value }: Treatment): Contact => ({
  id: `truth-${treatment}`,
  customer,
  kind,
  at: startOf(bank.options.from, day) + 10 * 3_600_000,
  ...(value !== null && { value }),
  earlier: [],
})

/** Named by what moves him: cuts through smooth quantities, at which no more than a name changes. */
export function typeOf(without: number, effect: number): ResponseType {
  if (without >= 0.004 && effect < -0.05 * without) return 'do-not-disturb'
  if (effect >= 0.02) return 'persuadable'
  return without >= 0.06 ? 'sure-thing' : 'lost-cause'
}

function* livesOn(bank: Bank, day: number): Iterable<Life> {
  for (let index = 0; index < bank.options.customers; index++) {
    const life = lifeOf(bank.options, index, day)
    if (day >= life.person.opened && stateOn(life, day) !== 'left') yield life
  }
}

export function* truthOfCustomers(bank: Bank, day = bank.options.days - 1): Iterable<TruthOfCustomer> {
  for (const life of livesOn(bank, day)) {
    const { person } = life
    const effects: Record<string, number[]> = {}
    let without = 0
    let told = 0
    for (const [i, treatment] of treatments.entries()) {
      const effect = effectAt(bank, life, contactOf(bank, person.index, day, treatment))
      effects[treatment.treatment] = changesOf(effect).map(round)
      without = effect.bought.without
      if (i === referenceAt) told = effect.bought.with - without
    }
    const { digital, priceSensitivity, trust, irritability, appetite } = person
    yield {
      customer: customerNo(person.index),
      type: typeOf(without, told),
      traits: { digital, priceSensitivity, trust, irritability, appetite },
      effects,
    }
  }
}

/** In the order of `outcomeNames`. */
function changesOf(effect: Effect): number[] {
  const change = {
    ...effect,
    opened: { without: 0, with: effect.opened },
    clicked: { without: 0, with: effect.clicked },
  }
  return outcomeNames.map((name) => (name === 'aum' ? effect.aum : change[name].with - change[name].without))
}

const round = (p: number) => Math.round(p * 1e6) / 1e6

/** Segments that a bank can see, for its campaigns are cut along them. */
function segmentsOf({ person }: Life): string[] {
  const age = clamp(Math.floor(person.age / 10) * 10, 20, 70)
  const money =
    person.wealth < 1000 ? '<1k' : person.wealth < 50_000 ? '1k-50k' : person.wealth < 500_000 ? '50k-500k' : '>500k'
  return ['all', `age:${age}`, `wealth:${money}`, `pay:${person.payDay > 0 ? 'here' : 'elsewhere'}`]
}

type Sum = { customers: number; without: number; with: number; changes: number[] }
const emptySum = (): Sum => ({ customers: 0, without: 0, with: 0, changes: outcomeNames.map(() => 0) })

export function truthOf(bank: Bank, day = bank.options.days - 1): Truth {
  const sums = treatments.map(() => new Map<string, Sum>())
  const types: Record<ResponseType, number> = { persuadable: 0, 'sure-thing': 0, 'lost-cause': 0, 'do-not-disturb': 0 }
  for (const life of livesOn(bank, day)) {
    const effects = treatments.map((one) => effectAt(bank, life, contactOf(bank, life.person.index, day, one)))
    const told = effects[referenceAt]?.bought ?? { without: 0, with: 0 }
    const type = typeOf(told.without, told.with - told.without)
    types[type]++
    const segments = [...segmentsOf(life), `type:${type}`]
    for (const [i, effect] of effects.entries()) {
      const changes = changesOf(effect)
      for (const segment of segments) {
        const sum = sums[i]?.get(segment) ?? emptySum()
        sums[i]?.set(segment, sum)
        sum.customers++
        sum.without += effect.bought.without
        sum.with += effect.bought.with
        sum.changes = sum.changes.map((before, of) => before + (changes[of] ?? 0))
      }
    }
  }
  return {
    options: bank.options,
    day,
    types,
    treatments: treatments.map((treatment, i) => {
      const segments = [...(sums[i] ?? [])].map(([segment, sum]) => meansOf(segment, sum)).sort(bySegment)
      const average = segments.find(({ segment }) => segment === 'all') ?? meansOf('all', emptySum())
      return { ...treatment, average, segments: segments.filter(({ segment }) => segment !== 'all') }
    }),
  }
}

const bySegment = (a: TruthOfSegment, b: TruthOfSegment) => (a.segment < b.segment ? -1 : 1)

function meansOf(segment: string, sum: Sum): TruthOfSegment {
  const n = Math.max(1, sum.customers)
  return {
    segment,
    customers: sum.customers,
    without: round(sum.without / n),
    with: round(sum.with / n),
    effect: round((sum.with - sum.without) / n),
    effects: Object.fromEntries(outcomeNames.map((name, of) => [name, round((sum.changes[of] ?? 0) / n)])) as Record<
      OutcomeName,
      number
    >,
  }
}
