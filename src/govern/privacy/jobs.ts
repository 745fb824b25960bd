import { unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { defineJob, queueJob } from '../../platform/jobs/jobs.ts'
import { BrokenSeal, markedKey } from '../../platform/secrets/sealed.ts'
import { registeredColumns, type SealedColumn, type SealedRow } from './sealedColumns.ts'
import { lockKeys, moveCounts, retireUnused, saveCounts } from './store.ts'
import { vaultOf } from './vault.ts'

/** So many rows are locked and rewritten at once: some tens of milliseconds. */
const setSize = 500

/** What became of one set: `broken` counts by data key, `last` is the key of its last row, undefined when none was left. */
export type ResealedSet = { moved: number; broken: ReadonlyMap<number, number>; last: string | undefined }

/**
 * Seals one set of a column's values again under the active key, in one transaction. Values that do not open are left as
 * they are and counted: they were changed from outside, and no key helps them.
 */
export async function resealSome(
  ctx: Ctx,
  column: SealedColumn,
  limit: number,
  after?: string | undefined,
): Promise<ResealedSet> {
  const vault = vaultOf(ctx)
  return unauditedChange(ctx, 'values move to the active data key', async (tx) => {
    const active = vault.active().id
    const rows = await column.nextToReseal(tx, active, limit, after)
    const moved = new Map<number, number>()
    const broken = new Map<number, number>()
    const fresh: { key: string; sealed: Buffer }[] = []
    for (const row of rows) {
      const value = await openRow(ctx, column, row)
      const counted = value === undefined ? broken : moved
      const from = markedKey(row.sealed.subarray(2, 6))
      counted.set(from, (counted.get(from) ?? 0) + 1)
      if (value !== undefined) fresh.push({ key: row.key, sealed: vault.seal(row, value) })
    }
    if (fresh.length > 0) {
      await column.save(tx, fresh)
      await moveCounts(tx, column.name, moved, active)
    }
    return { moved: fresh.length, broken, last: rows.at(-1)?.key }
  })
}

async function openRow(ctx: Ctx, column: SealedColumn, row: SealedRow): Promise<string | undefined> {
  try {
    const [value] = await vaultOf(ctx).openEach([row])
    return value
  } catch (error) {
    if (!(error instanceof BrokenSeal)) throw error
    ctx.log.error({ column: column.name, row: row.key, reason: error.message }, 'a sealed value does not open')
    return undefined
  }
}

/** Moves all that a column has, set by set; stops between two sets when told. Returns what does not open, by data key. */
async function resealColumn(ctx: Ctx, column: SealedColumn, signal: AbortSignal): Promise<Map<number, number>> {
  const broken = new Map<number, number>()
  for (let after: string | undefined; ; ) {
    signal.throwIfAborted()
    const set = await resealSome(ctx, column, setSize, after)
    for (const [key, count] of set.broken) broken.set(key, (broken.get(key) ?? 0) + count)
    if (set.last === undefined) return broken
    after = set.last
  }
}

/** Counts what a column has under each key. Returns how many values are still to be moved. */
function countColumn(ctx: Ctx, column: SealedColumn, broken: ReadonlyMap<number, number>): Promise<number> {
  const active = vaultOf(ctx).active().id
  return unauditedChange(ctx, 'a count of sealed values', async (tx) => {
    const counts = (await column.count(tx)).map((count) => ({ ...count, broken: broken.get(count.keyId) ?? 0 }))
    await saveCounts(tx, column.name, counts, ctx.now)
    return counts.reduce((sum, count) => sum + (count.keyId === active ? 0 : count.sealed - count.broken), 0)
  })
}

/**
 * Moves every registered value to the active key. Nightly, after a rotation, and as often as it is killed: each set
 * commits by itself and is not seen again. What others hold locked at the time is left for a minute later.
 */
export const resealJob = defineJob<Record<string, never>>(
  'privacy.reseal',
  async (ctx, _payload, { signal }) => {
    await vaultOf(ctx).refresh()
    const coming = vaultOf(ctx).coming()
    // This machine's clock is behind the one that called the job: moving now would move values back to the old key.
    if (coming) return later(ctx, coming)
    let left = 0
    for (const column of registeredColumns()) {
      const broken = await resealColumn(ctx, column, signal)
      left += await countColumn(ctx, column, broken)
    }
    await unauditedChange(ctx, 'data keys that nothing is sealed under', async (tx) => {
      await lockKeys(tx)
      await retireUnused(tx, vaultOf(ctx).active().id, ctx.now)
    })
    if (left === 0) return
    ctx.log.info({ left }, 'values were held by others: sealing them again in a minute')
    await later(ctx, new Date(ctx.now.getTime() + 60_000))
  },
  { every: { cron: '30 2 * * *', zone: 'Asia/Shanghai', payload: {} } },
)

function later(ctx: Ctx, at: Date): Promise<void> {
  return unauditedChange(ctx, 'values to be sealed again later', (tx) =>
    queueJob(ctx, tx, resealJob, {}, { at, key: 'privacy.reseal' }),
  )
}

export const jobs = [resealJob] as const
