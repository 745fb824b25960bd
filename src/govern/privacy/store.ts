import type { Tx } from '../../platform/db/db.ts'
import type { Algorithm } from './contract.ts'

export type DataKeyRow = {
  id: number
  purpose: 'seal' | 'index'
  algorithm: Algorithm
  wrapped: Buffer
  masterCheck: string
  madeAt: Date
  usedFrom: Date
  retiredAt: Date | null
}

/** Processes listen here to learn of a new key. */
export const keysChannel = 'zhixing_data_keys'

/** One change of keys at a time, across all processes, until the transaction ends. */
export async function lockKeys(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtext('privacy.keys'))`
}

export function allKeys(tx: Tx): Promise<DataKeyRow[]> {
  return tx<DataKeyRow[]>`
    select id, purpose, algorithm, wrapped, master_check, made_at, used_from, retired_at
    from privacy.data_key
    order by id`
}

export async function insertKey(tx: Tx, key: DataKeyRow): Promise<void> {
  await tx`
    insert into privacy.data_key (id, purpose, algorithm, wrapped, master_check, made_at, used_from)
    values (${key.id}, ${key.purpose}, ${key.algorithm}, ${key.wrapped}, ${key.masterCheck}, ${key.madeAt}, ${key.usedFrom})`
}

export async function rewrapKey(tx: Tx, id: number, wrapped: Buffer, masterCheck: string): Promise<void> {
  await tx`update privacy.data_key set wrapped = ${wrapped}, master_check = ${masterCheck} where id = ${id}`
}

export async function tellKeys(tx: Tx): Promise<void> {
  await tx`select pg_notify(${keysChannel}, '')`
}

export type SealedCount = { keyId: number; sealed: number; broken: number }

/** Replaces what was counted of one column. */
export async function saveCounts(tx: Tx, sealedColumn: string, counts: SealedCount[], at: Date): Promise<void> {
  await tx`delete from privacy.sealed_count where sealed_column = ${sealedColumn}`
  await tx`
    insert into privacy.sealed_count (sealed_column, key_id, sealed, broken, counted_at)
    select ${sealedColumn}, count.key_id, count.sealed, count.broken, ${at}
    from unnest(${counts.map((count) => count.keyId)}::bigint[],
                ${counts.map((count) => count.sealed)}::bigint[],
                ${counts.map((count) => count.broken)}::bigint[]) as count(key_id, sealed, broken)`
}

/** So many values have moved from their keys to another: keeps the count near the truth between two countings. */
export async function moveCounts(tx: Tx, sealedColumn: string, from: Map<number, number>, to: number): Promise<void> {
  const moved = [...from.values()].reduce((sum, each) => sum + each, 0)
  await tx`
    update privacy.sealed_count as count set sealed = greatest(0, count.sealed + moved.by)
    from unnest(${[...from.keys(), to]}::bigint[], ${[...[...from.values()].map((by) => -by), moved]}::bigint[]) as moved(key_id, by)
    where count.sealed_column = ${sealedColumn} and count.key_id = moved.key_id`
}

export type CountRow = { sealedColumn: string; keyId: number; sealed: number; broken: number; countedAt: Date }

export function allCounts(tx: Tx): Promise<CountRow[]> {
  return tx<CountRow[]>`
    select sealed_column, key_id::float8, sealed::float8, broken::float8, counted_at
    from privacy.sealed_count
    order by sealed_column, key_id`
}

/** Marks the keys before `activeId` under which nothing was found as retired, and those found in use again as not. */
export async function retireUnused(tx: Tx, activeId: number, now: Date): Promise<void> {
  await tx`
    update privacy.data_key as key
    set retired_at = case when used.sealed > 0 then null else coalesce(key.retired_at, ${now}) end
    from (select id, coalesce((select sum(sealed) from privacy.sealed_count where key_id = id), 0) as sealed
          from privacy.data_key) as used
    where key.id = used.id and key.purpose = 'seal' and key.id < ${activeId}
      and (used.sealed > 0) = (key.retired_at is not null)`
}
