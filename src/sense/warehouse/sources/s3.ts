import { createHash, createHmac } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { isIP } from 'node:net'
import { text as bodyText } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { systemClock } from '../../../platform/clock.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { ConnectionSettings } from '../contract.ts'
import { away, refused } from '../problems.ts'
import { addressOf } from './socket.ts'
import type { FoundFile } from './table.ts'

export type Bucket = {
  list(prefix: string, most: number): Promise<FoundFile[]>
  /** Brings an object to a file of this machine. */
  fetch(key: string, to: string, signal?: AbortSignal): Promise<void>
}

type Call = { path: string; query: Record<string, string>; signal?: AbortSignal | undefined }

const emptyHash = createHash('sha256').digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** RFC 3986, as the signature wants it. */
function encoded(text: string, keepSlash = false): string {
  const all = encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  return keepSlash ? all.replaceAll('%2F', '/') : all
}

/** The headers of a signed GET: AWS Signature Version 4, "Authenticating Requests: Using the Authorization Header". */
export function signed(call: Call, to: { host: string; region: string; key: string; secret: string; at: Date }) {
  const stamp = to.at.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = stamp.slice(0, 8)
  const headers = { host: to.host, 'x-amz-content-sha256': emptyHash, 'x-amz-date': stamp }
  const names = Object.keys(headers).join(';')
  const query = queryOf(call.query)
  const canonical = [
    'GET',
    call.path,
    query,
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    '',
    names,
    emptyHash,
  ].join('\n')
  const scope = `${day}/${to.region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${to.secret}`, day), to.region))
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${to.key}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { ...headers, authorization }
}

function queryOf(query: Record<string, string>): string {
  return Object.keys(query)
    .sort()
    .map((name) => `${encoded(name)}=${encoded(query[name] ?? '')}`)
    .join('&')
}

/** A bucket of S3-compatible storage, addressed by path. Redirects are not followed: the address was looked at. */
export function openBucket(ctx: Ctx, settings: ConnectionSettings, secret: string): Bucket {
  const { endpoint = '', bucket = '', region = 'us-east-1', user = '', tls = 'verify' } = settings
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw refused('存储地址应以 https:// 或 http:// 开头', 'The address of a storage begins with https:// or http://')
  const url = new URL(endpoint)

  async function get(call: Call): Promise<IncomingMessage> {
    const address = await addressOf(ctx, url.hostname.replace(/^\[|\]$/g, ''))
    // The machine's own time: the storage compares it with its own.
    const headers = signed(call, { host: url.host, region, key: user, secret, at: systemClock.now() })
    const path = `${call.path}${Object.keys(call.query).length > 0 ? `?${queryOf(call.query)}` : ''}`
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest
    return new Promise((resolve, reject) => {
      const asked = send({
        host: address,
        port: url.port || (url.protocol === 'https:' ? 443 : 80),
        path,
        headers,
        timeout: 60_000,
        ...(isIP(url.hostname) ? {} : { servername: url.hostname }),
        rejectUnauthorized: tls === 'verify',
        ...(call.signal ? { signal: call.signal } : {}),
      })
      asked.once('response', resolve)
      asked.once('timeout', () => asked.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
      asked.once('error', (error) =>
        reject(
          call.signal?.aborted ? call.signal.reason : away(`${'code' in error ? error.code : error.message}`, error),
        ),
      )
      asked.end()
    })
  }

  async function answered(call: Call): Promise<IncomingMessage> {
    const answer = await get(call)
    const status = answer.statusCode ?? 0
    if (status === 200) return answer
    const said = (await bodyText(answer)).slice(0, 2000)
    const code = /<Code>(\w+)<\/Code>/.exec(said)?.[1] ?? String(status)
    if (status >= 500 || status === 429) throw away(code)
    if (status === 403 || status === 401)
      throw refused(`存储拒绝访问(${code})`, `The storage refused to let us in (${code})`)
    throw refused(`存储返回 ${status}(${code})`, `The storage answered ${status} (${code})`)
  }

  return {
    async list(prefix, most) {
      const found: FoundFile[] = []
      let token = ''
      do {
        const query: Record<string, string> = { 'list-type': '2', prefix, 'max-keys': '1000' }
        if (token) query['continuation-token'] = token
        const said = await bodyText(await answered({ path: `/${encoded(bucket)}`, query }))
        found.push(...objectsOf(said))
        token = unescaped(/<NextContinuationToken>([^<]*)</.exec(said)?.[1] ?? '')
      } while (token && found.length < most)
      return found
    },
    async fetch(key, to, signal) {
      const path = `/${encoded(bucket)}/${encoded(key, true)}`
      await pipeline(await answered({ path, query: {}, signal }), createWriteStream(to, { mode: 0o600 }))
    },
  }
}

function objectsOf(said: string): FoundFile[] {
  return [...said.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].map(([, one = '']) => ({
    path: unescaped(/<Key>([\s\S]*?)<\/Key>/.exec(one)?.[1] ?? ''),
    size: Number(/<Size>(\d+)<\/Size>/.exec(one)?.[1] ?? 0),
    changed: new Date(/<LastModified>([^<]+)</.exec(one)?.[1] ?? 0),
  }))
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (all, hex, dec, name) =>
    hex
      ? String.fromCodePoint(Number.parseInt(hex, 16))
      : dec
        ? String.fromCodePoint(Number(dec))
        : (entities[name] ?? all),
  )
}
