import { type Comparison, comparisons, type Expr, type Literal, limits, type Match } from '../contract.ts'
import type { Token } from './lex.ts'
import { isCall, type ReadExpr, readCall } from './parseCalls.ts'
import { readLiteral, readName, readNames } from './parseNames.ts'
import { readAmount, readWindow } from './parseWindow.ts'
import { fixSpan, Halt, Reader, type Syntax } from './reader.ts'
import { depthOf } from './tree.ts'
import { phrases, reserved, spanUnitOf } from './words.ts'

/** How tightly an operator holds what stands beside it. */
export const binding = { or: 1, and: 2, not: 3, predicate: 4, sum: 5, product: 6, unary: 7, asof: 8 } as const

const whole: ReadExpr = { whole: (reader) => readExpr(reader, 0), sum: (reader) => readExpr(reader, binding.sum) }

/** Reads a text by its grammar alone; `isRelation` settles `count(x)`, which could be of rows or of events. */
export function readText(source: string, isRelation: (name: string) => boolean): Syntax {
  const reader = new Reader(source, isRelation)
  try {
    reader.syntax.body = reader.mended(() => readExpr(reader, 0))
    while (!reader.atEnd) unexpected(reader)
    reader.syntax.notes = reader.restOfNotes()
    if (depthOf(reader.syntax.body) > limits.depth) {
      reader.tell('eql.too_deep', `嵌套太深:最多 ${limits.depth} 层`, `Nested deeper than ${limits.depth} levels`)
    }
  } catch (error) {
    if (!(error instanceof Halt)) throw error
  }
  return reader.syntax
}

/** What stands after a whole rule is told, and the conditions in it are read for their own errors. */
function unexpected(reader: Reader): void {
  const { value, span } = reader.token
  reader.mended(() => {
    reader.next()
    if (value === ')') reader.fail('eql.unexpected', '多了一个右括号', 'There is no bracket to close', span)
    return reader.fail(
      'eql.unexpected',
      `这里不能有“${value}”;两个条件之间要用 and 或 or`,
      `“${value}” cannot stand here; conditions are joined by and, or`,
      span,
    )
  })
  while (reader.takeWords('and') || reader.takeWords('or')) reader.mended(() => readExpr(reader, binding.not))
  while (reader.isSign(',') || reader.isSign('->') || reader.isWord('then') || reader.isWord('else')) reader.next()
}

/** An expression whose operators hold at least as tightly as `level`. */
export function readExpr(reader: Reader, level: number): Expr {
  if (level <= binding.and) return readJoined(reader, level <= binding.or ? 'or' : 'and')
  return reader.nested(() => {
    const start = reader.token
    let left = readPrefix(reader)
    for (let links = 0; ; links += 1) {
      reader.expect({ what: 'operator', scope: reader.scope, left })
      const longer = readInfix(reader, left, level, start)
      if (longer === null) return left
      if (links > limits.depth) {
        reader.tell('eql.too_deep', '一个算式太长', 'This calculation is too long')
        throw new Halt()
      }
      left = longer
    }
  })
}

function readJoined(reader: Reader, word: 'or' | 'and'): Expr {
  const start = reader.token
  const item = () =>
    withNotes(reader, () =>
      word === 'or' ? readJoined(reader, 'and') : reader.mended(() => readExpr(reader, binding.not)),
    )
  const items = [item()]
  while (reader.takeWords(word)) items.push(item())
  const [first] = items
  if (items.length === 1 && first !== undefined) return first
  const joined: Expr = { kind: word, items }
  // A comment before the first of several conditions cannot be told from one before them all.
  if (first?.notes !== undefined) joined.notes = first.notes
  delete first?.notes
  return reader.node(joined, start)
}

function withNotes(reader: Reader, read: () => Expr): Expr {
  const before = reader.takeNotes()
  const expr = read()
  const notes = [...before, ...(expr.notes ?? []), ...reader.takeNotesBehind()]
  if (notes.length > 0) expr.notes = notes
  return expr
}

function readPrefix(reader: Reader): Expr {
  const start = reader.token
  const { kind, word, value } = start
  reader.expect({ what: 'operand', scope: reader.scope, against: null })
  if (kind === 'number') return readNumber(reader)
  if (kind === 'text' || kind === 'day' || kind === 'time') return readLiteral(reader)
  if (kind === 'param') {
    reader.next()
    return named(reader, { kind: 'param', name: value }, start)
  }
  if (kind === 'quoted') return readPath(reader)
  if (reader.isSign('(')) return readBracket(reader)
  if (reader.isSign('-')) return readMinus(reader)
  if (kind !== 'name') return nothingHere(reader)
  if (isCall(reader)) return readCall(reader, whole)
  const read = prefixes.get(word)
  if (read !== undefined) return read(reader)
  const phrase = `${word} ${reader.peek(1).word}`
  const fn = phrases.get(phrase)
  if (fn !== undefined) {
    reader.takeWords(...phrase.split(' '))
    return reader.node({ kind: 'call', fn, args: [readExpr(reader, binding.unary)] }, start)
  }
  return readPath(reader)
}

function named<T extends Expr>(reader: Reader, expr: T, start: Token): T {
  reader.syntax.names.set(expr, [reader.spanFrom(start)])
  return reader.node(expr, start)
}

function nothingHere(reader: Reader): never {
  const { value } = reader.token
  if (reader.atEnd) return reader.fail('eql.unfinished', '规则没有写完', 'The rule is not finished')
  return reader.fail(
    'eql.expected_value',
    `这里应当是一个条件或值,而不是“${value}”`,
    `A condition or a value is expected here, not “${value}”`,
  )
}

const prefixes: ReadonlyMap<string, (reader: Reader) => Expr> = new Map<string, (reader: Reader) => Expr>([
  ['true', (reader) => readLiteral(reader)],
  ['false', (reader) => readLiteral(reader)],
  ['missing', (reader) => single(reader, { kind: 'missing' })],
  ['now', (reader) => single(reader, { kind: 'now' })],
  ['today', (reader) => single(reader, { kind: 'today' })],
  ['occurred_at', (reader) => single(reader, { kind: 'occurred' })],
  ['not', readNot],
  ['in', readSegment],
  ['tag', readTag],
  ['if', readIf],
  ['case', readCase],
])

function single(reader: Reader, expr: Expr): Expr {
  return reader.node(expr, reader.next())
}

function readNot(reader: Reader): Expr {
  const start = reader.next()
  return reader.node({ kind: 'not', item: readExpr(reader, binding.not) }, start)
}

function readTag(reader: Reader): Expr {
  const start = reader.next()
  reader.expect({ what: 'name', of: 'tag', scope: reader.scope })
  const at = reader.token
  const name = readName(reader, '标签的名称', 'the name of a tag')
  const expr = reader.node({ kind: 'tag', name } as const, start)
  reader.syntax.names.set(expr, [at.span])
  return expr
}

function readSegment(reader: Reader): Expr {
  const start = reader.next()
  reader.expect({ what: 'words', words: ['segment'] })
  if (!reader.takeWords('segment')) {
    reader.fail(
      'eql.expected',
      'in 前面要有一个值,或写成 in segment "客群"',
      'A value stands before in; or write in segment "…"',
      start.span,
    )
  }
  reader.expect({ what: 'name', of: 'segment', scope: reader.scope })
  const at = reader.token
  const name = readName(reader, '客群的名称', 'the name of a segment')
  const version = reader.takeWords('version') ? readAmount(reader, 1_000_000) : null
  const expr = reader.node({ kind: 'segment', name, version } as const, start)
  reader.syntax.names.set(expr, [at.span])
  return expr
}

function readIf(reader: Reader): Expr {
  const start = reader.next()
  const when = readExpr(reader, 0)
  needWord(reader, 'then')
  const value = readExpr(reader, 0)
  needWord(reader, 'else')
  return reader.node({ kind: 'if', branches: [{ when, value }], else: readExpr(reader, 0) }, start)
}

function readCase(reader: Reader): Expr {
  const start = reader.next()
  const branches: { when: Expr; value: Expr }[] = []
  do {
    needWord(reader, 'when')
    const when = readExpr(reader, 0)
    needWord(reader, 'then')
    branches.push({ when, value: readExpr(reader, 0) })
  } while (reader.isWord('when'))
  needWord(reader, 'else')
  const otherwise = readExpr(reader, 0)
  needWord(reader, 'end')
  return reader.node({ kind: 'if', branches, else: otherwise }, start)
}

function needWord(reader: Reader, word: string): void {
  reader.expect({ what: 'words', words: [word] })
  if (!reader.takeWords(word)) reader.fail('eql.expected', `这里应当是 ${word}`, `“${word}” is expected here`)
}

function readBracket(reader: Reader): Expr {
  reader.next()
  const inner = readExpr(reader, 0)
  reader.expect({ what: 'words', words: [')'] })
  reader.needSign(')', '缺少右括号 )', 'A bracket is not closed')
  return inner
}

function readMinus(reader: Reader): Expr {
  const start = reader.next()
  if (reader.token.kind === 'number') return readNumber(reader, start)
  return reader.node({ kind: 'neg', item: readExpr(reader, binding.unary) }, start)
}

/** A number, an amount, or a time that is told from now: `30 days ago`. */
function readNumber(reader: Reader, minus?: Token): Expr {
  const start = minus ?? reader.token
  const unit = spanUnitOf.get(reader.peek(1).word)
  if (minus === undefined && unit !== undefined && reader.peek(2).word === 'ago') {
    const n = readAmount(reader, 100_000)
    reader.next()
    reader.next()
    const base = unit === 'minute' || unit === 'hour' ? ({ kind: 'now' } as const) : ({ kind: 'today' } as const)
    return reader.node({ kind: 'shift', value: reader.node(base, start), n: -n, unit }, start)
  }
  return readLiteral(reader, minus)
}

function readPath(reader: Reader): Expr {
  const start = reader.token
  if (start.kind === 'name' && reserved.has(start.word)) wordAsName(reader, start)
  const { names, spans } = readNames(reader, '.', '名称', 'a name')
  const expr = reader.node({ kind: 'field', path: names } as const, start)
  reader.syntax.names.set(expr, spans)
  return expr
}

/** `= and`: something was forgotten; `end = 3`: a name that is also a word. */
function wordAsName(reader: Reader, { value, span }: Token): never {
  const after = reader.peek(1)
  const name = after.kind === 'sign' && after.value !== '(' && after.value !== '-'
  return reader.fail(
    'eql.reserved',
    name ? `“${value}”是语言中的词;如果它是名称,请写成 "${value}"` : `“${value}”前面缺少条件或值`,
    name
      ? `“${value}” is a word of the language; as a name it is written "${value}"`
      : `A condition or a value is missing before “${value}”`,
    span,
    name ? [fixSpan(span, `"${value}"`)] : [],
  )
}

function readInfix(reader: Reader, left: Expr, level: number, start: Token): Expr | null {
  const { kind, value } = reader.token
  if (kind === 'name') return readWordInfix(reader, left, level, start)
  if (kind !== 'sign') return null
  if (comparisons.some((op) => op === value)) return readComparison(reader, left, level, start)
  if (value === '+' || value === '-') {
    if (level > binding.sum) return level === binding.asof && isShift(reader) ? readShift(reader, left, start) : null
    if (isShift(reader)) return readShift(reader, left, start)
    reader.next()
    return reader.node({ kind: 'arith', op: value, left, right: readExpr(reader, binding.product) }, start)
  }
  if ((value === '*' || value === '/' || value === '%') && level <= binding.product) {
    reader.next()
    return reader.node({ kind: 'arith', op: value, left, right: readExpr(reader, binding.unary) }, start)
  }
  return null
}

function isShift(reader: Reader): boolean {
  const unit = reader.peek(2)
  return reader.peek(1).kind === 'number' && spanUnitOf.has(unit.word) && reader.peek(3).word !== 'ago'
}

function readShift(reader: Reader, value: Expr, start: Token): Expr {
  const sign = reader.next().value === '-' ? -1 : 1
  const n = sign * readAmount(reader, 100_000)
  const unit = spanUnitOf.get(reader.next().word) ?? 'day'
  return reader.node({ kind: 'shift', value, n, unit }, start)
}

function readComparison(reader: Reader, left: Expr, level: number, start: Token): Expr | null {
  if (level > binding.predicate) return null
  const op: Comparison = comparisons.find((each) => each === reader.token.value) ?? '='
  reader.next()
  reader.expect({ what: 'operand', scope: reader.scope, against: left })
  return oncePredicate(reader, reader.node({ kind: 'compare', op, left, right: readExpr(reader, binding.sum) }, start))
}

/** `a < b < c` means nothing: a condition is true or false and is not compared on. */
function oncePredicate(reader: Reader, expr: Expr): Expr {
  if (reader.token.kind === 'sign' && comparisons.some((op) => op === reader.token.value)) {
    reader.fail(
      'eql.compared_twice',
      '一个条件只能比较一次;范围请用 between … and …',
      'A condition compares once; for a range write between … and …',
    )
  }
  return expr
}

function readWordInfix(reader: Reader, left: Expr, level: number, start: Token): Expr | null {
  if (reader.isWord('as', 'of') && level <= binding.asof) return readAsOf(reader, left, start)
  if (level > binding.predicate) return null
  if (reader.takeWords('is')) return oncePredicate(reader, readIs(reader, left, start))
  const not = reader.isWord('not') && negatable.has(reader.peek(1).word)
  if (not) reader.next()
  const read = predicates.get(reader.token.word)
  // `where amount > 0 within 1 hour` of a step: the gap is the step's.
  if (read === undefined || (reader.isWord('within') && reader.peek(1).kind === 'number')) return null
  const word = reader.next().word
  const predicate = oncePredicate(reader, reader.node(read(reader, left, word), start))
  return not ? reader.node({ kind: 'not', item: predicate }, start) : predicate
}

const negatable = new Set(['in', 'between', 'contains', 'starts', 'ends', 'within'])

function readIs(reader: Reader, value: Expr, start: Token): Expr {
  reader.expect({ what: 'words', words: ['known', 'missing'] })
  const known: Expr = { kind: 'known', value }
  if (reader.takeWords('known')) return reader.node(known, start)
  if (reader.takeWords('missing')) return reader.node({ kind: 'not', item: reader.node(known, start) }, start)
  return reader.fail(
    'eql.expected',
    '这里应当是 is known 或 is missing;比较相等请用 =',
    'is known or is missing; to compare write =',
  )
}

function readAsOf(reader: Reader, left: Expr, start: Token): Expr {
  reader.takeWords('as', 'of')
  const at = readExpr(reader, binding.asof)
  if (left.kind !== 'field') {
    reader.fail(
      'eql.asof',
      '“as of”前面只能是客户的属性',
      'Only an attribute of the customer stands before “as of”',
      reader.spanFrom(start),
    )
  }
  const expr = reader.node({ kind: 'asof', path: left.path, at } as const, start)
  reader.syntax.names.set(expr, reader.syntax.names.get(left) ?? [])
  return expr
}

const predicates: ReadonlyMap<string, (reader: Reader, value: Expr, word: string) => Expr> = new Map<
  string,
  (reader: Reader, value: Expr, word: string) => Expr
>([
  ['in', (reader, value) => ({ kind: 'in', value, list: readList(reader, value) })],
  ['between', readBetween],
  ['contains', readContains],
  ['starts', readEdge],
  ['ends', readEdge],
  ['within', (reader, value) => ({ kind: 'within', value, window: readWindow(reader, whole.sum) })],
])

function readBetween(reader: Reader, value: Expr): Expr {
  const low = readExpr(reader, binding.sum)
  needWord(reader, 'and')
  return { kind: 'between', value, low, high: readExpr(reader, binding.sum) }
}

function readContains(reader: Reader, value: Expr): Expr {
  const many = reader.isWord('any') ? 'contains-any' : reader.isWord('all') ? 'contains-all' : null
  // `contains any ('a', 'b')` has literals in its bracket, the function `any(…)` a relation.
  const call = reader.isSign('(', 1) && (reader.peek(2).kind === 'name' || reader.peek(2).kind === 'quoted')
  if (many === null || call) return { kind: 'match', op: 'contains', value, with: readExpr(reader, binding.sum) }
  reader.next()
  return { kind: 'match', op: many, value, with: readList(reader, value) }
}

function readEdge(reader: Reader, value: Expr, word: string): Expr {
  needWord(reader, 'with')
  const op: Match = word === 'starts' ? 'starts' : 'ends'
  return { kind: 'match', op, value, with: readExpr(reader, binding.sum) }
}

/** `('a', 'b')`, a parameter, or a field that is a list. */
function readList(reader: Reader, against: Expr): Expr {
  const start = reader.token
  if (!reader.isSign('(')) {
    const list = readExpr(reader, binding.sum)
    if (list.kind === 'field' || list.kind === 'param' || list.kind === 'tag') return list
    return reader.fail(
      'eql.expected_list',
      "这里应当是列表,例如 ('a', 'b')",
      "A list is expected here, such as ('a', 'b')",
      start.span,
    )
  }
  reader.next()
  const items: Literal[] = []
  do {
    reader.expect({ what: 'operand', scope: reader.scope, against })
    if (reader.isSign(')') && items.length > 0) break
    if (items.length >= limits.items) {
      reader.tell(
        'eql.long_list',
        `列表最多 ${limits.items} 项;更多的请上传为客群`,
        `A list has at most ${limits.items} items; upload more as a segment`,
      )
      throw new Halt()
    }
    const minus = reader.isSign('-') ? reader.next() : undefined
    items.push(readLiteral(reader, minus, false))
  } while (reader.takeSign(','))
  reader.needSign(')', '列表缺少右括号 )', 'The list is not closed')
  return reader.node({ kind: 'list', items }, start)
}
