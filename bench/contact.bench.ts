import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { confirm, publishPolicy, reserve } from '../src/decide/contact/contact.ts'
import type { Ask, Cap } from '../src/decide/contact/contract.ts'
import { emptyPolicy } from '../src/decide/contact/rules/defaults.ts'
import { ensureRoot } from '../src/govern/orgs/orgs.ts'
import { unauditedChange } from '../src/platform/change.ts'
import { virtualClock } from '../src/platform/clock.ts'
import { type Ctx, makeCtx } from '../src/platform/ctx.ts'
import { openDb, prepareDatabase, type Tx } from '../src/platform/db/db.ts'
import { startEmbeddedPostgres } from '../src/platform/db/embedded.ts'
import { migrate } from '../src/platform/db/migrate.ts'
import { openHome } from '../src/platform/home.ts'
import { migrateJobs } from '../src/platform/jobs/jobs.ts'
import { createLog } from '../src/platform/log.ts'
import { at } from '../src/platform/testing/testing.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const perSet = 5000
const senders = 2

/**
 * A million asks at scale 1, four for each of 250,000 customers, in sets of 5,000 by two senders, under four caps that all
 * match, on a durable PostgreSQL: `asks_per_s` are decided and committed, `confirms_per_s` confirmed. Beside it what an
 * expert writes by hand for one cap alone, in the two layouts there are: contacts as rows, counted by an index, and contacts
 * as an array in the customer's row.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-bench-'))
  const home = await openHome(folder)
  const log = createLog('error')
  const engine = await startEmbeddedPostgres({ home, log })
  const { role } = await prepareDatabase(engine.url)
  const db = openDb({ url: engine.url, role, log, max: 8 })
  try {
    await migrateJobs({ db, log })
    await migrate(db.sql)
    const ctx = makeCtx({
      who: { kind: 'machine', id: 'bench', name: 'bench' },
      scope: 'everything',
      permissions: new Set(),
      lang: 'zh',
      clock: virtualClock(at('2026-01-05 10:00')),
      log,
      db,
      facts: undefined as never,
      recordChange: async () => {},
      origin: undefined,
    })
    return await measure(ctx, Math.max(20_000, Math.round(1_000_000 * options.scale)), options)
  } finally {
    await db.close()
    await engine.stop()
    await home.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const cap = (id: string, over: Partial<Cap>): Cap => ({
  id,
  scope: 'all',
  value: null,
  classes: ['marketing'],
  window: { kind: 'rolling', unit: 'day', length: 7 },
  limit: 3,
  segment: null,
  ...over,
})

async function measure(ctx: Ctx, asks: number, options: BenchOptions): Promise<BenchResult> {
  const head = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const customers = Math.ceil(asks / 4)
  await unauditedChange(
    ctx,
    'customers of a bench',
    (tx) =>
      tx`insert into identity.customer (org, born_at) select ${head.id}, ${ctx.now} from generate_series(1, ${customers})`,
  )
  const doc = {
    ...emptyPolicy,
    caps: [
      cap('week', {}),
      cap('day', { window: { kind: 'calendar', unit: 'day', length: 1 }, limit: 2 }),
      cap('push', { scope: 'channel', value: 'push' }),
      cap('each', { scope: 'strategy', limit: 2 }),
    ],
  }
  await publishPolicy(ctx, { org: head.id, version: 0, effectiveAt: null, note: 'bench', doc })
  const reserved: string[] = []
  const asking = await perSecond(asks, (from, until) =>
    unauditedChange(ctx, 'asks of a bench', async (tx) => {
      const verdicts = await reserve(tx, ctx.now, asksOf(ctx, from, until, customers))
      for (const { message, verdict } of verdicts) if (verdict === 'reserved') reserved.push(message)
    }),
  )
  const confirming = await perSecond(reserved.length, (from, until) =>
    unauditedChange(ctx, 'confirmations of a bench', (tx) => confirm(tx, reserved.slice(from, until))),
  )
  options.log(`${asks} asks for ${customers} customers, ${reserved.length} reserved`)
  const rows = await byRows(ctx, asks, customers)
  const arrays = await byArrays(ctx, asks, customers)
  return {
    bench: 'contact',
    scale: options.scale,
    figures: { asks_per_s: asking, confirms_per_s: confirming, reserved: reserved.length },
    raw: { rows_per_s: rows, arrays_per_s: arrays },
    ratio: { rows: round(asking / rows), arrays: round(asking / arrays) },
  }
}

const round = (value: number) => Math.round(value * 100) / 100

/** Customers come again after all others have come: rows that were held long ago. */
function asksOf(ctx: Ctx, from: number, until: number, customers: number): Ask[] {
  const latest = new Date(ctx.now.getTime() + 86_400_000)
  return Array.from({ length: until - from }, (_, i) => ({
    message: `msg_${String(from + i).padStart(12, '0')}`,
    customer: customerOf(from + i, customers),
    channel: 'push',
    class: 'marketing',
    scene: null,
    account: 'app',
    strategy: `s${from % 7}`,
    priority: 50,
    score: 0,
    plannedAt: ctx.now,
    latest,
    blocked: 'drop',
  }))
}

/** Spread, so that neighbours in a set are not neighbours in the table. */
const customerOf = (place: number, customers: number) => ((place * 7919) % customers) + 1

async function perSecond(count: number, work: (from: number, until: number) => Promise<unknown>): Promise<number> {
  const began = performance.now()
  let next = 0
  const sender = async () => {
    while (next < count) {
      const from = next
      next += perSet
      await work(from, Math.min(count, from + perSet))
    }
  }
  await Promise.all(Array.from({ length: senders }, sender))
  return Math.round(count / ((performance.now() - began) / 1000))
}

function numbers(from: number, until: number, customers: number): number[] {
  return Array.from({ length: until - from }, (_, i) => customerOf(from + i, customers)).sort((a, b) => a - b)
}

const letters = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `msg_${String(from + i).padStart(12, '0')}`)

async function byRows(ctx: Ctx, asks: number, customers: number): Promise<number> {
  await make(
    ctx,
    (tx) => tx`
    create table contact.by_rows (message text collate "C" primary key, customer int not null, at timestamptz not null,
      state text not null, channel text not null, strategy text not null)`,
  )
  await make(ctx, (tx) => tx`create index on contact.by_rows (customer, at)`)
  await make(ctx, (tx) => tx`create table contact.by_rows_person as select id as customer from identity.customer`)
  await make(ctx, (tx) => tx`create unique index on contact.by_rows_person (customer)`)
  return perSecond(asks, (from, until) =>
    unauditedChange(ctx, 'by hand', async (tx) => {
      const ids = numbers(from, until, customers)
      await tx`select from contact.by_rows_person where customer = any (${ids}::int[]) order by customer for no key update`
      await tx`
        insert into contact.by_rows
        select message, ask.customer, ${ctx.now}, 'reserved', 'push', 's'
        from unnest(${letters(from, ids.length)}::text[], ${ids}::int[]) as ask (message, customer)
        where (select count(*) from contact.by_rows kept
               where kept.customer = ask.customer and kept.at > ${ctx.now}::timestamptz - interval '7 days') < 3
        on conflict do nothing`
    }),
  )
}

async function byArrays(ctx: Ctx, asks: number, customers: number): Promise<number> {
  await make(
    ctx,
    (tx) => tx`
    create table contact.by_arrays (customer int primary key, at timestamptz[] not null, what text[] not null,
      message text[] not null) with (fillfactor = 50)`,
  )
  await make(
    ctx,
    (tx) => tx`
    insert into contact.by_arrays select id, '{}', '{}', '{}' from identity.customer`,
  )
  await make(
    ctx,
    (tx) => tx`create table contact.by_arrays_message (message text collate "C" primary key, customer int not null)`,
  )
  return perSecond(asks, (from, until) =>
    unauditedChange(ctx, 'by hand', async (tx) => {
      const ids = numbers(from, until, customers)
      const messages = letters(from, ids.length)
      await tx`select from contact.by_arrays where customer = any (${ids}::int[]) order by customer for no key update`
      await tx`
        with got as (
          update contact.by_arrays kept
          set at = kept.at || ${ctx.now}::timestamptz, what = kept.what || 'push marketing s a'::text,
              message = kept.message || ask.message
          from unnest(${messages}::text[], ${ids}::int[]) as ask (message, customer)
          where kept.customer = ask.customer
            and (select count(*) from unnest(kept.at) one where one > ${ctx.now}::timestamptz - interval '7 days') < 3
          returning ask.message, ask.customer)
        insert into contact.by_arrays_message select message, customer from got`
    }),
  )
}

async function make(ctx: Ctx, run: (tx: Tx) => PromiseLike<unknown>): Promise<void> {
  await unauditedChange(ctx, 'tables of a bench', async (tx) => void (await run(tx)))
}
