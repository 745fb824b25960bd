import { postgresMigrations, readMigrations } from '../db/migrate.ts'
import { clickhouseMigrations, readMigrations as readFactsMigrations } from '../facts/migrate.ts'
import { Problem, text } from '../problem.ts'
import type { Manifest } from './manifest.ts'

/** Where the migrations of both engines are; the program's own when not said. */
export type Folders = { postgres: string; clickhouse: string }

/**
 * A backup is taken by the program that made it and by any later one.
 * Problems: `backup.newer_schema`, `backup.other_history`.
 */
export async function refuseOtherHistory(manifest: Manifest, folders: Folders | undefined): Promise<void> {
  const ours = await readMigrations(folders?.postgres ?? postgresMigrations)
  const known = new Map(ours.map(({ number, hash }) => [`${number}`, hash]))
  compare(manifest, 'PostgreSQL', manifest.postgres.history, ours.at(-1)?.number ?? 0, (one) =>
    known.get(`${one.number}`),
  )
  const facts = await readFactsMigrations(folders?.clickhouse ?? clickhouseMigrations)
  compare(manifest, 'ClickHouse', manifest.clickhouse.history, facts.at(-1)?.number ?? 0, (one) => {
    const migration = facts.find(({ number }) => number === one.number)
    return migration?.statements[one.statement - 1]?.hash
  })
}

function compare<T extends { number: number; name: string; hash: string }>(
  manifest: Manifest,
  engine: string,
  history: readonly T[],
  newest: number,
  hashOf: (one: T) => string | undefined,
): void {
  const last = history.at(-1)?.number ?? 0
  if (last > newest)
    throw new Problem(
      'conflict',
      'backup.newer_schema',
      text(
        `备份来自更新的知行 ${manifest.product}(${engine} 结构版本 ${last},本程序只认识到 ${newest}):请用不低于该版本的程序恢复`,
        `The backup was made by a newer Zhixing, ${manifest.product} (${engine} schema at ${last}, this program knows ${newest}): restore with that version or a later one`,
      ),
    )
  const other = history.find((one) => hashOf(one) !== one.hash)
  if (other)
    throw new Problem(
      'conflict',
      'backup.other_history',
      text(
        `备份的 ${engine} 迁移 ${other.name} 与本程序的不一致`,
        `The ${engine} migration ${other.name} of the backup differs from this program's`,
      ),
    )
}

/** What is sealed under another key could never be opened again. Without a key at hand there is nothing to compare. */
export function refuseOtherKey(manifest: Manifest, keyCheck: string | undefined): void {
  if (manifest.keyCheck === null || keyCheck === undefined || manifest.keyCheck === keyCheck) return
  throw new Problem(
    'conflict',
    'backup.other_key',
    text(
      `备份中的个人信息由另一把主密钥加密(校验值 ${manifest.keyCheck}),而当前主密钥的校验值是 ${keyCheck}:请换上当时的密钥文件再恢复`,
      `The personal data in the backup are sealed under another master key (check value ${manifest.keyCheck}); the one at hand is ${keyCheck}: put the key file of that time in place, then restore`,
    ),
  )
}
