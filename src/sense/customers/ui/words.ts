import { blank } from '../../../console/kit/format.ts'
import type { Say, Text } from '../../../console/kit/text.ts'

export const labelOf = (t: Say, of: { name: string; label: Text | null }) => (of.label ? t(of.label) : of.name)
export const eventLabel = (t: Say, of: { event: string; label: Text | null }) => (of.label ? t(of.label) : of.event)

/** A value as a person reads it, on one line. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return blank
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ')
  return JSON.stringify(value)
}
