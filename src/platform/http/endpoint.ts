import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { Ctx } from '../ctx.ts'

/**
 * Who may call: a permission of the catalogue, anyone signed in, or everyone. There is no default:
 * a route without it does not compile, and one registered around this function fails a test.
 */
export type Needs = Permission | 'signed-in' | 'public'
/** `capability.thing.verb`, as listed in the capability's contract. */
export type Permission = `${string}.${string}`

type Parts<P, Q, B> = { params: P; query: Q; body: B; request: FastifyRequest; reply: FastifyReply }
/** Without a schema nothing is answered, whatever the use case returns. */
type Answer<S extends TSchema | undefined> = S extends TSchema ? Static<S> : unknown
type Of<S extends TSchema | undefined> = S extends TSchema ? Static<S> : undefined

export type Endpoint<
  P extends TSchema | undefined,
  Q extends TSchema | undefined,
  B extends TSchema | undefined,
  A extends TSchema | undefined,
> = {
  method: HTTPMethods
  url: string
  needs: Needs
  /** One line for the machine description. */
  summary: string
  params?: P
  query?: Q
  body?: B
  /** What is answered with status 200; none: 204. */
  answer?: A
  /** Bytes of body, where a megabyte is not the right limit. */
  bodyLimit?: number
  /** Calls a minute and caller, where the general limit is too generous; `false` for the doors of machines. */
  perMinute?: number | false
  handle(ctx: Ctx, parts: Parts<Of<P>, Of<Q>, Of<B>>): Promise<Answer<A>> | Answer<A>
}

/** Declares one route: what it needs, takes and gives, and the one use case it calls. */
export function endpoint<
  P extends TSchema | undefined = undefined,
  Q extends TSchema | undefined = undefined,
  B extends TSchema | undefined = undefined,
  A extends TSchema | undefined = undefined,
>(app: FastifyInstance, route: Endpoint<P, Q, B, A>): void {
  const { params, query, body, answer } = route
  app.route({
    method: route.method,
    url: route.url,
    ...(route.bodyLimit ? { bodyLimit: route.bodyLimit } : {}),
    config: { needs: route.needs, ...limitOf(route.perMinute) },
    schema: {
      summary: route.summary,
      tags: [tagOf(route.url)],
      ...(route.needs === 'public' ? { security: [] } : { description: `Needs \`${route.needs}\`.` }),
      ...(params ? { params } : {}),
      ...(query ? { querystring: query } : {}),
      ...(body ? { body } : {}),
      response: answer ? { 200: answer } : { 204: { type: 'null', description: 'Done' } },
    },
    async handler(request, reply) {
      const parts = { params: request.params, query: request.query, body: request.body, request, reply }
      const answered = await route.handle(request.ctx, parts as Parts<Of<P>, Of<Q>, Of<B>>)
      if (reply.sent) return reply
      return answer ? answered : reply.code(204).send()
    },
  })
}

function limitOf(perMinute: number | false | undefined) {
  if (perMinute === undefined) return {}
  return { rateLimit: perMinute === false ? (false as const) : { max: perMinute } }
}

function tagOf(url: string): string {
  const [first, second] = url.split('/').filter(Boolean)
  return (first === 'api' ? second : first) ?? 'root'
}
