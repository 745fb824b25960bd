import type { Readable } from 'node:stream'
import type { Facts } from './facts.ts'
import { quoted } from './statements.ts'

/** A table that holds rows of its own, with the columns a backup must carry, in order. */
export type ExportedTable = { name: string; columns: { name: string; type: string }[]; rows: bigint }

/**
 * The tables of the database that hold data. Views are not among them, nor what they keep inside themselves, nor the
 * history of the schema: that belongs to the database which takes the data in.
 * Columns that are computed when read are left out, those computed when written are kept as they were.
 */
export function listTables(facts: Facts): Promise<ExportedTable[]> {
  return facts.query<ExportedTable>({
    sql: `
      SELECT t.name AS name,
             coalesce(any(t.total_rows), 0) AS rows,
             CAST(arrayMap(c -> (c.2, c.3), arraySort(groupArray((c.position, c.name, c.type)))),
                  'Array(Tuple(name String, type String))') AS columns
      FROM system.tables AS t
      INNER JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
      WHERE t.database = {database:String} AND t.engine LIKE '%MergeTree' AND t.name NOT LIKE '.inner%'
        AND t.name NOT IN ('schema_migration', 'schema_migrating')
        AND c.default_kind NOT IN ('ALIAS', 'EPHEMERAL')
      GROUP BY t.name
      ORDER BY t.name`,
    params: { database: facts.database },
  })
}

/** All rows of a table as they stand at this moment, in Native format. A stream that ends without error is whole. */
export function exportTable(facts: Facts, table: Pick<ExportedTable, 'name' | 'columns'>): Promise<Readable> {
  const columns = table.columns.map(({ name }) => quoted(name)).join(', ')
  return facts.readBytes({ sql: `SELECT ${columns} FROM ${quoted(table.name)}`, format: 'Native' })
}

/**
 * Adds what `exportTable` gave to a table with the same columns, every row of it, also those that look like a repeated
 * insert. Views that follow the table do not see the rows: what they made of them is in their own tables' exports.
 */
export async function importTable(
  facts: Facts,
  table: Pick<ExportedTable, 'name' | 'columns'>,
  data: Readable,
): Promise<void> {
  const views = await facts.query<{ name: string }>({
    sql: `SELECT name FROM system.tables
          WHERE database = {database:String} AND engine = 'MaterializedView'
            AND name IN (SELECT arrayJoin(dependencies_table) FROM system.tables
                         WHERE database = {database:String} AND name = {table:String})`,
    params: { database: facts.database, table: table.name },
  })
  for (const { name } of views) await facts.command({ sql: `DETACH TABLE ${quoted(name)}` })
  try {
    await facts.insertBytes(table.name, 'Native', data, {
      columns: table.columns.map(({ name }) => name),
      settings: { insert_deduplicate: 0, insert_allow_materialized_columns: 1 },
      timeoutMs: 24 * 3_600_000,
    })
  } finally {
    for (const { name } of views) await facts.command({ sql: `ATTACH TABLE ${quoted(name)}` })
  }
}
