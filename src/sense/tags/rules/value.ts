import { isDay } from '../../../platform/time/day.ts'
import type { EqlType } from '../../eql/contract.ts'
import type { Value } from '../contract.ts'

/** A value as the table of values holds it: one of the columns is filled. */
export type Cell = { whole: string | null; number: number | null; text: string | null; list: string[] }

const nothing: Cell = { whole: null, number: null, text: null, list: [] }
const dayMs = 86_400_000
const wholeLimit = 9_007_199_254_740_991n

/** A value as it was sent, or undefined when it is not of the type. */
export function cellOf(value: Value, type: EqlType): Cell | undefined {
  switch (type) {
    case 'text':
      return typeof value === 'string' && value !== '' ? { ...nothing, text: value } : undefined
    case 'list':
      return Array.isArray(value) && value.length > 0 ? { ...nothing, list: [...new Set(value)] } : undefined
    case 'boolean':
      return booleanCell(value)
    case 'number': {
      const read =
        typeof value === 'number'
          ? value
          : typeof value === 'string' && value.trim() !== ''
            ? Number(value)
            : Number.NaN
      return Number.isFinite(read) ? { ...nothing, number: read } : undefined
    }
    case 'integer':
      return wholeCell(String(value), 0)
    case 'money':
      return wholeCell(String(value), 2)
    case 'day':
      return isDay(value) ? { ...nothing, whole: String(Date.parse(`${value}T00:00:00Z`) / dayMs) } : undefined
    case 'time': {
      const ms =
        typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(value)
          ? Date.parse(value)
          : Number.NaN
      return Number.isFinite(ms) ? { ...nothing, whole: String(ms) } : undefined
    }
  }
}

function booleanCell(value: Value): Cell | undefined {
  if (value === true || value === 'true' || value === '1' || value === '是') return { ...nothing, whole: '1' }
  if (value === false || value === 'false' || value === '0' || value === '否') return { ...nothing, whole: '0' }
  return undefined
}

/** Decimal digits moved by so many places, exactly. */
function wholeCell(written: string, places: number): Cell | undefined {
  const found = /^(-?)(\d{1,16})(?:\.(\d+))?$/.exec(written.trim().replaceAll(',', ''))
  if (!found) return undefined
  const [, sign = '', digits = '', part = ''] = found
  const kept = part.replace(/0+$/, '')
  if (kept.length > places) return undefined
  const whole = BigInt(`${digits}${kept.padEnd(places, '0')}`)
  return whole > wholeLimit ? undefined : { ...nothing, whole: `${sign}${whole}` }
}

/** The column that holds the values of a type. */
export function columnOf(type: EqlType): 'whole' | 'number' | 'text' | 'list' {
  if (type === 'text' || type === 'number' || type === 'list') return type
  return 'whole'
}
