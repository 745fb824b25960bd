import { type Static, Type } from 'typebox'
import { PageOf } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'system.code.read', name: text('查看码值', 'Read code values') },
  { id: 'system.code.edit', name: text('编辑码值', 'Edit code values') },
  { id: 'system.code.publish', name: text('发布码值', 'Publish code values') },
  { id: 'system.parameter.read', name: text('查看系统参数', 'Read parameters') },
  { id: 'system.parameter.edit', name: text('修改系统参数', 'Change parameters') },
  { id: 'system.job.read', name: text('查看后台任务', 'See background jobs') },
  { id: 'system.job.manage', name: text('重试与移除后台任务', 'Retry and remove background jobs') },
  { id: 'system.health.read', name: text('查看系统健康', 'See system health') },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
export const Words = Type.Object({
  zh: Type.String({ minLength: 1, maxLength: 200 }),
  en: Type.String({ minLength: 1, maxLength: 200 }),
})

// ---- code values 码值

const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'A day, 2026-01-05' })
const codePattern = '^[A-Za-z0-9][A-Za-z0-9_.-]*$'

export const CodeValue = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: 60, pattern: codePattern }),
    zh: Type.String({ minLength: 1, maxLength: 200 }),
    en: Type.String({ minLength: 1, maxLength: 200 }),
    order: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    state: Type.Enum(['active', 'retired'], {
      description: 'A retired value still names old data, and can no longer be chosen',
    }),
    parent: Nullable(Type.String({ maxLength: 60, description: 'The code above it, in a tree' })),
    from: Nullable(Day),
    to: Nullable(
      Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'The first day it is no longer valid' }),
    ),
  },
  { additionalProperties: false },
)
export type CodeValue = Static<typeof CodeValue>

export const SetParams = Type.Object({ set: Type.String({ maxLength: 60 }) })

export const CodeSet = Type.Object({
  set: Type.String({ description: 'Its code, for example `certificate_kind`' }),
  name: Words,
  description: Words,
  owner: Nullable(Type.String({ description: 'The capability that reads it; null for one made in the console' })),
  builtIn: Type.Boolean(),
  version: Nullable(Type.Integer({ description: 'The published version; null before the first' })),
  publishedAt: Nullable(Instant),
  publishedBy: Nullable(Type.String()),
  values: Type.Integer({ description: 'Values of the published version' }),
  hasDraft: Type.Boolean(),
  revision: Type.Integer({ description: 'Give it back with a change: a conflict says that someone was faster' }),
})
export type CodeSet = Static<typeof CodeSet>

export const CodeSetPage = PageOf(CodeSet)

export const NewCodeSet = Type.Object(
  {
    set: Type.String({ minLength: 2, maxLength: 60, pattern: '^[a-z][a-z0-9_]*$' }),
    name: Words,
    description: Type.Optional(
      Type.Object({ zh: Type.String({ maxLength: 500 }), en: Type.String({ maxLength: 500 }) }),
    ),
  },
  { additionalProperties: false },
)
export type NewCodeSet = Static<typeof NewCodeSet>

export const CodeDiff = Type.Object({
  added: Type.Array(CodeValue),
  removed: Type.Array(CodeValue),
  changed: Type.Array(
    Type.Object({ code: Type.String(), before: CodeValue, after: CodeValue, fields: Type.Array(Type.String()) }),
  ),
})
export type CodeDiff = Static<typeof CodeDiff>

export const CodeSetDetail = Type.Object({
  ...CodeSet.properties,
  published: Type.Array(CodeValue, { description: 'In their order' }),
  draft: Nullable(
    Type.Object({
      values: Type.Array(CodeValue),
      changedAt: Instant,
      changedBy: Type.String(),
      diff: CodeDiff,
    }),
  ),
})
export type CodeSetDetail = Static<typeof CodeSetDetail>

export const SaveDraft = Type.Object(
  { revision: Type.Integer(), values: Type.Array(CodeValue, { maxItems: 20_000 }) },
  { additionalProperties: false },
)
export type SaveDraft = Static<typeof SaveDraft>

export const DiscardDraft = Type.Object({ revision: Type.Integer() })

export const PublishDraft = Type.Object(
  { revision: Type.Integer(), note: Type.String({ maxLength: 500 }) },
  { additionalProperties: false },
)
export type PublishDraft = Static<typeof PublishDraft>

/** Columns: code,zh,en,order,state,parent,from,to; the first three are needed. Becomes the draft. */
export const ImportCsv = Type.Object(
  { revision: Type.Integer(), csv: Type.String({ maxLength: 4_000_000 }) },
  { additionalProperties: false },
)
export type ImportCsv = Static<typeof ImportCsv>

export const CodeVersion = Type.Object({
  version: Type.Integer(),
  publishedAt: Instant,
  publishedBy: Type.String(),
  note: Type.String(),
  values: Type.Integer(),
  added: Type.Integer(),
  removed: Type.Integer(),
  changed: Type.Integer(),
})
export type CodeVersion = Static<typeof CodeVersion>

export const CodeVersions = Type.Object({ items: Type.Array(CodeVersion) })
export const CompareQuery = Type.Object({ from: Type.Integer({ minimum: 0 }), to: Type.Integer({ minimum: 1 }) })
export const VersionQuery = Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1 })) })

// ---- parameters

export const Parameter = Type.Object({
  name: Type.String({ description: '`access.password.min_length`' }),
  group: Words,
  text: Words,
  help: Nullable(Words),
  unit: Nullable(Words),
  /** JSON schema of the value, for a form. */
  schema: Type.Unknown(),
  value: Type.Unknown(),
  default: Type.Unknown(),
  isDefault: Type.Boolean(),
  /** Null when changing any parameter is enough; else this permission is needed too. */
  needs: Nullable(Type.String()),
  revision: Type.Integer(),
  changedAt: Nullable(Instant),
  changedBy: Nullable(Type.String()),
})
export type ParameterRow = Static<typeof Parameter>

export const ParameterList = Type.Object({ items: Type.Array(Parameter) })
export const ParameterParams = Type.Object({ name: Type.String({ maxLength: 100 }) })
export const SetParameter = Type.Object(
  { revision: Type.Integer(), value: Type.Unknown() },
  { additionalProperties: false },
)
export const ResetParameter = Type.Object({ revision: Type.Integer() }, { additionalProperties: false })

export const ParameterChange = Type.Object({
  revision: Type.Integer(),
  value: Type.Unknown({ description: 'Null where it was reset to the default' }),
  at: Instant,
  by: Type.String(),
})
export type ParameterChange = Static<typeof ParameterChange>
export const ParameterHistory = Type.Object({ items: Type.Array(ParameterChange) })

// ---- jobs

export const jobStates = ['waiting', 'scheduled', 'running', 'retrying', 'failed'] as const
const JobState = Type.Enum(jobStates)

export const Job = Type.Object({
  id: Type.String(),
  task: Type.String(),
  state: JobState,
  attempts: Type.Integer(),
  maxAttempts: Type.Integer(),
  runAt: Instant,
  createdAt: Instant,
  lockedAt: Nullable(Instant),
  lastError: Nullable(Type.String()),
})
export type JobLine = Static<typeof Job>

export const JobQuery = Type.Object({
  state: Type.Optional(JobState),
  task: Type.Optional(Type.String({ maxLength: 100 })),
  cursor: Type.Optional(Type.String({ maxLength: 100 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type JobQuery = Static<typeof JobQuery>

export const JobCounts = Type.Object({
  waiting: Type.Integer(),
  scheduled: Type.Integer(),
  running: Type.Integer(),
  retrying: Type.Integer(),
  failed: Type.Integer(),
})

export const JobPage = Type.Object({
  items: Type.Array(Job),
  next: Nullable(Type.String()),
  counts: JobCounts,
})
export type JobPage = Static<typeof JobPage>

export const JobParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

export const Cron = Type.Object({ name: Type.String(), nextAt: Instant, lastAt: Nullable(Instant) })
export const CronList = Type.Object({ items: Type.Array(Cron) })

// ---- health

export const HealthState = Type.Enum(['ok', 'warn', 'bad'])
export type HealthState = Static<typeof HealthState>

/** One line of the health page: what was looked at, how it stands, in words for a person. */
export const HealthCheck = Type.Object({
  id: Type.String({ description: '`postgres`, `clickhouse`, `disk`, `migrations`, `audit`, `jobs`' }),
  name: Words,
  state: HealthState,
  detail: Words,
})
export type HealthCheck = Static<typeof HealthCheck>

const Engine = Type.Object({
  ok: Type.Boolean(),
  version: Nullable(Type.String()),
  roundTripMs: Nullable(Type.Number()),
  sizeBytes: Nullable(Type.Integer()),
  connections: Nullable(Type.Object({ used: Type.Integer(), max: Type.Integer() })),
  migration: Type.Object({
    applied: Nullable(Type.Integer()),
    known: Nullable(Type.Integer({ description: 'The newest that this program brings' })),
  }),
})

export const Health = Type.Object({
  state: HealthState,
  at: Instant,
  checks: Type.Array(HealthCheck),
  postgres: Engine,
  clickhouse: Engine,
  disk: Nullable(Type.Object({ freeBytes: Type.Integer(), totalBytes: Type.Integer() })),
  audit: Nullable(Type.Object({ sealed: Type.Integer(), unsealed: Type.Integer(), lagSeconds: Type.Number() })),
  jobs: Nullable(Type.Object({ counts: JobCounts, oldestWaitingSeconds: Type.Number() })),
  process: Type.Object({
    node: Type.String(),
    uptimeSeconds: Type.Number(),
    residentBytes: Type.Integer(),
  }),
})
export type Health = Static<typeof Health>
