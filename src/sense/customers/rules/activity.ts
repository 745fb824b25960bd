export type Counted = { day: string; event: string; source: string; events: number; last: Date }

export type Activity = {
  days: { day: string; events: number }[]
  top: { event: string; events: number; last: Date }[]
  sources: string[]
}

/** How many kinds of events a page names. */
const most = 30

/** The same counts by day (oldest first), by event (most first) and by source. */
export function summarise(rows: readonly Counted[]): Activity {
  const days = new Map<string, number>()
  const events = new Map<string, { events: number; last: Date }>()
  for (const row of rows) {
    days.set(row.day, (days.get(row.day) ?? 0) + row.events)
    const known = events.get(row.event)
    const last = known && known.last > row.last ? known.last : row.last
    events.set(row.event, { events: (known?.events ?? 0) + row.events, last })
  }
  const byName = (a: string, b: string) => (a < b ? -1 : 1)
  return {
    days: [...days].map(([day, count]) => ({ day, events: count })).sort((a, b) => byName(a.day, b.day)),
    top: [...events]
      .map(([event, counted]) => ({ event, ...counted }))
      .sort((a, b) => b.events - a.events || byName(a.event, b.event))
      .slice(0, most),
    sources: [...new Set(rows.map((row) => row.source))].sort(byName),
  }
}
