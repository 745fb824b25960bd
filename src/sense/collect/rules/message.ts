import { hash } from 'node:crypto'
import type { Envelope, Refusal } from '../contract.ts'

/** The product's own key of a message: a UUID-shaped text of 128 bits of SHA-256 over source and the sender's key. */
export function messageKey(source: string, key: string): string {
  const hex = hash('sha256', `${source}\0${key}`, 'hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

/** Before the first of these no bank had a customer online; after the last no clock is merely wrong. */
const earliest = Date.UTC(1990, 0, 1)
const latest = Date.UTC(2200, 0, 1)
/** What ClickHouse reads of one row must stay sensible, and what a person reads too. */
const limits = { bytes: 256 * 1024, depth: 12, names: 500, ids: 20, idLetters: 255 }

/** What holds for every message, whatever the tracking plan says. Undefined when nothing is wrong. */
export function faultOf(envelope: Envelope): Refusal | undefined {
  if (!Number.isFinite(envelope.time) || envelope.time < earliest || envelope.time > latest)
    return refusal(
      'collect.bad_time',
      'time',
      '时间无效:应为毫秒时间戳',
      'The time is not one: give milliseconds since 1970',
    )
  if (envelope.kind === 'item') return itemFault(envelope)
  if (envelope.ids.length === 0 && envelope.customer === undefined)
    return refusal(
      'collect.no_identity',
      'ids',
      '缺少身份标识',
      'The message says nothing of whose it is: give an identity',
    )
  if (envelope.ids.length > limits.ids)
    return refusal(
      'collect.many_identities',
      'ids',
      `身份标识超过 ${limits.ids} 个`,
      `More than ${limits.ids} identities`,
    )
  const long = envelope.ids.find(({ value }) => value.length > limits.idLetters)
  if (long)
    return refusal(
      'collect.long_identity',
      `ids.${long.kind}`,
      '身份标识超过 255 个字符',
      'The identity is longer than 255 characters',
    )
  if (envelope.kind === 'event' && !envelope.name)
    return refusal('collect.no_event', 'event', '缺少事件名', 'The event has no name')
  if (envelope.kind === 'profile' && !envelope.profile)
    return refusal('collect.no_profile', 'profile', '缺少属性', 'The message changes no attribute')
  return sizeFault(envelope.props, 'props') ?? sizeFault(envelope.profile?.values, 'profile')
}

function itemFault({ item }: Envelope): Refusal | undefined {
  if (!item) return refusal('collect.no_item', 'item', '缺少物品', 'The message names no item')
  return sizeFault(item.values, 'item')
}

function sizeFault(values: Readonly<Record<string, unknown>> | undefined, field: string): Refusal | undefined {
  if (!values) return undefined
  if (Object.keys(values).length > limits.names)
    return refusal(
      'collect.many_properties',
      field,
      `属性超过 ${limits.names} 个`,
      `More than ${limits.names} properties`,
    )
  if (deeper(values, limits.depth))
    return refusal(
      'collect.too_deep',
      field,
      `嵌套超过 ${limits.depth} 层`,
      `Nested deeper than ${limits.depth} levels`,
    )
  if (!surelyShort(values, limits.bytes) && JSON.stringify(values).length > limits.bytes)
    return refusal('collect.too_large', field, '消息超过 256 KB', 'The message is larger than 256 KB')
  return undefined
}

/** Flat and far below the limit, as nearly all are: without writing them out. A letter takes six at most. */
function surelyShort(values: Readonly<Record<string, unknown>>, limit: number): boolean {
  let most = 2
  for (const name in values) {
    const value = values[name]
    if (typeof value === 'object' && value !== null) return false
    most += 6 * (name.length + (typeof value === 'string' ? value.length : 0)) + 40
  }
  return most <= limit
}

function deeper(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (left === 0) return true
  for (const inner of Array.isArray(value) ? value : Object.values(value))
    if (typeof inner === 'object' && deeper(inner, left - 1)) return true
  return false
}

function refusal(code: string, field: string, zh: string, en: string): Refusal {
  return { code, zh, en, field }
}

/**
 * When an event happened, as it is written (rule 2): its own time, but never after it was received. A clock that runs
 * ahead is set back to the moment of receipt, and how far it ran ahead is kept.
 */
export function placedAt(time: number, receivedAt: Date): { time: Date; aheadMs: number } {
  const ahead = Math.round(time - receivedAt.getTime())
  return ahead > 0 ? { time: receivedAt, aheadMs: ahead } : { time: new Date(time), aheadMs: 0 }
}
