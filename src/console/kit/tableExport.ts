import { api, type Query } from './api.ts'
import type { Column } from './tableView.tsx'
import { sayNow } from './text.ts'

/** A file larger than this is a report, not an export of a screen. */
export const exportLimit = 50_000

export type Progress = { done: number; total: number | undefined }

type Page<Row> = { items: Row[]; next: string | null; total?: number }

/** Reads every page of the question and makes one CSV file of the columns shown. Aborting `signal` stops it. */
export async function exportCsv<Row>(
  url: string,
  question: Query,
  columns: readonly Column<Row>[],
  signal: AbortSignal,
  tell: (progress: Progress) => void,
): Promise<Blob> {
  const t = sayNow()
  const lines = [columns.map((column) => cell(t(column.title))).join(',')]
  let cursor: string | undefined
  do {
    const page = await api.get<Page<Row>>(url, { ...question, limit: 200, cursor }, signal)
    for (const row of page.items) lines.push(columns.map((column) => cell(plain(column, row))).join(','))
    tell({ done: lines.length - 1, total: page.total })
    cursor = page.next ?? undefined
  } while (cursor && lines.length <= exportLimit)
  // The mark at the start tells spreadsheet programs that Chinese follows.
  return new Blob([`\uFEFF${lines.join('\r\n')}\r\n`], { type: 'text/csv;charset=utf-8' })
}

function plain<Row>(column: Column<Row>, row: Row): string {
  if (column.text) return String(column.text(row) ?? '')
  // As on the screen, where that is plain text: times in the bank's zone, numbers, names.
  const drawn = column.show?.(row)
  if (typeof drawn === 'string' || typeof drawn === 'number') return String(drawn)
  const value = (row as Record<string, unknown>)[column.key]
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Quoted where needed; a cell that a spreadsheet would run as a formula is made text. */
export function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function download(blob: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
