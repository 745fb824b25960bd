import { refsOf } from '../../govern/orgs/orgs.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type PersonOf, personsOf } from '../../sense/identity/identity.ts'
import { barsAt, consentsAt, preferencesOf } from './barStore.ts'
import type { Quiet } from './contract.ts'
import { type Applied, appliedAt, isMember, type Memory, memoryOf } from './memory.ts'
import { inControl } from './rules/chance.ts'
import type { Person } from './rules/decide.ts'
import { liveEntries, lockPersons, marks, marksOf } from './store.ts'

export type Standing = { who: PersonOf; person: Person; applied: Applied; own: readonly Quiet[] }

/**
 * How many customers stand with the policy at a moment, by the number asked for; a number that is nobody stays out.
 * With `lock` nobody else decides about these persons until the transaction ends. All numbers of a person are held, not his
 * present one alone: a merge may come between two who ask.
 */
export async function standingsOf(
  tx: Tx,
  customers: readonly number[],
  at: Date,
  options: { lock: boolean },
): Promise<Map<number, Standing>> {
  const [persons, memory] = await Promise.all([personsOf(tx, customers), memoryOf(tx)])
  const numbers = [...new Set([...persons.values()].flatMap(({ members }) => members))]
  if (numbers.length === 0) return new Map()
  const marked = options.lock ? await lockPersons(tx, numbers) : await marksOf(tx, numbers)
  const withMark = (bit: number) => marked.flatMap(({ customer, marks }) => ((marks & bit) === 0 ? [] : customer))
  const orgs = await refsOf(
    tx,
    [...persons.values()].map(({ org }) => org),
  )
  const applied = new Map([...orgs].map(([id, org]) => [id, appliedAt(memory, org, at)]))
  const reach = Math.max(0, ...[...applied.values()].map(({ reachMs }) => reachMs))
  // After the lock: each of these sees what others committed while we waited.
  const [entries, bars, consents, preferences] = await Promise.all([
    liveEntries(tx, numbers, new Date(at.getTime() - reach)),
    some(withMark(marks.bars), (ones) => barsAt(tx, ones, at)),
    some(withMark(marks.consents), (ones) => consentsAt(tx, ones)),
    some(withMark(marks.preferences), (ones) => preferencesOf(tx, ones)),
  ])
  const of = {
    entries: Map.groupBy(entries, ({ customer }) => customer),
    bars: Map.groupBy(bars, ({ customer }) => customer),
    consents: Map.groupBy(consents, ({ customer }) => customer),
    preferences: new Map(preferences.map(({ customer, quiet }) => [customer, quiet])),
  }
  const byHead = new Map<number, Standing>()
  const answer = new Map<number, Standing>()
  for (const [customer, who] of persons) {
    const holds = applied.get(who.org)
    if (!holds) continue
    const known = byHead.get(who.id) ?? standing(who, holds, memory, of)
    byHead.set(who.id, known)
    answer.set(customer, known)
  }
  return answer
}

async function some<T>(customers: readonly number[], ask: (ones: readonly number[]) => Promise<T[]>): Promise<T[]> {
  return customers.length === 0 ? [] : ask(customers)
}

type Read = {
  entries: ReadonlyMap<number, Person['entries']>
  bars: ReadonlyMap<number, Awaited<ReturnType<typeof barsAt>>>
  consents: ReadonlyMap<number, Awaited<ReturnType<typeof consentsAt>>>
  preferences: ReadonlyMap<number, readonly Quiet[]>
}

/** Of merged numbers everything that was said against holds (rule 10), and all contacts count together (rule 41). */
function standing(who: PersonOf, applied: Applied, memory: Memory, of: Read): Standing {
  const [alone] = who.members
  const all = <T>(map: ReadonlyMap<number, readonly T[]>): T[] => {
    if (who.members.length > 1) return who.members.flatMap((member) => map.get(member) ?? [])
    return [...(map.get(alone ?? 0) ?? [])]
  }
  const consents = new Map<string, boolean>()
  for (const { purpose, granted } of all(of.consents)) consents.set(purpose, (consents.get(purpose) ?? true) && granted)
  const own = all(of.preferences)
  const everyone = applied.caps.every(({ segment }) => segment === null)
  const caps = everyone
    ? applied.caps
    : applied.caps.filter(({ segment }) => {
        const set = segment === null ? undefined : memory.sets.get(segment)
        // Who is in a segment that was never asked is not known: then it holds for everyone, which is the stricter.
        return !set || who.members.some((member) => isMember(set, member))
      })
  const person: Person = {
    members: who.members,
    zone: applied.zone,
    caps,
    hours: (channel, cls) => applied.hours(channel, cls, own),
    bars: all(of.bars),
    consents,
    control: inControl(who.members, applied.head.control),
    entries: all(of.entries),
  }
  return { who, person, applied, own }
}
