import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { permissions as channelsPermissions } from './act/channels/contract.ts'
import { channelsRoutes } from './act/channels/routes.ts'
import { permissions as contentPermissions } from './act/content/contract.ts'
import { contentRoutes } from './act/content/routes.ts'
import { permissions as messagesPermissions } from './act/messages/contract.ts'
import { startSender } from './act/messages/messages.ts'
import { messagesRoutes } from './act/messages/routes.ts'
import { openChannels } from './channelsWiring.ts'
import type { Config } from './config.ts'
import { jobs as contactJobs } from './decide/contact/contact.ts'
import { permissions as contactPermissions } from './decide/contact/contract.ts'
import { contactRoutes } from './decide/contact/routes.ts'
import { demoFilesRoutes } from './demoFiles.ts'
import {
  accessJobs,
  authenticate,
  declarePermissions,
  ensureDemoAccounts,
  ensureFirstAdmin,
  readProviders,
} from './govern/access/access.ts'
import { accessRoutes } from './govern/access/routes.ts'
import { type Audit, chainStatus, openAudit, startAuditSealing } from './govern/audit/audit.ts'
import { auditJobs } from './govern/audit/jobs.ts'
import { auditRoutes } from './govern/audit/routes.ts'
import { orgsRoutes } from './govern/orgs/routes.ts'
import { openVault, jobs as privacyJobs, type Vault } from './govern/privacy/privacy.ts'
import { privacyRoutes } from './govern/privacy/routes.ts'
import { systemRoutes } from './govern/system/routes.ts'
import { openImports } from './importsWiring.ts'
import { messageDeps } from './messagesWiring.ts'
import { unauditedChange } from './platform/change.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import { asMachine, type ChangeRecord, type Ctx, makeCtx, type RecordChange, withCtx } from './platform/ctx.ts'
import { type Db, openDb, prepareDatabase } from './platform/db/db.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './platform/db/embedded.ts'
import { migrate } from './platform/db/migrate.ts'
import { type Facts, openFacts } from './platform/facts/facts.ts'
import { type Feed, followLag, startFollower } from './platform/facts/follow.ts'
import { migrateFacts } from './platform/facts/migrate.ts'
import { type Home, openHome } from './platform/home.ts'
import { serveFiles } from './platform/http/files.ts'
import { operateRoutes, type ReadyCheck } from './platform/http/operate.ts'
import { servePages } from './platform/http/pages.ts'
import { createHttp } from './platform/http/server.ts'
import { type Job, type Jobs, migrateJobs, startJobs } from './platform/jobs/jobs.ts'
import type { Logger } from './platform/log.ts'
import { createMetrics, type Metrics } from './platform/metrics.ts'
import { text } from './platform/problem.ts'
import { startTracing } from './platform/trace.ts'
import {
  catalogFeeds,
  jobs as catalogJobs,
  ensureDefaultSource,
  openPicking,
  sourcesById,
} from './sense/catalog/catalog.ts'
import { permissions as catalogPermissions } from './sense/catalog/contract.ts'
import { catalogRoutes } from './sense/catalog/routes.ts'
import { collectStep, makeRoom, roomJob, type Step, startPipeline } from './sense/collect/collect.ts'
import { permissions as collectPermissions } from './sense/collect/contract.ts'
import { collectRoutes } from './sense/collect/routes.ts'
import { permissions as customersPermissions } from './sense/customers/contract.ts'
import { customerFeed, profileStep } from './sense/customers/customers.ts'
import { customersRoutes } from './sense/customers/routes.ts'
import { permissions as identityPermissions } from './sense/identity/contract.ts'
import { aliasFeed, identityStepWith, owners, settleJob } from './sense/identity/identity.ts'
import { identityRoutes } from './sense/identity/routes.ts'
import { permissions as importsPermissions } from './sense/imports/contract.ts'
import { importsRoutes } from './sense/imports/routes.ts'
import { permissions as segmentsPermissions } from './sense/segments/contract.ts'
import { segmentsRoutes } from './sense/segments/routes.ts'
import { jobs as segmentsJobs, startLive } from './sense/segments/segments.ts'
import { permissions as tagsPermissions } from './sense/tags/contract.ts'
import { tagsRoutes } from './sense/tags/routes.ts'
import { jobs as tagsJobs } from './sense/tags/tags.ts'
import { permissions as warehousePermissions } from './sense/warehouse/contract.ts'
import { warehouseRoutes } from './sense/warehouse/routes.ts'
import { openWarehouse } from './warehouseWiring.ts'

const consoleFolder = join(import.meta.dirname, '../dist/console')
/** Pages of a bank that is made up, to practise on; they are no part of the product, and served in the demo alone. */
const practiceFolder = join(import.meta.dirname, '../demo/pages')

declarePermissions({ id: 'catalog', name: text('数据目录', 'Catalogue'), permissions: catalogPermissions })
declarePermissions({ id: 'collect', name: text('数据采集', 'Collection'), permissions: collectPermissions })
declarePermissions({ id: 'identity', name: text('统一身份', 'Identity'), permissions: identityPermissions })
declarePermissions({ id: 'customers', name: text('客户', 'Customers'), permissions: customersPermissions })
declarePermissions({ id: 'imports', name: text('数据导入', 'Imports'), permissions: importsPermissions })
declarePermissions({ id: 'warehouse', name: text('数仓映射', 'Warehouse'), permissions: warehousePermissions })
declarePermissions({ id: 'content', name: text('内容', 'Content'), permissions: contentPermissions })
declarePermissions({ id: 'tags', name: text('标签', 'Tags'), permissions: tagsPermissions })
declarePermissions({ id: 'segments', name: text('客群', 'Segments'), permissions: segmentsPermissions })
declarePermissions({ id: 'contact', name: text('触达策略', 'Contact policy'), permissions: contactPermissions })
declarePermissions({ id: 'messages', name: text('消息', 'Messages'), permissions: messagesPermissions })
declarePermissions({ id: 'channels', name: text('触达渠道', 'Channels'), permissions: channelsPermissions })

/** The engines and what stands on them, without a server or jobs: what a command of the operator's needs. */
export type Ground = {
  ctx: Ctx
  config: Config
  home: Home
  db: Db
  facts: Facts
  vault: Vault
  audit: Audit
  metrics: Metrics
  /** The superuser's address of the embedded engine, or the one that was given. */
  databaseUrl: string
  postgres: EmbeddedPostgres | undefined
  close(): Promise<void>
}

/** Says what is being done, for a person who waits. */
export type Progress = (step: 'postgres' | 'clickhouse' | 'schema' | 'jobs' | 'console') => void

/** The home folder and both engines as they are, nothing migrated and nothing written: what a restore needs. */
export async function openBareEngines(
  config: Config,
  log: Logger,
): Promise<{ databaseUrl: string; facts: Facts; close(): Promise<void> }> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end()
  }
  try {
    const home = await openHome(config.home)
    closers.push(() => home.close())
    const { databaseUrl, facts } = await openEngines(config, home, log, createMetrics(), closers)
    return { databaseUrl, facts, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Opens the home folder and both engines, brings the schemas up to date, opens keys and audit. Closes all if one fails. */
export async function openGround(
  config: Config,
  log: Logger,
  options: { clock?: Clock; progress?: Progress } = {},
): Promise<Ground> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of closers.splice(0).reverse())
      await end().catch((error) => log.warn({ err: error }, 'something did not close cleanly'))
  }
  try {
    const metrics = createMetrics()
    const home = await openHome(config.home)
    closers.push(() => home.close())
    options.progress?.('postgres')
    const opening = openEngines(config, home, log, metrics, closers)
    const { databaseUrl, postgres, facts } = await opening
    options.progress?.('schema')
    const { role } = await prepareDatabase(databaseUrl)
    const db = openDb({
      url: databaseUrl,
      role,
      log,
      onStatement: (_statement, ms, error) => metrics.statement('postgres', ms, error === undefined),
    })
    closers.push(() => db.close())
    const { recordChange, becomes } = lateRecorder()
    const ctx = makeCtx({
      who: { kind: 'machine', id: 'zhixing', name: 'zhixing' },
      scope: 'everything',
      permissions: new Set(),
      lang: 'zh',
      clock: options.clock ?? systemClock,
      log,
      db,
      facts,
      recordChange,
      origin: undefined,
    })
    await Promise.all([migrateJobs(ctx).then(() => migrate(db.sql)), migrateFacts(facts)])
    const vault = await openVault(ctx, {
      source: config.masterKey ? { value: config.masterKey, name: 'ZHIXING_MASTER_KEY' } : { file: config.keyFile },
      algorithm: 'aes-256-gcm',
      // Beside a server's database a new key must be somebody's decision, or two machines would each make their own.
      mayCreateKeyFile: config.databaseUrl === undefined,
    })
    closers.push(() => vault.close())
    const audit = await openAudit({
      key: vault.lastingKey('audit'),
      anchorFile: join(home.path, 'audit.anchor'),
      logAnchors: config.databaseUrl !== undefined,
    })
    await becomes(ctx, audit.recordEntry)
    return { ctx, config, home, db, facts, vault, audit, metrics, databaseUrl, postgres, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openEngines(
  config: Config,
  home: Home,
  log: Logger,
  metrics: Metrics,
  closers: (() => Promise<unknown>)[],
): Promise<{ databaseUrl: string; postgres: EmbeddedPostgres | undefined; facts: Facts }> {
  const [postgres, facts] = await Promise.allSettled([
    config.databaseUrl ? undefined : startEmbeddedPostgres({ home, log }),
    openFacts({
      url: config.clickhouseUrl,
      home,
      log,
      onStatement: ({ ms, ok }) => metrics.statement('clickhouse', ms, ok),
    }),
  ])
  if (postgres.status === 'fulfilled' && postgres.value) closers.push(() => postgres.value?.stop() ?? Promise.resolve())
  if (facts.status === 'fulfilled') closers.push(() => facts.value.close())
  if (postgres.status === 'rejected') throw postgres.reason
  if (facts.status === 'rejected') throw facts.reason
  return {
    databaseUrl: config.databaseUrl ?? postgres.value?.url ?? '',
    postgres: postgres.value,
    facts: facts.value,
  }
}

/** The audit needs a key that the first change makes: what is changed before it opens is kept, and written then. */
function lateRecorder() {
  const early: ChangeRecord[] = []
  let record: RecordChange = async (_tx, entry) => void early.push(entry)
  return {
    recordChange: ((tx, entry) => record(tx, entry)) as RecordChange,
    async becomes(ctx: Ctx, next: RecordChange) {
      record = next
      if (early.length > 0)
        await unauditedChange(ctx, 'entries of the very first start', async (tx) => {
          for (const entry of early) await next(tx, entry)
        })
    },
  }
}

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

async function startWorker(ground: Ground, progress: Progress | undefined): Promise<Jobs> {
  progress?.('jobs')
  const { ctx, audit, metrics, postgres, home } = ground
  const sealing = startAuditSealing(ctx, audit)
  const pipeline = startPipeline(ctx, pipelineSteps(ctx))
  const follower = startFollower(ctx, feeds())
  metrics.gauge('zhixing_follow_lag_seconds', 'How old the oldest change is that ClickHouse does not show', () =>
    followLag(ctx),
  )
  const live = startLive(ctx)
  const jobs = [
    ...privacyJobs,
    ...accessJobs,
    ...auditJobs(audit),
    roomJob,
    ...catalogJobs,
    settleJob,
    ...openImports(home.path).jobs,
    ...openWarehouse(home.path).jobs,
    ...tagsJobs,
    ...segmentsJobs,
    ...contactJobs,
    ...openChannels(ctx, ground.config).jobs,
  ] as unknown as Job<never>[]
  const channels = openChannels(ctx, ground.config)
  const listening = channels.listen(ctx)
  const sender = startSender(
    ctx,
    messageDeps(() => channels),
  )
  const runner = await startJobs(ctx, jobs, {
    concurrency: 4,
    alone: postgres !== undefined,
    onJob: (name, ms, error) => metrics.job(name, ms, error === undefined),
  })
  return {
    // Messages may queue jobs, and jobs (an import) may send messages.
    async settle() {
      await pipeline.settle()
      await runner.settle()
      await pipeline.settle()
      await follower.settle()
      await sender.settle()
      // Who comes to a segment or leaves it is a message of its own.
      await live.settle()
      await pipeline.settle()
    },
    async stop() {
      await live.stop()
      await pipeline.stop()
      await follower.stop()
      await runner.stop()
      await sender.stop()
      await listening.stop()
      await sealing.stop()
    },
  }
}

/** What is done with each batch of messages, in the order of the capabilities. */
export function pipelineSteps(ctx: Ctx): Step[] {
  const orgOf = async (source: string) => {
    const known = (await sourcesById(asMachine(ctx, 'pipeline'))).get(source)
    if (!known) throw new Error(`messages of a source that is not there: ${source}`)
    return known.org
  }
  return [identityStepWith({ orgOf }), collectStep, profileStep]
}

/** What ClickHouse copies from PostgreSQL, in the order in which it is followed. */
export function feeds(): Feed[] {
  const [columns, ...things] = catalogFeeds(owners)
  return [columns, aliasFeed, customerFeed, ...things]
}

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
