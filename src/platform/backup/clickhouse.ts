import { Readable } from 'node:stream'
import { tokens } from '../facts/door/sql.ts'
import { exportTable, importTable, listTables } from '../facts/export.ts'
import type { Facts } from '../facts/facts.ts'
import type { ArchiveWriter } from './archive.ts'
import { type ChTable, chEntry, type Manifest } from './manifest.ts'
import type { Told } from './postgres.ts'

/** A view of this name marks a database into which a backup is being restored; its text holds which restore it is. */
export const markView = 'zhixing_restoring'

type Named = { name: string; engine: string; create: string }

/** Everything that was created in the database, in no order; what views keep inside themselves is made with them. */
export function objects(facts: Facts): Promise<Named[]> {
  return facts.query<Named>({
    sql: `SELECT name, engine, create_table_query AS create FROM system.tables
          WHERE database = {database:String} AND name NOT LIKE '.inner%' AND name NOT IN ('schema_migrating', {mark:String})
          ORDER BY name`,
    params: { database: facts.database, mark: markView },
  })
}

/**
 * Copies every table, each as it stands when its turn comes. With the schema as the engine tells it, because columns and
 * tables are also made while the product runs.
 */
export async function copyClickhouse(
  facts: Facts,
  archive: ArchiveWriter,
  told: Told,
): Promise<Manifest['clickhouse']> {
  const made = await objects(facts)
  const tables: ChTable[] = []
  for (const { name, columns } of await listTables(facts)) {
    const engine = made.find((one) => one.name === name)?.engine ?? ''
    const before = await countRows(facts, name, engine)
    const written = await archive.addStream(chEntry({ name }), await exportTable(facts, { name, columns }))
    const after = await countRows(facts, name, engine)
    tables.push({ name, columns, rows: before === after ? after : null, ...written })
    told({ table: name, rows: after, bytes: written.bytes })
  }
  const history = made.some(({ name }) => name === 'schema_migration')
    ? await facts.query<Manifest['clickhouse']['history'][number]>({
        sql: `SELECT number, any(name) AS name, statement, any(of) AS of, any(hash) AS hash
              FROM schema_migration GROUP BY number, statement ORDER BY number, statement`,
      })
    : []
  const [server] = await facts.query<{ version: string }>({ sql: 'SELECT version() AS version' })
  return {
    server: server?.version ?? '',
    version: history.at(-1)?.number ?? 0,
    database: facts.database,
    history,
    objects: made,
    tables,
  }
}

/** As a reader counts: rows that the engine is going to merge are one already. */
async function countRows(facts: Facts, name: string, engine: string): Promise<number> {
  const plain = /^(Replicated)?MergeTree$/.test(engine)
  const [row] = await facts.query<{ rows: bigint }>({
    sql: `SELECT count() AS rows FROM {table:Identifier}${plain ? '' : ' FINAL'}`,
    params: { table: name },
    timeoutMs: 3_600_000,
  })
  return Number(row?.rows ?? 0n)
}

/** Makes the tables of the backup in an empty database; views come later, so that they do not see rows arrive twice. */
export async function createTables(facts: Facts, manifest: Manifest['clickhouse']): Promise<void> {
  for (const one of manifest.objects) if (!isView(one)) await create(facts, manifest, one)
  if (manifest.history.length > 0)
    await facts.insert(
      'schema_migration',
      manifest.history.map(({ number, name, statement, of, hash }) => ({ number, name, statement, of, hash })),
    )
}

export async function loadClickhouseTable(
  facts: Facts,
  table: ChTable,
  data: AsyncIterable<Uint8Array>,
): Promise<void> {
  await importTable(facts, table, Readable.from(data, { objectMode: false }))
}

/** A view may read another one: those that fail are tried again as long as any succeeds. */
export async function finishClickhouse(facts: Facts, manifest: Manifest['clickhouse']): Promise<void> {
  for (const table of manifest.tables) {
    if (table.rows === null) continue
    const engine = manifest.objects.find(({ name }) => name === table.name)?.engine ?? ''
    const rows = await countRows(facts, table.name, engine)
    if (rows !== table.rows)
      throw new Error(`${table.name} has ${rows} rows after the restore, the backup has ${table.rows}`)
  }
  let left = manifest.objects.filter(isView)
  while (left.length > 0) {
    const failed: { one: Named; error: unknown }[] = []
    for (const one of left)
      await create(facts, manifest, one).catch((error: unknown) => void failed.push({ one, error }))
    if (failed.length === left.length) throw failed[0]?.error
    left = failed.map(({ one }) => one)
  }
}

function isView({ engine }: { engine: string }): boolean {
  return engine.endsWith('View') || engine === 'Dictionary'
}

async function create(facts: Facts, manifest: Manifest['clickhouse'], one: Named): Promise<void> {
  await facts.command({ sql: renamed(one.create, manifest.database, facts.database), timeoutMs: 600_000 })
}

/** The statement with the database called by another name, wherever that stands as a qualifier. */
export function renamed(sql: string, from: string, to: string): string {
  if (from === to) return sql
  let result = ''
  let copied = 0
  const all = [...tokens(sql)]
  for (const [i, token] of all.entries()) {
    const name = token.kind === 'name' ? token.text.slice(1, -1) : token.text
    const qualifies = all[i + 1]?.text === '.' && all[i - 1]?.text !== '.'
    if ((token.kind !== 'word' && token.kind !== 'name') || name !== from || !qualifies) continue
    result += `${sql.slice(copied, token.end - token.text.length)}\`${to}\``
    copied = token.end
  }
  return result + sql.slice(copied)
}

/** What is in the database, for a person who is told that it is not empty; and which restore was begun here, if one was. */
export async function inspectClickhouse(facts: Facts): Promise<{ names: string[]; mark: string | undefined }> {
  const rows = await facts.query<{ name: string; create: string }>({
    sql: `SELECT name, create_table_query AS create FROM system.tables WHERE database = {database:String} ORDER BY name`,
    params: { database: facts.database },
  })
  const marked = rows.find(({ name }) => name === markView)
  return {
    names: rows.map(({ name }) => name).filter((name) => name !== markView),
    mark: marked && /'([0-9a-f-]{36})'/.exec(marked.create)?.[1],
  }
}

export async function markClickhouse(facts: Facts, token: string): Promise<void> {
  if (!/^[0-9a-f-]{36}$/.test(token)) throw new Error('not a token')
  await facts.command({ sql: `CREATE OR REPLACE VIEW ${markView} AS SELECT '${token}' AS restore` })
}

export async function unmarkClickhouse(facts: Facts): Promise<void> {
  await facts.command({ sql: `DROP VIEW IF EXISTS ${markView}` })
}

/** Takes away what an interrupted restore made: views first, for they hold on to tables. The mark stays. */
export async function clearClickhouse(facts: Facts): Promise<void> {
  const made = await objects(facts)
  for (const one of [...made.filter(isView), ...made.filter((one) => !isView(one))])
    await facts.command({
      sql: `DROP ${one.engine === 'Dictionary' ? 'DICTIONARY' : one.engine.endsWith('View') ? 'VIEW' : 'TABLE'} IF EXISTS {name:Identifier} SYNC`,
      params: { name: one.name },
      timeoutMs: 600_000,
    })
  await facts.command({ sql: 'DROP TABLE IF EXISTS schema_migrating' })
}
