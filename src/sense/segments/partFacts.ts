import type { Facts, Statement } from '../../platform/facts/facts.ts'
import type { Subset } from '../eql/eql.ts'
import type { Within } from './facts.ts'

/** The statements of a refresh that asks some customers only, and many segments at once. */

type Sql = { sql: string; params: Record<string, unknown> }

const bitmapOf = (segment: string, snapshot: string) => `(SELECT groupBitmapMergeState(members) FROM segment_snapshot
  WHERE segment = {${segment}:String} AND snapshot = {${snapshot}:String})`

export type Used = { segment: string; from: string; to: string }

/** `SELECT customer` of who came to or went from segments that a rule asks for, between the answers it used. */
export function movedSql(used: readonly Used[]): Sql {
  const params: Record<string, unknown> = {}
  const parts = used.map(({ segment, from, to }, i) => {
    Object.assign(params, { [`usedSegment${i}`]: segment, [`usedFrom${i}`]: from, [`usedTo${i}`]: to })
    const [a, b] = [bitmapOf(`usedSegment${i}`, `usedFrom${i}`), bitmapOf(`usedSegment${i}`, `usedTo${i}`)]
    return `SELECT arrayJoin(bitmapToArray(bitmapXor(${a}, ${b}))) AS customer`
  })
  return { sql: parts.join(' UNION ALL '), params }
}

/** Keeps who is to be asked, and says how many they are. */
export async function keepScope(facts: Facts, id: string, some: readonly Statement[], signal: AbortSignal) {
  const [first] = some
  await facts.command({
    sql: `INSERT INTO segment_scope (id, members)
          SELECT {scopeId:String}, groupBitmapState(toUInt32(customer)) FROM (${some.map(({ sql }) => sql).join(' UNION ALL ')})`,
    params: Object.assign({ scopeId: id }, ...some.map(({ params }) => params)),
    ...(first?.settings ? { settings: first.settings } : {}),
    timeoutMs: 1_800_000,
    signal,
  })
  const [row] = await facts.query<{ n: bigint }>({
    sql: 'SELECT groupBitmapMerge(members) AS n FROM segment_scope WHERE id = {id:String}',
    params: { id },
  })
  return Number(row?.n ?? 0n)
}

export const scopeSubset = (id: string): Subset => ({
  sql: '(SELECT arrayJoin(bitmapToArray(groupBitmapMergeState(members))) FROM segment_scope WHERE id = {scopeId:String})',
  params: { scopeId: id },
})

export async function dropScope(facts: Facts, id: string): Promise<void> {
  await facts.command({ sql: 'DELETE FROM segment_scope WHERE id = {id:String}', params: { id } })
}

/** `base`: the answer that stands for whoever is not asked; null: all were asked. */
export type Kept = { segment: string; snapshot: string; base: string | null; within: Within }

/**
 * Keeps the answers of several segments that were asked in one statement (columns `m0`, `m1` … of bitmaps): the members of the
 * answer before that were not asked, and those of the asked for whom the rule holds.
 */
export async function keepAnswers(
  facts: Facts,
  all: readonly Kept[],
  together: Statement,
  scope: string | null,
  signal: AbortSignal,
): Promise<void> {
  const params: Record<string, unknown> = { ...together.params }
  const orgs = new Map<string, string>()
  const answers = all.map(({ segment, snapshot, base, within }, i) => {
    Object.assign(params, { [`keptSegment${i}`]: segment, [`keptSnapshot${i}`]: snapshot, [`keptBase${i}`]: base })
    const key = within?.join() ?? ''
    if (within && !orgs.has(key)) {
      params[`orgs${orgs.size}`] = within
      orgs.set(key, `(SELECT groupBitmapState(id) FROM customer FINAL WHERE org IN {orgs${orgs.size}:Array(String)})`)
    }
    const found = within ? `bitmapAnd(m${i}, ${orgs.get(key)})` : `m${i}`
    const members =
      base === null
        ? found
        : `bitmapOr(bitmapAndnot(${bitmapOf(`keptSegment${i}`, `keptBase${i}`)}, (SELECT groupBitmapMergeState(members) FROM segment_scope WHERE id = {scopeId:String})), ${found})`
    if (base === null) delete params[`keptBase${i}`]
    return `({keptSegment${i}:String}, {keptSnapshot${i}:String}, ${members})`
  })
  if (scope !== null) params.scopeId = scope
  await facts.command({
    sql: `INSERT INTO segment_snapshot
          SELECT one.1, one.2, one.3 FROM (SELECT arrayJoin([${answers.join(', ')}]) AS one FROM (${together.sql}))`,
    params,
    ...(together.settings ? { settings: together.settings } : {}),
    timeoutMs: 1_800_000,
    signal,
  })
}

export type Against = { segment: string; snapshot: string; before: string | null }
export type Counted = { size: number; entered: number; left: number }

/** How many are in each answer, and how many came and went since another; against nothing nobody did. */
export async function countAnswers(facts: Facts, all: readonly Against[]): Promise<Map<string, Counted>> {
  if (all.length === 0) return new Map()
  const rows = await facts.query<{ snapshot: string; size: bigint; entered: bigint; gone: bigint }>({
    sql: `WITH bitmaps AS (
            SELECT snapshot, groupBitmapMergeState(members) AS members FROM segment_snapshot
            WHERE segment IN {segments:Array(String)} AND snapshot IN {all:Array(String)} GROUP BY snapshot)
          SELECT now.snapshot AS snapshot, bitmapCardinality(now.members) AS size,
                 if(old.snapshot = '', 0, bitmapAndnotCardinality(now.members, old.members)) AS entered,
                 if(old.snapshot = '', 0, bitmapAndnotCardinality(old.members, now.members)) AS gone
          FROM (SELECT snapshot, members, transform(snapshot, {snapshots:Array(String)}, {befores:Array(String)}, '') AS before
                FROM bitmaps WHERE snapshot IN {snapshots:Array(String)}) AS now
          LEFT JOIN bitmaps AS old ON old.snapshot = now.before`,
    params: {
      segments: [...new Set(all.map(({ segment }) => segment))],
      all: all.flatMap(({ snapshot, before }) => (before === null ? [snapshot] : [snapshot, before])),
      snapshots: all.map(({ snapshot }) => snapshot),
      befores: all.map(({ before }) => before ?? ''),
    },
  })
  return new Map(
    rows.map((row) => [row.snapshot, { size: Number(row.size), entered: Number(row.entered), left: Number(row.gone) }]),
  )
}

/** Whether there are the bitmaps that PostgreSQL names, as large as it says. */
export async function areWhole(
  facts: Facts,
  all: readonly { segment: string; id: string; size: number }[],
): Promise<Set<string>> {
  if (all.length === 0) return new Set()
  const rows = await facts.query<{ snapshot: string; size: bigint }>({
    sql: `SELECT snapshot, groupBitmapMerge(members) AS size FROM segment_snapshot
          WHERE segment IN {segments:Array(String)} AND snapshot IN {snapshots:Array(String)} GROUP BY snapshot`,
    params: { segments: [...new Set(all.map((one) => one.segment))], snapshots: all.map(({ id }) => id) },
  })
  const sizes = new Map(rows.map((row) => [row.snapshot, Number(row.size)]))
  return new Set(all.filter(({ id, size }) => sizes.get(id) === size).map(({ id }) => id))
}

export type Moved = { customer: number; entered: boolean; silent: boolean }

/**
 * Who came (true) and who went between two answers, by their numbers, after one of them. `silent`: only the number is another,
 * because two customers were found to be one; the person was in it and still is.
 */
export function pageOfMoves(
  facts: Facts,
  of: { segment: string; before: string | null; snapshot: string; after: number; limit: number },
): Promise<Moved[]> {
  const now = bitmapOf('segment', 'snapshot')
  const old = of.before === null ? 'bitmapBuild(emptyArrayUInt32())' : bitmapOf('segment', 'before')
  const { before, ...params } = of
  return facts.query<Moved>({
    sql: `WITH ${now} AS after_, ${old} AS before_
          SELECT customer, CAST(bitmapContains(after_, customer), 'Bool') AS entered,
                 CAST(if(bitmapContains(after_, customer),
                    customer IN (SELECT canonical FROM alias FINAL WHERE bitmapContains(before_, customer)),
                    customer IN (SELECT customer FROM alias FINAL WHERE canonical <> customer AND bitmapContains(after_, canonical))), 'Bool') AS silent
          FROM (SELECT arrayJoin(bitmapToArray(bitmapSubsetLimit(bitmapXor(after_, before_), {from:UInt32}, {limit:UInt32}))) AS customer)
          ORDER BY customer`,
    params: { ...params, from: of.after + 1, ...(before === null ? {} : { before }) },
  })
}
