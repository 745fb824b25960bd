import { randomUUID } from 'node:crypto'
import type { Tx } from '../db/db.ts'

/** The feeds that have something to do. */
export async function busy(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx<{ feed: string }[]>`
    select feed from platform.followed
    where refill_after is not null or exists (select from platform.touched where touched.feed = followed.feed)`
  return new Set(rows.map((row) => row.feed))
}

export type Touched = { id: bigint; keys: string[] }

/** The oldest, until there are about so many keys; at least one. */
export async function touchedOf(tx: Tx, feed: string, keys: number): Promise<Touched[]> {
  const rows = await tx<Touched[]>`
    select id, keys from (
      select id, keys, sum(cardinality(keys)) over (order by id) - cardinality(keys) as before
      from (select id, keys from platform.touched where feed = ${feed} order by id limit ${keys}) oldest
    ) counted
    where before < ${keys} order by id`
  return rows
}

export async function forget(tx: Tx, ids: readonly bigint[]): Promise<void> {
  await tx`delete from platform.touched where id = any (${ids.map(String)}::text[]::bigint[])`
}

/** Greater than any before, over all feeds: two of them may write one table. */
export async function nextVersion(tx: Tx, feed: string): Promise<bigint> {
  const [row] = await tx<{ version: bigint }[]>`
    update platform.followed set version = (select max(version) + 1 from platform.followed)
    where feed = ${feed} returning version`
  if (!row) throw new Error(`the feed ${feed} is not followed`)
  return row.version
}

export async function newestVersion(tx: Tx): Promise<{ version: bigint; generation: string }> {
  const [row] = await tx<{ version: bigint; generation: string }[]>`
    select coalesce(max(version), 0)::bigint as version, md5(coalesce(string_agg(generation::text, ' ' order by feed), '')) as generation
    from platform.followed`
  return row ?? { version: 0n, generation: '' }
}

/** A row of each feed; those whose copy is not of this database begin anew. Returns these, with the mark for the copy. */
export async function takeUp(
  tx: Tx,
  feeds: readonly { name: string; generation: string | null }[],
  newest: bigint,
): Promise<{ feed: string; generation: string; version: bigint }[]> {
  const rows = await tx<{ feed: string; generation: string; version: bigint; here: boolean }[]>`
    select feed, generation::text, version, server = (select system_identifier from pg_control_system()) as here
    from platform.followed`
  const known = new Map(rows.map((row) => [row.feed, row]))
  const top = [newest, ...rows.map((row) => row.version)].sort((a, b) => (a < b ? -1 : 1)).at(-1) ?? newest
  const ahead = rows.length > 0 && rows.every((row) => row.version < newest)
  const fresh = feeds.flatMap(({ name, generation }, i) => {
    const row = known.get(name)
    if (row?.here && row.generation === generation && !ahead) return []
    return [{ feed: name, generation: randomUUID(), version: top + 1n + BigInt(i) }]
  })
  for (const one of fresh)
    await tx`
      insert into platform.followed (feed, generation, version, server, refill_after, sweep_below)
      select ${one.feed}, ${one.generation}, ${String(one.version)}::text::bigint, system_identifier, '', ${String(one.version)}::text::bigint
      from pg_control_system()
      on conflict (feed) do update
      set generation = excluded.generation, version = excluded.version, server = excluded.server,
          refill_after = excluded.refill_after, refill_until = null, sweep_below = excluded.sweep_below`
  return fresh
}

export type Filling = { refillAfter: string; refillUntil: string | null; sweepBelow: bigint | null }

export async function filling(tx: Tx, feed: string): Promise<Filling | undefined> {
  const [row] = await tx<Filling[]>`
    select refill_after, refill_until, sweep_below from platform.followed where feed = ${feed} and refill_after is not null`
  return row
}

export async function filled(
  tx: Tx,
  feed: string,
  after: string,
  until: string | null,
  last: string | null,
): Promise<void> {
  await tx`
    update platform.followed
    set refill_after = ${last}::text, refill_until = case when ${last}::text is null then null else refill_until end,
        sweep_below = case when ${last}::text is null then null else sweep_below end
    where feed = ${feed} and refill_after = ${after} and refill_until is not distinct from ${until}::text`
}

/** Where something is being filled already, all of it is. */
export async function refill(tx: Tx, feed: string, after = '', until: string | null = null): Promise<void> {
  await tx`
    update platform.followed
    set refill_after = case when refill_after is null then ${after} else '' end,
        refill_until = case when refill_after is null then ${until}::text end
    where feed = ${feed}`
}

export async function lagSeconds(tx: Tx): Promise<number> {
  const [row] = await tx<{ lag: number }[]>`
    select coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float8 as lag from platform.touched`
  return row?.lag ?? 0
}

export async function lastTouched(tx: Tx): Promise<bigint> {
  const [row] = await tx<{ last: bigint }[]>`select coalesce(max(id), 0)::bigint as last from platform.touched`
  return row?.last ?? 0n
}

/** Something up to that place is not followed, or a copy is being filled. */
export async function isBehind(tx: Tx, upTo: bigint): Promise<boolean> {
  const [row] = await tx<{ behind: boolean }[]>`
    select exists (select from platform.touched where id <= ${String(upTo)}::text::bigint)
        or exists (select from platform.followed where refill_after is not null)
        or not exists (select from platform.followed) as behind`
  return row?.behind ?? false
}
