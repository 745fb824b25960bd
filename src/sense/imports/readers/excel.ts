import { Problem, text } from '../../../platform/problem.ts'
import type { Cell, ReadRow } from '../rules/row.ts'
import { brokenFile, type Limits, type Read } from './bytes.ts'
import { attributeOf, type XmlSeen, xmlReader } from './xml.ts'
import { openZip, type Zip } from './zip.ts'

/**
 * A workbook of Office Open XML (ECMA-376), read as a stream: shared texts are held, rows pass through. Formulas give the
 * value that was computed last. Written here because the readers to be had unpack to temporary files and believe the
 * archive's sizes.
 */
export type Workbook = {
  /** Names of those that can be seen, in their order. */
  readonly sheets: readonly string[]
  rows(sheet: string, read: Read): AsyncGenerator<Extract<ReadRow, { cells: unknown }>[]>
}

/** Letters of shared texts that are held in memory. */
const mostShared = 200_000_000

export async function openWorkbook(path: string, limits: Limits): Promise<Workbook> {
  const zip = await openZip(path, limits)
  if (!zip.has('xl/workbook.xml')) throw notWorkbook()
  const { sheets, since1904 } = await readBook(zip)
  const files = await readRelations(zip)
  const kinds = await readStyles(zip)
  let shared: Promise<string[]> | undefined
  return {
    sheets: sheets.map(({ name }) => name),
    async *rows(name, read) {
      const sheet = sheets.find((one) => one.name === name) ?? unknownSheet(name)
      const file = files.get(sheet.relation)
      if (!file || !zip.has(file)) throw brokenFile(`the sheet ${name}`)
      shared ??= readShared(zip)
      yield* readSheet(zip.open(file, read), { shared: await shared, kinds, since1904 })
    },
  }
}

function notWorkbook(): Problem {
  return new Problem(
    'invalid',
    'imports.unknown_format',
    text('压缩包不是 Excel 工作簿:请解压后上传,或使用 gz 压缩', 'This archive is no workbook: unpack it, or use gzip'),
  )
}

function unknownSheet(name: string): never {
  throw new Problem('invalid', 'imports.unknown_sheet', text(`没有工作表“${name}”`, `There is no sheet ${name}`), {
    fields: [{ field: 'reading.sheet', message: text('没有这个工作表', 'There is no such sheet') }],
  })
}

async function parse(bytes: AsyncIterable<Buffer>, seen: XmlSeen): Promise<void> {
  const push = xmlReader(seen)
  const decoder = new TextDecoder()
  for await (const chunk of bytes) push(decoder.decode(chunk, { stream: true }))
}

async function readBook(zip: Zip) {
  const sheets: { name: string; relation: string }[] = []
  let since1904 = false
  await parse(zip.open('xl/workbook.xml'), {
    open(name, attributes) {
      if (name === 'workbookPr') since1904 = /^(1|true)$/.test(attributeOf(attributes, 'date1904') ?? '')
      if (name !== 'sheet' || (attributeOf(attributes, 'state') ?? 'visible') !== 'visible') return
      const relation = /\s(?:[\w-]+:)id\s*=\s*["']([^"']*)/.exec(attributes)?.[1] ?? ''
      sheets.push({ name: attributeOf(attributes, 'name') ?? '', relation })
    },
  })
  return { sheets, since1904 }
}

async function readRelations(zip: Zip): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  if (!zip.has('xl/_rels/workbook.xml.rels')) return files
  await parse(zip.open('xl/_rels/workbook.xml.rels'), {
    open(name, attributes) {
      if (name !== 'Relationship') return
      const target = attributeOf(attributes, 'Target') ?? ''
      files.set(attributeOf(attributes, 'Id') ?? '', target.startsWith('/') ? target.slice(1) : `xl/${target}`)
    },
  })
  return files
}

type NumberKind = 'number' | 'day' | 'time'

/** For each style of cells, whether its number is a day or a time (18.8.30; 27 to 36 and 50 to 58 are Chinese dates). */
async function readStyles(zip: Zip): Promise<NumberKind[]> {
  const own = new Map<number, NumberKind>()
  const kinds: NumberKind[] = []
  let within = false
  if (!zip.has('xl/styles.xml')) return kinds
  await parse(zip.open('xl/styles.xml'), {
    open(name, attributes) {
      if (name === 'numFmt')
        own.set(Number(attributeOf(attributes, 'numFmtId')), kindOfCode(attributeOf(attributes, 'formatCode') ?? ''))
      if (name === 'cellXfs') within = true
      if (name !== 'xf' || !within) return
      const id = Number(attributeOf(attributes, 'numFmtId') ?? 0)
      kinds.push(own.get(id) ?? builtIn(id))
    },
    close(name) {
      if (name === 'cellXfs') within = false
    },
  })
  return kinds
}

function builtIn(id: number): NumberKind {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58)) return 'day'
  return (id >= 18 && id <= 22) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) ? 'time' : 'number'
}

function kindOfCode(code: string): NumberKind {
  const bare = code.replace(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g, '').toLowerCase()
  if (/[hs]/.test(bare)) return 'time'
  return /[yd]/.test(bare) || /m{3}/.test(bare) ? 'day' : 'number'
}

async function readShared(zip: Zip): Promise<string[]> {
  const texts: string[] = []
  if (!zip.has('xl/sharedStrings.xml')) return texts
  let text = ''
  let [inText, phonetic] = [false, false]
  let held = 0
  await parse(zip.open('xl/sharedStrings.xml'), {
    open(name) {
      if (name === 'si') text = ''
      if (name === 'rPh') phonetic = true
      if (name === 't') inText = !phonetic
    },
    close(name) {
      if (name === 't') inText = false
      if (name === 'rPh') phonetic = false
      if (name !== 'si') return
      held += text.length + 16
      if (held > mostShared) throw tooManyTexts()
      texts.push(text)
    },
    text(piece) {
      if (inText && text.length < 100_000) text += piece
    },
  })
  return texts
}

function tooManyTexts(): Problem {
  return new Problem(
    'too-large',
    'imports.workbook_too_large',
    text('工作簿中的文字过多,请另存为 CSV 后导入', 'The workbook holds too much text: save it as CSV and import that'),
  )
}

type Book = { shared: readonly string[]; kinds: readonly NumberKind[]; since1904: boolean }
type SheetRow = { line: number; cells: Cell[] }

async function* readSheet(bytes: AsyncIterable<Buffer>, book: Book): AsyncGenerator<SheetRow[]> {
  let rows: SheetRow[] = []
  const push = xmlReader(sheetSeen(book, (row) => rows.push(row)))
  const decoder = new TextDecoder()
  for await (const chunk of bytes) {
    push(decoder.decode(chunk, { stream: true }))
    if (rows.length === 0) continue
    yield rows
    rows = []
  }
}

/** The widest sheet there is. */
const lastColumn = 16_384

function sheetSeen(book: Book, give: (row: SheetRow) => void): XmlSeen {
  let line = 0
  let cells: Cell[] = []
  let column = -1
  let [type, style] = ['n', -1]
  let value = ''
  let [inValue, phonetic] = [false, false]
  return {
    open(name, attributes) {
      if (name === 'row') {
        line = Number(attributeOf(attributes, 'r')) || line + 1
        cells = []
        column = -1
      } else if (name === 'c') {
        const at = columnOf(attributeOf(attributes, 'r'))
        column = at ?? column + 1
        if (column >= lastColumn) throw brokenFile('a cell beyond the last column')
        type = attributeOf(attributes, 't') ?? 'n'
        style = Number(attributeOf(attributes, 's') ?? -1)
        value = ''
      } else if (name === 'rPh') phonetic = true
      else if (name === 'v' || name === 't') inValue = !phonetic
    },
    close(name) {
      if (name === 'v' || name === 't') inValue = false
      else if (name === 'rPh') phonetic = false
      else if (name === 'c' && value !== '') {
        while (cells.length < column) cells.push(null)
        cells[column] = cellOf(value, type, style, book)
      } else if (name === 'row' && cells.length > 0) give({ line, cells })
    },
    text(piece) {
      if (inValue && value.length < 100_000) value += piece
    },
  }
}

/** `AB12` is column 27, counted from 0. */
function columnOf(place: string | undefined): number | undefined {
  const letters = place && /^[A-Z]{1,3}/.exec(place)?.[0]
  if (!letters) return undefined
  let column = 0
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

function cellOf(value: string, type: string, style: number, book: Book): Cell {
  if (type === 's') return book.shared[Number(value)] ?? null
  if (type === 'b') return value === '1'
  // An error such as #REF! is no value.
  if (type === 'e') return null
  if (type !== 'n') return value
  const number = Number(value)
  if (Number.isNaN(number)) return value
  const kind = book.kinds[style] ?? 'number'
  return kind === 'number' ? number : dateText(number + (book.since1904 ? 1462 : 0), kind)
}

/** As the sheet shows it: a day, a day and time, or a time alone. */
function dateText(serial: number, kind: 'day' | 'time'): Cell {
  if (serial < 0 || serial >= 2_958_466) return serial
  const at = new Date(Math.round((serial - 25_569) * 86_400) * 1000).toISOString()
  if (serial < 1) return at.slice(11, 19)
  return kind === 'day' && Number.isInteger(serial) ? at.slice(0, 10) : `${at.slice(0, 10)} ${at.slice(11, 19)}`
}
