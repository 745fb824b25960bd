import { type Static, Type } from 'typebox'

// The stored form of a rule is its tree; the text, the builder and the sentence are views of it. What each node means,
// to the last null, is written in README.md ("What it means"): compilers and references are written from there.

/** The version of the tree. A stored tree of an earlier version is read through `upgradeRule`. */
export const eqlVersion = 1

export const limits = {
  /** UTF-16 units of a rule's text; a longer one is refused before it is read. */
  text: 65_536,
  /** Nodes of a tree, the items of lists apart. */
  nodes: 2_000,
  /** How deep brackets and operators may nest. */
  depth: 100,
  /** Items of one list. */
  items: 10_000,
  /** Errors that one check tells. */
  issues: 20,
  /** Steps of one sequence. */
  steps: 10,
} as const

// ---- types of values

/** `list` is a list of texts. `money` is a whole number of 分. */
export const eqlTypes = ['boolean', 'number', 'integer', 'money', 'text', 'time', 'day', 'list'] as const
export const EqlType = Type.Enum(eqlTypes)
export type EqlType = (typeof eqlTypes)[number]

// ---- the tree

/** `notes` are comments that a person wrote before a node; they mean nothing. */
type Noted = { notes?: string[] }

export const calendarUnits = ['day', 'week', 'month', 'quarter', 'year'] as const
export type CalendarUnit = (typeof calendarUnits)[number]
export const spanUnits = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const
export type SpanUnit = (typeof spanUnits)[number]
export const gapUnits = ['minute', 'hour', 'day', 'week'] as const
/** A length of elapsed time: a day is 24 hours, a week 168. */
export type Gap = { n: number; unit: (typeof gapUnits)[number] }

export type Window =
  | { kind: 'ever' }
  /** `last 30 days`: rolling, up to now. */
  | { kind: 'last'; n: number; unit: SpanUnit }
  /** `next 7 days`: only in `within`. */
  | { kind: 'next'; n: number; unit: SpanUnit }
  /** `today`, `this week` … `this year`: the whole period that now lies in. */
  | { kind: 'this'; unit: CalendarUnit }
  /** `yesterday`, `previous month`, `previous 3 months`: whole periods before this one. */
  | { kind: 'previous'; n: number; unit: CalendarUnit }
  /** `tomorrow`, `following 2 weeks`: whole periods after this one; only in `within`. */
  | { kind: 'following'; n: number; unit: CalendarUnit }
  /** `since pay_day`: from that day's start, or that instant, up to now. A value of the customer. */
  | { kind: 'since'; from: Expr }
  /** `from 2026-01-01 to 2026-01-31`: a day at the end belongs to it, an instant at the end does not. */
  | { kind: 'range'; from: Expr; to: Expr }

export const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const
export type Comparison = (typeof comparisons)[number]
export const arithmetic = ['+', '-', '*', '/', '%'] as const
export type Arithmetic = (typeof arithmetic)[number]
/** `contains`, `starts with`, `ends with`, `contains any (…)`, `contains all (…)`. */
export const matches = ['contains', 'starts', 'ends', 'contains-any', 'contains-all'] as const
export type Match = (typeof matches)[number]

export const functionNames = [
  'lower', // (text) text
  'upper', // (text) text
  'trim', // (text) text
  'length', // (text | list) integer
  'substring', // (text, from, count) text
  'concat', // (text, …) text
  'abs', // (number | money) same
  'round', // (number | money) same
  'floor', // (number) integer
  'ceil', // (number) integer
  'least', // (a, b, …) same
  'greatest', // (a, b, …) same
  'coalesce', // (a, b, …) same
  'yuan', // (number) money
  'in_yuan', // (money) number
  'year', // (day | time) integer
  'month', // (day | time) integer
  'day_of_month', // (day | time) integer
  'weekday', // (day | time) integer, Monday is 1
  'hour', // (time) integer
  'day', // (time) day
  'anniversary', // (day) day: the next one, today too
  'days_since', // `days since x`: (day | time) integer
  'months_since', // `months since x`
  'years_since', // `years since x`
  'days_until', // `days until x`
] as const
export type FunctionName = (typeof functionNames)[number]

/** A word, a number … as it was written. Numbers are decimal digits as text, so that none is rounded on the way. */
export type Literal = Noted &
  (
    | { kind: 'text'; value: string }
    /** `-?digits(.digits)?`. Against money it is yuan. */
    | { kind: 'number'; value: string }
    /** `50000 yuan`: the same digits, yuan. */
    | { kind: 'money'; value: string }
    | { kind: 'boolean'; value: boolean }
    /** `2026-01-05` */
    | { kind: 'day'; value: string }
    /** `2026-01-05T09:00:00`, in the rule's zone; with milliseconds if there are any. */
    | { kind: 'time'; value: string }
  )

export const eventFunctions = ['did', 'count', 'sum', 'avg', 'min', 'max', 'distinct', 'first', 'last', 'top'] as const
export type EventFunction = (typeof eventFunctions)[number]
export const rowFunctions = ['any', 'all', 'none', 'count', 'sum', 'avg', 'min', 'max', 'distinct'] as const
export type RowFunction = (typeof rowFunctions)[number]

/** `did(fund_buy where amount > 1000, last 30 days)`, `sum(amount of fund_buy, this month)`. */
export type EventsNode = Noted & {
  kind: 'events'
  fn: EventFunction
  /** Names of events, any of them counts; empty: `any event`. */
  events: string[]
  /** What is summed, averaged …, in the scope of the event; null for `did` and `count`, and for the time of first and last. */
  of: Expr | null
  /** In the scope of the event. */
  where: Expr | null
  window: Window
  /** Of `top`: null gives the one value, a number gives a list of at most so many. */
  k: number | null
}

/** `any(holdings where product.category = 'deposit')`, `sum(balance of holdings)`. */
export type RowsNode = Noted & {
  kind: 'rows'
  fn: RowFunction
  /** A relation to many of the customer. */
  relation: string
  /** In the scope of the row; null for any, all, none, count. */
  of: Expr | null
  /** In the scope of the row. */
  where: Expr | null
}

export type Step = {
  events: string[]
  where: Expr | null
  /** None of these between its neighbours, or after the last until the deadline. */
  not: boolean
  /** Less than this after the step before. */
  within: Gap | null
  /** At least this after the step before. */
  after: Gap | null
}

/** `sequence(view -> buy where amount > 0 -> not redeem, by product_no, within 1 day, last 14 days)`. */
export type SequenceNode = Noted & {
  kind: 'sequence'
  steps: Step[]
  /** Properties that have the same known value in every step. */
  by: string[]
  /** The last step less than this after the first. */
  within: Gap | null
  /** Where the first step lies. */
  window: Window
}

export type Expr =
  | Literal
  | (Noted & { kind: 'missing' })
  | (Noted & { kind: 'now' })
  | (Noted & { kind: 'today' })
  /** `occurred_at`: the time of the event in hand; only in the scope of an event. */
  | (Noted & { kind: 'occurred' })
  /**
   * A value of the scope: of the customer, inside `where` and `of` the event's property or the row's attribute. All but
   * the last are relations to one.
   */
  | (Noted & { kind: 'field'; path: string[] })
  | (Noted & { kind: 'param'; name: string })
  | (Noted & { kind: 'tag'; name: string })
  /** `aum as of today - 30 days`: the attribute as it stood at the end of that day, or at that instant. */
  | (Noted & { kind: 'asof'; path: string[]; at: Expr })
  | (Noted & { kind: 'segment'; name: string; version: number | null })
  | (Noted & { kind: 'list'; items: Literal[] })
  | (Noted & { kind: 'and'; items: Expr[] })
  | (Noted & { kind: 'or'; items: Expr[] })
  | (Noted & { kind: 'not'; item: Expr })
  | (Noted & { kind: 'compare'; op: Comparison; left: Expr; right: Expr })
  /** `value in ('a', 'b')`, `value in $codes`: the list is a list node, or a parameter or field of type list. */
  | (Noted & { kind: 'in'; value: Expr; list: Expr })
  /** Both ends belong to it. */
  | (Noted & { kind: 'between'; value: Expr; low: Expr; high: Expr })
  /** `is known`; `is missing` is its `not`. */
  | (Noted & { kind: 'known'; value: Expr })
  | (Noted & { kind: 'match'; op: Match; value: Expr; with: Expr })
  /** `matures_on within next 7 days` */
  | (Noted & { kind: 'within'; value: Expr; window: Window })
  | (Noted & { kind: 'arith'; op: Arithmetic; left: Expr; right: Expr })
  | (Noted & { kind: 'neg'; item: Expr })
  /** `opened_on + 1 year`; a negative n goes back. */
  | (Noted & { kind: 'shift'; value: Expr; n: number; unit: SpanUnit })
  | (Noted & { kind: 'if'; branches: { when: Expr; value: Expr }[]; else: Expr })
  | (Noted & { kind: 'call'; fn: FunctionName; args: Expr[] })
  | EventsNode
  | RowsNode
  | SequenceNode

export type ExprKind = Expr['kind']

/** A rule: a condition of customers, or a value of each customer. `notes` stand after the last node. */
export type Rule = { eql: typeof eqlVersion; body: Expr; notes?: string[] }

/** On the wire and in the store a tree is checked by `upgradeRule`, which knows every node; the schema only says where it stands. */
export const RuleWire = Type.Unsafe<Rule>(
  Type.Object(
    { eql: Type.Integer(), body: Type.Object({ kind: Type.String() }, { additionalProperties: true }) },
    { additionalProperties: true, description: 'The tree of a rule' },
  ),
)

// ---- what a rule may speak of, as plain data

const Titled = {
  name: Type.String({ description: 'The stable name; what the tree holds' }),
  zh: Type.String(),
  en: Type.String(),
}
const CodeValue = Type.Object({ value: Type.String(), zh: Type.String(), en: Type.String() })

export const SchemaField = Type.Object({
  ...Titled,
  type: EqlType,
  codes: Type.Optional(Type.Array(CodeValue, { description: 'The values it may have' })),
  /** Personal values are sealed: a rule may only ask whether they are known. */
  onlyKnown: Type.Optional(Type.Boolean()),
})
export type SchemaField = Static<typeof SchemaField>

export const SchemaRelation = Type.Object({
  ...Titled,
  target: Type.String({ description: 'The type of the entity' }),
  many: Type.Boolean(),
})
export type SchemaRelation = Static<typeof SchemaRelation>

export const SchemaEntity = Type.Object({
  ...Titled,
  fields: Type.Array(SchemaField),
  relations: Type.Array(SchemaRelation),
  rows: Type.Optional(Type.Number({ description: 'About how many, for the estimate of cost' })),
})
export type SchemaEntity = Static<typeof SchemaEntity>

export const SchemaEvent = Type.Object({
  ...Titled,
  properties: Type.Array(SchemaField, { description: 'Its own; the common ones stand apart' }),
  perDay: Type.Optional(Type.Number({ description: 'About how many a day, for the estimate of cost' })),
})
export type SchemaEvent = Static<typeof SchemaEvent>

export const SchemaSegment = Type.Object({
  ...Titled,
  versions: Type.Optional(Type.Integer({ description: 'The latest version; those from 1 on can be pinned' })),
  size: Type.Optional(Type.Number()),
})
export type SchemaSegment = Static<typeof SchemaSegment>

/** Entities hold `customer`, whose fields are the attributes and whose relations are where rules begin. */
export const Schema = Type.Object({
  entities: Type.Array(SchemaEntity),
  events: Type.Array(SchemaEvent),
  common: Type.Array(SchemaField, { description: 'Properties that any event may carry' }),
  tags: Type.Array(SchemaField),
  segments: Type.Array(SchemaSegment),
  params: Type.Array(SchemaField),
  customers: Type.Optional(Type.Number({ description: 'How many, for the estimate of cost' })),
  historyDays: Type.Optional(
    Type.Number({ description: 'How many days of events there are, for the estimate of cost' }),
  ),
})
export type Schema = Static<typeof Schema>

// ---- what is answered

/** Half-open, in UTF-16 units of the text; `line` and `column` of its start count from 1, columns in characters. */
export const Span = Type.Object({
  start: Type.Integer(),
  end: Type.Integer(),
  line: Type.Integer(),
  column: Type.Integer(),
})
export type Span = Static<typeof Span>

export const Fix = Type.Object(
  { zh: Type.String(), en: Type.String(), start: Type.Integer(), end: Type.Integer(), insert: Type.String() },
  { description: 'Replaces start to end of the text' },
)
export type Fix = Static<typeof Fix>

export const Issue = Type.Object({
  code: Type.String({ description: 'Stable, dotted' }),
  severity: Type.Enum(['error', 'warning']),
  zh: Type.String(),
  en: Type.String(),
  span: Type.Union([Span, Type.Null()], { description: 'Null when a tree was checked that has no text' }),
  path: Type.String({ description: 'Where in the tree: `body.items.0.left`; empty for the text' }),
  fixes: Type.Array(Fix),
})
export type Issue = Static<typeof Issue>

/** What every node is, for who compiles a rule. A number beside money has the type `money` here: yuan. */
export type Types = ReadonlyMap<Expr, EqlType | 'missing'>

/** What the body must be: a condition, or any value (of a tag), or a value of one type. */
export type Want = 'condition' | 'value' | EqlType

/** `ok` when there is no error; warnings may stand. `type` is the type of the body, if it has one. */
export type Checked = { ok: boolean; issues: Issue[]; types: Types; type: EqlType | null }

/** `rule` is null only when nothing could be read. With errors it may hold what could be understood. */
export type Parsed = Checked & { rule: Rule | null; spans: ReadonlyMap<Expr, Span> }

/** What a rule reads, by stable names; for lineage, for the order in which things are computed, and against circles. */
export const References = Type.Object({
  attributes: Type.Array(Type.Object({ entity: Type.String(), name: Type.String() })),
  relations: Type.Array(Type.Object({ entity: Type.String(), name: Type.String() })),
  events: Type.Array(
    Type.Object({ name: Type.String(), properties: Type.Array(Type.String()) }, { description: 'Empty: any event' }),
  ),
  tags: Type.Array(Type.String()),
  segments: Type.Array(
    Type.Object(
      { name: Type.String(), version: Type.Union([Type.Integer(), Type.Null()]) },
      { description: 'Null: follows' },
    ),
  ),
  params: Type.Array(Type.String()),
  /** It changes with time alone, without anything happening (rule 15): members must be looked at again by the clock. */
  clock: Type.Boolean(),
})
export type References = Static<typeof References>

/** About what a rule costs, from the counts of the schema alone. */
export const Cost = Type.Object({
  level: Type.Enum(['light', 'medium', 'heavy']),
  events: Type.Number({ description: 'Events that are read' }),
  rows: Type.Number({ description: 'Rows of entities that are read' }),
  customers: Type.Number(),
  parts: Type.Array(Type.Object({ what: Type.String(), rows: Type.Number() })),
})
export type Cost = Static<typeof Cost>

/** One line of a rule in words; `depth` says how far it is indented, `path` where it stands in the tree. */
export const Line = Type.Object({ depth: Type.Integer(), path: Type.String(), zh: Type.String(), en: Type.String() })
export type Line = Static<typeof Line>

export const suggestionKinds = [
  'attribute',
  'relation',
  'event',
  'property',
  'tag',
  'segment',
  'param',
  'function',
  'word',
  'value',
] as const
export const Suggestion = Type.Object({
  kind: Type.Enum(suggestionKinds),
  zh: Type.String(),
  en: Type.String(),
  insert: Type.String(),
  start: Type.Integer({ description: 'The insert replaces start to end' }),
  end: Type.Integer(),
})
export type Suggestion = Static<typeof Suggestion>

// ---- a rule that is being written, on the wire

const strict = { additionalProperties: false }
export const RuleText = Type.String({ maxLength: limits.text })

export const Asking = Type.Object({ text: RuleText }, strict)
export const CheckedText = Type.Object({
  ok: Type.Boolean(),
  issues: Type.Array(Issue),
  sentence: Type.Array(Line),
  cost: Type.Union([Cost, Type.Null()]),
})
export type CheckedText = Static<typeof CheckedText>

export const Completing = Type.Object({ text: RuleText, offset: Type.Integer({ minimum: 0 }) }, strict)
export const Completed = Type.Object({ items: Type.Array(Suggestion) })

/** Of a text, or of a tree and the parts of it that are asked for. */
export const Estimating = Type.Object(
  {
    text: Type.Optional(RuleText),
    rule: Type.Optional(RuleWire),
    paths: Type.Optional(
      Type.Array(Type.String({ maxLength: 1000 }), {
        maxItems: 100,
        description:
          'Conditions and groups within `and`, `or` and `not`: `body.items.0`; without it those right below the top',
      }),
    ),
    exact: Type.Optional(Type.Boolean({ description: 'The whole exactly, without parts' })),
  },
  strict,
)
export type Estimating = Static<typeof Estimating>
const Customers = Type.Integer({ minimum: 0 })
/** `low` and `high`: the true count lies between them in 95 of 100 samples; all three are equal when it is exact (rule 18). */
export const Estimated = Type.Object({ customers: Customers, low: Customers, high: Customers })
export type Estimated = Static<typeof Estimated>
export const Estimate = Type.Object({
  ...Estimated.properties,
  universe: Type.Integer({ description: 'Customers that were asked about' }),
  exact: Type.Boolean(),
  parts: Type.Array(
    Type.Object({
      path: Type.String(),
      sentence: Type.Object({ zh: Type.String(), en: Type.String() }),
      ...Estimated.properties,
    }),
    { description: 'Of each condition by itself, where the rule joins some' },
  ),
})
export type Estimate = Static<typeof Estimate>

/** Values that a field has: of an entity's attribute, or of an event's property (without an event: of any). */
export const ValuesQuery = Type.Object({
  entity: Type.Optional(Type.String({ maxLength: 100 })),
  event: Type.Optional(Type.String({ maxLength: 200 })),
  name: Type.String({ maxLength: 200 }),
})
export type ValuesQuery = Static<typeof ValuesQuery>
export const Values = Type.Object({
  items: Type.Array(
    Type.Object({ value: Type.String(), rows: Type.Integer({ description: 'Of those that were looked at' }) }),
    { description: 'The most frequent first; of texts and lists that are not personal' },
  ),
})
export type Values = Static<typeof Values>

// ---- the builder

/**
 * A rule as the builder shows it: groups of conditions, each of a shape that has a form of its own. What has none is
 * `text`, shown and edited as text in its place. `notes` stand beside every part.
 */
export type BuilderValue = Literal | { kind: 'list'; items: Literal[] } | { kind: 'param'; name: string }
/** Of what a filter or condition speaks. */
export type BuilderOperator =
  | Comparison
  | 'in'
  | 'not-in'
  | 'between'
  | 'not-between'
  | 'known'
  | 'missing'
  | 'within'
  | 'not-within'
  | 'true'
  | 'false'
  | Match
  | `not-${Match}`
/** `values`: none, one, or two for between; the one of `in` is a list. `window` for within alone. */
export type BuilderTest = { op: BuilderOperator; values: BuilderValue[]; window: Window | null }
/** What the builder can make of an attribute before it tests it: an age, days since, the next birthday. */
export const builderFunctions = [
  'days_since',
  'months_since',
  'years_since',
  'days_until',
  'anniversary',
  'length',
] as const
export type BuilderFilter = { path: string[]; test: BuilderTest }
export type BuilderStep = {
  events: string[]
  filters: BuilderFilter[]
  not: boolean
  within: Gap | null
  after: Gap | null
}
export type BuilderNode = { notes?: string[] } & (
  | { shape: 'group'; word: 'and' | 'or'; not: boolean; items: BuilderNode[] }
  | { shape: 'attribute'; path: string[]; through: (typeof builderFunctions)[number] | null; test: BuilderTest }
  | { shape: 'tag'; name: string; test: BuilderTest }
  | { shape: 'segment'; name: string; version: number | null; not: boolean }
  | {
      shape: 'events'
      fn: EventFunction
      events: string[]
      of: string[] | null
      filters: BuilderFilter[]
      window: Window
      test: BuilderTest
    }
  | {
      shape: 'rows'
      fn: RowFunction
      relation: string
      of: string[] | null
      filters: BuilderFilter[]
      test: BuilderTest
    }
  | { shape: 'sequence'; steps: BuilderStep[]; by: string[]; within: Gap | null; window: Window; not: boolean }
  /** `expr` is kept as it is; `text` is for showing, an edit of it is read with `parseRule`. */
  | { shape: 'text'; expr: Expr; text: string }
)
export type BuilderRule = { root: BuilderNode; notes?: string[] }
