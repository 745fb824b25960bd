import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { type Ctx, type Lang, type Scope, type Who, withCtx } from '../ctx.ts'
import type { Metrics } from '../metrics.ts'
import { Problem, text } from '../problem.ts'
import { span } from '../trace.ts'
import type { Needs } from './endpoint.ts'
import { endEventsOnClose } from './events.ts'
import { describe } from './openapi.ts'
import { problemJson, statusOf, toProblem } from './problems.ts'
import { validatorCompiler } from './validate.ts'

/** Who a request speaks for. `csrf` is set when a browser sends the proof by itself (a cookie): writes must repeat it. */
export type Caller = {
  who: Who
  scope: Scope
  permissions: ReadonlySet<string>
  lang?: Lang | undefined
  csrf?: string | undefined
}

/** Reads the proof a request carries: undefined when it carries none, a Problem when the proof is no good. */
export type Authenticate = (ctx: Ctx, request: FastifyRequest) => Promise<Caller | undefined>

declare module 'fastify' {
  interface FastifyRequest {
    ctx: Ctx
    signedIn: boolean
  }
  interface FastifyContextConfig {
    needs?: Needs
  }
}

export type HttpOptions = {
  ctx: Ctx
  authenticate: Authenticate
  metrics: Metrics
  publicUrl: string
  trustProxy: boolean
  requestsPerMinute: number
}

/** The web server with all that every route shares; capabilities add their routes with `endpoint`. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { ctx } = options
  const app = fastify({
    loggerInstance: ctx.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy,
    bodyLimit: 1024 * 1024,
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    genReqId: (request) => safeRequestId(request.headers['x-request-id']),
    routerOptions: { maxParamLength: 300 },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.decorateRequest('ctx')
  app.decorateRequest('signedIn', false)
  await app.register(cookie)
  await app.register(helmet, { contentSecurityPolicy: false, hsts: options.publicUrl.startsWith('https:') })
  await app.register(rateLimit, {
    max: options.requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => request.cookies.zx_session?.slice(0, 20) ?? request.ip,
    errorResponseBuilder: (_request, limit) =>
      new Problem('throttled', 'http.too_many', text('请求过于频繁,请稍后再试', 'Too many requests, please wait'), {
        retryAfterSeconds: Math.ceil(limit.ttl / 1000),
      }),
  })
  await describe(app, options.publicUrl)
  app.addHook('onRequest', async (request, reply) => admit(options, request, reply))
  app.addHook('onRoute', (route) => {
    // Files that anyone may have: the built console, and the pages that show the machine description.
    if (/^\/(assets|docs)(\/|$)/.test(route.url)) return
    if (route.config?.needs === undefined)
      throw new Error(`${route.method} ${route.url} does not say what it needs: declare it with endpoint()`)
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    options.metrics.request(request.method, route, reply.statusCode, reply.elapsedTime)
    const seen = { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }
    request.ctx?.log[reply.statusCode >= 500 ? 'warn' : 'debug'](seen, 'request')
  })
  endEventsOnClose(app)
  app.addHook('preClose', async () => endConnections(app))
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply))
  return app
}

/** How long an answer under way may take when the server stops. */
const graceMs = 5000

/**
 * A connection that never sent a request counts as busy (browsers open them ahead, port scanners leave them): without
 * this a single one would hold up the stop for as long as it likes.
 */
function endConnections(app: FastifyInstance): void {
  setTimeout(() => app.server.closeAllConnections(), graceMs).unref()
}

function safeRequestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID()
}

async function admit(options: HttpOptions, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('x-request-id', request.id)
  const log = options.ctx.log.child({ request: request.id })
  const idempotencyKey = oneHeader(request, 'idempotency-key')
  if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,200}$/.test(idempotencyKey))
    throw new Problem(
      'invalid',
      'idempotency.bad_key',
      text('幂等键格式不正确', 'Idempotency-Key: 1 to 200 visible ASCII characters'),
    )
  const nobody = withCtx(options.ctx, {
    log,
    who: { kind: 'nobody', id: 'nobody', name: '' },
    scope: 'nothing',
    permissions: new Set(),
    lang: langOf(request),
    origin: {
      requestId: request.id,
      ip: request.ip,
      agent: oneHeader(request, 'user-agent')?.slice(0, 300) ?? '',
      idempotencyKey,
    },
  })
  request.ctx = nobody
  const needs = request.routeOptions.config.needs
  if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
  if (needs === undefined) return
  const caller = await span('authenticate', {}, () => options.authenticate(nobody, request)).catch((error: unknown) => {
    // A stale proof must not lock anyone out of the pages that need none, the sign-in among them.
    if (needs === 'public' && error instanceof Problem && error.kind === 'unauthenticated') return undefined
    throw error
  })
  if (caller) {
    request.signedIn = true
    request.ctx = withCtx(nobody, {
      who: caller.who,
      scope: caller.scope,
      permissions: caller.permissions,
      lang: oneHeader(request, 'x-lang') ? nobody.lang : (caller.lang ?? nobody.lang),
    })
  }
  if (needs === 'public') return
  if (!caller) throw new Problem('unauthenticated', 'access.sign_in', text('请先登录', 'Please sign in'))
  if (caller.csrf && !['GET', 'HEAD', 'OPTIONS'].includes(request.method)) {
    if (oneHeader(request, 'x-csrf-token') !== caller.csrf)
      throw new Problem(
        'denied',
        'access.csrf',
        text('请求缺少防伪标记,请刷新页面', 'The request lacks its CSRF token: reload the page'),
      )
  }
  if (needs !== 'signed-in' && !caller.permissions.has(needs))
    throw new Problem('denied', 'access.denied', text(`您没有权限:${needs}`, `You lack the permission ${needs}`))
}

function oneHeader(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function langOf(request: FastifyRequest): Lang {
  const asked = oneHeader(request, 'x-lang') ?? oneHeader(request, 'accept-language') ?? 'zh'
  return /^\s*en/i.test(asked) ? 'en' : 'zh'
}

export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { problem, bug } = toProblem(error)
  const status = statusOf(problem, bug)
  const log = request.ctx?.log ?? request.log
  if (bug) log.error({ err: error }, 'unexpected error')
  else if (status >= 500) log.warn({ code: problem.code, err: problem.cause ?? problem }, 'problem')
  else log.debug({ code: problem.code }, 'problem')
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', Math.max(1, problem.retryAfterSeconds))
  const json = problemJson(problem, request.ctx?.lang ?? 'zh', status, request.url.split('?')[0] ?? '/', request.id)
  return reply.code(status).type('application/problem+json; charset=utf-8').serializer(JSON.stringify).send(json)
}
