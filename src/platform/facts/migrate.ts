import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem, text } from '../problem.ts'
import { tokens } from './door/sql.ts'
import type { Facts } from './facts.ts'
import { alone } from './migrating.ts'

export const clickhouseMigrations = join(import.meta.dirname, '../../../db/clickhouse')

type Migration = { number: number; name: string; statements: { sql: string; hash: string }[] }
type Done = { number: number; name: string; statement: number; of: number; hash: string }

export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort()
  const migrations = await Promise.all(
    names.map(async (name) => {
      const parts = splitStatements(await readFile(join(folder, name), 'utf8'))
      const statements = parts.map((sql) => ({ sql, hash: createHash('sha256').update(sql).digest('hex') }))
      return { number: Number(name.slice(0, 4)), name, statements }
    }),
  )
  const twice = migrations.find((one, i) => migrations[i + 1]?.number === one.number)
  if (twice) throw new Error(`two migrations have the number ${twice.number}`)
  return migrations
}

/** The statements of a file, at the semicolons that are not in quotes or comments. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = []
  let from = 0
  let filled = false
  for (const token of tokens(sql)) {
    if (token.text !== ';') {
      filled = true
      continue
    }
    if (filled) statements.push(sql.slice(from, token.end - 1).trim())
    from = token.end
    filled = false
  }
  if (filled) statements.push(sql.slice(from).trim())
  return statements
}

/**
 * Brings the schema to this program's version, one program at a time. Each statement is recorded when it is done, so
 * that what a kill left half-way is taken up where it stopped; every statement must bear being repeated.
 * Refuses a database that a newer program has worked in (`facts.newer_schema`), and a history that differs from ours
 * (`facts.changed_history`). Returns the names applied now.
 */
export async function migrateFacts(
  facts: Facts,
  options: { folder?: string } = {},
): Promise<{ applied: string[]; version: number }> {
  const all = await readMigrations(options.folder ?? clickhouseMigrations)
  const version = all.at(-1)?.number ?? 0
  // The usual start: nothing to do, and nobody to wait for.
  if (remaining(all, await readHistory(facts)).length === 0) return { applied: [], version }
  return alone(facts, async () => {
    const todo = remaining(all, await readHistory(facts))
    for (const { migration, from } of todo) await apply(facts, migration, from)
    return { applied: todo.map(({ migration }) => migration.name), version }
  })
}

/** What is to be done, from which statement on. Throws when the history is not the beginning of ours. */
function remaining(all: Migration[], history: Done[]): { migration: Migration; from: number }[] {
  const newest = all.at(-1)?.number ?? 0
  const last = history.at(-1)?.number ?? 0
  if (last > newest)
    throw new Problem(
      'unavailable',
      'facts.newer_schema',
      text(
        `分析库结构版本为 ${last},本程序只认识到 ${newest}:请使用更新的程序`,
        `The schema of the analysis database is at ${last}, this program knows ${newest}: run a newer program`,
      ),
    )
  const todo: { migration: Migration; from: number }[] = []
  for (const migration of all) {
    const done = history.filter((one) => one.number === migration.number)
    refuseOther(migration, done)
    if (done.length === 0 && migration.number < last)
      throw new Error(`migration ${migration.name} comes before ${last}, which is applied already`)
    if (done.length < migration.statements.length) todo.push({ migration, from: done.length })
  }
  const strange = history.find((one) => !all.some((migration) => migration.number === one.number))
  if (strange) throw changedHistory(strange.name)
  return todo
}

function refuseOther({ name, statements }: Migration, done: Done[]): void {
  const complete = done.length > 0 && done.length === done[0]?.of
  const differs = done.some((one, i) => one.statement !== i + 1 || one.hash !== statements[i]?.hash)
  // A migration that did not come to its end may be mended where it stopped.
  if (differs || (complete && statements.length !== done.length)) throw changedHistory(name)
}

function changedHistory(name: string): Problem {
  return new Problem(
    'unavailable',
    'facts.changed_history',
    text(
      `分析库已执行的迁移 ${name} 与本程序的不一致`,
      `Migration ${name} as applied to the analysis database differs from this program's`,
    ),
  )
}

async function readHistory(facts: Facts): Promise<Done[]> {
  const [table] = await facts.query({
    sql: `SELECT 1 FROM system.tables WHERE database = {database:String} AND name = 'schema_migration'`,
    params: { database: facts.database },
  })
  if (!table) return []
  // A kill between a statement and its record leaves none, one between record and answer may leave two.
  return facts.query<Done>({
    sql: `SELECT number, any(name) AS name, statement, any(of) AS of, any(hash) AS hash
          FROM schema_migration GROUP BY number, statement ORDER BY number, statement`,
  })
}

async function apply(facts: Facts, { number, name, statements }: Migration, from: number): Promise<void> {
  for (const [i, { sql, hash }] of statements.entries()) {
    if (i < from) continue
    try {
      await facts.command({ sql, timeoutMs: 3_600_000 })
    } catch (error) {
      throw new Error(`migration ${name}, statement ${i + 1} failed: ${(error as Error).message}`, { cause: error })
    }
    await facts.insert('schema_migration', [{ number, name, statement: i + 1, of: statements.length, hash }])
  }
}
