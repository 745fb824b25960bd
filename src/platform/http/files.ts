import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export type FileOptions = {
  /** Where they are served: `/sdk`. */
  prefix: string
  /** Sent with each of them. */
  headers: Record<string, string>
}

/**
 * Serves the few files of a folder to anyone, under names that do not change: a browser asks again whether it has the
 * newest (an answer of 304 costs nothing) once its copy is old. They are read and compressed once. A file that is called
 * `index.html` is also its folder. Returns the names; none when there is no such folder.
 */
export async function serveFiles(app: FastifyInstance, folder: string, options: FileOptions): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) => types[extname(name)])
  for (const name of names.sort()) {
    const file = await readWhole(join(folder, name))
    const paths = [name, ...(name.endsWith('index.html') ? [name.slice(0, -'index.html'.length)] : [])]
    for (const path of paths)
      app.get(`${options.prefix}/${path}`, {
        config: { needs: 'public', rateLimit: false },
        schema: { hide: true },
        handler: (request, reply) => send(request, reply, file, options.headers),
      })
  }
  return names
}

type Whole = { type: string; tag: string; plain: Buffer; br: Buffer; gzip: Buffer }

async function readWhole(path: string): Promise<Whole> {
  const plain = await readFile(path)
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`
  return { type: types[extname(path)] ?? '', tag, plain, br: await toBrotli(plain), gzip: await toGzip(plain) }
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  file: Whole,
  headers: Record<string, string>,
): FastifyReply {
  reply.headers({ ...headers, etag: file.tag, vary: 'accept-encoding' })
  if (request.headers['if-none-match']?.includes(file.tag)) return reply.code(304).send()
  const accepted = String(request.headers['accept-encoding'] ?? '')
  const coding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined
  if (coding) reply.header('content-encoding', coding)
  return reply.type(file.type).send(coding ? file[coding] : file.plain)
}
