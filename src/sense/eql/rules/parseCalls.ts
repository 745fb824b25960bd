import {
  type EventFunction,
  type Expr,
  eventFunctions,
  type FunctionName,
  functionNames,
  limits,
  type RowFunction,
  rowFunctions,
  type Step,
  type Window,
} from '../contract.ts'
import type { Token } from './lex.ts'
import { readNames } from './parseNames.ts'
import { readAmount, readGap, readWindow } from './parseWindow.ts'
import { fixSpan, type Reader, type ReadScope } from './reader.ts'
import { nearest } from './suggest.ts'
import { phraseOf, reserved } from './words.ts'

/** How an expression is read: `whole` up to the next comma or bracket, `sum` without comparisons. */
export type ReadExpr = { whole: (reader: Reader) => Expr; sum: (reader: Reader) => Expr }

const plain = new Map<string, FunctionName>(functionNames.flatMap((fn) => (phraseOf.has(fn) ? [] : [[fn, fn]])))
const ofRows = new Map<string, RowFunction>(rowFunctions.map((fn) => [fn, fn]))
const ofEvents = new Map<string, EventFunction>(eventFunctions.map((fn) => [fn, fn]))
export const callNames: readonly string[] = [
  'sequence',
  ...new Set([...ofEvents.keys(), ...ofRows.keys(), ...plain.keys()]),
]

export function isCall(reader: Reader): boolean {
  const { kind, word } = reader.token
  return kind === 'name' && !reserved.has(word) && reader.isSign('(', 1)
}

export function readCall(reader: Reader, read: ReadExpr): Expr {
  const start = reader.token
  const word = start.word
  if (word === 'sequence') return readSequence(reader, read)
  if (ofRows.has(word) || ofEvents.has(word)) return readAggregate(reader, read)
  const fn = plain.get(word)
  if (fn === undefined) return unknownFunction(reader, start)
  reader.next()
  reader.next()
  const args: Expr[] = []
  if (!reader.isSign(')')) {
    do args.push(read.whole(reader))
    while (reader.takeSign(','))
  }
  reader.expect({ what: 'words', words: [')'] })
  reader.needSign(')', '缺少右括号 )', 'A bracket is not closed')
  return reader.node({ kind: 'call', fn, args }, start)
}

function unknownFunction(reader: Reader, start: Token): never {
  const near = nearest(start.word, callNames)
  const [first] = near
  return reader.fail(
    'eql.unknown_function',
    first === undefined ? `没有函数“${start.value}”` : `没有函数“${start.value}”,是否指 ${first}?`,
    first === undefined ? `No function “${start.value}”` : `No function “${start.value}”. Did you mean ${first}?`,
    start.span,
    near.map((name) => fixSpan(start.span, name)),
  )
}

type Source = { names: string[]; any: boolean }

function readAggregate(reader: Reader, read: ReadExpr): Expr {
  const start = reader.next()
  reader.next()
  const k = start.word === 'top' && reader.token.kind === 'number' ? readAmount(reader, 100) : null
  if (k !== null) reader.needSign(',', 'top 的个数后面要有逗号', 'A comma follows the number of top')
  const ahead = sourceAhead(reader)
  const of = ahead === null ? null : reader.within(ahead, () => read.sum(reader))
  if (of !== null && !reader.takeWords('of'))
    reader.fail('eql.expected', '这里应当是 of 和事件或关系', 'Here “of” is expected, with an event or relation')
  const from = reader.token
  const source = readSource(reader, sourceOf(start.word))
  const spans = source.spans
  const scope = scopeOf(reader, start.word, source)
  reader.expect({ what: 'words', words: ['where', 'or', ',', ')'] })
  const where = reader.takeWords('where') ? reader.within(scope, () => read.whole(reader)) : null
  const windows: Window[] = []
  while (reader.takeSign(',')) windows.push(readWindow(reader, read.sum))
  reader.expect({ what: 'words', words: [',', ')'] })
  reader.needSign(')', `${start.value}( 缺少右括号 )`, `${start.value}( is not closed`)
  const [window, second] = windows
  if (second !== undefined)
    reader.tell('eql.two_windows', '只能有一个时间窗', 'There can be one window only', reader.spanFrom(start))
  const expr = assemble(reader, start, { of, where, k, window, source })
  reader.syntax.names.set(expr, spans.length > 0 ? spans : [from.span])
  return reader.node(expr, start)
}

type Parts = { of: Expr | null; where: Expr | null; k: number | null; window: Window | undefined; source: Source }

function assemble(reader: Reader, start: Token, { of, where, k, window, source }: Parts): Expr {
  const rowFn = ofRows.get(start.word)
  const eventFn = ofEvents.get(start.word)
  const [name = ''] = source.names
  const rows =
    eventFn === undefined ||
    (window === undefined && !source.any && source.names.length === 1 && reader.isRelation(name))
  if (rows && rowFn !== undefined) {
    if (window !== undefined || source.any || source.names.length > 1) {
      reader.tell(
        'eql.rows',
        `${start.value} 只用于一个关系的行,没有时间窗`,
        `${start.value} is of the rows of one relation and has no window`,
        reader.spanFrom(start),
      )
    }
    return { kind: 'rows', fn: rowFn, relation: name, of, where }
  }
  return {
    kind: 'events',
    fn: eventFn ?? 'did',
    events: source.names,
    of,
    where,
    window: window ?? { kind: 'ever' },
    k,
  }
}

function sourceOf(word: string): 'event' | 'relation' | 'source' {
  if (!ofRows.has(word)) return 'event'
  return ofEvents.has(word) ? 'source' : 'relation'
}

function readSource(
  reader: Reader,
  of: 'event' | 'relation' | 'source',
): Source & { spans: ReturnType<typeof readNames>['spans'] } {
  reader.expect({ what: 'name', of, scope: reader.scope })
  if (of !== 'relation' && reader.takeWords('any', 'event')) return { names: [], any: true, spans: [] }
  const what = {
    event: ['事件名', 'an event'],
    relation: ['关系名', 'a relation'],
    source: ['事件或关系名', 'an event or relation'],
  }[of]
  return { any: false, ...readNames(reader, 'or', what[0] ?? '', what[1] ?? '') }
}

function scopeOf(reader: Reader, word: string, source: Source): ReadScope {
  const [name = ''] = source.names
  const rows = ofRows.has(word) && (!ofEvents.has(word) || (source.names.length === 1 && reader.isRelation(name)))
  return rows ? { kind: 'row', relation: name } : { kind: 'event', events: source.names }
}

/** What stands behind the `of` of this bracket: the value before it is read in that scope. Null without `of`. */
function sourceAhead(reader: Reader): ReadScope | null {
  let open = 0
  for (let i = 0; ; i += 1) {
    const { kind, word } = reader.peek(i)
    const over = reader.isSign(')', i) || reader.isSign(',', i) || word === 'where'
    if (kind === 'end' || (open === 0 && over)) return null
    if (reader.isSign('(', i)) open += 1
    if (reader.isSign(')', i)) open -= 1
    if (open > 0 || word !== 'of' || reader.peek(i - 1).word === 'as') continue
    const name = reader.peek(i + 1).value
    if (reader.peek(i + 1).word === 'any') return { kind: 'event', events: [] }
    return reader.isRelation(name) ? { kind: 'row', relation: name } : { kind: 'event', events: [name] }
  }
}

function readSequence(reader: Reader, read: ReadExpr): Expr {
  const start = reader.next()
  reader.next()
  const steps: Step[] = []
  do {
    if (steps.length >= limits.steps)
      reader.fail(
        'eql.long_sequence',
        `一个序列最多 ${limits.steps} 步`,
        `A sequence has at most ${limits.steps} steps`,
      )
    steps.push(readStep(reader, read))
  } while (reader.takeSign('->'))
  let by: { names: string[]; spans: ReturnType<typeof readNames>['spans'] } = { names: [], spans: [] }
  let within: Step['within'] = null
  let window: Window | null = null
  while (reader.takeSign(',')) {
    reader.expect({ what: 'words', words: ['by', 'within', 'last', 'this', 'previous', 'since', 'from', 'ever'] })
    if (reader.takeWords('by')) {
      reader.expect({
        what: 'name',
        of: 'property',
        scope: { kind: 'event', events: steps.flatMap((step) => step.events) },
      })
      by = readNames(reader, 'and', '属性名', 'a property')
    } else if (reader.takeWords('within')) within = readGap(reader)
    else window = readWindow(reader, read.sum)
  }
  reader.expect({ what: 'words', words: ['->', ',', ')'] })
  reader.needSign(')', 'sequence( 缺少右括号 )', 'sequence( is not closed')
  const expr = { kind: 'sequence', steps, by: by.names, within, window: window ?? { kind: 'ever' } } as const
  reader.syntax.names.set(expr, by.spans)
  return reader.node(expr, start)
}

function readStep(reader: Reader, read: ReadExpr): Step {
  const not = reader.takeWords('not')
  const source = readSource(reader, 'event')
  reader.expect({ what: 'words', words: ['where', 'after', 'within', 'or', '->', ',', ')'] })
  const where = reader.takeWords('where')
    ? reader.within({ kind: 'event', events: source.names }, () => read.whole(reader))
    : null
  const after = reader.takeWords('after') ? readGap(reader) : null
  const within = reader.takeWords('within') ? readGap(reader) : null
  const step: Step = { events: source.names, where, not, within, after }
  reader.syntax.names.set(step, source.spans)
  return step
}
