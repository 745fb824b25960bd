import { unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Ask, Verdict } from './contract.ts'
import { compareRank, type Decided, decide, type Entry, entryOf, type Ground } from './rules/decide.ts'
import { emptyPolicy } from './rules/defaults.ts'
import { type Standing, standingsOf } from './standing.ts'
import { entriesOf, expireEntries, type KeptEntry, saveEntries, turnEntries } from './store.ts'

/**
 * What may go now: each ask is reserved under all caps that are about it, held until it may ask again, or dropped.
 * Exact however many ask at once: persons are held until the transaction ends, in the order of their numbers. A message that
 * asks again gets its first verdict; a held one is decided anew once its time has come (rules 29 and 39).
 * *Trap*: once a transaction, with all its asks; two calls hold persons in two orders, and two such transactions may wait for
 * each other. The transaction must be the machine's: the count is over all organisations (rule 40).
 */
export async function reserve(tx: Tx, now: Date, asks: readonly Ask[]): Promise<Verdict[]> {
  if (asks.length === 0) return []
  const distinct = new Map(asks.map((ask) => [ask.message, ask]))
  const standings = await standingsOf(
    tx,
    [...distinct.values()].map(({ customer }) => customer),
    now,
    { lock: true },
  )
  const earlier = new Map((await entriesOf(tx, [...distinct.keys()])).map((entry) => [entry.message, entry]))
  const verdicts = new Map<string, Verdict>()
  const open: Ask[] = []
  for (const ask of distinct.values()) {
    const kept = earlier.get(ask.message)
    const first = kept && firstVerdict(kept, now)
    if (first) verdicts.set(ask.message, first)
    else open.push(withFirstTime(ask, kept))
  }
  const decided = decideAll(open, standings, now)
  await saveEntries(
    tx,
    decided.map(({ entry }) => entry),
  )
  for (const { decision } of decided) verdicts.set(decision.ask.message, toVerdict(decision))
  return asks.flatMap(({ message }) => verdicts.get(message) ?? [])
}

/** What was said before, while it stands. What was released or has expired asks as new. */
function firstVerdict({ message, state, until, why }: KeptEntry, now: Date): Verdict | undefined {
  if (state === 'reserved' || state === 'confirmed') return { message, verdict: 'reserved' }
  if (state === 'dropped' && why) return { message, verdict: 'dropped', why }
  if (state === 'held' && until !== null && until > now.getTime() && why)
    return { message, verdict: 'held', until: new Date(until), why }
  return undefined
}

/** Waiting counts from the first time. */
function withFirstTime(ask: Ask, kept: KeptEntry | undefined): Ask {
  return kept && kept.plannedAt < ask.plannedAt.getTime() ? { ...ask, plannedAt: new Date(kept.plannedAt) } : ask
}

const nobody: Ground = { classes: emptyPolicy.classes, tuning: emptyPolicy.tuning }

/** All asks, person by person. Those of people who are not there are dropped. */
export function decideAll(
  asks: readonly Ask[],
  standings: ReadonlyMap<number, Standing>,
  now: Date,
): { decision: Decided; entry: KeptEntry }[] {
  const byPerson = Map.groupBy(asks, ({ customer }) => standings.get(customer))
  return [...byPerson].flatMap(([standing, own]) => {
    if (!standing)
      return own.map((ask) => {
        const why = { code: 'unknown-customer', ref: null, name: null } as const
        const decision: Decided = { ask, verdict: 'dropped', why }
        return { decision, entry: { ...entryOf(decision, nobody, now.getTime()), customer: ask.customer } }
      })
    const { person, applied, who } = standing
    return decide(own, person, applied, now.getTime()).map((decision) => ({
      decision,
      entry: { ...entryOf(decision, applied, now.getTime()), customer: who.id },
    }))
  })
}

function toVerdict(decision: Decided): Verdict {
  const { message } = decision.ask
  if (decision.verdict === 'reserved') return { message, verdict: 'reserved' }
  if (decision.verdict === 'dropped') return { message, verdict: 'dropped', why: decision.why }
  return { message, verdict: 'held', until: new Date(decision.until), why: decision.why }
}

/** It was handed to the channel: the contact counts for good (rule 35). A reservation that had expired counts again. */
export async function confirm(tx: Tx, messages: readonly string[]): Promise<void> {
  await turnEntries(tx, messages, ['reserved', 'expired'], 'confirmed')
}

/** It did not go out, or failed: its slots are free again, at once. */
export async function release(tx: Tx, messages: readonly string[]): Promise<void> {
  await turnEntries(tx, messages, ['reserved', 'confirmed', 'planned', 'held'], 'released')
}

/**
 * Messages that are planned for later: until they ask, or their time is over, they hold slots against what ranks lower
 * (rule 37). Known ones are left as they are.
 */
export async function announce(tx: Tx, now: Date, asks: readonly Ask[]): Promise<void> {
  const known = new Set(
    (
      await entriesOf(
        tx,
        asks.map(({ message }) => message),
      )
    ).map(({ message }) => message),
  )
  const fresh = asks.filter(({ message }) => !known.has(message))
  const standings = await standingsOf(
    tx,
    fresh.map(({ customer }) => customer),
    now,
    { lock: true },
  )
  const rows = fresh.flatMap((ask): KeptEntry[] => {
    const standing = standings.get(ask.customer)
    if (!standing) return []
    const entry: Entry = entryOf({ ask, verdict: 'reserved' }, standing.applied, ask.plannedAt.getTime())
    return [{ ...entry, state: 'planned', until: null, customer: standing.who.id }]
  })
  await saveEntries(tx, rows)
}

/** The order in which messages should ask, the first first. */
export function sortByRank<T extends Ask>(asks: readonly T[], now: Date): T[] {
  const rank = (ask: Ask) => ({ ...ask, plannedAt: ask.plannedAt.getTime() })
  return [...asks].sort((a, b) => compareRank(rank(a), rank(b), now.getTime(), emptyPolicy.tuning))
}

const atOnce = 5000

/** Ends reservations that nobody confirmed in time, and says which: whoever reserved died, or forgot. */
export async function expireReservations(ctx: Ctx): Promise<{ message: string; strategy: string }[]> {
  const expired = await unauditedChange(ctx, 'reservations that nobody confirmed', (tx) =>
    expireEntries(tx, ctx.now, atOnce),
  )
  if (expired.length > 0)
    ctx.log.warn({ count: expired.length, messages: expired.slice(0, 20) }, 'reservations expired unconfirmed')
  return expired
}
