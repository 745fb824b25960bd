import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib'
import { EngineError } from './engine.ts'

/** What a statement did, for X-ClickHouse-Summary. */
export type Summary = {
  readRows: number
  readBytes: number
  writtenRows: number
  writtenBytes: number
  resultRows: number
  resultBytes: number
}

export type Heading = { queryId: string; format: string; from: number }

const statusOf: Record<number, number> = {
  36: 400,
  62: 400,
  115: 400,
  47: 404,
  60: 404,
  81: 404,
  48: 501,
  159: 408,
  202: 503,
  307: 413,
  372: 404,
  373: 409,
  516: 403,
}

const typeOf: [RegExp, string][] = [
  [/^JSON.*EachRow/, 'application/x-ndjson; charset=UTF-8'],
  [/^JSON/, 'application/json; charset=UTF-8'],
  [/^(TabSeparated|TSV)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^CSV/, 'text/csv; charset=UTF-8'],
  [/^(Native|RowBinary|Parquet|Arrow|ORC|Avro|MsgPack|Protobuf)/, 'application/octet-stream'],
]

function headersOf(heading: Heading): Record<string, string> {
  return {
    'Content-Type': typeOf.find(([name]) => name.test(heading.format))?.[1] ?? 'text/plain; charset=UTF-8',
    'X-ClickHouse-Server-Display-Name': 'zhixing-embedded',
    'X-ClickHouse-Query-Id': heading.queryId,
    'X-ClickHouse-Format': heading.format,
    'X-ClickHouse-Timezone': 'UTC',
  }
}

function summaryText(summary: Summary, from: number): string {
  return JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    total_rows_to_read: '0',
    result_rows: String(summary.resultRows),
    result_bytes: String(summary.resultBytes),
    elapsed_ns: String(Math.round((performance.now() - from) * 1e6)),
  })
}

export function answerError(response: ServerResponse, error: unknown, heading: Heading): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const known = error instanceof EngineError
  const code = known ? error.code : 1002
  const text = known ? error.message : `Code: 1002. DB::Exception: ${String(error)}. (UNKNOWN_EXCEPTION)`
  response.writeHead(statusOf[code] ?? 500, {
    ...headersOf({ ...heading, format: 'TabSeparated' }),
    'X-ClickHouse-Exception-Code': String(code),
    // The rest of the body, if there is one, is not wanted.
    Connection: 'close',
  })
  response.end(`${text}\n`)
}

/** As much of an answer is held before it starts, so that a short one comes with its status and its figures right. */
const heldBytes = { usual: 2 ** 20, waitEnd: 64 * 2 ** 20 }

/**
 * Sends an answer as it comes, as fast as the client reads it. Headers go out when a mebibyte is there or all of it.
 * An error after that is written into the body as servers since 25.11 do, and the connection is cut.
 */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: Heading & { compress: boolean; compressLevel: number; waitEnd: boolean },
  chunks: AsyncIterable<Buffer>,
  summary: Summary,
): Promise<void> {
  const hold = options.waitEnd ? heldBytes.waitEnd : heldBytes.usual
  const held: Buffer[] = []
  let size = 0
  let body: ReturnType<typeof bodyOf> | undefined
  const tag = randomBytes(8).toString('hex')
  const start = (length?: number) => {
    const packer = options.compress ? packerFor(request, options.compressLevel) : undefined
    response.writeHead(200, {
      ...headersOf(options),
      'X-ClickHouse-Summary': summaryText(summary, options.from),
      ...(packer ? { 'Content-Encoding': packer.encoding } : {}),
      ...(length === undefined ? { 'X-ClickHouse-Exception-Tag': tag } : packer ? {} : { 'Content-Length': length }),
    })
    return bodyOf(response, packer?.stream)
  }
  try {
    for await (const chunk of chunks) {
      if (body) {
        await body.write(chunk)
        continue
      }
      held.push(chunk)
      size += chunk.length
      if (size < hold) continue
      body = start()
      for (const bytes of held.splice(0)) await body.write(bytes)
    }
  } catch (error) {
    if (!body || !(error instanceof EngineError)) throw error
    const text = `${error.message}\n`
    const length = Buffer.byteLength(text)
    const block = `\r\n__exception__\r\n${tag}\r\n${text}${length} ${tag}\r\n__exception__\r\n`
    body.cut(Buffer.from(block))
    return
  }
  if (body) body.end()
  else start(size).end(Buffer.concat(held))
}

function bodyOf(response: ServerResponse, packer: Transform | undefined) {
  const target = packer ?? response
  let finish = () => void response.end()
  packer?.pipe(response, { end: false })
  packer?.once('end', () => finish())
  return {
    async write(bytes: Buffer) {
      if (response.destroyed) throw new Error('the client is gone')
      if (target.write(bytes)) return
      const gone = new AbortController()
      const leave = () => gone.abort()
      response.once('close', leave)
      try {
        await once(target, 'drain', { signal: gone.signal })
      } finally {
        response.off('close', leave)
      }
    },
    end: (bytes?: Buffer) => void target.end(bytes),
    /** Sends these last bytes and cuts the connection: nobody may take what came for the whole. */
    cut(bytes: Buffer) {
      const away = () => response.destroy()
      finish = () => {
        if (response.writableLength > 0) response.once('drain', away)
        else setImmediate(away)
      }
      if (packer) packer.end(bytes)
      else response.write(bytes, away)
    },
  }
}

function packerFor(request: IncomingMessage, level: number): { encoding: string; stream: Transform } | undefined {
  const wanted = String(request.headers['accept-encoding'] ?? '')
  const takes = (name: string) => new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(wanted)
  if (takes('gzip')) return { encoding: 'gzip', stream: createGzip({ level }) }
  if (takes('zstd')) return { encoding: 'zstd', stream: createZstdCompress() }
  if (takes('br'))
    return {
      encoding: 'br',
      stream: createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: Math.min(level, 5) } }),
    }
  if (takes('deflate')) return { encoding: 'deflate', stream: createDeflate({ level }) }
  return undefined
}
