import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem, text } from './platform/problem.ts'

export type Role = 'api' | 'worker'

export type Config = {
  port: number
  host: string
  /** The address that people and links use. */
  publicUrl: string
  databaseUrl: string | undefined
  clickhouseUrl: string | undefined
  roles: ReadonlySet<Role>
  home: string
  logLevel: string
  /** The master key itself, where it comes from the environment; otherwise the file at `keyFile` holds it. */
  masterKey: string | undefined
  keyFile: string
  trustProxy: boolean
  metricsToken: string | undefined
  otlpEndpoint: string | undefined
  /** OIDC providers as a JSON list; see the access capability. */
  oidc: string | undefined
  requestsPerMinute: number
}

type Entry = {
  name: string
  means: string
  secret?: boolean
  default?: string
  check?: (value: string) => string | undefined
}

/** Every setting there is, in the order `zhixing --help` shows them. Secrets may be given as NAME_FILE. */
export const settings: readonly Entry[] = [
  { name: 'PORT', means: 'port of the console and all doors', default: '8866', check: wholeNumber(0, 65535) },
  {
    name: 'DATABASE_URL',
    means: 'PostgreSQL 15 or newer; embedded when absent',
    secret: true,
    check: urlOf('postgres:', 'postgresql:'),
  },
  {
    name: 'CLICKHOUSE_URL',
    means: 'ClickHouse over HTTP; embedded when absent',
    secret: true,
    check: urlOf('http:', 'https:'),
  },
  { name: 'ROLES', means: 'what this process does: api, worker or both', default: 'api,worker', check: rolesOnly },
  { name: 'ZHIXING_HOME', means: 'folder of the embedded engines, keys and locks', default: '.zhixing' },
  { name: 'ZHIXING_HOST', means: 'address to listen on', default: 'localhost' },
  {
    name: 'ZHIXING_PUBLIC_URL',
    means: 'address that people use; default http://localhost:PORT',
    check: urlOf('http:', 'https:'),
  },
  {
    name: 'ZHIXING_LOG_LEVEL',
    means: 'error, warn, info, debug or trace',
    default: 'info',
    check: oneOf('error', 'warn', 'info', 'debug', 'trace', 'silent'),
  },
  { name: 'ZHIXING_KEY_FILE', means: 'file of the master key; default HOME/keys/master.key' },
  { name: 'ZHIXING_MASTER_KEY', means: 'the master key itself (base64, 32 bytes) instead of a file', secret: true },
  {
    name: 'ZHIXING_TRUST_PROXY',
    means: 'true behind a reverse proxy that sets X-Forwarded-For',
    default: 'false',
    check: oneOf('true', 'false'),
  },
  { name: 'ZHIXING_METRICS_TOKEN', means: 'bearer token for /metrics from other machines', secret: true },
  { name: 'ZHIXING_OIDC', means: 'single sign-on providers as JSON; see src/govern/access/README.md', secret: true },
  {
    name: 'ZHIXING_REQUESTS_PER_MINUTE',
    means: 'limit of one caller',
    default: '1200',
    check: wholeNumber(1, 10_000_000),
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    means: 'OpenTelemetry collector (OTLP over HTTP)',
    check: urlOf('http:', 'https:'),
  },
]

/** Reads the environment once. Refuses what it does not know or cannot use, naming every fault at once. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const faults: { field: string; message: ReturnType<typeof text> }[] = []
  const values = new Map<string, string>()
  for (const entry of settings) {
    const value = readSetting(entry, env, faults)
    if (value !== undefined) values.set(entry.name, value)
  }
  const known = new Set(settings.flatMap((entry) => (entry.secret ? [entry.name, `${entry.name}_FILE`] : [entry.name])))
  for (const name of Object.keys(env))
    if (name.startsWith('ZHIXING_') && !known.has(name))
      faults.push({ field: name, message: text('不认识的设置', 'is not a setting of this program') })
  if (faults.length > 0) {
    const zh = faults.map(({ field, message }) => `${field}:${message.zh}`).join(';')
    const en = faults.map(({ field, message }) => `${field} ${message.en}`).join('; ')
    throw new Problem('invalid', 'config.invalid', text(`设置有误:${zh}`, `Bad settings: ${en}`), { fields: faults })
  }
  const port = Number(values.get('PORT'))
  const home = resolve(values.get('ZHIXING_HOME') ?? '.zhixing')
  return {
    port,
    host: values.get('ZHIXING_HOST') ?? 'localhost',
    publicUrl: (values.get('ZHIXING_PUBLIC_URL') ?? `http://localhost:${port}`).replace(/\/$/, ''),
    databaseUrl: values.get('DATABASE_URL'),
    clickhouseUrl: values.get('CLICKHOUSE_URL'),
    roles: new Set((values.get('ROLES') ?? '').split(',').map((role) => role.trim()) as Role[]),
    home,
    logLevel: values.get('ZHIXING_LOG_LEVEL') ?? 'info',
    masterKey: values.get('ZHIXING_MASTER_KEY'),
    keyFile: resolve(values.get('ZHIXING_KEY_FILE') ?? `${home}/keys/master.key`),
    trustProxy: values.get('ZHIXING_TRUST_PROXY') === 'true',
    metricsToken: values.get('ZHIXING_METRICS_TOKEN'),
    otlpEndpoint: values.get('OTEL_EXPORTER_OTLP_ENDPOINT'),
    oidc: values.get('ZHIXING_OIDC'),
    requestsPerMinute: Number(values.get('ZHIXING_REQUESTS_PER_MINUTE')),
  }
}

function readSetting(
  entry: Entry,
  env: Record<string, string | undefined>,
  faults: { field: string; message: ReturnType<typeof text> }[],
): string | undefined {
  const file = entry.secret ? env[`${entry.name}_FILE`] : undefined
  let value = env[entry.name] || undefined
  if (file && value) {
    faults.push({
      field: entry.name,
      message: text(`与 ${entry.name}_FILE 只能给一个`, `and ${entry.name}_FILE are both set: keep one`),
    })
    return undefined
  }
  if (file) {
    try {
      value = readFileSync(file, 'utf8').trim()
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? 'error'
      faults.push({
        field: `${entry.name}_FILE`,
        message: text(`无法读取 ${file}(${why})`, `names ${file}, which cannot be read (${why})`),
      })
      return undefined
    }
  }
  value ??= entry.default
  const fault = value === undefined ? undefined : entry.check?.(value)
  if (fault)
    faults.push({ field: entry.name, message: text(`取值无效:应为 ${fault}`, `is not usable: it must be ${fault}`) })
  return value
}

function wholeNumber(least: number, most: number) {
  return (value: string) =>
    /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `a whole number from ${least} to ${most}`
}

function oneOf(...allowed: string[]) {
  return (value: string) => (allowed.includes(value) ? undefined : `one of ${allowed.join(', ')}`)
}

function urlOf(...protocols: string[]) {
  return (value: string) =>
    URL.canParse(value) && protocols.includes(new URL(value).protocol)
      ? undefined
      : `a URL starting with ${protocols.map((p) => `${p}//`).join(' or ')}`
}

function rolesOnly(value: string): string | undefined {
  const roles = value.split(',').map((role) => role.trim())
  return roles.length > 0 && roles.every((role) => role === 'api' || role === 'worker')
    ? undefined
    : 'api, worker or api,worker'
}
