import type { Cost, Expr, References, Schema, Window } from '../contract.ts'
import type { Directory } from './names.ts'
import { childrenOf } from './tree.ts'

type Scope = { kind: 'entity'; entity: string } | { kind: 'event'; events: string[] }

class Collector {
  readonly attributes = new Map<string, { entity: string; name: string }>()
  readonly relations = new Map<string, { entity: string; name: string }>()
  readonly events = new Map<string, Set<string>>()
  readonly tags = new Set<string>()
  readonly segments = new Map<string, { name: string; version: number | null }>()
  readonly params = new Set<string>()
  clock = false
  private readonly directory: Directory

  constructor(directory: Directory) {
    this.directory = directory
  }

  walk(expr: Expr, scope: Scope): void {
    const customer: Scope = { kind: 'entity', entity: 'customer' }
    switch (expr.kind) {
      case 'field':
      case 'asof':
        this.path(expr.path, scope)
        break
      case 'tag':
        this.tags.add(expr.name)
        break
      case 'param':
        this.params.add(expr.name)
        break
      case 'segment':
        this.segments.set(`${expr.version} ${expr.name}`, { name: expr.name, version: expr.version })
        break
      case 'now':
      case 'today':
        this.clock = true
        break
      case 'call':
        if (clockFunctions.has(expr.fn)) this.clock = true
        break
      case 'within':
        this.window(expr.window)
        break
      case 'rows': {
        this.relations.set(expr.relation, { entity: 'customer', name: expr.relation })
        const target = this.directory.relation(this.directory.customer, expr.relation)?.target ?? expr.relation
        for (const child of childrenOf(expr)) this.walk(child, { kind: 'entity', entity: target })
        return
      }
      case 'events':
        this.behaviour(expr, customer)
        return
      case 'sequence':
        for (const step of expr.steps) {
          this.note(step.events, expr.by)
          if (step.where !== null) this.walk(step.where, { kind: 'event', events: step.events })
          if (step.not) this.clock = true
        }
        this.window(expr.window)
        for (const bound of boundsOf(expr.window)) this.walk(bound, customer)
        return
    }
    for (const child of childrenOf(expr)) this.walk(child, scope)
  }

  private behaviour(expr: Extract<Expr, { kind: 'events' }>, customer: Scope): void {
    this.note(expr.events, [])
    this.window(expr.window)
    for (const inside of [expr.of, expr.where]) {
      if (inside !== null) this.walk(inside, { kind: 'event', events: expr.events })
    }
    for (const bound of boundsOf(expr.window)) this.walk(bound, customer)
  }

  private window(window: Window): void {
    // Everything but all of time moves on by itself, or ends some day.
    if (window.kind !== 'ever') this.clock = true
  }

  private note(events: readonly string[], properties: readonly string[]): void {
    for (const event of events.length === 0 ? [''] : events) {
      const known = this.events.get(event) ?? new Set()
      for (const property of properties) known.add(property)
      this.events.set(event, known)
    }
  }

  private path(path: readonly string[], scope: Scope): void {
    if (scope.kind === 'event') {
      this.note(scope.events, path)
      return
    }
    let entity = scope.entity
    for (const name of path.slice(0, -1)) {
      this.relations.set(`${entity} ${name}`, { entity, name })
      const here = this.directory.entity(entity)
      entity = (here === undefined ? undefined : this.directory.relation(here, name)?.target) ?? name
    }
    const name = path.at(-1) ?? ''
    this.attributes.set(`${entity} ${name}`, { entity, name })
  }
}

const clockFunctions = new Set(['days_since', 'months_since', 'years_since', 'days_until', 'anniversary'])

function boundsOf(window: Window): Expr[] {
  if (window.kind === 'since') return [window.from]
  return window.kind === 'range' ? [window.from, window.to] : []
}

export function collectReferences(body: Expr, directory: Directory): References {
  const found = new Collector(directory)
  found.walk(body, { kind: 'entity', entity: 'customer' })
  return {
    attributes: [...found.attributes.values()],
    relations: [...found.relations.values()],
    events: [...found.events].map(([name, properties]) => ({ name, properties: [...properties] })),
    tags: [...found.tags],
    segments: [...found.segments.values()],
    params: [...found.params],
    clock: found.clock,
  }
}

const unitDays = { minute: 1 / 1440, hour: 1 / 24, day: 1, week: 7, month: 31, quarter: 92, year: 366 } as const

/** How many days of events a window reads; bounds that are not known before are taken as all there is. */
function daysOf(window: Window, history: number): number {
  switch (window.kind) {
    case 'last':
    case 'next':
      return Math.min(history, window.n * unitDays[window.unit])
    case 'this':
      return Math.min(history, unitDays[window.unit])
    case 'previous':
    case 'following':
      return Math.min(history, (window.n + 1) * unitDays[window.unit])
    case 'range': {
      const [from, to] = [window.from, window.to].map((bound) =>
        bound.kind === 'day' ? Date.parse(bound.value) : Number.NaN,
      )
      const days = ((to ?? Number.NaN) - (from ?? Number.NaN)) / 86_400_000 + 1
      return days > 0 ? Math.min(history, days) : history
    }
    default:
      return history
  }
}

/** Conditions on the same event share a scan: the widest window counts. */
export function estimateCost(body: Expr, schema: Schema, directory: Directory): Cost {
  const history = schema.historyDays ?? 365
  const days = new Map<string, number>()
  const entities = new Set<string>()
  const note = (events: readonly string[], window: Window) => {
    for (const event of events.length === 0 ? [''] : events) {
      days.set(event, Math.max(days.get(event) ?? 0, daysOf(window, history)))
    }
  }
  const stack = [body]
  for (let expr = stack.pop(); expr !== undefined; expr = stack.pop()) {
    stack.push(...childrenOf(expr))
    if (expr.kind === 'events') note(expr.events, expr.window)
    if (expr.kind === 'sequence') for (const step of expr.steps) note(step.events, expr.window)
    if (expr.kind === 'rows') {
      const target = directory.relation(directory.customer, expr.relation)?.target
      if (target !== undefined) entities.add(target)
    }
  }
  const perDay = (name: string) =>
    name === ''
      ? schema.events.reduce((sum, event) => sum + (event.perDay ?? 0), 0)
      : (directory.event(name)?.perDay ?? 0)
  const ofEvents = [...days].map(([name, count]) => ({ what: name, rows: Math.round(perDay(name) * count) }))
  const ofRows = [...entities].map((name) => ({ what: name, rows: directory.entity(name)?.rows ?? 0 }))
  const events = ofEvents.reduce((sum, { rows }) => sum + rows, 0)
  const rows = ofRows.reduce((sum, { rows: each }) => sum + each, 0)
  const customers = schema.customers ?? 0
  const all = events + rows + customers
  const level = all > 200_000_000 ? 'heavy' : all > 20_000_000 ? 'medium' : 'light'
  return { level, events, rows, customers, parts: [...ofEvents, ...ofRows].sort((a, b) => b.rows - a.rows) }
}
