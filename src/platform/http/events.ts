import { once } from 'node:events'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** One server-sent event: its name, and what goes as JSON. */
export type ServerEvent = { event: string; data: unknown }

/** Proxies and browsers give up on a silent connection. */
const heartbeatMs = 15_000

const open = new Set<AbortController>()

/** A server that stops waits for its answers to end: these end when it asks. */
export function endEventsOnClose(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    for (const one of open) one.abort()
  })
}

/**
 * Answers with server-sent events as long as the caller listens; `events` is told when he leaves. The answer's own
 * headers stay (the platform's hooks set them), buffering proxies are told not to.
 */
export async function sendEvents(
  reply: FastifyReply,
  events: (stop: AbortSignal) => AsyncIterable<ServerEvent>,
): Promise<void> {
  const left = new AbortController()
  open.add(left)
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  raw.write(': \n\n')
  raw.on('close', () => left.abort())
  const beat = setInterval(() => raw.write(': \n\n'), heartbeatMs)
  try {
    for await (const { event, data } of events(left.signal)) {
      if (left.signal.aborted) break
      const room = raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      // A reader that does not read gets nothing more until he does, and costs no memory meanwhile.
      if (!room) await Promise.race([once(raw, 'drain'), once(raw, 'close')])
    }
  } catch (error) {
    // The answer has begun: nothing can be said to the caller but the end of it.
    reply.request.ctx.log.warn({ err: error }, 'events could not be sent on')
  } finally {
    open.delete(left)
    clearInterval(beat)
    raw.end()
  }
}
