import { csvRows } from '../../../platform/csv.ts'
import { type FieldProblem, invalidField, Problem, text } from '../../../platform/problem.ts'
import type { CodeValue } from '../contract.ts'

const columns = ['code', 'zh', 'en', 'order', 'state', 'parent', 'from', 'to'] as const

/** RFC 4180 with a byte order mark, so that spreadsheets read the Chinese; nothing in it is taken for a formula. */
export function writeCsv(values: readonly CodeValue[]): string {
  const rows = values.map((value) => columns.map((column) => cell(value[column])).join(','))
  return `\ufeff${[columns.join(','), ...rows].join('\r\n')}\r\n`
}

function cell(value: string | number | null): string {
  if (value === null) return ''
  const safe = /^[=+\-@\t]/.test(String(value)) ? `'${value}` : String(value)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Reads what `writeCsv` wrote, or a sheet made by hand: the first three columns are needed, in any order of columns. */
export function readCsv(content: string): CodeValue[] {
  const [head, ...rows] = readRows(content.replace(/^\ufeff/, ''))
  const names = (head ?? []).map((name) => name.trim().toLowerCase())
  for (const needed of ['code', 'zh', 'en'])
    if (!names.includes(needed))
      throw invalidField('csv', 'code.csv_columns', text(`缺少列:${needed}`, `The column ${needed} is missing`))
  const faults: FieldProblem[] = []
  const values: CodeValue[] = []
  for (const [i, row] of rows.entries()) {
    if (row.every((one) => one.trim() === '')) continue
    const get = (column: string) => {
      const text = (row[names.indexOf(column)] ?? '').trim()
      return /^'[=+\-@\t]/.test(text) ? text.slice(1) : text
    }
    const value = readValue(get, i)
    if (typeof value === 'string')
      faults.push({
        field: 'csv',
        message: text(`第 ${i + 2} 行:${value} 列有误`, `line ${i + 2}: ${value} is not right`),
      })
    else values.push(value)
  }
  if (faults.length > 0)
    throw new Problem('invalid', 'code.csv_rows', text('文件内容有误', 'Some lines are not right'), {
      fields: faults.slice(0, 50),
    })
  return values
}

/** The value of a line, or the column that is wrong. */
function readValue(get: (column: string) => string, line: number): CodeValue | string {
  const order = get('order') === '' ? (line + 1) * 10 : Number(get('order'))
  const state = get('state') === '' ? 'active' : get('state')
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$/.test(get('code'))) return 'code'
  for (const name of ['zh', 'en']) if (get(name) === '' || get(name).length > 200) return name
  if (!Number.isInteger(order) || order < 0 || order > 1_000_000) return 'order'
  if (state !== 'active' && state !== 'retired') return 'state'
  for (const day of ['from', 'to']) if (!/^(\d{4}-\d{2}-\d{2})?$/.test(get(day))) return day
  return {
    code: get('code'),
    zh: get('zh'),
    en: get('en'),
    order,
    state,
    parent: get('parent') || null,
    from: get('from') || null,
    to: get('to') || null,
  }
}

function readRows(content: string): string[][] {
  return csvRows(content, (line) =>
    invalidField(
      'csv',
      'code.csv_quotes',
      text(`第 ${line} 行的引号不成对`, `The quotes of line ${line} do not match`),
    ),
  )
}
