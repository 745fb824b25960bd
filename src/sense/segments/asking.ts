import { idsWithin, rootOf } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { Problem, text } from '../../platform/problem.ts'
import { homeZone } from '../../platform/time/zone.ts'
import { promotedColumn, promotedProperties } from '../catalog/catalog.ts'
import type { Types } from '../eql/contract.ts'
import type { Asked, Limits } from '../eql/eql.ts'
import { type Layout, layoutOf } from '../eql/eql.ts'
import { numbersSql, personSql } from '../identity/identity.ts'
import type { Within } from './facts.ts'
import type { Ground } from './schema.ts'
import { latestSnapshots, type SnapshotRow } from './store.ts'

/** The person a number is by now, for numbers that were kept when a bitmap was. */
const canonical = (column: string) =>
  `transform(${column}, (SELECT groupArray(customer) FROM alias FINAL), (SELECT groupArray(canonical) FROM alias FINAL), ${column})`

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
  const layout: Layout = layoutOf({
    person: personSql(),
    numbers: numbersSql,
    canonical,
    via: ground.via,
    tag: (name) => {
      throw new Error(`no tag ${name}`)
    },
    segment(name, version, _at, binder) {
      const snapshot = snapshotFor(ground, snapshots, name, version)
      return `SELECT ${canonical('member')} AS person FROM (
        SELECT arrayJoin(bitmapToArray(groupBitmapMergeState(members))) AS member FROM segment_snapshot
        WHERE segment = ${binder.text(name)} AND snapshot = ${binder.text(snapshot)})`
    },
    promoted: await promotedColumns(ctx),
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

/** The organisations whose customers a person sees; null: all. */
export async function seenBy(ctx: Ctx): Promise<Within> {
  if (ctx.scope === 'everything') return null
  if (ctx.scope === 'nothing') return []
  const path = ctx.scope.path.split('.')
  return path.length > 1 ? read(ctx, (tx) => idsWithin(tx, path.at(-1) ?? '')) : null
}

/** The organisation a person works for; the head office for the product itself. */
export async function orgOf(ctx: Ctx): Promise<string> {
  if (typeof ctx.scope === 'object') return ctx.scope.path.split('.').at(-1) ?? ''
  return (await read(ctx, rootOf)) ?? ''
}

/** A segment of a branch is about the branch's customers, whatever its rule says; one of the head office about all. */
export function customersOf(ctx: Ctx, org: string): Promise<Within> {
  return read(ctx, async (tx) => ((await rootOf(tx)) === org ? null : idsWithin(tx, org)))
}

/** Properties that have columns of their own, as the language's layout names them. */
async function promotedColumns(ctx: Ctx): Promise<ReadonlyMap<string, string>> {
  const promoted = await promotedProperties(ctx)
  return new Map([...promoted].map(([name, type]) => [`${name} ${type}`, `event.${promotedColumn(name)}`]))
}
