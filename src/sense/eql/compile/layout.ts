import { homeZone } from '../../../platform/time/zone.ts'
import type { EqlType, SchemaField } from '../contract.ts'
import { type Binder, quoted } from './bind.ts'

/**
 * Where in ClickHouse that stands which a rule speaks of. Values come in one form a type, null when missing: numbers as
 * Int64 or Float64, money as Int64 in minor units, times as DateTime64(3), days as Date32, booleans as Bool, lists as
 * Array(String), empty when missing.
 */
export type Layout = {
  /** Whose an event is now, over the columns of the table `event`. */
  person: string
  /** Whose a number is now that stands in a column of another table. */
  canonical(column: string): string
  /** The numbers that events of these persons were written with: a subquery out of an array of persons, or a subquery of them. */
  numbers(persons: string): string
  /** A property of an event, missing when it is not there or of another type. */
  property(name: string, type: EqlType): string
  /** The table of a type of things; customers stand in `customer`. */
  table(entity: string): string
  column(field: Pick<SchemaField, 'name' | 'onlyKnown'>): string
  /** The column of an entity's table that holds the number of the one thing a relation leads to. */
  via(entity: string, relation: string): string
  /** `SELECT person, value` of those who have the tag. */
  tag(name: string, at: number | null, binder: Binder): string
  /** `SELECT person` of the members. */
  segment(name: string, version: number | null, at: number | null, binder: Binder): string
}

export type LayoutOptions = Pick<Layout, 'person' | 'canonical' | 'numbers' | 'tag' | 'segment'> & {
  /** Columns of `event` into which properties were promoted. */
  promoted?: ReadonlyMap<string, string>
  /** The attribute by which a relation to one joins. */
  via(entity: string, relation: string): string
}

/** The layout as the catalogue and the feeds make it. */
export function layoutOf(options: LayoutOptions): Layout {
  return {
    ...options,
    property: (name, type) => options.promoted?.get(`${name} ${type}`) ?? propertySql(name, type),
    table: (entity) => (entity === 'customer' ? 'customer' : quoted(`entity_${entity}`)),
    column: ({ name, onlyKnown }) => quoted(`${onlyKnown ? 'has' : 'a'}_${name}`),
    via: (entity, relation) => quoted(`a_${options.via(entity, relation)}`),
  }
}

/**
 * A property of an event out of its JSON: of the sub-columns of the types that a value of this type arrives as, null for
 * every other. Money comes as a text of digits too, and a time without a zone is on the bank's clock. A column that a property is
 * promoted into is made of this, so that a rule means the same before and after. `of`: the table's name and a dot.
 */
export function propertySql(name: string, type: EqlType, of = 'event.'): string {
  const at = `${of}props.${quoted(name)}`
  const text = `${at}.:String`
  switch (type) {
    case 'text':
      return text
    case 'boolean':
      return `${at}.:Bool`
    case 'integer':
      return `${at}.:Int64`
    case 'money':
      return `ifNull(${at}.:Int64, if(match(${text}, '^-?\\d{1,18}$'), toInt64OrNull(${text}), NULL))`
    case 'number':
      return `ifNull(${at}.:Float64, toFloat64(${at}.:Int64))`
    case 'day':
      return `if(match(${text}, '^\\d{4}-\\d{2}-\\d{2}$'), toDate32OrNull(${text}), NULL)`
    case 'time':
      return `ifNull(fromUnixTimestamp64Milli(${at}.:Int64, 'UTC'), if(match(${text}, '^\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{3})?)?(Z|[+-]\\d{2}:\\d{2})?$'), toTimeZone(parseDateTime64BestEffortOrNull(${text}, 3, '${homeZone}'), 'UTC'), NULL))`
    case 'list':
      return `arrayMap(one -> ifNull(one, ''), ${at}.:\`Array(Nullable(String))\`)`
  }
}
