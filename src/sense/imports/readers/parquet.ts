import { type FileHandle, open } from 'node:fs/promises'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { Problem, text } from '../../../platform/problem.ts'
import type { Cell, ReadRow } from '../rules/row.ts'
import { brokenFile, type Limits } from './bytes.ts'

export type ParquetFile = {
  readonly columns: readonly string[]
  readonly rows: number
  /** From that row on, counted from 0. A row's `line` counts from 1. */
  read(from: number, most: number): AsyncGenerator<ReadRow[]>
}

/** Values decoded at once: a piece of a row group is that many rows, whatever its columns. */
const valuesAtOnce = 4_000_000

export async function openParquet(path: string, limits: Limits): Promise<ParquetFile> {
  const metadata = await withFile(path, async (file) => parquetMetadataAsync(file).catch(fail))
  const fields = parquetSchema(metadata).children
  const columns = fields.map(({ element }) => element.name)
  checkSize(metadata, limits)
  const local = new Set(
    fields.filter(({ element }) => isLocal(element.logical_type)).map(({ element }) => element.name),
  )
  const days = new Set(fields.filter(({ element }) => isDay(element)).map(({ element }) => element.name))
  const show = (name: string, value: unknown): Cell =>
    value instanceof Date
      ? dateText(value, days.has(name) ? 'day' : local.has(name) ? 'local' : 'instant')
      : cell(value)
  return {
    columns,
    rows: Number(metadata.num_rows),
    async *read(from, most) {
      const step = Math.max(1000, Math.floor(valuesAtOnce / Math.max(1, columns.length)))
      for (const range of rangesOf(metadata, from, Math.min(step, Math.max(most, 1)))) {
        const objects = await withFile(path, (file) =>
          parquetReadObjects({ file, metadata, compressors, ...range, useOffsetIndex: true }).catch(fail),
        )
        yield objects.map((row, i) => ({
          line: range.rowStart + i + 1,
          cells: columns.map((name) => show(name, row[name])),
        }))
      }
    },
  }
}

/** Pieces that stay inside one row group. */
function* rangesOf(metadata: FileMetaData, from: number, step: number) {
  let start = 0
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows)
    for (let at = Math.max(start, from); at < end; at += step) yield { rowStart: at, rowEnd: Math.min(end, at + step) }
    start = end
  }
}

/** What the file says of itself; a page that says otherwise fails when it is read. */
function checkSize(metadata: FileMetaData, limits: Limits): void {
  const largest = metadata.row_groups.reduce((most, group) => Math.max(most, Number(group.total_byte_size)), 0)
  const all = metadata.row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0)
  if (all > limits.expandedBytes || largest > 2 * 1024 ** 3)
    throw new Problem(
      'too-large',
      'imports.expands',
      text(
        '文件解压后过大,或单个行组超过 2 GiB:请拆分后导入',
        'The file unpacks to too much, or one row group to more than 2 GiB: split it',
      ),
    )
}

async function withFile<T>(path: string, run: (file: AsyncBuffer) => Promise<T>): Promise<T> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    return await run({ byteLength: size, slice: (start, end) => slice(handle, start, end ?? size) })
  } finally {
    await handle.close()
  }
}

async function slice(file: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const length = Math.max(0, end - start)
  const buffer = new ArrayBuffer(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await file.read(new Uint8Array(buffer), read, length - read, start + read)
    if (bytesRead === 0) throw brokenFile('it ends early')
    read += bytesRead
  }
  return buffer
}

function fail(error: unknown): never {
  throw error instanceof Problem ? error : brokenFile(error)
}

function isLocal(type: { type: string; isAdjustedToUTC?: boolean } | undefined): boolean {
  return type?.type === 'TIMESTAMP' && type.isAdjustedToUTC === false
}

function isDay(element: { logical_type?: { type: string }; converted_type?: string }): boolean {
  return element.logical_type?.type === 'DATE' || element.converted_type === 'DATE'
}

/** A time "not adjusted to UTC" is one on the wall, and stays without an offset. */
function dateText(value: Date, kind: 'day' | 'local' | 'instant'): Cell {
  if (Number.isNaN(value.getTime())) return null
  const iso = value.toISOString()
  if (kind === 'day') return iso.slice(0, 10)
  return kind === 'local' ? iso.slice(0, 23).replace('T', ' ') : iso
}

function cell(value: unknown): Cell {
  if (value === undefined || value === null) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return dateText(value, 'instant')
  if (Array.isArray(value)) return value.map(cell)
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cell(one)]))
  return value as Cell
}
