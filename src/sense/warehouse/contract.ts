import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'
import { BadRow, ColumnMapping, Mapping as Columns, Preview, Reading, Reason } from '../imports/contract.ts'

export const permissions = [
  { id: 'warehouse.read', name: text('查看数仓连接与映射', 'See warehouse connections and mappings') },
  { id: 'warehouse.connection.edit', name: text('管理数据连接', 'Manage connections') },
  { id: 'warehouse.mapping.edit', name: text('编辑数仓映射', 'Edit mappings') },
  { id: 'warehouse.mapping.run', name: text('运行数仓映射、处理告警', 'Run mappings, close alerts') },
  {
    id: 'warehouse.bad_row.export',
    name: text('下载数仓坏行(含个人信息,每次留痕)', 'Download bad rows of the warehouse (personal data, recorded)'),
  },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Words = Type.Object({ zh: Type.String(), en: Type.String() })
const strict = { additionalProperties: false }
const Version = Type.Integer({ description: 'Give it back with a change: a conflict says that someone was faster' })
const Name = Type.String({ minLength: 1, maxLength: 100 })

// ---- connections 数据连接

export const connectionKinds = ['postgres', 'mysql', 's3', 'folder'] as const
export const ConnectionKind = Type.Enum(connectionKinds)
export type ConnectionKind = (typeof connectionKinds)[number]

export const tlsModes = ['verify', 'encrypt', 'off'] as const
export const ConnectionSettings = Type.Object(
  {
    host: Type.Optional(Type.String({ maxLength: 253 })),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
    database: Type.Optional(Type.String({ maxLength: 100 })),
    user: Type.Optional(Type.String({ maxLength: 100, description: 'Or the access key of a storage' })),
    tls: Type.Optional(
      Type.Enum(tlsModes, { description: 'verify: and the certificate; encrypt: whatever the certificate; off' }),
    ),
    endpoint: Type.Optional(Type.String({ maxLength: 300, description: 'Of a storage: https://…' })),
    bucket: Type.Optional(Type.String({ maxLength: 100 })),
    region: Type.Optional(Type.String({ maxLength: 60 })),
    path: Type.Optional(Type.String({ maxLength: 500, description: 'Of a folder, below one that is allowed' })),
  },
  strict,
)
export type ConnectionSettings = Static<typeof ConnectionSettings>

export const neededSettings: Record<ConnectionKind, readonly (keyof ConnectionSettings)[]> = {
  postgres: ['host', 'port', 'database', 'user'],
  mysql: ['host', 'port', 'database', 'user'],
  s3: ['endpoint', 'bucket', 'user'],
  folder: ['path'],
}

/** The settings of one kind: what it needs is needed. */
export function settingsOf(kind: ConnectionKind) {
  const { host, port, database, user, endpoint, bucket, path } = {
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    database: Type.String({ minLength: 1, maxLength: 100 }),
    user: Type.String({ minLength: 1, maxLength: 100 }),
    endpoint: Type.String({ minLength: 1, maxLength: 300 }),
    bucket: Type.String({ minLength: 1, maxLength: 100 }),
    path: Type.String({ minLength: 1, maxLength: 500 }),
  }
  const of = {
    postgres: { host, port, database, user },
    mysql: { host, port, database, user },
    s3: { endpoint, bucket, user },
    folder: { path },
  }
  return Type.Object({ ...ConnectionSettings.properties, ...of[kind] }, strict)
}

export const testSteps = ['name', 'port', 'tls', 'sign-in', 'permission'] as const
export type TestStep = (typeof testSteps)[number]
export const Tested = Type.Object({
  ok: Type.Boolean(),
  at: Instant,
  steps: Type.Array(
    Type.Object({ step: Type.Enum(testSteps), result: Type.Enum(['ok', 'warn', 'failed']), says: Words }),
  ),
})
export type Tested = Static<typeof Tested>

export const Connection = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: ConnectionKind,
  org: Type.Object({ id: Type.String(), name: Type.String() }),
  settings: ConnectionSettings,
  hasSecret: Type.Boolean(),
  tested: Nullable(Tested),
  mappings: Type.Integer(),
  by: Type.String(),
  version: Version,
  createdAt: Instant,
  updatedAt: Instant,
})
export type Connection = Static<typeof Connection>
export const ConnectionPage = PageOf(Connection)
export const ConnectionQuery = Type.Object({ ...PageQuery.properties, kind: Type.Optional(ConnectionKind) })
export type ConnectionQuery = Static<typeof ConnectionQuery>
export const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

const Secret = Type.String({ maxLength: 1000, description: 'A password or secret key; it is never given out again' })
export const NewConnection = Type.Object(
  {
    name: Name,
    kind: ConnectionKind,
    org: Type.String({ maxLength: 40 }),
    settings: ConnectionSettings,
    secret: Type.Optional(Secret),
  },
  strict,
)
export type NewConnection = Static<typeof NewConnection>
export const ConnectionEdit = Type.Object(
  {
    version: Version,
    name: Type.Optional(Name),
    settings: Type.Optional(ConnectionSettings),
    secret: Type.Optional(Secret),
  },
  strict,
)
export type ConnectionEdit = Static<typeof ConnectionEdit>

// ---- what is read

export const From = Type.Union([
  Type.Object({ kind: Type.Literal('table'), table: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
  Type.Object({ kind: Type.Literal('query'), sql: Type.String({ minLength: 1, maxLength: 20_000 }) }, strict),
  Type.Object(
    {
      kind: Type.Literal('files'),
      path: Type.String({ minLength: 1, maxLength: 500, description: 'With * and **, below the folder or bucket' }),
      reading: Type.Optional(Reading),
    },
    strict,
  ),
])
export type From = Static<typeof From>

/** As a column of a source is, for the step and for comparing. */
export const columnTypes = ['text', 'integer', 'number', 'decimal', 'boolean', 'day', 'time', 'instant'] as const
export type ColumnType = (typeof columnTypes)[number]
export const SourceColumn = Type.Object({ name: Type.String(), type: Type.Enum(columnTypes) })
export type SourceColumn = Static<typeof SourceColumn>

export const Step = Type.Object(
  {
    sql: Type.String({ minLength: 1, maxLength: 20_000, description: 'One SELECT over `source` and what it uses' }),
    uses: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10, description: 'Codes of other mappings' }),
  },
  strict,
)
export type Step = Static<typeof Step>

// ---- how it is loaded

export const Load = Type.Object(
  {
    how: Type.Enum(['full', 'incremental']),
    column: Type.Optional(
      Type.String({ maxLength: 200, description: 'The watermark; of files their time of change is it' }),
    ),
    overlap: Type.Optional(
      Type.Number({ minimum: 0, description: 'Read again behind the watermark: seconds, or units of a number' }),
    ),
  },
  strict,
)
export type Load = Static<typeof Load>

export const Timetable = Type.Object(
  {
    kind: Type.Enum(['hand', 'every', 'cron']),
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080 })),
    cron: Type.Optional(Type.String({ maxLength: 100 })),
  },
  strict,
)
export type Timetable = Static<typeof Timetable>

export const checkKinds = ['rows', 'change', 'nulls', 'range', 'unique', 'values', 'fresh'] as const
export type CheckKind = (typeof checkKinds)[number]
const Column = Type.Optional(Type.String({ maxLength: 200 }))
export const Check = Type.Object(
  {
    kind: Type.Enum(checkKinds),
    act: Type.Enum(['warn', 'stop'], { description: 'stop: nothing of the run is sent, what was there stays' }),
    column: Column,
    columns: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 10 })),
    min: Type.Optional(Nullable(Type.Number())),
    max: Type.Optional(Nullable(Type.Number({ description: 'Rows; a share in percent; a value; hours' }))),
    values: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 200 })),
  },
  strict,
)
export type Check = Static<typeof Check>

export const Delay = Type.Object(
  {
    by: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'On the clock of the bank' }),
    days: Type.Integer({ minimum: 0, maximum: 31, description: 'The data of how many days before' }),
  },
  strict,
)
export type Delay = Static<typeof Delay>

export const Definition = Type.Object(
  {
    from: From,
    step: Type.Optional(Nullable(Step)),
    columns: Type.Optional(Nullable(Columns)),
    load: Load,
    timetable: Timetable,
    checks: Type.Array(Check, { maxItems: 50 }),
    delay: Type.Optional(Nullable(Delay)),
  },
  strict,
)
export type Definition = Static<typeof Definition>
export { ColumnMapping, Columns }

export const ways = ['mapped', 'loaded'] as const
export const Way = Type.Enum(ways, { description: 'mapped: read in place when asked; loaded: by its timetable' })
export type Way = (typeof ways)[number]
export const mappingStates = ['draft', 'on', 'off'] as const
export type MappingState = (typeof mappingStates)[number]

// ---- runs

export const runStates = ['waiting', 'reading', 'sending', 'done', 'stopped', 'failed', 'cancelled'] as const
export const RunState = Type.Enum(runStates, { description: 'stopped: by a check, before anything was sent' })
export type RunState = (typeof runStates)[number]
export const causes = ['timetable', 'hand', 'reload'] as const

export const CheckResult = Type.Object({
  kind: Type.Enum(checkKinds),
  act: Type.Enum(['warn', 'stop']),
  ok: Type.Boolean(),
  says: Words,
})
export type CheckResult = Static<typeof CheckResult>
export const LogLine = Type.Object({ at: Instant, says: Words })
export type LogLine = Static<typeof LogLine>

export const Run = Type.Object({
  id: Type.String(),
  mapping: Type.String(),
  version: Type.Integer(),
  cause: Type.Enum(causes),
  state: RunState,
  attempt: Type.Integer(),
  retryAt: Nullable(Instant),
  watermarkFrom: Nullable(Type.String()),
  watermarkTo: Nullable(Type.String()),
  counts: Type.Object({
    read: Nullable(Type.Integer()),
    done: Type.Integer(),
    changed: Type.Integer({ description: 'New or other than before: sent' }),
    same: Type.Integer({ description: 'As it was: not sent' }),
    rejected: Type.Integer(),
    bad: Type.Integer(),
  }),
  failedChecks: Type.Integer(),
  error: Nullable(Words),
  by: Type.String(),
  createdAt: Instant,
  startedAt: Nullable(Instant),
  finishedAt: Nullable(Instant),
})
export type Run = Static<typeof Run>
export const RunPage = PageOf(Run)
export const RunQuery = Type.Object({ ...PageQuery.properties, state: Type.Optional(RunState) })
export type RunQuery = Static<typeof RunQuery>
export const RunDetail = Type.Object({
  ...Run.properties,
  mappingName: Type.String(),
  reasons: Type.Array(Reason),
  checks: Type.Array(CheckResult),
  log: Type.Array(LogLine),
})
export type RunDetail = Static<typeof RunDetail>
export const BadRowPage = PageOf(BadRow)
export const BadRowQuery = Type.Object({ ...PageQuery.properties })

// ---- mappings 数仓映射

export const Mapping = Type.Object({
  id: Type.String(),
  name: Type.String(),
  code: Type.String(),
  org: Type.Object({ id: Type.String(), name: Type.String() }),
  connection: Type.Object({ id: Type.String(), name: Type.String(), kind: ConnectionKind }),
  way: Way,
  state: Type.Enum(mappingStates),
  target: Nullable(Type.Enum(['customers', 'events', 'items'])),
  how: Type.Enum(['full', 'incremental']),
  timetable: Timetable,
  watermark: Nullable(Type.String()),
  nextAt: Nullable(Instant),
  last: Nullable(Type.Object({ id: Type.String(), state: RunState, at: Instant, changed: Type.Integer() })),
  alerts: Type.Integer({ description: 'That are open' }),
  by: Type.String(),
  version: Version,
  createdAt: Instant,
  updatedAt: Instant,
})
export type Mapping = Static<typeof Mapping>
export const MappingPage = PageOf(Mapping)
export const MappingQuery = Type.Object({
  ...PageQuery.properties,
  way: Type.Optional(Way),
  state: Type.Optional(Type.Enum(mappingStates)),
  connection: Type.Optional(Type.String({ maxLength: 40 })),
})
export type MappingQuery = Static<typeof MappingQuery>
export const MappingDetail = Type.Object({ ...Mapping.properties, definition: Definition })
export type MappingDetail = Static<typeof MappingDetail>

const Code = Type.String({
  pattern: '^[a-z][a-z0-9_]{0,39}$',
  description: 'How SQL steps name it: small letters, digits, underscore',
})
export const NewMapping = Type.Object(
  { name: Name, code: Code, connection: Type.String({ maxLength: 40 }), way: Way, definition: Definition },
  strict,
)
export type NewMapping = Static<typeof NewMapping>
export const MappingEdit = Type.Object(
  { version: Version, name: Type.Optional(Name), way: Type.Optional(Way), definition: Type.Optional(Definition) },
  strict,
)
export type MappingEdit = Static<typeof MappingEdit>
export const MappingSwitch = Type.Object({ version: Version, state: Type.Enum(['on', 'off']) }, strict)
export const RunMapping = Type.Object({ reload: Type.Optional(Type.Boolean()) }, strict)

/** Looks at a source as it would be read, before anything is saved. */
export const Look = Type.Object(
  { connection: Type.String({ maxLength: 40 }), from: From, step: Type.Optional(Nullable(Step)) },
  strict,
)
export type Look = Static<typeof Look>
export const Looked = Type.Object({
  columns: Preview.properties.columns,
  rows: Preview.properties.rows,
  suggestion: Columns,
  source: Type.Array(SourceColumn),
  reading: Nullable(Reading),
})
export type Looked = Static<typeof Looked>
export const Tables = Type.Object({ items: Type.Array(Type.String()) })

// ---- alerts 数据告警

export const alertKinds = ['quality', 'delay', 'failed'] as const
export const Alert = Type.Object({
  id: Type.String(),
  mapping: Type.Object({ id: Type.String(), name: Type.String() }),
  run: Nullable(Type.String()),
  kind: Type.Enum(alertKinds),
  act: Type.Enum(['warn', 'stop']),
  says: Words,
  state: Type.Enum(['open', 'closed']),
  count: Type.Integer({ description: 'How often it was found' }),
  downstream: Type.Array(Type.Object({ kind: Type.String(), id: Type.String(), title: Type.String() })),
  closedBy: Nullable(Type.String()),
  firstAt: Instant,
  lastAt: Instant,
})
export type Alert = Static<typeof Alert>
export const AlertPage = PageOf(Alert)
export const AlertQuery = Type.Object({
  ...PageQuery.properties,
  kind: Type.Optional(Type.Enum(alertKinds)),
  state: Type.Optional(Type.Enum(['open', 'closed'])),
  mapping: Type.Optional(Type.String({ maxLength: 40 })),
})
export type AlertQuery = Static<typeof AlertQuery>
