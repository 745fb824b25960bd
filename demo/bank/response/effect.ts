import { dayOf, hourOf } from '../calendar.ts'
import { clamp, logistic } from '../chance.ts'
import type { Bank, Contact, Effect } from '../contract.ts'
import { moodOf } from '../days/rhythm.ts'
import { hazardOf, type Life, lifeOf, maturedLately, outflowOf, stateOn } from '../life.ts'
import { attentionOf } from '../people/attention.ts'
import type { Person } from '../people/person.ts'
import { goesDigital, isReached } from '../people/reach.ts'
import { productNamed } from '../products.ts'
import { kinds, suits } from './kinds.ts'

// The truth about one contact: probabilities without and with it. `respond` draws from exactly these, with the same draw on
// both sides (common random numbers), so an effect that is measured on many tends to the one that stands here.

export const windowDays = 14

/** `days` at most windowDays: what comes later is nobody's effect. */
export function effectOf(bank: Bank, contact: Contact, days = windowDays): Effect {
  return effectAt(bank, lifeOf(bank.options, contact.customer, dayOf(bank.options.from, contact.at)), contact, days)
}

/** For a life played to the day of the contact, not beyond. */
export function effectAt(bank: Bank, life: Life, contact: Contact, asked = windowDays): Effect {
  const days = Math.min(asked, windowDays)
  const { seed, from } = bank.options
  const { person } = life
  const kind = kinds[contact.kind]
  const day = dayOf(from, contact.at)
  const gone = stateOn(life, day) === 'left' || day < person.opened
  const without = naturally(life, from, days)
  const digital = goesDigital(seed, person)
  const awake = stateOn(life, day) === 'sleeping' ? 0.07 : 1
  const comes = digital ? person.visits * awake * moodOf(seed, person.index, day + Math.floor(days / 2)) : 0
  const visitsWithout = Math.min(0.999, 1 - Math.exp(-days * comes))
  const base = baseRates(person, days)
  if (gone) return nothing(days)
  const tired = tirednessOf(person, contact)
  const seen = isReached(seed, person, contact.kind) ? seenBy(person, contact) : 0
  const pull = seen * persuasion(life, contact) * freshness(person, tired) * decidedWithin(days)
  const harm = seen * annoyance(person, contact, tired)
  const bought = combine(without, pull, harm)
  const clicked =
    seen * clamp(kind.click * suits(kind, person) * interest(person, contact) * freshness(person, tired), 0, 0.9)
  const visit = !digital ? 0 : clamp(clicked + seen * 0.04 * person.digital * freshness(person, tired), 0, 0.95)
  const upset = tired * tired * 0.25 * (0.3 + 1.4 * person.irritability)
  const optOut = clamp(kind.optOut * (0.4 + 1.2 * person.irritability) * (1 + 3 * upset) * seen, 0, 0.5)
  const complaint = clamp(kind.complaint * (1.4 - person.trust) * (1 + 4 * upset) * seen, 0, 0.3)
  const leaves = clamp(0.0001 * (1.3 - person.trust) * upset * seen, 0, 0.1)
  const amount = typicalAmount(life)
  return {
    days,
    opened: seen,
    clicked,
    visited: { without: visitsWithout, with: 1 - (1 - visitsWithout) * (1 - visit) },
    bought: { without, with: bought },
    complained: { without: base.complaint, with: 1 - (1 - base.complaint) * (1 - complaint) },
    optedOut: { without: 0, with: optOut },
    left: { without: base.left, with: 1 - (1 - base.left) * (1 - leaves) },
    aum: Math.round((Math.max(0, bought - without) * newMoney * amount - leaves * person.wealth) * 100) / 100,
  }
}

/** Of those whom a contact moves, how many have bought by then: most decide soon. */
const decidedWithin = (days: number) => (1 - Math.exp(-days / decision)) / (1 - Math.exp(-windowDays / decision))

/** Days from a contact to the purchase it won, in the mean. */
export const decision = 2.2

/** The share of purchases through contacts that is paid with money from elsewhere. */
export const newMoney = 0.4

export const typicalAmount = (life: Life) => Math.max(1000, life.current * 0.5)

/**
 * The probability of buying something in the days after today, if nobody does anything: the product of the hazards of a life
 * in which nothing new is bought, with what will mature by then.
 */
export function naturally(life: Life, from: string, days: number): number {
  let not = 1
  const stays = 1 - outflowOf(life.person)
  for (let day = life.day + 1; day <= life.day + days; day++) {
    const maturing = life.lots.find((lot) => lot.matures > life.day && lot.matures <= day && day - lot.matures < 8)
    const plain = hazardOf(life, from, day)
    const hazard = maturing ? plain + stays * (hazardOf(life, from, day, maturing.matures) - plain) : plain
    not *= 1 - hazard
  }
  return 1 - not
}

const baseRates = (person: Person, days: number) => ({
  complaint: 1 - Math.exp(-days * 0.00045 * (1.4 - person.trust) * (0.6 + person.irritability)),
  left: 1 - Math.exp(-days * 0.00013 * (1.5 - person.trust)),
})

/** Pull makes buyers of those who would not buy; harm puts off some of those who would. */
function combine(without: number, pull: number, harm: number): number {
  const net = pull - harm
  return net >= 0 ? without + (1 - without) * net : without * (1 + Math.max(-1, net * putOffFactor))
}

/** Being put off is felt in proportion to one's own intention: harm of 0.1 loses 4 of 10 purchases. */
export const putOffFactor = 4

export function seenBy(person: Person, contact: Contact): number {
  const [awake, away] = kinds[contact.kind].seen
  return away + (awake - away) * (attentionOf(person)[hourOf(contact.at)] ?? 0.5)
}

/**
 * How far this contact could move this person. Highest for those who are half decided: middling appetite, some money, trust.
 * Nobody without money is moved to buy, and those who buy anyway need no push.
 */
export function persuasion(life: Life, contact: Contact): number {
  const { person } = life
  const kind = kinds[contact.kind]
  const undecided = 4 * person.appetite * (1 - person.appetite)
  const money = logistic(2.2 * (Math.log10(Math.max(1, life.current + 0.3 * person.wealth)) - 3.9))
  const trust = 0.25 + 0.95 * person.trust
  const timely = maturedLately(life, life.day) ? 1.7 : 1
  const asleep = stateOn(life, life.day) === 'sleeping' ? 0.3 : 1
  const value = contact.value ? couponPull(person, contact.value) : 0
  const friend = contact.invitedBy === undefined ? 0 : 0.06
  return (
    (kind.pull * suits(kind, person) + value + friend) *
    undecided *
    money *
    trust *
    timely *
    asleep *
    matches(person, contact)
  )
}

/** What a coupon adds: for those who count their money more, and each further yuan less (half of the most at 35 yuan). */
export const couponPull = (person: Pick<Person, 'priceSensitivity'>, value: number) =>
  0.22 * (0.15 + person.priceSensitivity) * (1 - Math.exp(-value / 50))

/** A product above his grade, or of another age, moves him little. */
function matches(person: Person, contact: Contact): number {
  const product = contact.product ? productNamed.get(contact.product) : undefined
  if (!product) return 1
  const above = Number(product.risk[1]) - (person.grade || 2)
  const old = clamp((person.age - 30) / 40, 0, 1)
  const taste = product.kind === 'deposit' ? 0.8 + 0.5 * old : product.kind === 'fund' ? 1.2 - 0.6 * old : 1
  return taste * (above > 0 ? 0.3 : 1)
}

const interest = (person: Person, contact: Contact) =>
  (0.5 + person.appetite) * (contact.value ? 1 + person.priceSensitivity : 1) * (contact.invitation ? 0.8 : 1)

/** Contacts of the last weeks, by weight, each half forgotten after a week. */
export function tirednessOf(person: Person, { at, earlier }: Pick<Contact, 'at' | 'earlier'>): number {
  let tired = 0
  for (const one of earlier) {
    const ago = (at - one.at) / 86_400_000
    if (ago >= 0 && ago < 60) tired += kinds[one.kind].weight * 0.5 ** (ago / 7)
  }
  return tired * (0.4 + 1.2 * person.irritability)
}

/** The second contact in a week moves less than the first. */
export const freshness = (person: Person, tired: number) => Math.exp(-0.28 * tired * (0.7 + 0.6 * person.irritability))

/** What speaks against: of their own nature for some who want to be left alone, and for everyone who is contacted too often. */
export function annoyance(person: Person, contact: Contact, tired: number): number {
  const kind = kinds[contact.kind]
  const nature = 0.085 * logistic(10 * (person.irritability - person.trust - 0.04))
  const often = 0.016 * Math.max(0, tired - 1.4)
  return kind.weight ** 0.5 * (nature + often)
}

const same = (p: number) => ({ without: p, with: p })
const nothing = (days: number): Effect => ({
  days,
  opened: 0,
  clicked: 0,
  visited: same(0),
  bought: same(0),
  complained: same(0),
  optedOut: same(0),
  left: same(0),
  aum: 0,
})
