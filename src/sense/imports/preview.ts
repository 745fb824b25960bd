import { mask } from '../../govern/privacy/privacy.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { homeZone } from '../../platform/time/zone.ts'
import type { Choices, PersonalColumn, Preview, Reading } from './contract.ts'
import type { Limits } from './readers/bytes.ts'
import { type Opened, openFile } from './readers/reader.ts'
import { guessColumn, personalCell, type Seen, suggestMapping } from './rules/guess.ts'
import { type Cell, type ReadRow, reasonOf } from './rules/row.ts'
import { textOf, understand, type Value } from './rules/value.ts'

/** Rows that a guess is made from, and that are shown. */
const looked = 1000
const shown = 50

/** The file as it is understood. Personal values are masked for everyone: here one learns what a column is, not who. */
export async function preview(
  ctx: Ctx,
  path: string,
  reading: Reading,
  limits: Limits,
  choices: Choices,
): Promise<Preview> {
  const opened = await openFile(path, reading, limits)
  return {
    format: opened.format,
    compressed: opened.compressed,
    reading: opened.reading,
    sheets: [...opened.sheets],
    ...previewRows(ctx, opened.columns, await firstRows(opened), choices),
  }
}

/** Rows as they are understood, wherever they come from: what the columns hold, and a mapping to begin with. */
export function previewRows(
  ctx: Ctx,
  names: readonly string[],
  rows: readonly ReadRow[],
  choices: Choices,
): Pick<Preview, 'columns' | 'rows' | 'suggestion'> {
  const cells = rows.flatMap((row) => ('cells' in row ? [row.cells] : []))
  const columns = names.map((name, i): Seen => {
    const column = cells.map((row) => row[i])
    return { name, ...guessColumn(name, column) }
  })
  const titles = choices.attributes
    .filter(({ of }) => of === 'customer')
    .flatMap(({ name, title }) => [
      { name, title: title.zh },
      { name, title: title.en },
    ])
  return {
    columns: columns.map(({ name, type, personal, filled }, i) => ({
      name,
      type,
      personal,
      filled,
      examples: examplesOf(cells, i, personal),
    })),
    rows: rows.slice(0, shown).map((row) => shownRow(row, columns, ctx)),
    suggestion: suggestMapping(columns, titles),
  }
}

async function firstRows(opened: Opened): Promise<ReadRow[]> {
  for await (const piece of opened.pieces(0, looked)) return piece
  return []
}

function examplesOf(cells: readonly (readonly Cell[])[], i: number, personal: PersonalColumn | null): string[] {
  const found = new Set<string>()
  for (const row of cells) {
    const text = textOf(row[i])
    if (text !== '') found.add(masked(text, personal).slice(0, 60))
    if (found.size === 3) break
  }
  return [...found]
}

function shownRow(row: ReadRow, columns: readonly Seen[], ctx: Ctx): Preview['rows'][number] {
  if (!('cells' in row)) {
    const { code, column } = row.fault
    const { zh, en } = reasonOf(code, column)
    // What could not be cut into cells could hold anything of anybody.
    const start = ctx.permissions.has('privacy.reveal') ? row.raw.slice(0, 200) : ''
    return { line: row.line, cells: [start], unread: [], fault: { zh, en } }
  }
  const unread: number[] = []
  const cells = columns.map(({ type, personal }, i) => {
    const text = textOf(row.cells[i])
    const value = understand(type, row.cells[i], homeZone)
    if (value && 'fault' in value) unread.push(i)
    const plain = value && 'value' in value ? written(type === 'money' ? inYuan(value.value) : value.value) : text
    return masked(plain, personal).slice(0, 200)
  })
  return { line: row.line, cells, unread, fault: null }
}

function written(value: string | number | boolean | readonly string[]): string {
  return typeof value === 'object' ? value.join('、') : String(value)
}

function masked(text: string, personal: PersonalColumn | null): string {
  const kind = personal ?? personalCell(text)
  return kind ? mask(kind, text) : text
}

/** An amount is kept in 分, and shown as the file has it. */
function inYuan(value: Value): Value {
  const digits = String(value).replace('-', '').padStart(3, '0')
  const part = digits.slice(-2).replace(/0+$/, '')
  return `${String(value).startsWith('-') ? '-' : ''}${digits.slice(0, -2)}${part && `.${part}`}`
}
