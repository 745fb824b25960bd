import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { read } from '../../../platform/change.ts'
import { type Ctx, withCtx } from '../../../platform/ctx.ts'
import { type TestOptions, testCtx } from '../../../platform/testing/testing.ts'
import { type Audit, openAudit, startAuditSealing } from '../audit.ts'
import type { Sealing } from '../sealer.ts'

export const testKey: Buffer = Buffer.alloc(32, 7)

export type AuditedCtx = { ctx: Ctx; audit: Audit; superuserUrl: string; anchorFile: string }

/** A context whose changes are recorded by a real audit with a home of its own; nothing is sealed until asked. */
export async function auditedCtx(t: TestContext, options: TestOptions = {}): Promise<AuditedCtx> {
  const home = await mkdtemp(join(tmpdir(), 'zhixing-audit-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const anchorFile = join(home, 'audit.anchor')
  const audit = await openAudit({ key: testKey, anchorFile })
  t.after(() => audit.anchors.close())
  const plain = await testCtx(t, options)
  const ctx = withCtx(plain, { recordChange: audit.recordEntry })
  return { ctx, audit, superuserUrl: plain.superuserUrl, anchorFile }
}

/** Seals and anchors all that is there. */
export async function sealAll(ctx: Ctx, audit: Audit): Promise<void> {
  const sealing: Sealing = startAuditSealing(ctx, audit)
  await whenSealable(ctx)
  await sealing.settle()
  await sealing.stop()
}

/**
 * Until every entry there is may be sealed. The server is shared with other tests: while one of their transactions is
 * older than an entry, that entry waits.
 */
export async function whenSealable(ctx: Ctx): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const [row] = await read(
      ctx,
      (tx) => tx<{ waits: boolean }[]>`
        select exists (select from audit.entry where xact >= pg_snapshot_xmin(pg_current_snapshot())) as waits`,
    )
    if (!row?.waits) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
