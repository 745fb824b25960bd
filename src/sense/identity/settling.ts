import { setTimeout as pause } from 'node:timers/promises'
import type { Ctx } from '../../platform/ctx.ts'
import { defineJob } from '../../platform/jobs/jobs.ts'
import { homeZone, timeOf } from '../../platform/time/zone.ts'
import { batchInHand } from '../collect/collect.ts'
import * as facts from './facts.ts'

/** Numbers a rewriting: each of them rewrites a column of the months in which they were active. */
const pieceNumbers = 5000
/** So many are no burden for questions; more are settled by day too. */
const manyPending = 20_000
const longestWaitMs = 60_000

/**
 * Lets events say whose they are by now, so that questions need not look merges up. Nobody waits for it: what is not settled
 * goes before what events say, so an answer is the same before, in the middle and after. An undone merge is settled in the same
 * way: the number an event was written with is never changed. Killed, it is begun again and does what is left.
 */
export async function settleAliases(ctx: Ctx, signal?: AbortSignal): Promise<number> {
  let settled = 0
  for (;;) {
    const pending = await facts.pendingAliases(ctx.facts, pieceNumbers)
    if (pending.length === 0 || signal?.aborted) return settled
    // The batch in hand may still write events under a number that was merged meanwhile.
    if (!(await batchIsLeft(ctx, signal))) return settled
    const moves = {
      from: pending.map((one) => one.customer),
      to: pending.map((one) => (one.canonical === one.customer ? 0 : one.canonical)),
    }
    for (const month of await facts.monthsToRewrite(ctx.facts, moves)) {
      if (signal?.aborted) return settled
      await facts.rewriteMonth(ctx.facts, month, moves)
    }
    // With the version they were read in: what was merged or undone since is newer, and stays unsettled.
    await facts.insertAliases(
      ctx.facts,
      pending.map((one) => ({ ...one, settled: 1, deleted: one.canonical === one.customer ? 1 : 0 })),
    )
    settled += pending.length
  }
}

async function batchIsLeft(ctx: Ctx, signal: AbortSignal | undefined): Promise<boolean> {
  const batch = await batchInHand(ctx)
  const until = performance.now() + longestWaitMs
  while (batch !== undefined && (await batchInHand(ctx)) === batch) {
    if (signal?.aborted || performance.now() > until) return false
    await pause(50)
  }
  return true
}

/** By night; by day only when merges are many. */
export const settleJob = defineJob<object>(
  'identity.settle',
  async (ctx) => {
    const night = timeOf(ctx.now, homeZone) < '05:00'
    if (night || (await facts.countPending(ctx.facts)) >= manyPending) await settleAliases(ctx)
  },
  { every: { cron: '15 * * * *', zone: homeZone, payload: {} } },
)
