import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { ClickHouseClient, ClickHouseSettings, ResultSet } from '@clickhouse/client'
import { asProblem, isAway, neverArrived, tookTooLong } from './problems.ts'
import type { Facts, FactsOptions, InsertOptions, Statement, StatementKind } from './shapes.ts'
import { encodeRows, inPieces, rowMaker } from './values.ts'

type Statements = Pick<Facts, 'query' | 'stream' | 'insert' | 'insertLines' | 'command' | 'readBytes' | 'insertBytes'>
type Limits = { timeoutMs?: number; signal?: AbortSignal | undefined; settings?: ClickHouseSettings }

/** What is passed to the client on each call. */
type Passed = { abort_signal: AbortSignal; clickhouse_settings: ClickHouseSettings; query_id: string }

const usualTimeoutMs = 60_000
const typedRows = 'JSONCompactEachRowWithNamesAndTypes'

/** The ways to speak to ClickHouse on one client: with time limits, patience, a log and Problems. */
export function statements(client: ClickHouseClient, options: FactsOptions): Statements {
  const { log, onStatement, slowMs = 1000, patienceMs = 15_000 } = options

  function seen(kind: StatementKind, sql: string, from: number, ok: boolean): void {
    const ms = Math.round((performance.now() - from) * 100) / 100
    const entry = { kind, statement: sql.replace(/\s+/g, ' ').trim().slice(0, 500), ms, ok }
    if (ms > slowMs) log.warn(entry, 'slow statement')
    else log.debug(entry, 'statement')
    onStatement?.({ kind, ms, ok })
  }

  /**
   * Runs one statement: gives up at the time limit or the caller's signal, and, while the engine is away, tries again
   * what may be tried again.
   */
  async function work<T>(
    kind: StatementKind,
    sql: string,
    limits: Limits & { repeatable: boolean },
    run: (passed: Passed) => Promise<T>,
  ): Promise<T> {
    const from = performance.now()
    const { timeoutMs, signal } = limits
    const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
    const stop = AbortSignal.any([signal, timeout].filter((one) => one !== undefined))
    const settings = { ...limits.settings }
    // The engine's own limit is in whole seconds: it is what ends work that nobody waits for any more.
    if (timeoutMs !== undefined) settings.max_execution_time = Math.ceil(timeoutMs / 1000)
    let ok = false
    try {
      for (let wait = 25; ; wait = Math.min(wait * 2, 500)) {
        try {
          stop.throwIfAborted()
          const answer = await run({ abort_signal: stop, clickhouse_settings: settings, query_id: crypto.randomUUID() })
          ok = true
          return answer
        } catch (error) {
          const again = isAway(error) && (limits.repeatable || neverArrived(error))
          if (!again || stop.aborted || performance.now() - from > patienceMs) throw error
          await pause(wait, undefined, { signal: stop })
        }
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw timeout?.aborted ? tookTooLong(error) : asProblem(error)
    } finally {
      seen(kind, sql, from, ok)
    }
  }

  const ask = (statement: Statement, passed: Passed) =>
    client.query({
      query: statement.sql,
      format: typedRows,
      ...(statement.params ? { query_params: statement.params } : {}),
      ...passed,
    })

  return {
    query: <T extends object>(statement: Statement) =>
      work('query', statement.sql, { timeoutMs: usualTimeoutMs, ...statement, repeatable: true }, async (passed) => {
        const all: T[] = []
        for await (const rows of rowsOf<T>(await ask(statement, passed), passed.abort_signal))
          for (const row of rows) all.push(row)
        return all
      }),

    async *stream<T extends object>(statement: Statement) {
      const left = new AbortController()
      const signal = statement.signal ? AbortSignal.any([statement.signal, left.signal]) : left.signal
      const opened = await work('query', statement.sql, { ...statement, signal, repeatable: true }, (passed) =>
        ask(statement, passed),
      )
      try {
        yield* rowsOf<T>(opened, signal)
      } catch (error) {
        throw statement.signal?.aborted ? statement.signal.reason : asProblem(error)
      } finally {
        left.abort()
      }
    },

    insert(table, rows, given = {}) {
      const sql = insertText(table, given, 'JSONEachRow')
      const repeatable = given.dedupToken !== undefined
      return work('insert', sql, { ...insertLimits(given), repeatable }, (passed) =>
        send(client, sql, Readable.from(encodeRows(rows), { objectMode: false }), passed),
      )
    },

    insertLines(table, columns, lines, given = {}) {
      const sql = insertText(table, { columns }, 'JSONCompactEachRow')
      const repeatable = given.dedupToken !== undefined
      return work('insert', sql, { ...insertLimits(given), repeatable }, (passed) =>
        send(client, sql, Readable.from(inPieces(lines), { objectMode: false }), passed),
      )
    },

    insertBytes(table, format, data, given = {}) {
      const sql = insertText(table, given, format)
      let begun = false
      return work('insert', sql, { ...insertLimits(given), repeatable: false }, (passed) => {
        if (begun) throw new Error('the data were read already')
        begun = true
        return send(client, sql, data, passed)
      })
    },

    command: (statement) =>
      work('command', statement.sql, { timeoutMs: usualTimeoutMs, ...statement, repeatable: false }, async (passed) => {
        const params = statement.params ? { query_params: statement.params } : {}
        await client.command({ query: statement.sql, ...params, ...passed })
      }),

    readBytes: (statement) =>
      work('query', statement.sql, { ...statement, repeatable: true }, async (passed) => {
        const query = `${statement.sql}\nFORMAT ${quoted(statement.format)}`
        const params = statement.params ? { query_params: statement.params } : {}
        const { stream } = await client.exec({ query, ...params, ...passed })
        whenAborted(passed.abort_signal, stream, () => stream.destroy(passed.abort_signal.reason))
        return stream
      }),
  }
}

type Opened = Awaited<ReturnType<ClickHouseClient['query']>>

async function* rowsOf<T>(opened: Opened, signal: AbortSignal): AsyncGenerator<T[]> {
  const make = rowMaker<T>()
  const lines = (opened as ResultSet<typeof typedRows>).stream<unknown[]>()
  whenAborted(signal, lines, () => lines.destroy(signal.reason))
  for await (const some of lines) {
    const rows = some.map((line) => make(line.json())).filter((row) => row !== undefined)
    if (rows.length > 0) yield rows
  }
}

/** The client forgets the signal once the answer begins; the answer itself may take long. */
function whenAborted(signal: AbortSignal, stream: Readable, stop: () => void): void {
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  stream.once('close', () => signal.removeEventListener('abort', stop))
}

async function send(client: ClickHouseClient, query: string, values: Readable, passed: Passed): Promise<void> {
  const { stream } = await client.exec({ query, values, ...passed })
  for await (const _ of stream);
}

function insertLimits({ timeoutMs = usualTimeoutMs, signal, settings, dedupToken }: InsertOptions): Limits {
  const token =
    dedupToken === undefined ? {} : { insert_deduplicate: 1 as const, insert_deduplication_token: dedupToken }
  return { timeoutMs, signal, settings: { ...settings, ...token } }
}

function insertText(table: string, { columns }: InsertOptions, format: string): string {
  const list = columns ? ` (${columns.map(quoted).join(', ')})` : ''
  return `INSERT INTO ${table.split('.').map(quoted).join('.')}${list} FORMAT ${quoted(format)}`
}

/** A name as it may stand in a statement. */
export function quoted(name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new Error(`not a name for ClickHouse: ${JSON.stringify(name)}`)
  return name
}
