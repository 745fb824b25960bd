import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Metrics } from '../metrics.ts'
import { Problem, text } from '../problem.ts'
import { endpoint } from './endpoint.ts'

/** One thing that must work for requests to be answered: undefined when it does, else the reason. */
export type ReadyCheck = { name: string; fault(): Promise<string | undefined> }

const Health = Type.Object({ status: Type.Literal('ok') })
const Ready = Type.Object({
  status: Type.Union([Type.Literal('ready'), Type.Literal('not ready')]),
  checks: Type.Record(Type.String(), Type.String()),
})

/** What an operator's tools ask: does the process live, can it serve, what does it count. */
export function operateRoutes(
  app: FastifyInstance,
  options: { metrics: Metrics; checks: ReadyCheck[]; metricsToken: string | undefined },
): void {
  endpoint(app, {
    method: 'GET',
    url: '/healthz',
    needs: 'public',
    summary: 'The process lives',
    answer: Health,
    handle: () => ({ status: 'ok' as const }),
  })

  app.route({
    method: 'GET',
    url: '/readyz',
    config: { needs: 'public' },
    schema: {
      summary: 'The process can serve; 503 names what is missing',
      tags: ['readyz'],
      security: [],
      response: { 200: Ready, 503: Ready },
    },
    async handler(_request, reply) {
      const faults = await Promise.all(
        options.checks.map(async (check) => [check.name, (await check.fault()) ?? 'ok'] as const),
      )
      const ready = faults.every(([, fault]) => fault === 'ok')
      return reply
        .code(ready ? 200 : 503)
        .send({ status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(faults) })
    },
  })

  app.route({
    method: 'GET',
    url: '/metrics',
    config: { needs: 'public', rateLimit: false },
    schema: {
      summary: 'Prometheus metrics: from this machine, or with the metrics token',
      tags: ['metrics'],
      security: [],
    },
    async handler(request, reply) {
      if (!mayScrape(request, options.metricsToken))
        throw new Problem(
          'denied',
          'metrics.denied',
          text('仅限本机或凭令牌访问', 'Metrics are read from this machine or with ZHIXING_METRICS_TOKEN'),
        )
      return reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics())
    },
  })
}

/** A proxy on this machine makes strangers look local: a forwarded request always needs the token. */
function mayScrape(request: FastifyRequest, token: string | undefined): boolean {
  const given = request.headers.authorization?.replace(/^Bearer /, '')
  if (token && given) {
    const [a, b] = [Buffer.from(token), Buffer.from(given)]
    if (a.length === b.length && timingSafeEqual(a, b)) return true
  }
  const from = request.socket.remoteAddress ?? ''
  const local = from === '::1' || from.startsWith('127.') || from.startsWith('::ffff:127.')
  return local && request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined
}
