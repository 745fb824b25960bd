import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Text } from '../../platform/problem.ts'
import type { RfmCuts, Shares } from './contract.ts'

export type RunRow = {
  id: Id<'tgr'>
  tag: Id<'tag'>
  org: Id<'org'>
  version: number
  at: Date
  done: boolean
  ms: number
  covered: number
  universe: number
  changed: number
  shares: Shares | null
  drift: number | null
  cuts: RfmCuts | null
}

const columns = (tx: Tx) => tx`
  id, tag, org, version, at, done, ms, covered::float8 as covered, universe::float8 as universe,
  changed::float8 as changed, shares, drift, cuts`

export async function insertRun(tx: Tx, row: Pick<RunRow, 'id' | 'tag' | 'org' | 'version' | 'at'>): Promise<void> {
  await tx`
    insert into tags.run (id, tag, org, version, at)
    values (${row.id}, ${row.tag}, ${row.org}, ${row.version}, ${row.at})`
}

/** Its values stand from now on. */
export async function endRun(tx: Tx, row: RunRow): Promise<void> {
  await tx`
    update tags.run
    set done = true, ms = ${row.ms}, covered = ${row.covered}, universe = ${row.universe}, changed = ${row.changed},
        shares = ${row.shares === null ? null : JSON.stringify(row.shares)}::text::jsonb, drift = ${row.drift},
        cuts = ${row.cuts === null ? null : JSON.stringify(row.cuts)}::text::jsonb
    where id = ${row.id}`
  await tx`
    update tags.tag
    set run = ${row.id}, computed_at = ${row.at}, covered = ${row.covered}, universe = ${row.universe},
        drift = ${row.drift}, error = null
    where id = ${row.tag}`
}

/** Values were given or recomputed for some: the run goes on, with the time of its last change. */
export async function recount(
  tx: Tx,
  row: Pick<RunRow, 'id' | 'tag' | 'covered' | 'universe' | 'changed' | 'shares'> & { at: Date },
): Promise<void> {
  await tx`
    update tags.run
    set covered = ${row.covered}, universe = ${row.universe}, changed = changed + ${row.changed},
        shares = ${row.shares === null ? null : JSON.stringify(row.shares)}::text::jsonb
    where id = ${row.id}`
  await tx`
    update tags.tag set computed_at = ${row.at}, covered = ${row.covered}, universe = ${row.universe}
    where id = ${row.tag}`
}

export function runsOf(tx: Tx, tag: string): Promise<RunRow[]> {
  return tx<RunRow[]>`
    select ${columns(tx)} from (
      select * from tags.run where tag = ${tag} and done order by at desc, id desc limit 400) newest
    order by at, id`
}

export async function findRun(tx: Tx, id: string): Promise<RunRow | undefined> {
  const [row] = await tx<RunRow[]>`select ${columns(tx)} from tags.run where id = ${id}`
  return row
}

/** Of computations that were cut off. */
export function openRuns(tx: Tx, tag: string): Promise<RunRow[]> {
  return tx<RunRow[]>`select ${columns(tx)} from tags.run where tag = ${tag} and not done`
}

export async function removeRuns(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`delete from tags.run where id = any (${ids}::text[])`
}

/** Those whose values are kept: what stands, and what stood before it, which a statement may still be reading. */
export async function newestRuns(tx: Tx, tag: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select r.id from tags.run r join tags.tag t on t.id = r.tag
    where r.tag = ${tag} and r.done order by r.id = t.run desc, r.at desc, r.id desc limit 2`
  return rows.map(({ id }) => id)
}

export async function markComputing(tx: Tx, id: string): Promise<void> {
  await tx`update tags.tag set computing = true, error = null where id = ${id}`
}

export async function endComputing(tx: Tx, id: string): Promise<void> {
  await tx`update tags.tag set computing = false where id = ${id}`
}

export async function markFailed(tx: Tx, id: string, error: Text): Promise<void> {
  await tx`update tags.tag set computing = false, error = ${JSON.stringify(error)}::text::jsonb where id = ${id}`
}

export function dueTags(tx: Tx, now: Date): Promise<{ id: Id<'tag'>; cron: string | null; zone: string }[]> {
  return tx<{ id: Id<'tag'>; cron: string | null; zone: string }[]>`
    select id, cron, zone from tags.tag
    where state = 'live' and next_at <= ${now} order by next_at limit 200 for update skip locked`
}

/** All at once: where each stands next. */
export async function moveDue(tx: Tx, ids: readonly string[], next: readonly (Date | null)[]): Promise<void> {
  await tx`
    update tags.tag t set next_at = n.at
    from unnest(${ids}::text[], ${next}::timestamptz[]) n (id, at) where t.id = n.id`
}

/** Those that follow data, and are of an instant before these came in. */
export function behindTags(tx: Tx, came: Date): Promise<{ id: Id<'tag'> }[]> {
  return tx<{ id: Id<'tag'> }[]>`
    select id from tags.tag
    where state = 'live' and follows and not computing and error is null and coalesce(computed_at, '-infinity') < ${came}
    for update skip locked`
}

export type Expiring = { id: Id<'tag'>; run: Id<'tgr'>; keepDays: number | null; over: boolean }

/** Those whose values may have become too old, or that end today. */
export function expiringTags(tx: Tx, today: string): Promise<Expiring[]> {
  return tx<Expiring[]>`
    select id, run, keep_days, coalesce(expires_on <= ${today}::text::date, false) as over from tags.tag
    where state in ('live', 'paused') and run is not null and (keep_days is not null or expires_on <= ${today}::text::date)`
}

export async function endOfLife(tx: Tx, id: string, why: Text): Promise<void> {
  await tx`
    update tags.tag set state = 'paused', next_at = null, error = ${JSON.stringify(why)}::text::jsonb, expires_on = null
    where id = ${id}`
}
