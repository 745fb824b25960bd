import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { newId } from '../../platform/ids.ts'
import { missing } from '../../platform/problem.ts'
import { dayOf, homeZone } from '../../platform/time/zone.ts'
import { checkRule, compileRule, upgradeRule } from '../eql/eql.ts'
import { askedNow, customersOf } from './asking.ts'
import { dropSnapshots, keepSnapshot } from './facts.ts'
import { unreadable } from './problems.ts'
import { orderOf, type Ref, readsOf, superfluous } from './rules.ts'
import { groundOf } from './schema.ts'
import * as store from './store.ts'
import { segmentsIn } from './writing.ts'

/** What another reads is not asked again when it was asked so lately. */
const youngMs = 5 * 60_000
/** Beside the first of each month. */
const kept = 60

/** Asks a segment, whatever it reads before it, and keeps the answers. As the machine. */
export async function refresh(ctx: Ctx, id: string, signal: AbortSignal): Promise<void> {
  const edges = await read(ctx, store.edges)
  for (const ref of orderOf({ segment: id, version: null }, readsOf(edges))) {
    signal.throwIfAborted()
    if (ref.segment !== id || ref.version !== null) {
      if (await isYoung(ctx, ref)) continue
    }
    await ask(ctx, ref, signal)
  }
  await unauditedChange(ctx, 'a segment is refreshed by its schedule or a person', (tx) => store.endRefreshing(tx, id))
  await tidy(ctx, id)
}

async function isYoung(ctx: Ctx, ref: Ref): Promise<boolean> {
  const [row, latest] = await read(ctx, (tx) =>
    Promise.all([store.findSegment(tx, ref.segment), store.latestSnapshots(tx, [ref.segment])]),
  )
  const version = ref.version ?? row?.version
  return latest.some((one) => one.version === version && ctx.now.getTime() - one.at.getTime() < youngMs)
}

async function ask(ctx: Ctx, ref: Ref, signal: AbortSignal): Promise<void> {
  const ground = await groundOf(ctx)
  const [row, versions] = await read(ctx, (tx) =>
    Promise.all([store.findSegment(tx, ref.segment), store.versionsOf(tx, ref.segment)]),
  )
  if (!row) missing('segment', ref.segment)
  const published = versions.find(({ version }) => version === (ref.version ?? row.version))
  if (!published) missing('segment', `${row.name} v${ref.version ?? row.version}`)
  const rule = upgradeRule(published.rule)
  const checked = checkRule(rule, ground.schema)
  if (!checked.ok) throw unreadable(checked)
  const at = ctx.now
  const from = performance.now()
  const asked = await askedNow(ctx, ground, checked.types, segmentsIn(rule, ground.schema))
  const id = newId('snp', at)
  const within = await customersOf(ctx, row.org)
  const size = await keepSnapshot(
    ctx.facts,
    { segment: row.id, snapshot: id },
    compileRule(rule, asked),
    within,
    signal,
  )
  const ms = Math.round(performance.now() - from)
  const { version } = published
  const pinned = version !== row.version
  await unauditedChange(ctx, 'the answer of a segment', (tx) =>
    store.insertSnapshot(tx, { id, segment: row.id, org: row.org, version, at, size, ms, pinned }),
  )
}

/** PostgreSQL forgets first: a bitmap that nobody names harms nobody, and is swept. */
async function tidy(ctx: Ctx, id: string): Promise<void> {
  const snapshots = await read(ctx, (tx) => store.snapshotsOf(tx, id))
  const gone = superfluous(snapshots, kept, (at) => dayOf(at, homeZone).slice(0, 7))
  if (gone.length === 0) return
  await unauditedChange(ctx, 'old answers of a segment', (tx) => store.removeSnapshots(tx, gone))
  await dropSnapshots(ctx.facts, gone)
}
