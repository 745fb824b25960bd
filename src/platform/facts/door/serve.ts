import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { answer, answerError, type Heading, type Summary } from './answer.ts'
import { type Chunk, EngineError, type Statement as EngineStatement, refusal, type Session } from './engine.ts'
import { headerCutter, type Streaming, streamingOf } from './formats.ts'
import type { Lease, Outcome, Pool } from './pool.ts'
import { type Asked, hasSecret, readAsked, readBody, readParts, readStatement, readWhole } from './request.ts'
import { firstWord, formatIn, killedQuery, touchesClientFiles } from './sql.ts'

/** A request that is being worked on. */
type Work = { stop: AbortController }

export type Door = {
  readonly port: number
  counts(): { running: number; waiting: number; idle: number }
  /** Takes no more, lets what runs end within `graceMs`, then stops it. */
  close(graceMs: number): Promise<void>
}

/** Serves the ClickHouse HTTP interface on 127.0.0.1. Rejects with EADDRINUSE when the port is taken. */
export async function serve(options: { pool: Pool; secret: string; port: number }): Promise<Door> {
  const works = new Map<string, Work>()
  const server = createServer({ maxHeaderSize: 2 ** 20, keepAliveTimeout: 30_000, requestTimeout: 0 })
  server.on('request', (request, response) => void handle(request, response, { ...options, works }))
  await listen(server, options.port)
  return {
    port: (server.address() as AddressInfo).port,
    counts: options.pool.counts,
    close: (graceMs) => close(server, works, graceMs),
  }
}

/**
 * Port 0 is a free one below those that the system hands out to outgoing connections: while the engine restarts,
 * nobody's connection may happen to sit on its port.
 */
async function listen(server: Server, wanted: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    server.listen(wanted === 0 ? randomInt(20_000, 32_000) : wanted, '127.0.0.1')
    try {
      await once(server, 'listening')
      return
    } catch (error) {
      if (wanted !== 0 || tries === 100) throw error
    }
  }
}

async function close(server: Server, works: Map<string, Work>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => {
    for (const work of works.values()) work.stop.abort(refusal(394, 'QUERY_WAS_CANCELLED', 'The engine is stopping'))
  }, graceMs)
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  await closed
  clearInterval(idle)
  clearTimeout(timer)
  while (works.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
}

type Around = { pool: Pool; secret: string; works: Map<string, Work> }

async function handle(request: IncomingMessage, response: ServerResponse, around: Around): Promise<void> {
  const heading: Heading = { queryId: '', format: 'TabSeparated', from: performance.now() }
  try {
    const url = new URL(request.url ?? '/', 'http://door')
    if (url.pathname === '/ping' || url.pathname === '/replicas_status') return plain(response, 200, 'Ok.\n')
    if (url.pathname !== '/') return plain(response, 404, `There is no handle ${url.pathname}\n`)
    if (!hasSecret(request, url, around.secret))
      throw refusal(516, 'AUTHENTICATION_FAILED', 'Authentication failed: password is incorrect')
    if (request.method !== 'GET' && request.method !== 'POST')
      throw refusal(48, 'NOT_IMPLEMENTED', `The method ${request.method} is not supported`)
    await handleQuery(request, response, url, heading, around)
  } catch (error) {
    answerError(response, error, heading)
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8' }).end(text)
}

async function handleQuery(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  heading: Heading,
  around: Around,
): Promise<void> {
  const entries = [...url.searchParams]
  let body = readBody(request)
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) {
    entries.push(...readParts(type, await readWhole(body)))
    body = Readable.from([])
  }
  const asked = readAsked(entries, randomUUID)
  heading.queryId = asked.queryId
  // As on a server: what a link can do must not change anything.
  if (request.method === 'GET' && !asked.settings.has('readonly')) asked.settings.set('readonly', '2')
  if (url.search === '' && request.method === 'GET') return plain(response, 200, 'Ok.\n')
  if (around.works.has(asked.queryId))
    throw refusal(216, 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING', `Query with id = ${asked.queryId} is already running`)
  const work: Work = { stop: new AbortController() }
  around.works.set(asked.queryId, work)
  const gone = () => work.stop.abort(refusal(394, 'QUERY_WAS_CANCELLED', 'Query was cancelled: the client is gone'))
  response.once('close', gone)
  try {
    await runQuery({ request, response, body, asked, heading, work, around })
  } finally {
    response.off('close', gone)
    around.works.delete(asked.queryId)
  }
}

type Run = {
  request: IncomingMessage
  response: ServerResponse
  body: ReturnType<typeof readBody>
  asked: Asked
  heading: Heading
  work: Work
  around: Around
}

async function runQuery(run: Run): Promise<void> {
  const { request, response, asked, heading, work, around } = run
  const statement = await readStatement(asked.query, run.body)
  const sql = statement.kind === 'query' ? statement.sql : statement.head
  heading.format = (statement.kind === 'query' ? formatIn(sql) : undefined) ?? asked.format
  if (touchesClientFiles(sql))
    throw refusal(1, 'UNSUPPORTED_METHOD', 'INTO OUTFILE and FROM INFILE are not allowed over HTTP')
  const killed = killedQuery(sql)
  if (killed !== undefined) return plain(response, 200, killWork(around.works, killed, sql))
  const lease = await take(run)
  let stopped: Promise<void> | undefined
  const interrupt = () => {
    stopped = lease.session.interrupt()
  }
  work.stop.signal.addEventListener('abort', interrupt, { once: true })
  const did: Summary = { readRows: 0, readBytes: 0, writtenRows: 0, writtenBytes: 0, resultRows: 0, resultBytes: 0 }
  let outcome: Outcome = 'failed'
  try {
    work.stop.signal.throwIfAborted()
    if (statement.kind === 'insert') {
      const text = { sql: statement.head, format: statement.format, params: asked.params }
      const written = await lease.session.insert(text, statement.data)
      did.writtenRows = written.rows
      did.writtenBytes = written.bytes
      await answer(request, response, { ...asked, ...heading }, none(), did)
    } else {
      const text = { sql, format: asked.format, params: asked.params }
      const chunks = execute(lease.session, text, streamingOf(heading.format, sql, asked.settings), did)
      await answer(request, response, { ...asked, ...heading }, chunks, did)
    }
    outcome = leavesNothing(sql) && !asked.settings.has('readonly') ? 'clean' : 'changed'
  } catch (error) {
    throw work.stop.signal.aborted ? work.stop.signal.reason : error
  } finally {
    work.stop.signal.removeEventListener('abort', interrupt)
    // A kill that is still under way must not meet the next statement of this session.
    await stopped
    await lease.release(outcome)
  }
}

function take({ asked, work, around }: Run): Promise<Lease> {
  const wanted = { database: asked.database, settings: asked.settings }
  return asked.session
    ? around.pool.acquireNamed(asked.session.name, wanted, asked.session)
    : around.pool.acquire(wanted, work.stop.signal)
}

/** The answer of a server to KILL QUERY. */
function killWork(works: Map<string, Work>, queryId: string, sql: string): string {
  const work = works.get(queryId)
  if (!work) return ''
  work.stop.abort(refusal(394, 'QUERY_WAS_CANCELLED', 'Query was cancelled'))
  return `waiting\t${queryId}\tdefault\t${sql.trim().replace(/[\\\n\t]/g, ' ')}\n`
}

/** Statements after which a session is as it was before. */
function leavesNothing(sql: string): boolean {
  return /^(SELECT|WITH|INSERT|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN)$/.test(firstWord(sql))
}

async function* none(): AsyncGenerator<Buffer> {}

/** SELECTs come block by block where their format can; whatever else comes whole. */
async function* execute(
  session: Session,
  statement: EngineStatement,
  streaming: Streaming,
  did: Summary,
): AsyncGenerator<Buffer> {
  const add = (chunk: Chunk) => {
    did.readRows += chunk.readRows
    did.readBytes += chunk.readBytes
    did.resultRows += chunk.rows
    did.resultBytes += chunk.bytes.length
    return chunk.bytes
  }
  if (streaming.kind !== 'whole' && /^(SELECT|WITH)$/.test(firstWord(statement.sql))) {
    const cut = streaming.kind === 'header' ? headerCutter(streaming) : (bytes: Buffer) => bytes
    try {
      for await (const chunk of session.stream(statement)) yield cut(add(chunk))
      return
    } catch (error) {
      const other = error instanceof EngineError && /Streaming query is not supported for query/.test(error.message)
      if (!other) throw error
    }
  }
  if (session.classify(statement.sql).statements > 1)
    throw refusal(62, 'SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed)')
  const whole = await session.run(statement)
  did.writtenRows = whole.written.rows
  did.writtenBytes = whole.written.bytes
  yield add(whole)
}
