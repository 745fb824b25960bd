import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { orderOf } from '../../platform/reads.ts'
import { dayOf, homeZone } from '../../platform/time/zone.ts'
import { askTogether, type Outcome, wholeEveryMs } from './answering.ts'
import { heldByTelling } from './answerStore.ts'
import { dropSnapshots } from './facts.ts'
import { refreshLive } from './live.ts'
import { keyOf, type Ref, readsOf, superfluous } from './rules.ts'
import * as store from './store.ts'

/** What another reads is not asked again when it was asked so lately. */
const youngMs = 5 * 60_000
/** Beside the first of each month. */
const kept = 60

/** Asks a segment, whatever it reads before it, and keeps the answers. As the machine. */
export async function refresh(ctx: Ctx, id: string, signal: AbortSignal): Promise<void> {
  const [outcome] = await refreshTogether(ctx, [id], signal)
  if (outcome?.error) throw outcome.error
}

/**
 * Asks several segments and whatever they read, each once, those that do not read one another together. One that fails fails
 * alone, with those that read it.
 */
export async function refreshTogether(ctx: Ctx, ids: readonly string[], signal: AbortSignal): Promise<Outcome[]> {
  const reads = readsOf(await read(ctx, store.edges))
  const roots = ids.map((segment): Ref => ({ segment, version: null }))
  const wanted = new Set(roots.map(keyOf))
  const failed = new Map<string, Error>()
  for (const level of levelsOf(roots, reads)) {
    signal.throwIfAborted()
    const able = level.filter((ref) => {
      const cause = reads(ref)
        .map((one) => failed.get(keyOf(one)))
        .find((error) => error !== undefined)
      if (cause) failed.set(keyOf(ref), cause)
      return cause === undefined
    })
    const young = await youngOf(
      ctx,
      able.filter((ref) => !wanted.has(keyOf(ref))),
    )
    const asked = able.filter((ref) => !young.has(keyOf(ref)))
    for (const { ref, error } of await askLevel(ctx, asked, signal)) if (error) failed.set(keyOf(ref), error)
  }
  const done = roots.filter((ref) => !failed.has(keyOf(ref))).map(({ segment }) => segment)
  await unauditedChange(ctx, 'segments are refreshed by their schedule or a person', (tx) =>
    store.endRefreshing(tx, done),
  )
  for (const segment of done) await tidy(ctx, segment)
  return roots.map((ref) => ({ ref, error: failed.get(keyOf(ref)) ?? null }))
}

/** A real-time segment is brought up to now where it is followed; between its moves and a refresh nobody else moves it. */
async function askLevel(ctx: Ctx, refs: readonly Ref[], signal: AbortSignal): Promise<Outcome[]> {
  const rows = await read(ctx, (tx) =>
    store.findSegments(
      tx,
      refs.map(({ segment }) => segment),
    ),
  )
  const live = new Set(rows.filter((row) => row.live).map(({ id }) => id as string))
  const isLive = ({ segment, version }: Ref) => version === null && live.has(segment)
  const outcomes = await askTogether(
    ctx,
    refs.filter((ref) => !isLive(ref)),
    signal,
  )
  for (const ref of refs.filter(isLive)) {
    let outcome: Outcome = { ref, error: null }
    await refreshLive(ctx, ref.segment, wholeEveryMs, async () => {
      for (const one of await askTogether(ctx, [ref], signal)) outcome = one
    })
    outcomes.push(outcome)
  }
  return outcomes
}

/** Each as early as what it reads allows; those of one level do not read one another. */
function levelsOf(roots: readonly Ref[], reads: ReturnType<typeof readsOf>): Ref[][] {
  const depths = new Map<string, { ref: Ref; depth: number }>()
  for (const root of roots) {
    for (const ref of orderOf(root, reads, keyOf)) {
      if (depths.has(keyOf(ref))) continue
      const below = reads(ref).map((one) => depths.get(keyOf(one))?.depth ?? 0)
      depths.set(keyOf(ref), { ref, depth: Math.max(-1, ...below) + 1 })
    }
  }
  const levels: Ref[][] = []
  for (const { ref, depth } of depths.values()) (levels[depth] ??= []).push(ref)
  return levels
}

async function youngOf(ctx: Ctx, refs: readonly Ref[]): Promise<Set<string>> {
  if (refs.length === 0) return new Set()
  const segments = [...new Set(refs.map(({ segment }) => segment))]
  const [rows, latest] = await read(ctx, (tx) =>
    Promise.all([store.findSegments(tx, segments), store.latestSnapshots(tx, segments)]),
  )
  const versions = new Map(rows.map(({ id, version }) => [id as string, version]))
  const young = refs.filter((ref) => {
    const version = ref.version ?? versions.get(ref.segment)
    return latest.some(
      (one) => one.segment === ref.segment && one.version === version && ctx.now.getTime() - one.at.getTime() < youngMs,
    )
  })
  return new Set(young.map(keyOf))
}

/** PostgreSQL forgets first: a bitmap that nobody names harms nobody, and is swept. */
async function tidy(ctx: Ctx, id: string): Promise<void> {
  const [snapshots, held] = await read(ctx, (tx) => Promise.all([store.snapshotsOf(tx, id), heldByTelling(tx, id)]))
  const gone = superfluous(snapshots, kept, (at) => dayOf(at, homeZone).slice(0, 7)).filter((one) => !held.has(one))
  if (gone.length === 0) return
  await unauditedChange(ctx, 'old answers of a segment', (tx) => store.removeSnapshots(tx, gone))
  await dropSnapshots(ctx.facts, gone)
}
