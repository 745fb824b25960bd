import {
  type BuilderFilter,
  type BuilderNode,
  type BuilderStep,
  type BuilderTest,
  type BuilderValue,
  builderFunctions,
  type Expr,
  type FunctionName,
  type Match,
  type SequenceNode,
} from '../contract.ts'
import { formatNode } from './format.ts'
import type { Namer } from './namer.ts'

const negatedTests = ['in', 'between', 'within', 'contains', 'starts', 'ends', 'contains-any', 'contains-all'] as const

/** A condition as the builder shows it. Whatever has no form of its own stands as text: nothing is lost. */
export function toNode(expr: Expr, namer: Namer): BuilderNode {
  const node = shapeOf(bare(expr), namer) ?? { shape: 'text', expr: bare(expr), text: formatNode(bare(expr), namer) }
  return expr.notes === undefined ? node : { ...node, notes: expr.notes }
}

function bare(expr: Expr): Expr {
  const { notes: _, ...rest } = expr
  return rest
}

function shapeOf(expr: Expr, namer: Namer): BuilderNode | null {
  const negated = expr.kind === 'not'
  if (negated && hasNotes(expr.item)) return notOf(expr.item, namer)
  const inner = negated ? expr.item : expr
  if (inner.kind === 'and' || inner.kind === 'or') {
    const items = inner.items.map((item) => toNode(item, namer))
    return { shape: 'group', word: inner.kind, not: negated, items }
  }
  if (inner.kind === 'segment') return { shape: 'segment', name: inner.name, version: inner.version, not: negated }
  if (inner.kind === 'sequence') return sequenceOf(inner, negated)
  const tested = testOf(expr)
  const node = tested === null || hasNotes(tested.subject) ? null : subjectOf(tested.subject, tested.test)
  return node === null && negated ? notOf(inner, namer) : node
}

/** `not (a = 1)` has no operator of its own: a group of one that is turned round. */
function notOf(inner: Expr, namer: Namer): BuilderNode | null {
  const item = toNode(inner, namer)
  return item.shape === 'text' ? null : { shape: 'group', word: 'and', not: true, items: [item] }
}

function hasNotes(expr: Expr): boolean {
  return expr.notes !== undefined
}

function subjectOf(subject: Expr, test: BuilderTest): BuilderNode | null {
  if (subject.kind === 'field') return { shape: 'attribute', path: subject.path, through: null, test }
  if (subject.kind === 'call') {
    const [arg] = subject.args
    const through = builderFunctions.find((fn) => fn === subject.fn)
    if (arg?.kind !== 'field' || hasNotes(arg) || through === undefined) return null
    return { shape: 'attribute', path: arg.path, through, test }
  }
  if (subject.kind === 'tag') return { shape: 'tag', name: subject.name, test }
  if (subject.kind !== 'events' && subject.kind !== 'rows') return null
  const filters = filtersOf(subject.where)
  const of =
    subject.of === null ? null : subject.of.kind === 'field' && !hasNotes(subject.of) ? subject.of.path : undefined
  if (filters === null || of === undefined) return null
  if (subject.kind === 'rows') return { shape: 'rows', fn: subject.fn, relation: subject.relation, of, filters, test }
  if (subject.k !== null || !isPlainWindow(subject)) return null
  return { shape: 'events', fn: subject.fn, events: subject.events, of, filters, window: subject.window, test }
}

/** Bounds that the builder has fields for: days, and attributes of the customer. */
function isPlainWindow({ window }: { window: SequenceNode['window'] }): boolean {
  const bounds = window.kind === 'since' ? [window.from] : window.kind === 'range' ? [window.from, window.to] : []
  return bounds.every((bound) => ['day', 'time', 'field', 'param'].includes(bound.kind) && !hasNotes(bound))
}

function sequenceOf(expr: SequenceNode, not: boolean): BuilderNode | null {
  const steps: BuilderStep[] = []
  for (const { where, ...step } of expr.steps) {
    const filters = filtersOf(where)
    if (filters === null) return null
    steps.push({ ...step, filters })
  }
  if (!isPlainWindow(expr)) return null
  return { shape: 'sequence', steps, by: expr.by, within: expr.within, window: expr.window, not }
}

/** The filters of a where: fields tested one by one, all of which must hold. */
function filtersOf(where: Expr | null): BuilderFilter[] | null {
  if (where === null) return []
  if (hasNotes(where)) return null
  const filters: BuilderFilter[] = []
  for (const item of where.kind === 'and' ? where.items : [where]) {
    const tested = hasNotes(item) ? null : testOf(item)
    if (tested === null || tested.subject.kind !== 'field' || hasNotes(tested.subject)) return null
    filters.push({ path: tested.subject.path, test: tested.test })
  }
  return filters
}

type Tested = { subject: Expr; test: BuilderTest }

/** What is tested, and how; the values stand as literals, lists of them, or parameters. */
function testOf(expr: Expr): Tested | null {
  if (expr.kind === 'not') return hasNotes(expr.item) ? null : negatedTest(expr.item)
  const value = plainValue
  switch (expr.kind) {
    case 'compare':
      return tested(expr.left, expr.op, [value(expr.right)])
    case 'in':
      return tested(expr.value, 'in', [value(expr.list)])
    case 'between':
      return tested(expr.value, 'between', [value(expr.low), value(expr.high)])
    case 'known':
      return tested(expr.value, 'known', [])
    case 'match':
      return tested(expr.value, expr.op, [value(expr.with)])
    case 'within':
      if (!isPlainWindow(expr)) return null
      return { subject: expr.value, test: { op: 'within', values: [], window: expr.window } }
    case 'field':
    case 'tag':
    case 'events':
    case 'rows':
      return tested(expr, 'true', [])
    default:
      return null
  }
}

function tested(subject: Expr, op: BuilderTest['op'], values: (BuilderValue | null)[]): Tested | null {
  const known = values.filter((value) => value !== null)
  return known.length < values.length ? null : { subject, test: { op, values: known, window: null } }
}

function negatedTest(inner: Expr): Tested | null {
  const positive = testOf(inner)
  if (positive === null || inner.kind === 'not') return null
  const { op } = positive.test
  if (op === 'known') return { ...positive, test: { ...positive.test, op: 'missing' } }
  if (op === 'true') return { ...positive, test: { ...positive.test, op: 'false' } }
  const found = negatedTests.find((each) => each === op)
  return found === undefined ? null : { ...positive, test: { ...positive.test, op: `not-${found}` } }
}

function plainValue(expr: Expr): BuilderValue | null {
  if (hasNotes(expr)) return null
  switch (expr.kind) {
    case 'text':
    case 'number':
    case 'money':
    case 'boolean':
    case 'day':
    case 'time':
    case 'param':
      return expr
    case 'list':
      return expr.items.some(({ notes }) => notes !== undefined) ? null : { kind: 'list', items: expr.items }
    default:
      return null
  }
}

/**
 * The tree of what the builder shows, as far as it is finished: a condition without its values is left out, and told. `paths`
 * says where in the tree each part came to stand.
 */
export type Assembled = { expr: Expr | null; paths: Map<BuilderNode, string>; unfinished: BuilderNode[] }

export function assemble(root: BuilderNode): Assembled {
  const out: Assembled = { expr: null, paths: new Map(), unfinished: [] }
  collectUnfinished(root, out.unfinished)
  if (isBegun(root)) out.expr = build(root, 'body', out.paths)
  return out
}

function collectUnfinished(node: BuilderNode, found: BuilderNode[]): void {
  if (node.shape !== 'group') {
    if (leafExpr(node) === null) found.push(node)
    return
  }
  if (node.items.length === 0) found.push(node)
  for (const item of node.items) collectUnfinished(item, found)
}

/** Something in it is finished. */
function isBegun(node: BuilderNode): boolean {
  return node.shape === 'group' ? node.items.some(isBegun) : leafExpr(node) !== null
}

function build(node: BuilderNode, path: string, paths: Assembled['paths']): Expr | null {
  paths.set(node, path)
  if (node.shape !== 'group') {
    const leaf = leafExpr(node)
    return leaf === null || node.notes === undefined ? leaf : { ...leaf, notes: node.notes }
  }
  const inner = node.not ? `${path}.item` : path
  const begun = node.items.filter(isBegun)
  const [only, ...more] = begun
  if (only === undefined) return null
  const single = more.length === 0 ? build(only, inner, paths) : null
  const items = single ? [] : begun.map((item, i) => build(item, `${inner}.items.${i}`, paths))
  const expr = negate(single ?? { kind: node.word, items: items.filter((item) => item !== null) }, node.not)
  // A group of one is its condition: the comments of both stand before it.
  const notes = [...(node.notes ?? []), ...(expr.notes ?? [])]
  return notes.length === 0 ? expr : { ...expr, notes }
}

function leafExpr(node: Exclude<BuilderNode, { shape: 'group' }>): Expr | null {
  switch (node.shape) {
    case 'text':
      return node.text.trim() === '' ? null : node.expr
    case 'segment':
      return negate({ kind: 'segment', name: node.name, version: node.version }, node.not)
    case 'attribute':
      return testExpr(throughOf(node.path, node.through), node.test)
    case 'tag':
      return testExpr({ kind: 'tag', name: node.name }, node.test)
    case 'events': {
      const where = whereOf(node.filters)
      if (where === undefined) return null
      const { fn, events, window } = node
      return testExpr({ kind: 'events', fn, events, of: ofOf(node.of), where, window, k: null }, node.test)
    }
    case 'rows': {
      const where = whereOf(node.filters)
      if (where === undefined) return null
      return testExpr({ kind: 'rows', fn: node.fn, relation: node.relation, of: ofOf(node.of), where }, node.test)
    }
    case 'sequence': {
      const steps = node.steps.flatMap(({ filters, ...step }) => {
        const where = whereOf(filters)
        return where === undefined ? [] : [{ ...step, where }]
      })
      if (steps.length < node.steps.length) return null
      return negate({ kind: 'sequence', steps, by: node.by, within: node.within, window: node.window }, node.not)
    }
  }
}

function throughOf(path: string[], through: FunctionName | null): Expr {
  const field: Expr = { kind: 'field', path }
  return through === null ? field : { kind: 'call', fn: through, args: [field] }
}

function negate(expr: Expr, not: boolean): Expr {
  return not ? { kind: 'not', item: expr } : expr
}

function ofOf(path: string[] | null): Expr | null {
  return path === null ? null : { kind: 'field', path }
}

function whereOf(filters: BuilderFilter[]): Expr | null | undefined {
  const items: Expr[] = []
  for (const { path, test } of filters) {
    const item = testExpr({ kind: 'field', path }, test)
    if (item === null) return undefined
    items.push(item)
  }
  const [only] = items
  if (only === undefined) return null
  return items.length === 1 ? only : { kind: 'and', items }
}

function testExpr(value: Expr, { op, values, window }: BuilderTest): Expr | null {
  if (op.startsWith('not-')) {
    const positive = negatedTests.find((each) => op === `not-${each}`)
    const expr = positive === undefined ? null : testExpr(value, { op: positive, values, window })
    return expr === null ? null : { kind: 'not', item: expr }
  }
  const [first, second] = values
  switch (op) {
    case 'true':
      return value
    case 'false':
      return { kind: 'not', item: value }
    case 'known':
      return { kind: 'known', value }
    case 'missing':
      return { kind: 'not', item: { kind: 'known', value } }
    case 'within':
      return window === null ? null : { kind: 'within', value, window }
    case 'in':
      return first === undefined ? null : { kind: 'in', value, list: first }
    case 'between':
      if (first === undefined || second === undefined || first.kind === 'list' || second.kind === 'list') return null
      return { kind: 'between', value, low: first, high: second }
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return first === undefined ? null : { kind: 'compare', op, left: value, right: first }
    default: {
      const match = matchOf(op)
      return first === undefined || match === null ? null : { kind: 'match', op: match, value, with: first }
    }
  }
}

function matchOf(op: string): Match | null {
  return (['contains', 'starts', 'ends', 'contains-any', 'contains-all'] as const).find((each) => each === op) ?? null
}
