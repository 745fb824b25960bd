/**
 * Cuts what an audit entry must not keep: secrets go whole, personal values keep so much that an auditor can tell two
 * apart (138****8000). Two nets, because either alone has holes: the names of fields, and the shapes of values.
 */

const gone = '•••'

/** The last word of a name that says: never to be kept. */
const secretEnds = new Set(
  'password passwd pwd passphrase passcode secret token totp otp pin cvv cvc credential credentials cookie authorization csrf'.split(
    ' ',
  ),
)
/** Endings made of two words, compared without their case and separators. */
const secretTails =
  /(?:api|private|secret|signing|master|access|write|session)keys?$|(?:recovery|backup)codes?$|(?:password|secret|token|key|code)(?:hash|salt|digest)$/

const personalEnds = new Set(
  'mobile mobiles phone phones telephone tel cellphone email mail idcard passport address birthday birthdate openid unionid wechat 手机 手机号 手机号码 电话 证件号 证件号码 身份证 身份证号 卡号 银行卡号 姓名 地址 邮箱'.split(
    ' ',
  ),
)
const personalTails =
  /(?:mobile|phone|certificate|cert|card|account|identity|id|passport|license|licence)(?:no|number|num)$|(?:person|real|full|customer|cust|holder|payee|contact)names?$|bankcards?$|cardpan$|idcards?$/

export type KeyKind = 'secret' | 'personal' | 'open'

type Key = { kind: KeyKind; json: string }
const known = new Map<string, Key>()

/** A field's name as it is kept, and what it says of the value. */
function keyOf(key: string): Key {
  const found = known.get(key)
  if (found) return found
  const made = { kind: keyKind(key), json: JSON.stringify(cutText(key)) }
  // Names of fields are few; names that are data (a map by id) must not fill the memory.
  if (known.size < 5000) known.set(key, made)
  return made
}

/** What a field's name says of its value: `passwordHash` is a secret, `passwordChangedAt` is not. */
export function keyKind(key: string): KeyKind {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
  const last = words.at(-1) ?? ''
  const joined = words.join('')
  if (secretEnds.has(last) || secretTails.test(joined)) return 'secret'
  return personalEnds.has(last) || personalTails.test(joined) ? 'personal' : 'open'
}

/** The first three and last four of a long value, less of a short one: never more than half of it. */
export function maskMiddle(value: string): string {
  const letters = [...value]
  if (letters.length >= 11) return `${letters.slice(0, 3).join('')}****${letters.slice(-4).join('')}`
  if (letters.length >= 6) return `${letters[0]}****${letters.at(-1)}`
  return letters.length > 1 ? `${letters[0]}**` : '*'
}

function maskEmail(value: string): string {
  const at = value.lastIndexOf('@')
  return `${[...value][0] ?? ''}***${value.slice(at)}`
}

/** Check digit of payment cards (ISO/IEC 7812-1, annex B). */
function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    let digit = Number(digits[digits.length - 1 - i])
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2
    sum += digit
  }
  return sum % 10 === 0
}

/** A resident's certificate number (GB 11643): region, a day of birth that can be, order; the check digit is not asked. */
const certificate = /^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/i
const oldCertificate = /^[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}$/
const mobile = /^(?:86)?1[3-9]\d{9}$/

function isPersonalNumber(digits: string): boolean {
  if (mobile.test(digits) || certificate.test(digits) || oldCertificate.test(digits)) return true
  return digits.length >= 15 && digits.length <= 19 && /^\d+$/.test(digits) && passesLuhn(digits)
}

/** Runs of digits as people write them, alone or in a sentence, but not inside an id or a decimal. */
const numbers = /(?<![\p{L}\p{N}_.])\+?\d(?:[ -]?\d){9,20}[Xx]?(?![\p{N}_]|[A-Za-z])/gu
const numbersBesideChinese = /(?<=\p{Script=Han})\+?\d(?:[ -]?\d){9,20}[Xx]?(?![\p{N}_]|[A-Za-z])/gu
const emails = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g

function maskRun(run: string): string {
  const digits = run.replace(/[^\dXx]/g, '')
  return isPersonalNumber(digits) ? maskMiddle(digits) : run
}

/** Most texts have nothing to look at: one look tells. */
const suspicious = /[@\0\ud800-\udfff]|\d[ -]?\d[ -]?\d[ -]?\d/

/** Cuts mobiles, certificate and card numbers and mail addresses out of a text, and what no database text may hold. */
export function cutText(value: string): string {
  if (!suspicious.test(value)) return value
  let text = value.toWellFormed().replaceAll('\0', '\ufffd')
  text = text.replace(numbers, maskRun).replace(numbersBesideChinese, maskRun)
  if (text.includes('@')) text = text.replace(emails, maskEmail)
  return text
}

const limits = { nodes: 20_000, text: 4000, allText: 400_000, depth: 20 }

type Left = { nodes: number; text: number }

/**
 * The JSON text of a value as an entry keeps it; null for nothing. Bigints (money, points) become text unmasked; an
 * entry is bounded: long texts, and what lies beyond 20,000 values or 400,000 letters, are cut and say so.
 */
export function redact(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return walk(value, 'open', 0, { nodes: limits.nodes, text: limits.allText }) ?? null
}

/** Writes the text at once, without a copy of the value in between: this runs in every change. */
function walk(value: unknown, kind: KeyKind, depth: number, left: Left): string | undefined {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (left.nodes-- <= 0 || depth > limits.depth) return '"…"'
  if (typeof value !== 'object')
    return kind === 'secret' ? `"${gone}"` : JSON.stringify(scalar(value as string | number | bigint, kind, left))
  if (value instanceof Date) return JSON.stringify(kind === 'open' ? isoOf(value) : gone)
  if (value instanceof Uint8Array) return `"${kind === 'secret' ? gone : `[${value.length} bytes]`}"`
  if (hasToJson(value)) return walk(value.toJSON(), kind, depth + 1, left)
  if (value instanceof Map) return walk(recordOf(value), kind, depth + 1, left)
  const list = value instanceof Set ? [...value] : value
  if (Array.isArray(list)) return walkList(list, kind, depth, left)
  return walkRecord(list as Record<string, unknown>, kind, depth, left)
}

function walkList(list: readonly unknown[], kind: KeyKind, depth: number, left: Left): string {
  const most = Math.max(0, left.nodes)
  const items = list.slice(0, most).map((item) => walk(item, kind, depth + 1, left) ?? 'null')
  if (list.length > most) items.push(`"… ${list.length - most} more"`)
  return `[${items.join(',')}]`
}

function walkRecord(value: Record<string, unknown>, kind: KeyKind, depth: number, left: Left): string {
  let text = ''
  for (const key of Object.keys(value)) {
    if (left.nodes <= 0) {
      text += `${text === '' ? '' : ','}"…":"more"`
      break
    }
    const own = keyOf(key)
    // What stands under a secret is secret, whatever it is called.
    const item = walk(value[key], kind === 'secret' || own.kind === 'open' ? kind : own.kind, depth + 1, left)
    if (item !== undefined) text += `${text === '' ? '' : ','}${own.json}:${item}`
  }
  return `{${text}}`
}

function scalar(value: string | number | bigint, kind: KeyKind, left: Left): unknown {
  if (kind === 'personal') {
    const text = clean(String(value))
    return text.includes('@') ? shorten(cutText(text), left) : maskMiddle(text)
  }
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return shorten(cutText(value), left)
  if (!Number.isFinite(value)) return String(value)
  return Number.isInteger(value) && isPersonalNumber(String(value)) ? maskMiddle(String(value)) : value
}

function shorten(text: string, left: Left): string {
  const most = Math.min(limits.text, Math.max(0, left.text))
  left.text -= Math.min(text.length, most)
  return text.length > most ? `${text.slice(0, most).toWellFormed()}… (${text.length} characters)` : text
}

function recordOf(map: Map<unknown, unknown>): Record<string, unknown> {
  return Object.fromEntries([...map].map(([key, value]) => [typeof key === 'object' ? '…' : String(key), value]))
}

function clean(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\ufffd')
}

function isoOf(value: Date): string {
  return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}
