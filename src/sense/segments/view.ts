import { namesOf } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { order, type Page } from '../../platform/page.ts'
import { missing } from '../../platform/problem.ts'
import { explainRule, formatRule, parseRule, upgradeRule } from '../eql/eql.ts'
import type { Segment, SegmentDetail, SegmentQuery, Snapshot, Use, Version } from './contract.ts'
import { type Ground, groundOf } from './schema.ts'
import * as store from './store.ts'

/** Segments of the caller's organisation and those below; the retired only when asked for. */
export function listSegments(ctx: Ctx, query: SegmentQuery): Promise<Page<Segment>> {
  const by = order(query, store.sorts, '-updatedAt')
  return read(ctx, async (tx) => {
    const rows = await store.pageOfSegments(tx, query, by)
    const page = by.page(rows, (row) => sortValue(row, by.name as keyof typeof store.sorts))
    const orgs = await namesOf(
      tx,
      page.items.map(({ org }) => org),
    )
    return { next: page.next, items: page.items.map((row) => toSegment(row, orgs)) }
  })
}

function sortValue(row: store.SegmentRow, name: keyof typeof store.sorts): Date | string | number {
  if (name === 'size') return row.size ?? -1
  return row[name] ?? '-infinity'
}

function toSegment(row: store.SegmentRow, orgs: ReadonlyMap<string, string>): Segment {
  const { id, name, folder, description, owner, state, version, cron, zone, refreshing, error, size, updatedBy } = row
  const { live, tellsInside } = row
  return {
    ...{ id, name, folder, description, owner, state, version, cron, zone, refreshing, error, size, updatedBy },
    ...{ live, tellsInside },
    org: { id: row.org, name: orgs.get(row.org) ?? row.org },
    nextAt: row.nextAt?.toISOString() ?? null,
    refreshedAt: row.refreshedAt?.toISOString() ?? null,
    updatedAt: row.updatedAt.toISOString(),
  }
}

export async function getSegment(ctx: Ctx, id: string): Promise<SegmentDetail> {
  const ground = await groundOf(ctx)
  return read(ctx, async (tx) => {
    const row = (await store.findSegment(tx, id)) ?? missing('segment', id)
    const [versions, snapshots, edges, orgs] = await Promise.all([
      store.versionsOf(tx, id),
      store.snapshotsOf(tx, id),
      store.edges(tx),
      namesOf(tx, [row.org]),
    ])
    const own = edges.find((edge) => edge.segment === id && edge.latest)
    const titled = (segment: string) => ground.segments.find((one) => one.id === segment)?.name ?? segment
    return {
      ...toSegment(row, orgs),
      ...{ draft: row.draft, revision: row.revision, changed: isChanged(row, versions[0], ground) },
      versions: versions.map((version) => toVersion(ctx, version, ground)),
      snapshots: snapshots.filter(({ pinned }) => !pinned).map(toSnapshot),
      uses: (own?.uses ?? []).map((use) => ({ id: use.segment, name: titled(use.segment), version: use.version })),
      usedBy: usersOf(id, edges),
    }
  })
}

function usersOf(id: string, edges: readonly store.Edge[]): Use[] {
  return edges
    .filter(({ latest }) => latest)
    .flatMap(({ segment, name, uses }) =>
      uses.filter((use) => use.segment === id).map(({ version }) => ({ id: segment, name, version })),
    )
}

/** Other words for the same rule are no change. */
function isChanged(row: store.SegmentRow, latest: store.VersionRow | undefined, { schema }: Ground): boolean {
  if (!latest) return row.draft.trim() !== ''
  if (row.draft === latest.text) return false
  const { rule } = parseRule(row.draft, schema)
  return rule === null || formatRule(rule) !== formatRule(upgradeRule(latest.rule))
}

function toVersion(ctx: Ctx, row: store.VersionRow, { schema }: Ground): Version {
  const rule = upgradeRule(row.rule)
  return {
    version: row.version,
    text: formatRule(rule, schema, ctx.lang),
    sentence: explainRule(rule, schema),
    publishedAt: row.publishedAt.toISOString(),
    publishedBy: row.publishedBy,
  }
}

export function toSnapshot({ id, version, at, size, ms }: store.SnapshotRow): Snapshot {
  return { id, version, at: at.toISOString(), size, ms }
}
