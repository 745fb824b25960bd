import type { Promotable, ValueType } from '../contract.ts'
import { columnSql } from './column.ts'

export const promotedTypes: Record<Promotable, string> = {
  text: 'Nullable(String)',
  number: 'Nullable(Float64)',
  integer: 'Nullable(Int64)',
  money: 'Nullable(Int64)',
  boolean: 'Nullable(Bool)',
  time: "Nullable(DateTime64(3, 'UTC'))",
  day: 'Nullable(Date32)',
}

/** The column of a property that was promoted. */
export const promotedColumn = (name: string) => columnSql(`p_${name}`)

/**
 * A property of the events as an expression of its type, null where there is none or it is not of the type: from its own
 * column where it has one of that type, else out of the JSON. `of` is the name that the table has in the statement.
 */
export function propertySql(
  promoted: ReadonlyMap<string, string>,
  name: string,
  type: ValueType,
  of = 'event',
): string {
  if (promoted.get(name) === type) return `${of}.${promotedColumn(name)}`
  return fromJson(`${of}.props.${columnSql(name)}`, type)
}

/** The engine keeps each value with the type it was seen with: whole numbers, fractions, words, days and times apart. */
export function fromJson(path: string, type: ValueType): string {
  const text = `${path}::Nullable(String)`
  switch (type) {
    case 'text':
      return `if(startsWith(dynamicType(${path}), 'Array'), NULL, ${text})`
    case 'number':
      return `if(dynamicType(${path}) IN ('Int64', 'UInt64', 'Float64'), toFloat64OrNull(${text}), NULL)`
    case 'integer':
      return `if(dynamicType(${path}) IN ('Int64', 'UInt64'), toInt64OrNull(${text}), NULL)`
    case 'money':
      return `if(dynamicType(${path}) IN ('Int64', 'UInt64', 'String'), toInt64OrNull(${text}), NULL)`
    case 'boolean':
      return `${path}.:Bool`
    case 'day':
      return `if(length(${text}) = 10, toDate32OrNull(${text}), NULL)`
    case 'time':
      return `multiIf(dynamicType(${path}) IN ('Int64', 'UInt64'), fromUnixTimestamp64Milli(toInt64OrZero(${text}), 'UTC'), match(ifNull(${text}, ''), '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}'), toTimeZone(parseDateTime64BestEffortOrNull(${text}, 3, 'Asia/Shanghai'), 'UTC'), NULL)`
    default:
      return text
  }
}
