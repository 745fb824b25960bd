import type { Ctx } from '../../platform/ctx.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { SeenType } from './contract.ts'
import { namesWithin } from './plan.ts'
import { looksPersonal } from './rules/personal.ts'
import type { PlanProperty } from './rules/plan.ts'
import { seenType } from './rules/value.ts'
import { noteSources } from './seenSources.ts'
import { addTallies, type NewSeen, proposeSeen, type Tally } from './seenStore.ts'

/** One event as it came; the names in `props` have passed `checkEvent`. */
export type Seen = {
  event: string
  props: Readonly<Record<string, unknown>>
  at: Date
  source?: string | undefined
}

/** Beyond these a client makes names out of data. What is not proposed is still kept as facts. */
const mostEvents = 5000
const mostProperties = 500

const writtenEveryMs = 60_000

type Pending = Tally & { writtenAt: number | undefined }
const tallies = new WeakMap<Db, Map<string, Pending>>()

/**
 * Proposes what nobody has planned, and keeps count. The plan says what is proposed already, so a steady stream writes
 * nothing but its counts, once a minute; those of the last minute are lost with the process. A transaction that is
 * rolled back loses nothing else: what it proposed is not in the plan, and is proposed again.
 */
export async function noteSeen(ctx: Ctx, tx: Tx, seen: readonly Seen[]): Promise<void> {
  const known = await namesWithin(ctx, tx)
  const newEvents = new Map<string, Date>()
  const newProperties = new Map<string, NewSeen>()
  const more = new Map<string, number>()
  for (const { event, props, at } of seen) {
    const planned = known.events.get(event)
    if (!planned && !newEvents.has(event)) {
      if (known.events.size + newEvents.size >= mostEvents) continue
      newEvents.set(event, at)
    }
    const properties = planned?.properties ?? known.common
    count(ctx, event, at)
    for (const name in props) {
      const type = seenType(props[name])
      if (!type) continue
      if (properties.get(name)?.seen.includes(type)) continue
      const room = () => roomFor(more, event, properties.size)
      propose(newProperties, ownerOf(event, name, properties), { name, type, at }, room)
    }
  }
  if (newEvents.size > 0 || newProperties.size > 0)
    await proposeSeen(
      tx,
      [...newEvents].map(([name, at]) => ({ name, at })),
      [...newProperties.values()],
    )
  await noteSources(ctx, tx, seen)
  await writeTallies(ctx, tx)
}

/** Names that begin with `$` are the SDK's, the same in every event; a declared common property stays one. */
function ownerOf(event: string, name: string, properties: ReadonlyMap<string, PlanProperty>): string {
  const declared = properties.get(name)
  if (declared) return declared.event
  return name.startsWith('$') ? '' : event
}

function roomFor(more: Map<string, number>, event: string, there: number): boolean {
  const added = more.get(event) ?? 0
  if (there + added >= mostProperties) return false
  more.set(event, added + 1)
  return true
}

function propose(
  into: Map<string, NewSeen>,
  event: string,
  { name, type, at }: { name: string; type: SeenType; at: Date },
  room: () => boolean,
): void {
  const key = JSON.stringify([event, name, type])
  if (into.has(key) || !room()) return
  into.set(key, { event, name, type, personal: looksPersonal(name) ?? null, at })
}

function count(ctx: Ctx, event: string, at: Date): void {
  const all = tallies.get(ctx.db) ?? new Map<string, Pending>()
  tallies.set(ctx.db, all)
  const known = all.get(event)
  if (!known) {
    all.set(event, { name: event, first: at, last: at, count: 1, writtenAt: undefined })
    return
  }
  known.count++
  if (at < known.first) known.first = at
  if (at > known.last) known.last = at
}

async function writeTallies(ctx: Ctx, tx: Tx): Promise<void> {
  const now = ctx.now.getTime()
  const due: Pending[] = []
  for (const one of tallies.get(ctx.db)?.values() ?? [])
    if (one.count > 0 && (one.writtenAt === undefined || now - one.writtenAt >= writtenEveryMs)) due.push(one)
  if (due.length === 0) return
  const written = new Set(await addTallies(tx, due))
  for (const one of due) {
    if (!written.has(one.name)) continue
    // From here on the next minute; the last event is the earliest of what follows.
    Object.assign(one, { count: 0, first: one.last, writtenAt: now })
  }
}
