import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openVault } from '../../../govern/privacy/privacy.ts'
import { read } from '../../../platform/change.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Tx } from '../../../platform/db/db.ts'
import { type TestCtx, type TestOptions, testCtx } from '../../../platform/testing/testing.ts'
import type { Batch, Step } from '../batch.ts'
import type { Envelope, Incoming } from '../contract.ts'
import { workBatch } from '../pipeline.ts'

/** A context with an open vault: what arrives is sealed. */
export async function collectCtx(t: TestContext, options: TestOptions = {}): Promise<TestCtx> {
  const ctx = await testCtx(t, options)
  const vault = await openVault(ctx, {
    source: { value: Buffer.alloc(32, 9).toString('base64'), name: 'test' },
    algorithm: 'aes-256-gcm',
    mayCreateKeyFile: false,
  })
  t.after(() => vault.close())
  ctx.recorded.length = 0
  return ctx
}

/**
 * Until what was received may be read. The server is shared with other tests: while one of their transactions is older
 * than a piece of the log, that piece waits.
 */
export async function whenReadable(ctx: Ctx): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    const [row] = await read(
      ctx,
      (tx) => tx<{ waits: boolean }[]>`
        select exists (select from collect.piece where xact >= pg_snapshot_xmin(pg_current_snapshot())) as waits`,
    )
    if (!row?.waits) return
    await pause(25)
  }
}

/** One batch, as soon as it may be read. */
export async function workNext(ctx: Ctx, steps: readonly Step[]): Promise<number> {
  await whenReadable(ctx)
  return workBatch(ctx, steps)
}

export function event(key: string, name: string, more: Partial<Envelope> = {}): Incoming {
  return {
    key,
    envelope: {
      kind: 'event',
      name,
      time: Date.UTC(2026, 0, 5, 0, 30),
      ids: [{ kind: 'login_id', value: 'u1' }],
      props: { amount: 100 },
      ...more,
    },
  }
}

/** Gives every message the customer 1, and remembers what it was shown in each phase. */
export function recordingStep(): Step & { seen: { phase: string; batch: bigint; keys: string[] }[] } {
  const seen: { phase: string; batch: bigint; keys: string[] }[] = []
  const note = (phase: string, batch: Batch) =>
    void seen.push({
      phase,
      batch: batch.number,
      keys: batch.arrived.filter((one) => !one.refused).map((one) => one.key),
    })
  return {
    name: 'recording',
    seen,
    async check(_ctx: Ctx, batch: Batch) {
      note('check', batch)
    },
    async resolve(_ctx: Ctx, _tx: Tx, batch: Batch) {
      for (const one of batch.arrived) one.customer = 1
      note('resolve', batch)
    },
    async facts(_ctx: Ctx, batch: Batch) {
      note('facts', batch)
    },
    async effects(_ctx: Ctx, _tx: Tx, batch: Batch) {
      note('effects', batch)
    },
  }
}
