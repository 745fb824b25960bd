import { homeZone, parseInstant, type Zone } from '../../../platform/time/zone.ts'
import type { EqlType, Expr, Types } from '../contract.ts'
import { numberOf } from './calendar.ts'
import { holds, type Value } from './evaluate.ts'

/** An event in hand. */
export type EventInHand = {
  readonly event: string
  readonly time: Date
  readonly props: Readonly<Record<string, unknown>>
}

export type PredicateOptions = {
  readonly types: Types
  readonly zone: Zone
  readonly params?: Readonly<Record<string, unknown>>
}

/** The `where` of an event as a function; the same answer as the statement gives. Not bound to the type of the event. */
export function compilePredicate(where: Expr, options: PredicateOptions): (event: EventInHand, now: Date) => boolean {
  return (event, now) =>
    holds(where, {
      moment: { now: now.getTime(), zone: options.zone },
      types: options.types,
      params: options.params ?? {},
      leaf(expr) {
        if (expr.kind === 'occurred') return event.time.getTime()
        if (expr.kind !== 'field') throw new Error(`${expr.kind} does not stand in the scope of an event`)
        const name = expr.path[0] ?? ''
        return propertyValue(Object.hasOwn(event.props, name) ? event.props[name] : undefined, options.types.get(expr))
      },
    })
}

/** Missing when the value is not of the type. */
export function propertyValue(value: unknown, type: EqlType | 'missing' | undefined): Value {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? value : undefined
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined
    case 'integer':
      return whole(value)
    case 'money':
      return whole(typeof value === 'string' && /^-?\d{1,18}$/.test(value) ? Number(value) : value)
    case 'day':
      return typeof value === 'string' && isDate(value) ? numberOf(value) : undefined
    case 'time':
      return whole(value) ?? (typeof value === 'string' ? instantOf(value) : undefined)
    case 'list': {
      const list = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
      return list.length > 0 ? list : undefined
    }
    default:
      return undefined
  }
}

const instantShape = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{3})?)?(Z|[+-]\d{2}:\d{2})?$/

/** A text without a zone is on the bank's clock, whatever the machine's is. */
function instantOf(text: string): number | undefined {
  if (!instantShape.test(text)) return undefined
  try {
    return parseInstant(text, homeZone).getTime()
  } catch {
    return undefined
  }
}

function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}
