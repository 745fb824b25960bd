import type { Comparison, EqlType, Expr } from '../contract.ts'
import { type Checker, type Seen, typeNames } from './checker.ts'
import { fixSpan } from './reader.ts'

/** A node with its type. */
export type Part = [expr: Expr, seen: Seen]
/** The type of a child, by its place below the node in hand. */
export type At = (child: Expr, name: string) => Seen

export const numeric: readonly EqlType[] = ['number', 'integer', 'money']

export function isNumeric(seen: Seen): seen is 'number' | 'integer' | 'money' {
  return seen === 'number' || seen === 'integer' || seen === 'money'
}

/** Nothing can be said against it: it is told already, or it is missing, which goes with every type. */
export function isOpen(seen: Seen): seen is 'unknown' | 'missing' {
  return seen === 'unknown' || seen === 'missing'
}

export function wrong(checker: Checker, expr: Expr, path: string, seen: Seen, wanted: readonly EqlType[]): 'unknown' {
  if (isOpen(seen)) return 'unknown'
  const zh = wanted.map((type) => typeNames[type].zh).join('或')
  const en = wanted.map((type) => typeNames[type].en).join(' or ')
  const message = `这里应当是${zh},而这里是${typeNames[seen].zh}`
  return checker.error(expr, path, 'eql.type', message, `Here ${en} is expected, this is ${typeNames[seen].en}`)
}

export function needOneOf(checker: Checker, [expr, seen]: Part, path: string, wanted: readonly EqlType[]): boolean {
  if (isOpen(seen) || wanted.includes(seen)) return true
  wrong(checker, expr, path, seen, wanted)
  return false
}

export function needCondition(checker: Checker, expr: Expr, seen: Seen, path: string): void {
  if (seen === 'boolean' || seen === 'unknown') return
  if (seen === 'missing') {
    checker.error(expr, path, 'eql.not_a_condition', '这里应当是一个条件', 'A condition is expected here')
    return
  }
  const span = checker.spanOf(expr)
  const fixes =
    span === null
      ? []
      : [{ zh: '改为“有值”', en: 'Ask whether it is known', start: span.end, end: span.end, insert: ' is known' }]
  const zh = `这里应当是一个条件,而这里是${typeNames[seen].zh};请与一个值比较`
  checker.error(
    expr,
    path,
    'eql.not_a_condition',
    zh,
    `A condition is expected here, this is ${typeNames[seen].en}: compare it with a value`,
    fixes,
  )
}

/**
 * A number that meets money is yuan: a literal or a parameter, never a number that was computed or stored. Gives false
 * when it is something else; a literal that does not fit is told.
 */
export function adapt(checker: Checker, expr: Expr, path: string): boolean {
  const seen = checker.types.get(expr)
  if (expr.kind === 'param' && (seen === 'number' || seen === 'integer')) {
    checker.types.set(expr, 'money')
    return true
  }
  if (expr.kind !== 'number') return false
  checker.types.set(expr, 'money')
  checkYuan(checker, expr, path)
  return true
}

const mostYuan = 90_071_992_547_409n

export function checkYuan(checker: Checker, expr: Expr & { value: string }, path: string): 'money' {
  const [whole = '0', fraction = ''] = expr.value.replace('-', '').split('.')
  if (fraction.length > 2) {
    checker.error(expr, path, 'eql.money', '金额最多两位小数', 'Money has at most two decimals')
  } else if (BigInt(whole) > mostYuan) {
    checker.error(expr, path, 'eql.money', '金额太大', 'This amount is too large')
  }
  return 'money'
}

/** The one type of several values, for `if`, `coalesce`, `least`. */
export function unify(checker: Checker, expr: Expr, path: string, parts: Part[]): Seen {
  const seen = parts.map(([, type]) => type)
  if (seen.includes('unknown')) return 'unknown'
  const known = [...new Set(seen.filter((type) => type !== 'missing'))]
  const [only] = known
  if (only === undefined) return 'missing'
  if (known.length === 1) return only
  if (known.every((type) => type === 'number' || type === 'integer')) return 'number'
  if (known.includes('money')) {
    const others = parts.filter(([, type]) => type !== 'money' && type !== 'missing')
    if (others.every(([other]) => adapt(checker, other, path))) return 'money'
  }
  const zh = known.map((type) => typeNames[type === 'unknown' ? 'missing' : type].zh).join('、')
  const en = known.map((type) => typeNames[type === 'unknown' ? 'missing' : type].en).join(', ')
  return checker.error(
    expr,
    path,
    'eql.types_mixed',
    `这些值的类型不同:${zh}`,
    `These values are of different types: ${en}`,
  )
}

/** Whether two values can be compared so; what is wrong is told at the node that compares. */
export function comparable(
  checker: Checker,
  at: { expr: Expr; path: string },
  op: Comparison,
  [left, leftSeen]: Part,
  [right, rightSeen]: Part,
): void {
  for (const [expr, seen] of [
    [left, leftSeen],
    [right, rightSeen],
  ] as const) {
    if (seen === 'missing' && expr.kind === 'missing') {
      checker.error(
        at.expr,
        at.path,
        'eql.compare_missing',
        '与 missing 比较总不成立;请写 is missing 或 is known',
        'Nothing equals missing: write is missing or is known',
      )
      return
    }
  }
  if (isOpen(leftSeen) || isOpen(rightSeen)) return
  if (!sameKind(leftSeen, rightSeen)) {
    if (leftSeen === 'money' && adapt(checker, right, at.path)) return
    if (rightSeen === 'money' && adapt(checker, left, at.path)) return
    mismatch(checker, at, [left, leftSeen], [right, rightSeen])
    return
  }
  if (leftSeen === 'list') {
    checker.error(
      at.expr,
      at.path,
      'eql.compare_list',
      '列表不能这样比较;请用 contains、contains any、contains all',
      'Lists are not compared so: write contains, contains any, contains all',
    )
  } else if (op !== '=' && op !== '!=' && (leftSeen === 'text' || leftSeen === 'boolean')) {
    const { zh, en } = typeNames[leftSeen]
    checker.error(at.expr, at.path, 'eql.no_order', `${zh}没有大小`, `There is no order of ${en}`)
  }
}

function sameKind(a: EqlType, b: EqlType): boolean {
  if (a === b) return true
  const plain = (type: EqlType) => type === 'number' || type === 'integer'
  const dated = (type: EqlType) => type === 'day' || type === 'time'
  return (plain(a) && plain(b)) || (dated(a) && dated(b))
}

function mismatch(checker: Checker, at: { expr: Expr; path: string }, left: Part, right: Part): void {
  const [a, b] = [left[1], right[1]]
  if (isOpen(a) || isOpen(b)) return
  // A quoted date or number: what is meant is clear, and the mending too.
  for (const [literal, other] of [
    [right[0], a],
    [left[0], b],
  ] as const) {
    const span = checker.spanOf(literal)
    if (literal.kind !== 'text' || span === null || !looksLike(literal.value, other)) continue
    const zh = `${typeNames[other].zh}不加引号`
    checker.error(at.expr, at.path, 'eql.type', zh, `${typeNames[other].en} is written without quotes`, [
      fixSpan(span, literal.value),
    ])
    return
  }
  const money = a === 'money' ? b : b === 'money' ? a : null
  const hint =
    money === 'number' || money === 'integer'
      ? { zh: ';数字变为金额用 yuan(…)', en: '; yuan(…) makes money of a number' }
      : { zh: '', en: '' }
  checker.error(
    at.expr,
    at.path,
    'eql.types_mixed',
    `${typeNames[a].zh}不能与${typeNames[b].zh}比较${hint.zh}`,
    `${typeNames[a].en} cannot be compared with ${typeNames[b].en}${hint.en}`,
  )
}

function looksLike(text: string, type: EqlType): boolean {
  if (type === 'day' || type === 'time') return /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/.test(text)
  if (type === 'boolean') return text === 'true' || text === 'false'
  return (type === 'number' || type === 'integer' || type === 'money') && /^-?\d{1,20}(\.\d{1,10})?$/.test(text)
}
