import { call, callKeeping, callNow, copyBytes, copyText, lengthsOf, type Pointer, pointersTo } from './library.ts'

/** What the engine refused, in its own words: `Code: 60. DB::Exception: … (UNKNOWN_TABLE) (version …)`. */
export class EngineError extends Error {
  readonly code: number
  constructor(message: string) {
    super(message)
    this.name = 'EngineError'
    this.code = Number(/^Code: (\d+)/.exec(message)?.[1] ?? 1002)
  }
}

/** In the engine's form, for what the door itself refuses. */
export function refusal(code: number, name: string, message: string): EngineError {
  return new EngineError(`Code: ${code}. DB::Exception: ${message}. (${name})`)
}

export type Parameters = ReadonlyMap<string, string>
export type Statement = { sql: string; format: string; params: Parameters }
export type Chunk = { bytes: Buffer; rows: number; readRows: number; readBytes: number }
export type Written = { rows: number; bytes: number }
export type Facts = { statements: number; control: boolean }

export type Engine = {
  readonly version: string
  /** A session with settings of its own. One statement at a time. */
  connect(settings: Record<string, string>): Session
  /** Ends the engine, after the sessions: what is written is on disk when this returns. */
  close(): void
}

/**
 * The engine shares the machine with PostgreSQL and this program: half of the memory, and caches that fit a small one.
 * Only the first connection of the process is asked about these.
 */
const server = {
  max_server_memory_usage_to_ram_ratio: '0.5',
  mark_cache_size: String(256 * 2 ** 20),
  index_mark_cache_size: String(64 * 2 ** 20),
  primary_index_cache_size: String(256 * 2 ** 20),
}

/**
 * Opens the engine on a folder (the library is open): one folder a process, for the life of the process.
 * Throws when the engine cannot start there; its own words are on stderr.
 */
export function openEngine(folder: string): Engine {
  const version = copyText(callNow('chdb_version'))
  let born = 0
  const start = (settings: Record<string, string>): Session => {
    const mark = `door:${++born}:`
    const options = Object.entries({ ...settings, log_comment: mark }).map(([name, value]) => `--${name}=${value}`)
    const argv = ['clickhouse', `--path=${folder}`, ...options].map((arg) => Buffer.from(`${arg}\0`))
    const handle = callKeeping(argv, 'chdb_connect', argv.length, pointersTo(argv))
    if (handle === 0) throw new Error(`the engine did not start on ${folder}`)
    return new Session(handle, mark, version, interrupt)
  }
  // One at a time, as for any session; a kill that fails is asked for again by the one who waits for it.
  let kills: Promise<unknown> = Promise.resolve()
  function interrupt(mark: string): Promise<unknown> {
    const sql = `KILL QUERY WHERE startsWith(Settings['log_comment'], '${mark}') ASYNC`
    kills = kills.then(() => control.run({ sql, format: 'Null', params: new Map() })).catch(() => {})
    return kills
  }
  const control = start(server)
  return { version, connect: start, close: () => control.close() }
}

/**
 * One session of the engine. Calls run on threads of the pool, never on the event loop.
 * It runs one statement at a time; the pool sees to that.
 */
export class Session {
  readonly #handle: Pointer
  readonly #connection: Pointer
  /** Begins `log_comment` in this session, so that the engine's list tells which statement is whose. */
  readonly mark: string
  readonly #version: string
  readonly #kill: (mark: string) => Promise<unknown>
  /** The native call that is running. */
  #running: Promise<unknown> | undefined

  constructor(handle: Pointer, mark: string, version: string, kill: (mark: string) => Promise<unknown>) {
    this.#handle = handle
    this.#connection = Number(copyBytes(handle, 8).readBigUInt64LE())
    this.mark = mark
    this.#version = version
    this.#kill = kill
  }

  /** How many statements a text holds, and whether it would change the session or leave the engine. */
  classify(sql: string): Facts {
    const text = Buffer.from(sql)
    const report = Buffer.alloc(16)
    report.writeUInt32LE(16, 0)
    callNow('chdb_classify_query_n', this.#connection, text, text.length, 0, 0, report)
    return { statements: report.readUInt32LE(4), control: report.readUInt32LE(12) === 3 }
  }

  /** Runs a statement to its end; its whole answer is in memory. */
  async run(statement: Statement): Promise<Chunk & { written: Written }> {
    return this.#take(await this.#send('chdb_query_with_params_n', statement))
  }

  /**
   * Runs a SELECT, answered block by block as they are asked for. Other statements fail with code 36 before they run.
   * Leaving early cancels it.
   */
  async *stream(statement: Statement): AsyncGenerator<Chunk> {
    const stream = await this.#send('chdb_stream_query_with_params_n', statement)
    try {
      this.#check(callNow('chdb_result_error', stream))
      for (;;) {
        const chunk = this.#take(await this.#track(call('chdb_stream_fetch_result', [this.#connection, stream])))
        if (chunk.bytes.length === 0) return
        yield chunk
      }
    } finally {
      await this.#track(call('chdb_stream_cancel_query', [this.#connection, stream]))
      callNow('chdb_destroy_query_result', stream)
    }
  }

  /**
   * One INSERT, its data in whatever pieces they come: one statement to the engine, so that blocks, parts and
   * deduplication are as on a server. Waits for the engine when that is behind. `sql` stops before FORMAT.
   */
  async insert(statement: Statement, data: AsyncIterable<Buffer>): Promise<Written> {
    const stream = await this.#send('chdb_stream_insert_with_params_n', statement)
    let finished = false
    try {
      this.#check(callNow('chdb_stream_insert_error', stream))
      for await (const piece of data) {
        const state = await this.#track(call('chdb_stream_append', [stream, piece, piece.length]))
        if (state !== 0) break
      }
      finished = true
      return this.#take(await this.#track(call('chdb_stream_done', [stream]))).written
    } finally {
      if (!finished) await this.#track(call('chdb_stream_cancel_insert', [stream]))
      await this.#track(call('chdb_destroy_insert_stream', [stream]))
    }
  }

  /** Stops the running statement, as KILL QUERY does; resolves when no native call runs any more. */
  async interrupt(): Promise<void> {
    for (let waitMs = 20; this.#running; waitMs = Math.min(waitMs * 2, 1000)) {
      const ended = this.#running.then(
        () => {},
        () => {},
      )
      // Asked again and again: the statement may not be on the engine's list yet.
      await this.#kill(this.mark)
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, waitMs))])
    }
  }

  /** Nothing may be running. */
  close(): void {
    callNow('chdb_close_conn', this.#handle)
  }

  #send(
    call_: 'chdb_query_with_params_n' | 'chdb_stream_query_with_params_n' | 'chdb_stream_insert_with_params_n',
    statement: Statement,
  ): Promise<Pointer> {
    const sql = Buffer.from(statement.sql)
    const format = Buffer.from(statement.format)
    const names = [...statement.params.keys()].map((name) => Buffer.from(name))
    const values = [...statement.params.values()].map((value) => Buffer.from(value))
    const args = [pointersTo(names), lengthsOf(names), pointersTo(values), lengthsOf(values), names.length]
    const all = [this.#connection, sql, sql.length, format, format.length, ...args]
    return this.#track(call(call_, all, [names, values]))
  }

  async #track(running: Promise<number>): Promise<number> {
    this.#running = running
    try {
      return await running
    } finally {
      if (this.#running === running) this.#running = undefined
    }
  }

  #take(result: Pointer): Chunk & { written: Written } {
    try {
      this.#check(callNow('chdb_result_error', result))
      return {
        bytes: copyBytes(callNow('chdb_result_buffer', result), callNow('chdb_result_length', result)),
        rows: callNow('chdb_result_rows_read', result),
        readRows: callNow('chdb_result_storage_rows_read', result),
        readBytes: callNow('chdb_result_storage_bytes_read', result),
        written: {
          rows: callNow('chdb_result_rows_written', result),
          bytes: callNow('chdb_result_bytes_written', result),
        },
      }
    } finally {
      callNow('chdb_destroy_query_result', result)
    }
  }

  #check(error: Pointer): void {
    if (error === 0) return
    const message = copyText(error).trim()
    throw new EngineError(/\(version [^)]*\)/.test(message) ? message : `${message} (version ${this.#version})`)
  }
}
