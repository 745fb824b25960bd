import { randomBytes, randomUUID } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import postgres from 'postgres'
import { virtualClock } from '../../clock.ts'
import { openDb, prepareDatabase } from '../../db/db.ts'
import { migrate } from '../../db/migrate.ts'
import { type EmbeddedClickhouse, startEmbeddedClickhouse } from '../../facts/embedded.ts'
import { type Facts, openFacts } from '../../facts/facts.ts'
import { migrateFacts } from '../../facts/migrate.ts'
import { type Home, openHome } from '../../home.ts'
import { migrateJobs } from '../../jobs/jobs.ts'
import { createLog } from '../../log.ts'
import { fastFolder, startTestPostgres, type TestEngine } from '../../testing/engines.ts'
import { backup } from '../backup.ts'
import type { Folders } from '../compatible.ts'
import { restore } from '../restore.ts'

export const log = createLog('silent')
export const clock = virtualClock(new Date('2026-01-05T01:00:00Z'))

/** Both engines for the tests of a file, with a folder for what they write. */
export type Engines = {
  postgres: string
  clickhouse: string
  folder: string
  /** For what several tests share: undone when the file ends. */
  after(undo: () => Promise<unknown>): void
}

export function enginesForFile(): Engines {
  const undone: (() => Promise<unknown>)[] = []
  const engines: Engines = { postgres: '', clickhouse: '', folder: '', after: (undo) => void undone.push(undo) }
  let pg: TestEngine | undefined
  let ch: EmbeddedClickhouse | undefined
  let home: Home | undefined
  before(async () => {
    engines.folder = await mkdtemp(join(tmpdir(), 'zhixing-backup-'))
    home = await openHome(await mkdtemp(join(await fastFolder(), 'zhixing-backup-')))
    ;[pg, ch] = await Promise.all([startTestPostgres(), startEmbeddedClickhouse({ home, log })])
    engines.postgres = pg.url
    engines.clickhouse = ch.url
  })
  after(async () => {
    for (const undo of undone.reverse()) await undo()
    await pg?.stop()
    await ch?.stop()
    await home?.close()
    if (home) await rm(home.path, { recursive: true, force: true })
    await rm(engines.folder, { recursive: true, force: true })
  })
  return engines
}

/** A database of each engine, empty; both go with the test. */
export type Pair = { url: string; superuser: string; facts: Facts }

/** `ordinary`: the database belongs to a user who is no superuser, as a bank's own server would have it. */
export async function emptyPair(
  t: Pick<Engines, 'after'>,
  engines: Engines,
  options: { ordinary?: boolean } = {},
): Promise<Pair> {
  const name = `b_${randomBytes(6).toString('hex')}`
  const admin = postgres(engines.postgres, { max: 1, onnotice: () => {} })
  const user = options.ordinary ? `${name}_user` : undefined
  if (user) await admin.unsafe(`create role ${user} login password 'ordinary'`)
  await admin.unsafe(`create database ${name} ${user ? `owner ${user}` : ''}`)
  const facts = await openFacts({ url: engines.clickhouse, database: name, log })
  t.after(async () => {
    await facts.command({ sql: `DROP DATABASE IF EXISTS ${name} SYNC` })
    await facts.close()
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    if (user) await admin.unsafe(`drop role ${user}`)
    await admin.end()
  })
  const superuser = new URL(engines.postgres)
  superuser.pathname = `/${name}`
  const own = new URL(superuser)
  if (user) {
    own.username = user
    own.password = 'ordinary'
  }
  return { url: own.href, superuser: superuser.href, facts }
}

/** The migrations of these tests up to a number: what a program of that age would bring. */
export async function programOf(t: Pick<Engines, 'after'>, version: number): Promise<Folders> {
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-migrations-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const only = (path: string) => !/\d{4}_/.test(path) || Number(/(\d{4})_\w+\.sql$/.exec(path)?.[1]) <= version
  for (const engine of ['postgres', 'clickhouse'])
    await cp(join(import.meta.dirname, engine), join(folder, engine), { recursive: true, filter: only })
  return { postgres: join(folder, 'postgres'), clickhouse: join(folder, 'clickhouse') }
}

/** Migrates as a first start does. */
export async function migratePair(pair: Pair, folders: Folders): Promise<void> {
  const { role } = await prepareDatabase(pair.url)
  const db = openDb({ url: pair.url, role, log, max: 2 })
  try {
    await migrateJobs({ db, log })
    await migrate(db.sql, { folder: folders.postgres })
  } finally {
    await db.close()
  }
  await migrateFacts(pair.facts, { folder: folders.clickhouse })
}

export async function run(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    let last: Record<string, unknown>[] = []
    for (const statement of statements) last = [...(await sql.unsafe(statement))]
    return last
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/** Puts rows of every kind in, some of them only possible at run time. */
export async function fillPair(pair: Pair): Promise<void> {
  const { role } = await prepareDatabase(pair.url)
  await run(
    pair.url,
    role ? `set role ${role}` : 'select 1',
    `set zhixing.scope = '*'`,
    `insert into odd.node (parent, path, "We ""ird") values
       (null, '1', 'a tab \t, a line \n, a backslash \\\\ and \\\\.'), (1, '1.2', null), (1, '1.3', ''), (3, '1.3.4', '中文 😀')`,
    `alter table odd.egg alter constraint laid_by deferrable initially deferred`,
    `begin`,
    `insert into odd.egg select i, i from generate_series(1, 500) as i`,
    `insert into odd.hen select i, 501 - i from generate_series(1, 500) as i`,
    `commit`,
    `insert into odd.value (org, body, at, day, lasting, text, spaced, packed, list, during, exact, rough)
       select case when i % 3 = 0 then null else 'org' || i % 3 end, decode(md5(i::text), 'hex'),
              '2026-01-05 01:02:03.456789+00'::timestamptz + i * interval '1 minute', date '2026-01-05' + i, interval '1 mon 2 days' * i,
              repeat('x' || i, i % 50), '{"b":  1, "a": 2}', '{"b":  1, "a": 2}', array['a,b', null, '"' || i], tstzrange(now(), null),
              1.10 * i, i / 3.0
       from generate_series(1, 1000) as i`,
    `refresh materialized view odd.total`,
    `insert into odd.kept values (3, 'while running')`,
    `create table odd.log_2026_02 partition of odd.log for values from ('2026-02-01') to ('2026-03-01')`,
    `insert into odd.log select timestamptz '2026-01-15' + i * interval '1 day', 'line ' || i from generate_series(0, 30) as i`,
    `select nextval('odd.ticket'), nextval('odd.ticket')`,
    `select graphile_worker.add_job('send', json_build_object('n', i), run_at => '2026-02-01', job_key => 'k' || i) from generate_series(1, 5) as i`,
    `update graphile_worker._private_jobs set locked_by = 'a dead worker', locked_at = now() where key = 'k1'`,
  )
  const { facts } = pair
  await facts.insert(
    'event',
    Array.from({ length: 5000 }, (_, i) => ({
      id: i,
      customer: i % 100,
      kind: `kind${i % 7}`,
      at: new Date(Date.UTC(2026, 0, 5, 0, i)),
      amount: i % 5 ? `${i}.25` : null,
      tags: [`t${i % 3}`, '中文'],
      more: { k: String(i) },
    })),
  )
  for (const version of [1, 2])
    await facts.insert(
      'profile',
      Array.from({ length: 300 }, (_, customer) => ({ customer, name: `v${version}`, version })),
    )
  await facts.command({
    sql: `INSERT INTO member SELECT 'all', groupBitmapState(toUInt32(number)) FROM numbers(10000)`,
  })
  await facts.command({ sql: 'CREATE TABLE made_later (a UInt8, b String) ENGINE = MergeTree ORDER BY a' })
  await facts.command({ sql: `ALTER TABLE profile ADD COLUMN added String DEFAULT 'new'` })
  await facts.insert('made_later', [{ a: 1, b: 'x' }])
}

/** The rows of every table, as text. */
export async function rowsOf(url: string): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {}
  const tables = await run(
    url,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') and tablename not like '%migration%' order by 1`,
  )
  for (const { name } of tables)
    seen[`rows of ${name}`] = await run(url, `select t::text as row from ${name} t order by 1`)
  return seen
}

/** All that a reader could see in both engines, and all that guards it, as text to be compared. */
export async function contentsOf(pair: Pair): Promise<Record<string, unknown>> {
  const seen = await rowsOf(pair.superuser)
  seen.total = await run(pair.superuser, 'select * from odd.total')
  seen.sequences = await run(
    pair.superuser,
    'select schemaname, sequencename, last_value from pg_sequences order by 1, 2',
  )
  seen.constraints = await run(
    pair.superuser,
    `select conrelid::regclass::text as table, conname, pg_get_constraintdef(oid) as is, condeferrable, convalidated
     from pg_constraint where connamespace::regnamespace::text = 'odd' order by 1, 2`,
  )
  seen.triggers = await run(
    pair.superuser,
    `select tgrelid::regclass::text as table, tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2`,
  )
  seen.policies = await run(
    pair.superuser,
    `select oid::regclass::text as table, relrowsecurity, relforcerowsecurity from pg_class
     where relnamespace::regnamespace::text in ('odd', 'graphile_worker') and relkind in ('r', 'p') order by 1`,
  )
  const objects = await pair.facts.query<{ name: string; engine: string; create: string }>({
    sql: `SELECT name, engine, replaceAll(replaceAll(create_table_query, '\`', ''), concat({database:String}, '.'), '') AS create
          FROM system.tables WHERE database = {database:String} ORDER BY name`,
    params: { database: pair.facts.database },
  })
  seen.objects = objects
  for (const { name, engine } of objects) {
    if (name === 'schema_migration') continue
    const columns = name === 'member' ? 'segment, bitmapToArray(customers)' : '*'
    const merged = /Replacing|Summing|Aggregating/.test(engine) && name !== 'member' ? ' FINAL' : ''
    const rows = await pair.facts.readBytes({
      sql: `SELECT ${columns === '*' && name === 'event' ? '*, day, shown' : columns} FROM ${name}${merged} ORDER BY ALL`,
      format: 'TSVWithNamesAndTypes',
    })
    seen[`facts of ${name}`] = Buffer.concat(await rows.toArray()).toString()
  }
  return seen
}

export function backupOf(pair: Pair, file: string, more: Partial<Parameters<typeof backup>[0]> = {}) {
  return backup({ databaseUrl: pair.url, facts: pair.facts, file, clock, log, ...more })
}

export function restoreTo(pair: Pair, file: string, more: Partial<Parameters<typeof restore>[0]> = {}) {
  return restore({ databaseUrl: pair.url, facts: pair.facts, file, log, ...more })
}

export function fileIn(engines: Engines): string {
  return join(engines.folder, `${randomUUID()}.zhixing`)
}
