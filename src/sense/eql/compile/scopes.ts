import type { EqlType, Expr, Schema, SchemaEntity } from '../contract.ts'
import { nodesOf } from '../rules/tree.ts'
import { holds } from './evaluate.ts'
import type { Layout } from './layout.ts'
import { Scalars } from './scalar.ts'
import type { Known, Sql } from './values.ts'

/** A column as its values are taken in statements. */
export function columnSql(column: string, type: EqlType): Sql {
  switch (type) {
    case 'list':
      return { sql: column, type, nullable: false }
    case 'day':
      return { sql: `toInt32(${column})`, type, nullable: true }
    case 'time':
      return { sql: `toUnixTimestamp64Milli(${column})`, type, nullable: true }
    default:
      return { sql: column, type, nullable: true }
  }
}

/** Tables that a path over relations to one leads to, each joined once. */
export class Hops {
  readonly joins: string[] = []
  private readonly schema: Schema
  private readonly layout: Layout
  private readonly root: { entity: SchemaEntity; alias: string }
  private readonly aliases = new Map<string, string>()

  constructor(schema: Schema, layout: Layout, root: { entity: SchemaEntity; alias: string }) {
    this.schema = schema
    this.layout = layout
    this.root = root
  }

  field(path: readonly string[]): Sql {
    let { entity, alias } = this.root
    for (const [i, name] of path.slice(0, -1).entries()) {
      const relation = entity.relations.find((one) => one.name === name)
      if (relation === undefined) throw new Error(`no relation ${name} of ${entity.name}`)
      alias = this.join(path.slice(0, i + 1).join('\n'), entity, alias, relation)
      entity = entityOf(this.schema, relation.target)
    }
    const field = entity.fields.find((one) => one.name === path.at(-1))
    if (field === undefined) throw new Error(`no attribute ${path.at(-1)} of ${entity.name}`)
    const column = `${alias}.${this.layout.column(field)}`
    return field.onlyKnown
      ? { sql: `nullIf(${column}, 0)`, type: field.type === 'list' ? 'boolean' : field.type, nullable: true }
      : columnSql(column, field.type)
  }

  /**
   * A condition on nothing but the thing that a relation to one leads to, as a set of those things: there are few of them beside
   * the rows that lead there. Who leads nowhere passes where the condition holds of nothing.
   */
  condition(expr: Expr, known: Known, fresh: () => string): string | undefined {
    const { entity, alias } = this.root
    const [relation, more] = relationsOf(expr)
    const to = more === undefined ? entity.relations.find(({ name, many }) => name === relation && !many) : undefined
    if (to === undefined) return undefined
    const things = new Hops(this.schema, this.layout, { entity: entityOf(this.schema, to.target), alias: fresh() })
    const leaf = (node: Expr): Sql => things.field(node.kind === 'field' ? node.path.slice(1) : [])
    const scalars = new Scalars(known, leaf, fresh())
    const test = scalars.condition(expr)
    const absent = holds(expr, { ...known, leaf: () => undefined })
    const from = `${this.layout.table(to.target)} AS ${things.root.alias} FINAL ${things.joins.join(' ')}`
    const of = `ifNull(toString(${alias}.${this.layout.via(entity.name, to.name)}), '')`
    const ids = `SELECT ${things.root.alias}.id FROM ${from} WHERE`
    return absent ? `${of} NOT IN (${ids} NOT (${test}))` : `${of} IN (${ids} ${test})`
  }

  private join(key: string, entity: SchemaEntity, alias: string, relation: { name: string; target: string }): string {
    const known = this.aliases.get(key)
    if (known !== undefined) return known
    const joined = `${this.root.alias}_${this.aliases.size + 1}`
    this.aliases.set(key, joined)
    const via = `${alias}.${this.layout.via(entity.name, relation.name)}`
    const rows = `(SELECT * FROM ${this.layout.table(relation.target)} FINAL)`
    this.joins.push(`LEFT ANY JOIN ${rows} AS ${joined} ON ${joined}.id = ifNull(toString(${via}), '')`)
    return joined
  }
}

/** The first relations of all that a condition asks of; undefined among them for what is no way over a relation. */
function relationsOf(expr: Expr): (string | undefined)[] {
  const found = new Set<string | undefined>()
  for (const node of nodesOf(expr)) {
    if (node.kind === 'field') found.add(node.path.length > 1 ? node.path[0] : undefined)
    else if (sees.includes(node.kind)) found.add(undefined)
  }
  return found.has(undefined) ? [] : [...found]
}

const sees: readonly Expr['kind'][] = ['occurred', 'asof', 'events', 'rows', 'sequence', 'tag', 'segment']

export function entityOf(schema: Schema, name: string): SchemaEntity {
  const entity = schema.entities.find((one) => one.name === name)
  if (entity === undefined) throw new Error(`no entity ${name}`)
  return entity
}

/** Expressions over one event of the table `event`. */
export function eventScope(known: Known, layout: Layout, prefix: string): Scalars {
  return new Scalars(
    known,
    (expr) => {
      if (expr.kind === 'occurred') return { sql: 'toUnixTimestamp64Milli(event.time)', type: 'time', nullable: false }
      if (expr.kind !== 'field') throw outside(expr)
      return propertyOf(expr.path[0] ?? '', typeOf(known, expr), layout)
    },
    prefix,
  )
}

export function propertyOf(name: string, type: EqlType, layout: Layout): Sql {
  const value = columnSql(layout.property(name, type), type)
  return type === 'money' ? { ...value, sql: `if(abs(${value.sql}) <= 9007199254740991, ${value.sql}, NULL)` } : value
}

function typeOf(known: Known, expr: Expr): EqlType {
  const type = known.types.get(expr)
  if (type === undefined || type === 'missing') throw new Error(`a rule that was not checked: ${expr.kind}`)
  return type
}

/** Expressions over one row of an entity, under the name `row`. */
export function rowScope(known: Known, hops: Hops, fresh: () => string): Scalars {
  return new Scalars(
    known,
    (expr) => {
      if (expr.kind !== 'field') throw outside(expr)
      return hops.field(expr.path)
    },
    fresh(),
    (expr) => hops.condition(expr, known, fresh),
  )
}

function outside(expr: Expr): Error {
  return new Error(`${expr.kind} does not stand in the scope of an event or a row`)
}

export const rowAlias = 'held'
