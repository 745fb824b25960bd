import { personalKinds } from '../../govern/privacy/contract.ts'
import { mask } from '../../govern/privacy/privacy.ts'
import { looksPersonal } from '../catalog/catalog.ts'
import type { Envelope } from './contract.ts'

/** What a name speaks of is the catalogue's to say, for properties and for kinds of identity, which are called as they like. */
const kindOf = (name: string) => personalKinds.find((kind) => kind === name) ?? looksPersonal(name)

/** A run of digits as long as a phone, a certificate or a card, or a mail address, wherever it stands. */
const personalShapes = /\d{11,19}[\dXx]?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g

/** Of what has the form of a personal value, whatever it is called: enough to tell two apart. */
function maskText(value: string): string {
  if (value.length >= 11) return `${value.slice(0, 3)}****${value.slice(-4)}`
  return value.length > 1 ? `${value.slice(0, 1)}**` : '*'
}

export function maskIds(ids: Envelope['ids']): Envelope['ids'] {
  return ids.map(({ kind, value }) => ({ kind, value: String(maskNamed(kind, value)) }))
}

export function maskValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, maskNamed(name, value)]))
}

function maskNamed(name: string, value: unknown): unknown {
  const kind = typeof value === 'string' || typeof value === 'number' ? kindOf(name) : undefined
  if (kind) return mask(kind, String(value))
  return maskAny(value)
}

function maskAny(value: unknown): unknown {
  if (typeof value === 'string') return cut(value)
  if (Array.isArray(value)) return value.map(maskAny)
  if (typeof value === 'object' && value !== null) return maskValues(value as Record<string, unknown>)
  return value
}

function cut(value: string): string {
  return value.replace(personalShapes, maskText)
}

export function maskEnvelope(envelope: Envelope): Envelope {
  const { ids, props, profile, item } = envelope
  return {
    ...envelope,
    ids: maskIds(ids),
    props: maskValues(props),
    ...(profile ? { profile: { ...profile, values: maskValues(profile.values) } } : {}),
    ...(item ? { item: { ...item, values: maskValues(item.values) } } : {}),
  }
}

/** A message that no door understood: anything. */
export function maskRaw(raw: unknown): unknown {
  return maskAny(raw)
}
