import type { Encoding } from '../contract.ts'
import type { ReadRow } from '../rules/row.ts'
import type { Bytes } from './bytes.ts'
import { type Line, linesOf } from './lines.ts'

/** A cell in quotes may hold line breaks; one that never ends must not swallow the file. */
const most = { lines: 200, letters: 256 * 1024 }

/** The cells of a record; `open` when a quoted cell goes on in the next line, `broken` when its quotes do not match. */
export function cellsOf(text: string, delimiter: string): string[] | 'open' | 'broken' {
  if (!text.includes('"')) return text.split(delimiter)
  const cells: string[] = []
  let at = 0
  for (;;) {
    if (text[at] !== '"') {
      // A quote inside a bare cell is a letter: 5" pipe.
      const end = text.indexOf(delimiter, at)
      if (end < 0) {
        cells.push(text.slice(at))
        return cells
      }
      cells.push(text.slice(at, end))
      at = end + 1
      continue
    }
    let cell = ''
    let from = at + 1
    for (;;) {
      const quote = text.indexOf('"', from)
      if (quote < 0) return 'open'
      cell += text.slice(from, quote)
      from = quote + 1
      if (text[from] !== '"') break
      cell += '"'
      from++
    }
    cells.push(cell)
    if (from >= text.length) return cells
    if (text[from] !== delimiter) return 'broken'
    at = from + 1
  }
}

/**
 * RFC 4180, read line by line so that what is broken costs one line: a record whose quotes do not match is given as bad
 * with its first line, and reading goes on with the line after it. (A parser that follows the quotes alone takes
 * everything up to the next one, or to the end of the file.)
 */
export async function* recordsOf(bytes: Bytes, encoding: Encoding, delimiter: string): AsyncGenerator<ReadRow[]> {
  let waiting: Line[] = []
  const take = (lines: readonly Line[], ended: boolean): ReadRow[] => {
    const rows: ReadRow[] = []
    const queue = [...waiting, ...lines]
    waiting = []
    let at = 0
    while (at < queue.length) {
      const read = recordAt(queue, at, delimiter, ended)
      if (read === 'more') {
        waiting = queue.slice(at)
        break
      }
      if (read.row) rows.push(read.row)
      at += read.lines
    }
    return rows
  }
  for await (const lines of linesOf(bytes, encoding)) {
    const rows = take(lines, false)
    if (rows.length > 0) yield rows
  }
  const rows = take([], true)
  if (rows.length > 0) yield rows
}

type Found = { row?: ReadRow; lines: number } | 'more'

function recordAt(queue: readonly Line[], at: number, delimiter: string, ended: boolean): Found {
  const first = queue[at] as Line
  const line = first.number
  if (first.long) return { row: { line, fault: { code: 'row.too_long' }, raw: first.text }, lines: 1 }
  if (first.text === '' || first.text.trim() === '') return { lines: 1 }
  let text = first.text
  for (let count = 1; ; count++) {
    const cells = cellsOf(text, delimiter)
    if (typeof cells === 'object') {
      if (text.includes('\ufffd')) return { row: { line, fault: { code: 'row.encoding' }, raw: text }, lines: count }
      return { row: { line, cells }, lines: count }
    }
    const next = queue[at + count]
    const hopeless = cells === 'broken' || count >= most.lines || text.length > most.letters || next?.long
    if (hopeless || (!next && ended)) return { row: { line, fault: { code: 'row.quotes' }, raw: first.text }, lines: 1 }
    if (!next) return 'more'
    text += `\n${next.text}`
  }
}

/** The delimiter that cuts the first lines into the same number of cells, the more the better. */
export function guessDelimiter(lines: readonly string[]): ',' | ';' | '\t' | '|' {
  const rows = lines.filter((line) => line.trim() !== '').slice(0, 50)
  let best: { delimiter: ',' | ';' | '\t' | '|'; score: number } = { delimiter: ',', score: 0 }
  for (const delimiter of [',', ';', '\t', '|'] as const) {
    const widths = rows.map((row) => {
      const cells = cellsOf(row, delimiter)
      return typeof cells === 'object' ? cells.length : 0
    })
    const width = commonest(widths.filter((one) => one > 0))
    const same = widths.filter((one) => one === width).length / Math.max(1, rows.length)
    const score = width > 1 ? same * 10 + Math.min(width, 50) / 50 : 0
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0
}
