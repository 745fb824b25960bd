import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { ensureRoot } from '../src/govern/orgs/orgs.ts'
import { createLog } from '../src/platform/log.ts'
import { createSource } from '../src/sense/catalog/catalog.ts'
import { type SenderJob, type Sent, traffic } from './ingest.sender.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const whole = { events: 1_000_000, customers: 100_000, perCall: 100, callers: 12 }

/**
 * Events a second from HTTP to facts: batches of 100 through the product's own door, each durable when it is answered,
 * through identity (one event in twenty comes with an identity never seen) to ClickHouse. The time runs from the first
 * byte sent until the last event is a fact and the log has been left behind. The sender is a process of its own, and
 * shares the two cores with the product and its engines.
 *
 * Raw is the same events put into both engines by hand, in sets of 5,000: a table in PostgreSQL with the message and
 * its key, and the table of facts. It does far less: no HTTP and no sender beside it, nothing sealed, no identities, no
 * customers. In one thing it is harder: under load the product's batches are larger, and ClickHouse makes fewer parts.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const events = Math.max(10_000, Math.round(whole.events * options.scale))
  const customers = Math.max(1000, Math.round(whole.customers * options.scale))
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-bench-'))
  const config = readConfig({ PORT: '0', ZHIXING_HOME: folder, ZHIXING_LOG_LEVEL: 'warn' })
  const app = await startApp(config, createLog('warn'))
  try {
    const root = await ensureRoot(app.ctx, { code: 'HQ', name: '总行' })
    const source = await createSource(app.ctx, { name: 'bench', project: 'bench', kind: 'server', org: root.id })
    const job = { ...whole, url: app.url, key: source.writeKey, customers }
    await measure(app, { ...job, events: Math.round(events / 20), first: 0 })
    const half = await measure(app, { ...job, events: Math.round(events / 2), first: events })
    options.log(`half: ${Math.round(half.perSecond)} events/s, facts ${half.facts}`)
    const all = await measure(app, { ...job, events, first: 3 * events })
    options.log(`all: ${Math.round(all.perSecond)} events/s, facts ${all.facts}`)
    const raw = await byHand(app, events, customers, 6 * events)
    return {
      bench: 'ingest',
      scale: options.scale,
      figures: {
        events_per_s: Math.round(all.perSecond),
        half_size_events_per_s: Math.round(half.perSecond),
        call_p50_ms: all.p50,
        call_p99_ms: all.p99,
        behind_at_end_s: Math.round(all.behind * 10) / 10,
        rss_mb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      },
      raw: { by_hand_per_s: Math.round(raw) },
      ratio: { raw: Math.round((all.perSecond / raw) * 1000) / 1000 },
    }
  } finally {
    await app.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function factsOf(app: App): Promise<number> {
  const [row] = await app.facts.query<{ n: bigint }>({ sql: 'SELECT count() AS n FROM event' })
  return Number(row?.n ?? 0)
}

async function left(app: App): Promise<boolean> {
  const [row] = await app.db.sql<{ left: boolean }[]>`
    select exists (select from collect.piece p, collect.position at where (p.xact, p.id) > (at.xact, at.id)) as left`
  return row?.left ?? false
}

async function measure(app: App, job: SenderJob) {
  const before = await factsOf(app)
  const sender = fork(join(import.meta.dirname, 'ingest.sender.ts'), { serialization: 'advanced' })
  const gone = once(sender, 'exit')
  const from = performance.now()
  sender.send(job)
  const [sent] = (await once(sender, 'message')) as [Sent]
  const answered = performance.now()
  if (sent.failed > 0) throw new Error(`${sent.failed} calls failed: ${sent.failure}`)
  while (await left(app)) await new Promise((resolve) => setTimeout(resolve, 20))
  const done = performance.now()
  await gone
  const facts = (await factsOf(app)) - before
  if (facts !== job.events) throw new Error(`${job.events} events were acknowledged, ${facts} became facts`)
  return {
    perSecond: job.events / ((done - from) / 1000),
    behind: (done - answered) / 1000,
    p50: sent.p50,
    p99: sent.p99,
    facts,
  }
}

/** The same events into a table of messages with a key, and into facts; both engines at once. */
async function byHand(app: App, events: number, customers: number, first: number): Promise<number> {
  await app.db.sql`create schema bench`
  await app.db
    .sql`create table bench.message (key text primary key, received_at timestamptz not null, body text not null)`
  const at = new Date()
  const from = performance.now()
  for (let n = 0; n < events; n += 5000) {
    const rows = traffic(first + n, Math.min(5000, events - n), customers)
    await Promise.all([
      app.db.sql`insert into bench.message select key, ${at}, body
        from unnest(${rows.map((one) => one.id)}::text[], ${rows.map((one) => JSON.stringify(one))}::text[]) given (key, body)`,
      app.facts.insert(
        'event',
        rows.map((one, i) => ({
          event: one.event,
          time: one.time,
          customer: (first + n + i) % customers,
          key: crypto.randomUUID(),
          received: at,
          processed: at,
          source: 'src_bench',
          props: one.props,
        })),
      ),
    ])
  }
  return events / ((performance.now() - from) / 1000)
}
