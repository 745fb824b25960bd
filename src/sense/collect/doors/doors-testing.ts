import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type Authenticate, createHttp } from '../../../platform/http/server.ts'
import { createMetrics } from '../../../platform/metrics.ts'
import { type TestCtx, testCtx } from '../../../platform/testing/testing.ts'
import type { Envelope, Incoming, Refusal } from '../contract.ts'
import { openDoors } from './doors.ts'

export type Kit = {
  app: FastifyInstance
  ctx: TestCtx
  /** What the house behind the doors was given, by source. */
  received: { source: string; incoming: Incoming }[]
  envelopes(): Envelope[]
  refusals(): Refusal[]
  /** Instead of an outcome, from now on. */
  fail(error: Error | undefined): void
  listen(): Promise<string>
}

/** The product's own server with the doors open, before a house that remembers what it was given and nothing else. */
export async function openKit(
  t: TestContext,
  options: { plan?: (one: Incoming) => Refusal | undefined; authenticate?: Authenticate } = {},
): Promise<Kit> {
  const ctx = await testCtx(t)
  const app = await createHttp({
    ctx,
    authenticate: options.authenticate ?? (async () => undefined),
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    // What a console may ask in a minute: the doors must not stand under it.
    requestsPerMinute: 5,
  })
  t.after(async () => {
    const closing = app.close()
    // A browser keeps connections on which it never asked anything; the server would wait for them.
    app.server.closeAllConnections()
    await closing
  })
  const received: Kit['received'] = []
  const seen = new Set<string>()
  let failure: Error | undefined
  const sources: Record<string, string> = { default: 'src_default', bank_prod: 'src_bank', wk_test: 'src_default' }
  const { plan } = options
  openDoors(app, {
    findSource: async (_ctx, name) => (Object.hasOwn(sources, name) ? { id: sources[name] ?? '' } : undefined),
    async receive(_ctx, source, incoming) {
      if (failure) throw failure
      return incoming.map((one) => {
        const key = `${source.id} ${one.key}`
        if (seen.has(key)) return 'duplicate'
        seen.add(key)
        received.push({ source: source.id, incoming: one })
        return 'refused' in one ? 'rejected' : 'stored'
      })
    },
    ...(plan ? { validate: async (_ctx, _source, incoming) => incoming.map(plan) } : {}),
  })
  return {
    app,
    ctx,
    received,
    envelopes: () => received.flatMap(({ incoming }) => ('envelope' in incoming ? [incoming.envelope] : [])),
    refusals: () => received.flatMap(({ incoming }) => ('refused' in incoming ? [incoming.refused] : [])),
    fail: (error) => {
      failure = error
    },
    listen: () => app.listen({ port: 0, host: '127.0.0.1' }),
  }
}

/** A file of real test vectors, which stand beside the repository and not in it; undefined and a visible skip without. */
export async function vectors<T>(t: TestContext, path: string): Promise<T | undefined> {
  const beside = join(import.meta.dirname, '../../../../../shared/data')
  const file = join(process.env.ZHIXING_SHARED_DATA ?? beside, 'vectors', path)
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as T
  t.skip(`no test vectors at ${file}`)
  return undefined
}
