import { Problem, type Text, text } from '../../../platform/problem.ts'
import { homeZone } from '../../../platform/time/zone.ts'
import type { Format, Reading } from '../contract.ts'
import type { Cell, ReadRow } from '../rules/row.ts'
import { columnNames } from '../rules/sheet.ts'
import { textOf, understand } from '../rules/value.ts'
import { bytesOf, headOf, isGzip, type Limits, type Read, sizeOf } from './bytes.ts'
import { cellsOf, guessDelimiter, recordsOf } from './csv.ts'
import { guessEncoding } from './encoding.ts'
import { openWorkbook } from './excel.ts'
import { jsonLinesOf } from './jsonl.ts'
import { openParquet } from './parquet.ts'

/** A file that was looked at: how it is read, and its rows, as often as they are asked for. */
export type Opened = {
  readonly format: Format
  readonly compressed: boolean
  /** With what was left open filled in. */
  readonly reading: Reading
  readonly sheets: readonly string[]
  readonly columns: readonly string[]
  /** Of the file, where it says so. */
  readonly total: number | undefined
  /**
   * The rows behind the header after the first `skip`, good and bad, in pieces of at most `size`. The same file and
   * reading give the same rows in the same order: a number of rows is a position to go on from.
   */
  pieces(skip: number, size: number): AsyncGenerator<ReadRow[]>
  /** From 0 to 1, of what `pieces` is reading. */
  progress(): number
}

const headBytes = 2 * 1024 * 1024

/** Finds out what the file is by its content; its name says nothing. */
export async function openFile(path: string, reading: Reading, limits: Limits): Promise<Opened> {
  const start = await headOf(path, 8)
  const magic = start.toString('latin1')
  if (start.length === 0) throw unknown(text('文件是空的', 'The file is empty'))
  if (magic.startsWith('PAR1')) return openTable(path, limits)
  if (magic.startsWith('PK\x03\x04')) return openSheet(path, reading, limits)
  if (magic.startsWith('\xd0\xcf\x11\xe0'))
    throw unknown(
      text(
        '这是旧版 Excel(.xls)或加了密码的工作簿:请另存为不带密码的 .xlsx',
        'This is an old (.xls) or protected workbook: save it as .xlsx without a password',
      ),
    )
  const gzip = await isGzip(path)
  const head = gzip ? await unpackedHead(path, limits) : await headOf(path, headBytes)
  return openText(path, gzip, head, reading, limits)
}

async function unpackedHead(path: string, limits: Limits): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of bytesOf(path, true, limits, { bytes: 0 })) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= headBytes) break
  }
  return Buffer.concat(chunks)
}

function unknown(what: Text): Problem {
  return new Problem('invalid', 'imports.unknown_format', what, { fields: [{ field: 'file', message: what }] })
}

async function openText(path: string, gzip: boolean, head: Buffer, reading: Reading, limits: Limits): Promise<Opened> {
  const encoding = reading.encoding ?? guessEncoding(head)
  const letters = new TextDecoder(encoding).decode(head)
  refuseStrange(letters)
  const size = await sizeOf(path)
  const read: Read = { bytes: 0 }
  const bytes = () => {
    read.bytes = 0
    return bytesOf(path, gzip, limits, read)
  }
  const shared = { compressed: gzip, sheets: [], total: undefined, progress: () => share(read.bytes, size) }
  const lines = letters.split(/\r?\n/)
  if (head.length >= headBytes) lines.pop()
  if (letters.trimStart().startsWith('{')) {
    const columns = await jsonColumns(head, encoding)
    return {
      ...shared,
      format: 'jsonl',
      reading: { encoding },
      columns,
      pieces: (skip, size) => pieces(jsonRows(jsonLinesOf(bytes(), encoding), columns), skip, size),
    }
  }
  const delimiter = reading.delimiter ?? guessDelimiter(lines.slice(0, 200))
  const header = reading.header ?? guessHeader(firstRows(lines, delimiter))
  const columns = await csvColumns(head, encoding, delimiter, header)
  return {
    ...shared,
    format: 'csv',
    reading: { encoding, delimiter, header },
    columns,
    pieces: (skip, size) =>
      pieces(behindHeader(recordsOf(bytes(), encoding, delimiter), header, columns.length), skip, size),
  }
}

function refuseStrange(letters: string): void {
  const start = letters.slice(0, 4096)
  if (/^\s*\[/.test(start) && /^\s*\[\s*[{[]/.test(start))
    throw unknown(
      text('这是 JSON 数组:请改为每行一个 JSON 对象', 'This is a JSON array: write one JSON object a line instead'),
    )
  if (/^\s*<(!doctype|html|table|\?xml)/i.test(start))
    throw unknown(
      text('这是网页或 XML,不是数据文件', 'This is a web page or XML, whatever its name says, and no file of rows'),
    )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is counted.
  const strange = start.match(/[\u0000-\u0008\u000e-\u001f]/g)?.length ?? 0
  if (strange > start.length * 0.01)
    throw unknown(
      text(
        '不支持该文件类型:请使用 CSV、Excel(.xlsx)、Parquet 或 JSON Lines',
        'Not a CSV, Excel (.xlsx), Parquet or JSON lines file',
      ),
    )
}

function firstRows(lines: readonly string[], delimiter: string): string[][] {
  return lines
    .filter((line) => line.trim() !== '')
    .slice(0, 20)
    .map((line) => cellsOf(line, delimiter))
    .filter((cells) => typeof cells === 'object')
}

/** A first line whose cells are all words, and no number, day or the like, names the columns. */
export function guessHeader(rows: readonly (readonly (Cell | undefined)[])[]): 0 | 1 {
  const first = rows[0]?.map(textOf) ?? []
  if (first.length === 0 || new Set(first.filter(Boolean)).size < first.filter(Boolean).length) return 0
  const value = (cell: string) =>
    cell !== '' &&
    (['number', 'day', 'time'] as const).some((type) => 'value' in (understand(type, cell, homeZone) ?? {}))
  return first.some(value) || first.every((cell) => cell === '') || first.some((cell) => cell.includes('@')) ? 0 : 1
}

async function csvColumns(head: Buffer, encoding: NonNullable<Reading['encoding']>, delimiter: string, header: number) {
  for await (const rows of recordsOf(once(head), encoding, delimiter))
    for (const row of rows)
      if ('cells' in row && row.line >= header) return columnNames(header === 0 ? row.cells.map(() => '') : row.cells)
  throw noRows()
}

async function* once(head: Buffer): AsyncGenerator<Buffer> {
  yield head
}

function noRows(): Problem {
  return unknown(text('文件中没有数据', 'The file has no rows'))
}

const mostColumns = 1000

/** The names that the first rows use, in the order in which they come. */
async function jsonColumns(head: Buffer, encoding: NonNullable<Reading['encoding']>): Promise<string[]> {
  const names = new Set<string>()
  let rows = 0
  for await (const lines of jsonLinesOf(once(head), encoding))
    for (const line of lines) {
      if (!('flat' in line) || rows++ > 5000) continue
      for (const name of line.flat.keys()) if (names.size < mostColumns && name.length <= 200) names.add(name)
    }
  if (names.size === 0) throw noRows()
  return [...names]
}

async function* jsonRows(lines: ReturnType<typeof jsonLinesOf>, columns: readonly string[]): AsyncGenerator<ReadRow[]> {
  for await (const set of lines)
    yield set.map(
      (line): ReadRow =>
        'flat' in line ? { line: line.line, cells: columns.map((name) => line.flat.get(name) ?? null) } : line,
    )
}

/** Leaves out the header and what stands before it; a row of another width than the header is bad. */
async function* behindHeader(
  records: AsyncGenerator<ReadRow[]>,
  header: number,
  width: number,
  ragged = false,
): AsyncGenerator<ReadRow[]> {
  let passed = header === 0
  for await (const set of records) {
    const rows: ReadRow[] = []
    for (const row of set) {
      if (!passed) {
        if ('cells' in row && row.line >= header) passed = true
        continue
      }
      rows.push('cells' in row ? fitted(row, width, ragged) : row)
    }
    if (rows.length > 0) yield rows
  }
}

function fitted(row: Extract<ReadRow, { cells: unknown }>, width: number, ragged: boolean): ReadRow {
  const { cells, line } = row
  if (cells.length === width) return row
  if (cells.length < width && ragged) return row
  if (cells.length > width && cells.slice(width).every((cell) => textOf(cell) === ''))
    return { line, cells: cells.slice(0, width) }
  return { line, fault: { code: 'row.columns' }, raw: cells.map((cell) => textOf(cell)).join(',') }
}

/** Rows in pieces of the same size, however they came, without the first `skip`. */
async function* pieces(rows: AsyncGenerator<ReadRow[]>, skip: number, size: number): AsyncGenerator<ReadRow[]> {
  let left = skip
  let piece: ReadRow[] = []
  for await (const set of rows) {
    if (left >= set.length) {
      left -= set.length
      continue
    }
    for (const row of left > 0 ? set.slice(left) : set) {
      piece.push(row)
      if (piece.length < size) continue
      yield piece
      piece = []
    }
    left = 0
  }
  if (piece.length > 0) yield piece
}

async function openSheet(path: string, reading: Reading, limits: Limits): Promise<Opened> {
  const book = await openWorkbook(path, limits)
  const sheet = reading.sheet ?? book.sheets[0]
  if (sheet === undefined) throw noRows()
  const size = await sizeOf(path)
  const read: Read = { bytes: 0 }
  const head: Extract<ReadRow, { cells: unknown }>[] = []
  for await (const rows of book.rows(sheet, read)) {
    head.push(...rows)
    if (head.length >= Math.max(20, reading.header ?? 0) + 5) break
  }
  const header = reading.header ?? (guessHeader(head.map(({ cells }) => cells)) === 1 ? (head[0]?.line ?? 1) : 0)
  const named = head.find((row) => row.line >= header) ?? head[0]
  if (!named) throw noRows()
  const width = Math.max(named.cells.length, header === 0 ? Math.max(...head.map(({ cells }) => cells.length)) : 0)
  const columns = columnNames(Array.from({ length: width }, (_, i) => (header === 0 ? '' : (named.cells[i] ?? ''))))
  return {
    format: 'excel',
    compressed: false,
    reading: { sheet, header },
    sheets: book.sheets,
    columns,
    total: undefined,
    progress: () => share(read.bytes, size),
    pieces(skip, size) {
      read.bytes = 0
      return pieces(behindHeader(filled(book.rows(sheet, read)), header, columns.length, true), skip, size)
    },
  }
}

async function* filled(rows: AsyncGenerator<ReadRow[]>): AsyncGenerator<ReadRow[]> {
  for await (const set of rows)
    yield set.filter((row) => !('cells' in row) || row.cells.some((cell) => textOf(cell) !== ''))
}

async function openTable(path: string, limits: Limits): Promise<Opened> {
  const file = await openParquet(path, limits)
  let at = 0
  return {
    format: 'parquet',
    compressed: false,
    reading: {},
    sheets: [],
    columns: columnNames(file.columns),
    total: file.rows,
    progress: () => share(at, file.rows),
    async *pieces(skip, size) {
      at = skip
      for await (const rows of file.read(skip, 100_000))
        for (let from = 0; from < rows.length; from += size) {
          const piece = rows.slice(from, from + size)
          at += piece.length
          yield piece
        }
    },
  }
}

function share(done: number, all: number): number {
  return all === 0 ? 1 : Math.min(1, done / all)
}
