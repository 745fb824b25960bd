/** What a message says of when its customer was there. */
export type Glimpse = {
  readonly customer: number
  readonly source: string
  readonly receivedAt: Date
  /** Client time of something he did, in milliseconds; undefined for what was only said of him. */
  readonly didAt: number | undefined
}

export type Sighted = { customer: number; source: string; bornAt: Date; seenAt: Date }

const hour = 3_600_000

/**
 * Of a batch, each customer once: when and from which source he was first heard of, and when he last did something. The
 * latter to the hour below, so that an active customer's row is written once an hour and not with each event.
 */
export function sightings(glimpses: readonly Glimpse[]): Map<number, Sighted> {
  const all = new Map<number, Sighted>()
  for (const { customer, source, receivedAt, didAt } of glimpses) {
    const seenAt = new Date(didAt === undefined ? 0 : Math.floor(didAt / hour) * hour)
    const known = all.get(customer)
    if (!known) {
      all.set(customer, { customer, source, bornAt: receivedAt, seenAt })
      continue
    }
    if (receivedAt < known.bornAt) Object.assign(known, { bornAt: receivedAt, source })
    if (seenAt > known.seenAt) known.seenAt = seenAt
  }
  return all
}
