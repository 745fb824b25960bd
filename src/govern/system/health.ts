import { readdir, statfs } from 'node:fs/promises'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { appliedMigration, newestMigration } from '../../platform/db/migrate.ts'
import { clickhouseMigrations } from '../../platform/facts/migrate.ts'
import { countJobs, listJobs } from '../../platform/jobs/jobs.ts'
import { type Audit, chainStatus } from '../audit/audit.ts'
import type { Health } from './contract.ts'
import { factsMigration, factsSize } from './facts.ts'
import { judge, type Measured } from './rules/health.ts'
import * as store from './store.ts'

/** What the health page looks at besides the engines. */
export type HealthSources = { homePath: string; audit: Audit }

/** How the product stands, measured now. Never throws: what cannot be asked is a line that says so. */
export async function systemHealth(ctx: Ctx, sources: HealthSources): Promise<Health> {
  const machine = asMachine(ctx, 'health')
  const [postgres, clickhouse, disk, chain, jobs] = await Promise.all([
    postgresHealth(machine),
    clickhouseHealth(machine),
    diskHealth(sources.homePath),
    chainStatus(machine, sources.audit).catch(() => null),
    jobsHealth(machine).catch(() => null),
  ])
  const measured: Measured = {
    postgres: postgres.engine,
    clickhouse: clickhouse.engine,
    faults: { postgres: postgres.fault, clickhouse: clickhouse.fault },
    disk,
    audit: chain && { sealed: chain.sealed, unsealed: chain.unsealed, lagSeconds: chain.lagSeconds },
    chain: chain && { holds: chain.anchor?.holds ?? null, lastOk: chain.lastVerified?.ok ?? null },
    jobs,
    process: { node: process.versions.node, uptimeSeconds: process.uptime(), residentBytes: process.memoryUsage.rss() },
  }
  const { faults: _, chain: __, ...shown } = measured
  return { ...judge(measured), at: ctx.now.toISOString(), ...shown }
}

type Asked = { engine: Health['postgres']; fault: string | null }

async function postgresHealth(ctx: Ctx): Promise<Asked> {
  const known = await newestMigration()
  const health = await ctx.db.health()
  if (!health.ok) return absent(known, health.reason)
  try {
    const [figures, applied] = await read(ctx, (tx) => Promise.all([store.engineFigures(tx), appliedMigration(tx)]))
    const engine = {
      ok: true,
      version: health.version,
      roundTripMs: health.ms,
      sizeBytes: figures ? Number(figures.sizeBytes) : null,
      connections: figures ? { used: figures.connections, max: figures.mostConnections } : null,
      migration: { applied, known },
    }
    return { engine, fault: null }
  } catch (error) {
    return absent(known, (error as Error).message)
  }
}

async function clickhouseHealth(ctx: Ctx): Promise<Asked> {
  const known = await newestFactsMigration()
  const health = await ctx.facts.health()
  if (!health.ok) return absent(known, health.reason)
  const [sizeBytes, applied] = await Promise.all([
    factsSize(ctx.facts).catch(() => null),
    factsMigration(ctx.facts).catch(() => null),
  ])
  const engine = {
    ok: true,
    version: health.version,
    roundTripMs: health.ms,
    sizeBytes,
    connections: null,
    migration: { applied, known },
  }
  return { engine, fault: null }
}

function absent(known: number, fault: string): Asked {
  const migration = { applied: null, known }
  return {
    engine: { ok: false, version: null, roundTripMs: null, sizeBytes: null, connections: null, migration },
    fault,
  }
}

async function newestFactsMigration(): Promise<number> {
  const names = await readdir(clickhouseMigrations).catch(() => [])
  return Math.max(0, ...names.filter((name) => /^\d{4}_\w+\.sql$/.test(name)).map((name) => Number(name.slice(0, 4))))
}

async function diskHealth(path: string): Promise<Health['disk']> {
  const disk = await statfs(path).catch(() => undefined)
  return disk ? { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize } : null
}

async function jobsHealth(ctx: Ctx): Promise<NonNullable<Health['jobs']>> {
  const counts = await countJobs(ctx)
  // The newest come first: the last of the waiting has waited longest.
  const filter = { state: 'waiting', limit: 1, offset: Math.max(0, counts.waiting - 1) } as const
  const [oldest] = counts.waiting > 0 ? await listJobs(ctx, filter) : []
  const waited = oldest ? (ctx.now.getTime() - oldest.runAt.getTime()) / 1000 : 0
  return { counts, oldestWaitingSeconds: Math.max(0, waited) }
}
