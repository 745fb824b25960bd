import type { EqlType, Expr, Literal } from '../contract.ts'
import type { Binder } from './bind.ts'
import { dayNumber, dayStart, numberOf, type Range, timeLiteral } from './calendar.ts'
import { callSql } from './calls.ts'
import { dayTestOf, yearlyStretches } from './days.ts'
import { type Exprs, halfAway, type Known, minorUnits, missing, mostMoney, type Sql, yuanToMinor } from './values.ts'
import { windowSql } from './windows.ts'

/** Nodes whose meaning hangs on the scope: fields, the time of the event, and whatever looks at many events or rows. */
export type Leaf = (expr: Expr) => Sql

/** A condition that the scope knows to write better as a whole. */
export type Shortcut = (expr: Expr) => string | undefined

const conditions: readonly Expr['kind'][] = ['and', 'or', 'not', 'compare', 'in', 'between', 'known', 'match', 'within']

/** Expressions of one scope. */
export class Scalars implements Exprs {
  readonly known: Known
  private readonly leaf: Leaf
  private readonly shortcut: Shortcut
  private readonly prefix: string
  private aliases = 0

  constructor(known: Known, leaf: Leaf, prefix: string, shortcut: Shortcut = () => undefined) {
    this.known = known
    this.leaf = leaf
    this.shortcut = shortcut
    this.prefix = prefix
  }

  get binder(): Binder {
    return this.known.binder
  }

  get zone(): string {
    return this.binder.text(this.known.moment.zone)
  }

  get today(): string {
    return this.binder.bind('Int32', dayNumber(this.known.moment.now, this.known.moment.zone))
  }

  get now(): string {
    return this.binder.whole(this.known.moment.now)
  }

  /** The expression at its first place, and what to write at the others: long ones are named, or texts grow without bound. */
  twice(sql: string): [first: string, again: string] {
    if (sql.length < 48) return [sql, sql]
    const name = `${this.prefix}${++this.aliases}`
    return [`(${sql} AS ${name})`, name]
  }

  /** Always 0 or 1. */
  condition(expr: Expr): string {
    const short = this.shortcut(expr)
    if (short !== undefined) return short
    switch (expr.kind) {
      case 'and':
      case 'or': {
        const items = expr.items.map((item) => this.condition(item))
        if (items.length === 0) return expr.kind === 'and' ? '1' : '0'
        return `(${items.join(expr.kind === 'and' ? ' AND ' : ' OR ')})`
      }
      case 'not':
        return `NOT (${this.condition(expr.item)})`
      case 'compare': {
        const days = this.days(expr)
        if (days !== undefined) return expr.op === '!=' ? `NOT (${days})` : days
        const base = this.compare(expr.op === '!=' ? '=' : expr.op, this.value(expr.left), this.value(expr.right))
        return expr.op === '!=' ? `NOT (${base})` : base
      }
      case 'between': {
        const days = this.days(expr)
        if (days !== undefined) return days
        const value = this.value(expr.value)
        const low = this.compare('<=', this.value(expr.low), value)
        const high = this.compare('<=', value, this.value(expr.high))
        return `(${low} AND ${high})`
      }
      case 'in':
        return this.isIn(expr)
      case 'known': {
        const value = this.leafOrValue(expr.value)
        if (value.type === 'list') return `notEmpty(${value.sql})`
        return value.nullable ? `isNotNull(${value.sql})` : '1'
      }
      case 'match':
        return this.matches(expr)
      case 'within':
        return this.days(expr) ?? windowSql(this, this.value(expr.value), expr.window)
      default: {
        const value = this.value(expr)
        if (value.type === 'missing') return '0'
        return value.nullable ? `ifNull(${value.sql}, 0)` : `${value.sql}`
      }
    }
  }

  /** What can be said of the day itself instead of a function of it; of `!=` its opposite. */
  private days(expr: Expr): string | undefined {
    const test = dayTestOf(expr, { ...this.known, leaf: () => undefined })
    if (test === undefined) return undefined
    const value = this.value(test.of)
    if (value.type === 'missing' || test.range === null) return '0'
    return test.yearly ? this.yearly(value, test.range) : this.inDays(value, test.range)
  }

  /** Half-open, of days: of an instant the ones it lies in. */
  private inDays(value: Sql, { from, until }: Range): string {
    const { zone } = this.known.moment
    const bound = (day: number) => this.binder.whole(value.type === 'time' ? dayStart(day, zone) : day)
    if (from === null && until === null) return value.nullable ? `isNotNull(${value.sql})` : '1'
    const [first, again] = from === null || until === null ? [value.sql, value.sql] : this.twice(value.sql)
    const tests = [
      from === null ? [] : `${first} >= ${bound(from)}`,
      until === null ? [] : `${again} < ${bound(until)}`,
    ].flat()
    return value.nullable ? `ifNull(${tests.join(' AND ')}, 0)` : `(${tests.join(' AND ')})`
  }

  /** The next anniversary of a day gone by hangs on its month and day; of one to come it is the day itself. */
  private yearly(value: Sql, range: Range): string {
    const [first, again] = this.twice(value.sql)
    const date = this.local({ ...value, sql: again })
    const [code, codeAgain] = this.twice(`toMonth(${date}) * 100 + toDayOfMonth(${date})`)
    const stretches = yearlyStretches(range, this.known)
    const tests = stretches.map(([from, to], i) => `${i === 0 ? code : codeAgain} BETWEEN ${from} AND ${to}`)
    const gone = tests.length === 0 ? '0' : `(${tests.join(' OR ')})`
    const coming = this.inDays({ ...value, sql: again, nullable: false }, range)
    return `ifNull(if(${first} > ${this.today}, ${coming}, ${gone}), 0)`
  }

  private leafOrValue(expr: Expr): Sql {
    return expr.kind === 'field' ? this.leaf(expr) : this.value(expr)
  }

  value(expr: Expr): Sql {
    if (conditions.includes(expr.kind)) return { sql: this.condition(expr), type: 'boolean', nullable: false }
    switch (expr.kind) {
      case 'text':
      case 'number':
      case 'money':
      case 'boolean':
      case 'day':
      case 'time':
        return this.literal(expr, this.typeOf(expr))
      case 'missing':
        return missing
      case 'now':
        return { sql: this.now, type: 'time', nullable: false }
      case 'today':
        return { sql: this.today, type: 'day', nullable: false }
      case 'param':
        return this.param(expr.name, this.typeOf(expr))
      case 'list':
        return {
          sql: this.binder.texts(expr.items.map((item) => String(item.value))),
          type: 'list',
          nullable: false,
        }
      case 'arith':
        return this.arith(expr)
      case 'neg': {
        const item = this.value(expr.item)
        if (item.type === 'missing') return missing
        return item.type === 'money'
          ? { ...item, sql: `(-${item.sql})` }
          : { ...item, sql: `(-toFloat64(${item.sql}))` }
      }
      case 'shift':
        return this.shift(this.value(expr.value), expr.n, expr.unit)
      case 'if':
        return this.choice(expr)
      case 'call':
        return callSql(this, expr.fn, expr.args, this.typeOf(expr))
      default:
        return this.leaf(expr)
    }
  }

  typeOf(expr: Expr): EqlType | 'missing' {
    const type = this.known.types.get(expr)
    if (type !== undefined) return type
    if (expr.kind === 'number') return expr.value.includes('.') ? 'number' : 'integer'
    if (expr.kind === 'text' || expr.kind === 'money' || expr.kind === 'boolean') return expr.kind
    if (expr.kind === 'day' || expr.kind === 'time') return expr.kind
    throw new Error(`a rule that was not checked: nothing is known of the type of ${expr.kind}`)
  }

  literal(expr: Literal, type: EqlType | 'missing'): Sql {
    const { binder, moment } = this.known
    const of = (sql: string): Sql => ({ sql, type, nullable: false })
    switch (type) {
      case 'money':
        return of(binder.whole(minorUnits(String(expr.value))))
      case 'number':
      case 'integer':
        return of(numberSql(binder, String(expr.value)))
      case 'boolean':
        return of(expr.value === true ? '1' : '0')
      case 'day':
        return of(binder.bind('Int32', numberOf(String(expr.value))))
      case 'time':
        return of(binder.whole(timeLiteral(String(expr.value), moment.zone)))
      default:
        return of(binder.text(String(expr.value)))
    }
  }

  private param(name: string, type: EqlType | 'missing'): Sql {
    const { binder, params } = this.known
    const value = Object.hasOwn(params, name) ? params[name] : undefined
    if (value === undefined || value === null)
      return type === 'list' ? { ...missing, sql: binder.texts([]), type, nullable: false } : missing
    const of = (sql: string): Sql => ({ sql, type, nullable: false })
    switch (type) {
      case 'list':
        return of(binder.texts(value as string[]))
      case 'boolean':
        return of(value === true ? '1' : '0')
      case 'day':
        return of(binder.bind('Int32', numberOf(String(value))))
      case 'time':
        return of(binder.whole(value instanceof Date ? value.getTime() : Number(value)))
      case 'money':
        return of(binder.whole(typeof value === 'bigint' ? value : yuanToMinor(Number(value))))
      case 'number':
      case 'integer':
        return of(numberSql(binder, String(value)))
      default:
        return of(binder.text(String(value)))
    }
  }

  /** A day beside a time: the time counts as its day. */
  private meet(left: Sql, right: Sql): [Sql, Sql] {
    if (left.type === 'day' && right.type === 'time') return [left, this.dayOf(right)]
    if (left.type === 'time' && right.type === 'day') return [this.dayOf(left), right]
    return [left, right]
  }

  dayOf(value: Sql): Sql {
    if (value.type !== 'time') return value
    return { ...value, sql: `toInt32(toDate32(${this.local(value)}))`, type: 'day' }
  }

  /** As a date or an instant of the engine, on the clock of the zone. */
  local(value: Sql): string {
    return value.type === 'day'
      ? `(toDate32('1970-01-01') + ${value.sql})`
      : `fromUnixTimestamp64Milli(toInt64(${value.sql}), ${this.zone})`
  }

  compare(op: '=' | '<' | '<=' | '>' | '>=', one: Sql, other: Sql): string {
    if (one.type === 'missing' || other.type === 'missing') return '0'
    const [left, right] = this.meet(one, other)
    const test = `${left.sql} ${op} ${right.sql}`
    return left.nullable || right.nullable ? `ifNull(${test}, 0)` : `(${test})`
  }

  private isIn(expr: Extract<Expr, { kind: 'in' }>): string {
    const value = this.value(expr.value)
    if (value.type === 'missing') return '0'
    if (expr.list.kind !== 'list') {
      const list = this.value(expr.list)
      if (list.type === 'missing') return '0'
      return value.nullable
        ? `(isNotNull(${value.sql}) AND has(${list.sql}, ifNull(${value.sql}, '')))`
        : `has(${list.sql}, ${value.sql})`
    }
    const byType = new Map<EqlType | 'missing', Literal[]>()
    for (const item of expr.list.items) {
      const type = item.kind === 'number' && value.type === 'money' ? 'money' : item.kind
      byType.set(type, [...(byType.get(type) ?? []), item])
    }
    const tests = [...byType].map(([type, items]) => this.inSet(value, type, items))
    return tests.length === 0 ? '0' : tests.length === 1 ? (tests[0] ?? '0') : `(${tests.join(' OR ')})`
  }

  private inSet(value: Sql, type: EqlType | 'missing', items: Literal[]): string {
    const { binder, moment } = this.known
    const guard = (sql: string, nullable: boolean) => (nullable ? `ifNull(${sql}, 0)` : `(${sql})`)
    const days = (list: number[]) => binder.bind('Array(Int32)', list)
    switch (type) {
      case 'day': {
        const of = this.dayOf(value)
        return guard(`${of.sql} IN ${days(items.map((item) => numberOf(String(item.value))))}`, of.nullable)
      }
      case 'time': {
        const times = items.map((item) => timeLiteral(String(item.value), moment.zone))
        if (value.type === 'day')
          return guard(`${value.sql} IN ${days(times.map((time) => dayNumber(time, moment.zone)))}`, value.nullable)
        return guard(`${value.sql} IN ${binder.bind('Array(Int64)', times)}`, value.nullable)
      }
      case 'money': {
        const amounts = items.map((item) => Number(minorUnits(String(item.value))))
        return guard(`${value.sql} IN ${binder.bind('Array(Int64)', amounts)}`, value.nullable)
      }
      case 'boolean': {
        const flags = items.map((item) => (item.value === true ? 1 : 0))
        return guard(`toUInt8(${value.sql}) IN ${binder.bind('Array(UInt8)', flags)}`, value.nullable)
      }
      case 'number': {
        const numbers = items.map((item) => Number(item.value))
        return guard(`toFloat64(${value.sql}) IN ${binder.bind('Array(Float64)', numbers)}`, value.nullable)
      }
      default:
        return guard(`${value.sql} IN ${binder.texts(items.map((item) => String(item.value)))}`, value.nullable)
    }
  }

  private matches(expr: Extract<Expr, { kind: 'match' }>): string {
    const [value, other] = [this.value(expr.value), this.value(expr.with)]
    if (value.type === 'missing' || other.type === 'missing') return '0'
    const guard = (test: string) => (value.nullable || other.nullable ? `ifNull(${test}, 0)` : `(${test})`)
    const ofList = value.type === 'list'
    switch (expr.op) {
      case 'contains':
        if (ofList)
          return other.nullable
            ? `(isNotNull(${other.sql}) AND has(${value.sql}, ifNull(${other.sql}, '')))`
            : `has(${value.sql}, ${other.sql})`
        return guard(`position(${value.sql}, ${other.sql}) > 0`)
      case 'starts':
        return guard(`startsWith(${value.sql}, ${other.sql})`)
      case 'ends':
        return guard(`endsWith(${value.sql}, ${other.sql})`)
      default: {
        const all = expr.op === 'contains-all'
        const some = `notEmpty(${other.sql})`
        if (ofList)
          return all
            ? `(${some} AND notEmpty(${value.sql}) AND hasAll(${value.sql}, ${other.sql}))`
            : `hasAny(${value.sql}, ${other.sql})`
        const text = value.nullable ? `ifNull(${value.sql}, '')` : value.sql
        const known = value.nullable ? `isNotNull(${value.sql}) AND ` : ''
        const piece = `array${all ? 'All' : 'Exists'}(piece -> position(${text}, piece) > 0, ${other.sql})`
        return `(${known}${all ? `${some} AND ` : ''}${piece})`
      }
    }
  }

  private arith(expr: Extract<Expr, { kind: 'arith' }>): Sql {
    const [left, right] = [this.value(expr.left), this.value(expr.right)]
    if (left.type === 'missing' || right.type === 'missing') return missing
    const [a, b] = [left.sql, right.sql]
    if (left.type === 'day') {
      const days = this.dayOf(right)
      return {
        sql: `(toInt64(${a}) - toInt64(${days.sql}))`,
        type: 'integer',
        nullable: left.nullable || days.nullable,
      }
    }
    const money = left.type === 'money' || right.type === 'money'
    if (money && (expr.op === '+' || expr.op === '-')) return this.exactMoney(`(${a} ${expr.op} ${b})`)
    const result = `(toFloat64(${a}) ${expr.op} toFloat64(${b}))`
    if (!money) return this.finite(result)
    return expr.op === '/' && right.type === 'money' ? this.finite(result) : this.roundedMoney(result)
  }

  /** Missing when it is no finite number. */
  finite(sql: string): Sql {
    const [first, again] = this.twice(sql)
    return { sql: `if(isFinite(${first}), ${again}, NULL)`, type: 'number', nullable: true }
  }

  /** Of whole minor units in any integer type. */
  exactMoney(sql: string): Sql {
    const [first, again] = this.twice(sql)
    return { sql: `if(abs(${first}) <= ${mostMoney}, toInt64(${again}), NULL)`, type: 'money', nullable: true }
  }

  /** Of minor units as a float: half away from zero. */
  roundedMoney(sql: string): Sql {
    const [first, again] = this.twice(sql)
    const [whole, wholeAgain] = this.twice(halfAway(first, again))
    const sane = `isFinite(${wholeAgain}) AND abs(${wholeAgain}) <= ${mostMoney}`
    return { sql: `if(abs(${whole}) >= 0 AND ${sane}, toInt64(${wholeAgain}), NULL)`, type: 'money', nullable: true }
  }

  shift(value: Sql, n: number, unit: string): Sql {
    if (value.type === 'missing') return missing
    const by = this.binder.whole(n)
    if (unit === 'minute' || unit === 'hour')
      return { ...value, sql: `(${value.sql} + ${this.binder.whole(n * (unit === 'hour' ? 3_600_000 : 60_000))})` }
    const add = { day: 'addDays', week: 'addWeeks', month: 'addMonths', year: 'addYears' }[unit]
    const moved = `${add}(${this.local(value)}, ${by})`
    return { ...value, sql: value.type === 'day' ? `toInt32(${moved})` : `toUnixTimestamp64Milli(${moved})` }
  }

  private choice(expr: Extract<Expr, { kind: 'if' }>): Sql {
    const type = this.typeOf(expr)
    if (type === 'missing') return missing
    const parts = expr.branches.flatMap(({ when, value }) => [this.condition(when), this.as(this.value(value), type)])
    return {
      sql: `multiIf(${parts.join(', ')}, ${this.as(this.value(expr.else), type)})`,
      type,
      nullable: type !== 'list',
    }
  }

  /** In the one form that all branches have. */
  as(value: Sql, type: EqlType | 'missing'): string {
    if (type === 'list') return value.type === 'missing' ? 'emptyArrayString()' : value.sql
    const form = forms[type]
    return form === undefined ? 'NULL' : `CAST(${value.sql}, 'Nullable(${form})')`
  }
}

const forms: Record<string, string | undefined> = {
  boolean: 'UInt8',
  number: 'Float64',
  integer: 'Float64',
  money: 'Int64',
  text: 'String',
  time: 'Int64',
  day: 'Int32',
}

function numberSql(binder: Binder, digits: string): string {
  const value = Number(digits)
  return Number.isSafeInteger(value) ? binder.whole(value) : binder.bind('Float64', value)
}
