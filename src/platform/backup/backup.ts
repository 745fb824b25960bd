import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Facts } from '../facts/facts.ts'
import type { Logger } from '../log.ts'
import { writeArchive } from './archive.ts'
import { copyClickhouse } from './clickhouse.ts'
import { firstEntry, format, lastEntry, type Manifest } from './manifest.ts'
import { copyPostgres } from './postgres.ts'

/** One table is done. `rows` and `bytes` are its own. */
export type Progress = { step: 'postgres' | 'clickhouse'; table: string; rows: number; bytes: number }

export type BackupDone = {
  file: string
  /** Of the file. */
  bytes: number
  madeAt: Date
  postgres: { version: number; tables: number; rows: number }
  clickhouse: { version: number; tables: number; rows: number }
  keyCheck: string | undefined
}

/**
 * Writes everything both engines hold into one file, while the product may go on working: PostgreSQL as of one moment,
 * ClickHouse table by table right after, so that it may be a little ahead and never behind. With nothing writing (the
 * program stopped) both are of one moment. Master keys are not in the file: `keyCheck` says which one belongs to it.
 *
 * Problems: `backup.exists`, `home.disk_full`, `home.not_writable`; on any failure no file is left.
 */
export async function backup(options: {
  /** The superuser's where there is one, else the product's own user's. */
  databaseUrl: string
  facts: Facts
  file: string
  clock: Clock
  log: Logger
  keyCheck?: string | undefined
  overwrite?: boolean
  onProgress?: (progress: Progress) => void
}): Promise<BackupDone> {
  const { facts, log, onProgress = () => {} } = options
  const at = options.clock.now()
  const { result: manifest, bytes } = await writeArchive(
    options.file,
    { overwrite: options.overwrite ?? false, at },
    async (archive) => {
      const head = { format, product: await productVersion(), madeAt: at.toISOString() }
      await archive.add(firstEntry, JSON.stringify(head))
      const postgres = await copyPostgres(options.databaseUrl, archive, (done) =>
        onProgress({ step: 'postgres', ...done }),
      )
      const clickhouse = await copyClickhouse(facts, archive, (done) => onProgress({ step: 'clickhouse', ...done }))
      const all: Manifest = { ...head, keyCheck: options.keyCheck ?? null, postgres, clickhouse }
      await archive.add(lastEntry, JSON.stringify(all))
      return all
    },
  )
  log.info({ bytes, tables: manifest.postgres.tables.length + manifest.clickhouse.tables.length }, 'backup written')
  return {
    file: options.file,
    bytes,
    madeAt: at,
    postgres: summary(manifest.postgres),
    clickhouse: summary(manifest.clickhouse),
    keyCheck: options.keyCheck,
  }
}

export function summary(part: { version: number; tables: { rows: number | null }[] }): BackupDone['postgres'] {
  return {
    version: part.version,
    tables: part.tables.length,
    rows: part.tables.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
  }
}

async function productVersion(): Promise<string> {
  const written = await readFile(join(import.meta.dirname, '../../../package.json'), 'utf8')
  return (JSON.parse(written) as { version: string }).version
}
