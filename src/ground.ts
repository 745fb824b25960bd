import { join } from 'node:path'
import type { Config } from './config.ts'
import { type Audit, openAudit } from './govern/audit/audit.ts'
import { openVault, type Vault } from './govern/privacy/privacy.ts'
import { unauditedChange } from './platform/change.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import { type ChangeRecord, type Ctx, makeCtx, type RecordChange } from './platform/ctx.ts'
import { type Db, openDb, prepareDatabase } from './platform/db/db.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './platform/db/embedded.ts'
import { migrate } from './platform/db/migrate.ts'
import { type Facts, openFacts } from './platform/facts/facts.ts'
import { migrateFacts } from './platform/facts/migrate.ts'
import { type Home, openHome } from './platform/home.ts'
import { migrateJobs } from './platform/jobs/jobs.ts'
import type { Logger } from './platform/log.ts'
import { createMetrics, type Metrics } from './platform/metrics.ts'
import './permissions.ts'

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
