import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'
import { CustomerRow } from '../customers/contract.ts'
import { Line, limits, type Rule } from '../eql/contract.ts'

export const permissions = [
  { id: 'segments.segment.read', name: text('查看客群', 'See segments') },
  { id: 'segments.segment.edit', name: text('编辑客群', 'Edit segments') },
  { id: 'segments.segment.publish', name: text('发布、刷新与停用客群', 'Publish, refresh and retire segments') },
  {
    id: 'segments.member.export',
    name: text('导出客群成员(脱敏,每次留痕)', 'Export members (masked, each is recorded)'),
  },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Words = Type.Object({ zh: Type.String(), en: Type.String() })
const Count = Type.Integer({ minimum: 0 })
const strict = { additionalProperties: false }
const RuleText = Type.String({ maxLength: limits.text })

export const states = ['draft', 'live', 'paused', 'retired'] as const
export const State = Type.Enum(states)
export type State = Static<typeof State>

export const Segment = Type.Object({
  id: Type.String(),
  org: Type.Object({ id: Type.String(), name: Type.String() }),
  name: Type.String(),
  folder: Type.String(),
  description: Type.String(),
  owner: Type.String(),
  state: State,
  version: Type.Integer({ description: 'The latest published; 0: none yet' }),
  cron: Nullable(Type.String({ description: 'Five fields; null: by hand, or in real time' })),
  live: Type.Boolean({
    description: 'Real time: asked for the customers of each batch, and left at the right instant',
  }),
  tellsInside: Type.Boolean({ description: 'At the first filling, who is inside already enters as well (rule 20)' }),
  zone: Type.String(),
  nextAt: Nullable(Instant),
  refreshing: Type.Boolean(),
  error: Nullable(Words),
  size: Nullable(Count),
  refreshedAt: Nullable(Instant),
  updatedAt: Instant,
  updatedBy: Type.String(),
})
export type Segment = Static<typeof Segment>
export const SegmentPage = PageOf(Segment)

export const SegmentQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(State),
  folder: Type.Optional(Type.String({ maxLength: 60 })),
})
export type SegmentQuery = Static<typeof SegmentQuery>
export const SegmentParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

export const Snapshot = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  at: Instant,
  size: Count,
  ms: Type.Integer({ description: 'How long the refresh took' }),
})
export type Snapshot = Static<typeof Snapshot>

/** As a version keeps it: of whichever version of the language it was written in. */
export type KeptRule = Rule

export const Version = Type.Object({
  version: Type.Integer(),
  text: Type.String({ description: 'With the titles of today' }),
  sentence: Type.Array(Line),
  publishedAt: Instant,
  publishedBy: Type.String(),
})
export type Version = Static<typeof Version>

/** `version` null: the rule follows. */
export const Use = Type.Object({ id: Type.String(), name: Type.String(), version: Nullable(Type.Integer()) })
export type Use = Static<typeof Use>

export const SegmentDetail = Type.Object({
  ...Segment.properties,
  draft: Type.String(),
  revision: Type.Integer(),
  changed: Type.Boolean({ description: 'The draft is another rule than the latest version' }),
  versions: Type.Array(Version),
  snapshots: Type.Array(Snapshot, { description: 'Oldest first' }),
  uses: Type.Array(Use, { description: 'Segments whose members this one asks for' }),
  usedBy: Type.Array(Use, { description: 'Segments that ask for its members' }),
})
export type SegmentDetail = Static<typeof SegmentDetail>

const Name = Type.String({ minLength: 1, maxLength: 100 })
const fields = {
  folder: Type.Optional(Type.String({ maxLength: 60 })),
  description: Type.Optional(Type.String({ maxLength: 1000 })),
  owner: Type.Optional(Type.String({ maxLength: 60 })),
  draft: Type.Optional(RuleText),
  cron: Type.Optional(Nullable(Type.String({ maxLength: 60 }))),
  live: Type.Optional(Type.Boolean()),
  tellsInside: Type.Optional(Type.Boolean()),
}
export const NewSegment = Type.Object({ name: Name, ...fields }, strict)
export type NewSegment = Static<typeof NewSegment>
export const SegmentEdit = Type.Object({ revision: Type.Integer(), name: Type.Optional(Name), ...fields }, strict)
export type SegmentEdit = Static<typeof SegmentEdit>
export const Publish = Type.Object({ revision: Type.Integer() }, strict)
export const Turn = Type.Object({ to: Type.Enum(['live', 'paused', 'retired']) }, strict)
export type Turn = Static<typeof Turn>

// ---- members

export const MembersQuery = Type.Object({
  snapshot: Type.Optional(Type.String({ maxLength: 40, description: 'The last one when not said' })),
  after: Type.Optional(Type.Integer({ minimum: 0, description: 'Only numbers greater than this' })),
})
export type MembersQuery = Static<typeof MembersQuery>
export const Members = Type.Object({
  snapshot: Nullable(Snapshot),
  within: Type.Integer({ description: 'Members that are customers of the caller’s organisation' }),
  items: Type.Array(CustomerRow),
  next: Nullable(Type.Integer()),
})
export type Members = Static<typeof Members>

export const CompareQuery = Type.Object({
  before: Type.String({ maxLength: 40 }),
  after: Type.String({ maxLength: 40 }),
})
export const Compared = Type.Object({
  before: Snapshot,
  after: Snapshot,
  entered: Count,
  left: Count,
  stayed: Count,
})
export type Compared = Static<typeof Compared>

// ---- keeping up

const Refreshed = Type.Object({
  at: Instant,
  size: Count,
  ms: Type.Integer(),
  asked: Nullable(Type.Integer({ description: 'Customers who were asked; null: everyone' })),
})

/**
 * `whole`: the last time everyone was asked; `part`: only those whose answer could be another; `why` everyone was, the last time.
 * `noLive`: why it cannot be asked in real time. `nextAt`: when time alone may change somebody's answer.
 * How a segment keeps up: how it was asked last, how far it lies behind, who came and went by day.
 */
export const Updates = Type.Object({
  whole: Nullable(Refreshed),
  part: Nullable(Refreshed),
  why: Nullable(Words),
  noLive: Nullable(Words),
  followed: Type.Boolean({ description: 'In real time, and at work' }),
  lagSeconds: Nullable(Type.Number({ description: 'Age of what happened and is not asked about yet' })),
  nextAt: Nullable(Instant),
  days: Type.Array(Type.Object({ day: Type.String(), entered: Count, left: Count }), {
    description: 'Thirty days, oldest first; of the customers whom the caller sees',
  }),
})
export type Updates = Static<typeof Updates>
