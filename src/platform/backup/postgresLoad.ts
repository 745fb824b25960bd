import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Tx } from '../db/sql.ts'
import { Problem, text } from '../problem.ts'
import type { Manifest, PgTable } from './manifest.ts'
import { quotedName, quotedWord, type Relation, relations } from './postgres.ts'

/** What stands in the way of bare copying, taken away for the length of one transaction, and put back at its end. */
type Lifted = { putBack: string[] }

/**
 * Makes the tables of a freshly migrated schema ready to take the rows in, in any order: without triggers, foreign keys
 * and forced row policies, and without what the migrations themselves put there, which the backup brings again. All of it
 * is what an owner may do, so that no superuser is needed.
 * Problem: `backup.other_schema` where the backup has a table or a column that this program does not make.
 */
export async function prepareTables(tx: Tx, owner: string, manifest: Manifest['postgres']): Promise<Lifted> {
  await makePartitions(tx, owner, manifest)
  const all = await relations(tx, owner)
  refuseOtherShape(all, manifest)
  const names = manifest.tables.map(quotedName)
  if (names.length === 0) return { putBack: [] }
  const putBack: string[] = []
  for (const { table, forced } of await withPolicies(tx, names)) {
    await tx.unsafe(`alter table ${table} disable trigger user`)
    putBack.push(`alter table ${table} enable trigger user`)
    if (!forced) continue
    await tx.unsafe(`alter table ${table} no force row level security`)
    putBack.push(`alter table ${table} force row level security`)
  }
  for (const { table, name, definition } of await foreignKeys(tx, names)) {
    await tx.unsafe(`alter table ${table} drop constraint ${quotedWord(name)}`)
    putBack.push(`alter table ${table} add constraint ${quotedWord(name)} ${definition}`)
  }
  await tx.unsafe(`truncate ${names.join(', ')}`)
  return { putBack }
}

/** Foreign keys are checked as they come back: a backup that lacks a row fails here, and nothing is kept. */
export async function finishTables(
  tx: Tx,
  owner: string,
  manifest: Manifest['postgres'],
  lifted: Lifted,
): Promise<void> {
  for (const statement of lifted.putBack) await tx.unsafe(statement)
  for (const { schema, name, value, called } of manifest.sequences)
    await tx`select setval(${quotedName({ schema, name })}::regclass, ${value}::bigint, ${called})`
  for (const view of await relations(tx, owner))
    if (view.kind === 'm') await tx.unsafe(`refresh materialized view ${quotedName(view)}`)
  for (const table of manifest.tables) {
    const [row] = await tx.unsafe<{ rows: bigint }[]>(`select count(*) as rows from ${quotedName(table)}`)
    if (Number(row?.rows) !== table.rows)
      throw new Error(`${quotedName(table)} has ${row?.rows} rows after the restore, the backup has ${table.rows}`)
  }
  if (manifest.jobs > 0)
    // Whoever worked on them then does not now.
    await tx`
      select graphile_worker.force_unlock_workers(array_agg(distinct worker))
      from (select locked_by as worker from graphile_worker._private_jobs where locked_by is not null
            union select locked_by from graphile_worker._private_job_queues where locked_by is not null) held
      having count(*) > 0`
}

export async function loadTable(tx: Tx, table: PgTable, data: AsyncIterable<Uint8Array>): Promise<void> {
  const names = table.columns.map(({ name }) => quotedWord(name)).join(', ')
  const sink = await tx.unsafe(`copy ${quotedName(table)} (${names}) from stdin`).writable()
  await pipeline(Readable.from(data, { objectMode: false }), sink)
}

/** Whoever restores may be a superuser: what he makes must still be the product's, which drops partitions when they are old. */
async function makePartitions(tx: Tx, owner: string, manifest: Manifest['postgres']): Promise<void> {
  for (const part of manifest.partitions) {
    const [there] = await tx`select from pg_class where oid = to_regclass(${quotedName(part)})`
    if (there) continue
    await tx.unsafe(`create table ${quotedName(part)} partition of ${part.parent} ${part.bound}`)
    await tx.unsafe(`alter table ${quotedName(part)} owner to ${quotedWord(owner)}`)
  }
}

function refuseOtherShape(all: Relation[], manifest: Manifest['postgres']): void {
  const lacks = (thing: string) =>
    new Problem(
      'conflict',
      'backup.other_schema',
      text(
        `备份中的 ${thing} 在本程序的数据库结构中不存在`,
        `The backup has ${thing}, which the schema of this program does not`,
      ),
    )
  const find = (one: { schema: string; name: string }) =>
    all.find((relation) => relation.schema === one.schema && relation.name === one.name)
  for (const table of manifest.tables) {
    const here = find(table)
    if (!here) throw lacks(quotedName(table))
    for (const { name, type } of table.columns)
      if (!here.columns.some((column) => column.name === name && column.type === type))
        throw lacks(`${quotedName(table)}.${quotedWord(name)} ${type}`)
  }
  for (const sequence of manifest.sequences) if (!find(sequence)) throw lacks(quotedName(sequence))
}

function withPolicies(tx: Tx, names: string[]): Promise<{ table: string; forced: boolean }[]> {
  return tx<{ table: string; forced: boolean }[]>`
    select oid::regclass::text as table, relforcerowsecurity as forced
    from pg_class where oid = any (string_to_array(${names.join('\n')}, ${'\n'})::regclass[]) order by 1`
}

function foreignKeys(tx: Tx, names: string[]): Promise<{ table: string; name: string; definition: string }[]> {
  return tx<{ table: string; name: string; definition: string }[]>`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint
    where contype = 'f' and conparentid = 0 and conrelid = any (string_to_array(${names.join('\n')}, ${'\n'})::regclass[])
    order by 1, 2`
}
