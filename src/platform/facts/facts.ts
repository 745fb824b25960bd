import { ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client'
import { Problem, text } from '../problem.ts'
import { type EmbeddedClickhouse, startEmbeddedClickhouse } from './embedded.ts'
import type { Facts, FactsOptions } from './shapes.ts'
import { quoted, statements } from './statements.ts'

export type {
  Facts,
  FactsHealth,
  FactsOptions,
  InsertOptions,
  Statement,
  StatementKind,
} from './shapes.ts'

/** On every statement: what the conversions in values.ts rely on, and no answer before the data are in the table. */
const always: ClickHouseSettings = {
  session_timezone: 'UTC',
  date_time_output_format: 'iso',
  date_time_input_format: 'best_effort',
  // A text in a JSON column stays the text that was said, also when it looks like a date.
  input_format_try_infer_dates: 0,
  input_format_try_infer_datetimes: 0,
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  output_format_json_named_tuples_as_objects: 1,
  output_format_json_escape_forward_slashes: 0,
  async_insert: 0,
  cancel_http_readonly_queries_on_client_close: 1,
}

const oldest = [24, 8] as const

/**
 * Opens ClickHouse: starts the embedded engine or finds the server, checks its version and makes the database.
 * Problems: `facts.unavailable`, `facts.too_old`, and those of the embedded engine.
 */
export async function openFacts(options: FactsOptions): Promise<Facts> {
  if (options.url) return connect(options, options.url, undefined)
  if (!options.home) throw new Error('openFacts needs a url or a home')
  const embedded = await startEmbeddedClickhouse({ home: options.home, log: options.log })
  try {
    return await connect(options, embedded.url, embedded)
  } catch (error) {
    await embedded.stop()
    throw error
  }
}

function makeClient(url: URL, database: string | undefined) {
  return createClient({
    url: url.origin,
    username: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password),
    ...(database === undefined ? {} : { database }),
    application: 'zhixing',
    request_timeout: 24 * 3_600_000,
    max_open_connections: 64,
    compression: { request: false, response: false },
    use_multipart_params_auto: true,
    keep_alive: { idle_socket_ttl: 2500, eagerly_destroy_stale_sockets: true },
    clickhouse_settings: always,
    // Every error is thrown, and logged once at the top.
    log: { level: ClickHouseLogLevel.OFF },
  })
}

async function connect(options: FactsOptions, address: string, embedded: EmbeddedClickhouse | undefined) {
  const url = new URL(address)
  const database = options.database ?? (decodeURIComponent(url.pathname.slice(1)) || 'zhixing')
  const server = makeClient(url, undefined)
  try {
    const first = statements(server, options)
    await refuseOldServer(first)
    const [known] = await first.query({
      sql: 'SELECT 1 FROM system.databases WHERE name = {name:String}',
      params: { name: database },
    })
    if (!known) await first.command({ sql: `CREATE DATABASE IF NOT EXISTS ${quoted(database)}` })
  } finally {
    await server.close()
  }
  const client = makeClient(url, database)
  const run = statements(client, options)
  const facts: Facts = {
    database,
    ...run,
    async health() {
      const from = performance.now()
      const child = embedded ? { child: embedded.health() } : {}
      if (child.child && child.child.state !== 'running')
        return { ok: false, reason: `${child.child.state}: ${child.child.reason ?? ''}`, ...child }
      try {
        const [row] = await run.query<{ version: string }>({ sql: 'SELECT version() AS version', timeoutMs: 5000 })
        return { ok: true, ms: performance.now() - from, version: row?.version ?? '', ...child }
      } catch (error) {
        return { ok: false, reason: (error as Error).message, ...child }
      }
    },
    ping: async () => (await client.ping()).success,
    async close() {
      await client.close()
      await embedded?.stop()
    },
  }
  return facts
}

async function refuseOldServer(first: Pick<Facts, 'query'>): Promise<void> {
  const [row] = await first.query<{ version: string }>({ sql: 'SELECT version() AS version', timeoutMs: 30_000 })
  const [major = 0, minor = 0] = (row?.version ?? '').split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return
  const needed = oldest.join('.')
  throw new Problem(
    'unavailable',
    'facts.too_old',
    text(
      `ClickHouse 需要 ${needed} 或更高版本,当前为 ${row?.version}`,
      `ClickHouse ${needed} or newer is needed, this is ${row?.version}`,
    ),
  )
}
