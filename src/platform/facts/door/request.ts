import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { refusal } from './engine.ts'
import { readInsert } from './sql.ts'

/** What a client asks for, apart from the body. */
export type Asked = {
  queryId: string
  query: string
  database: string
  format: string
  params: Map<string, string>
  settings: Map<string, string>
  session: { name: string; timeoutSeconds: number; mustExist: boolean } | undefined
  compress: boolean
  compressLevel: number
  waitEnd: boolean
}

/** Settings of the HTTP interface itself, which the engine does not know or which mean nothing here. */
const httpOnly = new Set([
  'add_http_cors_header',
  'buffer_size',
  'cancel_http_readonly_queries_on_client_close',
  'http_connection_timeout',
  'http_headers_progress_interval_ms',
  'http_native_compression_disable_checksumming_on_decompress',
  'http_receive_timeout',
  'http_response_buffer_size',
  'http_response_headers',
  'http_send_timeout',
  'http_wait_end_of_query',
  'http_write_exception_in_output_format',
  'send_progress_in_http_headers',
  'stacktrace',
])

/** What a server knows and the door does not do: said, rather than passed over. */
const refused: Record<string, string> = {
  role: 'roles: there is one user',
  quota_key: 'quotas',
  compress: 'the native compression of bodies: use Content-Encoding and Accept-Encoding',
  decompress: 'the native compression of bodies: use Content-Encoding and Accept-Encoding',
}

/** Reads URL parameters and, for a form, the fields that came as its parts. */
export function readAsked(entries: Iterable<[string, string]>, newId: () => string): Asked {
  const asked: Asked = {
    queryId: '',
    query: '',
    database: '',
    format: 'TabSeparated',
    params: new Map(),
    settings: new Map(),
    session: undefined,
    compress: false,
    compressLevel: 3,
    waitEnd: false,
  }
  let session = ''
  let timeoutSeconds = 60
  let mustExist = false
  for (const [name, value] of entries) {
    const why = refused[name]
    if (why !== undefined && value !== '' && value !== '0')
      throw refusal(48, 'NOT_IMPLEMENTED', `The embedded engine does not support ${why}`)
    if (name.startsWith('param_')) asked.params.set(name.slice(6), value)
    else if (name === 'query') asked.query += value
    else if (name === 'query_id') asked.queryId = value
    else if (name === 'database') asked.database = value
    else if (name === 'default_format') asked.format = value
    else if (name === 'session_id') session = value
    else if (name === 'session_timeout') timeoutSeconds = Math.min(3600, Math.max(1, Number(value) || 60))
    else if (name === 'session_check') mustExist = value === '1'
    else if (name === 'enable_http_compression') asked.compress = value === '1'
    else if (name === 'http_zlib_compression_level') asked.compressLevel = Math.min(9, Math.max(1, Number(value) || 3))
    else if (name === 'wait_end_of_query') asked.waitEnd = value === '1'
    else if (why === undefined && name !== 'user' && name !== 'password' && !httpOnly.has(name))
      asked.settings.set(name, value)
  }
  asked.queryId ||= newId()
  if (session !== '') asked.session = { name: session, timeoutSeconds, mustExist }
  return asked
}

/** Whether the request carries the secret: Basic or Bearer, ClickHouse's own headers, or the URL. */
export function hasSecret(request: IncomingMessage, url: URL, secret: string): boolean {
  const same = (given: string) => {
    const [a, b] = [Buffer.from(given), Buffer.from(secret)]
    return a.length === b.length && timingSafeEqual(a, b)
  }
  const header = request.headers.authorization ?? ''
  if (header.startsWith('Bearer ')) return same(header.slice(7))
  if (header.startsWith('Basic ')) {
    const pair = Buffer.from(header.slice(6), 'base64').toString()
    return same(pair.slice(pair.indexOf(':') + 1))
  }
  const key = request.headers['x-clickhouse-key']
  return same(typeof key === 'string' ? key : (url.searchParams.get('password') ?? ''))
}

/** The body as the client meant it, unpacked as it flows. */
export function readBody(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  const unpack = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress, zstd: createZstdDecompress }
  if (encoding === 'identity' || encoding === '') return request
  if (!Object.hasOwn(unpack, encoding))
    throw refusal(48, 'NOT_IMPLEMENTED', `Unknown Content-Encoding of the body: ${encoding.replace(/\W/g, '?')}`)
  return pipeline(request, unpack[encoding as keyof typeof unpack](), () => {})
}

const most = { queryBytes: 64 * 2 ** 20, insertHead: 256 * 2 ** 10 }

export async function readWhole(body: AsyncIterable<Buffer>, before: Buffer = Buffer.alloc(0)): Promise<Buffer> {
  const pieces = [before]
  let size = before.length
  for await (const piece of body) {
    size += piece.length
    if (size > most.queryBytes)
      throw refusal(307, 'TOO_MANY_BYTES', `The text of a query is limited to ${most.queryBytes} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

export type Statement =
  | { kind: 'query'; sql: string }
  | { kind: 'insert'; head: string; format: string; data: AsyncIterable<Buffer> }

/**
 * Divides URL query and body into a statement and, for an INSERT, its data. The data stay a stream; only the
 * statement's own text is held.
 */
export async function readStatement(query: string, body: Readable): Promise<Statement> {
  const given = query.trim() === '' ? undefined : readInsert(query)
  if (given?.kind === 'insert') {
    const first = Buffer.from(query.slice(given.dataAt))
    return { kind: 'insert', head: given.head, format: given.format, data: follow(first, body) }
  }
  if (given) {
    const rest = await readWhole(body)
    return { kind: 'query', sql: rest.length > 0 ? `${query}\n${rest.toString()}` : query }
  }
  return readFromBody(body)
}

async function readFromBody(body: Readable): Promise<Statement> {
  const pieces = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
  let text: Buffer = Buffer.alloc(0)
  for (;;) {
    const next = await pieces.next()
    if (!next.done) text = text.length === 0 ? next.value : Buffer.concat([text, next.value])
    // Byte for byte, so that places in the text are places in the body, whatever the data are.
    const insert = readInsert(text.toString('latin1'))
    if (insert.kind === 'insert' && (next.done || insert.dataAt < text.length)) {
      const head = Buffer.from(insert.head, 'latin1').toString()
      const data = follow(text.subarray(insert.dataAt), rest(pieces))
      return { kind: 'insert', head, format: insert.format, data }
    }
    if (next.done) return { kind: 'query', sql: text.toString() }
    if (insert.kind === 'none' || text.length > most.insertHead)
      return { kind: 'query', sql: (await readWhole(rest(pieces), text)).toString() }
  }
}

async function* rest(pieces: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value
}

async function* follow(first: Buffer, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  for await (const piece of body) if (piece.length > 0) yield piece
}

/** The parts of a `multipart/form-data` body: the query and its parameters, when those are too long for the URL. */
export function readParts(contentType: string, body: Buffer): [string, string][] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1]
  if (!boundary) throw refusal(36, 'BAD_ARGUMENTS', 'A form without a boundary')
  const parts = body.toString().split(`--${boundary}`).slice(1, -1)
  return parts.map((part) => {
    const end = part.indexOf('\r\n\r\n')
    const name = /name="([^"]*)"/i.exec(part.slice(0, end))?.[1] ?? ''
    if (/filename="/i.test(part.slice(0, end)))
      throw refusal(48, 'NOT_IMPLEMENTED', 'The embedded engine does not support external tables in a form')
    return [name, part.slice(end + 4, -2)]
  })
}
