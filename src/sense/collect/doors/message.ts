import { hash } from 'node:crypto'
import { invalidField, Problem, text } from '../../../platform/problem.ts'
import type { Envelope, Identity, Incoming, Refusal } from '../contract.ts'

/** JSON as a sender gave it, known to be an object. */
export type Raw = Readonly<Record<string, unknown>>

/** Messages of one request: far above what any SDK puts into one, far below what would hold up the process. */
export const maxMessages = 5000
const maxProperties = 500
const maxDepth = 32
/** Of a refused message, as JSON text. Longer ones are kept by their beginning. */
const maxRawLength = 64 * 1024

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Understands a message, or keeps it with the reason why not. What `understand` throws but a Problem is a bug. */
export function incomingOf(key: string, raw: unknown, understand: () => Envelope): Incoming {
  try {
    return { key, envelope: understand() }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return refusedBy(key, error, raw)
  }
}

export function refusedBy(key: string, problem: Problem, raw: unknown): Incoming {
  const json = JSON.stringify(raw) ?? 'null'
  return {
    key,
    refused: refusalOf(problem),
    raw: json.length > maxRawLength ? json.slice(0, maxRawLength).toWellFormed() : raw,
  }
}

export function refusalOf(problem: Problem): Refusal {
  const field = problem.fields[0]?.field
  return { code: problem.code, ...problem.text, ...(field ? { field } : {}) }
}

/**
 * Makes a message fit to be kept, in place, and says what cannot be mended: the stores take no NUL and no half of a
 * surrogate pair (one such letter would fail the insert of everybody else's messages too), JSON is written by
 * recursion, and a name like `__proto__` waits for somebody's careless assignment. To be called before anything else
 * looks at the message.
 */
export function makeStorable(message: unknown): Problem | undefined {
  if (!isRaw(message) && !Array.isArray(message)) return undefined
  return tidy(message as Record<string, unknown>, '', 1)
}

function tidy(parent: Record<string, unknown>, path: string, depth: number): Problem | undefined {
  let fault: Problem | undefined
  for (const name of Object.keys(parent)) {
    const value = parent[name]
    if (isUnsafe(name, value)) {
      delete parent[name]
      fault ??= invalidField(
        path === '' ? 'properties' : path,
        'collect.unsafe_name',
        text('含有不允许的属性名', 'A property name is not allowed'),
      )
    } else if (typeof value === 'string') {
      if (!isStorable(value)) parent[name] = value.toWellFormed().replaceAll('\0', '')
    } else if (typeof value === 'object' && value !== null) {
      const here = path === '' ? name : `${path}.${name}`
      if (depth < maxDepth) fault = tidy(value as Record<string, unknown>, here, depth + 1) ?? fault
      else {
        parent[name] = '…'
        fault ??= invalidField(
          path,
          'collect.too_deep',
          text(`嵌套超过 ${maxDepth} 层`, `Nested more than ${maxDepth} levels deep`),
        )
      }
    }
  }
  return fault
}

function isUnsafe(name: string, value: unknown): boolean {
  if (name === '__proto__' || !isStorable(name)) return true
  return name === 'constructor' && isRaw(value) && Object.hasOwn(value, 'prototype')
}

function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0')
}

/** The properties of an event, a profile or an item: an object, or nothing. */
export function propertiesOf(value: unknown, field: string, code: string): Raw {
  if (value === undefined || value === null) return {}
  if (!isRaw(value)) throw invalidField(field, code, text('应为对象', 'must be an object'))
  if (Object.keys(value).length > maxProperties)
    throw invalidField(
      field,
      'collect.too_many_properties',
      text(`属性超过 ${maxProperties} 个`, `has more than ${maxProperties} properties`),
    )
  return value
}

/**
 * An identifier as text, undefined where there is none. Senders write numbers too; a number that is too large for a
 * double has lost digits on its way through JSON and would be another customer's.
 */
export function idText(value: unknown, field: string, code: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  if (typeof value !== 'string') throw invalidField(field, code, text('应为字符串', 'must be text'))
  if (value.trim() === '') return undefined
  if (value.length > 255) throw invalidField(field, code, text('超过 255 个字符', 'is longer than 255 characters'))
  return value
}

/** Adds what is not there yet. */
export function addIdentity(ids: Identity[], kind: string, value: string | undefined): void {
  if (value !== undefined && !ids.some((one) => one.kind === kind && one.value === value)) ids.push({ kind, value })
}

/** The key of what the sender calls by no id: the same content is the same message. Keys hold no identifier in clear. */
export function keyOf(parts: unknown): string {
  return hash('sha256', canonical(parts), 'base64url')
}

/** JSON with sorted names, so that the order in which an SDK wrote them makes no difference. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (!isRaw(value)) return JSON.stringify(value) ?? 'null'
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`
}
