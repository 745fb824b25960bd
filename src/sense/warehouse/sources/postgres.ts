import postgres from 'postgres'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Cell } from '../../imports/imports.ts'
import type { ColumnType, ConnectionSettings, SourceColumn } from '../contract.ts'
import { refused, sourceProblem } from '../problems.ts'
import { openSocket } from './socket.ts'
import { type Ask, type Note, setRows, statementOf, type Table, type Way } from './table.ts'

const typeOf: Record<number, ColumnType> = {
  16: 'boolean',
  20: 'integer',
  21: 'integer',
  23: 'integer',
  700: 'number',
  701: 'number',
  1700: 'decimal',
  1082: 'day',
  1114: 'time',
  1184: 'instant',
}

/** As text, so that no microsecond is lost: the session writes ISO in UTC. */
const instant = { to: 1184, from: [1184], serialize: String, parse: (text: string) => `${text.replace(' ', 'T')}:00` }
const asText = { to: 1114, from: [1082, 1114], serialize: String, parse: (text: string) => text }
const whole = { to: 20, from: [20], serialize: String, parse: (text: string) => BigInt(text) }

type Client = ReturnType<typeof openClient>

function openClient(ctx: Ctx, settings: ConnectionSettings, password: string) {
  const { host = '', port = 5432, database = '', user = '', tls = 'verify' } = settings
  const options = {
    host,
    port,
    database,
    user,
    password,
    max: 1,
    idle_timeout: 0,
    connect_timeout: 15,
    fetch_types: false,
    prepare: true,
    onnotice: () => {},
    connection: { application_name: 'zhixing', TimeZone: 'UTC', DateStyle: 'ISO', statement_timeout: 0 },
    types: { instant, asText, whole },
    ssl: tls === 'off' ? (false as const) : { rejectUnauthorized: tls === 'verify', servername: host },
    // Not in the driver's types: a socket that is connected already, to the address that was looked at.
    socket: () => openSocket(ctx, host, port),
  }
  return postgres(options)
}

export function postgresWay(ctx: Ctx, settings: ConnectionSettings, password: string): Way {
  async function within<T>(run: (sql: Client) => Promise<T>): Promise<T> {
    const sql = openClient(ctx, settings, password)
    try {
      return await run(sql)
    } catch (error) {
      throw sourceProblem(error)
    } finally {
      await sql.end({ timeout: 1 }).catch(() => {})
    }
  }
  return {
    test: (note) => within((sql) => test(sql, settings, note)),
    tables: () =>
      within(async (sql) => {
        const rows = await sql<{ name: string }[]>`
          select table_schema || '.' || table_name as name from information_schema.tables
          where table_schema not in ('pg_catalog', 'information_schema')
          order by 1 limit 2000`
        return rows.map(({ name }) => name)
      }),
    open: (ask, use) =>
      within(async (sql) => {
        const answer = await sql.begin('isolation level repeatable read read only', async (tx) => {
          await tx`select set_config('statement_timeout', ${String(ask.seconds * 1000)}, true)`
          // In a box, because the driver would wait for the members of a list as for statements.
          return { value: await use(await tableOf(tx, ask)) }
        })
        return answer.value
      }),
  }
}

async function test(sql: Client, settings: ConnectionSettings, note: Note): Promise<void> {
  const [row] = await sql<{ version: string; superuser: boolean; writes: boolean }[]>`
    select current_setting('server_version') as version,
           coalesce((select rolsuper from pg_roles where rolname = current_user), false) as superuser,
           exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
                     and has_table_privilege(c.oid, 'insert, update, delete')) as writes`
  if (settings.tls !== 'off') note('tls', 'ok', '连接已加密', 'The connection is encrypted')
  note('sign-in', 'ok', `PostgreSQL ${row?.version}`, `PostgreSQL ${row?.version}`)
  if (row?.superuser || row?.writes)
    note(
      'permission',
      'warn',
      '该账号可以写数据:建议使用只读账号',
      'This account may write: one that can only read is better',
    )
  else note('permission', 'ok', '该账号只读', 'This account can only read')
}

type Tx = postgres.TransactionSql<{ instant: string; asText: string; whole: bigint }>

async function tableOf(tx: Tx, ask: Ask): Promise<Table> {
  if (ask.from.kind === 'files') throw refused('数据库没有文件', 'A database has no files')
  const { sql, values } = statementOf(ask, '"', (place) => `$${place}`)
  const described = await tx.unsafe(sql, values).describe()
  const columns = described.columns.map(({ name, type }): SourceColumn => ({ name, type: typeOf[type] ?? 'text' }))
  return {
    columns,
    async *rows() {
      for await (const set of tx.unsafe(sql, values).values().cursor(setRows)) {
        ask.signal?.throwIfAborted()
        yield (set as unknown[][]).map((row) => row.map(cellOf))
      }
    },
  }
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return value.toISOString()
  return value as Cell
}
