import type { EqlType, EventsNode, Expr, FunctionName, RowsNode, SchemaEvent, SequenceNode, Step } from '../contract.ts'
import type { Checker, Scope, Seen } from './checker.ts'
import { isOpen, needCondition, needOneOf, type Part, unify } from './checkTypes.ts'
import { checkWindow } from './checkWindow.ts'

export type Check = (checker: Checker, expr: Expr, scope: Scope, path: string) => Seen

type Signature = { takes: EqlType[][]; gives: EqlType | 'same' | 'first'; rest?: boolean }
const numbers: EqlType[] = ['number', 'integer']
const dates: EqlType[] = ['day', 'time']
const any: EqlType[] = ['boolean', 'number', 'integer', 'money', 'text', 'time', 'day', 'list']
const since: Signature = { takes: [dates], gives: 'integer' }
const ordered: EqlType[] = [...numbers, 'money', 'day', 'time']

const signatures: Record<FunctionName, Signature> = {
  lower: { takes: [['text']], gives: 'text' },
  upper: { takes: [['text']], gives: 'text' },
  trim: { takes: [['text']], gives: 'text' },
  length: { takes: [['text', 'list']], gives: 'integer' },
  substring: { takes: [['text'], numbers, numbers], gives: 'text' },
  concat: { takes: [['text'], ['text']], gives: 'text', rest: true },
  abs: { takes: [[...numbers, 'money']], gives: 'first' },
  round: { takes: [[...numbers, 'money']], gives: 'first' },
  floor: { takes: [numbers], gives: 'integer' },
  ceil: { takes: [numbers], gives: 'integer' },
  least: { takes: [ordered, ordered], gives: 'same', rest: true },
  greatest: { takes: [ordered, ordered], gives: 'same', rest: true },
  coalesce: { takes: [any, any], gives: 'same', rest: true },
  yuan: { takes: [numbers], gives: 'money' },
  in_yuan: { takes: [['money']], gives: 'number' },
  year: since,
  month: since,
  day_of_month: since,
  weekday: since,
  hour: { takes: [['time']], gives: 'integer' },
  day: { takes: [['time']], gives: 'day' },
  anniversary: { takes: [['day']], gives: 'day' },
  days_since: since,
  months_since: since,
  years_since: since,
  days_until: since,
}

export function checkCall(checker: Checker, expr: Extract<Expr, { kind: 'call' }>, path: string, args: Part[]): Seen {
  const { takes, gives, rest } = signatures[expr.fn]
  if (args.length < takes.length || (args.length > takes.length && rest !== true)) {
    const many = `${takes.length}${rest === true ? '+' : ''}`
    return checker.error(
      expr,
      path,
      'eql.arguments',
      `${expr.fn} 需要 ${many} 个参数,这里有 ${args.length} 个`,
      `${expr.fn} takes ${many} values, here are ${args.length}`,
    )
  }
  const fits = args.map((arg, i) =>
    needOneOf(checker, arg, `${path}.args.${i}`, takes[Math.min(i, takes.length - 1)] ?? any),
  )
  if (gives === 'same') return fits.includes(false) ? 'unknown' : unify(checker, expr, path, args)
  if (gives !== 'first') return gives
  const seen = args[0]?.[1] ?? 'unknown'
  return seen === 'number' && expr.fn === 'round' ? 'integer' : seen
}

type Aggregate = { of: 'never' | 'always' | 'maybe'; takes: EqlType[]; gives: EqlType | 'same' }
const scalars = any.filter((type) => type !== 'list')
const aggregates: Record<EventsNode['fn'] | RowsNode['fn'], Aggregate> = {
  did: { of: 'never', takes: [], gives: 'boolean' },
  any: { of: 'never', takes: [], gives: 'boolean' },
  all: { of: 'never', takes: [], gives: 'boolean' },
  none: { of: 'never', takes: [], gives: 'boolean' },
  count: { of: 'never', takes: [], gives: 'integer' },
  sum: { of: 'always', takes: [...numbers, 'money'], gives: 'same' },
  avg: { of: 'always', takes: [...numbers, 'money'], gives: 'same' },
  min: { of: 'always', takes: ordered, gives: 'same' },
  max: { of: 'always', takes: ordered, gives: 'same' },
  distinct: { of: 'always', takes: scalars, gives: 'integer' },
  first: { of: 'maybe', takes: scalars, gives: 'same' },
  last: { of: 'maybe', takes: scalars, gives: 'same' },
  top: { of: 'always', takes: ['text'], gives: 'text' },
}

/** The type of what is aggregated; told when it is not there, or there is none to be. */
function checkOf(checker: Checker, expr: EventsNode | RowsNode, scope: Scope, path: string, check: Check): Seen {
  const { of, takes, gives } = aggregates[expr.fn]
  const name = expr.kind === 'rows' ? expr.relation : (expr.events[0] ?? 'any event')
  if (expr.of === null) {
    if (of !== 'always') return gives === 'same' ? 'time' : gives
    return checker.error(
      expr,
      path,
      'eql.of',
      `${expr.fn} 要说明是什么的,例如 ${expr.fn}(amount of ${name} …)`,
      `${expr.fn} needs to know of what, such as ${expr.fn}(amount of ${name} …)`,
    )
  }
  const seen = check(checker, expr.of, scope, `${path}.of`)
  if (of === 'never') {
    return checker.error(
      expr,
      path,
      'eql.of',
      `${expr.fn} 不需要 of;不同值的个数用 distinct`,
      `${expr.fn} is of nothing; distinct counts different values`,
    )
  }
  const fits = needOneOf(checker, [expr.of, seen], `${path}.of`, takes)
  if (gives !== 'same') return gives
  if (!fits || isOpen(seen)) return 'unknown'
  return expr.fn === 'avg' && seen === 'integer' ? 'number' : seen
}

function checkWhere(checker: Checker, where: Expr | null, scope: Scope, path: string, check: Check): void {
  if (where !== null) needCondition(checker, where, check(checker, where, scope, `${path}.where`), `${path}.where`)
}

/** The events of a node or a step; empty for any event, undefined when one is not there. */
function eventsOf(
  checker: Checker,
  expr: Expr,
  node: { events: string[] } & (EventsNode | Step),
  path: string,
): SchemaEvent[] | undefined {
  const found = node.events.map((written, i) =>
    checker.resolve(checker.directory.schema.events, {
      written,
      what: { zh: '事件', en: 'event' },
      at: { expr, path: `${path}.events.${i}`, span: checker.nameSpan(node, i) },
      put: (name) => {
        node.events[i] = name
      },
    }),
  )
  const known = found.filter((event) => event !== undefined)
  return known.length === found.length ? known : undefined
}

function customerBound(checker: Checker, path: string, check: Check): (bound: Expr, name: string) => Seen {
  const scope: Scope = { kind: 'customer', entity: checker.directory.customer }
  return (bound, name) => check(checker, bound, scope, `${path}.window.${name}`)
}

export function checkAggregate(checker: Checker, expr: EventsNode, path: string, check: Check): Seen {
  const events = eventsOf(checker, expr, expr, path)
  checkWindow(checker, expr, expr.window, { path: `${path}.window`, of: 'events' }, customerBound(checker, path, check))
  if (events === undefined) return 'unknown'
  const scope: Scope = { kind: 'event', events }
  const gives = checkOf(checker, expr, scope, path, check)
  checkWhere(checker, expr.where, scope, path, check)
  return expr.k === null || gives === 'unknown' ? gives : 'list'
}

export function checkRows(checker: Checker, expr: RowsNode, path: string, check: Check): Seen {
  const { customer } = checker.directory
  const many = customer.relations.filter((relation) => relation.many)
  const relation = checker.resolve(many, {
    written: expr.relation,
    what: { zh: '一对多关系', en: 'relation' },
    at: { expr, path: `${path}.relation`, span: checker.nameSpan(expr, 0) },
    put: (name) => {
      expr.relation = name
    },
  })
  const entity = checker.directory.entity(relation?.target ?? '')
  if (entity === undefined) return 'unknown'
  const scope: Scope = { kind: 'row', entity }
  if (expr.fn === 'all' && expr.where === null) {
    checker.warn(expr, path, 'eql.all', 'all 没有 where 时等同于 any', 'Without where, all is the same as any')
  }
  const gives = checkOf(checker, expr, scope, path, check)
  checkWhere(checker, expr.where, scope, path, check)
  return gives
}

export function checkSequence(checker: Checker, expr: SequenceNode, path: string, check: Check): Seen {
  const steps = expr.steps.map((step, i) => {
    const at = `${path}.steps.${i}`
    const events = eventsOf(checker, expr, step, at)
    if (events !== undefined) checkWhere(checker, step.where, { kind: 'event', events }, at, check)
    checkStep(checker, expr, step, i, at)
    return events
  })
  const [first] = expr.steps
  if (first?.not === true) {
    checker.error(expr, `${path}.steps.0`, 'eql.sequence', '序列不能以 not 开始', 'A sequence does not begin with not')
  }
  if (expr.steps.length < 2) {
    checker.error(
      expr,
      path,
      'eql.sequence',
      '序列至少两步;一步请用 did',
      'A sequence has two steps at least; of one write did',
    )
  }
  checkBy(checker, expr, steps, path)
  checkWindow(checker, expr, expr.window, { path: `${path}.window`, of: 'events' }, customerBound(checker, path, check))
  return 'boolean'
}

function checkStep(checker: Checker, expr: SequenceNode, step: Step, i: number, path: string): void {
  const last = i === expr.steps.length - 1
  if (step.not && (step.after !== null || (step.within !== null && !last))) {
    checker.error(
      expr,
      path,
      'eql.sequence',
      '中间的 not 步骤不带时间间隔',
      'A not between two steps has no gap of its own',
    )
  }
  if (i === 0 && (step.after !== null || step.within !== null)) {
    checker.error(
      expr,
      path,
      'eql.sequence',
      '第一步之前没有步骤,不能带间隔',
      'Nothing stands before the first step: it has no gap',
    )
  }
}

function checkBy(checker: Checker, expr: SequenceNode, steps: (SchemaEvent[] | undefined)[], path: string): void {
  for (const [i, written] of expr.by.entries()) {
    const types = new Set<EqlType>()
    for (const events of steps) {
      if (events === undefined) continue
      const probe: Expr & { path: string[] } = { kind: 'field', path: [expr.by[i] ?? written] }
      const span = checker.nameSpan(expr, i)
      const field = checker.property(probe, events, `${path}.by.${i}`, span ?? undefined)
      if (field === undefined) break
      expr.by[i] = checker.renames ? field.name : written
      types.add(field.type)
    }
    if (types.size > 1 || types.has('list')) {
      checker.error(
        expr,
        `${path}.by.${i}`,
        'eql.types_differ',
        `“${written}”在各步骤中类型不同,或是列表`,
        `“${written}” is of different types in the steps, or a list`,
      )
    }
  }
}
