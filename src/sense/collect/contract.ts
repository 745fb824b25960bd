import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'collect.live.read', name: text('查看实时数据', 'Watch arriving data') },
  { id: 'collect.reject.read', name: text('查看异常数据', 'See rejected data') },
  { id: 'collect.reject.replay', name: text('修正与重放异常数据', 'Mend and replay rejected data') },
] as const

/**
 * What every door makes of what it was sent: one message of one customer, whatever protocol it came by. The log keeps
 * envelopes; the pipeline, identity and the profile read nothing else.
 */
export type Envelope = {
  /** An event with a name; a change of the profile; identities bound or parted; a change of an item (a product …). */
  kind: 'event' | 'profile' | 'bind' | 'unbind' | 'item'
  /** Of `event`; `bind` and `unbind` may carry one too, and are events then as well. */
  name?: string
  /** Milliseconds since 1970 by the client's clock, corrected by the skew of its sending where that is known. */
  time: number
  /** History on purpose: an old time is not a wrong clock. */
  history?: boolean
  /** Server minus client at the moment of sending, in milliseconds, where the client said when it sent. */
  skewMs?: number
  /** At least one but for `item`, of the kinds of the catalogue, in the order the sender gave them. */
  ids: readonly Identity[]
  /** Of what the product itself says of a customer, by his number; `ids` is empty then. No door makes it. */
  customer?: number
  /** Properties of the event. JSON; nested values stay nested. */
  props: Readonly<Record<string, unknown>>
  profile?: { op: ProfileOp; values: Readonly<Record<string, unknown>> }
  item?: { type: string; id: string; op: 'set' | 'delete'; values: Readonly<Record<string, unknown>> }
  /** The SDK, `js 1.26.17`. */
  lib?: string
}

export type Identity = { kind: string; value: string }

/** `unset` takes the names of `values`; `delete` takes none and empties the profile. */
export type ProfileOp = 'set' | 'setOnce' | 'increment' | 'append' | 'unset' | 'delete'

/** Why a message is kept apart, in a stable code and for a person. `field` is a path in the envelope or the raw message. */
export type Refusal = { code: string; zh: string; en: string; field?: string }

/** One message as a door hands it over: understood, or kept with the reason it was not. */
export type Incoming = {
  /** What the sender calls the message; the same text from the same source is the same message. */
  key: string
} & ({ envelope: Envelope } | { refused: Refusal; raw: unknown })

export type Outcome = 'stored' | 'duplicate' | 'rejected'

// ---- the native door

const NativeIdentities = Type.Record(Type.String({ minLength: 1, maxLength: 40 }), Type.String({ maxLength: 255 }), {
  minProperties: 1,
  maxProperties: 20,
  description: 'Kind of identity to value: {"customer_no": "100123", "device_id": "…"}',
})
const Values = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), { maxProperties: 500 })

export const NativeBatch = Type.Object({
  sentAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'The sender’s clock at the moment of sending; puts times right' }),
  ),
  messages: Type.Array(
    Type.Object({
      id: Type.String({ minLength: 1, maxLength: 200, description: 'Unique in the source; a repeat is stored once' }),
      type: Type.Enum(['event', 'profile', 'bind', 'unbind', 'item']),
      time: Type.String({ format: 'date-time' }),
      event: Type.Optional(Type.String({ maxLength: 100 })),
      ids: Type.Optional(NativeIdentities),
      props: Type.Optional(Values),
      profile: Type.Optional(
        Type.Object({
          op: Type.Enum(['set', 'setOnce', 'increment', 'append', 'unset', 'delete']),
          values: Values,
        }),
      ),
      item: Type.Optional(
        Type.Object({
          type: Type.String({ maxLength: 40 }),
          id: Type.String({ minLength: 1, maxLength: 255 }),
          op: Type.Enum(['set', 'delete']),
          values: Values,
        }),
      ),
      history: Type.Optional(Type.Boolean()),
    }),
    { minItems: 1, maxItems: 1000 },
  ),
})
export type NativeBatch = Static<typeof NativeBatch>

export const NativeResults = Type.Object({
  results: Type.Array(
    Type.Object({
      id: Type.String(),
      outcome: Type.Enum(['stored', 'duplicate', 'rejected']),
      code: Type.Optional(Type.String()),
      message: Type.Optional(Type.String()),
      field: Type.Optional(Type.String()),
    }),
  ),
})
export type NativeResults = Static<typeof NativeResults>

// ---- rejects 异常数据

export const Reject = Type.Object({
  id: Type.String(),
  at: Type.String({ format: 'date-time' }),
  source: Type.String(),
  event: Type.Union([Type.String(), Type.Null()]),
  code: Type.String(),
  reason: Type.Object({ zh: Type.String(), en: Type.String() }),
  field: Type.Union([Type.String(), Type.Null()]),
  state: Type.Enum(['open', 'replayed', 'dismissed']),
  understood: Type.Boolean({ description: 'An envelope; otherwise it must be mended before it can be replayed' }),
})
export type Reject = Static<typeof Reject>
export const RejectPage = PageOf(Reject)
export const RejectQuery = Type.Intersect([
  PageQuery,
  Type.Object({
    source: Type.Optional(Type.String({ maxLength: 40 })),
    event: Type.Optional(Type.String({ maxLength: 100 })),
    code: Type.Optional(Type.String({ maxLength: 60 })),
    state: Type.Optional(Type.Enum(['open', 'replayed', 'dismissed'])),
  }),
])
export type RejectQuery = Static<typeof RejectQuery>
export const RejectParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

/** The message as it was understood, or as it was sent; personal values masked unless the reader may see them. */
export const RejectDetail = Type.Intersect([Reject, Type.Object({ message: Type.Unknown(), masked: Type.Boolean() })])
export type RejectDetail = Static<typeof RejectDetail>

/** Counts by reason, for the owner of the data. */
export const RejectSummary = Type.Object({
  items: Type.Array(
    Type.Object({
      code: Type.String(),
      reason: Type.Object({ zh: Type.String(), en: Type.String() }),
      event: Type.Union([Type.String(), Type.Null()]),
      field: Type.Union([Type.String(), Type.Null()]),
      count: Type.Integer(),
      last: Type.String({ format: 'date-time' }),
    }),
  ),
})

/**
 * Sends rejected messages through the pipeline again. With `envelope` one message is sent as mended; otherwise all
 * `ids` are sent as they are (after the plan was changed).
 */
export const Replay = Type.Object({
  ids: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 1000 }),
  envelope: Type.Optional(Type.Unknown()),
})
export const ReplayResult = Type.Object({ replayed: Type.Integer(), left: Type.Integer() })
export const Dismiss = Type.Object({ ids: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 1000 }) })

// ---- the live view 实时数据: one of these a server-sent event (`GET /api/collect/live`, event name `message`)

export const LiveQuery = Type.Object({
  source: Type.Optional(Type.String({ maxLength: 40 })),
  event: Type.Optional(Type.String({ maxLength: 100 })),
  id: Type.Optional(Type.String({ maxLength: 255, description: 'The value of an identity' })),
})
export type LiveQuery = Static<typeof LiveQuery>

export const LiveMessage = Type.Object({
  key: Type.String(),
  receivedAt: Type.String({ format: 'date-time' }),
  time: Type.String({ format: 'date-time' }),
  source: Type.String(),
  kind: Type.String(),
  event: Type.Union([Type.String(), Type.Null()]),
  ids: Type.Array(Type.Object({ kind: Type.String(), value: Type.String({ description: 'Masked where personal' }) })),
  props: Type.Record(Type.String(), Type.Unknown()),
  lib: Type.Union([Type.String(), Type.Null()]),
})
export type LiveMessage = Static<typeof LiveMessage>

/** How collection stands: a strip of figures above the live view. */
export const CollectStatus = Type.Object({
  perMinute: Type.Array(Type.Object({ at: Type.String({ format: 'date-time' }), messages: Type.Integer() })),
  stored: Type.Integer({ description: 'Messages in the log in the last 24 hours' }),
  rejected: Type.Integer({ description: 'Kept in the reject store in the last 24 hours' }),
  duplicates: Type.Integer({ description: 'Repeats recognised in the last 24 hours' }),
  lagSeconds: Type.Number({ description: 'Age of the oldest message that is not worked yet; 0 when none waits' }),
  waiting: Type.Integer({ description: 'Messages in the log that are not worked yet' }),
})
