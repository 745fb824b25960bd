import type { EqlType, Expr, FunctionName } from '../contract.ts'
import { type Exprs, halfAway, missing, type Sql } from './values.ts'

/** A function of the language. Missing when an argument is, but for `coalesce`. */
export function callSql(scalars: Exprs, fn: FunctionName, given: readonly Expr[], type: EqlType | 'missing'): Sql {
  const args = given.map((arg) => scalars.value(arg))
  if (fn === 'coalesce') return coalesce(scalars, args, type)
  const [first = missing] = args
  if (args.some((arg) => arg.type === 'missing')) return missing
  const nullable = args.some((arg) => arg.nullable)
  const of = (sql: string, kind: EqlType, may = nullable): Sql => ({ sql, type: kind, nullable: may })
  const x = first.sql
  switch (fn) {
    case 'lower':
    case 'upper':
      return of(`${fn}(${x})`, 'text')
    case 'trim':
      return of(`trimBoth(${x})`, 'text')
    case 'concat':
      return of(`concat(${args.map((arg) => arg.sql).join(', ')})`, 'text')
    case 'length':
      if (first.type === 'list') return of(`nullIf(toInt64(length(${x})), 0)`, 'integer', true)
      return of(`toInt64(lengthUTF8(${x}))`, 'integer')
    case 'substring':
      return substring(scalars, args)
    case 'abs':
      return of(
        first.type === 'money' ? `abs(${x})` : `abs(toFloat64(${x}))`,
        first.type === 'money' ? 'money' : 'number',
      )
    case 'round':
      return round(scalars, first)
    case 'floor':
    case 'ceil':
      return of(`${fn}(toFloat64(${x}))`, 'integer')
    case 'least':
    case 'greatest':
      return extreme(scalars, fn, args, type)
    case 'yuan':
      return scalars.roundedMoney(`(toFloat64(${x}) * 100)`)
    case 'in_yuan':
      return of(`(toFloat64(${x}) / 100)`, 'number')
    case 'day':
      return scalars.dayOf(first)
    default:
      return dated(scalars, fn, first)
  }
}

function coalesce(scalars: Exprs, args: Sql[], type: EqlType | 'missing'): Sql {
  if (type === 'missing') return missing
  const known = args.filter((arg) => arg.type !== 'missing')
  if (type !== 'list')
    return { sql: `coalesce(${known.map((arg) => scalars.as(arg, type)).join(', ')})`, type, nullable: true }
  const sql = known.reduceRight(
    (rest, { sql: list }) => `if(notEmpty(${list}), ${list}, ${rest})`,
    'emptyArrayString()',
  )
  return { sql, type, nullable: false }
}

function substring(scalars: Exprs, [text = missing, from = missing, count = missing]: Sql[]): Sql {
  const [start, startAgain] = scalars.twice(`toFloat64(${from.sql})`)
  const [many, manyAgain] = scalars.twice(`toFloat64(${count.sql})`)
  // Beyond any text, so that the numbers stay small whatever was asked for.
  const whole = (sql: string) => `toInt64(least(ifNull(${sql}, 1), 100000000))`
  const part = `substringUTF8(${text.sql}, ${whole(startAgain)}, ${whole(manyAgain)})`
  return { sql: `if(${start} >= 1 AND ${many} >= 0, ${part}, NULL)`, type: 'text', nullable: true }
}

function round(scalars: Exprs, value: Sql): Sql {
  if (value.type !== 'money') {
    const [first, again] = scalars.twice(`toFloat64(${value.sql})`)
    return { sql: halfAway(first, again), type: 'integer', nullable: value.nullable }
  }
  const [first, again] = scalars.twice(value.sql)
  return scalars.exactMoney(`(sign(${first}) * intDiv(abs(${again}) + 50, 100) * 100)`)
}

/** `least` of the engine passes over nulls. */
function extreme(scalars: Exprs, fn: 'least' | 'greatest', args: Sql[], type: EqlType | 'missing'): Sql {
  const parts = args.map((arg) => scalars.twice(scalars.as(arg, type)))
  const known = parts.map(([first]) => `isNotNull(${first})`).join(' AND ')
  const sql = `if(${known}, ${fn}(${parts.map(([, again]) => again).join(', ')}), NULL)`
  return { sql, type, nullable: true }
}

type DateFunction = Exclude<
  FunctionName,
  | 'lower'
  | 'upper'
  | 'trim'
  | 'concat'
  | 'length'
  | 'substring'
  | 'abs'
  | 'round'
  | 'floor'
  | 'ceil'
  | 'least'
  | 'greatest'
  | 'yuan'
  | 'in_yuan'
  | 'day'
  | 'coalesce'
>

function dated(scalars: Exprs, fn: DateFunction, value: Sql): Sql {
  const of = (sql: string, type: EqlType = 'integer'): Sql => ({ sql, type, nullable: value.nullable })
  const day = scalars.dayOf(value)
  const { today } = scalars
  switch (fn) {
    case 'year':
      return of(`toInt64(toYear(${scalars.local(value)}))`)
    case 'month':
      return of(`toInt64(toMonth(${scalars.local(value)}))`)
    case 'day_of_month':
      return of(`toInt64(toDayOfMonth(${scalars.local(value)}))`)
    case 'weekday':
      return of(`toInt64(toDayOfWeek(${scalars.local(value)}))`)
    case 'hour':
      return of(`toInt64(toHour(${scalars.local(value)}))`)
    case 'days_since':
      return of(`(toInt64(${today}) - ${day.sql})`)
    case 'days_until':
      return of(`(toInt64(${day.sql}) - ${today})`)
    case 'anniversary':
      return anniversary(scalars, value)
    case 'months_since':
    case 'years_since': {
      const [first, again] = scalars.twice(day.sql)
      const low = scalars.local({ ...day, sql: `if(${first} <= ${today}, ${again}, ${today})` })
      const high = scalars.local({ ...day, sql: `if(${again} <= ${today}, ${today}, ${again})` })
      const [from, fromAgain] = scalars.twice(low)
      const [to, toAgain] = scalars.twice(high)
      const months = `(toInt64(toYear(${to})) - toYear(${from})) * 12 + toMonth(${toAgain}) - toMonth(${fromAgain}) - (toDayOfMonth(${toAgain}) < toDayOfMonth(${fromAgain}))`
      const whole = fn === 'months_since' ? `(${months})` : `intDiv(${months}, 12)`
      return of(`(${whole} * if(${again} <= ${today}, 1, -1))`)
    }
  }
}

function anniversary(scalars: Exprs, day: Sql): Sql {
  const { today } = scalars
  const [first, again] = scalars.twice(day.sql)
  const at = scalars.local({ ...day, sql: again })
  const thisYear = `(toYear(toDate32('1970-01-01') + ${today}) - toYear(${at}))`
  const [next, nextAgain] = scalars.twice(`toInt32(addYears(${at}, ${thisYear}))`)
  const later = `toInt32(addYears(${at}, ${thisYear} + 1))`
  return { ...day, sql: `if(${first} > ${today}, ${again}, if(${next} >= ${today}, ${nextAgain}, ${later}))` }
}
