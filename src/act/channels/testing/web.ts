import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export type Asked = {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  json: unknown
}
export type Said = { status?: number; body?: unknown; headers?: Record<string, string> } | 'never'

/** A server on this machine that answers as it is told, and keeps what it was asked. */
export async function startWeb(t: TestContext) {
  const web = { url: '', port: 0, asked: [] as Asked[], answer: (_one: Asked): Said => ({ body: { code: '0' } }) }
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
    const body = Buffer.concat(parts)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://web')
    const one = {
      ...{ method: request.method ?? '', path: pathname, query: searchParams, headers: request.headers, body },
      json: jsonOf(body),
    }
    web.asked.push(one)
    const said = web.answer(one)
    if (said === 'never') return
    const json = typeof said.body === 'string' ? said.body : JSON.stringify(said.body ?? {})
    response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers }).end(json)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  web.port = (server.address() as AddressInfo).port
  web.url = `http://127.0.0.1:${web.port}`
  t.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return web
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
