import { text } from '../../../platform/problem.ts'
import type { Health, HealthCheck, HealthState } from '../contract.ts'

/** What was measured. Null: it could not be asked. */
export type Measured = Omit<Health, 'state' | 'checks' | 'at'> & {
  faults: { postgres: string | null; clickhouse: string | null }
  chain: { holds: boolean | null; lastOk: boolean | null } | null
}

const gib = 1024 ** 3

/** Judges what was measured, each line in words for a person; the worst of the lines is the state of the whole. */
export function judge(measured: Measured): { state: HealthState; checks: HealthCheck[] } {
  const checks = [
    engineCheck('postgres', 'PostgreSQL', measured.postgres, measured.faults.postgres),
    engineCheck('clickhouse', 'ClickHouse', measured.clickhouse, measured.faults.clickhouse),
    migrationCheck(measured),
    diskCheck(measured.disk),
    auditCheck(measured),
    jobsCheck(measured.jobs),
  ]
  return { state: worst(checks.map((check) => check.state)), checks }
}

function worst(states: readonly HealthState[]): HealthState {
  if (states.includes('bad')) return 'bad'
  return states.includes('warn') ? 'warn' : 'ok'
}

function engineCheck(id: string, name: string, engine: Health['postgres'], fault: string | null): HealthCheck {
  const line = { id, name: text(name, name) }
  if (!engine.ok) {
    const why = fault ?? ''
    return { ...line, state: 'bad', detail: text(`无法访问:${why}`, `Cannot be reached: ${why}`) }
  }
  const ms = Math.round((engine.roundTripMs ?? 0) * 10) / 10
  const detail = text(`${engine.version},往返 ${ms} 毫秒`, `${engine.version}, round trip ${ms} ms`)
  const connections = engine.connections
  if (connections && connections.used > connections.max * 0.9)
    return {
      ...line,
      state: 'warn',
      detail: text(
        `连接将用尽:${connections.used} / ${connections.max}`,
        `Connections are running out: ${connections.used} of ${connections.max}`,
      ),
    }
  if (ms > 200)
    return { ...line, state: 'warn', detail: text(`响应缓慢:往返 ${ms} 毫秒`, `Slow: a round trip takes ${ms} ms`) }
  return { ...line, state: 'ok', detail }
}

function migrationCheck({ postgres, clickhouse }: Measured): HealthCheck {
  const line = { id: 'migrations', name: text('数据结构', 'Schemas') }
  for (const [name, { applied, known }] of [
    ['PostgreSQL', postgres.migration],
    ['ClickHouse', clickhouse.migration],
  ] as const)
    if ((applied ?? 0) !== (known ?? 0))
      return {
        ...line,
        state: 'bad',
        detail: text(
          `${name} 的结构版本为 ${applied ?? '未知'},程序需要 ${known ?? 0}`,
          `${name} is at ${applied ?? 'an unknown version'}, the program needs ${known ?? 0}`,
        ),
      }
  return { ...line, state: 'ok', detail: text('与程序一致', 'As the program needs them') }
}

function diskCheck(disk: Health['disk']): HealthCheck {
  const line = { id: 'disk', name: text('磁盘', 'Disk') }
  if (!disk) return { ...line, state: 'warn', detail: text('无法得知剩余空间', 'Free space is not known') }
  const free = (disk.freeBytes / gib).toFixed(1)
  const detail = text(`剩余 ${free} GiB`, `${free} GiB free`)
  if (disk.freeBytes < gib / 2) return { ...line, state: 'bad', detail }
  const scarce = disk.freeBytes < 5 * gib && disk.freeBytes < disk.totalBytes * 0.1
  return { ...line, state: scarce || disk.freeBytes < 2 * gib ? 'warn' : 'ok', detail }
}

function auditCheck({ audit, chain }: Measured): HealthCheck {
  const line = { id: 'audit', name: text('审计链', 'Audit chain') }
  if (!audit || !chain) return { ...line, state: 'warn', detail: text('无法得知', 'Not known') }
  if (chain.holds === false)
    return {
      ...line,
      state: 'bad',
      detail: text(
        '库中的审计与库外锚点不符,请执行核验',
        'The audit does not fit its anchor outside the database: verify it',
      ),
    }
  if (chain.lastOk === false)
    return { ...line, state: 'bad', detail: text('上次核验发现问题', 'The last verification found faults') }
  if (audit.lagSeconds > 60)
    return {
      ...line,
      state: 'warn',
      detail: text(
        `${audit.unsealed} 条记录等待封存,最早的已 ${Math.round(audit.lagSeconds)} 秒`,
        `${audit.unsealed} entries wait to be sealed, the oldest for ${Math.round(audit.lagSeconds)} s`,
      ),
    }
  return { ...line, state: 'ok', detail: text(`已封存 ${audit.sealed} 条`, `${audit.sealed} entries sealed`) }
}

function jobsCheck(jobs: Health['jobs']): HealthCheck {
  const line = { id: 'jobs', name: text('后台任务', 'Background jobs') }
  if (!jobs) return { ...line, state: 'warn', detail: text('无法得知', 'Not known') }
  const { counts, oldestWaitingSeconds } = jobs
  if (oldestWaitingSeconds > 300)
    return {
      ...line,
      state: 'warn',
      detail: text(
        `${counts.waiting} 项等待执行,最早的已 ${Math.round(oldestWaitingSeconds)} 秒`,
        `${counts.waiting} wait, the oldest for ${Math.round(oldestWaitingSeconds)} s`,
      ),
    }
  if (counts.failed > 0)
    return { ...line, state: 'warn', detail: text(`${counts.failed} 项失败`, `${counts.failed} failed`) }
  return {
    ...line,
    state: 'ok',
    detail: text(
      `${counts.running} 项执行中,${counts.waiting} 项等待`,
      `${counts.running} running, ${counts.waiting} waiting`,
    ),
  }
}
