import type { Facts } from '../../platform/facts/facts.ts'

type Base = { segment: string; snapshot: string }

/** Who of some customers is in each of several answers. */
export async function membersAmong(
  facts: Facts,
  bases: readonly Base[],
  customers: readonly number[],
): Promise<Map<string, Set<number>>> {
  const rows = await facts.query<{ segment: string; members: number[] }>({
    sql: `SELECT segment, bitmapToArray(bitmapAnd(groupBitmapMergeState(members), bitmapBuild({customers:Array(UInt32)}))) AS members
          FROM segment_snapshot
          WHERE segment IN {segments:Array(String)} AND snapshot IN {snapshots:Array(String)} GROUP BY segment, snapshot`,
    params: {
      customers: [...customers],
      segments: bases.map(({ segment }) => segment),
      snapshots: bases.map(({ snapshot }) => snapshot),
    },
  })
  return new Map(rows.map(({ segment, members }) => [segment, new Set(members)]))
}

/** An answer with some more and some less, kept as another. */
export async function keepMoved(
  facts: Facts,
  of: Base & { to: string; entered: readonly number[]; left: readonly number[] },
): Promise<void> {
  const { entered, left, ...params } = of
  const some = (name: string, list: readonly number[]) =>
    list.length > 0 ? `bitmapBuild({${name}:Array(UInt32)})` : 'bitmapBuild(emptyArrayUInt32())'
  await facts.command({
    sql: `INSERT INTO segment_snapshot
          SELECT {segment:String}, {to:String}, bitmapOr(bitmapAndnot(groupBitmapMergeState(members), ${some('left', left)}), ${some('entered', entered)})
          FROM segment_snapshot WHERE segment = {segment:String} AND snapshot = {snapshot:String}`,
    params: { ...params, ...(entered.length > 0 ? { entered } : {}), ...(left.length > 0 ? { left } : {}) },
    timeoutMs: 600_000,
  })
}
