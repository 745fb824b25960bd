import { openDb, prepareDatabase } from '../db/db.ts'
import { migrate } from '../db/migrate.ts'
import type { Sql } from '../db/sql.ts'
import type { Facts } from '../facts/facts.ts'
import { migrateFacts } from '../facts/migrate.ts'
import { migrateJobs } from '../jobs/jobs.ts'
import type { Logger } from '../log.ts'
import { Problem, text } from '../problem.ts'
import { readArchive } from './archive.ts'
import { type BackupDone, type Progress, summary } from './backup.ts'
import { createTables, finishClickhouse, loadClickhouseTable } from './clickhouse.ts'
import { type Folders, refuseOtherHistory, refuseOtherKey } from './compatible.ts'
import { chEntry, chunkName, type Manifest, pgEntry, verifyBackup } from './manifest.ts'
import { beginRestore, endRestore } from './mark.ts'
import { copyConnection, productOwner, quotedName } from './postgres.ts'
import { finishTables, loadTable, prepareTables } from './postgresLoad.ts'

export type RestoreDone = {
  file: string
  madeAt: Date
  /** The version of the product that made the backup. */
  product: string
  postgres: BackupDone['postgres']
  clickhouse: BackupDone['clickhouse']
  /** Migrations that were newer than the backup. */
  migrated: string[]
  keyCheck: string | undefined
}

/**
 * Brings a backup into empty engines: reads the whole file and checks it before anything is touched, makes the schema as
 * it was then, loads it, counts it, and brings the schema up to this program's. PostgreSQL takes its rows in one
 * transaction. A restore that is killed leaves a mark: the product does not start on it, and the next restore begins anew.
 *
 * `keyCheck` is of the master key at hand, where there is one. Nothing else may use the engines meanwhile; the product
 * must not have been started on them (its first start fills them).
 *
 * Problems: `backup.missing`, `backup.not_a_backup`, `backup.corrupt`, `backup.newer_format`, `backup.newer_schema`,
 * `backup.other_history`, `backup.other_schema`, `backup.other_key`, `backup.not_empty`, `backup.restoring`.
 */
export async function restore(options: {
  databaseUrl: string
  facts: Facts
  file: string
  log: Logger
  keyCheck?: string | undefined
  onProgress?: (progress: Progress) => void
  folders?: Folders
}): Promise<RestoreDone> {
  const { facts, file, log, databaseUrl } = options
  const manifest = await verifyBackup(file)
  refuseOtherKey(manifest, options.keyCheck)
  await refuseOtherHistory(manifest, options.folders)
  const sql = copyConnection(databaseUrl)
  try {
    await beginRestore(sql, facts)
    const migrated = await rebuild(sql, manifest, options)
    for (const table of manifest.postgres.tables) await sql.unsafe(`analyze ${quotedName(table)}`)
    await endRestore(sql, facts)
    log.info({ madeAt: manifest.madeAt, migrated }, 'backup restored')
    return {
      file,
      madeAt: new Date(manifest.madeAt),
      product: manifest.product,
      postgres: summary(manifest.postgres),
      clickhouse: summary(manifest.clickhouse),
      migrated,
      keyCheck: manifest.keyCheck ?? undefined,
    }
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Returns the migrations that were made after the rows were in. */
async function rebuild(sql: Sql, manifest: Manifest, options: Parameters<typeof restore>[0]): Promise<string[]> {
  const { facts, log, databaseUrl, folders } = options
  const { role } = await prepareDatabase(databaseUrl)
  const db = openDb({ url: databaseUrl, role, log, max: 2, statementTimeoutMs: 0 })
  try {
    await migrateJobs({ db, log })
    const here = { restoring: true, ...(folders ? { folder: folders.postgres } : {}) }
    await migrate(db.sql, { ...here, upTo: manifest.postgres.version })
    await createTables(facts, manifest.clickhouse)
    await load(sql, manifest, options)
    const { applied } = await migrate(db.sql, here)
    const after = await migrateFacts(facts, folders ? { folder: folders.clickhouse } : {})
    return [...applied, ...after.applied]
  } finally {
    await db.close()
  }
}

async function load(sql: Sql, manifest: Manifest, options: Parameters<typeof restore>[0]): Promise<void> {
  const { facts, file, onProgress = () => {} } = options
  const pgTables = new Map(manifest.postgres.tables.map((table) => [pgEntry(table), table]))
  const chTables = new Map(manifest.clickhouse.tables.map((table) => [chEntry(table), table]))
  const tables = byTable(file)
  try {
    let next = await tables.next()
    await sql.begin(async (tx) => {
      const owner = await productOwner(tx)
      await refuseOlderQueue(tx as unknown as Sql, manifest)
      const lifted = await prepareTables(tx, owner, manifest.postgres)
      for (; !next.done; next = await tables.next()) {
        const table = pgTables.get(next.value.name)
        if (!table) break
        await loadTable(tx, table, next.value.data)
        onProgress({ step: 'postgres', table: `${table.schema}.${table.name}`, rows: table.rows, bytes: table.bytes })
      }
      await finishTables(tx, owner, manifest.postgres, lifted)
    })
    for (; !next.done; next = await tables.next()) {
      const table = chTables.get(next.value.name)
      if (!table) throw new Error(`${next.value.name} is out of its place`)
      await loadClickhouseTable(facts, table, next.value.data)
      onProgress({ step: 'clickhouse', table: table.name, rows: table.rows ?? 0, bytes: table.bytes })
    }
    await finishClickhouse(facts, manifest.clickhouse)
  } finally {
    await tables.return(undefined)
  }
}

async function refuseOlderQueue(sql: Sql, manifest: Manifest): Promise<void> {
  const [row] = await sql<{ id: number }[]>`select max(id)::int as id from graphile_worker.migrations`
  if ((row?.id ?? 0) >= manifest.postgres.jobs) return
  throw new Problem(
    'conflict',
    'backup.newer_schema',
    text(
      `备份来自更新的知行 ${manifest.product}(任务队列结构 ${manifest.postgres.jobs}):请用不低于该版本的程序恢复`,
      `The backup was made by a newer Zhixing, ${manifest.product} (job queue at ${manifest.postgres.jobs}): restore with that version or a later one`,
    ),
  )
}

type TableData = { name: string; data: AsyncGenerator<Uint8Array> }

/** The chunks of each table as one stream, in the order of the file. Each must be read to its end. */
async function* byTable(file: string): AsyncGenerator<TableData, void> {
  const entries = readArchive(file)
  try {
    let next = await entries.next()
    while (!next.done) {
      const name = chunkName.exec(next.value.name)?.[1]
      if (name === undefined) {
        for await (const _ of next.value.content);
        next = await entries.next()
        continue
      }
      const data = async function* () {
        while (!next.done && chunkName.exec(next.value.name)?.[1] === name) {
          yield* next.value.content
          next = await entries.next()
        }
      }
      yield { name, data: data() }
    }
  } finally {
    await entries.return(undefined)
  }
}
