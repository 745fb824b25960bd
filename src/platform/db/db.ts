import postgres from 'postgres'
import type { Logger } from '../log.ts'
import { Problem, text } from '../problem.ts'
import { observed, type StatementSeen } from './observe.ts'
import type { Sql } from './sql.ts'

export type { Sql, Tx } from './sql.ts'

export type Db = {
  readonly sql: Sql
  /** The connection string and session settings, for the job runner's own pool and for LISTEN. */
  readonly connection: { url: string; options: string }
  /** Milliseconds of a round trip, or the reason there is none. */
  health(): Promise<{ ok: true; ms: number; version: string } | { ok: false; reason: string }>
  close(): Promise<void>
}

/** The role the product works as: never a superuser, so that row level security holds for every statement. */
export const appRole = 'zhixing_app'

/**
 * Opens the pool on a prepared database (see `prepareDatabase`). Statements are logged with their durations at debug,
 * those over a second at warn; values never are.
 */
export function openDb(options: {
  url: string
  role: string | undefined
  log: Logger
  max?: number
  statementTimeoutMs?: number
  onStatement?: StatementSeen
}): Db {
  const settings: Record<string, string> = {
    application_name: 'zhixing',
    TimeZone: 'UTC',
    statement_timeout: String(options.statementTimeoutMs ?? 60_000),
    lock_timeout: '30000',
    idle_in_transaction_session_timeout: '120000',
    ...(options.role ? { role: options.role } : {}),
  }
  const pool = postgres(options.url, {
    max: options.max ?? 20,
    connect_timeout: 10,
    idle_timeout: 300,
    connection: settings,
    onnotice: (notice) => options.log.debug({ notice: notice.message }, 'postgres notice'),
    types: {
      bigint: postgres.BigInt,
      day: { to: 1082, from: [1082], serialize: (day: string) => day, parse: (day: string) => day },
    },
    transform: { undefined: null, column: postgres.camel.column as { from: (name: string) => string } },
  }) as unknown as Sql

  const sql = observed(pool, (statement, ms, error) => {
    if (ms > 1000 || options.log.isLevelEnabled('debug')) {
      const seen = { statement, ms: Math.round(ms * 100) / 100 }
      if (ms > 1000) options.log.warn(seen, 'slow statement')
      else options.log.debug(seen, 'statement')
    }
    options.onStatement?.(statement, ms, error)
  })

  return {
    sql,
    connection: {
      url: options.url,
      options: Object.entries(settings)
        .filter(([name]) => name !== 'statement_timeout')
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    },
    async health() {
      const from = performance.now()
      try {
        const [row] = await sql<{ version: string }[]>`select current_setting('server_version') as version`
        return { ok: true, ms: performance.now() - from, version: row?.version ?? '' }
      } catch (error) {
        return { ok: false, reason: (error as Error).message }
      }
    },
    close: () => pool.end({ timeout: 5 }),
  }
}

/**
 * Makes a database ready to be worked in: checks the version, makes the extension and the role that may not bypass row
 * level security. Returns the role to work as: undefined when the given user is an ordinary one already.
 */
export async function prepareDatabase(url: string): Promise<{ role: string | undefined }> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} })
  try {
    const [server] = await sql<{ version: number; bypasses: boolean; extension: boolean }[]>`
      select current_setting('server_version_num')::int as version,
             (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as bypasses,
             exists (select from pg_extension where extname = 'ltree') as extension`
    if (!server) throw new Error('the server answered nothing')
    if (server.version < 150_000)
      throw new Problem(
        'unavailable',
        'db.too_old',
        text(
          `PostgreSQL 需要 15 或更高版本,当前为 ${server.version}`,
          `PostgreSQL 15 or newer is needed, this is ${server.version}`,
        ),
      )
    if (!server.extension) await sql`create extension if not exists ltree`
    if (!server.bypasses) return { role: undefined }
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('zhixing.role'))`
      await tx.unsafe(`do $$ begin
        if not exists (select from pg_roles where rolname = '${appRole}') then create role ${appRole} nologin; end if;
        execute format('grant connect, create, temporary on database %I to ${appRole}', current_database());
      end $$`)
    })
    return { role: appRole }
  } finally {
    await sql.end({ timeout: 5 })
  }
}

const gone = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  '57P01', // the server is shutting down
  '57P02',
  '57P03', // or starting up
  '53300', // too many connections
])

/** What the engine says, as the caller should hear it: the original error when it is a bug of ours. */
export function asProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : ''
  if (gone.has(code))
    return new Problem(
      'unavailable',
      'db.unavailable',
      text('数据库暂时不可用,请稍后再试', 'The database is not available at the moment, please try again'),
      { retryAfterSeconds: 2, cause: error },
    )
  if (code === '53100')
    return new Problem('unavailable', 'db.disk_full', text('数据库磁盘已满', 'The database disk is full'), {
      retryAfterSeconds: 60,
      cause: error,
    })
  if (code === '57014' || code === '55P03')
    return new Problem('unavailable', 'db.timeout', text('数据库处理超时', 'The database took too long'), {
      retryAfterSeconds: 5,
      cause: error,
    })
  if (code === '40001' || code === '40P01')
    return new Problem(
      'conflict',
      'db.busy',
      text('数据正被他人修改,请重试', 'Someone else is changing this, please try again'),
      {
        cause: error,
      },
    )
  if (code === '42501' && /row-level security/.test(error.message))
    return new Problem('denied', 'orgs.out_of_scope', text('超出您的机构数据范围', 'Outside your organisation scope'), {
      cause: error,
    })
  return error
}
