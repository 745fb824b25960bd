import { randomUUID } from 'node:crypto'
import { markSchema } from '../db/migrate.ts'
import type { Sql } from '../db/sql.ts'
import type { Facts } from '../facts/facts.ts'
import { Problem, text } from '../problem.ts'
import { clearClickhouse, inspectClickhouse, markClickhouse, unmarkClickhouse } from './clickhouse.ts'
import { productOwner, quotedWord, relations } from './postgres.ts'

/**
 * Makes sure that a restore harms nothing: both engines are empty, or hold what an interrupted restore left there, which
 * is then taken away. Both are marked with the same token before anything else is made in them, so that what bears it is
 * known to be of that restore alone.
 *
 * Problems: `backup.not_empty` (names what is there), `backup.restoring`.
 */
export async function beginRestore(sql: Sql, facts: Facts): Promise<void> {
  const [lock] = await sql<{ ours: boolean }[]>`select pg_try_advisory_lock(hashtext('zhixing.restore')) as ours`
  if (!lock?.ours)
    throw new Problem(
      'conflict',
      'backup.restoring',
      text('另一个恢复正在进行', 'Another restore into this database is under way'),
    )
  const token = await markOf(sql)
  const owner = await productOwner(sql)
  const schemas = await ownSchemas(sql, owner)
  const { names, mark } = await inspectClickhouse(facts)
  if (names.length > 0 && (token === undefined || mark !== token)) throw notEmpty('ClickHouse', names)
  if (token === undefined) {
    const loose = (await relations(sql, owner)).map(({ schema, name }) => `${schema}.${name}`)
    const there = [...new Set([...schemas, ...loose.filter((name) => !schemas.includes(name.split('.')[0] ?? ''))])]
    if (there.length > 0) throw notEmpty('PostgreSQL', there)
  }
  if (schemas.length > 0) await sql.unsafe(`drop schema ${schemas.map(quotedWord).join(', ')} cascade`)
  await clearClickhouse(facts)
  const own = token ?? randomUUID()
  if (token === undefined) await markPostgres(sql, own)
  await markClickhouse(facts, own)
}

/** The product may start. */
export async function endRestore(sql: Sql, facts: Facts): Promise<void> {
  await sql.unsafe(`drop schema ${markSchema} cascade`)
  await unmarkClickhouse(facts)
}

async function markOf(sql: Sql): Promise<string | undefined> {
  const [marked] = await sql`select from pg_namespace where nspname = ${markSchema}`
  if (!marked) return undefined
  const [row] = await sql.unsafe<{ token: string }[]>(`select token from ${markSchema}.restore`)
  return row?.token
}

async function markPostgres(sql: Sql, token: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx.unsafe(`create schema ${markSchema}`)
    await tx.unsafe(`create table ${markSchema}.restore (token text not null)`)
    await tx.unsafe(`insert into ${markSchema}.restore values ($1)`, [token])
  })
}

async function ownSchemas(sql: Sql, owner: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select nspname as name from pg_namespace
    where nspowner = (select oid from pg_roles where rolname = ${owner}) and nspname !~ '^pg_' and nspname <> ${markSchema}
    order by nspname`
  return rows.map(({ name }) => name)
}

function notEmpty(engine: string, names: string[]): Problem {
  const list = names.slice(0, 12).join(', ') + (names.length > 12 ? ' …' : '')
  return new Problem(
    'conflict',
    'backup.not_empty',
    text(
      `备份只能恢复到空的数据库中,而 ${engine} 里已有:${list}。请指定一个新的 ZHIXING_HOME 或空的数据库`,
      `A backup is restored into empty engines only, and ${engine} has: ${list}. Name a new ZHIXING_HOME, or an empty database`,
    ),
  )
}
