import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { endpoint } from './platform/http/endpoint.ts'
import { missing } from './platform/problem.ts'

/** Where the practice bank leaves files for people to take, below the folder it is given. */
export const demoFilesIn = (home: string) => join(home, 'demo', 'files')

const Files = Type.Object({ items: Type.Array(Type.Object({ name: Type.String(), size: Type.Integer() })) })

/** Of the demo only: the exports that the practice bank has made for the tour. A name is looked up, never a path. */
export function demoFilesRoutes(app: FastifyInstance, home: string): void {
  const folder = demoFilesIn(home)
  const names = () => readdir(folder).catch((): string[] => [])
  endpoint(app, {
    method: 'GET',
    url: '/api/demo/files',
    needs: 'signed-in',
    summary: 'Files of the practice bank to try an import with',
    answer: Files,
    async handle() {
      const items = await Promise.all(
        (await names()).sort().map(async (name) => ({ name, size: (await stat(join(folder, name))).size })),
      )
      return { items }
    },
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/demo/files/:name',
    needs: 'signed-in',
    summary: 'One of them',
    params: Type.Object({ name: Type.String({ maxLength: 200 }) }),
    async handle(_ctx, { params, reply }) {
      const name = (await names()).find((one) => one === params.name) ?? missing('file', params.name)
      reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
      await reply.type('application/octet-stream').send(await readFile(join(folder, name)))
    },
  })
}
