import type { Facts } from '../../platform/facts/facts.ts'
import type { HistoryRow } from './rules/history.ts'

/**
 * What happened to a customer, from the table `event`. All statements ask for a few numbers of customers and are answered
 * by its projection `by_customer`, ordered by customer and time; a test reads the plan.
 */

export type EventRow = {
  key: string
  event: string
  time: Date
  received: Date
  source: string
  customer: number
  /** Its properties as JSON. */
  said: string
}

/** The last event of a page: older ones follow, at the same instant those of smaller keys. */
export type Position = { time: Date; key: string }

export type TimelineFilter = {
  events?: readonly string[] | undefined
  sources?: readonly string[] | undefined
  from?: Date | undefined
  until?: Date | undefined
  words?: string | undefined
  after?: Position | undefined
  limit: number
}

/** Newest first. The engine sorts by time and key alone, and reads the rest for the rows of the page only. */
export function timelineStatement(customers: readonly number[], filter: TimelineFilter) {
  const { events, sources, from, until, words, after, limit } = filter
  const conditions = ['customer IN {customers:Array(UInt32)}']
  const params: Record<string, unknown> = { customers: [...customers], limit }
  if (events) {
    conditions.push('event IN {events:Array(String)}')
    params.events = [...events]
  }
  if (sources) {
    conditions.push('source IN {sources:Array(String)}')
    params.sources = [...sources]
  }
  if (from) {
    conditions.push("time >= {from:DateTime64(3, 'UTC')}")
    params.from = instant(from)
  }
  if (until) {
    conditions.push("time < {until:DateTime64(3, 'UTC')}")
    params.until = instant(until)
  }
  if (after) {
    // The first half is what the index and the months understand.
    conditions.push("time <= {at:DateTime64(3, 'UTC')} AND (time, key) < ({at:DateTime64(3, 'UTC')}, {key:UUID})")
    params.at = instant(after.time)
    params.key = after.key
  }
  if (words) {
    conditions.push(
      '(positionCaseInsensitiveUTF8(event, {words:String}) > 0' +
        ' OR positionCaseInsensitiveUTF8(toJSONString(props), {words:String}) > 0)',
    )
    params.words = words
  }
  const sql = `
    SELECT key, event, time, received, source, customer, toJSONString(props) AS said
    FROM event
    WHERE ${conditions.join('\n      AND ')}
    ORDER BY time DESC, key DESC
    LIMIT {limit:UInt32}`
  // A number among the properties comes back as a number; the columns of the row have no 64 bits.
  return { sql, params, settings: { output_format_json_quote_64bit_integers: 0 as const } }
}

export function timelineOf(facts: Facts, customers: readonly number[], filter: TimelineFilter): Promise<EventRow[]> {
  return facts.query<EventRow>(timelineStatement(customers, filter))
}

export type DayRow = { day: string; event: string; source: string; events: bigint; last: Date }

/** By day of the zone, event and source, from an instant on. */
export function activityStatement(customers: readonly number[], from: Date, zone: string) {
  return {
    sql: `
      SELECT toString(toDate(time, {zone:String})) AS day, toString(event) AS event, toString(source) AS source,
             count() AS events, max(time) AS last
      FROM event
      WHERE customer IN {customers:Array(UInt32)} AND time >= {from:DateTime64(3, 'UTC')}
      GROUP BY day, event, source`,
    params: { customers: [...customers], from: instant(from), zone },
  }
}

export function activityOf(facts: Facts, customers: readonly number[], from: Date, zone: string): Promise<DayRow[]> {
  return facts.query<DayRow>(activityStatement(customers, from, zone))
}

export type TotalRow = { events: bigint; first: Date; last: Date }

export async function totalOf(facts: Facts, customers: readonly number[]): Promise<TotalRow> {
  const [row] = await facts.query<TotalRow>({
    sql: `
      SELECT count() AS events, min(time) AS first, max(time) AS last
      FROM event
      WHERE customer IN {customers:Array(UInt32)}`,
    params: { customers: [...customers] },
  })
  return row as TotalRow
}

export type RecentRow = { customer: number; events: bigint; last: Date }

/** Of each number apart, from an instant on; numbers without events are not in it. */
export function recentOf(facts: Facts, customers: readonly number[], from: Date): Promise<RecentRow[]> {
  return facts.query<RecentRow>({
    sql: `
      SELECT customer, count() AS events, max(time) AS last
      FROM event
      WHERE customer IN {customers:Array(UInt32)} AND time >= {from:DateTime64(3, 'UTC')}
      GROUP BY customer`,
    params: { customers: [...customers], from: instant(from) },
  })
}

/** The latest of a day stands, so what is written twice is there once. */
export async function insertHistory(facts: Facts, rows: readonly HistoryRow[], dedupToken?: string): Promise<void> {
  if (rows.length > 0) await facts.insert('attribute_day', rows, dedupToken === undefined ? {} : { dedupToken })
}

export type DayValue = { day: string; whole: bigint | null; number: number | null; text: string | null }

/** The last value of each day on which something was said, over all numbers of a customer, oldest first. */
export function historyOfAttribute(
  facts: Facts,
  customers: readonly number[],
  attribute: string,
  from: string,
): Promise<DayValue[]> {
  return facts.query<DayValue>({
    sql: `
      SELECT toString(at) AS day, last.1 AS whole, last.2 AS number, last.3 AS text
      FROM (
        SELECT attribute_day.day AS at, argMax((attribute_day.whole, attribute_day.number, attribute_day.text), version) AS last
        FROM attribute_day
        WHERE attribute = {attribute:String} AND customer IN {customers:Array(UInt32)} AND at >= {from:Date32}
        GROUP BY at
      )
      ORDER BY at`,
    params: { attribute, customers: [...customers], from },
  })
}

/** What stood before a day. */
export async function valueBefore(
  facts: Facts,
  customers: readonly number[],
  attribute: string,
  before: string,
): Promise<DayValue | undefined> {
  const [row] = await facts.query<DayValue>({
    sql: `
      SELECT toString(attribute_day.day) AS day, whole, number, text
      FROM attribute_day
      WHERE attribute = {attribute:String} AND customer IN {customers:Array(UInt32)} AND attribute_day.day < {before:Date32}
      ORDER BY attribute_day.day DESC, version DESC
      LIMIT 1`,
    params: { attribute, customers: [...customers], before },
  })
  return row
}

const instant = (at: Date) => at.toISOString().replace('T', ' ').replace('Z', '')
