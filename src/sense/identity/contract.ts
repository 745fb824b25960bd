import { type Static, Type } from 'typebox'
import { PersonalKind } from '../../govern/privacy/contract.ts'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'identity.kind.read', name: text('查看身份类型', 'See kinds of identity') },
  { id: 'identity.kind.edit', name: text('编辑身份类型', 'Edit kinds of identity') },
  { id: 'identity.merge.read', name: text('查看身份合并', 'See merges of customers') },
  { id: 'identity.merge.edit', name: text('处理身份冲突与撤销合并', 'Decide conflicts and undo merges') },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Words = Type.Object({ zh: Type.String(), en: Type.String() })
const strict = { additionalProperties: false }

/** A customer's number: dense, given in the order of first sight. */
export const CustomerNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

// ---- kinds 身份类型

export const Strength = Type.Enum(['strong', 'weak'], {
  description:
    'strong: names one person for certain, so two customers who each hold one are never merged by themselves',
})
export type Strength = Static<typeof Strength>

export const Overflow = Type.Enum(['refuse', 'replace-oldest'], {
  description: 'What happens to one more than a customer may hold: it is left out, or the one not seen longest goes',
})
export type Overflow = Static<typeof Overflow>

/** Values that name nobody whatever their kind; so is everything of nothing but zeros and signs. In small letters. */
export const junkForAll: readonly string[] = [
  ...['null', '(null)', '<null>', 'undefined', 'nan', 'nil', 'none', 'unknown', 'n/a', 'na', 'empty', 'default'],
  ...['test', 'true', 'false', '[object object]', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '未知', '无', '空', '测试'],
]

const limits = {
  limit: Nullable(Type.Integer({ minimum: 1, maximum: 10_000, description: 'Of a kind of which one may hold many' })),
  priority: Type.Integer({ minimum: 1, maximum: 1000, description: '1 decides first; strong stand before weak ones' }),
  many: Type.Boolean({ description: 'A customer may hold several' }),
  overflow: Overflow,
  shared: Type.Boolean({ description: 'A device: people use it one after another' }),
  enabled: Type.Boolean({ description: 'Others are ignored in what arrives; what is linked stays' }),
  junk: Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
    maxItems: 500,
    description: 'Values that name nobody, beside those that are junk for all kinds',
  }),
}

export const Kind = Type.Object({
  id: Type.String(),
  name: Words,
  strength: Strength,
  personal: Nullable(PersonalKind),
  ...limits,
  version: Type.Integer({ description: 'Give it back with a change: 409 says that someone was faster' }),
})
export type Kind = Static<typeof Kind>

export const KindPage = PageOf(Kind)

const NameEdit = Type.Object(
  { zh: Type.String({ minLength: 1, maxLength: 40 }), en: Type.String({ minLength: 1, maxLength: 60 }) },
  strict,
)
export const NewKind = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }),
    name: NameEdit,
    strength: Strength,
    personal: Type.Optional(Nullable(PersonalKind)),
    ...limits,
    limit: Type.Optional(limits.limit),
  },
  strict,
)
export type NewKind = Static<typeof NewKind>

/** The personal kind stays: identities that are linked already are found by it. */
export const KindEdit = Type.Object(
  { version: Type.Integer(), name: NameEdit, strength: Strength, ...limits, limit: Type.Optional(limits.limit) },
  strict,
)
export type KindEdit = Static<typeof KindEdit>
export const KindParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

// ---- one customer

export const HeldIdentity = Type.Object({
  id: Type.String({ description: 'Tells it from others of the answer; two masks may look alike' }),
  kind: Type.String(),
  name: Words,
  strength: Strength,
  shared: Type.Boolean(),
  personal: Type.Boolean(),
  value: Type.String({ description: 'Masked where it is personal' }),
  firstSeen: Instant,
  lastSeen: Instant,
  source: Type.String({ description: '`src_…`, or the words of the capability that brought it' }),
  mergedFrom: Nullable(Type.Integer({ description: 'The merged number that brought it' })),
})
export type HeldIdentity = Static<typeof HeldIdentity>

export const Member = Type.Object({ customer: Type.Integer(), bornAt: Instant, into: Nullable(Type.Integer()) })
export type Member = Static<typeof Member>

export const CustomerIdentity = Type.Object({
  customer: Type.Integer({ description: 'The number that survives, whichever was asked for' }),
  members: Type.Array(Member, { description: 'All numbers that are this customer, himself first' }),
  org: Type.String(),
  orgName: Type.String(),
  bornAt: Instant,
  identities: Type.Array(HeldIdentity, { description: 'In the order in which kinds decide' }),
})
export type CustomerIdentity = Static<typeof CustomerIdentity>

export const CustomerParams = Type.Object({ customer: CustomerNumber })

export const Find = Type.Object(
  {
    q: Type.String({ minLength: 1, maxLength: 255, description: "A customer's number, or the value of an identity" }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 20 })),
  },
  strict,
)
export const Found = Type.Object({
  customer: Type.Integer(),
  org: Type.String(),
  by: Nullable(Type.Object({ kind: Type.String(), name: Words, value: Type.String() })),
})
export type Found = Static<typeof Found>
export const FoundList = Type.Object({ items: Type.Array(Found) })

export const Reveal = Type.Object({ reason: Type.String({ maxLength: 200 }) }, strict)
export const Revealed = Type.Object({
  items: Type.Array(Type.Object({ id: Type.String(), kind: Type.String(), clear: Type.String() }), {
    description: 'Personal ones only, by the ids they are shown under',
  }),
})
export type Revealed = Static<typeof Revealed>

// ---- merges 合并记录

export const MergeWhy = Type.Enum(['bind', 'import', 'person', 'conflict'])
export type MergeWhy = Static<typeof MergeWhy>
const Actor = Type.Object({ id: Type.String(), name: Type.String() })

export const Merge = Type.Object({
  id: Type.String(),
  winner: Type.Integer(),
  loser: Type.Integer(),
  now: Type.Integer({ description: 'The number that the winner is found under today' }),
  why: MergeWhy,
  reason: Type.String(),
  via: Nullable(Type.Object({ kind: Type.String(), name: Words })),
  moved: Type.Array(Type.Object({ kind: Type.String(), name: Words, count: Type.Integer() })),
  at: Instant,
  by: Actor,
  undone: Nullable(Type.Object({ at: Instant, by: Actor, reason: Type.String() })),
})
export type Merge = Static<typeof Merge>
export const MergePage = PageOf(Merge)
export const MergeQuery = Type.Intersect([
  PageQuery,
  Type.Object({
    why: Type.Optional(MergeWhy),
    state: Type.Optional(Type.Enum(['standing', 'undone'])),
    customer: Type.Optional(CustomerNumber),
    from: Type.Optional(Instant),
    to: Type.Optional(Instant),
  }),
])
export type MergeQuery = Static<typeof MergeQuery>

const Reason = Type.String({ minLength: 1, maxLength: 200 })
export const NewMerge = Type.Object({ winner: CustomerNumber, loser: CustomerNumber, reason: Reason }, strict)
export const UndoMerge = Type.Object({ reason: Reason }, strict)
export const MergeParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

// ---- conflicts 待决冲突

export const ConflictState = Type.Enum(['open', 'merged', 'kept-apart', 'ignored'])
export type ConflictState = Static<typeof ConflictState>

const ConflictSide = Type.Object({
  customer: Type.Integer({ description: 'The number that survives' }),
  was: Type.Integer({ description: 'The number when they were seen together' }),
  orgName: Type.String(),
  bornAt: Instant,
  identities: Type.Array(
    Type.Object({ kind: Type.String(), name: Words, strong: Type.Boolean(), value: Type.String() }),
  ),
})
export type ConflictSide = Static<typeof ConflictSide>

export const Conflict = Type.Object({
  id: Type.String(),
  one: ConflictSide,
  other: ConflictSide,
  via: Type.Object({ kind: Type.String(), name: Words, value: Nullable(Type.String()) }),
  firstSeen: Instant,
  lastSeen: Instant,
  count: Type.Integer(),
  state: ConflictState,
  reason: Nullable(Type.String()),
  decided: Nullable(Type.Object({ at: Instant, by: Actor })),
  version: Type.Integer(),
})
export type Conflict = Static<typeof Conflict>
export const ConflictPage = PageOf(Conflict)
export const ConflictQuery = Type.Intersect([
  PageQuery,
  Type.Object({
    state: Type.Optional(ConflictState),
    kind: Type.Optional(Type.String({ maxLength: 40 })),
    customer: Type.Optional(CustomerNumber),
  }),
])
export type ConflictQuery = Static<typeof ConflictQuery>
export const ConflictParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

export const Decide = Type.Object(
  {
    version: Type.Integer(),
    decision: Type.Enum(['merge', 'keep-apart', 'ignore'], {
      description: 'keep-apart is for ever; what is ignored is asked again when it is seen again',
    }),
    winner: Type.Optional(CustomerNumber),
    reason: Reason,
  },
  strict,
)
export type Decide = Static<typeof Decide>
