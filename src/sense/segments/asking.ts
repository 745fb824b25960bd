import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { Problem, text } from '../../platform/problem.ts'
import { homeZone } from '../../platform/time/zone.ts'
import type { Types } from '../eql/contract.ts'
import type { Asked, Limits } from '../eql/eql.ts'
import { type Layout, layoutOf } from '../eql/eql.ts'
import { layoutParts } from '../tags/tags.ts'
import type { Ground } from './schema.ts'
import { latestSnapshots, type SnapshotRow } from './store.ts'

export { customersOf, orgOf, seenBy } from '../tags/tags.ts'

/**
 * How a rule is asked now. Segments in it answer with their last snapshot, of the version that the rule holds on to if it
 * does: one that was never refreshed is refused, because nobody is not the same as not known.
 */
export async function askedNow(
  ctx: Ctx,
  ground: Ground,
  types: Types,
  segments: readonly string[],
  limits?: Partial<Limits>,
): Promise<Asked> {
  const snapshots = segments.length > 0 ? await read(ctx, (tx) => latestSnapshots(tx, segments)) : []
  const parts = await layoutParts(ctx, ground)
  const layout: Layout = layoutOf({
    ...parts,
    segment(name, version, _at, binder) {
      const snapshot = snapshotFor(ground, snapshots, name, version)
      return `SELECT ${parts.canonical('member')} AS person FROM (
        SELECT arrayJoin(bitmapToArray(groupBitmapMergeState(members))) AS member FROM segment_snapshot
        WHERE segment = ${binder.text(name)} AND snapshot = ${binder.text(snapshot)})`
    },
  })
  return {
    schema: ground.schema,
    layout,
    types,
    now: ctx.now,
    zone: homeZone,
    scope: 'everyone',
    ...(limits ? { limits } : {}),
  }
}

function snapshotFor(ground: Ground, snapshots: readonly SnapshotRow[], id: string, version: number | null): string {
  const segment = ground.segments.find((one) => one.id === id)
  const found = snapshots.find((one) => one.segment === id && one.version === (version ?? segment?.version))
  if (found) return found.id
  const title = `${segment?.name ?? id}${version === null ? '' : ` v${version}`}`
  throw new Problem(
    'conflict',
    'segments.not_refreshed',
    text(`客群“${title}”还没有计算过,请先刷新它`, `The segment ${title} was never refreshed: refresh it first`),
  )
}
