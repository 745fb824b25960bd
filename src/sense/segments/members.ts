import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { missing } from '../../platform/problem.ts'
import { describeCustomers } from '../customers/customers.ts'
import { seenBy } from './asking.ts'
import type { Compared, Members, MembersQuery } from './contract.ts'
import { bitmapMembers, compareBitmaps, pageOfMembers } from './facts.ts'
import * as store from './store.ts'
import { toSnapshot } from './view.ts'

const limit = 20

/** Who were in it at a snapshot, as far as the caller sees their organisation: the size of the snapshot is of all. */
export async function membersOf(ctx: Ctx, id: string, { snapshot, after = 0 }: MembersQuery): Promise<Members> {
  const rows = await snapshotsOf(ctx, id)
  const of = snapshot ? (rows.find((one) => one.id === snapshot) ?? missing('snapshot', snapshot)) : rows.at(-1)
  if (!of) return { snapshot: null, within: 0, items: [], next: null }
  const page = await pageOfMembers(
    ctx.facts,
    { segment: id, snapshot: of.id, after, limit: limit + 1 },
    await seenBy(ctx),
  )
  const shown = page.members.slice(0, limit)
  return {
    snapshot: toSnapshot(of),
    within: page.size,
    items: await describeCustomers(ctx, shown),
    next: page.members.length > limit ? (shown.at(-1) ?? null) : null,
  }
}

/** Who came, who went and who stayed between two snapshots, among the customers whom the caller sees. */
export async function compareSnapshots(ctx: Ctx, id: string, of: { before: string; after: string }): Promise<Compared> {
  const rows = await snapshotsOf(ctx, id)
  const [before, after] = [of.before, of.after].map(
    (snapshot) => rows.find((one) => one.id === snapshot) ?? missing('snapshot', snapshot),
  )
  if (!before || !after) missing('snapshot', of.before)
  const counts = await compareBitmaps(ctx.facts, { segment: id, ...of }, await seenBy(ctx))
  return { before: toSnapshot(before), after: toSnapshot(after), ...counts }
}

function snapshotsOf(ctx: Ctx, id: string): Promise<store.SnapshotRow[]> {
  return read(ctx, async (tx) => {
    if (!(await store.findSegment(tx, id))) missing('segment', id)
    return (await store.snapshotsOf(tx, id)).filter(({ pinned }) => !pinned)
  })
}

/** All members at the latest snapshot, by their numbers, for whoever keeps a set of them; undefined before the first refresh. */
export async function latestMembers(
  ctx: Ctx,
  segment: string,
  unless?: string,
): Promise<{ snapshot: string; members: number[] | undefined } | undefined> {
  const last = (await snapshotsOf(ctx, segment)).at(-1)
  if (!last) return undefined
  if (last.id === unless) return { snapshot: last.id, members: undefined }
  return { snapshot: last.id, members: await bitmapMembers(ctx.facts, { segment, snapshot: last.id }) }
}
