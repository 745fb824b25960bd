import { createConnection, type Connection as Raw } from 'mysql2'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Cell } from '../../imports/imports.ts'
import type { ColumnType, ConnectionSettings, SourceColumn } from '../contract.ts'
import { refused, sourceProblem } from '../problems.ts'
import { openSocket } from './socket.ts'
import { type Ask, type Note, setRows, statementOf, type Table, type Way } from './table.ts'

/** By the numbers of the protocol. */
const typeOf: Record<number, ColumnType> = {
  0: 'decimal',
  1: 'integer',
  2: 'integer',
  3: 'integer',
  4: 'number',
  5: 'number',
  7: 'instant',
  8: 'integer',
  9: 'integer',
  10: 'day',
  12: 'time',
  13: 'integer',
  246: 'decimal',
}

async function openClient(ctx: Ctx, settings: ConnectionSettings, password: string): Promise<Raw> {
  const { host = '', port = 3306, database = '', user = '', tls = 'verify' } = settings
  const stream = await openSocket(ctx, host, port)
  const raw = createConnection({
    host,
    port,
    database,
    user,
    password,
    stream,
    connectTimeout: 15_000,
    charset: 'utf8mb4',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    rowsAsArray: true,
    multipleStatements: false,
    // The server may not ask for a file of this machine.
    flags: ['-LOCAL_FILES'],
    ...(tls === 'off' ? {} : { ssl: { rejectUnauthorized: tls === 'verify', verifyIdentity: tls === 'verify' } }),
  })
  raw.on('error', () => {})
  return raw
}

function run(raw: Raw, sql: string): Promise<unknown[][]> {
  return new Promise((resolve, reject) =>
    raw.query(sql, (error, rows) => (error ? reject(error) : resolve(rows as unknown as unknown[][]))),
  )
}

export function mysqlWay(ctx: Ctx, settings: ConnectionSettings, password: string): Way {
  async function within<T>(use: (raw: Raw) => Promise<T>): Promise<T> {
    let raw: Raw | undefined
    try {
      const open = await openClient(ctx, settings, password)
      raw = open
      await new Promise<void>((resolve, reject) => open.connect((error) => (error ? reject(error) : resolve())))
      return await use(open)
    } catch (error) {
      throw sourceProblem(error)
    } finally {
      raw?.destroy()
    }
  }
  return {
    test: (note) => within((raw) => test(raw, settings, note)),
    tables: () =>
      within(async (raw) =>
        (
          await run(
            raw,
            'select table_name from information_schema.tables where table_schema = database() order by 1 limit 2000',
          )
        ).map(([name]) => String(name)),
      ),
    open: (ask, use) =>
      within(async (raw) => {
        await run(raw, "set time_zone = '+00:00'")
        await limitTime(raw, ask.seconds)
        await run(raw, 'set session transaction isolation level repeatable read')
        await run(raw, 'start transaction with consistent snapshot, read only')
        return use(await tableOf(raw, ask))
      }),
  }
}

/** MariaDB counts in seconds, MySQL in milliseconds, each by a name of its own. */
async function limitTime(raw: Raw, seconds: number): Promise<void> {
  await run(raw, `set session max_statement_time = ${seconds}`).catch(() =>
    run(raw, `set session max_execution_time = ${seconds * 1000}`).catch(() => undefined),
  )
}

async function test(raw: Raw, settings: ConnectionSettings, note: Note): Promise<void> {
  const [version] = (await run(raw, 'select version()'))[0] ?? []
  if (settings.tls !== 'off') note('tls', 'ok', '连接已加密', 'The connection is encrypted')
  note('sign-in', 'ok', `MySQL / MariaDB ${version}`, `MySQL / MariaDB ${version}`)
  const grants = (await run(raw, 'show grants')).flat().map(String)
  if (grants.some((one) => /\b(ALL PRIVILEGES|INSERT|UPDATE|DELETE|DROP|FILE)\b/.test(one)))
    note(
      'permission',
      'warn',
      '该账号可以写数据:建议使用只读账号',
      'This account may write: one that can only read is better',
    )
  else note('permission', 'ok', '该账号只读', 'This account can only read')
}

async function tableOf(raw: Raw, ask: Ask): Promise<Table> {
  if (ask.from.kind === 'files') throw refused('数据库没有文件', 'A database has no files')
  const since = ask.since && { ...ask.since, value: ask.since.value.replace('T', ' ').replace(/Z$/, '') }
  const { sql, values } = statementOf({ ...ask, since }, '`', () => '?')
  // The stream first: rows that come before anyone listens would be lost.
  const stream = raw.query(sql, values).stream({ highWaterMark: setRows })
  const columns = await new Promise<SourceColumn[]>((resolve, reject) => {
    stream.once('fields', (fields: { name: string; columnType?: number; type?: number }[]) =>
      resolve(fields.map(({ name, columnType, type }) => ({ name, type: typeOf[columnType ?? type ?? -1] ?? 'text' }))),
    )
    stream.once('error', reject)
  })
  return {
    columns,
    async *rows() {
      let set: Cell[][] = []
      for await (const row of stream as AsyncIterable<unknown[]>) {
        set.push(row.map((value, i) => cellOf(value, columns[i]?.type)))
        if (set.length < setRows) continue
        ask.signal?.throwIfAborted()
        yield set
        set = []
      }
      if (set.length > 0) yield set
    },
  }
}

function cellOf(value: unknown, type: ColumnType | undefined): Cell {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (type === 'instant') return `${String(value).replace(' ', 'T')}Z`
  if (type === 'integer' && typeof value === 'string') return BigInt(value)
  if (typeof value === 'object') return JSON.stringify(value)
  return value as Cell
}
