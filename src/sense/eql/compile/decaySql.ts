import type { Expr } from '../contract.ts'
import { dayNumber, dayStart } from './calendar.ts'
import { type Asked, type Compiled, statement } from './compile.ts'
import type { Decay, Edge, Flip } from './decay.ts'
import { Scalars } from './scalar.ts'
import { entityOf, Hops, rowAlias, rowScope } from './scopes.ts'
import { ownEvents, type Place } from './sources.ts'
import type { Known, Sql } from './values.ts'

/**
 * Customers whose answer to any of these may be another at `asked.now` than it was at `from`, by time alone: `SELECT customer`.
 * Null: nobody's. Each edge reads the events that it passed over, and no others.
 */
export function compileDecay(decays: readonly Decay[], asked: Asked, from: Date): Compiled | null {
  const [before, now] = [from.getTime(), asked.now.getTime()]
  const passed = rangesOf(decays, before, now)
  const days = dayNumber(before, asked.zone) !== dayNumber(now, asked.zone)
  const moved = (flip: Flip) => days || (flip.fine && now > before)
  const own = distinct(decays.flatMap((decay) => decay.own)).filter(moved)
  const rows = distinct(decays.flatMap((decay) => decay.rows)).filter(moved)
  if (passed.length + own.length + rows.length === 0) return null
  return statement(asked, (place) => {
    const earlier: Known = { ...place.known, moment: { ...place.known.moment, now: before } }
    const parts = [
      ...passed.map(({ events, ranges }) => eventsSql(place, events, ranges)),
      ...(own.length > 0 ? [ownSql(place, own, earlier)] : []),
      ...[...Map.groupBy(rows, ({ relation }) => relation)].map(([relation, flips]) =>
        rowsSql(place, relation, flips, earlier),
      ),
    ]
    return `SELECT DISTINCT customer FROM (${parts.join(' UNION ALL ')}) WHERE customer <> 0`
  })
}

type Range = { from: number; until: number }

function rangesOf(decays: readonly Decay[], before: number, now: number) {
  const passed = new Map<string, { events: readonly string[]; ranges: Range[] }>()
  for (const { edges } of decays) {
    for (const { events, at } of edges) {
      const [one, other] = [at(before), at(now)]
      if (one === null || other === null || one === other) continue
      const [from, until] = [Math.min(one, other), Math.max(one, other)]
      // What is not past yet comes as an event of its own.
      if (from >= now) continue
      const key = JSON.stringify(events)
      const known = passed.get(key) ?? { events, ranges: [] }
      passed.set(key, { events, ranges: [...known.ranges, { from, until }] })
    }
  }
  return [...passed.values()].map(({ events, ranges }) => ({ events, ranges: joined(ranges) }))
}

function joined(ranges: readonly Range[]): Range[] {
  const whole: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = whole.at(-1)
    if (last && range.from <= last.until) last.until = Math.max(last.until, range.until)
    else whole.push({ ...range })
  }
  return whole
}

function distinct<T extends Flip & { relation?: string }>(flips: readonly T[]): T[] {
  return [...new Map(flips.map((flip) => [`${flip.relation} ${JSON.stringify(flip.expr)}`, flip])).values()]
}

function namedSql({ known }: Place, events: readonly string[]): string[] {
  return events.length === 0 ? [ownEvents] : [`event.event IN ${known.binder.texts([...events])}`]
}

function eventsSql(place: Place, events: readonly string[], ranges: readonly Range[]): string {
  const { binder } = place.known
  const times = ranges.map(
    ({ from, until }) => `event.time >= ${binder.instant(from)} AND event.time < ${binder.instant(until)}`,
  )
  const where = [...namedSql(place, events), `(${times.join(' OR ')})`]
  return `SELECT ${place.layout.person} AS customer FROM event WHERE ${where.join(' AND ')}`
}

/** The same columns read once, the condition of both instants beside each other. */
function ownSql(place: Place, flips: readonly Flip[], earlier: Known): string {
  const name = place.fresh()
  const hops = new Hops(place.schema, place.layout, { entity: entityOf(place.schema, 'customer'), alias: name })
  const leaf = (expr: Expr): Sql => {
    if (expr.kind !== 'field') throw new Error(`${expr.kind} is not the customer’s own`)
    return hops.field(expr.path)
  }
  const scalars = [place.known, earlier].map((known) => new Scalars(known, leaf, place.fresh()))
  const differs = differing(flips, scalars)
  return `SELECT ${name}.id AS customer FROM customer AS ${name} ${hops.joins.join(' ')} WHERE ${differs}`
}

function rowsSql(place: Place, relation: string, flips: readonly Flip[], earlier: Known): string {
  const target = entityOf(place.schema, 'customer').relations.find(({ name }) => name === relation)?.target ?? ''
  const hops = new Hops(place.schema, place.layout, { entity: entityOf(place.schema, target), alias: rowAlias })
  const differs = differing(
    flips,
    [place.known, earlier].map((known) => rowScope(known, hops, place.fresh)),
  )
  const from = [`${place.layout.table(target)} AS ${rowAlias}`, ...hops.joins].join(' ')
  return `SELECT ${rowAlias}.customer AS customer FROM ${from} WHERE ${differs}`
}

function differing(flips: readonly Flip[], [now, before]: readonly Scalars[]): string {
  return flips
    .map(({ expr }) => `toUInt8(${now?.condition(expr) ?? '0'}) <> toUInt8(${before?.condition(expr) ?? '0'})`)
    .map((test) => `(${test})`)
    .join(' OR ')
}

/** What is looked at when nothing tells the instant: conditions that compare with `now` itself. */
const lookMs = 60_000

/**
 * The next instant after `asked.now` at which time alone may change somebody's answer, or null. Asked in two steps: `compileNext`
 * finds for each edge the earliest event that it has not passed, `nextInstant` says when it will.
 */
export function compileNext(decays: readonly Decay[], asked: Asked): Compiled | null {
  const fine = fineEdges(decays)
  if (fine.length === 0) return null
  const now = asked.now.getTime()
  return statement(asked, (place) => {
    const { binder } = place.known
    const parts = fine.map(({ events, at }, i) => {
      const from = at(now)
      const where = [...namedSql(place, events), ...(from === null ? ['0'] : [`event.time >= ${binder.instant(from)}`])]
      where.push(`event.time < ${binder.instant(now)}`)
      return `SELECT ${i} AS edge, toUnixTimestamp64Milli(min(event.time)) AS first FROM event WHERE ${where.join(' AND ')} HAVING count() > 0`
    })
    return parts.join(' UNION ALL ')
  })
}

export function nextInstant(
  decays: readonly Decay[],
  asked: Pick<Asked, 'now' | 'zone'>,
  found: readonly { edge: number; first: bigint }[],
): Date | null {
  const now = asked.now.getTime()
  const midnight = dayStart(dayNumber(now, asked.zone) + 1, asked.zone)
  const fine = fineEdges(decays)
  const instants = found.flatMap(({ edge, first }) => {
    const one = fine[edge]
    return one ? [passing(one, Number(first), now, one.back ? midnight : null)] : []
  })
  const flips = decays.flatMap(({ own, rows }) => [...own, ...rows])
  if (flips.some((flip) => flip.fine)) instants.push(now + lookMs)
  if (flips.length > 0 || decays.some(({ edges }) => edges.some((edge) => !edge.fine || edge.back)))
    instants.push(midnight)
  return instants.length > 0 ? new Date(Math.min(...instants)) : null
}

function fineEdges(decays: readonly Decay[]): Edge[] {
  const edges = decays.flatMap((decay) => decay.edges).filter(({ fine }) => fine)
  return [...new Map(edges.map((edge) => [edge.key, edge])).values()]
}

const dayMs = 86_400_000

/** The first instant at which the edge has passed a time, or `limit`: until then edges move on with the clock, so halving finds it. */
function passing({ at }: Edge, time: number, now: number, limit: number | null): number {
  const passed = (instant: number) => (at(instant) ?? Number.NEGATIVE_INFINITY) > time
  let [low, high] = [now, limit ?? now + Math.max(0, time - (at(now) ?? time)) + dayMs]
  if (limit === null) while (!passed(high)) high += 32 * dayMs
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (passed(middle)) high = middle
    else low = middle
  }
  return high
}
