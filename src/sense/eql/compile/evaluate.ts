import type { EqlType, Expr, FunctionName, Literal, Types, Window } from '../contract.ts'
import {
  dayFrom,
  dayNumber,
  dayStart,
  daysOfWindow,
  instantsOfWindow,
  isFixed,
  type Moment,
  numberOf,
  shiftDay,
  shiftTime,
  timeLiteral,
  wallTime,
  wholeMonths,
} from './calendar.ts'
import { minorUnits, yuanToMinor } from './values.ts'

/** Missing is undefined. Money in minor units, times in milliseconds, days since 1970-01-01. */
export type Value = number | string | boolean | readonly string[] | undefined

export type World = {
  readonly moment: Moment
  readonly types: Types
  readonly params: Readonly<Record<string, unknown>>
  /** Nodes whose meaning hangs on the scope. */
  leaf(expr: Expr): Value
}

const most = 9_007_199_254_740_991

/** Always true or false. */
export function holds(expr: Expr, world: World): boolean {
  switch (expr.kind) {
    case 'and':
      return expr.items.every((item) => holds(item, world))
    case 'or':
      return expr.items.some((item) => holds(item, world))
    case 'not':
      return !holds(expr.item, world)
    case 'compare':
      if (expr.op === '!=') return !compare('=', expr.left, expr.right, world)
      return compare(expr.op, expr.left, expr.right, world)
    case 'between':
      return compare('<=', expr.low, expr.value, world) && compare('<=', expr.value, expr.high, world)
    case 'in':
      return isIn(expr, world)
    case 'known':
      return evaluate(expr.value, world) !== undefined
    case 'match':
      return matches(expr, world)
    case 'within':
      return within(evaluate(expr.value, world), typeOf(expr.value, world), expr.window, world)
    default:
      return evaluate(expr, world) === true
  }
}

export function evaluate(expr: Expr, world: World): Value {
  const { moment } = world
  switch (expr.kind) {
    case 'text':
    case 'number':
    case 'money':
    case 'boolean':
    case 'day':
    case 'time':
      return literal(expr, typeOf(expr, world), moment)
    case 'missing':
      return undefined
    case 'now':
      return moment.now
    case 'today':
      return dayNumber(moment.now, moment.zone)
    case 'param':
      return param(world.params[expr.name], typeOf(expr, world))
    case 'list':
      return known(expr.items.map((item) => String(item.value)))
    case 'arith':
      return arith(expr, world)
    case 'neg': {
      const item = evaluate(expr.item, world)
      return item === undefined ? undefined : -(item as number)
    }
    case 'shift': {
      const value = evaluate(expr.value, world) as number | undefined
      if (value === undefined) return undefined
      return typeOf(expr.value, world) === 'day'
        ? shiftDay(value, expr.n, expr.unit)
        : shiftTime(value, expr.n, expr.unit, moment.zone)
    }
    case 'if': {
      const branch = expr.branches.find(({ when }) => holds(when, world))
      return evaluate(branch?.value ?? expr.else, world)
    }
    case 'call':
      return call(expr.fn, expr.args, world)
    case 'and':
    case 'or':
    case 'not':
    case 'compare':
    case 'between':
    case 'in':
    case 'known':
    case 'match':
    case 'within':
      return holds(expr, world)
    default:
      return world.leaf(expr)
  }
}

export function typeOf(expr: Expr, world: World): EqlType | 'missing' {
  return world.types.get(expr) ?? (expr.kind as EqlType)
}

function known(list: readonly string[]): Value {
  return list.length > 0 ? list : undefined
}

function literal(expr: Literal, type: EqlType | 'missing', { zone }: Moment): Value {
  const text = String(expr.value)
  switch (type) {
    case 'money':
      return Number(minorUnits(text))
    case 'number':
    case 'integer':
      return Number(text)
    case 'boolean':
      return expr.value === true
    case 'day':
      return numberOf(text)
    case 'time':
      return timeLiteral(text, zone)
    default:
      return text
  }
}

function param(value: unknown, type: EqlType | 'missing'): Value {
  if (value === undefined || value === null) return undefined
  switch (type) {
    case 'list':
      return known(value as string[])
    case 'boolean':
      return value === true
    case 'day':
      return numberOf(String(value))
    case 'time':
      return value instanceof Date ? value.getTime() : Number(value)
    case 'money':
      return Number(typeof value === 'bigint' ? value : yuanToMinor(Number(value)))
    case 'number':
    case 'integer':
      return Number(value)
    default:
      return String(value)
  }
}

function compare(op: '=' | '<' | '<=' | '>' | '>=', one: Expr, other: Expr, world: World): boolean {
  const [left, right] = meet(one, other, world)
  if (left === undefined || right === undefined) return false
  switch (op) {
    case '=':
      return left === right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
  }
}

/** A day beside a time: the time counts as its day. */
function meet(one: Expr, other: Expr, world: World): [Value, Value] {
  const [left, right] = [evaluate(one, world), evaluate(other, world)]
  const [a, b] = [typeOf(one, world), typeOf(other, world)]
  if (a === 'day' && b === 'time') return [left, asDay(right, b, world)]
  if (a === 'time' && b === 'day') return [asDay(left, a, world), right]
  return [left, right]
}

function asDay(value: Value, type: EqlType | 'missing', world: World): number | undefined {
  if (value === undefined) return undefined
  return type === 'time' ? dayNumber(value as number, world.moment.zone) : (value as number)
}

function isIn(expr: Extract<Expr, { kind: 'in' }>, world: World): boolean {
  if (expr.list.kind === 'list') return expr.list.items.some((item) => compareItem(expr.value, item, world))
  const value = evaluate(expr.value, world)
  const list = evaluate(expr.list, world)
  return value !== undefined && list !== undefined && (list as readonly string[]).includes(value as string)
}

function compareItem(value: Expr, item: Literal, world: World): boolean {
  const type = item.kind === 'number' && typeOf(value, world) === 'money' ? 'money' : item.kind
  const right = literal(item, type, world.moment)
  const left = evaluate(value, world)
  if (left === undefined) return false
  const kind = typeOf(value, world)
  if (type === 'day' && kind === 'time') return asDay(left, kind, world) === right
  if (type === 'time' && kind === 'day') return left === asDay(right, type, world)
  return left === right
}

function matches(expr: Extract<Expr, { kind: 'match' }>, world: World): boolean {
  const [value, other] = [evaluate(expr.value, world), evaluate(expr.with, world)]
  if (value === undefined || other === undefined) return false
  const whole = value as string | readonly string[]
  switch (expr.op) {
    case 'contains':
      return whole.includes(other as string)
    case 'starts':
      return (whole as string).startsWith(other as string)
    case 'ends':
      return (whole as string).endsWith(other as string)
    case 'contains-any':
      return (other as readonly string[]).some((piece) => whole.includes(piece))
    case 'contains-all':
      return (other as readonly string[]).every((piece) => whole.includes(piece))
  }
}

/** The instants from `from` to before `until`, of a window of events. */
export function windowBounds(window: Window, world: World): { from: number; until: number } | undefined {
  if (isFixed(window)) {
    const { from, until } = instantsOfWindow(window, world.moment)
    return { from: from ?? Number.NEGATIVE_INFINITY, until: until ?? Number.POSITIVE_INFINITY }
  }
  const { zone, now } = world.moment
  const from = evaluate(window.from, world) as number | undefined
  const to = window.kind === 'range' ? (evaluate(window.to, world) as number | undefined) : now
  if (from === undefined || to === undefined) return undefined
  const toDay = window.kind === 'range' && typeOf(window.to, world) === 'day'
  return {
    from: typeOf(window.from, world) === 'day' ? dayStart(from, zone) : from,
    until: toDay ? dayStart(to + 1, zone) : to,
  }
}

function within(value: Value, type: EqlType | 'missing', window: Window, world: World): boolean {
  if (value === undefined) return false
  const at = value as number
  if (type !== 'day') {
    const bounds = windowBounds(window, world)
    return bounds !== undefined && at >= bounds.from && at < bounds.until
  }
  if (isFixed(window)) {
    const { from, until } = daysOfWindow(window, world.moment)
    return (from === null || at >= from) && (until === null || at < until)
  }
  const { now, zone } = world.moment
  const from = asDay(evaluate(window.from, world), typeOf(window.from, world), world)
  const to =
    window.kind === 'since' ? dayNumber(now, zone) : asDay(evaluate(window.to, world), typeOf(window.to, world), world)
  return from !== undefined && to !== undefined && at >= from && at <= to
}

export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}

/** Whole minor units, missing when there are too many of them. */
export function exactMoney(value: number): number | undefined {
  return Math.abs(value) <= most ? value : undefined
}

export function halfAway(value: number): number {
  const whole = Math.trunc(value)
  return whole + (Math.abs(value - whole) >= 0.5 ? Math.sign(value) : 0)
}

function arith(expr: Extract<Expr, { kind: 'arith' }>, world: World): Value {
  const [left, right] = [evaluate(expr.left, world), evaluate(expr.right, world)]
  if (left === undefined || right === undefined) return undefined
  const [a, b] = [left as number, right as number]
  const [ofLeft, ofRight] = [typeOf(expr.left, world), typeOf(expr.right, world)]
  if (ofLeft === 'day') return a - (asDay(b, ofRight, world) ?? 0)
  const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b }[expr.op]
  if (ofLeft !== 'money' && ofRight !== 'money') return finite(result)
  if (expr.op === '+' || expr.op === '-') return exactMoney(result)
  return ofRight === 'money' && expr.op === '/' ? finite(result) : exactMoney(halfAway(result))
}

function call(fn: FunctionName, given: readonly Expr[], world: World): Value {
  const args = given.map((arg) => evaluate(arg, world))
  if (fn === 'coalesce') return args.find((arg) => arg !== undefined)
  const [first] = args
  if (first === undefined || args.includes(undefined)) return undefined
  const [of] = given
  const type = of === undefined ? 'missing' : typeOf(of, world)
  const [text, number] = [first as string, first as number]
  switch (fn) {
    case 'lower':
      return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    case 'upper':
      return text.replace(/[a-z]/g, (letter) => letter.toUpperCase())
    case 'trim':
      return text.replace(/^ +/, '').replace(/ +$/, '')
    case 'concat':
      return args.join('')
    case 'length':
      return [...(first as string | readonly string[])].length
    case 'substring': {
      const [, from, count] = args as [string, number, number]
      if (from < 1 || count < 0) return undefined
      const start = Math.trunc(from) - 1
      return [...text].slice(start, start + Math.trunc(count)).join('')
    }
    case 'abs':
      return Math.abs(number)
    case 'round':
      return type === 'money' ? exactMoney(halfAway(number / 100) * 100) : halfAway(number)
    case 'floor':
      return Math.floor(number)
    case 'ceil':
      return Math.ceil(number)
    case 'least':
      return Math.min(...(args as number[]))
    case 'greatest':
      return Math.max(...(args as number[]))
    case 'yuan':
      return exactMoney(halfAway(number * 100))
    case 'in_yuan':
      return number / 100
    case 'hour':
      return new Date(wallTime(number, world.moment.zone)).getUTCHours()
    default:
      return dated(fn, asDay(number, type, world) ?? 0, world.moment)
  }
}

/** Of a day: a number, or a day again. */
export function dated(fn: FunctionName, day: number, { now, zone }: Moment): Value {
  const today = dayNumber(now, zone)
  const [year = 0, month = 0, date = 0] = dayFrom(day).split('-').map(Number)
  switch (fn) {
    case 'year':
      return year
    case 'month':
      return month
    case 'day_of_month':
      return date
    case 'weekday':
      return ((((day + 3) % 7) + 7) % 7) + 1
    case 'day':
      return day
    case 'days_since':
      return today - day
    case 'days_until':
      return day - today
    case 'months_since':
      return day <= today ? wholeMonths(day, today) : -wholeMonths(today, day)
    case 'years_since':
      return Math.trunc((day <= today ? wholeMonths(day, today) : -wholeMonths(today, day)) / 12)
    case 'anniversary': {
      if (day > today) return day
      const years = Number(dayFrom(today).slice(0, 4)) - year
      const next = shiftDay(day, years, 'year')
      return next >= today ? next : shiftDay(day, years + 1, 'year')
    }
    default:
      throw new Error(`no function of dates: ${fn}`)
  }
}
