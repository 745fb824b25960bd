import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type App, startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { ensureRoot } from '../src/govern/orgs/orgs.ts'
import { createLog } from '../src/platform/log.ts'
import { createSource } from '../src/sense/catalog/catalog.ts'
import type { SenderJob, Sent } from './ingest.sender.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const whole = { minutes: 10, perSecond: 5000, customers: 100_000, perCall: 100, callers: 16 }

/**
 * A bank's ordinary busy hour, cut short: so many events a second, no faster and no slower, for ten minutes at scale 1
 * (the rate stays, the time is scaled). Once a second the age of the oldest message that is not yet a fact is looked at,
 * and the memory of the process. Memory is flat when the last third needs no more than the middle one.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const seconds = Math.max(10, Math.round(whole.minutes * 60 * options.scale))
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-bench-'))
  const config = readConfig({ PORT: '0', ZHIXING_HOME: folder, ZHIXING_LOG_LEVEL: 'warn' })
  const app = await startApp(config, createLog('warn'))
  try {
    const root = await ensureRoot(app.ctx, { code: 'HQ', name: '总行' })
    const source = await createSource(app.ctx, { name: 'bench', project: 'bench', kind: 'server', org: root.id })
    const job: SenderJob = {
      ...whole,
      url: app.url,
      key: source.writeKey,
      events: seconds * whole.perSecond,
      first: 0,
    }
    const sender = fork(join(import.meta.dirname, 'ingest.sender.ts'), { serialization: 'advanced' })
    const gone = once(sender, 'exit')
    const from = performance.now()
    sender.send(job)
    const answer = once(sender, 'message') as Promise<[Sent]>
    const seen = await watchUntil(app, answer, options.log)
    const [sent] = await answer
    const took = (performance.now() - from) / 1000
    await gone
    if (sent.failed > 0) throw new Error(`${sent.failed} calls failed: ${sent.failure}`)
    while ((await lagMs(app)) > 0) await pause(20)
    const [row] = await app.facts.query<{ n: bigint }>({ sql: 'SELECT count() AS n FROM event' })
    if (Number(row?.n) !== job.events) throw new Error(`${job.events} were acknowledged, ${row?.n} are facts`)
    const third = Math.floor(seen.rssMb.length / 3)
    return {
      bench: 'sustain',
      scale: options.scale,
      figures: {
        seconds: Math.round(took),
        events_per_s: Math.round(job.events / took),
        call_p50_ms: sent.p50,
        call_p99_ms: sent.p99,
        lag_p50_ms: quantile(seen.lagMs, 0.5),
        lag_p99_ms: quantile(seen.lagMs, 0.99),
        lag_max_ms: quantile(seen.lagMs, 1),
        rss_middle_third_mb: quantile(seen.rssMb.slice(third, 2 * third), 1),
        rss_last_third_mb: quantile(seen.rssMb.slice(2 * third), 1),
      },
      raw: { asked_per_s: whole.perSecond },
      ratio: { asked: Math.round((job.events / took / whole.perSecond) * 1000) / 1000 },
    }
  } finally {
    await app.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function watchUntil(app: App, end: Promise<unknown>, log: (line: string) => void) {
  const seen = { lagMs: [] as number[], rssMb: [] as number[] }
  let ended = false
  void end.then(() => {
    ended = true
  })
  while (!ended) {
    await pause(1000)
    seen.lagMs.push(await lagMs(app))
    seen.rssMb.push(Math.round(process.memoryUsage.rss() / 2 ** 20))
    if (seen.lagMs.length % 60 === 0)
      log(`${seen.lagMs.length} s: lag ${seen.lagMs.at(-1)} ms, ${seen.rssMb.at(-1)} MB`)
  }
  return seen
}

/** How long the oldest message that is not yet a fact has been waiting. */
async function lagMs(app: App): Promise<number> {
  const [row] = await app.db.sql<{ oldest: Date | null }[]>`
    select min(p.received_at) as oldest from collect.piece p, collect.position at
    where at.reader = 'pipeline' and (p.xact, p.id) > (at.xact, at.id)`
  return row?.oldest ? Math.max(0, Date.now() - row.oldest.getTime()) : 0
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
