import type { ColumnType } from '../contract.ts'

/** A value of the watermark's column as it is kept: numbers as digits, times as the source writes them. */
export function written(cell: unknown): string | undefined {
  if (typeof cell === 'bigint' || typeof cell === 'number') return String(cell)
  return typeof cell === 'string' && cell !== '' ? cell : undefined
}

/** The later of two. Numbers by their size; days and times are written so that text sorts them. */
export function later(a: string | undefined, b: string | undefined, type: ColumnType): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (type === 'integer') return BigInt(a) >= BigInt(b) ? a : b
  if (type === 'number' || type === 'decimal') return Number(a) >= Number(b) ? a : b
  return plain(a) >= plain(b) ? a : b
}

/** Of instants in UTC without the sign of that: a `Z` would sort behind a fraction. */
function plain(text: string): string {
  return text.replace(/(?:Z|\+00:00)$/, '')
}

/**
 * From where to read: the watermark itself is read again, because rows may share it, and as much behind it as rows may
 * come late by. Rows that say nothing new are known again by what they said.
 */
export function readFrom(watermark: string, overlap: number, type: ColumnType): string {
  if (overlap <= 0) return watermark
  if (type === 'integer') return (BigInt(watermark) - BigInt(Math.ceil(overlap))).toString()
  if (type === 'number' || type === 'decimal') return String(Number(watermark) - overlap)
  if (type === 'day')
    return new Date(Date.parse(watermark) - Math.ceil(overlap / 86_400) * 86_400_000).toISOString().slice(0, 10)
  const zoned = /[zZ]|[+-]\d\d:?\d\d$/.test(watermark)
  const at = Date.parse(zoned ? watermark : `${watermark.replace(' ', 'T')}Z`)
  if (Number.isNaN(at)) return watermark
  const iso = new Date(at - Math.ceil(overlap) * 1000).toISOString()
  return zoned ? iso : iso.replace('T', ' ').replace('Z', '')
}

export function columnTypeOf(
  columns: readonly { name: string; type: ColumnType }[],
  name: string,
): ColumnType | undefined {
  return columns.find((one) => one.name === name)?.type
}
