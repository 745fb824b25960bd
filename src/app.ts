import { openChannels } from './channelsWiring.ts'
import type { Config } from './config.ts'
import { ensureDemoAccounts, ensureFirstAdmin } from './govern/access/access.ts'
import { chainStatus } from './govern/audit/audit.ts'
import { type Ground, openGround, type Progress } from './ground.ts'
import type { Clock } from './platform/clock.ts'
import { asMachine } from './platform/ctx.ts'
import type { Logger } from './platform/log.ts'
import { startTracing } from './platform/trace.ts'
import { ensureDefaultSource } from './sense/catalog/catalog.ts'
import { makeRoom } from './sense/collect/collect.ts'
import { openHttp } from './web.ts'
import { startWorker } from './worker.ts'

export type App = Ground & {
  url: string
  firstAdmin: { login: string; password: string } | undefined
  /** Works all that has arrived and all that is due by the clock. For a clock that is moved. */
  settle(): Promise<void>
}

/** Starts the whole program by its configuration. `demo` adds a bank's organisations and accounts to practise with. */
export async function startApp(
  config: Config,
  log: Logger,
  options: { clock?: Clock; progress?: Progress; demo?: boolean } = {},
): Promise<App> {
  const tracing = config.otlpEndpoint ? startTracing(config.otlpEndpoint) : undefined
  const ground = await openGround(config, log, options)
  const { ctx, audit, metrics, home } = ground
  const closers: (() => Promise<unknown>)[] = [
    () => ground.close(),
    async () => tracing?.stop(),
    () => openChannels(ctx, config).close(),
  ]
  const close = async () => {
    for (const end of closers.splice(0).reverse())
      await end().catch((error) => log.warn({ err: error }, 'something did not close cleanly'))
  }
  try {
    const firstAdmin = options.demo ? undefined : await ensureFirstAdmin(ctx)
    if (options.demo) await ensureDemoAccounts(ctx)
    await ensureDefaultSource(ctx)
    await makeRoom(asMachine(ctx, 'collect'))
    const works = config.roles.has('worker')
    const jobs = works ? await startWorker(ground, options.progress) : undefined
    if (jobs) closers.push(() => jobs.stop())
    let url = ''
    if (config.roles.has('api')) {
      options.progress?.('console')
      const http = await openHttp(ground, { demo: options.demo ?? false })
      closers.push(() => http.close())
      await http.listen({ port: config.port, host: config.host })
      const address = http.server.address()
      const port = typeof address === 'object' && address ? address.port : config.port
      await home.announce(port)
      url = config.port === 0 ? `http://localhost:${port}` : config.publicUrl
    }
    log.info({ url, roles: [...config.roles] }, 'zhixing is ready')
    metrics.gauge(
      'zhixing_audit_unsealed',
      'Audit entries not yet in the chain',
      async () => (await chainStatus(ctx, audit)).unsealed,
    )
    return { ...ground, url, firstAdmin, settle: async () => jobs?.settle(), close }
  } catch (error) {
    await close()
    throw error
  }
}
