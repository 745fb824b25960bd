import { setTimeout as pause } from 'node:timers/promises'
import type { Api } from './api.ts'

/** A column of a file: its heading, and what it becomes. */
export type Column<T> = {
  heading: string
  value: (row: T) => string | number | null | undefined
  as: 'identity' | 'value' | 'time' | 'event' | 'id' | 'skip'
  kind?: string
  name?: string
  type?: 'text' | 'integer' | 'number' | 'money' | 'day' | 'time' | 'boolean' | 'list'
  personal?: 'mobile' | 'name' | 'certificate' | 'card' | 'email' | 'address'
}

export type BankFile<T> = {
  name: string
  target: 'customers' | 'events' | 'items'
  item?: string
  /** The day the rows are of. */
  asOf: string
  columns: readonly Column<T>[]
  rows: Iterable<T>
}

/** CSV by RFC 4180, UTF-8 with a byte order mark, as a bank's report system writes it. */
export function writeCsv<T>({ columns, rows }: BankFile<T>): Uint8Array {
  const lines = [columns.map(({ heading }) => heading).join(',')]
  for (const row of rows) lines.push(columns.map(({ value }) => cell(value(row))).join(','))
  return Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`)
}

function cell(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

type ImportDetail = {
  id: string
  state: string
  revision: number
  reading: object
  progress: number | null
  counts: { read: number; accepted: number; bad: number; rejected: number }
  error: { zh: string; en: string } | null
}

const partBytes = 8 * 1024 * 1024

/**
 * Uploads, maps and runs a file as the screens do it. `told` hears how far it is, 0 to 1. A file whose rows are known
 * already stores nothing twice: the product sees to that.
 */
export async function importFile<T>(api: Api, file: BankFile<T>, told: (share: number) => void): Promise<number> {
  const bytes = writeCsv(file)
  const made = await api.post<ImportDetail>('/api/imports', { fileName: `${file.name}.csv`, size: bytes.length })
  for (let at = 0; at < bytes.length; at += partBytes)
    await api.put(`/api/imports/${made.id}/part?offset=${at}`, bytes.subarray(at, at + partBytes))
  const here = await api.post<ImportDetail>(`/api/imports/${made.id}/uploaded`)
  await api.put(`/api/imports/${made.id}/mapping`, {
    revision: here.revision,
    name: file.name,
    reading: here.reading,
    mapping: {
      target: file.target,
      ...(file.item ? { item: file.item } : {}),
      asOf: file.asOf,
      columns: file.columns.map(({ heading, value: _, ...rest }) => ({ column: heading, ...rest })),
    },
  })
  await api.post(`/api/imports/${made.id}/run`, { mode: 'good' })
  for (let wait = 50; ; wait = Math.min(500, wait * 1.5)) {
    const now = await api.get<ImportDetail>(`/api/imports/${made.id}`)
    told(now.progress ?? 0)
    if (now.state === 'done') {
      if (now.counts.bad + now.counts.rejected > 0)
        throw new Error(`${file.name}: ${now.counts.bad + now.counts.rejected} rows are not as they should be`)
      return now.counts.read
    }
    if (now.state === 'failed' || now.state === 'cancelled')
      throw new Error(`${file.name}: ${now.error?.en ?? now.state}`)
    await pause(wait)
  }
}
