import type { Facts } from '../../platform/facts/facts.ts'
import type { Within } from './facts.ts'

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

/** Who came and who went by day of a zone, from an instant on; of the customers of some organisations. */
export function movesByDay(
  facts: Facts,
  of: { segment: string; from: Date; zone: string },
  within: Within,
): Promise<{ day: string; entered: bigint; gone: bigint }[]> {
  const ours = within ? 'AND customer IN (SELECT id FROM customer FINAL WHERE org IN {orgs:Array(String)})' : ''
  return facts.query({
    sql: `SELECT toString(toDate(time, {zone:String})) AS day, countIf(event = '$segment_enter') AS entered,
                 countIf(event = '$segment_leave') AS gone
          FROM event
          WHERE event IN ('$segment_enter', '$segment_leave') AND time >= {from:DateTime64(3, 'UTC')}
            AND props.segment.:String = {segment:String} ${ours}
          GROUP BY day`,
    params: {
      ...of,
      from: of.from.toISOString().replace('T', ' ').replace('Z', ''),
      ...(within ? { orgs: within } : {}),
    },
  })
}

/** In which of these answers any of these numbers is, and when he came last, where that was told. */
export async function segmentsAround(
  facts: Facts,
  numbers: readonly number[],
  answers: readonly Base[],
): Promise<{ within: Set<string>; came: Map<string, Date>; went: Set<string> }> {
  if (answers.length === 0) return { within: new Set(), came: new Map(), went: new Set() }
  const [found, told] = await Promise.all([
    facts.query<{ segment: string }>({
      sql: `SELECT segment FROM segment_snapshot
            WHERE segment IN {segments:Array(String)} AND snapshot IN {snapshots:Array(String)}
            GROUP BY segment
            HAVING bitmapHasAny(groupBitmapMergeState(members), bitmapBuild({numbers:Array(UInt32)}))`,
      params: {
        numbers: [...numbers],
        segments: answers.map(({ segment }) => segment),
        snapshots: answers.map(({ snapshot }) => snapshot),
      },
    }),
    facts.query<{ segment: string; last: string; at: Date }>({
      sql: `SELECT assumeNotNull(props.segment.:String) AS segment, argMax(toString(event), (time, event = '$segment_enter')) AS last, max(time) AS at
            FROM event
            WHERE customer IN {numbers:Array(UInt32)} AND event IN ('$segment_enter', '$segment_leave')
              AND isNotNull(props.segment.:String)
            GROUP BY segment`,
      params: { numbers: [...numbers] },
    }),
  ])
  return {
    within: new Set(found.map(({ segment }) => segment)),
    came: new Map(told.filter(({ last }) => last === '$segment_enter').map(({ segment, at }) => [segment, at])),
    went: new Set(told.filter(({ last }) => last === '$segment_leave').map(({ segment }) => segment)),
  }
}
