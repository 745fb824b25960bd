import { randomBytes } from 'node:crypto'
import { after, type TestContext } from 'node:test'
import postgres from 'postgres'
import { type Clock, type VirtualClock, virtualClock } from '../clock.ts'
import { type Ctx, makeCtx, type RecordChange } from '../ctx.ts'
import { openDb, prepareDatabase, type Tx } from '../db/db.ts'
import { migrate, migrationsHash } from '../db/migrate.ts'
import { type Facts, openFacts } from '../facts/facts.ts'
import { migrateFacts } from '../facts/migrate.ts'
import { migrateJobs } from '../jobs/jobs.ts'
import { createLog, type Logger } from '../log.ts'
import { parseInstant, zone as zoneOf } from '../time/zone.ts'
import { startTestClickhouse, startTestPostgres, type TestEngine } from './engines.ts'

/**
 * A whole test run starts the engines once and names them in `TEST_POSTGRES_URL` and `TEST_CLICKHOUSE_URL`;
 * a test file run by itself starts its own, which end with the file.
 */
let ownPostgres: Promise<TestEngine> | undefined
let ownClickhouse: Promise<TestEngine> | undefined

after(async () => {
  await (await ownPostgres)?.stop()
  await (await ownClickhouse)?.stop()
})

async function testPostgres(): Promise<string> {
  const given = process.env.TEST_POSTGRES_URL
  if (given) return given
  ownPostgres ??= startTestPostgres()
  return (await ownPostgres).url
}

/** For another process that reads what a test wrote. */
export async function testClickhouse(): Promise<string> {
  const given = process.env.TEST_CLICKHOUSE_URL
  if (given) return given
  ownClickhouse ??= startTestClickhouse()
  return (await ownClickhouse).url
}

/** `at('2026-01-05 09:00')`: that moment on a Shanghai clock. */
export function at(local: string, zone = 'Asia/Shanghai'): Date {
  return parseInstant(local, zoneOf(zone))
}

export type TestCtx = Ctx & {
  clock: VirtualClock
  /** The database of this test alone, as the superuser that tests tamper with. */
  superuserUrl: string
  /** The ClickHouse database of this test alone, where it asked for one: for a process of the test's own. */
  clickhouseUrl: string | undefined
  /** What `change` recorded, where no audit is wired. */
  recorded: Parameters<RecordChange>[1][]
}

export type TestOptions = {
  now?: Date
  /** Instead of a virtual clock, for tests of what runs by itself. */
  clock?: Clock
  /** Also opens a ClickHouse database of its own. */
  facts?: boolean
  recordChange?: RecordChange
  logLevel?: string
}

/**
 * Everything a use case needs, on real engines: a PostgreSQL database cloned from a migrated template, seen as the
 * machine (`withCtx` makes it a person), on a virtual clock that stands at 09:00 on Monday, 5 January 2026.
 * Closed and dropped when the test ends.
 */
export async function testCtx(t: TestContext, options: TestOptions = {}): Promise<TestCtx> {
  const clock = options.clock ?? virtualClock(options.now ?? at('2026-01-05 09:00'))
  const log = createLog(options.logLevel ?? 'silent')
  const superuserUrl = await cloneDatabase(t)
  const db = openDb({ url: superuserUrl, role: 'zhixing_app', log, max: 8 })
  t.after(() => db.close())
  const recorded: TestCtx['recorded'] = []
  const own = options.facts ? await ownFacts(t, log) : undefined
  const recordChange: RecordChange = options.recordChange ?? (async (_tx: Tx, entry) => void recorded.push(entry))
  const ctx = makeCtx({
    who: { kind: 'machine', id: 'test', name: 'test' },
    scope: 'everything',
    permissions: new Set(),
    lang: 'zh',
    clock,
    log,
    db,
    facts: own?.facts ?? noFacts(),
    recordChange,
    origin: undefined,
  })
  return Object.assign(ctx, { superuserUrl, clickhouseUrl: own?.url, recorded }) as TestCtx
}

/** A ClickHouse database of this test alone, migrated; dropped when the test ends. */
async function ownFacts(t: TestContext, log: Logger): Promise<{ facts: Facts; url: string }> {
  const database = `t_${randomBytes(8).toString('hex')}`
  const server = await testClickhouse()
  const facts = await openFacts({ url: server, database, log })
  t.after(async () => {
    await facts.command({ sql: `DROP DATABASE IF EXISTS ${database} SYNC` })
    await facts.close()
  })
  await migrateFacts(facts)
  return { facts, url: withDatabase(server, database) }
}

function noFacts(): Facts {
  return new Proxy({} as Facts, {
    get: () => {
      throw new Error('this test did not ask for ClickHouse: testCtx(t, { facts: true })')
    },
  })
}

let template: Promise<{ server: string; name: string }> | undefined

/** A database of its own for one test, cloned from the template that this run migrated once. Returns the superuser's URL. */
export async function cloneDatabase(t: TestContext): Promise<string> {
  template ??= makeTemplate()
  const { server, name } = await template
  const own = `t_${randomBytes(8).toString('hex')}`
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  await admin.unsafe(`create database ${own} template ${name} strategy file_copy`)
  await admin.unsafe(`grant connect, create, temporary on database ${own} to zhixing_app`)
  t.after(async () => {
    await admin.unsafe(`drop database if exists ${own} with (force)`)
    await admin.end()
  })
  return withDatabase(server, own)
}

/** An empty database, not migrated: for tests of migrations and first starts. */
export async function emptyDatabase(t: TestContext): Promise<string> {
  const server = await testPostgres()
  const own = `t_${randomBytes(8).toString('hex')}`
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  await admin.unsafe(`create database ${own}`)
  t.after(async () => {
    await admin.unsafe(`drop database if exists ${own} with (force)`)
    await admin.end()
  })
  return withDatabase(server, own)
}

/** One migrated database a server: the first process to come makes it, under a lock, named after what it holds. */
async function makeTemplate(): Promise<{ server: string; name: string }> {
  const server = await testPostgres()
  const name = `zhixing_template_${await migrationsHash()}`
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  try {
    await admin`select pg_advisory_lock(hashtext('zhixing.template'))`
    const [made] = await admin`select from pg_database where datname = ${name} and datistemplate`
    if (made) return { server, name }
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.unsafe(`create database ${name}`)
    const url = withDatabase(server, name)
    const log = createLog('warn')
    const { role } = await prepareDatabase(url)
    const db = openDb({ url, role, log, max: 2 })
    try {
      await migrateJobs({ db, log })
      await migrate(db.sql)
    } finally {
      await db.close()
    }
    await admin.unsafe(`alter database ${name} is_template true`)
    return { server, name }
  } finally {
    await admin.end()
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
