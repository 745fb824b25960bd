import type { Tx } from '../../platform/db/db.ts'
import type { Zone } from '../../platform/time/zone.ts'
import type { Cap, Channel, MessageClass, PolicyDoc, Quiet } from './contract.ts'
import { allPolicies, allSets, type PolicyRow, stampOf } from './policyStore.ts'
import type { Ground } from './rules/decide.ts'
import { emptyPolicy, statutory } from './rules/defaults.ts'
import { concerns, type Hours, hoursOf, type Sourced } from './rules/quiet.ts'
import { reachMs } from './rules/window.ts'

/** What holds for customers of one organisation at one moment. */
export type Applied = Ground & {
  readonly head: PolicyDoc
  readonly caps: readonly (Cap & { org: string })[]
  readonly quiet: readonly Sourced[]
  readonly zone: Zone
  /** How far back contacts can matter. */
  readonly reachMs: number
  hours(channel: Channel, of: MessageClass, own?: readonly Quiet[]): Hours
}

/** Everything published and every set, as it stood under one stamp: it never changes, so it is shared. */
export type Memory = {
  policies: ReadonlyMap<string, readonly PolicyRow[]>
  sets: ReadonlyMap<string, Uint32Array>
  applied: Map<string, Applied>
}

const kept = new Map<string, Promise<Memory>>()
const mostKept = 4

/** The policies in memory; read again only when something was published. The transaction must see everything. */
export async function memoryOf(tx: Tx): Promise<Memory> {
  const stamp = await stampOf(tx)
  const known = kept.get(stamp)
  if (known) return known
  const reading = readAll(tx)
  // Databases that were copied from one another share a stamp until the first change, and hold the same.
  kept.set(stamp, reading)
  reading.catch(() => kept.delete(stamp))
  for (const old of [...kept.keys()].slice(0, -mostKept)) kept.delete(old)
  return reading
}

async function readAll(tx: Tx): Promise<Memory> {
  const [policies, sets] = await Promise.all([allPolicies(tx), allSets(tx)])
  return {
    policies: Map.groupBy(policies, ({ org }) => org),
    sets: new Map(sets.map(({ segment, members }) => [segment, numbersOf(members)])),
    applied: new Map(),
  }
}

/** Four bytes each, lowest first. */
export function bytesOf(members: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(members).sort().buffer)
}

function numbersOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

export function isMember(set: Uint32Array, customer: number): boolean {
  let [low, high] = [0, set.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((set[middle] ?? 0) < customer) low = middle + 1
    else high = middle
  }
  return set[low] === customer
}

/** The version of an organisation's policy that holds at a moment. */
export function inEffect(rows: readonly PolicyRow[] | undefined, at: Date): PolicyRow | undefined {
  return rows?.reduce<PolicyRow | undefined>((best, row) => {
    if (row.effectiveAt > at) return best
    return !best || row.version > best.version ? row : best
  }, undefined)
}

/** What holds for an organisation: the law, the head office, and each organisation on the way down to it. */
export function appliedAt(memory: Memory, org: { path: string; zone: string }, at: Date): Applied {
  const chain = org.path.split('.')
  const rows = chain.map((id) => inEffect(memory.policies.get(id), at))
  const key = `${org.path} ${org.zone} ${rows.map((row) => row?.version ?? 0).join(',')}`
  const known = memory.applied.get(key)
  if (known) return known
  const made = apply(chain, rows, org.zone as Zone)
  if (memory.applied.size > 5000) memory.applied.clear()
  memory.applied.set(key, made)
  return made
}

function apply(chain: readonly string[], rows: readonly (PolicyRow | undefined)[], zone: Zone): Applied {
  const head = rows[0]?.doc ?? emptyPolicy
  const caps = rows.flatMap(
    (row, i) => row?.doc.caps.map((cap) => ({ ...cap, id: idOf(cap.id, chain, i), org: chain[i] ?? '' })) ?? [],
  )
  const quiet: Sourced[] = [
    ...statutory.map((one) => ({ ...one, source: 'statutory' })),
    ...rows.flatMap(
      (row, i) => row?.doc.quiet.map((one) => ({ ...one, id: idOf(one.id, chain, i), source: chain[i] ?? '' })) ?? [],
    ),
  ]
  const hours = new Map<string, Hours>()
  return {
    ...{ head, classes: head.classes, tuning: head.tuning, caps, quiet, zone },
    reachMs: Math.max(86_400_000, ...caps.map(({ window }) => reachMs(window))),
    hours(channel, of, own) {
      const held = quiet.filter((one) => concerns(one, channel, of))
      if (own && own.length > 0) {
        const personal = own.filter((one) => concerns(one, channel, of)).map((one) => ({ ...one, source: 'personal' }))
        return hoursOf([...held, ...personal], head.days, zone)
      }
      const key = `${channel} ${of}`
      const known = hours.get(key) ?? hoursOf(held, head.days, zone)
      hours.set(key, known)
      return known
    },
  }
}

/** A branch's rule carries its organisation, so that one word means one rule. */
function idOf(id: string, chain: readonly string[], place: number): string {
  return place === 0 ? id : `${chain[place]}/${id}`
}
