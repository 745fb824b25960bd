import type { PersonalKind } from '../../../govern/privacy/contract.ts'
import type { ProfileOp } from '../../collect/contract.ts'

/** Of a personal attribute. */
export type Kind = PersonalKind

/** How an attribute came to its value; without it: by `set`. `gone` marks what was taken away, so that a late older value stays away. */
export type How = 'set' | 'once' | 'sum' | 'list' | 'gone'

/**
 * Value, client time in milliseconds since 1970, source, how, and the kind of a personal one, whose value is not here but
 * sealed beside the document.
 */
export type Entry = readonly [value: unknown, time: number, source: string, how?: How, kind?: PersonalKind]
export type Doc = Readonly<Record<string, Entry>>

/** What is kept of one number. Entries older than `emptied` (0: never) were deleted with the whole profile. */
export type Kept = { readonly doc: Doc; readonly emptied: number }

/** One message's change. `time` is the client's. */
export type Change = {
  readonly op: ProfileOp
  readonly values: Readonly<Record<string, unknown>>
  readonly time: number
  readonly source: string
}

export type Applied = Kept & {
  readonly changed: boolean
  /** Personal values to seal (text) or to take away (null), by attribute. */
  readonly personal: ReadonlyMap<string, { readonly kind: PersonalKind; readonly value: string } | null>
}

/** A list keeps so many; the oldest leave. */
export const longestList = 500
/** A customer has so many attributes; further new ones are not taken. */
export const mostAttributes = 2000

/**
 * Applies messages in their order of arrival (rule 3: what is late changes what is known, never what is newer).
 *
 * - `set`, `unset`: the latest client time wins; at the same instant the later to arrive. So their order of arrival is no matter.
 * - `setOnce`: the earliest wins, and any other way to a value wins over it.
 * - `increment`: is always added, whenever it comes; on what is no number it begins at nought, if it is newer.
 * - `append`: a list holds each value once.
 * - `delete`: all that is not newer goes, and what is older never returns.
 *
 * A personal attribute holds one text: what would be added to it takes its place.
 */
export function applyChanges(
  kept: Kept,
  changes: readonly Change[],
  kindOf: (attribute: string) => PersonalKind | undefined,
): Applied {
  const doc = new Map(Object.entries(kept.doc))
  const personal = new Map<string, { kind: PersonalKind; value: string } | null>()
  let emptied = kept.emptied
  let changed = false

  function put(name: string, entry: Entry, plain?: string): void {
    const before = doc.get(name)
    if (!before && doc.size >= mostAttributes) return
    const kind = entry[4]
    if (kind && plain !== undefined) personal.set(name, { kind, value: plain })
    else if (before?.[4]) personal.set(name, null)
    doc.set(name, entry)
    changed = true
  }

  function drop(name: string): void {
    if (doc.get(name)?.[4]) personal.set(name, null)
    doc.delete(name)
  }

  for (const { op, values, time, source } of changes) {
    if (op === 'delete') {
      if (time < emptied) continue
      emptied = time
      changed = true
      for (const [name, entry] of doc) if (entry[1] <= time) drop(name)
      continue
    }
    if (time < emptied) continue
    for (const [given, raw] of Object.entries(values)) {
      const name = cleanText(given)
      if (name === '') continue
      const now = doc.get(name)
      const kind = kindOf(name)
      const value = kind ? personalText(raw) : clean(raw)
      const gone = op === 'unset' || value === null || value === undefined
      if (gone) {
        // Nothing was said: nothing to set once, to add or to append.
        if (op !== 'set' && op !== 'unset') continue
        if (!now || time >= now[1]) put(name, [null, time, source, 'gone'])
      } else if (op === 'setOnce') {
        if (!now || onceWins(now, time)) putValue('once')
      } else if (op === 'set' || kind) {
        if (!now || now[3] === 'once' || time >= now[1]) putValue('set')
      } else if (op === 'increment') {
        const next = added(now, value, time)
        if (next !== undefined) put(name, [next, Math.max(time, now?.[1] ?? 0), source, 'sum'])
      } else {
        const next = appended(now, value, time)
        if (next) put(name, [next, Math.max(time, now?.[1] ?? 0), source, 'list'])
      }

      function putValue(how: 'set' | 'once'): void {
        if (kind) put(name, [null, time, source, how, kind], value as string)
        else put(name, how === 'set' ? [value, time, source] : [value, time, source, how])
      }
    }
  }
  return { doc: Object.fromEntries(doc), emptied, changed, personal }
}

function onceWins(now: Entry, time: number): boolean {
  if (now[3] === 'once') return time < now[1]
  return now[3] === 'gone' && time >= now[1]
}

function added(now: Entry | undefined, by: unknown, time: number): number | undefined {
  if (typeof by !== 'number' || !Number.isFinite(by)) return undefined
  if (now && typeof now[0] === 'number' && now[3] !== 'gone') return now[0] + by
  return !now || time >= now[1] ? by : undefined
}

function appended(now: Entry | undefined, value: unknown, time: number): unknown[] | undefined {
  const more = Array.isArray(value) ? value : [value]
  if (now && Array.isArray(now[0]) && now[3] !== 'gone') return distinct([...now[0], ...more])
  return !now || time >= now[1] ? distinct(more) : undefined
}

function distinct(values: readonly unknown[]): unknown[] {
  const seen = new Map(values.map((value) => [JSON.stringify(value), value]))
  return [...seen.values()].slice(-longestList)
}

/** Blank is nothing. */
function personalText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  const plain = cleanText(typeof value === 'object' ? JSON.stringify(value) : String(value)).trim()
  return plain === '' ? null : plain
}

/** PostgreSQL keeps neither the character 0 nor half of a pair: one such message would stop all that follow. */
function cleanText(value: string): string {
  // Nearly all are clean: looking is cheaper than making anew.
  if (!value.includes('\u0000') && value.isWellFormed()) return value
  return value.replaceAll('\u0000', '').toWellFormed()
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [cleanText(name), clean(inner)]))
  return value
}

/** An attribute of a customer as it is read: over all his numbers. `holder` is the number whose value stands. */
export type Resolved = {
  readonly name: string
  readonly value: unknown
  readonly kind: PersonalKind | undefined
  readonly time: number
  readonly source: string
  readonly holder: number
}

/**
 * One profile of all numbers of a customer (rule 10). The rows themselves are never joined, so that the undo of a merge is
 * exact. By attribute: the latest wins, whatever it says; a value that was only set once gives way to any other, and the
 * earliest of such stands; where the latest is a count, the counts of all are summed; where it is a list, the lists are
 * joined. What was deleted with a profile is deleted for the whole customer.
 */
export function resolveProfile(members: readonly ({ readonly customer: number } & Kept)[]): Resolved[] {
  const emptied = Math.max(0, ...members.map((member) => member.emptied))
  const held = new Map<string, { holder: number; entry: Entry }[]>()
  for (const { customer, doc } of members)
    for (const [name, entry] of Object.entries(doc)) {
      if (entry[1] < emptied) continue
      const others = held.get(name)
      if (others) others.push({ holder: customer, entry })
      else held.set(name, [{ holder: customer, entry }])
    }
  return [...held].flatMap(([name, all]) => {
    // Of equal times the smaller number's stands, so that the answer does not depend on the order of the rows.
    all.sort((a, b) => a.entry[1] - b.entry[1] || b.holder - a.holder)
    const standing = standingOf(all)
    if (!standing) return []
    const { entry, holder } = standing
    const [, time, source, how, kind] = entry
    return [{ name, value: joined(how, standing.entry, all), kind, time, source, holder }]
  })
}

type Held = { holder: number; entry: Entry }

/** Oldest first is given. */
function standingOf(all: readonly Held[]): Held | undefined {
  const plain = all.filter(({ entry }) => entry[3] !== 'once')
  const last = plain.at(-1)
  if (last && last.entry[3] !== 'gone') return last
  return all.find(({ entry }) => entry[3] === 'once' && (!last || entry[1] >= last.entry[1]))
}

function joined(how: How | undefined, standing: Entry, all: readonly Held[]): unknown {
  const same = all.filter(({ entry }) => entry[3] === how)
  if (how === 'sum') return same.reduce((sum, { entry }) => sum + (entry[0] as number), 0)
  if (how === 'list') return distinct(same.flatMap(({ entry }) => entry[0] as unknown[]))
  return standing[0]
}
