import type { Cell } from '../../imports/imports.ts'
import type { From, SourceColumn } from '../contract.ts'

/** Rows of a source as they come; leaving early lets go of it. */
export type Table = {
  readonly columns: readonly SourceColumn[]
  /** How the files are read, with what was left open filled in. */
  readonly reading?: NonNullable<Extract<From, { kind: 'files' }>['reading']> | undefined
  rows(): AsyncGenerator<readonly (readonly Cell[])[]>
}

export type FoundFile = { path: string; size: number; changed: Date }

/** What of the source is wanted. */
export type Ask = {
  readonly from: From
  /** From this value of the column on, itself among them. */
  readonly since?: { readonly column: string; readonly value: string } | undefined
  /** At most so many rows, for a look. */
  readonly most?: number | undefined
  readonly seconds: number
  readonly signal?: AbortSignal | undefined
}

/** What the driver of a connection needs. */
export type Way = {
  /** Tries step by step; the first that fails ends it. */
  test(note: Note): Promise<void>
  tables(): Promise<string[]>
  /** Opens the source, hands the table over, and closes it again, whatever happens. */
  open<T>(ask: Ask, use: (table: Table) => Promise<T>): Promise<T>
}

export type Note = (
  step: 'name' | 'port' | 'tls' | 'sign-in' | 'permission',
  result: 'ok' | 'warn',
  zh: string,
  en: string,
) => void

/** Rows taken from the source at once. */
export const setRows = 2000

/** `schema.table`, each part quoted. */
export function tableName(written: string, quote: '"' | '`'): string {
  return written
    .split('.')
    .map((part) => `${quote}${part.replaceAll(quote, quote + quote)}${quote}`)
    .join('.')
}

/**
 * The statement for what is asked. What a person wrote stands in brackets on lines of its own, so that nothing after it
 * can be commented away; the driver sends one statement only.
 */
export function statementOf(
  ask: Ask,
  quote: '"' | '`',
  parameter: (place: number) => string,
): { sql: string; values: (string | null)[] } {
  const { from, since, most } = ask
  const values: (string | null)[] = []
  const name = (column: string) => tableName(column.replaceAll('.', '\u0000'), quote).replaceAll('\u0000', '.')
  let body = ''
  let placed = false
  if (from.kind === 'query') {
    body = `(\n${trimmed(from.sql).replaceAll('{watermark}', () => {
      placed = true
      values.push(since?.value ?? null)
      return parameter(values.length)
    })}\n)`
  } else if (from.kind === 'table') body = tableName(from.table, quote)
  let sql = `select * from ${body} as taken`
  if (since && !placed) {
    values.push(since.value)
    sql += `\nwhere taken.${name(since.column)} >= ${parameter(values.length)}`
  }
  if (most !== undefined) sql += `\nlimit ${Math.floor(most)}`
  return { sql, values }
}

function trimmed(sql: string): string {
  return sql.trim().replace(/;\s*$/, '')
}
