import postgres from 'postgres'
import { appRole } from '../db/db.ts'
import { markSchema } from '../db/migrate.ts'
import type { Sql, Tx } from '../db/sql.ts'
import type { ArchiveWriter } from './archive.ts'
import { type Manifest, type PgTable, pgEntry } from './manifest.ts'

/** Schemas are compared by what each program's own migrations leave there: these tables say how far they came. */
export const historyTables = new Set(['platform.migration', 'graphile_worker.migrations'])

/**
 * One connection on which tables are copied as text: with the forms of values fixed, so that what one server writes
 * another reads, and no limit of time. As superuser it sees every row; as the product's own user by the scope `*`,
 * which every row policy lets see everything.
 */
export function copyConnection(url: string): Sql {
  return postgres(url, {
    max: 1,
    connect_timeout: 10,
    // Where the server goes away while the driver asks for them, nobody catches the error: so no arrays as values here.
    fetch_types: false,
    onnotice: () => {},
    types: { bigint: postgres.BigInt },
    connection: {
      application_name: 'zhixing backup',
      TimeZone: 'UTC',
      DateStyle: 'ISO, MDY',
      IntervalStyle: 'postgres',
      extra_float_digits: '1',
      bytea_output: 'hex',
      statement_timeout: '0',
      idle_in_transaction_session_timeout: '0',
      'zhixing.scope': '*',
    } as Record<string, string>,
  }) as unknown as Sql
}

/** Whose tables are the product's: the role it works as where that was made, else the user who is connected. */
export async function productOwner(sql: Sql | Tx): Promise<string> {
  const [row] = await sql<{ owner: string }[]>`
    select case when rolsuper or rolbypassrls then ${appRole} else current_user::text end as owner
    from pg_roles where rolname = current_user`
  return row?.owner ?? appRole
}

export type Relation = { schema: string; name: string; kind: 'r' | 'p' | 'm' | 'S'; columns: PgTable['columns'] }

/** The product's tables, materialised views and sequences. Generated columns are left out: they come again by themselves. */
export async function relations(sql: Sql | Tx, owner: string): Promise<Relation[]> {
  return sql<Relation[]>`
    select n.nspname as schema, c.relname as name, c.relkind::text as kind,
           coalesce((select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
                     from pg_attribute a
                     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''), '[]') as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relowner = (select oid from pg_roles where rolname = ${owner})
      and c.relkind in ('r', 'p', 'm', 'S') and not c.relispartition and c.relpersistence <> 't'
      and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', ${markSchema})
    order by n.nspname, c.relname`
}

export function quotedName({ schema, name }: { schema: string; name: string }): string {
  return `${quotedWord(schema)}.${quotedWord(name)}`
}

export function quotedWord(word: string): string {
  return `"${word.replaceAll('"', '""')}"`
}

export type Told = (done: { table: string; rows: number; bytes: number }) => void

/**
 * Copies every table of the product as it stood at one moment, and says what a restore must find. The text form keeps
 * one row a line, whatever the values hold.
 */
export async function copyPostgres(url: string, archive: ArchiveWriter, told: Told): Promise<Manifest['postgres']> {
  const sql = copyConnection(url)
  try {
    return (await sql.begin('isolation level repeatable read read only', async (tx) => {
      const owner = await productOwner(tx)
      const all = await relations(tx, owner)
      const tables: PgTable[] = []
      for (const { schema, name, columns, kind } of all) {
        if ((kind !== 'r' && kind !== 'p') || historyTables.has(`${schema}.${name}`)) continue
        const table = await copyTable(tx, archive, { schema, name, columns })
        tables.push(table)
        told({ table: `${schema}.${name}`, rows: table.rows, bytes: table.bytes })
      }
      return {
        ...(await versions(tx, all)),
        tables,
        partitions: await partitions(tx, owner),
        sequences: await sequences(tx, all),
      }
    })) as Manifest['postgres']
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function copyTable(
  tx: Tx,
  archive: ArchiveWriter,
  table: Pick<PgTable, 'schema' | 'name' | 'columns'>,
): Promise<PgTable> {
  const names = table.columns.map(({ name }) => quotedWord(name)).join(', ')
  const source = await tx.unsafe(`copy (select ${names} from ${quotedName(table)}) to stdout`).readable()
  let rows = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of source as AsyncIterable<Buffer>) {
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) rows++
      yield piece
    }
  }
  const written = await archive.addStream(pgEntry(table), counted())
  return { ...table, rows, ...written }
}

async function versions(
  tx: Tx,
  all: Relation[],
): Promise<Pick<Manifest['postgres'], 'server' | 'version' | 'history' | 'jobs'>> {
  const has = (name: string) => all.some((one) => `${one.schema}.${one.name}` === name)
  const [server] = await tx<{ version: string }[]>`select current_setting('server_version') as version`
  const history = has('platform.migration')
    ? await tx<{ number: number; name: string; hash: string }[]>`
        select number, name, hash from platform.migration order by number`
    : []
  const [jobs] = has('graphile_worker.migrations')
    ? await tx<{ id: number }[]>`select max(id)::int as id from graphile_worker.migrations`
    : []
  return {
    server: server?.version ?? '',
    version: history.at(-1)?.number ?? 0,
    history: history.map(({ number, name, hash }) => ({ number, name, hash })),
    jobs: jobs?.id ?? 0,
  }
}

async function partitions(tx: Tx, owner: string): Promise<Manifest['postgres']['partitions']> {
  const rows = await tx<Manifest['postgres']['partitions']>`
    with recursive part as (
      select c.oid, n.nspname, c.relname, i.inhparent, c.relpartbound, 1 as depth
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_inherits i on i.inhrelid = c.oid
      where c.relispartition and c.relkind in ('r', 'p') and c.relowner = (select oid from pg_roles where rolname = ${owner}))
    select nspname as schema, relname as name, inhparent::regclass::text as parent, pg_get_expr(relpartbound, oid) as bound
    from part order by depth, nspname, relname`
  return [...rows]
}

async function sequences(tx: Tx, all: Relation[]): Promise<Manifest['postgres']['sequences']> {
  const found: Manifest['postgres']['sequences'] = []
  for (const { schema, name, kind } of all) {
    if (kind !== 'S') continue
    const [row] = await tx.unsafe<{ value: bigint; called: boolean }[]>(
      `select last_value as value, is_called as called from ${quotedName({ schema, name })}`,
    )
    if (row) found.push({ schema, name, value: String(row.value), called: row.called })
  }
  return found
}
