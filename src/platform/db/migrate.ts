import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem, text } from '../problem.ts'
import type { Sql, Tx } from './db.ts'

export const postgresMigrations = join(import.meta.dirname, '../../../db/postgres')

type Migration = { number: number; name: string; sql: string; hash: string }

/** A schema of this name marks a database into which a backup is being, or was half, restored. */
export const markSchema = 'zhixing_restoring'

export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort()
  const migrations = await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8')
      return { number: Number(name.slice(0, 4)), name, sql, hash: createHash('sha256').update(sql).digest('hex') }
    }),
  )
  const twice = migrations.find((one, i) => migrations[i + 1]?.number === one.number)
  if (twice) throw new Error(`two migrations have the number ${twice.number}`)
  return migrations
}

/**
 * Brings the schema to this program's version, each file in a transaction of its own, one program at a time.
 * Refuses a database that a newer program has worked in, and a history that differs from ours.
 * Returns the names applied now.
 */
export async function migrate(
  sql: Sql,
  options: { folder?: string; upTo?: number; restoring?: boolean } = {},
): Promise<{ applied: string[]; version: number }> {
  const all = await readMigrations(options.folder ?? postgresMigrations)
  const wanted = all.filter((one) => one.number <= (options.upTo ?? Infinity))
  const session = await sql.reserve()
  try {
    await session`select pg_advisory_lock(hashtext('zhixing.migrate'))`
    if (!options.restoring) await refuseHalfRestored(session)
    await session`create schema if not exists platform`
    await session`create table if not exists platform.migration
      (number int primary key, name text not null, hash text not null, at timestamptz not null default now())`
    const done = await session<{ number: number; name: string; hash: string }[]>`
      select number, name, hash from platform.migration order by number`
    refuseStrangeHistory(done, all)
    const last = done.at(-1)?.number ?? 0
    const applied: string[] = []
    for (const one of wanted.filter((migration) => migration.number > last)) {
      try {
        await session.unsafe(
          `begin; ${one.sql}\n; insert into platform.migration (number, name, hash)
           values (${one.number}, '${one.name}', '${one.hash}'); commit`,
        )
      } catch (error) {
        await session`rollback`
        throw new Error(`migration ${one.name} failed: ${(error as Error).message}`, { cause: error })
      }
      applied.push(one.name)
    }
    return { applied, version: Math.max(last, wanted.at(-1)?.number ?? 0) }
  } finally {
    await session`select pg_advisory_unlock_all()`
    session.release()
  }
}

async function refuseHalfRestored(sql: Sql): Promise<void> {
  const [marked] = await sql`select from pg_namespace where nspname = ${markSchema}`
  if (!marked) return
  throw new Problem(
    'unavailable',
    'db.half_restored',
    text(
      '上一次恢复备份没有完成:请再次执行 zhixing restore,它会从头开始',
      'A restore of a backup did not come to its end: run zhixing restore again, it begins anew',
    ),
  )
}

function refuseStrangeHistory(done: { number: number; name: string; hash: string }[], ours: Migration[]): void {
  const newest = ours.at(-1)?.number ?? 0
  const beyond = done.find((one) => one.number > newest)
  if (beyond)
    throw new Problem(
      'unavailable',
      'db.newer_schema',
      text(
        `数据库结构版本为 ${done.at(-1)?.number},本程序只认识到 ${newest}:请使用更新的程序`,
        `The database schema is at ${done.at(-1)?.number}, this program knows ${newest}: run a newer program`,
      ),
    )
  const last = done.at(-1)?.number ?? 0
  const passedOver = ours.find((one) => one.number < last && !done.some((applied) => applied.number === one.number))
  if (passedOver) throw new Error(`migration ${passedOver.name} comes before ${last}, which is applied already`)
  for (const one of done) {
    const known = ours.find((migration) => migration.number === one.number)
    if (known?.hash === one.hash) continue
    throw new Problem(
      'unavailable',
      'db.changed_history',
      text(
        `数据库已执行的迁移 ${one.name} 与本程序的不一致`,
        `Migration ${one.name} as applied differs from this program's`,
      ),
    )
  }
}

/** The number of the newest migration that the database has; null before the first. */
export async function appliedMigration(sql: Sql | Tx): Promise<number | null> {
  const [row] = await sql<{ number: number | null }[]>`select max(number) as number from platform.migration`
  return row?.number ?? null
}

/** The number of the newest migration that this program knows. */
export async function newestMigration(folder = postgresMigrations): Promise<number> {
  return (await readMigrations(folder)).at(-1)?.number ?? 0
}

/** Eight characters that change whenever a migration does. */
export async function migrationsHash(folder = postgresMigrations): Promise<string> {
  const hash = createHash('sha256')
  for (const one of await readMigrations(folder)) hash.update(one.hash)
  return hash.digest('hex').slice(0, 8)
}
