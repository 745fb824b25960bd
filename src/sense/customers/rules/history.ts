import type { PersonalKind } from '../../../govern/privacy/contract.ts'
import { dayOf, homeZone } from '../../../platform/time/zone.ts'
import type { ValueType } from '../../catalog/contract.ts'
import type { ProfileOp } from '../../collect/contract.ts'
import type { Doc } from './profile.ts'

/** What an attribute was at the end of a day, by one number. All three null: it was taken away. */
export type HistoryRow = {
  attribute: string
  customer: number
  day: string
  whole: unknown
  number: unknown
  text: unknown
  /** Client time in ms: the latest of a day stands, whatever comes last. */
  version: number
}

export type Said = {
  readonly customer: number
  readonly op: ProfileOp
  readonly values: Readonly<Record<string, unknown>>
  readonly time: number
  readonly receivedAt: Date
}

const holds: Partial<Record<ValueType, 'whole' | 'number' | 'text'>> = {
  money: 'whole',
  integer: 'whole',
  boolean: 'whole',
  number: 'number',
  text: 'text',
  day: 'text',
}

type Known = { name: string; type: ValueType; state: string; personal: PersonalKind | null }
type Attributes = ReadonlyMap<string, Readonly<Known>>
/** A value as a column of its type takes it; undefined when it is not of the type (the catalogue knows). */
type Convert = (type: ValueType, value: unknown) => unknown
type KindOf = (name: string) => PersonalKind | undefined

const longestText = 200

/** Of attributes in use, personal ones excepted. What is no value of its type is no history either. */
export function historyOf(
  said: readonly Said[],
  attributes: Attributes,
  kindOf: KindOf,
  convert: Convert,
): HistoryRow[] {
  const kept = [...attributes.values()].filter((one) => hasHistory(one) && !kindOf(one.name))
  const names = new Map(kept.map((one) => [one.name, one]))
  return said.flatMap(({ customer, op, values, time, receivedAt }): HistoryRow[] => {
    const at = Math.max(0, Math.min(time, receivedAt.getTime()))
    if (op === 'delete') return kept.flatMap((one) => rowOf(convert, one, customer, at, null) ?? [])
    if (op !== 'set' && op !== 'unset') return []
    return Object.entries(values).flatMap(([name, value]) => {
      const one = names.get(name)
      return (one && rowOf(convert, one, customer, at, op === 'unset' ? null : value)) ?? []
    })
  })
}

/** Values that depend on what was there before: counts, and what was set once. */
export function historyOfDoc(
  customer: number,
  doc: Doc,
  attributes: Attributes,
  kindOf: KindOf,
  convert: Convert,
): HistoryRow[] {
  return Object.entries(doc).flatMap(([name, [value, time, , how, kind]]) => {
    const one = attributes.get(name)
    if ((how !== 'sum' && how !== 'once') || kind || !one || !hasHistory(one) || kindOf(name)) return []
    return rowOf(convert, one, customer, Math.max(0, time), value) ?? []
  })
}

function hasHistory({ state, personal, type }: Known): boolean {
  return state === 'active' && !personal && holds[type] !== undefined
}

function rowOf(convert: Convert, one: Known, customer: number, at: number, said: unknown): HistoryRow | undefined {
  const column = holds[one.type]
  const value = convert(one.type, said)
  if (value === undefined || !column || (typeof value === 'string' && column === 'text' && value.length > longestText))
    return undefined
  const plain = typeof value === 'boolean' ? Number(value) : value
  return {
    attribute: one.name,
    customer,
    day: dayAt(at),
    whole: null,
    number: null,
    text: null,
    [column]: plain,
    version: at,
  }
}

/** Most of a batch are of one moment: the last answer is the next one's. */
let last = { at: Number.NaN, day: '' }

function dayAt(at: number): string {
  if (at !== last.at) last = { at, day: dayOf(new Date(at), homeZone) }
  return last.day
}
