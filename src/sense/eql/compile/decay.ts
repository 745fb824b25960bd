import { type Text, text } from '../../../platform/problem.ts'
import type { Expr, SequenceNode, Window } from '../contract.ts'
import { childrenOf, nodesOf } from '../rules/tree.ts'
import { gapMs, instantsOfWindow, isFixed, type Moment } from './calendar.ts'
import type { Asked } from './compile.ts'
import { windowBounds } from './evaluate.ts'

/**
 * Whose answer time alone can change (rule 15), read off a rule: an event crosses the edge of a window that moves, a day comes or
 * passes. Everything else changes only when something of the customer does, and that is told elsewhere.
 */
export type Decay = {
  /** Why nothing less than asking everyone will do; null: what stands below is all. */
  readonly whole: Text | null
  readonly edges: readonly Edge[]
  /** Conditions over the customer's own attributes that speak of the clock. */
  readonly own: readonly Flip[]
  /** The same over the rows of a relation. */
  readonly rows: readonly (Flip & { readonly relation: string })[]
}

/**
 * Events of these kinds (none named: any) matter when their time is passed by `at`, which moves on with the clock: between two
 * instants those that lie between both.
 */
export type Edge = {
  readonly key: string
  readonly events: readonly string[]
  at(now: number): number | null
  /** It moves with every instant, or at midnights only. */
  readonly fine: boolean
  /** At a midnight it may go back: a month before the 29th, 30th and 31st of March is the same day, and what had left it returns. */
  readonly back: boolean
}

/** `fine`: it may change at any instant, not at midnights only. */
export type Flip = { readonly expr: Expr; readonly fine: boolean }

export function decayOf(body: Expr, asked: Pick<Asked, 'types' | 'zone' | 'params'>): Decay {
  const reader = new Reader(asked)
  reader.customer(body)
  return reader
}

const whys = {
  history: text('用到属性过去某时的值', 'it asks for an attribute as it was'),
  mixed: text('把行为的结果与当前时间相比较', 'it compares what happened with the time of now'),
  events: text('事件的条件用到当前时间', 'the condition of an event speaks of now'),
  bounds: text('时间窗的起止既随客户又随时间变化', 'the bounds of a window are the customer’s and move on with time'),
}

class Reader implements Decay {
  whole: Text | null = null
  readonly edges: Edge[] = []
  readonly own: Flip[] = []
  readonly rows: (Flip & { relation: string })[] = []
  private readonly asked: Pick<Asked, 'types' | 'zone' | 'params'>

  constructor(asked: Pick<Asked, 'types' | 'zone' | 'params'>) {
    this.asked = asked
  }

  customer(expr: Expr): void {
    if (expr.kind === 'and' || expr.kind === 'or') {
      for (const item of expr.items) this.customer(item)
      return
    }
    if (expr.kind === 'not') {
      this.customer(expr.item)
      return
    }
    const direct = directOf(expr)
    for (const node of direct) this.look(node)
    const clock = direct.filter(isClock)
    if (clock.length === 0) return
    if (direct.some(({ kind }) => looks.has(kind))) this.whole ??= whys.mixed
    else this.own.push({ expr, fine: clock.some((node) => this.isFine(node)) })
  }

  private look(node: Expr): void {
    switch (node.kind) {
      case 'asof':
        this.whole ??= whys.history
        return
      case 'events':
        if (hasClock(node.where) || hasClock(node.of)) this.whole ??= whys.events
        this.window(node.events, node.window)
        return
      case 'sequence':
        this.sequence(node)
        return
      case 'rows':
        if (hasClock(node.of)) this.whole ??= whys.mixed
        if (node.where !== null && hasClock(node.where)) {
          const fine = [...nodesOf(node.where)].some((one) => isClock(one) && this.isFine(one))
          this.rows.push({ relation: node.relation, expr: node.where, fine })
        }
    }
  }

  private window(events: readonly string[], window: Window): void {
    if (isFixed(window)) {
      if (window.kind !== 'ever') this.fixed(events, window)
      return
    }
    const bounds = window.kind === 'range' ? [window.from, window.to] : [window.from]
    for (const bound of bounds) this.customer(bound)
    if (!bounds.some((bound) => hasClock(bound))) return
    if (bounds.some((bound) => [...nodesOf(bound)].some(({ kind }) => kind === 'field' || looks.has(kind)))) {
      this.whole ??= whys.bounds
      return
    }
    const fine = bounds.some((bound) => [...nodesOf(bound)].some((one) => isClock(one) && this.isFine(one)))
    const ends = (now: number) => {
      const { types, params = {}, zone } = this.asked
      return windowBounds(window, { moment: { now, zone }, types, params, leaf: () => undefined })
    }
    this.edge(events, { key: JSON.stringify(window), fine, back: true, at: (now) => ends(now)?.from ?? null })
    if (window.kind === 'range')
      this.edge(events, {
        key: `${JSON.stringify(window)} end`,
        fine,
        back: true,
        at: (now) => ends(now)?.until ?? null,
      })
  }

  private fixed(events: readonly string[], window: Parameters<typeof instantsOfWindow>[0]): void {
    const { zone } = this.asked
    const of = (now: number) => instantsOfWindow(window, { now, zone } satisfies Moment)
    const key = JSON.stringify(window)
    const fine = window.kind === 'last' || window.kind === 'next'
    const back = fine && 'unit' in window && (window.unit === 'month' || window.unit === 'year')
    this.edge(events, { key, fine, back, at: (now) => of(now).from })
    if (window.kind === 'previous') this.edge(events, { key: `${key} end`, fine, back, at: (now) => of(now).until })
  }

  /** Beside its window: a chain is whole when what must not follow did not, until the deadline. */
  private sequence(node: SequenceNode): void {
    if (node.steps.some((step) => hasClock(step.where))) this.whole ??= whys.events
    const positive = node.steps.filter((step) => !step.not)
    const [first, last] = [positive[0], positive.at(-1)]
    if (!first || !last) return
    this.window(first.events, node.window)
    const end = node.steps.at(-1)
    if (!end?.not) return
    const passes = (events: readonly string[], gap: { n: number; unit: 'minute' | 'hour' | 'day' | 'week' }) => {
      const ms = gapMs(gap)
      this.edge(events, { key: `deadline ${ms}`, fine: true, back: false, at: (now) => now - ms + 1 })
    }
    if (node.within !== null) passes(first.events, node.within)
    if (end.within !== null) passes(last.events, end.within)
  }

  private edge(events: readonly string[], { key, ...edge }: Omit<Edge, 'events'>): void {
    const named = [...events].sort()
    const whole = `${JSON.stringify(named)} ${key}`
    if (!this.edges.some((one) => one.key === whole)) this.edges.push({ key: whole, events: named, ...edge })
  }

  /** Of a day only midnights matter. */
  private isFine(node: Expr): boolean {
    if (node.kind === 'now') return true
    if (node.kind !== 'within') return false
    const { window } = node
    if (window.kind === 'this' || window.kind === 'previous' || window.kind === 'following') return false
    return this.asked.types.get(node.value) !== 'day'
  }
}

const looks: ReadonlySet<Expr['kind']> = new Set(['events', 'rows', 'sequence', 'tag', 'segment', 'asof'])
const clockFunctions: ReadonlySet<string> = new Set([
  'days_since',
  'months_since',
  'years_since',
  'days_until',
  'anniversary',
])

/** Nodes of the scope of the expression itself, not those inside of what it looks at. */
function directOf(root: Expr): Expr[] {
  const found: Expr[] = []
  const stack = [root]
  for (let expr = stack.pop(); expr !== undefined; expr = stack.pop()) {
    found.push(expr)
    if (!looks.has(expr.kind)) stack.push(...childrenOf(expr))
  }
  return found
}

function isClock(node: Expr): boolean {
  if (node.kind === 'now' || node.kind === 'today') return true
  if (node.kind === 'call') return clockFunctions.has(node.fn)
  // The bounds of a range are nodes of their own.
  return node.kind === 'within' && node.window.kind !== 'ever' && node.window.kind !== 'range'
}

function hasClock(expr: Expr | null): boolean {
  return expr !== null && [...nodesOf(expr)].some(isClock)
}
