import type { Encoding } from '../contract.ts'
import type { Cell, ReadRow } from '../rules/row.ts'
import type { Bytes } from './bytes.ts'
import { linesOf } from './lines.ts'

export type Flat = Map<string, Cell>
export type JsonLine = { line: number; flat: Flat } | Extract<ReadRow, { fault: unknown }>

/** One object a line. Objects in it are opened as `address.city`, to three levels. */
export async function* jsonLinesOf(bytes: Bytes, encoding: Encoding): AsyncGenerator<JsonLine[]> {
  for await (const lines of linesOf(bytes, encoding)) {
    const rows: JsonLine[] = []
    for (const { number, text, long } of lines) {
      if (text.trim() === '') continue
      if (long) rows.push({ line: number, fault: { code: 'row.too_long' }, raw: text })
      else if (text.includes('\ufffd')) rows.push({ line: number, fault: { code: 'row.encoding' }, raw: text })
      else rows.push(readLine(number, text))
    }
    if (rows.length > 0) yield rows
  }
}

function readLine(line: number, text: string): JsonLine {
  let value: unknown
  try {
    value = longNumber.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
  } catch {
    return { line, fault: { code: 'row.json' }, raw: text }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { line, fault: { code: 'row.not_object' }, raw: text }
  const flat: Flat = new Map()
  open(flat, '', value as Record<string, Cell>, 1)
  return { line, flat }
}

const longNumber = /\d{16}/

/** A customer's number of eighteen digits is a number in some exports: it comes through whole, as text. */
function keepDigits(_name: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  return typeof value === 'number' && source && /^-?\d{16,}$/.test(source) ? source : value
}

function open(flat: Flat, path: string, value: Readonly<Record<string, Cell>>, level: number): void {
  for (const [name, one] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`
    if (typeof one === 'object' && one !== null && !Array.isArray(one) && level < 3)
      open(flat, at, one as Record<string, Cell>, level + 1)
    else flat.set(at, one)
  }
}
