import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { channelsRoutes } from './act/channels/routes.ts'
import { contentRoutes } from './act/content/routes.ts'
import { messagesRoutes } from './act/messages/routes.ts'
import { openChannels } from './channelsWiring.ts'
import { contactRoutes } from './decide/contact/routes.ts'
import { demoFilesRoutes } from './demoFiles.ts'
import { authenticate, readProviders } from './govern/access/access.ts'
import { accessRoutes } from './govern/access/routes.ts'
import { auditRoutes } from './govern/audit/routes.ts'
import { orgsRoutes } from './govern/orgs/routes.ts'
import { privacyRoutes } from './govern/privacy/routes.ts'
import { systemRoutes } from './govern/system/routes.ts'
import type { Ground } from './ground.ts'
import { openImports } from './importsWiring.ts'
import { withCtx } from './platform/ctx.ts'
import { serveFiles } from './platform/http/files.ts'
import { operateRoutes, type ReadyCheck } from './platform/http/operate.ts'
import { servePages } from './platform/http/pages.ts'
import { createHttp } from './platform/http/server.ts'
import { openPicking } from './sense/catalog/catalog.ts'
import { catalogRoutes } from './sense/catalog/routes.ts'
import { collectRoutes } from './sense/collect/routes.ts'
import { customersRoutes } from './sense/customers/routes.ts'
import { identityRoutes } from './sense/identity/routes.ts'
import { importsRoutes } from './sense/imports/routes.ts'
import { segmentsRoutes } from './sense/segments/routes.ts'
import { tagsRoutes } from './sense/tags/routes.ts'
import { warehouseRoutes } from './sense/warehouse/routes.ts'
import { openWarehouse } from './warehouseWiring.ts'

const consoleFolder = join(import.meta.dirname, '../dist/console')
/** Pages of a bank that is made up, to practise on; they are no part of the product, and served in the demo alone. */
const practiceFolder = join(import.meta.dirname, '../demo/pages')

/** The web server with every capability's routes. */
export async function openHttp(ground: Ground, options: { demo: boolean }): Promise<FastifyInstance> {
  const { ctx, config, metrics, audit } = ground
  const app = await createHttp({
    ctx: withCtx(ctx, { scope: 'nothing' }),
    authenticate,
    metrics,
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    requestsPerMinute: config.requestsPerMinute,
  })
  operateRoutes(app, { metrics, checks: readyChecks(ground), metricsToken: config.metricsToken })
  accessRoutes(app, { demo: options.demo, publicUrl: config.publicUrl, oidc: readProviders(config.oidc) })
  orgsRoutes(app)
  auditRoutes(app, audit)
  privacyRoutes(app)
  systemRoutes(app, { homePath: ground.home.path, audit })
  catalogRoutes(app)
  collectRoutes(app)
  identityRoutes(app)
  customersRoutes(app)
  importsRoutes(app, openImports(ground.home.path))
  warehouseRoutes(app, openWarehouse(ground.home.path))
  tagsRoutes(app)
  segmentsRoutes(app)
  contentRoutes(app)
  contactRoutes(app)
  channelsRoutes(app, openChannels(ctx, config))
  messagesRoutes(app)
  if (options.demo) demoFilesRoutes(app, ground.home.path)
  await openSdk(app, ground, options)
  await servePages(app, consoleFolder)
  return app
}

/** The files that stand in the bank's pages, and in the demo those pages themselves. */
async function openSdk(app: FastifyInstance, { vault }: Ground, { demo }: { demo: boolean }): Promise<void> {
  await serveFiles(app, join(consoleFolder, 'sdk'), {
    prefix: '/sdk',
    headers: {
      'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
      // Pages of any origin have it in their markup.
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    },
  })
  if (demo)
    await serveFiles(app, practiceFolder, {
      prefix: '/demo',
      headers: {
        'cache-control': 'no-cache',
        'content-security-policy': practicePolicy,
        'referrer-policy': 'strict-origin-when-cross-origin',
      },
    })
  openPicking(app, { key: vault.lastingKey('picking'), practice: demo ? practicePages : [] })
}

/** As strict as a bank's: it shows that the SDK needs no exception. */
const practicePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ')

const practicePages = [
  { title: '手机银行首页', path: '/demo/' },
  { title: '理财产品列表', path: '/demo/wealth.html' },
  { title: '理财产品详情', path: '/demo/product.html' },
  { title: '风险承受能力评估', path: '/demo/risk.html' },
  { title: '购买确认', path: '/demo/confirm.html' },
]

function readyChecks({ db, facts, home }: Ground): ReadyCheck[] {
  return [
    { name: 'postgres', fault: async () => faultOf(await db.health()) },
    { name: 'clickhouse', fault: async () => faultOf(await facts.health()) },
    { name: 'disk', fault: () => diskFault(home.path) },
  ]
}

function faultOf(health: { ok: true } | { ok: false; reason: string }): string | undefined {
  return health.ok ? undefined : health.reason
}

/** Below this the engines are about to refuse writes. */
const leastFreeBytes = 100 * 1024 ** 2

async function diskFault(folder: string): Promise<string | undefined> {
  const disk = await statfs(folder)
  return disk.bavail * disk.bsize < leastFreeBytes ? `less than 100 MiB free at ${folder}` : undefined
}
