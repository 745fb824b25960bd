import { type Day, isDay } from '../../../platform/time/day.ts'
import { atLocalTime, startOfDay, type Zone } from '../../../platform/time/zone.ts'
import type { ValueType } from '../contract.ts'
import type { Cell, FaultCode } from './row.ts'

export type Value = string | number | boolean | readonly string[]
/** A value, nothing (the cell is blank), or why it is neither. */
export type Understood = { value: Value } | { fault: FaultCode } | undefined

/** What exports write where there is nothing. */
const blanks = new Set(['', '\\N', 'NULL', 'null', 'Null', 'NaN', 'nan', 'None', 'N/A', '#N/A', '—'])

const wide = /[\u3000\uff01-\uff5e]/

/** Full-width digits, letters and marks as their plain ones: `１３８` is `138`. */
export function halfWidth(text: string): string {
  if (!wide.test(text)) return text
  return text
    .replace(/[\uff01-\uff5e]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ')
}

/** The cell as text, trimmed; empty where it holds nothing. */
export function textOf(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'string') {
    const text = cell.trim()
    return blanks.has(text) ? '' : text
  }
  return typeof cell === 'object' ? JSON.stringify(cell, bigintAsText) : Number.isNaN(cell) ? '' : String(cell)
}

function bigintAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/

const readers: Record<ValueType, (text: string, zone: Zone, cell: Cell) => Understood> = {
  text: (text) => ({ value: text }),
  integer: (text) => {
    const number = numberOf(text)
    return number === undefined || !Number.isInteger(number) ? { fault: 'value.integer' } : exact(text, number)
  },
  number: (text) => {
    const number = numberOf(text)
    return number === undefined ? { fault: 'value.number' } : exact(text, number)
  },
  money: (text) => {
    const money = moneyOf(text)
    return typeof money === 'number' ? { value: money } : { fault: money }
  },
  day: (text) => {
    const day = dayOf(halfWidth(text))
    return day === undefined ? { fault: 'value.day' } : { value: day }
  },
  time: (text, zone) => {
    const time = instantOf(text, zone)
    return time === undefined ? { fault: 'value.time' } : { value: new Date(time).toISOString() }
  },
  boolean: (text) => {
    const answer = booleanOf(text)
    return answer === undefined ? { fault: 'value.boolean' } : { value: answer }
  },
  list: (text, _zone, cell) => ({
    value: Array.isArray(cell)
      ? cell.map(textOf).filter(Boolean)
      : text
          .split(/[、,，;；|]/)
          .map((one) => one.trim())
          .filter(Boolean),
  }),
}

/** Reads a cell as the type it is mapped to. Text longer than 8,191 letters is none (as the doors have it). */
export function understand(type: ValueType, cell: Cell | undefined, zone: Zone): Understood {
  const text = textOf(cell)
  if (text === '') return undefined
  if (text.length > 8191) return { fault: 'value.too_long' }
  if (control.test(text)) return { fault: 'value.control' }
  return readers[type](text.isWellFormed() ? text : text.toWellFormed(), zone, cell ?? null)
}

const plainNumber = /^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d+)?(?:e[+-]?\d+)?$/i

/** Most numbers of a file are nothing else. */
const bareNumber = /^-?\d{1,15}(?:\.\d+)?$/

/** `1,234.5`, `１２３４`, `-0.5`, `12%` (0.12), `(1,234.00)` as books write what is negative. */
function numberOf(given: string): number | undefined {
  if (bareNumber.test(given)) return Number(given)
  let text = halfWidth(given).replace(/\s/g, '').replace(/^[−–]/, '-')
  const negative = /^\((.+)\)$/.exec(text)
  if (negative?.[1]) text = `-${negative[1]}`
  const percent = text.endsWith('%')
  if (percent) text = text.slice(0, -1)
  if (!plainNumber.test(text) || !/\d/.test(text)) return undefined
  const number = Number(text.replaceAll(',', ''))
  return Number.isFinite(number) ? (percent ? number / 100 : number) : undefined
}

/** How many noughts a word stands for. */
const noughts: Record<string, number> = { 千: 3, 万: 4, 百万: 6, 亿: 8 }

/**
 * A number of yuan, a currency's sign or name around it and 万 or 亿 behind it, as a whole number of 分: counted on the
 * digits, so that no amount is rounded. Smaller parts than 分 are no money: a price or a rate of that kind is a number.
 */
function moneyOf(given: string): number | FaultCode {
  const text = halfWidth(given).replace(/\s/g, '')
  const match = /^([(+-]?)(?:¥|￥|\$|RMB|CNY|人民币)?(.+?)(百万|[千万亿])?(?:元|圆|RMB|CNY)?$/i.exec(text)
  const bare = `${match?.[1] ?? ''}${match?.[2] ?? ''}`.replace(/^[−–]/, '-')
  if (bare.endsWith('%') || numberOf(bare) === undefined) return 'value.money'
  const [digits = '', power = '0'] = bare
    .replace(/[(),+-]/g, (sign, at) => (at > 0 && sign === '-' ? sign : ''))
    .split(/e/i)
  const [whole = '', part = ''] = digits.split('.')
  const shift = Number(power) + (noughts[match?.[3] ?? ''] ?? 0) + 2
  const kept = part.slice(0, Math.max(0, shift)).padEnd(Math.max(0, shift), '0')
  if (shift < 0 || shift > 40 || /[1-9]/.test(part.slice(shift))) return 'value.money_parts'
  const minor = Number(`${whole}${kept}`)
  if (!Number.isSafeInteger(minor)) return 'value.rounded'
  return /^[(-]/.test(bare) && minor > 0 ? -minor : minor
}

/** A double holds fifteen digits: what has more would not come out as it went in. */
function exact(text: string, number: number): Understood {
  if (text.length > 15) {
    const digits = halfWidth(text)
      .replace(/e.*$/i, '')
      .replace(/\D/g, '')
      .replace(/^0+|0+$/g, '')
    if (digits.length > 15) return { fault: 'value.rounded' }
  }
  return { value: number + 0 }
}

const dayShape =
  /^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?|(\d{2})(\d{2}))(?:$|[T ]+(?=[\d上下])|(?<=[日号])(?=\d)|(?=[上下]))/
const timeShape =
  /^(?:(上午|下午) ?)?(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?|[时点](?:(\d{1,2})分(?:(\d{1,2})秒)?)?) ?(Z|UTC|[+-]\d{2}:?\d{2})?$/i

/** `2026-01-05`, `2026/1/5`, `2026.1.5`, `2026年1月5日`, `20260105`, a serial of Excel; a time behind it is left out. */
export function dayOf(text: string): Day | undefined {
  const match = dayShape.exec(text)
  if (!match) return daySerial(text)?.day
  const day = `${match[1]}-${two(match[3] ?? match[5] ?? match[7])}-${two(match[4] ?? match[6] ?? match[8])}`
  if (!isDay(day)) return undefined
  const rest = text.slice(match[0].length)
  return rest === '' || timeShape.test(rest) ? day : undefined
}

/** Days since 1899-12-30, as Excel counts them: read where they are of 1954 to 2119, so that no small number is a day. */
function daySerial(text: string): { day: Day; ms: number } | undefined {
  if (!/^[2-7]\d{4}(?:\.\d+)?$/.test(text)) return undefined
  const serial = Number(text)
  const day = new Date((Math.floor(serial) - 25_569) * 86_400_000).toISOString().slice(0, 10)
  // A day has no exact fraction: the nearest thousandth is what the sheet showed.
  return { day: day as Day, ms: Math.round((serial % 1) * 86_400_000) }
}

/** Milliseconds since 1970 of a time on that zone's wall, or with its own offset, or counted since 1970 in 10 or 13 digits. */
export function instantOf(given: string, zone: Zone): number | undefined {
  const text = halfWidth(given)
  if (/^\d{10}$/.test(text)) return Number(text) * 1000
  if (/^\d{13}$/.test(text)) return Number(text)
  const packed = /^(\d{8})(\d{2})(\d{2})(\d{2})$/.exec(text)
  if (packed) return instantOf(`${packed[1]} ${packed[2]}:${packed[3]}:${packed[4]}`, zone)
  const serial = daySerial(text)
  if (serial) return local(serial.day, serial.ms, zone)
  const day = dayOf(text)
  if (day === undefined) return undefined
  const rest = text.slice(dayShape.exec(text)?.[0].length)
  if (rest === '') return local(day, 0, zone)
  const match = timeShape.exec(rest)
  if (!match) return undefined
  let hour = Number(match[2])
  const [minute, second] = [Number(match[3] ?? match[6] ?? 0), Number(match[4] ?? match[7] ?? 0)]
  if (match[1]) {
    if (hour < 1 || hour > 12) return undefined
    hour = (hour % 12) + (match[1] === '下午' ? 12 : 0)
  }
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const ms = ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(Number(`0.${match[5] ?? 0}`) * 1000)
  return match[8] === undefined ? local(day, ms, zone) : Date.parse(day) + ms - offsetOf(match[8])
}

function offsetOf(text: string): number {
  if (/^(z|utc)$/i.test(text)) return 0
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))]
  return (text[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

/** Starts of days whose clocks stand: asking the zone for each of a million rows would take longer than the rest. */
const starts = new Map<string, number | undefined>()

function local(day: Day, ms: number, zone: Zone): number {
  const key = `${zone} ${day}`
  let start = starts.get(key)
  if (start === undefined && !starts.has(key)) {
    const from = startOfDay(day, zone).getTime()
    const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
    const whole = isDay(next) && startOfDay(next, zone).getTime() - from === 86_400_000
    start = whole ? from : undefined
    if (starts.size > 50_000) starts.clear()
    starts.set(key, start)
  }
  if (start !== undefined) return start + ms
  return atLocalTime(day, new Date(ms).toISOString().slice(11, 23), zone).getTime()
}

const yes = new Set(['是', '有', '真', 'y', 'yes', 'true', 't', '1', '1.0', '√'])
const no = new Set(['否', '无', '假', 'n', 'no', 'false', 'f', '0', '0.0', '×'])

export function booleanOf(given: string): boolean | undefined {
  const text = halfWidth(given).toLowerCase()
  return yes.has(text) ? true : no.has(text) ? false : undefined
}

/** Half a number, or two in one cell, would be a number of its own, and join people who share the fault. */
const mobileShape = /^(?:(?:\+|00)?86)?1\d{10}$|^(?:\+|00)(?!86)\d{7,15}$/

/**
 * An identity as it is sent: plain width, no spaces around it. A number that a sheet kept as a number has lost digits
 * beyond the fifteenth, and `1.10101E+17` has lost most of them: neither is anybody's. `kind`: personal kinds have a shape.
 */
export function identityOf(cell: Cell | undefined, kind?: string): Understood {
  const text = halfWidth(textOf(cell)).trim()
  if (text === '' || /^[-无—]$/.test(text)) return undefined
  if (text.length > 255) return { fault: 'identity.too_long' }
  if (control.test(text)) return { fault: 'value.control' }
  if (/^\d(?:\.\d+)?E\+?\d+$/i.test(text)) return { fault: 'value.rounded' }
  if (typeof cell === 'number' && !Number.isSafeInteger(cell)) return { fault: 'value.rounded' }
  if (kind === 'mobile' && !mobileShape.test(text.replace(/[\s()-]/g, ''))) return { fault: 'identity.mobile' }
  if (kind === 'email' && !/^[^\s@]+@[^\s@]+$/.test(text)) return { fault: 'identity.email' }
  return { value: text.isWellFormed() ? text : text.toWellFormed() }
}

function two(text: string | undefined): string {
  return (text ?? '').padStart(2, '0')
}
