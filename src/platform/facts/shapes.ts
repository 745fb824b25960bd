import type { Readable } from 'node:stream'
import type { ClickHouseSettings } from '@clickhouse/client'
import type { ChildHealth } from '../child.ts'
import type { Home } from '../home.ts'
import type { Logger } from '../log.ts'

/**
 * One statement. Values go in `params`, for `{name:Type}` in the text: never into the text itself.
 * Stops when `signal` aborts, or after `timeoutMs` (a minute when not said; streams run as long as they are read).
 */
export type Statement = {
  sql: string
  params?: Record<string, unknown>
  settings?: ClickHouseSettings
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

export type InsertOptions = {
  /**
   * What was inserted under this token in the same table is not inserted again, and so the insert may be repeated.
   * The table must have `non_replicated_deduplication_window` (or be replicated).
   */
  dedupToken?: string
  columns?: readonly string[]
  settings?: ClickHouseSettings
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

export type FactsHealth =
  | { ok: true; ms: number; version: string; child?: ChildHealth }
  | { ok: false; reason: string; child?: ChildHealth }

export type StatementKind = 'query' | 'insert' | 'command'

/** ClickHouse, wherever it runs. Errors a caller can react to are Problems: see problems.ts. */
export type Facts = {
  readonly database: string
  /** All rows. UInt64 and wider are bigint (so is `count()`), instants Date, days and decimals text. */
  query<T extends object = Record<string, unknown>>(statement: Statement): Promise<T[]>
  /** Rows as they come, some thousands at a time; leaving early stops the statement. */
  stream<T extends object = Record<string, unknown>>(statement: Statement): AsyncGenerator<T[]>
  /** Many rows as one insert. Dates and bigints as they are; a field that is undefined takes the column's default. */
  insert(table: string, rows: readonly object[], options?: InsertOptions): Promise<void>
  /** The same of rows that are lines of `JSONCompactEachRow` already, in the order of `columns`: for the thousands a second. */
  insertLines(
    table: string,
    columns: readonly string[],
    lines: readonly string[],
    options?: Omit<InsertOptions, 'columns'>,
  ): Promise<void>
  /** A statement without rows. Sent again only where it cannot have arrived. */
  command(statement: Statement): Promise<void>
  /** The answer in a format of ClickHouse, as bytes. */
  readBytes(statement: Statement & { format: string }): Promise<Readable>
  /** Data in a format of ClickHouse, as one insert. Never sent again: the data are gone once read. */
  insertBytes(table: string, format: string, data: Readable, options?: InsertOptions): Promise<void>
  health(): Promise<FactsHealth>
  ping(): Promise<boolean>
  close(): Promise<void>
}

export type FactsOptions = {
  /** A server; without one the engine runs as a child process in `home`. */
  url?: string | undefined
  home?: Home | undefined
  /** Made when it is not there. Default: the path of the URL, or `zhixing`. */
  database?: string
  log: Logger
  onStatement?: (seen: { kind: StatementKind; ms: number; ok: boolean }) => void
  slowMs?: number
  /** How long what is safe to repeat is repeated while the engine is away. */
  patienceMs?: number
}
