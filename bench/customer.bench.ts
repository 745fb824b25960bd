import { ensureRoot } from '../src/govern/orgs/orgs.ts'
import { openVault } from '../src/govern/privacy/privacy.ts'
import { unauditedChange } from '../src/platform/change.ts'
import { systemClock } from '../src/platform/clock.ts'
import { type Ctx, makeCtx } from '../src/platform/ctx.ts'
import { openDb, prepareDatabase } from '../src/platform/db/db.ts'
import { migrate } from '../src/platform/db/migrate.ts'
import { type Facts, openFacts } from '../src/platform/facts/facts.ts'
import { followAll } from '../src/platform/facts/follow.ts'
import { migrateFacts } from '../src/platform/facts/migrate.ts'
import { migrateJobs } from '../src/platform/jobs/jobs.ts'
import { createLog } from '../src/platform/log.ts'
import { startTestClickhouse, startTestPostgres } from '../src/platform/testing/engines.ts'
import { customerThings, customerTimeline, customerTrend, getCustomer } from '../src/sense/customers/customers.ts'
import { feeds } from '../src/worker.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const whole = { customers: 1_000_000, events: 100_000_000, pages: 1000 }

/**
 * What the page of a customer asks for — the customer with a year's activity and the newest events, the next page of his
 * timeline, his trend and his holdings — for a thousand customers, a fifth of whom are among the busiest. The rows are put
 * straight into both engines: as many profiles with ten attributes and a holding each, and the events of the layout bench's
 * shape. Raw is the bare statement for the newest fifty events of the same customers.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const customers = Math.max(1000, Math.round(whole.customers * options.scale))
  const events = Math.max(10_000, Math.round(whole.events * options.scale))
  const [postgres, clickhouse] = await Promise.all([startTestPostgres(), startTestClickhouse()])
  const log = createLog('error')
  const { role } = await prepareDatabase(postgres.url)
  const db = openDb({ url: postgres.url, role, log })
  const facts = await openFacts({ url: clickhouse.url, database: 'bench', log })
  const ctx = makeCtx({
    ...{
      who: { kind: 'machine', id: 'bench', name: 'bench' },
      scope: 'everything',
      permissions: new Set(),
      lang: 'zh',
    },
    ...{ clock: systemClock, log, db, facts, recordChange: async () => undefined, origin: undefined },
  })
  const vault = await (async () => {
    await migrateJobs(ctx)
    await migrate(db.sql)
    await migrateFacts(facts)
    const source = { value: Buffer.alloc(32, 9).toString('base64'), name: 'bench' }
    return openVault(ctx, { source, algorithm: 'aes-256-gcm', mayCreateKeyFile: false })
  })()
  try {
    const from = performance.now()
    await seed(ctx, customers)
    await seedEvents(facts, customers, events)
    options.log(`seeded ${customers} customers, ${events} events in ${seconds(from)} s`)
    const filling = performance.now()
    await followAll(ctx, feeds())
    const followed = Math.round((2 * customers) / seconds(filling))
    options.log(`followed in ${seconds(filling)} s`)
    const asked = Array.from({ length: Math.round(whole.pages * Math.min(1, options.scale * 10)) }, (_, i) =>
      i % 5 === 0 ? 1 + ((i * 7919) % Math.ceil(customers / 1000)) : 1 + ((i * 104_729) % customers),
    )
    const page = await timed(asked, (id) =>
      Promise.all([getCustomer(ctx, id), customerTrend(ctx, id, {}), customerThings(ctx, id, {})]),
    )
    const more = await timed(asked, (id) => customerTimeline(ctx, id, { event: ['login'] }))
    const raw = await timed(asked, (id) =>
      facts.query({
        sql: 'SELECT key, event, time, props FROM event WHERE customer = {id:UInt32} ORDER BY time DESC LIMIT 50',
        params: { id },
      }),
    )
    return {
      bench: 'customer',
      scale: options.scale,
      figures: {
        ...{ page_p50_ms: page.p50, page_p99_ms: page.p99, timeline_p50_ms: more.p50, timeline_p99_ms: more.p99 },
        ...{ rows_followed_per_s: followed },
      },
      raw: { newest_p50_ms: raw.p50, newest_p99_ms: raw.p99 },
      ratio: { p99: Math.round((page.p99 / raw.p99) * 10) / 10 },
    }
  } finally {
    await vault.close()
    await facts.close()
    await db.close()
    await Promise.all([postgres.stop(), clickhouse.stop()])
  }
}

const seconds = (from: number) => Math.max(1, Math.round(performance.now() - from)) / 1000

async function timed(asked: readonly number[], run: (id: number) => Promise<unknown>) {
  for (const id of asked.slice(0, 20)) await run(id)
  const all: number[] = []
  for (const id of asked) {
    const from = performance.now()
    await run(id)
    all.push(performance.now() - from)
  }
  all.sort((a, b) => a - b)
  const at = (part: number) => Math.round((all[Math.floor(all.length * part)] ?? 0) * 10) / 10
  return { p50: at(0.5), p99: at(0.99) }
}

async function seed(ctx: Ctx, customers: number): Promise<void> {
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  await unauditedChange(ctx, 'customers of the bench', async (tx) => {
    await tx`insert into identity.customer (id, org, born_at) overriding system value
             select n, ${root.id}, now() from generate_series(1, ${customers}::int) n`
    await tx`insert into identity.link (kind, match, shown, customer, org, first_seen, last_seen, source)
             select 'customer_no', 'C' || n, 'C' || n, n, ${root.id}, now(), now(), 'bench' from generate_series(1, ${customers}::int) n`
    await tx`insert into customers.profile (customer, org, born_at, seen_at, updated_at, doc)
             select n, ${root.id}, now(), now(), now(), json_build_object('', json_build_array(json_build_array(1750000000000, 'src')),
               'aum', json_build_array(n * 100, 0), 'level', json_build_array('gold', 0),
               'city', json_build_array('杭州', 0), 'risk_grade', json_build_array('C3', 0),
               'opened_on', json_build_array('2020-02-03', 0), 'occupation', json_build_array('x', 0))
             from generate_series(1, ${customers}::int) n`
    await tx`insert into catalog.item (type, id, item_values, updated_at, source, deleted)
             select 'holding', 'H' || n, jsonb_build_object('customer_no', 'C' || n, 'product_no', 'P' || n % 500, 'balance', n * 10), now(), 'bench', false
             from generate_series(1, ${customers}::int) n`
    // A fresh copy is filled anyway.
    await tx`delete from platform.touched`
  })
}

async function seedEvents(facts: Facts, customers: number, events: number): Promise<void> {
  for (let from = 0; from < events; from += 1_000_000)
    await facts.command({
      sql: `INSERT INTO event (event, time, customer, key, received, processed, source, props)
            WITH sipHash64(number, 1) AS h
            SELECT arrayElement(['page_view', 'click', 'login', 'pay', 'purchase', 'search'], h % 6 + 1),
              now64(3) - toIntervalSecond(h % 31536000), toUInt32(pow(h / 18446744073709551615, 3) * {customers:UInt32}) + 1,
              generateUUIDv4(number), now64(3), now64(3), 'src',
              concat('{"page":"/', toString(h % 40), '","amount":', toString(h % 100000), '}')
            FROM numbers({from:UInt64}, {many:UInt64})`,
      params: { from, many: Math.min(1_000_000, events - from), customers },
      timeoutMs: 3_600_000,
    })
}
