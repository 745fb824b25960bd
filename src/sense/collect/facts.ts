import type { Facts } from '../../platform/facts/facts.ts'

/** One row of the table `event`; instants in ISO 8601, written once for the many rows that share them. */
export type EventFact = {
  event: string
  time: string
  customer: number
  key: string
  received: string
  processed: string
  source: string
  props: Readonly<Record<string, unknown>>
}

const columns = ['event', 'time', 'customer', 'key', 'received', 'processed', 'source', 'props']

/** Rows of one batch, in one insert. Under the same token they are inserted once. */
export function insertEvents(facts: Facts, events: readonly EventFact[], token: string): Promise<void> {
  const names = new Map<string, string>()
  const quoted = (name: string) => {
    const known = names.get(name) ?? JSON.stringify(name)
    names.set(name, known)
    return known
  }
  const lines = events.map(
    ({ event, time, customer, key, received, processed, source, props }) =>
      `[${quoted(event)},"${time}",${customer},"${key}","${received}","${processed}",${quoted(source)},${JSON.stringify(props)}]`,
  )
  return facts.insertLines('event', columns, lines, { dedupToken: token })
}

/** How many events are stored. */
export async function countEvents(facts: Facts): Promise<number> {
  const [row] = await facts.query<{ n: bigint }>({ sql: 'SELECT count() AS n FROM event' })
  return Number(row?.n ?? 0n)
}
