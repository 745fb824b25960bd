import type { Envelope } from '../contract.ts'

/** Kinds of identity whose values are personal data by themselves. */
const personalKinds = /^(mobile|phone|email|certificate|card|name|address)$/
/** Names under which people send such values. */
const personalNames =
  /(mobile|phone|tel|e-?mail|id_?card|id_?no|certificate|cert_?no|card_?no|bank_?card|real_?name|full_?name|user_?name|address|手机|电话|邮箱|身份证|证件|卡号|姓名|地址)/i
/** A run of digits as long as a phone, a certificate or a card, or a mail address, wherever it stands. */
const personalShapes = /\d{11,19}[\dXx]?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g

/** What may stand on a screen of somebody who may not see personal data: enough to tell two apart. */
export function maskText(value: string): string {
  if (value.length >= 11) return `${value.slice(0, 3)}****${value.slice(-4)}`
  return value.length > 1 ? `${value.slice(0, 1)}**` : '*'
}

export function maskIds(ids: Envelope['ids']): Envelope['ids'] {
  return ids.map(({ kind, value }) => ({ kind, value: personalKinds.test(kind) ? maskText(value) : cut(value) }))
}

export function maskValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, maskNamed(name, value)]))
}

function maskNamed(name: string, value: unknown): unknown {
  if (personalNames.test(name) && (typeof value === 'string' || typeof value === 'number'))
    return maskText(String(value))
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
