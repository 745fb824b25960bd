import type { Facts, Statement } from '../../platform/facts/facts.ts'

/** Organisations that a question is narrowed to; null: no narrowing. */
export type Within = readonly string[] | null

const mine = 'customer IN (SELECT id FROM customer FINAL WHERE org IN {orgs:Array(String)})'

/** Keeps who they are now as a bitmap, and says how many. */
export async function keepSnapshot(
  facts: Facts,
  of: { segment: string; snapshot: string },
  compiled: Statement,
  within: Within,
  signal: AbortSignal,
): Promise<number> {
  const filter = within ? `WHERE ${mine}` : ''
  await facts.command({
    sql: `INSERT INTO segment_snapshot
          SELECT {keptSegment:String}, {keptSnapshot:String}, groupBitmapState(toUInt32(customer))
          FROM (${compiled.sql}) ${filter}`,
    params: {
      ...compiled.params,
      keptSegment: of.segment,
      keptSnapshot: of.snapshot,
      ...(within ? { orgs: within } : {}),
    },
    ...(compiled.settings ? { settings: compiled.settings } : {}),
    timeoutMs: 1_800_000,
    signal,
  })
  const [row] = await facts.query<{ size: bigint }>({
    sql: `SELECT groupBitmapMerge(members) AS size FROM segment_snapshot
          WHERE segment = {segment:String} AND snapshot = {snapshot:String}`,
    params: of,
  })
  return Number(row?.size ?? 0n)
}

const bitmap = (snapshot: string) => `(SELECT groupBitmapMergeState(members) FROM segment_snapshot
  WHERE segment = {segment:String} AND snapshot = ${snapshot})`
const ours = '(SELECT groupBitmapState(id) FROM customer FINAL WHERE org IN {orgs:Array(String)})'
const seen = (snapshot: string, within: Within) =>
  within ? `bitmapAnd(${bitmap(snapshot)}, ${ours})` : bitmap(snapshot)

/** Members by their numbers, after one of them; and how many the reader may see. */
export async function pageOfMembers(
  facts: Facts,
  of: { segment: string; snapshot: string; after: number; limit: number },
  within: Within,
): Promise<{ members: number[]; size: number }> {
  const [row] = await facts.query<{ members: number[]; size: bigint }>({
    sql: `WITH ${seen('{snapshot:String}', within)} AS all
          SELECT bitmapCardinality(all) AS size,
                 bitmapToArray(bitmapSubsetLimit(all, {from:UInt32}, {limit:UInt32})) AS members`,
    params: { ...of, from: of.after + 1, ...(within ? { orgs: within } : {}) },
  })
  return { members: row?.members ?? [], size: Number(row?.size ?? 0n) }
}

/** All members, sorted. */
export async function bitmapMembers(facts: Facts, of: { segment: string; snapshot: string }): Promise<number[]> {
  const [row] = await facts.query<{ members: number[] }>({
    sql: `SELECT bitmapToArray(groupBitmapMergeState(members)) AS members FROM segment_snapshot
          WHERE segment = {segment:String} AND snapshot = {snapshot:String}`,
    params: of,
  })
  return row?.members ?? []
}

export async function compareBitmaps(
  facts: Facts,
  of: { segment: string; before: string; after: string },
  within: Within,
): Promise<{ entered: number; left: number; stayed: number }> {
  const [row] = await facts.query<{ entered: bigint; left: bigint; stayed: bigint }>({
    sql: `WITH ${seen('{before:String}', within)} AS a, ${seen('{after:String}', within)} AS b
          SELECT bitmapAndnotCardinality(b, a) AS entered, bitmapAndnotCardinality(a, b) AS left,
                 bitmapAndCardinality(a, b) AS stayed`,
    params: { ...of, ...(within ? { orgs: within } : {}) },
  })
  return { entered: Number(row?.entered ?? 0n), left: Number(row?.left ?? 0n), stayed: Number(row?.stayed ?? 0n) }
}

/** Takes bitmaps away. Repeated, it does nothing. */
export async function dropSnapshots(facts: Facts, snapshots: readonly string[]): Promise<void> {
  await facts.command({
    sql: 'DELETE FROM segment_snapshot WHERE snapshot IN {snapshots:Array(String)}',
    params: { snapshots },
    timeoutMs: 600_000,
  })
}

export async function snapshotsKept(facts: Facts): Promise<string[]> {
  const rows = await facts.query<{ snapshot: string }>({ sql: 'SELECT DISTINCT snapshot FROM segment_snapshot' })
  return rows.map(({ snapshot }) => snapshot)
}
