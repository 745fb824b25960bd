import type { FastifyInstance } from 'fastify'
import type { Ctx } from '../../platform/ctx.ts'
import { endpoint } from '../../platform/http/endpoint.ts'
import { invalidField, Problem, text } from '../../platform/problem.ts'
import * as wire from './contract.ts'
import { readPick, signPick } from './rules/pick.ts'

export type PickingOptions = {
  /** Seals the tokens; the same in every process. */
  key: Buffer
  /** Pages to practise on, where the demo serves some. */
  practice: readonly { title: string; path: string }[]
}

/** A walk through a site takes minutes; the console renews the token while its page is open. */
const lastsMs = 15 * 60_000

/** The console's and the page's way to each other (可视化圈选). The product never fetches or proxies a page. */
export function openPicking(app: FastifyInstance, options: PickingOptions): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/picking/pages',
    needs: 'catalog.plan.read',
    summary: 'Pages to practise picking on',
    answer: wire.PracticePages,
    handle: () => ({ items: [...options.practice] }),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/picking',
    needs: 'catalog.plan.edit',
    summary: 'A short-lived token, with which one page shows its elements to this console',
    body: wire.NewPick,
    answer: wire.Pick,
    handle: (ctx, { body, request }) => startPicking(ctx, body, String(request.headers.origin ?? ''), options.key),
  })
  void app.register(async (pages) => {
    pages.removeAllContentTypeParsers()
    // Text, so that a page of another origin need not ask before it asks.
    pages.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 4096 }, (_request, body, done) => {
      try {
        done(null, JSON.parse(String(body)))
      } catch {
        done(refused())
      }
    })
    pages.addHook('onRequest', async (request, reply) => {
      reply.header('access-control-allow-origin', request.headers.origin ?? 'null')
      reply.header('vary', 'origin')
      reply.header('cross-origin-resource-policy', 'cross-origin')
      reply.header('cache-control', 'no-store')
    })
    endpoint(pages, {
      method: 'POST',
      url: '/v1/pick',
      needs: 'public',
      summary: 'A page asks whether it may show its elements, and to whom',
      perMinute: 120,
      body: wire.PickProof,
      answer: wire.Picking,
      handle: (ctx, { body, request }) =>
        confirmPicking(ctx, body.token, String(request.headers.origin ?? ''), options.key),
    })
  })
}

/** `console` is the origin that the browser of the signed-in person says it is; a forged call has no session. */
function startPicking(ctx: Ctx, { url }: wire.NewPick, console: string, key: Buffer): wire.Pick {
  const page = addressOf(url, console)
  if (!URL.canParse(console))
    throw new Problem('invalid', 'catalog.pick_browser', text('请在浏览器中使用圈选', 'Picking is done in a browser'))
  const until = ctx.now.getTime() + lastsMs
  const org = typeof ctx.scope === 'object' ? ctx.scope.path : ctx.scope
  const token = signPick({ user: ctx.who.id, org, page: page.origin, console, until }, key)
  return {
    token,
    origin: page.origin,
    url: page.href,
    here: page.origin === console,
    until: new Date(until).toISOString(),
  }
}

function addressOf(url: string, console: string): URL {
  const base = url.startsWith('/') && !url.startsWith('//') ? console : undefined
  const page = URL.canParse(url, base) ? new URL(url, base) : undefined
  if (page?.protocol !== 'http:' && page?.protocol !== 'https:')
    throw invalidField(
      'url',
      'catalog.pick_address',
      text('请输入完整的网址,以 http:// 或 https:// 开头', 'Give a whole address that begins with http:// or https://'),
    )
  // A page of the console itself has no SDK, and a person's own session in it.
  if (page.origin === console && !page.pathname.startsWith('/demo/'))
    throw invalidField(
      'url',
      'catalog.pick_self',
      text('不能圈选本控制台的页面', 'The console itself is not picked on'),
    )
  return page
}

function confirmPicking(ctx: Ctx, token: string, origin: string, key: Buffer): wire.Picking {
  const claims = readPick(token, key, { origin, now: ctx.now }) ?? deny()
  return { console: claims.console, until: new Date(claims.until).toISOString() }
}

function refused(): Problem {
  return new Problem(
    'denied',
    'catalog.pick_refused',
    text(
      '圈选凭证无效或已过期,请在控制台重新打开页面',
      'The token is not valid any more: open the page again from the console',
    ),
  )
}

function deny(): never {
  throw refused()
}
