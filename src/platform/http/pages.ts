import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem, text } from '../problem.ts'
import { answerProblem } from './server.ts'

/** Stands in the built index.html where this answer's nonce goes. */
const noncePlaceholder = '__NONCE__'

/**
 * Serves the built console. Files with a hash in their name never change and are kept for a year; the page that
 * names them is asked for each time. Any other address that a browser opens is a page of the console's own router.
 */
export async function servePages(app: FastifyInstance, folder: string): Promise<void> {
  const index = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined)
  if (index !== undefined)
    await app.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      index: false,
      immutable: true,
      maxAge: '365d',
      preCompressed: true,
    })

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/'
    const opened = request.method === 'GET' && request.headers.accept?.includes('text/html')
    const ofConsole = !/^\/(api|v1|assets|sa|debug|docs|h5|sdk|demo)(\/|$)/.test(path)
    if (opened && ofConsole && index !== undefined) return sendPage(reply, index)
    const problem =
      opened && ofConsole
        ? new Problem(
            'unavailable',
            'http.no_console',
            text('控制台尚未构建:npm run console:build', 'The console is not built: npm run console:build'),
          )
        : new Problem('missing', 'http.no_route', text('没有这个地址', 'There is nothing at this address'))
    return answerProblem(problem, request, reply)
  })
}

function sendPage(reply: FastifyReply, index: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64')
  return (
    reply
      .header('content-security-policy', contentSecurityPolicy(nonce))
      // The console speaks to a page that it opened in a window of its own, when someone picks elements there.
      .header('cross-origin-opener-policy', 'same-origin-allow-popups')
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(index.replaceAll(noncePlaceholder, nonce))
  )
}

/** Scripts, frames and connections from here only; styles from here or carrying the nonce (the component library writes some). */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "frame-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ')
}
