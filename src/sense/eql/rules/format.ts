import type { Expr, Gap, Literal, Rule, Step, Window } from '../contract.ts'
import { writeName } from './checker.ts'
import { quoteText } from './checkOperators.ts'
import type { Namer, NameScope } from './namer.ts'
import { ofCustomer } from './namer.ts'
import { binding } from './parse.ts'
import { quoteName } from './parseNames.ts'
import { childrenOf } from './tree.ts'
import { phraseOf, plural } from './words.ts'

const width = 100
/** What needs no bracket anywhere; and `if`, which takes all that follows. */
const primary = 9
const open = 0

/** The one way to write a rule. Read again it is the same tree; written again the same text. */
export function formatTree(rule: Rule, namer: Namer): string {
  const lines = new Writer(namer).block(rule.body, '', open, ofCustomer)
  const notes = (rule.notes ?? []).map((note) => `\n-- ${note}`.trimEnd())
  return lines + notes.join('')
}

export function formatNode(expr: Expr, namer: Namer, scope: NameScope = ofCustomer): string {
  return new Writer(namer).flat(expr, open, scope)
}

class Writer {
  private readonly namer: Namer

  constructor(namer: Namer) {
    this.namer = namer
  }

  /** On one line. Comments have no place on it. */
  flat(expr: Expr, level: number, scope: NameScope): string {
    const { text, holds } = this.write(expr, scope)
    return holds < level ? `(${text})` : text
  }

  /** On one line if it fits and no one wrote inside; else on several. Notes come before it. */
  block(expr: Expr, indent: string, level: number, scope: NameScope): string {
    return notesBefore(expr, indent) + this.lines(expr, indent, level, scope)
  }

  private lines(expr: Expr, indent: string, level: number, scope: NameScope): string {
    const line = this.flat(expr, level, scope)
    if (!hasNotesInside(expr) && indent.length + widthOf(line) <= width) return line
    return this.broken(expr, indent, level, scope)
  }

  private broken(expr: Expr, indent: string, level: number, scope: NameScope): string {
    if (expr.kind === 'and' || expr.kind === 'or') {
      const inner = (expr.kind === 'or' ? binding.or : binding.and) < level
      const deep = inner ? `${indent}  ` : indent
      const items = expr.items.map((item, i) => this.item(item, i === 0 ? '' : `${expr.kind} `, deep, scope))
      const joined = items.join(`\n${deep}`)
      return inner ? `(\n${deep}${joined}\n${indent})` : joined
    }
    if (expr.kind === 'not' && !isNegated(expr.item)) return `not ${this.lines(expr.item, indent, binding.not, scope)}`
    if (expr.kind === 'events' || expr.kind === 'rows' || expr.kind === 'sequence') return this.call(expr, indent)
    if (expr.kind === 'if' && expr.branches.length > 1) return this.cases(expr, indent, scope)
    if (expr.kind === 'compare') {
      const text = `${this.lines(expr.left, indent, binding.sum, scope)} ${expr.op} ${this.flat(expr.right, binding.sum, scope)}`
      return binding.predicate < level ? `(${text})` : text
    }
    return this.flat(expr, level, scope)
  }

  private cases(expr: Extract<Expr, { kind: 'if' }>, indent: string, scope: NameScope): string {
    const at = (child: Expr) => this.flat(child, open, scope)
    const branches = expr.branches.map(({ when, value }) => `\n${indent}  when ${at(when)} then ${at(value)}`)
    return `case${branches.join('')}\n${indent}  else ${at(expr.else)}\n${indent}end`
  }

  private item(item: Expr, word: string, indent: string, scope: NameScope): string {
    const notes = word === '' ? '' : notesBefore(item, indent)
    return notes + word + this.lines(item, indent, binding.not, scope)
  }

  private call(expr: Extract<Expr, { kind: 'events' | 'rows' | 'sequence' }>, indent: string): string {
    const deep = `${indent}  `
    if (expr.kind === 'sequence') {
      const steps = expr.steps.map((step, i) => `${i === 0 ? '' : '-> '}${this.step(step, deep)}`)
      return `sequence(\n${deep}${steps.join(`\n${deep}`)},\n${deep}${this.sequenceOptions(expr).join(`,\n${deep}`)}\n${indent})`
    }
    const scope = this.scopeOf(expr)
    const parts = [this.source(expr)]
    if (expr.where !== null) parts.push(`where ${this.underWhere(expr.where, deep, scope)}`)
    const window = expr.kind === 'events' ? `,\n${deep}${this.window(expr.window, ofCustomer)}` : ''
    return `${expr.fn}(\n${deep}${parts.join(`\n${deep}`)}${window}\n${indent})`
  }

  private underWhere(where: Expr, indent: string, scope: NameScope): string {
    const noted = notesBefore(where, indent) !== ''
    return (noted ? `\n${indent}` : '') + this.block(where, indent, open, scope)
  }

  private scopeOf(expr: Extract<Expr, { kind: 'events' | 'rows' }>): NameScope {
    return expr.kind === 'rows' ? this.namer.target(expr.relation) : { events: expr.events }
  }

  private source(expr: Extract<Expr, { kind: 'events' | 'rows' }>): string {
    const k = expr.kind === 'events' && expr.k !== null ? `${expr.k}, ` : ''
    const of = expr.of === null ? '' : `${this.flat(expr.of, binding.sum, this.scopeOf(expr))} of `
    return `${k}${of}${expr.kind === 'rows' ? writeName(this.namer.relation(expr.relation)) : this.events(expr.events)}`
  }

  private events(events: readonly string[]): string {
    return events.length === 0 ? 'any event' : events.map((name) => writeName(this.namer.event(name))).join(' or ')
  }

  private step(step: Step, indent: string | null): string {
    const scope = { events: step.events }
    const where =
      step.where === null
        ? ''
        : ` where ${indent === null ? this.flat(step.where, open, scope) : this.underWhere(step.where, indent, scope)}`
    const after = step.after === null ? '' : ` after ${gap(step.after)}`
    const within = step.within === null ? '' : ` within ${gap(step.within)}`
    return `${step.not ? 'not ' : ''}${this.events(step.events)}${where}${after}${within}`
  }

  private sequenceOptions(expr: Extract<Expr, { kind: 'sequence' }>): string[] {
    const [first] = expr.steps
    const names = expr.by.map((name) =>
      this.namer
        .path([name], { events: first?.events ?? [] })
        .map(writeName)
        .join('.'),
    )
    return [
      ...(names.length > 0 ? [`by ${names.join(' and ')}`] : []),
      ...(expr.within === null ? [] : [`within ${gap(expr.within)}`]),
      this.window(expr.window, ofCustomer),
    ]
  }

  private window(window: Window, scope: NameScope): string {
    switch (window.kind) {
      case 'ever':
        return 'ever'
      case 'last':
      case 'next':
        return `${window.kind} ${plural(window.n, window.unit)}`
      case 'this':
        return window.unit === 'day' ? 'today' : `this ${window.unit}`
      case 'previous':
      case 'following':
        if (window.n > 1) return `${window.kind} ${plural(window.n, window.unit)}`
        if (window.unit === 'day') return window.kind === 'previous' ? 'yesterday' : 'tomorrow'
        return `${window.kind} ${window.unit}`
      case 'since':
        return `since ${this.flat(window.from, binding.sum, scope)}`
      case 'range':
        return `from ${this.flat(window.from, binding.sum, scope)} to ${this.flat(window.to, binding.sum, scope)}`
    }
  }

  private path(path: readonly string[], scope: NameScope): string {
    return this.namer.path(path, scope).map(writeName).join('.')
  }

  /** The text, and how tightly it holds together. */
  private write(expr: Expr, scope: NameScope): { text: string; holds: number } {
    const at = (child: Expr, level: number) => this.flat(child, level, scope)
    const predicate = (text: string) => ({ text, holds: binding.predicate })
    switch (expr.kind) {
      case 'and':
      case 'or':
        return {
          text: expr.items.map((item) => at(item, binding.not)).join(` ${expr.kind} `),
          holds: binding[expr.kind],
        }
      case 'not':
        return isNegated(expr.item)
          ? predicate(this.predicate(expr.item, 'not ', scope))
          : { text: `not ${at(expr.item, binding.not)}`, holds: binding.not }
      case 'compare':
        return predicate(`${at(expr.left, binding.sum)} ${expr.op} ${at(expr.right, binding.sum)}`)
      case 'in':
      case 'between':
      case 'known':
      case 'match':
      case 'within':
        return predicate(this.predicate(expr, '', scope))
      case 'arith': {
        const level = expr.op === '+' || expr.op === '-' ? binding.sum : binding.product
        return { text: `${at(expr.left, level)} ${expr.op} ${at(expr.right, level + 1)}`, holds: level }
      }
      case 'neg': {
        const text = at(expr.item, binding.unary)
        return { text: /^[-\d]/.test(text) ? `-(${text})` : `-${text}`, holds: binding.unary }
      }
      case 'shift':
        return this.shift(expr, scope)
      case 'asof':
        return { text: `${this.path(expr.path, scope)} as of ${this.asOfTime(expr.at, scope)}`, holds: binding.asof }
      case 'if':
        return this.choice(expr, scope)
      case 'call': {
        const phrase = phraseOf.get(expr.fn)
        const [first] = expr.args
        if (phrase !== undefined && first !== undefined)
          return { text: `${phrase} ${at(first, binding.unary)}`, holds: binding.unary }
        return { text: `${expr.fn}(${expr.args.map((arg) => at(arg, open)).join(', ')})`, holds: primary }
      }
      default:
        return { text: this.leaf(expr, scope), holds: primary }
    }
  }

  private leaf(expr: Expr, scope: NameScope): string {
    switch (expr.kind) {
      case 'field':
        return this.path(expr.path, scope)
      case 'occurred':
        return 'occurred_at'
      case 'param':
        return `$${this.namer.param(expr.name)}`
      case 'tag':
        return `tag ${quoteName(this.namer.tag(expr.name))}`
      case 'segment':
        return `in segment ${quoteName(this.namer.segment(expr.name))}${expr.version === null ? '' : ` version ${expr.version}`}`
      case 'list':
        return `(${expr.items.map(literal).join(', ')})`
      case 'sequence':
        return `sequence(${[expr.steps.map((step) => this.step(step, null)).join(' -> '), ...this.sequenceOptions(expr)].join(', ')})`
      case 'events':
      case 'rows': {
        const where = expr.where === null ? '' : ` where ${this.flat(expr.where, open, this.scopeOf(expr))}`
        const window = expr.kind === 'events' ? `, ${this.window(expr.window, ofCustomer)}` : ''
        return `${expr.fn}(${this.source(expr)}${where}${window})`
      }
      case 'text':
      case 'number':
      case 'money':
      case 'boolean':
      case 'day':
      case 'time':
        return literal(expr)
      default:
        return expr.kind
    }
  }

  private predicate(expr: Negated, not: '' | 'not ', scope: NameScope): string {
    const value = this.flat(expr.value, binding.sum, scope)
    const at = (child: Expr) => this.flat(child, binding.sum, scope)
    switch (expr.kind) {
      case 'known':
        return `${value} is ${not === '' ? 'known' : 'missing'}`
      case 'in':
        return `${value} ${not}in ${at(expr.list)}`
      case 'between':
        return `${value} ${not}between ${at(expr.low)} and ${at(expr.high)}`
      case 'within':
        return `${value} ${not}within ${this.window(expr.window, scope)}`
      case 'match':
        return `${value} ${not}${matchWords[expr.op]} ${at(expr.with)}`
    }
  }

  private shift(expr: Extract<Expr, { kind: 'shift' }>, scope: NameScope): { text: string; holds: number } {
    const length = plural(Math.abs(expr.n), expr.unit)
    const clock = expr.unit === 'minute' || expr.unit === 'hour'
    if (expr.n < 0 && expr.value.kind === (clock ? 'now' : 'today')) return { text: `${length} ago`, holds: primary }
    const value = this.flat(expr.value, endsAsOf(expr.value) ? primary : binding.sum, scope)
    return { text: `${value} ${expr.n < 0 ? '-' : '+'} ${length}`, holds: binding.sum }
  }

  /** After `as of` stands one thing, with lengths added to it. */
  private asOfTime(at: Expr, scope: NameScope): string {
    let base = at
    while (base.kind === 'shift') base = base.value
    const simple = this.write(base, scope).holds === primary
    return this.flat(at, simple && at.kind === 'shift' ? binding.sum : primary, scope)
  }

  private choice(expr: Extract<Expr, { kind: 'if' }>, scope: NameScope): { text: string; holds: number } {
    const at = (child: Expr) => this.flat(child, open, scope)
    const [first] = expr.branches
    if (expr.branches.length === 1 && first !== undefined) {
      return { text: `if ${at(first.when)} then ${at(first.value)} else ${at(expr.else)}`, holds: open - 1 }
    }
    const branches = expr.branches.map(({ when, value }) => `when ${at(when)} then ${at(value)}`)
    return { text: `case ${branches.join(' ')} else ${at(expr.else)} end`, holds: primary }
  }
}

/** Chinese characters are as wide as two Latin letters. */
function widthOf(line: string): number {
  let width = 0
  for (const char of line) width += char >= '\u2e80' ? 2 : 1
  return width
}

const matchWords = {
  contains: 'contains',
  starts: 'starts with',
  ends: 'ends with',
  'contains-any': 'contains any',
  'contains-all': 'contains all',
} as const

type Negated = Extract<Expr, { kind: 'in' | 'between' | 'known' | 'match' | 'within' }>

function isNegated(expr: Expr): expr is Negated {
  return ['in', 'between', 'known', 'match', 'within'].includes(expr.kind)
}

/** `x as of today + 1 day` would be read as of tomorrow. */
function endsAsOf(expr: Expr): boolean {
  if (expr.kind === 'asof') return true
  if (expr.kind === 'arith') return endsAsOf(expr.right)
  if (expr.kind === 'neg') return endsAsOf(expr.item)
  const [only] = expr.kind === 'call' && phraseOf.has(expr.fn) ? expr.args : []
  return only !== undefined && endsAsOf(only)
}

function literal(expr: Literal): string {
  switch (expr.kind) {
    case 'text':
      return quoteText(expr.value)
    case 'money':
      return `${expr.value} yuan`
    case 'boolean':
      return expr.value ? 'true' : 'false'
    default:
      return expr.value
  }
}

function gap({ n, unit }: Gap): string {
  return plural(n, unit)
}

/** Parts whose notes keep their own lines; those of all others go to the line of what they are part of. */
function slots(expr: Expr): Expr[] {
  if (expr.kind === 'and' || expr.kind === 'or') return expr.items.slice(1)
  if (expr.kind === 'events' || expr.kind === 'rows') return expr.where === null ? [] : [expr.where]
  if (expr.kind === 'sequence') return expr.steps.flatMap(({ where }) => (where === null ? [] : [where]))
  return []
}

/** Parts that begin on their owner's line and are broken with it: they may have slots of their own. */
function spine(expr: Expr): Expr[] {
  if (expr.kind === 'and' || expr.kind === 'or') return expr.items.slice(0, 1)
  if (expr.kind === 'not') return isNegated(expr.item) ? [] : [expr.item]
  return expr.kind === 'compare' ? [expr.left] : []
}

function notesBefore(expr: Expr, indent: string): string {
  const notes = [...(expr.notes ?? []), ...hoisted(expr)]
  return notes.map((note) => `${`-- ${note}`.trimEnd()}\n${indent}`).join('')
}

function hoisted(expr: Expr): string[] {
  const own = new Set(slots(expr))
  const through = new Set(spine(expr))
  return childrenOf(expr).flatMap((child) => {
    if (own.has(child)) return []
    return through.has(child) ? [...(child.notes ?? []), ...hoisted(child)] : everyNote(child)
  })
}

function everyNote(expr: Expr): string[] {
  return [...(expr.notes ?? []), ...childrenOf(expr).flatMap(everyNote)]
}

function hasNotesInside(expr: Expr): boolean {
  return slots(expr).some((slot) => everyNote(slot).length > 0) || spine(expr).some(hasNotesInside)
}
