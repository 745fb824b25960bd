import { type Chance, chanceOf, clamp, logistic, normal, purpose, streamOf, weighted } from '../chance.ts'
import type { BankOptions } from '../contract.ts'
import { cities, cityWeights, districtWeights, keepers } from '../places.ts'
import { placeInHousehold } from './household.ts'
import { type Job, jobs } from './jobs.ts'

/** A customer as numbers: what everything else about him is made from. Made in about a microsecond, so kept by nobody. */
export type Person = {
  index: number
  household: number
  /** His place in the household: 0 and 1 are a couple, the rest their children or parents. */
  place: number
  age: number
  female: boolean
  city: number
  district: number
  job: Job
  /** Yuan a month after tax. */
  income: number
  /** His pay comes to this bank, on this day of the month; 0: it does not. */
  payDay: number
  /** Of the bank's keepers in his sub-branch; −1: nobody keeps him. */
  keeper: number
  /** Yuan on the first day. */
  wealth: number
  opened: number
  digital: number
  priceSensitivity: number
  trust: number
  irritability: number
  appetite: number
  /** Visits a day by phone or computer, when he is awake and the day is plain. */
  visits: number
  /** Payments by card a day. */
  payments: number
  /** 0 none, 1…5: C1…C5. */
  grade: number
  /** When his grade runs out: a bank asks again every year. */
  gradeUntil: number
  /** Whom he prefers by hour: see attentionOf. */
  rhythm: number
}

const tierPay = [1.35, 1.1, 0.9, 0.8]

// Ages of a bank's customers: those of the census of 2020 from 18 on, with the bank's young and working ones weighted up.
const ages = [
  [18, 25, 0.09],
  [25, 35, 0.22],
  [35, 45, 0.23],
  [45, 55, 0.19],
  [55, 65, 0.15],
  [65, 86, 0.12],
] as const
const ageWeights = ages.map(([, , weight]) => weight)

export function personOf({ seed, days }: BankOptions, index: number): Person {
  const home = placeInHousehold(seed, index)
  const shared = streamOf(seed, home.household, purpose.household, 1)
  const next = streamOf(seed, index, purpose.person)
  const city = weighted(shared(), cityWeights)
  const district = weighted(shared(), districtWeights)
  const homeAge = ageOf(shared)
  const homeWealth = normal(shared)
  const age = ageIn(home.place, homeAge, next)
  const female =
    home.place === 0
      ? next() < 0.47
      : home.place === 1
        ? chanceOf(seed, index - 1, purpose.person) >= 0.47
        : next() < 0.5
  const job = jobOf(age, next)
  const tier = cities[city]?.tier ?? 3
  const luck = normal(next)
  const income = Math.round((job.pay * (tierPay[tier - 1] ?? 1) * Math.exp(0.38 * luck)) / 10) * 10
  const wealth = wealthOf(age, luck, homeWealth, normal(next))
  const opened = next() < 0.04 ? Math.floor(next() * days) : -Math.floor(30 + 3600 * next() ** 0.7)
  return {
    index,
    ...home,
    age,
    female,
    city,
    district,
    job,
    income,
    payDay:
      job.employed && next() < 0.36
        ? ([10, 15, 5, 20, 25][weighted(next(), [0.35, 0.3, 0.15, 0.12, 0.08])] as number)
        : 0,
    keeper: wealth > 50_000 ? Math.floor(next() * keepers) : -1,
    wealth,
    opened,
    ...traits(streamOf(seed, index, purpose.traits), age, luck, wealth, opened),
  }
}

function ageOf(next: Chance): number {
  const [low, high] = ages[weighted(next(), ageWeights)] ?? [35, 45]
  return Math.floor(low + (high - low) * next())
}

/** A couple is of like age; the third and fourth are a generation younger where they can be, or older. */
function ageIn(place: number, first: number, next: Chance): number {
  if (place === 0) return first
  if (place === 1) return clamp(Math.round(first + 2.5 * normal(next)), 18, 85)
  const apart = Math.round(26 + 3 * normal(next))
  return first - apart >= 18 ? first - apart : Math.min(85, first + apart)
}

function jobOf(age: number, next: Chance): Job {
  return jobs[
    weighted(
      next(),
      jobs.map(({ weight, from, until }) => (age >= from && age < until ? weight : 0)),
    )
  ] as Job
}

/**
 * Assets on a lognormal of median 3,000 and σ 2.3: the tail by which about 1.3 % of customers have more than half a
 * million and hold half of everything (README: what it was checked against). Age, income and family pull the same way.
 */
function wealthOf(age: number, luck: number, family: number, own: number): number {
  const life = clamp((age - 44) / 16, -1.5, 1.2)
  const z = 0.42 * life + 0.3 * luck + 0.4 * family + 0.76 * own
  return Math.max(0.01, Math.round(3000 * Math.exp(2.3 * z) * 100) / 100)
}

function traits(next: Chance, age: number, luck: number, wealth: number, opened: number) {
  const rich = clamp(Math.log10(wealth / 3000) / 2, -1, 1.6)
  const digital = logistic(1.1 - (age - 36) / 13 + 0.9 * normal(next))
  const priceSensitivity = logistic(0.2 - 0.5 * luck - 0.3 * rich + 0.9 * normal(next))
  const trust = logistic(0.3 + clamp(-opened / 3600, 0, 1) * 0.5 + 0.9 * normal(next))
  const irritability = logistic(-0.3 + 0.4 * rich + 0.9 * normal(next))
  const appetite = logistic(-0.9 + 0.8 * rich + 0.9 * normal(next))
  // Most come seldom, a few every day.
  const visits = Math.min(2.5, 0.031 * Math.exp(1.9 * (digital - 0.5) + 0.45 * rich + 1.15 * normal(next)))
  const payments = Math.min(2, 0.02 * Math.exp(0.8 * (digital - 0.5) + 1.2 * normal(next)))
  const graded = next() < logistic(-1.6 + 1.6 * rich + 2 * appetite)
  const daring = 1.7 + 1.6 * appetite - (age > 65 ? 0.8 : 0) + 0.7 * normal(next)
  return {
    digital,
    priceSensitivity,
    trust,
    irritability,
    appetite,
    visits,
    payments,
    grade: graded ? clamp(Math.round(daring), 1, 5) : 0,
    gradeUntil: Math.floor(next() * 365),
    rhythm: next(),
  }
}
