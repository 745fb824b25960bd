import { calendarDay, works } from './calendar.ts'
import { type Chance, chanceOf, clamp, logistic, normal, poisson, purpose, streamOf, weighted, yuan } from './chance.ts'
import type { BankOptions, ProductKind } from './contract.ts'
import { type Person, personOf } from './people/person.ts'
import { invests, shelf } from './products.ts'

// What happens to a customer's money and interest, day after day and without any contact: the baseline of everything.
// A life is played forward from the first day; nothing in it looks ahead, so the same day comes out whatever is asked later.

export type Interest = 'active' | 'sleeping' | 'left'

/** Something he holds: bought on a day (negative: before the first), gone on another. */
export type Lot = { n: number; product: number; amount: number; opened: number; matures: number; closed: number }
export type Purchase = { day: number; lot: Lot; renewal: boolean }
export type Move = { day: number; change: number }

export type Life = {
  person: Person
  /** The last day that has been played. */
  day: number
  lots: Lot[]
  purchases: Purchase[]
  moves: Move[]
  states: { day: number; state: Interest }[]
  /** Yuan on the current account, without the pay that comes and goes. */
  current: number
  state: Interest
  /** When money of a product came back last that is not meant to leave. */
  cameBack: number
  startCurrent: number
}

export const never = 1_000_000

/** How lively the bank's business is on a day: working days, the season, and a slow growth of the digital. */
export function businessOf(from: string, day: number): number {
  const date = calendarDay(from, day)
  const kind = works(date) ? 1 : date.kind === 'holiday' ? 0.3 : 0.5
  return kind * (season[Number(date.date.slice(5, 7)) - 1] ?? 1) * (1 + 0.0004 * day)
}

/** January to March money is placed anew ("a good start", as banks call it), summer is quiet. */
const season = [1.35, 1.15, 1.2, 1, 0.95, 1.05, 0.9, 0.88, 0.98, 0.92, 1, 1.1]

/** The hazard of a day: how probable it is that he buys something of the shelf on it, given all that was before. */
export function hazardOf(life: Life, from: string, day: number, cameBack = life.cameBack): number {
  if (life.state === 'left' || day < life.person.opened) return 0
  const { appetite, trust } = life.person
  const ago = day - cameBack
  const business = businessOf(from, day)
  const renewing = ago >= 0 && ago < 8 ? 0.27 * (0.5 + 0.8 * trust) * 0.85 ** ago * business : 0
  if (life.state === 'sleeping') return renewing * 0.8
  const money = logistic(1.6 * (Math.log10(life.current + 1) - 4))
  return Math.min(0.6, renewing + 0.0135 * appetite ** 1.5 * money * business)
}

export function lifeOf(options: BankOptions, index: number, day: number): Life {
  const life = beginLife(options, personOf(options, index))
  playTo(options, life, day)
  return life
}

export function playTo(options: BankOptions, life: Life, day: number): void {
  while (life.day < day) playDay(options, life, ++life.day)
}

function beginLife(options: BankOptions, person: Person): Life {
  const next = streamOf(options.seed, person.index, purpose.start)
  const asleep = next() < logistic(0.95 - 2 * (person.digital - 0.5) - 0.9 * Math.log10(person.wealth / 1000))
  const state: Interest = person.opened < 0 && asleep ? 'sleeping' : 'active'
  const life: Life = {
    person,
    day: -1,
    lots: [],
    purchases: [],
    moves: [],
    states: [{ day: -never, state }],
    current: person.wealth,
    state,
    cameBack: -100,
    startCurrent: 0,
  }
  if (person.opened < 0) placeWealth(life, next)
  addDebts(life, next)
  life.startCurrent = life.current
  return life
}

/** Most of what the rich have is in products: how much, in how many pieces. */
function placeWealth(life: Life, next: Chance): void {
  const { person } = life
  const log = Math.log10(person.wealth)
  const share = clamp(logistic(1.3 * (log - 4.3)) + 0.15 * (person.appetite - 0.4), 0, 0.93)
  if (person.wealth < 3000 || next() > share + 0.25) return
  const pieces = clamp(1 + poisson(next, Math.max(0, (log - 4) * 1.1)), 1, 9)
  const cuts = Array.from({ length: pieces }, () => 0.3 + next())
  const total = cuts.reduce((sum, cut) => sum + cut, 0)
  for (const cut of cuts) {
    const amount = roundMoney((person.wealth * share * cut) / total)
    const product = chooseProduct(person, amount, next)
    if (product < 0 || amount > life.current) continue
    const term = shelf[product]?.termDays ?? null
    // At any moment products are at a random point of their terms.
    const opened = -1 - Math.floor(next() * Math.min(term ?? 500, -person.opened))
    addLot(life, product, amount, opened)
  }
}

/** Loans and credit cards: no assets, but a bank's lists of holdings have them. */
function addDebts(life: Life, next: Chance): void {
  const { person } = life
  const cards = shelf.flatMap(({ kind }, i) => (kind === 'card' ? [i] : []))
  const loans = shelf.flatMap(({ kind }, i) => (kind === 'loan' ? [i] : []))
  const since = Math.min(-1, Math.floor(person.opened * next()))
  const adult = person.opened < 0 && person.age >= 22 && person.age < 62
  if (adult && next() < 0.12 + 0.2 * person.digital)
    addLot(
      life,
      cards[weighted(next(), [30, 20, 15, 15, 12, 2, 6])] ?? 0,
      roundMoney(person.income * 0.4 * next()),
      since,
    )
  if (adult && next() < 0.1)
    addLot(
      life,
      loans[weighted(next(), [20, 22, 25, 8, 8, 6, 9, 2])] ?? 0,
      roundMoney(person.income * (4 + 60 * next() ** 3)),
      since,
    )
}

/** Amounts that people choose: two figures, then zeros. */
export function roundMoney(amount: number): number {
  const unit = 10 ** Math.max(2, Math.floor(Math.log10(Math.max(1, amount))) - 1)
  return Math.max(unit, Math.round(amount / unit) * unit)
}

function addLot(life: Life, product: number, amount: number, opened: number): Lot {
  const { termDays, kind } = shelf[product] ?? { termDays: null, kind: 'fund' as ProductKind }
  const matures = termDays === null || kind === 'loan' ? never : opened + termDays
  const lot: Lot = { n: life.lots.length + 1, product, amount, opened, matures, closed: never }
  life.lots.push(lot)
  if (kind !== 'loan' && kind !== 'card') life.current = Math.max(0, yuan(life.current - amount))
  return lot
}

const kinds: readonly ProductKind[] = ['deposit', 'wealth', 'fund', 'insurance']
const ofKind = kinds.map((kind) => shelf.flatMap((product, i) => (product.kind === kind ? [i] : [])))

/** Old people like deposits, the daring funds; short terms sell best. Nobody is sold what is above his grade. −1: nothing fits. */
export function chooseProduct(person: Person, amount: number, next: Chance, only?: ProductKind): number {
  const old = clamp((person.age - 30) / 40, 0, 1)
  const grade = person.grade || 2
  const weights = [0.35 + 0.5 * old, 0.8, grade >= 3 ? 0.5 : 0.16, 0.06 + 0.05 * (1 - old)]
  const kind = only ? kinds.indexOf(only) : weighted(next(), weights)
  const candidates = (ofKind[kind] ?? []).filter((i) => {
    const product = shelf[i]
    return product !== undefined && product.minimum <= amount && Number(product.risk[1]) <= grade
  })
  if (candidates.length === 0) return -1
  const shares = candidates.map((i) => 1 / (60 + (shelf[i]?.termDays ?? 120)))
  return candidates[weighted(next(), shares)] ?? -1
}

function playDay(options: BankOptions, life: Life, day: number): void {
  if (life.state === 'left' || day < life.person.opened) return
  const { seed, from } = options
  const u = chanceOf(seed, life.person.index, purpose.life, day)
  drift(options, life, day, u)
  for (const lot of life.lots) if (lot.closed === never && lot.matures === day) mature(options, life, lot, day)
  const due = life.moves.length > 0 ? life.moves.filter((move) => move.day === day) : []
  for (const move of due) life.current = Math.max(0, yuan(life.current + move.change))
  if (chanceOf(seed, life.person.index, purpose.purchase, day) < hazardOf(life, from, day)) buy(options, life, day)
}

/** Falling asleep, waking up, leaving; money from and to other banks; selling what has no term. One number decides. */
function drift({ seed, from }: BankOptions, life: Life, day: number, u: number): void {
  const { person } = life
  const business = businessOf(from, day)
  const sleeps = life.state === 'active' ? 0.0009 * (1.4 - person.digital) : 0
  const wakes = life.state === 'sleeping' ? 0.0011 : 0
  const leaves = 0.00013 * (1.5 - person.trust)
  const moves = life.state === 'active' ? 0.004 * business : 0.0006
  const sells = life.lots.length > 0 && life.state === 'active' ? 0.0025 * business : 0
  if (u < sleeps + wakes) turn(life, day, life.state === 'active' ? 'sleeping' : 'active')
  else if (u < sleeps + wakes + leaves) leave(life, day)
  else if (u < sleeps + wakes + leaves + moves) {
    const next = streamOf(seed, person.index, purpose.money, day)
    const size = roundMoney((0.05 + 0.4 * next()) * (life.current + 0.6 * person.income) * Math.exp(0.4 * normal(next)))
    life.moves.push({ day, change: next() < 0.68 ? size : -Math.min(size, Math.floor(life.current / 100) * 100) })
  } else if (u < sleeps + wakes + leaves + moves + sells) {
    const lot = life.lots.find(({ closed, product }) => closed === never && shelf[product]?.kind === 'fund')
    if (lot) close(life, lot, day)
  }
}

function turn(life: Life, day: number, state: Interest): void {
  life.state = state
  life.states.push({ day, state })
}

/** He takes everything to another bank: loans and cards are paid. */
function leave(life: Life, day: number): void {
  for (const lot of life.lots) if (lot.closed === never) close(life, lot, day)
  life.moves.push({ day, change: -life.current })
  life.current = 0
  turn(life, day, 'left')
}

function close(life: Life, lot: Lot, day: number): void {
  const product = shelf[lot.product]
  lot.closed = day
  if (product && invests(product.kind)) life.current = yuan(life.current + worthOf(lot, day))
}

/** With what it has earned. Funds waver by less than a bank's daily file would show. */
export function worthOf(lot: Lot, day: number): number {
  const product = shelf[lot.product]
  if (!product || !invests(product.kind)) return lot.amount
  return yuan(
    lot.amount * (1 + ((product.annualRate / 100) * Math.max(0, Math.min(day, lot.matures) - lot.opened)) / 365),
  )
}

/** Money of a product comes back: it waits to be placed again, or leaves within the week. */
function mature({ seed }: BankOptions, life: Life, lot: Lot, day: number): void {
  close(life, lot, day)
  const next = streamOf(seed, life.person.index, purpose.start, day + 1)
  if (next() < outflowOf(life.person)) {
    const change = -roundMoney(lot.amount * (0.5 + 0.45 * next()))
    life.moves.push({ day: day + 1 + Math.floor(next() * 6), change: Math.max(change, -Math.floor(life.current)) })
  } else life.cameBack = day
}

/** How probable it is that what matures is taken to another bank. */
export const outflowOf = (person: Person) => 0.05 + 0.22 * (1 - person.trust)

function buy({ seed }: BankOptions, life: Life, day: number): void {
  const next = streamOf(seed, life.person.index, purpose.purchase, 0x800000 | day)
  const renewal = day - life.cameBack < 8
  const amount = Math.min(
    roundMoney(life.current * (renewal ? 0.6 + 0.35 * next() : 0.2 + 0.6 * next())),
    Math.floor(life.current),
  )
  let product = chooseProduct(life.person, amount, next)
  if (product < 0) product = chooseProduct(life.person, amount, next, 'deposit')
  if (product < 0) return
  const lot = addLot(life, product, amount, day)
  life.purchases.push({ day, lot, renewal })
  life.cameBack = -100
}

export function stateOn(life: Life, day: number): Interest {
  let state: Interest = 'active'
  for (const turn of life.states) if (turn.day <= day) state = turn.state
  return state
}

export const maturedLately = (life: Life, day: number) =>
  life.lots.some(({ closed, matures }) => closed === matures && closed <= day && day - closed < 8)
