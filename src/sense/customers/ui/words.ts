import { blank } from '../../../console/kit/format.ts'
import type { Say, Text } from '../../../console/kit/text.ts'
import type { CustomerAttribute } from '../contract.ts'

export const labelOf = (t: Say, of: { name: string; label: Text | null }) => (of.label ? t(of.label) : of.name)
export const eventLabel = (t: Say, of: { event: string; label: Text | null }) => (of.label ? t(of.label) : of.event)

/** A value with its unit, as the catalogue declares it. */
export function declaredText(of: CustomerAttribute, money: (minor: string, currency: string) => string): string {
  const { type, unit, value } = of
  if (type === 'money' && /^[A-Z]{3}$/.test(unit) && /^-?\d{1,18}$/.test(String(value)))
    return money(String(value), unit)
  const said = valueText(value)
  return unit && (type === 'number' || type === 'integer') ? `${said} ${unit}` : said
}

/** A value as a person reads it, on one line. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return blank
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ')
  return JSON.stringify(value)
}
