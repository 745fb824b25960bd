import { type Expr, limits, type SchemaField } from '../contract.ts'
import type { Checker, Seen } from './checker.ts'
import { type At, adapt, comparable, needOneOf, numeric, type Part } from './checkTypes.ts'
import { fixSpan } from './reader.ts'
import { nearest } from './suggest.ts'
import { nodesOf } from './tree.ts'

type Of<Kind extends Expr['kind']> = Extract<Expr, { kind: Kind }>

export function checkCompare(checker: Checker, expr: Of<'compare'>, path: string, at: At): Seen {
  const left: Part = [expr.left, at(expr.left, 'left')]
  const right: Part = [expr.right, at(expr.right, 'right')]
  comparable(checker, { expr, path }, expr.op, left, right)
  checkCode(checker, expr.left, expr.right, `${path}.right`)
  checkCode(checker, expr.right, expr.left, `${path}.left`)
  return 'boolean'
}

export function checkIn(checker: Checker, expr: Of<'in'>, path: string, at: At): Seen {
  const value: Part = [expr.value, at(expr.value, 'value')]
  const list = at(expr.list, 'list')
  if (expr.list.kind !== 'list') {
    if (needOneOf(checker, [expr.list, list], `${path}.list`, ['list'])) {
      needOneOf(checker, value, `${path}.value`, ['text'])
    }
    return 'boolean'
  }
  if (value[1] === 'list') {
    return checker.error(
      expr,
      path,
      'eql.compare_list',
      '列表请用 contains any (…)',
      'Of a list write contains any (…)',
    )
  }
  for (const [i, item] of expr.list.items.entries()) {
    const before = checker.issues.length
    comparable(checker, { expr: item, path: `${path}.list.items.${i}` }, '=', value, [
      item,
      checker.types.get(item) ?? 'unknown',
    ])
    checkCode(checker, expr.value, item, `${path}.list.items.${i}`)
    if (checker.issues.length >= limits.issues || (i > 20 && checker.issues.length > before)) break
  }
  return 'boolean'
}

/** The types of the items, and what stands in it twice. */
export function checkList(checker: Checker, expr: Of<'list'>, path: string): Seen {
  const known = new Set<string>()
  let twice = 0
  for (const item of expr.items) {
    checker.types.set(item, item.kind === 'number' ? (item.value.includes('.') ? 'number' : 'integer') : item.kind)
    const key = `${item.kind} ${item.value}`
    if (known.has(key)) twice += 1
    known.add(key)
  }
  if (twice > 0)
    checker.warn(expr, path, 'eql.twice', `列表中有 ${twice} 项重复`, `${twice} items of the list stand in it twice`)
  return 'list'
}

/** A value that the code list does not know is likely a slip: a name instead of a code, or a misspelling. */
function checkCode(checker: Checker, value: Expr, literal: Expr, path: string): void {
  if (literal.kind !== 'text') return
  const codes = checker.fields.get(value)?.codes
  if (codes === undefined || codes.length === 0 || codes.some((code) => code.value === literal.value)) return
  const byTitle = codes.filter(({ zh, en }) => zh === literal.value || en.toLowerCase() === literal.value.toLowerCase())
  const near = nearest(
    literal.value,
    codes.map((code) => code.value),
  )
  const codesMeant = byTitle.length > 0 ? byTitle : codes.filter((code) => near.includes(code.value))
  const span = checker.spanOf(literal)
  const fixes = span === null ? [] : codesMeant.map((code) => fixSpan(span, quoteText(code.value)))
  const those = (codesMeant.length > 0 ? codesMeant : codes.slice(0, 8)).map(({ value: code, zh }) =>
    zh === '' || zh === code ? code : `${code}(${zh})`,
  )
  checker.warn(
    literal,
    path,
    'eql.unknown_code',
    `码值里没有“${literal.value}”,有 ${those.join('、')}`,
    `“${literal.value}” is not one of its values: ${those.join(', ')}`,
    fixes,
  )
}

export function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

export function checkMatch(checker: Checker, expr: Of<'match'>, path: string, at: At): Seen {
  const value: Part = [expr.value, at(expr.value, 'value')]
  const other: Part = [expr.with, at(expr.with, 'with')]
  const many = expr.op === 'contains-any' || expr.op === 'contains-all'
  needOneOf(checker, value, `${path}.value`, expr.op === 'starts' || expr.op === 'ends' ? ['text'] : ['text', 'list'])
  needOneOf(checker, other, `${path}.with`, [many ? 'list' : 'text'])
  if (expr.with.kind !== 'list') return 'boolean'
  for (const [i, item] of expr.with.items.entries()) {
    if (item.kind === 'text') checkCode(checker, expr.value, item, `${path}.with.items.${i}`)
    else if (!needOneOf(checker, [item, checker.types.get(item) ?? 'unknown'], `${path}.with.items.${i}`, ['text']))
      break
  }
  return 'boolean'
}

export function checkArith(checker: Checker, expr: Of<'arith'>, path: string, at: At): Seen {
  const left: Part = [expr.left, at(expr.left, 'left')]
  const right: Part = [expr.right, at(expr.right, 'right')]
  if (left[1] === 'unknown' || right[1] === 'unknown') return 'unknown'
  if (expr.op === '-' && left[1] === 'day' && right[1] === 'day') return 'integer'
  if (left[1] === 'day' || left[1] === 'time') return dated(checker, expr, path)
  const fit = [needOneOf(checker, left, `${path}.left`, numeric), needOneOf(checker, right, `${path}.right`, numeric)]
  if (fit.includes(false)) return 'unknown'
  if (left[1] === 'missing' || right[1] === 'missing') return 'missing'
  return left[1] === 'money' || right[1] === 'money' ? withMoney(checker, expr, path, left, right) : 'number'
}

function dated(checker: Checker, expr: Of<'arith'>, path: string): Seen {
  return checker.error(
    expr,
    path,
    'eql.date_arithmetic',
    '日期加减要带单位,例如 + 7 days;两个日期相减得天数;时间先用 day(…) 取日期',
    'To a date a length is added, such as + 7 days; a day minus a day is days; day(…) makes a day of a time',
  )
}

function withMoney(checker: Checker, expr: Of<'arith'>, path: string, left: Part, right: Part): Seen {
  const both = left[1] === 'money' && right[1] === 'money'
  if (expr.op === '+' || expr.op === '-') {
    if (both) return 'money'
    const [other, place] = left[1] === 'money' ? [right[0], 'right'] : [left[0], 'left']
    if (adapt(checker, other, `${path}.${place}`)) return 'money'
    return checker.error(
      expr,
      path,
      'eql.types_mixed',
      '金额与数字不能相加减;数字变为金额用 yuan(…)',
      'Money and a number are not added; yuan(…) makes money of a number',
    )
  }
  if (expr.op === '/' && both) return 'number'
  if (expr.op === '%') return checker.error(expr, path, 'eql.money', '金额不能取余', 'There is no remainder of money')
  if (both) return checker.error(expr, path, 'eql.money', '金额不能乘金额', 'Money is not multiplied by money')
  if (expr.op === '/' && right[1] === 'money') {
    return checker.error(expr, path, 'eql.money', '数字不能除以金额', 'A number is not divided by money')
  }
  return 'money'
}

/** The point in time of `as of` is the same for all customers: nothing of a customer stands in it. */
export function checkAsOf(
  checker: Checker,
  expr: Of<'asof'>,
  path: string,
  at: At,
  field: SchemaField | undefined,
): Seen {
  const seen = at(expr.at, 'at')
  needOneOf(checker, [expr.at, seen], `${path}.at`, ['day', 'time'])
  for (const node of nodesOf(expr.at)) {
    if (['field', 'tag', 'asof', 'events', 'rows', 'sequence', 'segment'].includes(node.kind)) {
      checker.error(
        expr.at,
        `${path}.at`,
        'eql.asof',
        '“as of”的时间对所有客户相同,不能含客户的值',
        'The time of “as of” is the same for all customers: nothing of a customer stands in it',
      )
      break
    }
  }
  if (expr.path.length > 1) {
    return checker.error(
      expr,
      path,
      'eql.asof',
      '“as of”只用于客户自己的属性',
      'Only attributes of the customer have a past',
    )
  }
  return field?.type ?? 'unknown'
}
