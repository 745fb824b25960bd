import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'
import {
  builderFunctions,
  calendarUnits,
  EqlType,
  gapUnits,
  Line,
  limits,
  type Rule,
  spanUnits,
} from '../eql/contract.ts'

/** For the statements of this capability. */
export type { EqlType } from '../eql/contract.ts'

export const permissions = [
  { id: 'tags.tag.read', name: text('查看标签', 'See tags') },
  { id: 'tags.tag.edit', name: text('编辑标签', 'Edit tags') },
  { id: 'tags.tag.publish', name: text('发布、计算与停用标签', 'Publish, compute and retire tags') },
  { id: 'tags.value.write', name: text('写入标签值(上传名单、模型分)', 'Give values of tags (uploads, scores)') },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Words = Type.Object({ zh: Type.String(), en: Type.String() })
const Count = Type.Integer({ minimum: 0 })
const strict = { additionalProperties: false }

export const kinds = [
  'attribute',
  'rule',
  'statistic',
  'preference',
  'sequence',
  'rfm',
  'stages',
  'arithmetic',
  'eql',
  'import',
  'model',
] as const
export const Kind = Type.Enum(kinds)
export type Kind = (typeof kinds)[number]

// ---- definitions, one a kind. Conditions and values are texts of the language.

const Label = Type.String({ minLength: 1, maxLength: 60 })
const RuleText = Type.String({ minLength: 1, maxLength: limits.text })
const Filter = Type.Optional(Type.String({ maxLength: limits.text }))
const Names = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 20 })
const Whole = Type.Integer({ minimum: 1, maximum: 3650 })
export const Within = Type.Union([
  Type.Object({ kind: Type.Literal('ever') }, strict),
  Type.Object({ kind: Type.Literal('last'), n: Whole, unit: Type.Enum(spanUnits) }, strict),
  Type.Object({ kind: Type.Literal('this'), unit: Type.Enum(calendarUnits) }, strict),
  Type.Object({ kind: Type.Literal('previous'), n: Whole, unit: Type.Enum(calendarUnits) }, strict),
])
export type Within = Static<typeof Within>
const Span = Type.Object({ n: Whole, unit: Type.Enum(gapUnits) }, strict)

/** The value of an attribute, or what its date says of today. */
export const AttributeDefinition = Type.Object(
  {
    path: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 4 }),
    through: Nullable(Type.Enum(builderFunctions)),
  },
  strict,
)
export type AttributeDefinition = Static<typeof AttributeDefinition>

export const Case = Type.Object({ label: Label, when: RuleText }, strict)
export type Case = Static<typeof Case>
/** The first case that holds gives its label; `otherwise` null: no value. Stages are ordered, the first is the best. */
export const CasesDefinition = Type.Object(
  { cases: Type.Array(Case, { minItems: 1, maxItems: 50 }), otherwise: Nullable(Label) },
  strict,
)
export type CasesDefinition = Static<typeof CasesDefinition>

export const measures = [
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'distinct',
  'days_since_last',
  'days_since_first',
  'did',
] as const
export const StatisticDefinition = Type.Object(
  {
    measure: Type.Enum(measures),
    events: Names,
    where: Filter,
    of: Nullable(Type.String({ maxLength: 200 })),
    window: Within,
  },
  strict,
)
export type StatisticDefinition = Static<typeof StatisticDefinition>

/** The most frequent values of a property: one, or a list of the first `top`. */
export const PreferenceDefinition = Type.Object(
  {
    events: Names,
    where: Filter,
    of: Type.String({ minLength: 1, maxLength: 200 }),
    top: Type.Integer({ minimum: 1, maximum: 10 }),
    window: Within,
  },
  strict,
)
export type PreferenceDefinition = Static<typeof PreferenceDefinition>

export const SequenceDefinition = Type.Object(
  {
    steps: Type.Array(Type.Object({ events: Names, where: Filter, not: Type.Boolean() }, strict), {
      minItems: 2,
      maxItems: limits.steps,
    }),
    by: Type.Array(Type.String({ minLength: 1 }), { maxItems: 5 }),
    within: Nullable(Span),
    window: Within,
  },
  strict,
)
export type SequenceDefinition = Static<typeof SequenceDefinition>

const Score = Type.Integer({ minimum: 1, maximum: 10 })
const Scores = Type.Tuple([Score, Score], { description: 'From, to; both belong to it' })
export const RfmGroup = Type.Object({ name: Label, r: Scores, f: Scores, m: Scores }, strict)
export type RfmGroup = Static<typeof RfmGroup>
const Cuts = Type.Array(Type.Number(), { maxItems: 9 })
/** Ascending; the score is one more than the cuts that a value reaches, of recency the other way round. */
export const RfmCuts = Type.Object({ r: Cuts, f: Cuts, m: Cuts }, strict)
export type RfmCuts = Static<typeof RfmCuts>
/** A value in the language in place of what the events say (of recency: days); null: the events. */
const Measured = Nullable(Type.String({ maxLength: limits.text }))
export const RfmDefinition = Type.Object(
  {
    events: Type.Array(Type.String({ minLength: 1 }), { maxItems: 20 }),
    where: Filter,
    amount: Nullable(Type.String({ maxLength: 200 })),
    window: Within,
    r: Measured,
    f: Measured,
    m: Measured,
    bins: Type.Integer({ minimum: 2, maximum: 10 }),
    cuts: Nullable(RfmCuts),
    groups: Type.Array(RfmGroup, { maxItems: 50 }),
    otherwise: Nullable(Label),
    gives: Type.Enum(['group', 'score']),
  },
  strict,
)
export type RfmDefinition = Static<typeof RfmDefinition>

/** From the first term on, one after the other. */
export const ArithmeticDefinition = Type.Object(
  {
    terms: Type.Array(
      Type.Object(
        { op: Type.Enum(['+', '-', '*', '/']), tag: Nullable(Type.String()), number: Nullable(Type.Number()) },
        strict,
      ),
      { minItems: 2, maxItems: 20 },
    ),
    missingIsZero: Type.Boolean(),
  },
  strict,
)
export type ArithmeticDefinition = Static<typeof ArithmeticDefinition>

export const EqlDefinition = Type.Object({ text: RuleText }, strict)
export type EqlDefinition = Static<typeof EqlDefinition>

export const ImportDefinition = Type.Object({ type: EqlType, codes: Type.Array(Label, { maxItems: 200 }) }, strict)
export type ImportDefinition = Static<typeof ImportDefinition>

export const ModelDefinition = Type.Object(
  { model: Type.String({ minLength: 1, maxLength: 100 }), least: Type.Number(), most: Type.Number() },
  strict,
)
export type ModelDefinition = Static<typeof ModelDefinition>

export type Definitions = {
  attribute: AttributeDefinition
  rule: CasesDefinition
  statistic: StatisticDefinition
  preference: PreferenceDefinition
  sequence: SequenceDefinition
  rfm: RfmDefinition
  stages: CasesDefinition
  arithmetic: ArithmeticDefinition
  eql: EqlDefinition
  import: ImportDefinition
  model: ModelDefinition
}

/** As a version keeps it: of whichever version of the language it was written in. */
export type KeptRule = Rule

// ---- tags

export const states = ['draft', 'live', 'paused', 'retired'] as const
export const State = Type.Enum(states)
export type State = Static<typeof State>

export const Tag = Type.Object({
  id: Type.String(),
  org: Type.Object({ id: Type.String(), name: Type.String() }),
  name: Type.String(),
  folder: Type.String(),
  description: Type.String(),
  owner: Type.String(),
  kind: Kind,
  state: State,
  version: Type.Integer({ description: 'The latest published; 0: none yet' }),
  type: Nullable(EqlType),
  cron: Nullable(Type.String()),
  follows: Type.Boolean({ description: 'Computed after data came in, and after tags that it reads' }),
  keepDays: Nullable(Type.Integer()),
  expiresOn: Nullable(Type.String()),
  nextAt: Nullable(Instant),
  computing: Type.Boolean(),
  error: Nullable(Words),
  covered: Nullable(Count),
  universe: Nullable(Count),
  drift: Nullable(Type.Number()),
  computedAt: Nullable(Instant),
  usedAt: Nullable(Instant),
  updatedAt: Instant,
  updatedBy: Type.String(),
})
export type Tag = Static<typeof Tag>
export const TagPage = PageOf(Tag)

export const TagQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(State),
  kind: Type.Optional(Kind),
  folder: Type.Optional(Type.String({ maxLength: 120, description: 'And the folders in it' })),
  unused: Type.Optional(Type.Enum(['yes'], { description: 'Published, and read by nobody in 90 days' })),
})
export type TagQuery = Static<typeof TagQuery>
export const TagParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

export const Folder = Type.Object({ path: Type.String(), tags: Type.Integer() })
export type Folder = Static<typeof Folder>
export const Folders = Type.Object({ items: Type.Array(Folder) })

/** How the values of a computation are distributed. Of numbers: money in minor units, days since 1970, instants in ms. */
export const Shares = Type.Union([
  Type.Object({
    of: Type.Literal('values'),
    values: Type.Array(Type.Object({ value: Type.String(), count: Count }), { description: 'The most frequent' }),
    others: Count,
    distinct: Count,
  }),
  Type.Object({
    of: Type.Literal('numbers'),
    min: Type.Number(),
    max: Type.Number(),
    mean: Type.Number(),
    median: Type.Number(),
    edges: Type.Array(Type.Number(), { description: 'One more than the counts' }),
    counts: Type.Array(Count),
    deciles: Type.Array(Type.Number()),
    tenths: Type.Array(Count, { description: 'How many lie between the deciles' }),
  }),
])
export type Shares = Static<typeof Shares>

export const Run = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  at: Instant,
  ms: Type.Integer(),
  covered: Count,
  universe: Count,
  changed: Count,
  drift: Nullable(Type.Number()),
  shares: Nullable(Shares),
  cuts: Nullable(RfmCuts),
})
export type Run = Static<typeof Run>

export const Version = Type.Object({
  version: Type.Integer(),
  definition: Type.Unknown(),
  text: Nullable(Type.String({ description: 'In the language; null: its values are given' })),
  sentence: Type.Array(Line),
  type: EqlType,
  codes: Type.Array(Type.String()),
  publishedAt: Instant,
  publishedBy: Type.String(),
})
export type Version = Static<typeof Version>

/** Who reads a tag, or what a tag reads. */
export const Reader = Type.Object({
  kind: Type.String(),
  kindName: Words,
  id: Type.String(),
  name: Type.String(),
  path: Nullable(Type.String()),
})
export type Reader = Static<typeof Reader>

export const TagDetail = Type.Object({
  ...Tag.properties,
  draft: Type.Unknown(),
  revision: Type.Integer(),
  changed: Type.Boolean({ description: 'The draft differs from the latest version' }),
  versions: Type.Array(Version),
  runs: Type.Array(Run, { description: 'Oldest first' }),
  reads: Type.Array(Reader),
  readBy: Type.Array(Reader),
})
export type TagDetail = Static<typeof TagDetail>

const Name = Type.String({ minLength: 1, maxLength: 100 })
const Draft = Type.Record(Type.String(), Type.Unknown(), { description: 'The definition; may be unfinished' })
const Day = Type.String({ format: 'date' })
const fields = {
  folder: Type.Optional(Type.String({ maxLength: 120 })),
  description: Type.Optional(Type.String({ maxLength: 1000 })),
  owner: Type.Optional(Type.String({ maxLength: 60 })),
  cron: Type.Optional(Nullable(Type.String({ maxLength: 60 }))),
  follows: Type.Optional(Type.Boolean()),
  keepDays: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 3650 }))),
  expiresOn: Type.Optional(Nullable(Day)),
  draft: Type.Optional(Draft),
}
export const NewTag = Type.Object({ name: Name, kind: Kind, ...fields }, strict)
export type NewTag = Static<typeof NewTag>
export const TagEdit = Type.Object({ revision: Type.Integer(), name: Type.Optional(Name), ...fields }, strict)
export type TagEdit = Static<typeof TagEdit>
/** `seen`: how many readers the caller was told of; more by now are told again. */
export const Publish = Type.Object({ revision: Type.Integer(), seen: Type.Optional(Type.Integer()) }, strict)
export type Publish = Static<typeof Publish>
export const Turn = Type.Object({ to: Type.Enum(['live', 'paused', 'retired']) }, strict)
export type Turn = Static<typeof Turn>

export const Previewing = Type.Object({ kind: Kind, definition: Draft }, strict)
export const Preview = Type.Object({
  type: EqlType,
  text: Nullable(Type.String()),
  sentence: Type.Array(Line),
  codes: Type.Array(Type.String()),
  asked: Count,
  covered: Count,
  exact: Type.Boolean({ description: 'All customers were asked, and not a sample' }),
  shares: Nullable(Shares),
  cuts: Nullable(RfmCuts),
})
export type Preview = Static<typeof Preview>

// ---- values

/** A value on the wire: yuan as text or number, days and instants as text, lists as lists. */
export const Value = Type.Union([
  Type.String({ maxLength: 1000 }),
  Type.Number(),
  Type.Boolean(),
  Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }),
])
export type Value = Static<typeof Value>

export const Giving = Type.Object(
  {
    rows: Type.Array(
      Type.Object(
        {
          identity: Type.String({ minLength: 1, maxLength: 200, description: 'A customer number, or an identity' }),
          value: Nullable(Value),
        },
        strict,
      ),
      { minItems: 1, maxItems: 5000, description: 'A value of null takes it away' },
    ),
    kind: Type.Optional(Type.String({ maxLength: 60, description: 'The kind of the identities' })),
    model: Type.Optional(
      Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 100 }),
          version: Type.String({ minLength: 1, maxLength: 60 }),
          at: Type.Optional(Instant),
        },
        strict,
      ),
    ),
  },
  strict,
)
export type Giving = Static<typeof Giving>
export const Given = Type.Object({
  taken: Count,
  changed: Count,
  refused: Type.Array(Type.Object({ row: Type.Integer(), ...Words.properties })),
})
export type Given = Static<typeof Given>

export const HoldersQuery = Type.Object({
  value: Type.Optional(Type.String({ maxLength: 1000, description: 'Only who has this one' })),
  after: Type.Optional(Type.Integer({ minimum: 0 })),
})
export type HoldersQuery = Static<typeof HoldersQuery>
export const Holder = Type.Object({
  id: Type.Integer(),
  name: Nullable(Type.String({ description: 'Masked' })),
  org: Type.String(),
  value: Type.String(),
})
export type Holder = Static<typeof Holder>
export const Holders = Type.Object({ items: Type.Array(Holder), next: Nullable(Type.Integer()) })
export type Holders = Static<typeof Holders>

export const Upload = Type.Object(
  {
    kind: Type.String({ minLength: 1, maxLength: 60, description: 'The kind of the identities' }),
    sheet: Type.String({ minLength: 1, maxLength: 20_000_000, description: 'CSV: identity, value' }),
  },
  strict,
)
export type Upload = Static<typeof Upload>
