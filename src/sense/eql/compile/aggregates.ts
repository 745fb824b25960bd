import type { EqlType, Expr } from '../contract.ts'
import type { Scalars } from './scalar.ts'
import { mostMoney, type Sql } from './values.ts'

/** A column of a statement that is grouped by person, and how its value is read: also where the person has no group. */
export type Aggregate = { readonly column: string; read(column: string): Sql }

export type Looking = {
  readonly fn: string
  readonly of: Sql | null
  /** Tests that not all rows of the group pass; the rest is in WHERE. */
  readonly tests: readonly string[]
}

const plain =
  (type: EqlType, nullable: boolean) =>
  (sql: string): Sql => ({ sql, type, nullable })

/** `all`, `any`, `none` … of rows and events. */
export function aggregateOf(scalars: Scalars, { fn, of, tests }: Looking, where: Expr | null): Aggregate {
  const test = tests.join(' AND ')
  const count = test === '' ? 'count()' : `countIf(${test})`
  switch (fn) {
    case 'did':
    case 'any':
      return { column: count, read: (sql) => ({ sql: `(${sql} > 0)`, type: 'boolean', nullable: false }) }
    case 'none':
      return { column: count, read: (sql) => ({ sql: `(${sql} = 0)`, type: 'boolean', nullable: false }) }
    case 'all': {
      const good = where === null ? '1' : scalars.condition(where)
      return {
        column: `toUInt8(min(toUInt8(${good})))`,
        read: (sql) => ({ sql: `(${sql} = 1)`, type: 'boolean', nullable: false }),
      }
    }
    case 'count':
      return { column: count, read: (sql) => ({ sql: `toInt64(${sql})`, type: 'integer', nullable: false }) }
  }
  if (of === null) return timeOf(fn, test)
  if (of.type === 'missing') return ofNothing(fn)
  return ofValues(fn, of, test, scalars)
}

function timeOf(fn: string, test: string): Aggregate {
  const which = fn === 'first' ? 'min' : 'max'
  const column = `${which}OrNull${test === '' ? '' : 'If'}(toUnixTimestamp64Milli(event.time)${test === '' ? '' : `, ${test}`})`
  return { column, read: plain('time', true) }
}

function ofNothing(fn: string): Aggregate {
  if (fn === 'sum' || fn === 'distinct') return { column: '0', read: plain('integer', false) }
  return { column: 'NULL', read: () => ({ sql: 'NULL', type: 'missing', nullable: true }) }
}

function ofValues(fn: string, of: Sql, test: string, scalars: Scalars): Aggregate {
  const [value, again] = scalars.twice(of.sql)
  const parts = [test, of.nullable ? `isNotNull(${again})` : ''].filter((part) => part !== '')
  const suffix = parts.length > 0 ? 'If' : ''
  const tail = parts.length > 0 ? `, ${parts.join(' AND ')}` : ''
  const sure = of.nullable ? `assumeNotNull(${value})` : value
  const type = of.type as EqlType
  switch (fn) {
    case 'sum':
      return type === 'money' ? moneySum(sure, suffix, tail, scalars) : numberSum(sure, suffix, tail, scalars, type)
    case 'avg':
      return type === 'money' ? moneyAverage(sure, suffix, tail, scalars) : average(sure, suffix, tail, scalars)
    case 'min':
    case 'max':
      return { column: `${fn}OrNull${suffix}(${sure}${tail})`, read: plain(type, true) }
    case 'distinct':
      return {
        column: `uniqExact${suffix}(${sure}${tail})`,
        read: (sql) => ({ sql: `toInt64(${sql})`, type: 'integer', nullable: false }),
      }
    case 'first':
    case 'last': {
      // Of several at the same instant the least: so the latest is the least by time turned round.
      const time = `${fn === 'first' ? '' : '-'}toUnixTimestamp64Milli(event.time)`
      return { column: `argMinOrNull${suffix}(${sure}, (${time}, ${again})${tail})`, read: plain(type, true) }
    }
    default:
      throw new Error(`no aggregate: ${fn}`)
  }
}

function numberSum(value: string, suffix: string, tail: string, scalars: Scalars, type: EqlType): Aggregate {
  return {
    column: `sum${suffix}(toFloat64(${value})${tail})`,
    read: (sql) => ({ ...scalars.finite(sql), type }),
  }
}

/** Wider than any amount, so that a sum that is too large is seen and not wrong. */
function moneySum(value: string, suffix: string, tail: string, scalars: Scalars): Aggregate {
  return { column: `sum${suffix}(toInt128(${value})${tail})`, read: (sql) => scalars.exactMoney(sql) }
}

function moneyAverage(value: string, suffix: string, tail: string, scalars: Scalars): Aggregate {
  const [sum, sumAgain] = scalars.twice(`sum${suffix}(toInt128(${value})${tail})`)
  const [count, countAgain] = scalars.twice(`toInt128(count${suffix}(${tail === '' ? '' : tail.slice(2)}))`)
  const rounded = `toInt64(sign(${sum}) * intDiv(2 * abs(${sumAgain}) + ${count}, greatest(2 * ${countAgain}, 1)))`
  return {
    column: `if(${countAgain} > 0, ${rounded}, NULL)`,
    read: (sql) => ({ sql: `if(abs(${sql}) <= ${mostMoney}, ${sql}, NULL)`, type: 'money', nullable: true }),
  }
}

function average(value: string, suffix: string, tail: string, scalars: Scalars): Aggregate {
  return { column: `avgOrNull${suffix}(toFloat64(${value})${tail})`, read: (sql) => scalars.finite(sql) }
}
