import type { Expr, FunctionName, Window } from '../contract.ts'
import { nodesOf } from '../rules/tree.ts'
import { dayNumber, daysOfWindow, isFixed, numberOf, type Range, shiftDay } from './calendar.ts'
import { dated, evaluate, typeOf, type World } from './evaluate.ts'

/** That a value's day lies in a range; `yearly`: the next anniversary of it does. Null range: for no day. */
export type DayTest = { readonly of: Expr; readonly yearly: boolean; readonly range: Range | null }

/** Functions of a day that never turn back: they rise with it, or they fall. */
const steady: readonly FunctionName[] = ['day', 'days_since', 'days_until', 'months_since', 'years_since', 'year']

/** Those that the engine has. */
const firstDay = numberOf('1900-01-01')
const lastDay = numberOf('2299-12-31')

type Chain = { of: Expr; yearly: boolean; map(day: number): number }
type Bounds = { least: number; most: number }

/**
 * A comparison of a function that only rises, or only falls, with something that is the same for all is a comparison of the day
 * itself: `years since birthday >= 18` says born on or before a day. That day is searched with the meaning of the language
 * itself, once a rule and not once a row. Undefined: the condition is none of these.
 */
export function dayTestOf(expr: Expr, world: World): DayTest | undefined {
  const found = chainAndBounds(expr, world)
  if (found === undefined) return undefined
  const { chain, bounds } = found
  const { of, yearly } = chain
  if (bounds === undefined) return { of, yearly, range: null }
  const [first, last] = [chain.map(firstDay), chain.map(lastDay)]
  const rises = first <= last
  const from = earliest((day) => (rises ? chain.map(day) >= bounds.least : chain.map(day) <= bounds.most))
  const until = earliest((day) => (rises ? chain.map(day) > bounds.most : chain.map(day) < bounds.least))
  if (from > lastDay || until <= from) return { of, yearly, range: null }
  return { of, yearly, range: { from: from === firstDay ? null : from, until: until > lastDay ? null : until } }
}

/** The first day from which on it holds; the day after the last: never. */
function earliest(holds: (day: number) => boolean): number {
  let [low, high] = [firstDay, lastDay + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function chainAndBounds(expr: Expr, world: World): { chain: Chain; bounds: Bounds | undefined } | undefined {
  if (expr.kind === 'within') {
    const chain = chainOf(expr.value, world)
    if (chain === undefined || typeOf(expr.value, world) !== 'day' || chain.of === expr.value) return undefined
    return isFixed(expr.window) ? { chain, bounds: boundsOfWindow(expr.window, world) } : undefined
  }
  if (expr.kind === 'between') return compared(expr.value, [expr.low, expr.high], world, between)
  if (expr.kind !== 'compare') return undefined
  const { op, left, right } = expr
  if (isSame(right)) return compared(left, [right], world, ([c]) => boundsOf(op, c))
  return isSame(left) ? compared(right, [left], world, ([c]) => boundsOf(mirrored[op], c)) : undefined
}

function compared(
  value: Expr,
  others: readonly Expr[],
  world: World,
  make: (values: (number | undefined)[]) => Bounds | undefined,
): { chain: Chain; bounds: Bounds | undefined } | undefined {
  if (!others.every(isSame)) return undefined
  const type = typeOf(value, world)
  const kinds = others.map((other) => typeOf(other, world))
  // An instant beside an instant is compared as it is.
  const instants = type === 'time'
  if (instants && kinds.some((kind) => kind !== 'day')) return undefined
  if (type !== 'day' && type !== 'integer' && !instants) return undefined
  const chain = instants ? bare(value) : chainOf(value, world)
  if (chain === undefined || (!instants && chain.of === value)) return undefined
  const values = others.map((other, i) => {
    const found = evaluate(other, world) as number | undefined
    return found !== undefined && kinds[i] === 'time' ? dayNumber(found, world.moment.zone) : found
  })
  return { chain, bounds: make(values) }
}

const bare = (of: Expr): Chain | undefined => (isSame(of) ? undefined : { of, yearly: false, map: (day) => day })

function chainOf(expr: Expr, world: World): Chain | undefined {
  const type = typeOf(expr, world)
  if (expr.kind === 'call') {
    const { fn } = expr
    const [arg] = expr.args
    if (arg === undefined || isSame(arg)) return undefined
    if (fn === 'anniversary')
      return typeOf(arg, world) === 'day' ? { of: arg, yearly: true, map: (day) => day } : undefined
    return steady.includes(fn) ? after(chainOf(arg, world), (day) => Number(dated(fn, day, world.moment))) : undefined
  }
  if (expr.kind === 'shift')
    return type === 'day' ? after(chainOf(expr.value, world), (day) => shiftDay(day, expr.n, expr.unit)) : undefined
  if (expr.kind === 'arith' && expr.op === '-' && typeOf(expr.left, world) === 'day') return difference(expr, world)
  return type === 'day' || type === 'time' ? bare(expr) : undefined
}

/** Days between a day and one that is the same for all. */
function difference({ left, right }: { left: Expr; right: Expr }, world: World): Chain | undefined {
  const [value, other] = isSame(right) ? [left, right] : [right, left]
  if (!isSame(other)) return undefined
  const found = evaluate(other, world) as number | undefined
  if (found === undefined) return undefined
  const day = typeOf(other, world) === 'time' ? dayNumber(found, world.moment.zone) : found
  return after(chainOf(value, world), value === left ? (one) => one - day : (one) => day - one)
}

function after(chain: Chain | undefined, map: (day: number) => number): Chain | undefined {
  return chain && { ...chain, map: (day) => map(chain.map(day)) }
}

const leaves: readonly Expr['kind'][] = ['field', 'occurred', 'events', 'rows', 'sequence', 'tag', 'segment', 'asof']

/** For every customer, event and row. */
function isSame(expr: Expr): boolean {
  for (const node of nodesOf(expr)) if (leaves.includes(node.kind)) return false
  return true
}

const mirrored = { '=': '=', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** Of whole numbers. */
function boundsOf(op: keyof typeof mirrored, value: number | undefined): Bounds | undefined {
  if (value === undefined) return undefined
  const [none, all] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  switch (op) {
    case '<':
      return { least: none, most: Math.ceil(value) - 1 }
    case '<=':
      return { least: none, most: value }
    case '>':
      return { least: Math.floor(value) + 1, most: all }
    case '>=':
      return { least: value, most: all }
    default:
      return { least: value, most: value }
  }
}

function between([low, high]: (number | undefined)[]): Bounds | undefined {
  return low === undefined || high === undefined ? undefined : { least: low, most: high }
}

function boundsOfWindow(window: Window, { moment }: World): Bounds | undefined {
  if (!isFixed(window)) return undefined
  const { from, until } = daysOfWindow(window, moment)
  return { least: from ?? Number.NEGATIVE_INFINITY, most: until === null ? Number.POSITIVE_INFINITY : until - 1 }
}

/**
 * Of the days of a year, as month * 100 + day, those whose next anniversary lies in the range, put together to
 * stretches of both ends.
 */
export function yearlyStretches({ from, until }: Range, world: Pick<World, 'moment'>): [number, number][] {
  const stretches: [number, number][] = []
  // Whatever the year is, an anniversary of a day gone by hangs on its month and day; this one has all.
  const leap = numberOf('1904-01-01')
  let open = false
  for (let day = leap; day < leap + 366; day++) {
    const next = Number(dated('anniversary', day, world.moment))
    const inside = (from === null || next >= from) && (until === null || next < until)
    const text = new Date(day * 86_400_000)
    const code = (text.getUTCMonth() + 1) * 100 + text.getUTCDate()
    const last = stretches.at(-1)
    if (inside && open && last) last[1] = code
    else if (inside) stretches.push([code, code])
    open = inside
  }
  return stretches
}
