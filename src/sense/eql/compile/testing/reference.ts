import type { EventsNode, Expr, RowsNode, Schema, SchemaField, SequenceNode, Step } from '../../contract.ts'
import { dayStart, gapMs } from '../calendar.ts'
import { evaluate, exactMoney, finite, holds, type Value, type World, windowBounds } from '../evaluate.ts'
import { propertyValue } from '../predicate.ts'

export type Row = Readonly<Record<string, unknown>>
export type TestEvent = { customer: number; event: string; time: number; props: Row }
/** What a number said of an attribute, the last of each day. */
export type TestPast = { customer: number; attribute: string; time: number; value: unknown }

/** A small bank in memory. Money in minor units, days as text, times in milliseconds. */
export type Bank = {
  customers: { id: number; born: number; values: Row }[]
  rows: Readonly<Record<string, readonly { id: string; customer: number; values: Row }[]>>
  events: TestEvent[]
  past: TestPast[]
  /** Numbers that are another's by now. */
  alias: { customer: number; canonical: number }[]
  tags: { name: string; customer: number; value: unknown }[]
  segments: { name: string; version: number; customer: number }[]
  /** The attribute that a relation to one joins by. */
  via(entity: string, relation: string): string
}

export type Question = Pick<World, 'moment' | 'types' | 'params'> & { schema: Schema; bank: Bank; past?: boolean }

/** Who the rule holds for, by reading README.md aloud: one customer after the other, everything looked at each time. */
export function referenceCustomers(body: Expr, question: Question): number[] {
  return present(question)
    .filter(({ id }) => holds(body, worldOf(id, question)))
    .map(({ id }) => id)
    .sort((a, b) => a - b)
}

export function referenceValues(body: Expr, question: Question): Map<number, Value> {
  const found = present(question).map(({ id }): [number, Value] => [id, evaluate(body, worldOf(id, question))])
  return new Map(found.filter(([, value]) => value !== undefined))
}

function present({ bank, past, moment }: Question) {
  return bank.customers.filter(({ born }) => past !== true || born < moment.now)
}

function worldOf(id: number, question: Question): World {
  const world: World = {
    moment: question.moment,
    types: question.types,
    params: question.params,
    leaf: (expr) => customerLeaf(expr, id, question, world),
  }
  return world
}

function customerLeaf(expr: Expr, id: number, question: Question, world: World): Value {
  const { bank } = question
  switch (expr.kind) {
    case 'field':
      if (question.past && expr.path.length === 1)
        return attributeAt(expr.path[0] ?? '', question.moment.now, id, question)
      return pathValue(expr.path, 'customer', bank.customers.find((one) => one.id === id)?.values, question)
    case 'asof':
      return asOf(expr, id, question, world)
    case 'tag': {
      const value = bank.tags.find((one) => one.name === expr.name && one.customer === id)?.value
      return propertyValue(value, question.types.get(expr))
    }
    case 'segment': {
      const latest = question.schema.segments.find(({ name }) => name === expr.name)?.versions ?? 1
      const version = expr.version ?? latest
      return bank.segments.some((one) => one.name === expr.name && one.version === version && one.customer === id)
    }
    case 'events':
      return ofEvents(expr, id, question, world)
    case 'rows':
      return ofRows(expr, id, question)
    case 'sequence':
      return hasSequence(expr, id, question, world)
    default:
      throw new Error(`no leaf: ${expr.kind}`)
  }
}

function fieldOf(question: Question, entity: string, name: string): SchemaField | undefined {
  return question.schema.entities.find((one) => one.name === entity)?.fields.find((one) => one.name === name)
}

function pathValue(path: readonly string[], entity: string, values: Row | undefined, question: Question): Value {
  const [name = '', ...rest] = path
  if (values === undefined) return undefined
  if (rest.length > 0) {
    const relations = question.schema.entities.find((one) => one.name === entity)?.relations
    const target = relations?.find((one) => one.name === name)?.target ?? ''
    const key = values[question.bank.via(entity, name)]
    const row = question.bank.rows[target]?.find((one) => one.id === key)
    return pathValue(rest, target, row?.values, question)
  }
  const field = fieldOf(question, entity, name)
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (field?.onlyKnown) return value === undefined || value === null ? undefined : true
  return propertyValue(value ?? undefined, field?.type)
}

function asOf(expr: Extract<Expr, { kind: 'asof' }>, id: number, question: Question, world: World): Value {
  const at = evaluate(expr.at, world) as number | undefined
  if (at === undefined) return undefined
  const { now, zone } = question.moment
  const instant = question.types.get(expr.at) === 'day' ? dayStart(at + 1, zone) : at
  const [name = ''] = expr.path
  if (instant < now || question.past) return attributeAt(name, Math.min(instant, now), id, question)
  return pathValue(expr.path, 'customer', question.bank.customers.find((one) => one.id === id)?.values, question)
}

/** What any of his numbers said last before an instant. Times and lists have no past. */
function attributeAt(name: string, instant: number, id: number, question: Question): Value {
  const field = fieldOf(question, 'customer', name)
  if (field?.onlyKnown)
    return pathValue([name], 'customer', question.bank.customers.find((one) => one.id === id)?.values, question)
  if (field?.type === 'time' || field?.type === 'list') return undefined
  const said = question.bank.past.filter(
    (one) => one.attribute === name && one.time < instant && canonical(one.customer, question.bank) === id,
  )
  const last = said.sort((a, b) => a.time - b.time).at(-1)
  return propertyValue(last?.value ?? undefined, field?.type)
}

function canonical(number: number, bank: Bank): number {
  return bank.alias.find(({ customer }) => customer === number)?.canonical ?? number
}

function eventWorld(event: TestEvent, question: Question): World {
  return {
    moment: question.moment,
    types: question.types,
    params: question.params,
    leaf(expr) {
      if (expr.kind === 'occurred') return event.time
      if (expr.kind !== 'field') throw new Error(`no leaf of an event: ${expr.kind}`)
      return property(event, expr.path[0] ?? '', question.types.get(expr))
    },
  }
}

function property(event: TestEvent, name: string, type: Parameters<typeof propertyValue>[1]): Value {
  return propertyValue(Object.hasOwn(event.props, name) ? event.props[name] : undefined, type)
}

function eventsOf(id: number, { bank, moment }: Question): TestEvent[] {
  return bank.events.filter((event) => event.time < moment.now && canonical(event.customer, bank) === id)
}

function isAny(event: TestEvent, names: readonly string[]): boolean {
  return names.length === 0 || names.includes(event.event)
}

function ofEvents(expr: EventsNode, id: number, question: Question, world: World): Value {
  const bounds = windowBounds(expr.window, world)
  const found = eventsOf(id, question)
    .filter((event) => isAny(event, expr.events))
    .filter((event) => bounds !== undefined && event.time >= bounds.from && event.time < bounds.until)
    .filter((event) => expr.where === null || holds(expr.where, eventWorld(event, question)))
  if (expr.fn === 'did') return found.length > 0
  if (expr.fn === 'count') return found.length
  const { of } = expr
  if (of === null) {
    const times = found.map(({ time }) => time)
    if (times.length === 0) return undefined
    return expr.fn === 'first' ? Math.min(...times) : Math.max(...times)
  }
  const known = found
    .map((event) => ({ time: event.time, value: evaluate(of, eventWorld(event, question)) }))
    .filter(({ value }) => value !== undefined)
  if (expr.fn === 'first' || expr.fn === 'last') {
    const sign = expr.fn === 'first' ? 1 : -1
    return known.sort((a, b) => sign * (a.time - b.time) || order(a.value, b.value))[0]?.value
  }
  return summed(
    expr,
    known.map(({ value }) => value),
    question,
  )
}

/** Numbers by size, texts by code point, false before true. */
function order(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return Number(a) - Number(b)
}

function summed(expr: EventsNode | RowsNode, values: Value[], question: Question): Value {
  const type = expr.of === null ? undefined : question.types.get(expr.of)
  const numbers = values as number[]
  switch (expr.fn) {
    case 'sum': {
      if (type === 'money') return exactMoney(Number(numbers.reduce((sum, one) => sum + BigInt(one), 0n)))
      return finite(numbers.reduce((sum, one) => sum + one, 0))
    }
    case 'avg': {
      if (numbers.length === 0) return undefined
      if (type === 'money') return averageMoney(numbers.map(BigInt))
      return finite(numbers.reduce((sum, one) => sum + one, 0) / numbers.length)
    }
    case 'min':
      return numbers.length === 0 ? undefined : Math.min(...numbers)
    case 'max':
      return numbers.length === 0 ? undefined : Math.max(...numbers)
    case 'distinct':
      return new Set(values).size
    default: {
      const counts = new Map<string, number>()
      for (const value of values as string[]) counts.set(value, (counts.get(value) ?? 0) + 1)
      const sorted = [...counts].sort((a, b) => b[1] - a[1] || order(a[0], b[0])).map(([value]) => value)
      const k = expr.kind === 'events' ? expr.k : null
      if (k === null) return sorted[0]
      return sorted.length > 0 ? sorted.slice(0, k) : undefined
    }
  }
}

function averageMoney(amounts: bigint[]): number | undefined {
  const sum = amounts.reduce((total, one) => total + one, 0n)
  const [size, count] = [sum < 0n ? -sum : sum, BigInt(amounts.length)]
  return exactMoney(Number(((2n * size + count) / (2n * count)) * (sum < 0n ? -1n : 1n)))
}

function ofRows(expr: RowsNode, id: number, question: Question): Value {
  const { schema, bank, moment, types, params } = question
  const relations = schema.entities.find(({ name }) => name === 'customer')?.relations
  const target = relations?.find(({ name }) => name === expr.relation)?.target ?? ''
  const rows = (bank.rows[target] ?? []).filter(({ customer }) => customer === id)
  const world = (values: Row): World => ({
    moment,
    types,
    params,
    leaf(node) {
      if (node.kind !== 'field') throw new Error(`no leaf of a row: ${node.kind}`)
      return pathValue(node.path, target, values, question)
    },
  })
  const good = rows.filter(({ values }) => expr.where === null || holds(expr.where, world(values)))
  if (expr.fn === 'any') return good.length > 0
  if (expr.fn === 'none') return good.length === 0
  if (expr.fn === 'all') return rows.length > 0 && good.length === rows.length
  if (expr.fn === 'count') return good.length
  const { of } = expr
  const values = of === null ? [] : good.map((row) => evaluate(of, world(row.values)))
  return summed(
    expr,
    values.filter((value) => value !== undefined),
    question,
  )
}

/** Every choice of events is tried. */
function hasSequence(node: SequenceNode, id: number, question: Question, world: World): boolean {
  const bounds = windowBounds(node.window, world)
  if (bounds === undefined) return false
  const events = eventsOf(id, question)
  const keyOf = (event: TestEvent): string | undefined => {
    const values = node.by.map((name) => property(event, name, byType(node, name, question)))
    return values.includes(undefined) ? undefined : JSON.stringify(values)
  }
  const is = (event: TestEvent, step: Step) =>
    isAny(event, step.events) && (step.where === null || holds(step.where, eventWorld(event, question)))
  const free = (steps: Step[], key: string | undefined, after: number, before: number) =>
    !steps.some((step) =>
      events.some((one) => one.time > after && one.time < before && keyOf(one) === key && is(one, step)),
    )
  const limit = node.within === null ? Number.POSITIVE_INFINITY : gapMs(node.within)

  const from = (i: number, first: TestEvent, last: TestEvent): boolean => {
    const key = keyOf(first)
    let next = i
    const nots: Step[] = []
    for (let step = node.steps[next]; step?.not; step = node.steps[next]) {
      nots.push(step)
      next++
    }
    const step = node.steps[next]
    if (step === undefined) return ends(nots, key, first, last)
    return events.some((event) => {
      const gap = event.time - last.time
      if (gap <= 0 || event.time - first.time >= limit || keyOf(event) !== key || !is(event, step)) return false
      if (step.within !== null && gap >= gapMs(step.within)) return false
      if (step.after !== null && gap < gapMs(step.after)) return false
      return free(nots, key, last.time, event.time) && from(next + 1, first, event)
    })
  }
  const ends = (nots: Step[], key: string | undefined, first: TestEvent, last: TestEvent): boolean => {
    if (nots.length === 0) return true
    const own = nots.at(-1)?.within
    const whole = first.time + limit
    const byStep = own ? last.time + gapMs(own) : Number.POSITIVE_INFINITY
    const deadline = Math.min(whole, byStep)
    const { now } = question.moment
    if (deadline === Number.POSITIVE_INFINITY) return free(nots, key, last.time, now)
    return deadline <= now && free(nots, key, last.time, deadline)
  }
  const [begin] = node.steps
  return events.some(
    (event) =>
      begin !== undefined &&
      event.time >= bounds.from &&
      event.time < bounds.until &&
      keyOf(event) !== undefined &&
      is(event, begin) &&
      from(1, event, event),
  )
}

function byType(node: SequenceNode, name: string, { schema }: Question): SchemaField['type'] | undefined {
  const names = node.steps.flatMap(({ events }) => events)
  const own = schema.events.filter((event) => names.includes(event.name)).flatMap(({ properties }) => properties)
  return [...own, ...schema.common].find((field) => field.name === name)?.type
}
