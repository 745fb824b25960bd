import type { Ctx } from '../../platform/ctx.ts'
import { invalidField, text } from '../../platform/problem.ts'
import type { TimelineEvent, TimelinePage, TimelineQuery } from './contract.ts'
import { type EventRow, type Position, timelineOf } from './facts.ts'
import type { Names } from './names.ts'

const usualPage = 50

/** One page over all numbers of a customer whom the caller may see. */
export async function pageOfEvents(
  ctx: Ctx,
  members: readonly number[],
  query: TimelineQuery,
  names: Names,
): Promise<TimelinePage> {
  const limit = query.limit ?? usualPage
  const rows = await timelineOf(ctx.facts, members, {
    limit: limit + 1,
    events: query.event?.length ? query.event : undefined,
    sources: query.source?.length ? query.source : undefined,
    from: query.from === undefined ? undefined : new Date(query.from),
    until: query.until === undefined ? undefined : new Date(query.until),
    words: query.q?.trim() || undefined,
    after: query.cursor === undefined ? undefined : readCursor(query.cursor),
  })
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items: items.map((row) => toEvent(row, names)), next: rows.length > limit && last ? cursorOf(last) : null }
}

function toEvent(row: EventRow, names: Names): TimelineEvent {
  const props = JSON.parse(row.said) as Record<string, unknown>
  return {
    key: row.key,
    event: row.event,
    label: names.event(row.event),
    virtual: names.virtual(row.event, props),
    time: row.time.toISOString(),
    received: row.received.toISOString(),
    source: names.source(row.source),
    customer: row.customer,
    props,
  }
}

const cursorOf = ({ time, key }: Position) => `${time.getTime()}.${key}`

const cursorShape = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

function readCursor(cursor: string): Position {
  const [, time, key] = cursorShape.exec(cursor) ?? []
  if (time === undefined || key === undefined)
    throw invalidField(
      'cursor',
      'page.bad_cursor',
      text('翻页位置无效,请从第一页开始', 'This cursor is not valid for this list'),
    )
  return { time: new Date(Number(time)), key }
}
