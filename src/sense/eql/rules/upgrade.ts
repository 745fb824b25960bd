import { invalidField, type Problem, text } from '../../../platform/problem.ts'
import {
  arithmetic,
  calendarUnits,
  comparisons,
  type Expr,
  eqlVersion,
  eventFunctions,
  functionNames,
  gapUnits,
  limits,
  matches,
  type Rule,
  rowFunctions,
  spanUnits,
} from '../contract.ts'
import { canonicalDate } from './parseNames.ts'

/**
 * A tree as it came from a store or over the wire, made one of today's version, or a `Problem` that says where it is
 * wrong. Whatever passes can be walked, written and compiled: no unknown node, bounded in size and depth.
 */
export function readTree(value: unknown): Rule {
  const rule = record(value, 'rule')
  // Earlier versions are lifted here, one step a version, each a function from one shape to the next.
  if (rule.eql !== eqlVersion) {
    throw refuse('rule.eql', `不认识的规则版本 ${String(rule.eql)}`, `Unknown version of a rule: ${String(rule.eql)}`)
  }
  fields(rule, 'rule', ['eql', 'body'])
  const reader = new TreeReader()
  const notes = notesOf(rule, 'rule')
  const body = reader.expr(rule.body, 'rule.body', 1)
  return { eql: eqlVersion, body, ...notes }
}

function refuse(path: string, zh: string, en: string): Problem {
  return invalidField(path, 'eql.tree', text(zh, en))
}

function bad(path: string): Problem {
  return refuse(path, `规则的结构不对:${path}`, `The tree of the rule is wrong at ${path}`)
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(path)
  return value as Record<string, unknown>
}

function fields(node: Record<string, unknown>, path: string, allowed: readonly string[]): void {
  for (const key of Object.keys(node)) {
    if (key !== 'notes' && !allowed.includes(key)) throw bad(`${path}.${key.slice(0, 40)}`)
  }
}

function list(value: unknown, path: string, most: number): unknown[] {
  if (!Array.isArray(value)) throw bad(path)
  if (value.length > most) throw refuse(path, `最多 ${most} 项`, `There can be at most ${most}`)
  return value
}

function words(value: unknown, path: string, most: number): string[] {
  return list(value, path, most).map((each, i) => word(each, `${path}.${i}`))
}

/** A name: anything that a catalogue may hold. */
function word(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 200) throw bad(path)
  return value
}

function oneOf<T extends string>(value: unknown, of: readonly T[], path: string): T {
  const found = of.find((each) => each === value)
  if (found === undefined) throw bad(path)
  return found
}

function whole(value: unknown, path: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) throw bad(path)
  return value
}

function notesOf(node: Record<string, unknown>, path: string): { notes?: string[] } {
  if (node.notes === undefined) return {}
  const notes = list(node.notes, `${path}.notes`, 100).flatMap((note, i) => {
    if (typeof note !== 'string' || note.length > 2000) throw bad(`${path}.notes.${i}`)
    return note.split(/[\r\n\u2028\u2029]+/).map((line) => line.trim())
  })
  return notes.length > 0 ? { notes } : {}
}

const decimalShape = /^-?(?:0|[1-9]\d{0,29})(?:\.\d{0,29}[1-9])?$/

class TreeReader {
  private count = 0

  expr(value: unknown, path: string, depth: number): Expr {
    this.count += 1
    if (this.count > limits.nodes)
      throw refuse('rule', `规则太大:最多 ${limits.nodes} 个节点`, `The rule has more than ${limits.nodes} parts`)
    if (depth > limits.depth)
      throw refuse('rule', `嵌套太深:最多 ${limits.depth} 层`, `Nested deeper than ${limits.depth} levels`)
    const node = record(value, path)
    const shape = typeof node.kind === 'string' ? shapes.get(node.kind) : undefined
    if (shape === undefined) throw bad(`${path}.kind`)
    const read = shape({
      node,
      path,
      expr: (name) => this.expr(node[name], `${path}.${name}`, depth + 1),
      maybe: (name) => (node[name] === null ? null : this.expr(node[name], `${path}.${name}`, depth + 1)),
      below: (child, at) => this.expr(child, at, depth + 1),
    })
    fields(node, path, Object.keys(read))
    return { ...read, ...notesOf(node, path) }
  }
}

type Place = {
  node: Record<string, unknown>
  path: string
  expr: (name: string) => Expr
  maybe: (name: string) => Expr | null
  below: (child: unknown, path: string) => Expr
}

const literalKinds = ['text', 'number', 'money', 'boolean', 'day', 'time'] as const
type LiteralExpr = Extract<Expr, { kind: (typeof literalKinds)[number] }>

function literal(node: Record<string, unknown>, path: string): LiteralExpr {
  const kind = oneOf(node.kind, literalKinds, `${path}.kind`)
  const { value } = node
  if (kind === 'boolean') {
    if (typeof value !== 'boolean') throw bad(`${path}.value`)
    return { kind, value }
  }
  if (typeof value !== 'string' || value.length > limits.text) throw bad(`${path}.value`)
  if (kind === 'text') return { kind, value }
  const fits =
    kind === 'day' || kind === 'time'
      ? canonicalDate(kind, value)?.value === value
      : decimalShape.test(value) && value !== '-0'
  if (!fits) throw bad(`${path}.value`)
  return { kind, value }
}

function windowOf(value: unknown, path: string, below: Place['below']): Extract<Expr, { kind: 'within' }>['window'] {
  const node = record(value, path)
  const kind = oneOf(
    node.kind,
    ['ever', 'last', 'next', 'this', 'previous', 'following', 'since', 'range'],
    `${path}.kind`,
  )
  const calendar = () => oneOf(node.unit, calendarUnits, `${path}.unit`)
  switch (kind) {
    case 'ever':
      return { kind }
    case 'last':
    case 'next':
      return { kind, n: whole(node.n, `${path}.n`, 1, 100_000), unit: oneOf(node.unit, spanUnits, `${path}.unit`) }
    case 'this':
      return { kind, unit: calendar() }
    case 'previous':
    case 'following':
      return { kind, n: whole(node.n, `${path}.n`, 1, 1000), unit: calendar() }
    case 'since':
      return { kind, from: below(node.from, `${path}.from`) }
    case 'range':
      return { kind, from: below(node.from, `${path}.from`), to: below(node.to, `${path}.to`) }
  }
}

function gapOf(value: unknown, path: string) {
  if (value === null) return null
  const node = record(value, path)
  return { n: whole(node.n, `${path}.n`, 1, 100_000), unit: oneOf(node.unit, gapUnits, `${path}.unit`) }
}

function items({ node, path, below }: Place): Expr[] {
  const found = list(node.items, `${path}.items`, limits.nodes)
  if (found.length < 2) throw bad(`${path}.items`)
  return found.map((item, i) => below(item, `${path}.items.${i}`))
}

const leaf = (kind: 'missing' | 'now' | 'today' | 'occurred') => (): Expr => ({ kind })
const some = ({ node, path }: Place) => literal(node, path)

const shapes: ReadonlyMap<string, (at: Place) => Expr> = new Map<string, (at: Place) => Expr>([
  ...literalKinds.map((kind) => [kind, some] as const),
  ...(['missing', 'now', 'today', 'occurred'] as const).map((kind) => [kind, leaf(kind)] as const),
  ['field', ({ node, path }) => ({ kind: 'field', path: pathOf(node, path) })],
  ['param', ({ node, path }) => ({ kind: 'param', name: word(node.name, `${path}.name`) })],
  ['tag', ({ node, path }) => ({ kind: 'tag', name: word(node.name, `${path}.name`) })],
  ['asof', ({ node, path, expr }) => ({ kind: 'asof', path: pathOf(node, path), at: expr('at') })],
  [
    'segment',
    ({ node, path }) => ({
      kind: 'segment',
      name: word(node.name, `${path}.name`),
      version: node.version === null ? null : whole(node.version, `${path}.version`, 1, 1_000_000),
    }),
  ],
  [
    'list',
    ({ node, path }) => ({
      kind: 'list',
      items: list(node.items, `${path}.items`, limits.items).map((item, i) => {
        const at = `${path}.items.${i}`
        const value = record(item, at)
        fields(value, at, ['kind', 'value'])
        return literal(value, at)
      }),
    }),
  ],
  ['and', (at) => ({ kind: 'and', items: items(at) })],
  ['or', (at) => ({ kind: 'or', items: items(at) })],
  ['not', ({ expr }) => ({ kind: 'not', item: expr('item') })],
  ['neg', ({ expr }) => ({ kind: 'neg', item: expr('item') })],
  [
    'compare',
    ({ node, path, expr }) => ({
      kind: 'compare',
      op: oneOf(node.op, comparisons, `${path}.op`),
      left: expr('left'),
      right: expr('right'),
    }),
  ],
  ['in', ({ expr, path }) => ({ kind: 'in', value: expr('value'), list: listOf(expr('list'), path) })],
  ['between', ({ expr }) => ({ kind: 'between', value: expr('value'), low: expr('low'), high: expr('high') })],
  ['known', ({ expr }) => ({ kind: 'known', value: expr('value') })],
  [
    'match',
    ({ node, path, expr }) => ({
      kind: 'match',
      op: oneOf(node.op, matches, `${path}.op`),
      value: expr('value'),
      with: expr('with'),
    }),
  ],
  [
    'within',
    ({ node, path, expr, below }) => ({
      kind: 'within',
      value: expr('value'),
      window: windowOf(node.window, `${path}.window`, below),
    }),
  ],
  [
    'arith',
    ({ node, path, expr }) => ({
      kind: 'arith',
      op: oneOf(node.op, arithmetic, `${path}.op`),
      left: expr('left'),
      right: expr('right'),
    }),
  ],
  [
    'shift',
    ({ node, path, expr }) => {
      const n = whole(node.n, `${path}.n`, -100_000, 100_000)
      if (n === 0) throw bad(`${path}.n`)
      return { kind: 'shift', value: expr('value'), n, unit: oneOf(node.unit, spanUnits, `${path}.unit`) }
    },
  ],
  [
    'if',
    ({ node, path, expr, below }) => {
      const branches = list(node.branches, `${path}.branches`, limits.nodes).map((each, i) => {
        const at = `${path}.branches.${i}`
        const branch = record(each, at)
        return { when: below(branch.when, `${at}.when`), value: below(branch.value, `${at}.value`) }
      })
      if (branches.length === 0) throw bad(`${path}.branches`)
      return { kind: 'if', branches, else: expr('else') }
    },
  ],
  [
    'call',
    ({ node, path, below }) => ({
      kind: 'call',
      fn: oneOf(node.fn, functionNames, `${path}.fn`),
      args: list(node.args, `${path}.args`, limits.nodes).map((arg, i) => below(arg, `${path}.args.${i}`)),
    }),
  ],
  [
    'events',
    ({ node, path, maybe, below }) => ({
      kind: 'events',
      fn: oneOf(node.fn, eventFunctions, `${path}.fn`),
      events: words(node.events, `${path}.events`, 20),
      of: maybe('of'),
      where: maybe('where'),
      window: windowOf(node.window, `${path}.window`, below),
      k: node.k === null ? null : whole(node.fn === 'top' ? node.k : undefined, `${path}.k`, 1, 100),
    }),
  ],
  [
    'rows',
    ({ node, path, maybe }) => ({
      kind: 'rows',
      fn: oneOf(node.fn, rowFunctions, `${path}.fn`),
      relation: word(node.relation, `${path}.relation`),
      of: maybe('of'),
      where: maybe('where'),
    }),
  ],
  [
    'sequence',
    ({ node, path, below }) => ({
      kind: 'sequence',
      steps: list(node.steps, `${path}.steps`, limits.steps).map((each, i) =>
        stepOf(each, `${path}.steps.${i}`, below),
      ),
      by: words(node.by, `${path}.by`, 20),
      within: gapOf(node.within, `${path}.within`),
      window: windowOf(node.window, `${path}.window`, below),
    }),
  ],
])

function pathOf(node: Record<string, unknown>, path: string): string[] {
  const names = words(node.path, `${path}.path`, 20)
  if (names.length === 0) throw bad(`${path}.path`)
  return names
}

/** What stands behind `in`: a list, or something whose value is one. */
function listOf(expr: Expr, path: string): Expr {
  if (['list', 'param', 'field', 'tag'].includes(expr.kind)) return expr
  throw bad(`${path}.list`)
}

function stepOf(value: unknown, path: string, below: Place['below']) {
  const node = record(value, path)
  fields(node, path, ['events', 'where', 'not', 'within', 'after'])
  if (typeof node.not !== 'boolean') throw bad(`${path}.not`)
  return {
    events: words(node.events, `${path}.events`, 20),
    where: node.where === null ? null : below(node.where, `${path}.where`),
    not: node.not,
    within: gapOf(node.within, `${path}.within`),
    after: gapOf(node.after, `${path}.after`),
  }
}
