import type { EqlType, Expr } from '../contract.ts'
import { nodesOf } from '../rules/tree.ts'
import { dayStart } from './calendar.ts'
import { evaluate, holds, type Value } from './evaluate.ts'
import { Scalars } from './scalar.ts'
import { columnSql, entityOf, Hops } from './scopes.ts'
import { looksOf, type Place, type Source, sourceKey, sourceOf } from './sources.ts'
import type { Sql } from './values.ts'
import { endSql, startSql } from './windows.ts'

/**
 * One statement over customers. Conditions that look at one thing each are sets of customers (`id IN …`); what compares
 * several things is joined to the customers by their number, and then whatever looks at the same things is read there too.
 */
export class Customers {
  private readonly needed: { instant: number; part: Expr }[] = []
  private readonly place: Place
  private readonly hops: Hops
  private readonly scalars: Scalars
  private readonly nodes = new Map<string, Expr[]>()
  private readonly sources = new Map<string, Source>()
  private readonly joined = new Map<string, string>()
  private readonly pasts = new Map<number, Map<string, { name: string; type: EqlType }>>()
  private readonly pastNames = new Map<number, string>()
  private readonly name: string

  constructor(place: Place) {
    this.place = place
    this.name = place.fresh()
    this.hops = new Hops(place.schema, place.layout, { entity: entityOf(place.schema, 'customer'), alias: this.name })
    const hop = (expr: Expr) => (place.past ? undefined : this.hops.condition(expr, place.known, place.fresh))
    this.scalars = new Scalars(place.known, (expr) => this.leaf(expr), place.fresh(), hop)
  }

  /** All that is asked, before anything of it is written: who looks at the same things shares a scan. */
  plan(conditions: readonly Expr[], values: readonly Expr[]): void {
    const atoms = new Map<string, number>()
    for (const expr of [...conditions, ...values]) {
      for (const node of looksOf(expr)) {
        const key = sourceKey(node)
        if (key !== undefined) this.nodes.set(key, [...(this.nodes.get(key) ?? []), node])
      }
    }
    for (const expr of values) for (const node of looksOf(expr)) this.join(sourceKey(node))
    for (const expr of conditions) this.planCondition(expr, atoms)
    for (const [key, count] of atoms) if (count > 1) this.join(key)
  }

  /** Nobody is answered who does not pass this: what is only about one past instant is tested where that past is read. */
  require(expr: Expr): void {
    for (const part of partsOf(expr)) {
      const looks = looksOf(part)
      const instants = new Set(looks.map((look) => (look.kind === 'asof' ? this.instantOf(look) : undefined)))
      const [instant] = instants
      if (instants.size !== 1 || instant === undefined || ownFieldsOf(part) || this.absent(part)) continue
      this.needed.push({ instant, part })
    }
  }

  private planCondition(expr: Expr, atoms: Map<string, number>): void {
    if (expr.kind === 'not') {
      this.planCondition(expr.item, atoms)
      return
    }
    const only = this.onlySource(expr)
    if (only !== undefined) {
      atoms.set(only, (atoms.get(only) ?? 0) + 1)
    } else if (expr.kind === 'and' || expr.kind === 'or') {
      for (const part of this.parts(expr)) this.planCondition(part, atoms)
    } else {
      for (const node of looksOf(expr)) this.join(sourceKey(node))
    }
  }

  /** Items of `and` and `or`, those that look at one thing together put into one. */
  private parts(expr: Extract<Expr, { kind: 'and' | 'or' }>): Expr[] {
    const alone = new Map<string, Expr[]>()
    const rest: Expr[] = []
    for (const item of expr.items) {
      const only = this.onlySource(item)
      if (only === undefined) rest.push(item)
      else alone.set(only, [...(alone.get(only) ?? []), item])
    }
    const merged = [...alone.values()].map((items): Expr => {
      const [one] = items
      return items.length === 1 && one !== undefined ? one : { kind: expr.kind, items }
    })
    return [...rest, ...merged]
  }

  /** The one thing that a condition looks at, if there is one and nothing of the customer himself beside it. */
  private onlySource(expr: Expr): string | undefined {
    const looks = looksOf(expr)
    const keys = new Set(looks.map((node) => sourceKey(node)))
    const [only] = keys
    if (keys.size !== 1 || only === undefined) return undefined
    return ownFieldsOf(expr) ? undefined : only
  }

  private join(key: string | undefined): void {
    if (key !== undefined && !this.joined.has(key)) this.joined.set(key, this.place.fresh())
  }

  private source(key: string): Source {
    let source = this.sources.get(key)
    if (source === undefined) this.sources.set(key, (source = sourceOf(this.nodes.get(key) ?? [], this.place)))
    return source
  }

  condition(expr: Expr): string {
    if (expr.kind === 'not') return `NOT (${this.condition(expr.item)})`
    const only = this.onlySource(expr)
    if (only !== undefined) return this.joined.has(only) ? this.scalars.condition(expr) : this.set(expr, only)
    if (expr.kind === 'and' || expr.kind === 'or') {
      const parts = this.parts(expr).map((part) => this.condition(part))
      return parts.length === 0
        ? expr.kind === 'and'
          ? '1'
          : '0'
        : `(${parts.join(expr.kind === 'and' ? ' AND ' : ' OR ')})`
    }
    return this.scalars.condition(expr)
  }

  value(expr: Expr): Sql {
    return this.scalars.value(expr)
  }

  bound({ expr, end }: { expr: Expr; end: boolean }): Sql {
    const value = this.scalars.value(expr)
    if (value.type === 'missing') return { sql: "CAST(NULL, 'Nullable(Int64)')", type: 'time', nullable: true }
    return end ? endSql(this.scalars, value) : startSql(this.scalars, value)
  }

  /** Who stands in a source and passes; where those pass who do not stand in it, all but who does not pass. */
  private set(expr: Expr, key: string): string {
    const source = this.source(key)
    const id = `${this.name}.id`
    const absent = this.absent(expr)
    const plain = source.membership && expr.kind !== 'and' && expr.kind !== 'or' && sourceKey(expr) === key
    if (plain) return `${id} IN (${source.persons})`
    const inner = new Scalars(this.place.known, (node) => source.read(node, 'one'), this.place.fresh())
    const test = inner.condition(expr)
    const rows = `SELECT person FROM (${source.sql}) AS one WHERE`
    return absent ? `${id} NOT IN (${rows} NOT (${test}))` : `${id} IN (${rows} ${test})`
  }

  /** What a condition says of a customer of whom there is nothing to see. */
  private absent(expr: Expr): boolean {
    return holds(expr, { ...this.place.known, leaf: emptyLook })
  }

  private leaf(expr: Expr): Sql {
    switch (expr.kind) {
      case 'field': {
        const [name = '', more] = expr.path
        if (more === undefined && this.place.past) return this.past(name, this.place.known.moment.now)
        return this.hops.field(expr.path)
      }
      case 'asof':
        return this.asOf(expr)
      default: {
        const key = sourceKey(expr)
        if (key === undefined) throw new Error(`${expr.kind} does not stand in the scope of a customer`)
        this.join(key)
        return this.source(key).read(expr, this.joined.get(key) ?? '')
      }
    }
  }

  /** A past instant; undefined: as things are, or missing. */
  private instantOf(expr: Extract<Expr, { kind: 'asof' }>): number | undefined {
    const { known } = this.place
    const at = evaluate(expr.at, { ...known, leaf: () => undefined }) as number | undefined
    if (at === undefined) return undefined
    const { now, zone } = known.moment
    const instant = known.types.get(expr.at) === 'day' ? dayStart(at + 1, zone) : at
    return instant < now ? instant : undefined
  }

  private asOf(expr: Extract<Expr, { kind: 'asof' }>): Sql {
    const { known, past } = this.place
    const [name = ''] = expr.path
    const instant = this.instantOf(expr)
    if (instant !== undefined) return this.past(name, instant)
    if (evaluate(expr.at, { ...known, leaf: () => undefined }) === undefined)
      return { sql: 'NULL', type: 'missing', nullable: true }
    return past ? this.past(name, known.moment.now) : this.hops.field([name])
  }

  private past(name: string, instant: number): Sql {
    const field = entityOf(this.place.schema, 'customer').fields.find((one) => one.name === name)
    if (field === undefined) throw new Error(`no attribute ${name}`)
    if (field.onlyKnown) return this.hops.field([name])
    const names = this.pasts.get(instant) ?? new Map<string, { name: string; type: EqlType }>()
    this.pasts.set(instant, names)
    if (!this.pastNames.has(instant)) this.pastNames.set(instant, this.place.fresh())
    if (!names.has(name)) names.set(name, { name: `h${names.size}`, type: field.type })
    const column = `${this.pastNames.get(instant)}.${names.get(name)?.name}`
    return pastValue(column, field.type)
  }

  private pastSql(instant: number, names: ReadonlyMap<string, { name: string; type: EqlType }>): string {
    const { binder } = this.place.known
    const { scope, layout, sample } = this.place
    const columns = [...names].map(([attribute, { name, type }]) => {
      // A tuple, because an aggregate passes over nulls: that it was taken away is the last that was said.
      const said = `tuple(${pastColumn[type]})`
      const last =
        names.size === 1
          ? `argMax(${said}, version)`
          : `argMaxIf(${said}, version, attribute = ${binder.text(attribute)})`
      return `${last} AS ${name}`
    })
    const scalars = new Scalars(
      this.place.known,
      (expr) => {
        if (expr.kind !== 'asof') throw new Error(`${expr.kind} is not of the past`)
        const known = names.get(expr.path[0] ?? '')
        if (known === undefined) throw new Error(`nothing was read of ${expr.path[0]}`)
        return pastValue(known.name, known.type)
      },
      this.place.fresh(),
    )
    const needed = this.needed.filter((one) => one.instant === instant).map(({ part }) => scalars.condition(part))
    const having = needed.length === 0 ? '' : ` HAVING ${needed.join(' AND ')}`
    const person = layout.canonical('attribute_day.customer')
    const where = [
      `attribute IN ${binder.texts([...names.keys()])}`,
      `version < ${binder.bind('UInt64', String(Math.max(0, instant)))}`,
      ...(scope === null ? [] : [`attribute_day.customer IN ${layout.numbers(scope)}`]),
      ...(sample === null ? [] : [sample(person)]),
    ]
    return `SELECT ${person} AS person, ${columns.join(', ')} FROM attribute_day WHERE ${where.join(' AND ')} GROUP BY person${having}`
  }

  /** FROM and WHERE: call after everything that is asked was written. */
  from(filter: readonly string[]): string {
    const { scope, sample, past, known } = this.place
    const joins = [
      ...[...this.pasts].map(([instant, names]) => ({
        sql: this.pastSql(instant, names),
        name: this.pastNames.get(instant) ?? '',
      })),
      ...[...this.joined].map(([key, name]) => ({ sql: this.source(key).sql, name })),
    ].map(({ sql, name }) => `LEFT ANY JOIN (${sql}) AS ${name} ON ${name}.person = ${this.name}.id`)
    const where = [
      ...(scope === null ? [] : [`${this.name}.id IN ${scope}`]),
      ...(sample === null ? [] : [sample(`${this.name}.id`)]),
      ...(past ? [`${this.name}.born < ${known.binder.instant(known.moment.now)}`] : []),
      ...filter,
    ].filter((test) => test !== '1')
    const tests = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`
    return `FROM customer AS ${this.name} FINAL ${[...this.hops.joins, ...joins].join(' ')}${tests}`
  }

  get id(): string {
    return `${this.name}.id`
  }
}

const pastColumn: Record<EqlType, 'whole' | 'number' | 'text'> = {
  money: 'whole',
  integer: 'whole',
  boolean: 'whole',
  number: 'number',
  text: 'text',
  day: 'text',
  time: 'text',
  list: 'text',
}

/** Days, times and lists have their form, or no history at all. */
function pastValue(column: string, type: EqlType): Sql {
  switch (type) {
    case 'boolean':
      return { sql: `(${column}.1 <> 0)`, type, nullable: true }
    case 'day':
      return columnSql(`toDate32OrNull(${column}.1)`, type)
    case 'list':
      return { sql: 'emptyArrayString()', type, nullable: false }
    case 'time':
      return { sql: "CAST(NULL, 'Nullable(Int64)')", type, nullable: true }
    default:
      return { sql: `${column}.1`, type, nullable: true }
  }
}

/** Whether a condition asks of the customer himself, beside whatever else it looks at. */
function ownFieldsOf(expr: Expr): boolean {
  const inside = new Set(looksOf(expr).flatMap((node) => [...nodesOf(node)]))
  for (const node of nodesOf(expr)) if (node.kind === 'field' && !inside.has(node)) return true
  return false
}

/** What all hold together. */
function partsOf(expr: Expr): Expr[] {
  return expr.kind === 'and' ? expr.items.flatMap(partsOf) : [expr]
}

/** Parts that one look at the customers answers: their own attributes, and that they are in a segment. */
export function cheapOf(expr: Expr): Expr[] {
  return partsOf(expr).filter((part) => {
    if (part.kind === 'segment') return true
    for (const node of nodesOf(part))
      if (node.kind === 'asof' || sourceKey(node) !== undefined || (node.kind === 'field' && node.path.length > 1))
        return false
    return true
  })
}

function emptyLook(expr: Expr): Value {
  switch (expr.kind) {
    case 'events':
      if (expr.fn === 'did') return false
      return expr.fn === 'count' || expr.fn === 'sum' || expr.fn === 'distinct' ? 0 : undefined
    case 'rows':
      if (expr.fn === 'any' || expr.fn === 'all' || expr.fn === 'none') return expr.fn === 'none'
      return expr.fn === 'count' || expr.fn === 'sum' || expr.fn === 'distinct' ? 0 : undefined
    case 'sequence':
    case 'segment':
      return false
    default:
      return undefined
  }
}
