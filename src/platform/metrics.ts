import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What the program counts about itself. Each open program has a registry of its own, so tests do not share one. */
export type Metrics = {
  readonly registry: Registry
  request(method: string, route: string, status: number, ms: number): void
  statement(engine: 'postgres' | 'clickhouse', ms: number, ok: boolean): void
  job(name: string, ms: number, ok: boolean): void
  /** A figure that is read when somebody looks. */
  gauge(name: string, help: string, value: () => number | Promise<number>): void
}

const seconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Histogram({
    name: 'zhixing_http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: seconds,
    registers,
  })
  const statements = new Histogram({
    name: 'zhixing_statement_seconds',
    help: 'Time of a database statement, by engine',
    labelNames: ['engine', 'ok'],
    buckets: seconds,
    registers,
  })
  const jobs = new Histogram({
    name: 'zhixing_job_seconds',
    help: 'Time of a background job, by kind',
    labelNames: ['job', 'ok'],
    buckets: [...seconds, 60, 600],
    registers,
  })
  const failures = new Counter({
    name: 'zhixing_job_failures_total',
    help: 'Attempts of background jobs that failed',
    labelNames: ['job'],
    registers,
  })
  return {
    registry,
    request: (method, route, status, ms) => requests.observe({ method, route, status: String(status) }, ms / 1000),
    statement: (engine, ms, ok) => statements.observe({ engine, ok: String(ok) }, ms / 1000),
    job(name, ms, ok) {
      jobs.observe({ job: name, ok: String(ok) }, ms / 1000)
      if (!ok) failures.inc({ job: name })
    },
    gauge(name, help, value) {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await value())
        },
      })
    },
  }
}
