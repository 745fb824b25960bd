import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAudit, startAuditSealing, verifyAudit } from '../src/govern/audit/audit.ts'
import { change, stale, unauditedChange } from '../src/platform/change.ts'
import { systemClock } from '../src/platform/clock.ts'
import { type Ctx, makeCtx, withCtx } from '../src/platform/ctx.ts'
import { openDb, prepareDatabase, type Tx } from '../src/platform/db/db.ts'
import { startEmbeddedPostgres } from '../src/platform/db/embedded.ts'
import { migrate } from '../src/platform/db/migrate.ts'
import type { Facts } from '../src/platform/facts/facts.ts'
import { openHome } from '../src/platform/home.ts'
import { newId } from '../src/platform/ids.ts'
import { migrateJobs } from '../src/platform/jobs/jobs.ts'
import { createLog } from '../src/platform/log.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const writers = 16
const things = 10_000
const roundMs = 3000

/**
 * Changes a second by sixteen writers, with the audit and without, in turn so that drift is fair to both. One change is
 * what most of the product's are: read a row, update it under its version, in one transaction of the engine as it is
 * delivered (a commit waits for the disk). The sealer runs all the time, and an audited round ends when its last entry is
 * sealed: nothing of the audit's cost is left to the other. At the end every change must be in a chain that verifies.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const bank = await openBank()
  try {
    const pairs = Math.max(1, Math.round(5 * options.scale))
    const sealing = startAuditSealing(bank.ctx, bank.audit)
    await round(bank.ctx, 'audited', 1000, sealing.settle)
    await round(bank.ctx, 'unaudited', 1000)
    const sums = { audited: { done: 0, ms: 0 }, unaudited: { done: 0, ms: 0 } }
    const ratios: number[] = []
    for (let i = 0; i < pairs; i++) {
      const order = i % 2 === 0 ? (['audited', 'unaudited'] as const) : (['unaudited', 'audited'] as const)
      const perSecond = { audited: 0, unaudited: 0 }
      for (const kind of order) {
        const { done, ms } = await round(bank.ctx, kind, roundMs, kind === 'audited' ? sealing.settle : undefined)
        sums[kind].done += done
        sums[kind].ms += ms
        perSecond[kind] = (done / ms) * 1000
        options.log(`${kind} ${Math.round(perSecond[kind])} changes/s`)
      }
      ratios.push(perSecond.audited / perSecond.unaudited)
    }
    await sealing.stop()
    const verified = await verifyAudit(bank.ctx, bank.audit)
    if (!verified.ok || verified.unsealed > 0)
      throw new Error(`the chain does not verify: ${JSON.stringify(verified.faults[0])}`)
    const changesPerS = (sums.audited.done / sums.audited.ms) * 1000
    const unauditedPerS = (sums.unaudited.done / sums.unaudited.ms) * 1000
    return {
      bench: 'audit',
      scale: options.scale,
      figures: {
        changes_per_s: Math.round(changesPerS),
        entries_verified: verified.checked,
        verified_per_s: Math.round(verified.checked / verified.seconds),
        worst_round: rounded(Math.min(...ratios)),
      },
      raw: { unaudited_per_s: Math.round(unauditedPerS) },
      ratio: { unaudited: rounded(changesPerS / unauditedPerS) },
    }
  } finally {
    await bank.close()
  }
}

const rounded = (value: number) => Math.round(value * 1000) / 1000

async function openBank() {
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-bench-'))
  const log = createLog('warn')
  const home = await openHome(folder)
  const postgres = await startEmbeddedPostgres({ home, log })
  const { role } = await prepareDatabase(postgres.url)
  const db = openDb({ url: postgres.url, role, log })
  const audit = await openAudit({ key: Buffer.alloc(32, 1), anchorFile: join(folder, 'audit.anchor') })
  const ctx = makeCtx({
    who: { kind: 'machine', id: 'bench', name: 'bench' },
    scope: 'everything',
    permissions: new Set(),
    lang: 'en',
    clock: systemClock,
    log,
    db,
    facts: {} as Facts,
    recordChange: audit.recordEntry,
    origin: undefined,
  })
  await migrateJobs(ctx)
  await migrate(db.sql)
  await db.sql`create schema bench`
  await db.sql`create table bench.thing (id int primary key, name text not null, state text not null, amount bigint not null,
                                          version int not null, updated_at timestamptz not null)`
  await db.sql`insert into bench.thing select n, 'Thing ' || n, 'open', 0, 1, now() from generate_series(1, ${things}) n`
  return {
    ctx,
    audit,
    async close() {
      await db.close()
      await postgres.stop()
      await home.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Thing = { id: number; name: string; state: string; amount: bigint; version: number }

async function raise(tx: Tx, id: number, at: Date): Promise<{ before: Thing; after: Thing }> {
  const [before] = await tx<Thing[]>`select id, name, state, amount, version from bench.thing where id = ${id}`
  const [after] = await tx<Thing[]>`
    update bench.thing set amount = amount + 100, version = version + 1, updated_at = ${at}
    where id = ${id} and version = ${before?.version ?? 0}
    returning id, name, state, amount, version`
  if (!before || !after) stale('thing')
  return { before, after }
}

async function round(
  ctx: Ctx,
  kind: 'audited' | 'unaudited',
  forMs: number,
  settle?: () => Promise<void>,
): Promise<{ done: number; ms: number }> {
  const from = performance.now()
  let done = 0
  const org = newId('org', ctx.now)
  // Each writer has rows of its own, so that none waits for another's lock.
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const person = withCtx(ctx, {
        who: { kind: 'user', id: newId('usr', ctx.now), name: `Writer ${writer}` },
        origin: {
          requestId: `request-${writer}`,
          ip: '10.0.0.1',
          agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
        },
      })
      for (let i = writer; performance.now() - from < forMs; i += writers, done++) {
        const id = (i % things) + 1
        if (kind === 'unaudited') await unauditedChange(person, 'the comparison', (tx) => raise(tx, id, person.now))
        else
          await change(
            person,
            'bench.raise',
            { kind: 'thing', id: String(id), name: `Thing ${id}`, org },
            async (tx) => {
              const { before, after } = await raise(tx, id, person.now)
              tx.before(before)
              return after
            },
          )
      }
    }),
  )
  await settle?.()
  return { done, ms: performance.now() - from }
}
