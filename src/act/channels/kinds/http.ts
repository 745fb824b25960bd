import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plain } from 'node:http'
import { Agent as SecureAgent, request as secure } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Ctx } from '../../../platform/ctx.ts'
import { addressOf } from './guard.ts'
import { WayFault } from './kind.ts'

export type Ask = {
  method: string
  url: string
  headers: Record<string, string>
  body?: string | Buffer
  timeoutMs: number
}
export type Reply = { status: number; headers: IncomingMessage['headers']; text: string }

export type Asker = { ask(ask: Ask, signal: AbortSignal): Promise<Reply>; close(): void }

const longestReply = 1024 * 1024

/** Asks over HTTP where it is allowed to; redirects are not followed. @throws WayFault for anything but an answer. */
export function openAsker(ctx: Ctx): Asker {
  const lookup: LookupFunction = (host, options, done) => {
    addressOf(ctx, host).then(
      ({ address, family }) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
      (error: Error) => done(error, '', 0),
    )
  }
  const agents = {
    http: new PlainAgent({ keepAlive: true, lookup }),
    https: new SecureAgent({ keepAlive: true, lookup }),
  }
  return {
    async ask(ask, signal) {
      const url = urlOf(ask.url)
      const host = url.hostname.replace(/^\[|\]$/g, '')
      // An address that is written out is connected to without a look-up.
      await addressOf(ctx, host)
      const limit = AbortSignal.any([signal, AbortSignal.timeout(ask.timeoutMs)])
      const options = { method: ask.method, headers: ask.headers, signal: limit }
      const request =
        url.protocol === 'https:'
          ? secure(url, { ...options, agent: agents.https })
          : plain(url, { ...options, agent: agents.http })
      return answerOf(request, ask)
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

function urlOf(text: string): URL {
  try {
    const url = new URL(text)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  } catch {
    // Said below.
  }
  throw new WayFault('transient', 'bad_url', 'the address is no http(s) URL')
}

async function answerOf(request: ClientRequest, ask: Ask): Promise<Reply> {
  // What was never connected was never taken; once it is, the provider may have it though no answer comes.
  let left = false
  request.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', () => (left = true))
    else left = true
  })
  try {
    request.end(ask.body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const parts: Buffer[] = []
    let size = 0
    for await (const part of response as AsyncIterable<Buffer>) {
      size += part.length
      if (size > longestReply)
        throw new WayFault('transient', 'long_answer', 'the answer is too long', { uncertain: true })
      parts.push(part)
    }
    return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString('utf8') }
  } catch (error) {
    if (error instanceof WayFault) throw error
    const cause = error as Error & { code?: string }
    if (cause.cause instanceof WayFault) throw cause.cause
    const code = cause.name === 'TimeoutError' || cause.name === 'AbortError' ? 'timeout' : (cause.code ?? 'network')
    throw new WayFault('transient', code.toLowerCase(), code, { uncertain: left, cause: error })
  }
}
