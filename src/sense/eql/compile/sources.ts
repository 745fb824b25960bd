import type { EqlType, EventsNode, Expr, RowsNode, Schema, SequenceNode, Window } from '../contract.ts'
import { nodesOf } from '../rules/tree.ts'
import { aggregateOf } from './aggregates.ts'
import { instantsOfWindow, isFixed } from './calendar.ts'
import type { Layout } from './layout.ts'
import { entityOf, eventScope, Hops, rowAlias, rowScope } from './scopes.ts'
import { sequenceSql } from './sequences.ts'
import type { Known, Sql } from './values.ts'

/** A statement's surroundings, for what it reads of. */
export type Place = {
  readonly known: Known
  readonly schema: Schema
  readonly layout: Layout
  /** The customers that are asked of, as it stands behind IN: a bound array, or a subquery in brackets; null: everyone. */
  readonly scope: string | null
  /** A test over a person's number, for samples; null: everyone. */
  readonly sample: ((person: string) => string) | null
  /** A rule of a past instant. */
  readonly past: boolean
  /** `SELECT customer, b0, b1` of values of each customer. */
  bounds(of: { expr: Expr; end: boolean }[]): string
  /** `SELECT person` of all who can be in the answer, where that is cheap to know and fewer than everyone; else null. */
  among(): string | null
  /** A name that no other part of the statement has. */
  fresh(): string
}

/** What a node looks at. Nodes with one key are answered by one scan. */
export function sourceKey(expr: Expr): string | undefined {
  switch (expr.kind) {
    case 'events':
      // Counting each value is a grouping of its own.
      if (expr.fn === 'top') return `top ${JSON.stringify({ ...expr, notes: undefined })}`
      return `events ${JSON.stringify([...expr.events].sort())}${isFixed(expr.window) ? '' : ` ${JSON.stringify(expr.window)}`}`
    case 'rows':
      return `rows ${expr.relation}`
    case 'sequence':
      return `sequence ${JSON.stringify(expr)}`
    case 'tag':
      return `tag ${expr.name}`
    case 'segment':
      return `segment ${expr.name} ${expr.version}`
    default:
      return undefined
  }
}

export type Source = {
  /** `SELECT person, …`, one row a person. */
  readonly sql: string
  /** `SELECT person` of whoever stands in it, perhaps several times. */
  readonly persons: string
  /** How the value of a node is read from the columns; `of` is the name the source has. */
  read(expr: Expr, of: string): Sql
  /** Whoever stands in it has all that its one node asks for: to be in it is enough. */
  readonly membership: boolean
}

export function sourceOf(nodes: readonly Expr[], place: Place): Source {
  const [first] = nodes
  switch (first?.kind) {
    case 'events':
      return first.fn === 'top' ? topSource(first, place) : eventSource(nodes as EventsNode[], place)
    case 'rows':
      return rowSource(nodes as RowsNode[], place)
    case 'sequence':
      return members(sequenceSource(first, place))
    case 'segment': {
      const at = place.past ? place.known.moment.now : null
      return members(limited(place.layout.segment(first.name, first.version, at, place.known.binder), place))
    }
    case 'tag': {
      const at = place.past ? place.known.moment.now : null
      const type = place.known.types.get(first) as EqlType
      const sql = limited(place.layout.tag(first.name, at, place.known.binder), place)
      return {
        sql,
        persons: `SELECT person FROM (${sql})`,
        read: (_, of) => tagValue(`${of}.value`, type),
        membership: false,
      }
    }
    default:
      throw new Error(`nothing to look at: ${first?.kind}`)
  }
}

/** Values of tags come as nullable columns, so that who has none is missing. */
function tagValue(column: string, type: EqlType): Sql {
  if (type === 'list') return { sql: column, type, nullable: false }
  if (type === 'day') return { sql: `toInt32(${column})`, type, nullable: true }
  return { sql: type === 'time' ? `toUnixTimestamp64Milli(${column})` : column, type, nullable: true }
}

function members(sql: string): Source {
  return {
    sql: `SELECT person, 1 AS member FROM (${sql})`,
    persons: sql,
    read: (_, of) => ({ sql: `${of}.member`, type: 'boolean', nullable: false }),
    membership: true,
  }
}

function limited(sql: string, { scope, sample }: Place): string {
  const tests = [scope === null ? [] : `person IN ${scope}`, sample === null ? [] : sample('person')].flat()
  return tests.length === 0 ? sql : `SELECT * FROM (${sql}) WHERE ${tests.join(' AND ')}`
}

/** `any event` is what a customer did, and not that the product says where he stands by it. */
export const ownEvents = "event.event NOT IN ('$segment_enter', '$segment_leave')"

function namedSql(place: Place, events: readonly string[]): string {
  if (events.length === 0) return ownEvents
  const [only, ...more] = events
  return more.length === 0 && only !== undefined
    ? `event.event = ${place.known.binder.text(only)}`
    : `event.event IN ${place.known.binder.texts([...events].sort())}`
}

/** For what costs much a row: only of those who can be in the answer. */
function amongSql({ among, layout }: Place): string[] {
  const some = among()
  return some === null ? [] : [`${layout.person} IN (${some})`]
}

/** Whose events are read at all. */
function whoseEvents({ scope, sample, layout }: Place): string[] {
  return [
    scope === null ? [] : `event.customer IN ${layout.numbers(scope)}`,
    sample === null ? [] : sample(layout.person),
  ].flat()
}

/** Tests of a window, and what has to be joined for bounds that are a customer's own. */
function windowTests(window: Window, place: Place): { tests: string[]; join: string } {
  const { binder, moment } = place.known
  if (isFixed(window)) {
    const { from, until } = instantsOfWindow(window, moment)
    const end = until === null || until > moment.now ? null : until
    return {
      tests: [
        from === null ? [] : `event.time >= ${binder.instant(from)}`,
        end === null || end === moment.now ? [] : `event.time < ${binder.instant(end)}`,
      ].flat(),
      join: '',
    }
  }
  const bounds = [
    { expr: window.from, end: false },
    ...(window.kind === 'range' ? [{ expr: window.to, end: true }] : []),
  ]
  const at = 'toUnixTimestamp64Milli(event.time)'
  const rows = place.bounds(bounds)
  // So that of old events none is read, if that can be known from the customers alone.
  const plain = [...nodesOf(window.from)].every((node) => node.kind !== 'asof' && sourceKey(node) === undefined)
  const least = `event.time >= fromUnixTimestamp64Milli(ifNull((SELECT min(b0) FROM (${rows})), 0), 'UTC')`
  const tests = [
    ...(plain ? [least] : []),
    `ifNull(${at} >= bound.b0, 0)`,
    ...(window.kind === 'range' ? [`ifNull(${at} < bound.b1, 0)`] : []),
  ]
  return { tests, join: ` INNER JOIN (${rows}) AS bound ON bound.customer = ${place.layout.person}` }
}

function earliest(windows: readonly Window[], place: Place): string[] {
  const froms = windows.map((window) => (isFixed(window) ? instantsOfWindow(window, place.known.moment).from : null))
  if (froms.some((from) => from === null)) return []
  return [`event.time >= ${place.known.binder.instant(Math.min(...froms.map((from) => from ?? 0)))}`]
}

function beforeNow({ known }: Place): string {
  return `event.time < ${known.binder.instant(known.moment.now)}`
}

/** All nodes over the same kinds of events: one scan of their days, each with its own tests. */
function eventSource(nodes: readonly EventsNode[], place: Place): Source {
  const scalars = eventScope(place.known, place.layout, place.fresh())
  const tests = nodes.map(({ where, window }) => [
    ...windowTests(window, place).tests,
    ...(where === null ? [] : [scalars.condition(where)]),
  ])
  const [first = []] = tests
  const shared = first.filter((test) => tests.every((list) => list.includes(test)))
  const aggregates = nodes.map((node, i) => {
    const own = (tests[i] ?? []).filter((test) => !shared.includes(test))
    const of = node.of === null ? null : scalars.value(node.of)
    return { node, ...aggregateOf(scalars, { fn: node.fn, of, tests: own }, null) }
  })
  const join = nodes[0] === undefined ? '' : windowTests(nodes[0].window, place).join
  const where = [
    namedSql(place, nodes[0]?.events ?? []),
    ...earliest(
      nodes.map(({ window }) => window),
      place,
    ),
    beforeNow(place),
    ...whoseEvents(place),
    ...shared,
  ]
  return grouped(aggregates, place.layout.person, `event${join}`, where, nodes)
}

/** Counted exactly, each value in a group of its own: `topK` of the engine estimates. */
function topSource(node: EventsNode, place: Place): Source {
  const scalars = eventScope(place.known, place.layout, place.fresh())
  const { tests, join } = windowTests(node.window, place)
  const of = node.of === null ? null : scalars.value(node.of)
  const known = of !== null && of.type !== 'missing'
  const nullable = !known || of.nullable
  const [value, again] = scalars.twice(known ? of.sql : "CAST(NULL, 'Nullable(String)')")
  const where = [
    namedSql(place, node.events),
    ...earliest([node.window], place),
    beforeNow(place),
    ...whoseEvents(place),
    ...(join === '' ? amongSql(place) : []),
    ...tests,
    ...(node.where === null ? [] : [scalars.condition(node.where)]),
    ...(nullable ? [`isNotNull(${value})`] : []),
  ].filter((test) => test !== '1')
  const sure = nullable ? `assumeNotNull(${again})` : again
  // Whole texts as keys of a group are slow. Two words of one person have the same 64 bits once in 10^13 for a thousand words.
  const counted = `SELECT ${place.layout.person} AS person, any(${sure}) AS word, count() AS many FROM event${join} WHERE ${[...new Set(where)].join(' AND ')} GROUP BY person, sipHash64(${sure})`
  // The most frequent first, then the least by its bytes, which is by code point: one text that says both is compared at once.
  const rank = 'concat(reinterpretAsFixedString(byteSwap(toUInt64(18446744073709551615 - many))), word)'
  const best =
    node.k === null
      ? `toNullable(substring(min(${rank}), 9))`
      : `arrayMap(one -> substring(one, 9), arraySlice(arraySort(groupArray(${rank})), 1, ${Math.trunc(node.k)}))`
  const sql = `SELECT person, ${best} AS best FROM (${counted}) GROUP BY person`
  return {
    sql,
    persons: `SELECT person FROM (${sql})`,
    read: (_, of) =>
      node.k === null
        ? { sql: `${of}.best`, type: 'text', nullable: true }
        : { sql: `${of}.best`, type: 'list', nullable: false },
    membership: false,
  }
}

function rowSource(nodes: readonly RowsNode[], place: Place): Source {
  const customer = entityOf(place.schema, 'customer')
  const relation = customer.relations.find(({ name }) => name === nodes[0]?.relation)
  if (relation === undefined) throw new Error(`no relation ${nodes[0]?.relation}`)
  const hops = new Hops(place.schema, place.layout, {
    entity: entityOf(place.schema, relation.target),
    alias: rowAlias,
  })
  const scalars = rowScope(place.known, hops, place.fresh)
  const tests = nodes.map(({ fn, where }) => (where === null || fn === 'all' ? [] : [scalars.condition(where)]))
  const [first = []] = tests
  const shared = first.filter((test) => tests.every((list) => list.includes(test)))
  const aggregates = nodes.map((node, i) => {
    const own = (tests[i] ?? []).filter((test) => !shared.includes(test))
    const of = node.of === null ? null : scalars.value(node.of)
    return { node, ...aggregateOf(scalars, { fn: node.fn, of, tests: own }, node.where) }
  })
  const person = `${rowAlias}.customer`
  const where = [
    `${person} <> 0`,
    ...(place.scope === null ? [] : [`${person} IN ${place.scope}`]),
    ...(place.sample === null ? [] : [place.sample(person)]),
    ...shared,
  ]
  const from = [`${place.layout.table(relation.target)} AS ${rowAlias} FINAL`, ...hops.joins].join(' ')
  return grouped(aggregates, person, from, where, nodes)
}

type Grouped = { node: Expr; column: string; read(column: string): Sql }

function grouped(aggregates: Grouped[], person: string, from: string, where: string[], nodes: readonly Expr[]): Source {
  const distinct = [...new Set(aggregates.map(({ column }) => column))]
  const bare = aggregates.every(({ column }) => column === 'count()')
  const columns = distinct.map((column, i) => `${column} AS g${i}`)
  const tests = [...new Set(where)].filter((test) => test !== '1')
  const filter = tests.length === 0 ? '' : ` WHERE ${tests.join(' AND ')}`
  const of = new Map(aggregates.map((one) => [one.node, one]))
  const membership =
    bare &&
    nodes.every((node) => (node.kind === 'events' && node.fn === 'did') || (node.kind === 'rows' && node.fn === 'any'))
  return {
    sql: `SELECT ${person} AS person, ${columns.join(', ')} FROM ${from}${filter} GROUP BY person`,
    persons: `SELECT ${person} AS person FROM ${from}${filter}`,
    read(expr, alias) {
      const one = of.get(expr)
      if (one === undefined) throw new Error('a node of another source')
      return one.read(`${alias}.g${distinct.indexOf(one.column)}`)
    },
    membership,
  }
}

function sequenceSource(node: SequenceNode, place: Place): string {
  const scalars = eventScope(place.known, place.layout, place.fresh())
  const { tests, join } = windowTests(node.window, place)
  return sequenceSql(node, {
    scalars,
    layout: place.layout,
    now: place.known.moment.now,
    named: (events) => namedSql(place, events),
    from: `event${join}`,
    where: [
      ...earliest([node.window], place),
      beforeNow(place),
      ...whoseEvents(place),
      ...(join === '' ? amongSql(place) : []),
    ],
    inWindow: tests,
    byType: (name) => typeOfBy(node, name, place.schema),
  })
}

function typeOfBy(node: SequenceNode, name: string, schema: Schema): EqlType {
  const names = node.steps.flatMap(({ events }) => events)
  const own = schema.events.filter((event) => names.includes(event.name)).flatMap(({ properties }) => properties)
  const field = [...own, ...schema.common].find((one) => one.name === name)
  if (field === undefined) throw new Error(`no property ${name}`)
  return field.type
}

/** Nodes of a rule that look at more than the customer himself, not those inside of the bounds of their windows. */
export function looksOf(expr: Expr): Expr[] {
  const found: Expr[] = []
  const inner = new Set<Expr>()
  for (const node of nodesOf(expr)) {
    if (inner.has(node)) continue
    if (sourceKey(node) === undefined && node.kind !== 'asof') continue
    found.push(node)
    for (const below of nodesOf(node)) if (below !== node) inner.add(below)
  }
  return found
}
