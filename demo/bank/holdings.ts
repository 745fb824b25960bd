import { dateOf, daysSincePay } from './calendar.ts'
import { clamp, yuan } from './chance.ts'
import type { Bank, Holding, Profile } from './contract.ts'
import { holdingNo } from './days/scene.ts'
import { type Life, never, stateOn, worthOf } from './life.ts'
import { customerNo } from './people/customer.ts'
import { isAsset, shelf } from './products.ts'

// What the bank's nightly files say of a customer whose life has been played to that day, not beyond.

export function holdingsOf(bank: Bank, life: Life): Holding[] {
  const { index } = life.person
  const { day } = life
  if (day < life.person.opened) return []
  const { from } = bank.options
  const holdings: Holding[] = []
  const state = stateOn(life, day)
  if (state !== 'left')
    holdings.push({
      no: holdingNo(index, 0),
      customer: index,
      product: shelf[0]?.no ?? '',
      balance: yuan(life.current + payLeft(bank, life, day)),
      openedOn: dateOf(from, life.person.opened),
      maturesOn: null,
    })
  for (const lot of life.lots) {
    const product = shelf[lot.product]
    if (!product || lot.opened > day || lot.closed <= day) continue
    holdings.push({
      no: holdingNo(index, lot.n),
      customer: index,
      product: product.no,
      balance: worthOf(lot, day),
      openedOn: dateOf(from, lot.opened),
      maturesOn: lot.matures >= never ? null : dateOf(from, lot.matures),
    })
  }
  return holdings
}

/** Pay is spent over the month: what is left of it. */
function payLeft(bank: Bank, { person }: Life, day: number): number {
  if (person.payDay === 0) return 0
  const since = daysSincePay(bank.options.from, day, person.payDay)
  return yuan(person.income * 0.8 * clamp(1 - since / 30, 0, 1) ** 1.4)
}

export const assetsOf = (holdings: readonly Holding[]) =>
  yuan(
    holdings.reduce((sum, { product, balance }) => sum + (isAsset(kindOf.get(product) ?? 'current') ? balance : 0), 0),
  )

const kindOf = new Map(shelf.map(({ no, kind }) => [no, kind]))

/** Levels as banks draw them: 50,000, 500,000, 2 million, 6 million. */
const levels = [
  [6_000_000, '私人银行'],
  [2_000_000, '钻石'],
  [500_000, '白金'],
  [50_000, '金卡'],
] as const

export const levelOf = (aum: number): Profile['level'] => levels.find(([least]) => aum >= least)?.[1] ?? '普通'

export function profileFrom(life: Life, holdings: readonly Holding[]): Profile {
  const { person, day } = life
  const aum = assetsOf(holdings)
  const grade = person.grade > 0 ? (`C${person.grade}` as Profile['risk_grade']) : null
  return {
    customer_no: customerNo(person.index),
    level: levelOf(aum),
    risk_grade: grade,
    aum,
    state: stateOn(life, day),
  }
}
