import { dateOf, dayOf, startOf } from './calendar.ts'
import { yuan } from './chance.ts'
import type { Bank, DemoEvent, Holding, Outcome, Profile, World } from './contract.ts'
import { finished } from './days/day.ts'
import { eventsOf } from './days/history.ts'
import { eventsOfOutcome } from './days/outcome.ts'
import { assetsOf, holdingsOf, levelOf, profileFrom } from './holdings.ts'
import { lifeOf } from './life.ts'

type Extra = { no: string; product: string; amount: number; day: number; matures: number; order: string }
/** What contacts have changed for one customer. */
type Changed = {
  putOff: Set<string>
  extras: Extra[]
  moves: { day: number; change: number }[]
  left: number
  optedOut: boolean
}

export function worldOf(bank: Bank): World {
  const { from } = bank.options
  const changed = new Map<number, Changed>()
  const pending = new Map<number, Outcome[]>()
  const of = (index: number) => {
    let found = changed.get(index)
    if (!found)
      changed.set(index, (found = { putOff: new Set(), extras: [], moves: [], left: Infinity, optedOut: false }))
    return found
  }

  function note(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      const day = dayOf(from, outcome.at)
      const due = pending.get(day)
      if (due) due.push(outcome)
      else pending.set(day, [outcome])
      const one = of(outcome.customer)
      if (outcome.kind === 'put-off') one.putOff.add(outcome.order)
      if (outcome.kind === 'left') one.left = Math.min(one.left, outcome.at)
      if (outcome.kind === 'opted-out') one.optedOut = true
      if (outcome.kind === 'aum') one.moves.push({ day, change: outcome.change })
      if (outcome.kind === 'bought') one.extras.push(extraOf(outcome, day, one.extras.length))
    }
  }

  function extraOf(outcome: Extract<Outcome, { kind: 'bought' }>, day: number, n: number): Extra {
    const place = `${String(outcome.customer + 1).padStart(8, '0')}${900 + n}`
    const matures = outcome.termDays === null ? Infinity : day + outcome.termDays
    return { no: `H${place}`, order: `O${place}`, product: outcome.product, amount: outcome.amount, day, matures }
  }

  function* world(day: number): Iterable<DemoEvent> {
    const more = new Map<number, Outcome[]>()
    for (const outcome of pending.get(day) ?? [])
      more.set(outcome.customer, [...(more.get(outcome.customer) ?? []), outcome])
    let current = -1
    let group: DemoEvent[] = []
    const finish = () => {
      const own = merge(current, day, group, more.get(current) ?? [])
      more.delete(current)
      return own
    }
    for (const event of eventsOf(bank, day)) {
      if (event.customer !== current) {
        if (current >= 0) yield* finish()
        current = event.customer
        group = []
      }
      group.push(event)
    }
    if (current >= 0) yield* finish()
    // Customers who would have had a quiet day.
    for (const [index, outcomes] of [...more].sort(([a], [b]) => a - b)) yield* merge(index, day, [], outcomes)
  }

  function merge(index: number, day: number, events: DemoEvent[], outcomes: Outcome[]): DemoEvent[] {
    const one = changed.get(index)
    if (!one) return events
    const drafts = outcomes.flatMap((outcome, n) =>
      eventsOfOutcome(
        bank,
        lifeOf(bank.options, index, day),
        outcome,
        `c${n}`,
        extraFor(one, outcome, day)?.order ?? '',
      ),
    )
    return [
      ...events.filter(({ order }) => !order || !one.putOff.has(order)),
      ...finished(bank, index, day, drafts, 'c'),
    ]
      .filter(({ at }) => at <= one.left)
      .sort((a, b) => a.at - b.at)
  }

  const extraFor = (one: Changed, outcome: Outcome, day: number) =>
    outcome.kind === 'bought'
      ? one.extras.find((extra) => extra.day === day && extra.product === outcome.product)
      : undefined

  function holdings(index: number, day: number): Holding[] {
    const plain = holdingsOf(bank, lifeOf(bank.options, index, day))
    const one = changed.get(index)
    if (!one || plain.length === 0) return plain
    if (startOf(from, day + 1) > one.left) return []
    const back = plain.filter(({ no }) => one.putOff.has(no.replace('H', 'O')))
    const open = one.extras.filter((extra) => extra.day <= day && extra.matures > day)
    const money =
      sum(back.map(({ balance }) => balance)) +
      sum(one.moves.filter((move) => move.day <= day).map(({ change }) => change)) -
      sum(open.map(({ amount }) => amount))
    return [
      ...plain
        .filter((holding) => !back.includes(holding))
        .map((holding, i) => (i === 0 ? { ...holding, balance: Math.max(0, yuan(holding.balance + money)) } : holding)),
      ...open.map((extra) => holdingOf(index, extra)),
    ]
  }

  const holdingOf = (index: number, extra: Extra): Holding => ({
    no: extra.no,
    customer: index,
    product: extra.product,
    balance: extra.amount,
    openedOn: dateOf(from, extra.day),
    maturesOn: extra.matures === Infinity ? null : dateOf(from, extra.matures),
  })

  function profile(index: number, day: number): Profile {
    const own = holdings(index, day)
    const plain = profileFrom(lifeOf(bank.options, index, day), own)
    const gone = startOf(from, day + 1) > (changed.get(index)?.left ?? Infinity)
    const aum = assetsOf(own)
    return { ...plain, aum, level: levelOf(aum), state: gone ? 'left' : plain.state }
  }

  return {
    bank,
    note,
    eventsOf: world,
    holdingsOn: holdings,
    profileOn: profile,
    optedOut: (index) => changed.get(index)?.optedOut ?? false,
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
