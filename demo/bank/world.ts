import { dateOf, dayOf, startOf } from './calendar.ts'
import { yuan } from './chance.ts'
import type { Bank, DemoEvent, Holding, Outcome, Profile, World } from './contract.ts'
import { finished } from './days/day.ts'
import { eventsOf } from './days/history.ts'
import { eventsOfOutcome } from './days/outcome.ts'
import { assetsOf, holdingsOf, levelOf, profileFrom } from './holdings.ts'
import { lifeOf } from './life.ts'

type Extra = { no: string; order: string; product: string; amount: number; day: number; matures: number }
/** What contacts have changed for one customer. */
type Changed = {
  putOff: Set<string>
  extras: Extra[]
  moves: { day: number; change: number }[]
  left: number
  optedOut: boolean
}
/** An outcome that shows on a day. Its mark is the customer's for good, so its events keep their names when more comes. */
type Due = { outcome: Outcome; mark: string; order: string }
type State = { bank: Bank; changed: Map<number, Changed>; due: Map<number, Map<number, Due[]>> }

export function worldOf(bank: Bank): World {
  const state: State = { bank, changed: new Map(), due: new Map() }
  return {
    bank,
    note: (outcomes) => {
      for (const outcome of outcomes) noteOne(state, outcome)
    },
    eventsOf: (day) => eventsIn(state, day),
    holdingsOn: (index, day) => holdingsIn(state, index, day),
    profileOn: (index, day) => profileIn(state, index, day),
    optedOut: (index) => state.changed.get(index)?.optedOut ?? false,
  }
}

function changedOf({ changed }: State, index: number): Changed {
  let found = changed.get(index)
  if (!found) {
    found = { putOff: new Set(), extras: [], moves: [], left: Number.POSITIVE_INFINITY, optedOut: false }
    changed.set(index, found)
  }
  return found
}

function noteOne(state: State, outcome: Outcome): void {
  const day = dayOf(state.bank.options.from, outcome.at)
  const own = changedOf(state, outcome.customer)
  let order = ''
  if (outcome.kind === 'put-off') own.putOff.add(outcome.order)
  if (outcome.kind === 'left') own.left = Math.min(own.left, outcome.at)
  if (outcome.kind === 'opted-out') own.optedOut = true
  if (outcome.kind === 'aum') own.moves.push({ day, change: outcome.change })
  if (outcome.kind === 'bought') {
    const extra = extraOf(outcome, day, own.extras.length)
    own.extras.push(extra)
    order = extra.order
    if (Number.isFinite(extra.matures)) dueOn(state, extra.matures, outcome.customer)
  }
  const dues = dueOn(state, day, outcome.customer)
  dues.push({ outcome, mark: `c${dues.length}`, order })
}

/** Also without an outcome: then the day is looked at for what matures. */
function dueOn({ due }: State, day: number, index: number): Due[] {
  const today = due.get(day) ?? new Map<number, Due[]>()
  due.set(day, today)
  const own = today.get(index) ?? []
  today.set(index, own)
  return own
}

/** Numbers from 900 on: a life does not buy so often. */
function extraOf(outcome: Extract<Outcome, { kind: 'bought' }>, day: number, n: number): Extra {
  const place = `${String(outcome.customer + 1).padStart(8, '0')}${900 + n}`
  const matures = outcome.termDays === null ? Number.POSITIVE_INFINITY : day + outcome.termDays
  const { product, amount } = outcome
  return { no: `H${place}`, order: `O${place}`, product, amount, day, matures }
}

function* eventsIn(state: State, day: number): Iterable<DemoEvent> {
  const more = new Map(state.due.get(day))
  let current = -1
  let group: DemoEvent[] = []
  const finish = (): DemoEvent[] => {
    const due = more.get(current) ?? []
    more.delete(current)
    return merged(state, current, day, group, due)
  }
  for (const event of eventsOf(state.bank, day)) {
    if (event.customer !== current) {
      if (current >= 0) yield* finish()
      current = event.customer
      group = []
    }
    group.push(event)
  }
  if (current >= 0) yield* finish()
  // Customers who would have had a quiet day.
  for (const [index, due] of [...more].sort(([a], [b]) => a - b)) yield* merged(state, index, day, [], due)
}

function merged(state: State, index: number, day: number, events: DemoEvent[], due: readonly Due[]): DemoEvent[] {
  const own = state.changed.get(index)
  if (!own) return events
  const { bank } = state
  const extra = due.flatMap(({ outcome, mark, order }) => {
    const drafts = eventsOfOutcome(bank, lifeOf(bank.options, index, day), outcome, mark, order)
    return finished(bank, index, day, drafts, `${mark}.`)
  })
  return [
    ...events.filter(({ order }) => !order || !own.putOff.has(order)),
    ...extra,
    ...maturities(bank, own, index, day),
  ]
    .filter(({ at }) => at <= own.left)
    .sort((a, b) => a.at - b.at)
}

/** What was bought through contacts comes back in its time, like everything else. */
function maturities(bank: Bank, { extras }: Changed, index: number, day: number): DemoEvent[] {
  const at = startOf(bank.options.from, day) + 2 * 3_600_000
  return extras
    .filter(({ matures }) => matures === day)
    .map(({ no, order, product, amount }) => ({
      id: `${bank.options.seed}-${index}-${day}-${no}`,
      customer: index,
      origin: 'core',
      event: 'maturity',
      at,
      who: { customerNo: `C${no.slice(1, 9)}` },
      props: { holding_no: no, product_no: product, amount },
      order,
    }))
}

function holdingsIn({ bank, changed }: State, index: number, day: number): Holding[] {
  const { from } = bank.options
  const plain = holdingsOf(bank, lifeOf(bank.options, index, day))
  const own = changed.get(index)
  if (!own || plain.length === 0) return plain
  if (startOf(from, day + 1) > own.left) return []
  const isPutOff = ({ no }: Holding) => own.putOff.has(`O${no.slice(1)}`)
  const open = own.extras.filter((extra) => extra.day <= day && extra.matures > day)
  const money =
    sum(plain.filter(isPutOff).map(({ balance }) => balance)) +
    sum(own.moves.filter((move) => move.day <= day).map(({ change }) => change)) -
    sum(open.map(({ amount }) => amount))
  return [
    ...plain
      .filter((holding) => !isPutOff(holding))
      .map((one, i) => (i === 0 ? { ...one, balance: Math.max(0, yuan(one.balance + money)) } : one)),
    ...open.map(({ no, product, amount, day: opened, matures }) => ({
      no,
      customer: index,
      product,
      balance: amount,
      openedOn: dateOf(from, opened),
      maturesOn: Number.isFinite(matures) ? dateOf(from, matures) : null,
    })),
  ]
}

function profileIn(state: State, index: number, day: number): Profile {
  const { options } = state.bank
  const own = holdingsIn(state, index, day)
  const plain = profileFrom(lifeOf(options, index, day), own)
  const aum = assetsOf(own)
  const gone = startOf(options.from, day + 1) > (state.changed.get(index)?.left ?? Number.POSITIVE_INFINITY)
  return { ...plain, aum, level: levelOf(aum), state: gone ? 'left' : plain.state }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
