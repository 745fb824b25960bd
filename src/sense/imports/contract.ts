import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'imports.read', name: text('查看数据导入', 'See imports') },
  { id: 'imports.run', name: text('导入数据', 'Import data') },
  {
    id: 'imports.bad_row.export',
    name: text('下载坏行(含个人信息,每次留痕)', 'Download bad rows (personal data, each is recorded)'),
  },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Words = Type.Object({ zh: Type.String(), en: Type.String() })
const strict = { additionalProperties: false }

export const formats = ['csv', 'excel', 'parquet', 'jsonl'] as const
export const Format = Type.Enum(formats)
export type Format = Static<typeof Format>

export const encodings = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be'] as const
export const Encoding = Type.Enum(encodings)
export type Encoding = Static<typeof Encoding>

export const delimiters = [',', ';', '\t', '|'] as const

/** How the file is read. What is left out is guessed. */
export const Reading = Type.Object(
  {
    encoding: Type.Optional(Encoding),
    delimiter: Type.Optional(Type.Enum(delimiters)),
    header: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100, description: 'The line with the names; 0: there is none' }),
    ),
    sheet: Type.Optional(Type.String({ maxLength: 100 })),
  },
  strict,
)
export type Reading = Static<typeof Reading>

// ---- mapping

export const valueTypes = ['text', 'integer', 'number', 'money', 'day', 'time', 'boolean', 'list'] as const
export const ValueType = Type.Enum(valueTypes)
export type ValueType = Static<typeof ValueType>

/** As `privacy` names them; an `openid` is no attribute. */
export const personalColumns = ['mobile', 'name', 'certificate', 'card', 'email', 'address'] as const
export const PersonalColumn = Type.Enum(personalColumns)
export type PersonalColumn = Static<typeof PersonalColumn>

export const targets = ['customers', 'events', 'items'] as const
export const Target = Type.Enum(targets)
export type Target = Static<typeof Target>

export const columnUses = ['skip', 'identity', 'value', 'time', 'event', 'id'] as const
export type ColumnUse = (typeof columnUses)[number]

export const ColumnMapping = Type.Object(
  {
    column: Type.String({ minLength: 1, maxLength: 200, description: 'The name in the file' }),
    as: Type.Enum(columnUses, {
      description:
        'identity: of the customer; value: attribute, property or value of the item; time: when it happened, or the day the data is of; event: name of the event; id: of the item',
    }),
    kind: Type.Optional(Type.String({ maxLength: 40, description: 'Of an identity: customer_no, mobile …' })),
    name: Type.Optional(Type.String({ maxLength: 100, description: 'Of a value' })),
    type: Type.Optional(ValueType),
    personal: Type.Optional(Nullable(PersonalColumn)),
  },
  strict,
)
export type ColumnMapping = Static<typeof ColumnMapping>

export const Mapping = Type.Object(
  {
    target: Target,
    columns: Type.Array(ColumnMapping, { minItems: 1, maxItems: 1000 }),
    event: Type.Optional(
      Type.String({ maxLength: 100, description: 'One name for all events, where no column has it' }),
    ),
    item: Type.Optional(Type.String({ maxLength: 40, description: 'Entity type: product, holding …' })),
    key: Type.Optional(
      Type.Array(Type.String({ maxLength: 200 }), {
        maxItems: 10,
        description: 'Columns that tell an event apart from all others; without them its whole content does',
      }),
    ),
    asOf: Type.Optional(
      Type.String({ maxLength: 40, description: 'The day or moment the data is of, where no column says it' }),
    ),
    zone: Type.Optional(Type.String({ maxLength: 60, description: 'Of times without one; Asia/Shanghai' })),
  },
  strict,
)
export type Mapping = Static<typeof Mapping>

// ---- imports

export const states = [
  'uploading',
  'uploaded',
  'mapped',
  'checking',
  'checked',
  'running',
  'done',
  'failed',
  'cancelled',
] as const
export const State = Type.Enum(states)
export type State = Static<typeof State>

export const Mode = Type.Enum(['all', 'good'], {
  description: 'all: nothing unless every row is right; good: the rows that are right',
})
export type Mode = Static<typeof Mode>

export const Counts = Type.Object({
  read: Type.Integer(),
  accepted: Type.Integer(),
  duplicates: Type.Integer({ description: 'Known already: not stored again' }),
  resent: Type.Integer({ description: 'Sent again after an interruption: stored once, just before it or earlier' }),
  rejected: Type.Integer({ description: 'Refused by the collection' }),
  bad: Type.Integer({ description: 'Could not be understood' }),
})
export type Counts = Static<typeof Counts>

export const Reason = Type.Object({
  code: Type.String(),
  column: Nullable(Type.String()),
  reason: Words,
  count: Type.Integer(),
  lines: Type.Array(Type.Integer(), { description: 'The first ones' }),
})
export type Reason = Static<typeof Reason>

export const CheckResult = Type.Object({
  rows: Type.Integer(),
  good: Type.Integer(),
  bad: Type.Integer(),
  revision: Type.Integer({ description: 'Of the mapping that was checked' }),
})
export type CheckResult = Static<typeof CheckResult>

export const Import = Type.Object({
  id: Type.String(),
  name: Type.String(),
  org: Type.String(),
  orgName: Type.String(),
  fileName: Type.String(),
  fileSize: Type.Integer(),
  fileGone: Type.Boolean({ description: 'The file was taken away after its time: it cannot run again' }),
  format: Nullable(Format),
  target: Nullable(Target),
  state: State,
  mode: Nullable(Mode),
  revision: Type.Integer(),
  counts: Counts,
  checked: Nullable(CheckResult),
  rows: Nullable(Type.Integer({ description: 'Of the file, where they were counted' })),
  progress: Nullable(Type.Number({ description: '0 to 1 while it works' })),
  by: Type.String(),
  createdAt: Instant,
  startedAt: Nullable(Instant),
  finishedAt: Nullable(Instant),
  error: Nullable(Words),
})
export type Import = Static<typeof Import>
export const ImportPage = PageOf(Import)

export const ImportDetail = Type.Object({
  ...Import.properties,
  fileHash: Nullable(Type.String()),
  reading: Reading,
  mapping: Nullable(Mapping),
  reasons: Type.Array(Reason),
})
export type ImportDetail = Static<typeof ImportDetail>

export const ImportQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(State),
  target: Type.Optional(Target),
})
export type ImportQuery = Static<typeof ImportQuery>

export const ImportParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

/** A file comes in parts of at most this many bytes: each is one short request, and a broken line costs one part. */
export const partBytes = 8 * 1024 * 1024

export const NewImport = Type.Object(
  {
    fileName: Type.String({ minLength: 1, maxLength: 255 }),
    size: Type.Integer({ minimum: 1 }),
    name: Type.Optional(Type.String({ maxLength: 100 })),
  },
  strict,
)
export type NewImport = Static<typeof NewImport>

export const PartQuery = Type.Object({ offset: Type.Integer({ minimum: 0 }) })
export const PartAnswer = Type.Object({ received: Type.Integer({ description: 'Bytes of the file that are here' }) })

// ---- preview

export const PreviewColumn = Type.Object({
  name: Type.String(),
  type: ValueType,
  personal: Nullable(PersonalColumn),
  filled: Type.Number({ description: 'Share of the rows looked at that have a value' }),
  examples: Type.Array(Type.String(), { description: 'Masked where personal' }),
})
export type PreviewColumn = Static<typeof PreviewColumn>

export const Preview = Type.Object({
  format: Format,
  compressed: Type.Boolean(),
  reading: Reading,
  sheets: Type.Array(Type.String()),
  columns: Type.Array(PreviewColumn),
  rows: Type.Array(
    Type.Object({
      line: Type.Integer(),
      cells: Type.Array(Type.String(), { description: 'As understood, masked where personal' }),
      unread: Type.Array(Type.Integer(), { description: 'Places of cells that are not of the type of their column' }),
      fault: Nullable(Words),
    }),
  ),
  suggestion: Mapping,
})
export type Preview = Static<typeof Preview>

/** What a column can become: for the choices of the screen. */
export const Choices = Type.Object({
  identities: Type.Array(Type.Object({ kind: Type.String(), name: Words })),
  items: Type.Array(Type.Object({ type: Type.String(), name: Words })),
  events: Type.Array(Type.Object({ name: Type.String(), title: Words })),
  attributes: Type.Array(
    Type.Object({ of: Type.String({ description: 'customer, or an item type' }), name: Type.String(), title: Words }),
  ),
})
export type Choices = Static<typeof Choices>

export const SaveMapping = Type.Object(
  {
    revision: Type.Integer(),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    reading: Reading,
    mapping: Mapping,
  },
  strict,
)
export type SaveMapping = Static<typeof SaveMapping>

export const RunImport = Type.Object(
  {
    mode: Mode,
    restart: Type.Optional(
      Type.Boolean({ description: 'From the first row again, where it was stopped or failed before' }),
    ),
  },
  strict,
)
export type RunImport = Static<typeof RunImport>

// ---- bad rows

export const BadRow = Type.Object({
  id: Type.String(),
  line: Type.Integer(),
  code: Type.String(),
  column: Nullable(Type.String()),
  reason: Words,
})
export type BadRow = Static<typeof BadRow>
export const BadRowPage = PageOf(BadRow)
export const BadRowQuery = Type.Object({
  ...PageQuery.properties,
  code: Type.Optional(Type.String({ maxLength: 60 })),
})
export type BadRowQuery = Static<typeof BadRowQuery>
