import { type Static, Type } from 'typebox'
import { Channel, MessageClass } from '../../decide/contact/contract.ts'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'messages.message.read', name: text('查看消息', 'See messages') },
  { id: 'messages.message.stop', name: text('停止未发出的消息', 'Stop messages that have not left') },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Words = Type.Object({ zh: Type.String(), en: Type.String() })
const Named = Type.Object({ id: Type.String(), name: Type.String() })

/** `reserved`: the policy lets it go; `sending`: it is leaving. */
export const states = [
  'planned',
  'held',
  'reserved',
  'sending',
  'sent',
  'unknown',
  'failed',
  'dropped',
  'delivered',
  'opened',
  'clicked',
] as const
export const State = Type.Enum(states)
export type State = Static<typeof State>

/** Why it is held, dropped or failed: of the contact policy, of the content, or of the channel. */
export const Why = Type.Object({
  by: Type.Enum(['policy', 'content', 'channel', 'time', 'person']),
  code: Type.String(),
  ref: Nullable(Type.String()),
  name: Nullable(Type.String()),
})
export type Why = Static<typeof Why>

/** What goes in its stead when it failed, was dropped for want of an address, or was not taken note of in time. */
export type Fallover = {
  account: string
  channel: Channel
  template: string
  version: number
  /** Minutes after it was sent; by then it must have been at least this. 0 and `failed`: only when it could not be sent. */
  unless: 'delivered' | 'opened' | 'clicked' | 'failed'
  minutes: number
}

/** One message as a strategy wants it. `key` is the same for the same message, however often it is planned. */
export type Plan = {
  key: string
  org: string
  customer: number
  strategy: string
  step?: string
  scene?: string | null
  channel: Channel
  account: string
  template: string
  version: number
  class: MessageClass
  priority: number
  score?: number
  blocked: 'delay' | 'drop'
  personalised?: boolean
  given?: Record<string, Record<string, unknown>>
  fallover?: readonly Fallover[]
  /** Not before; now when not said. */
  due?: Date
  latest: Date
}

export const Message = Type.Object({
  id: Type.String(),
  org: Named,
  customer: Type.Integer(),
  strategy: Type.String(),
  step: Type.String(),
  channel: Channel,
  class: MessageClass,
  account: Type.String(),
  template: Type.String(),
  version: Type.Integer(),
  state: State,
  why: Nullable(Type.Object({ ...Why.properties, ...Words.properties })),
  plannedAt: Instant,
  dueAt: Nullable(Instant),
  latest: Instant,
  attempts: Type.Integer(),
  units: Type.Integer(),
  price: Type.Integer({ description: 'In ten-thousandths of a yuan' }),
  sentAt: Nullable(Instant),
  deliveredAt: Nullable(Instant),
  openedAt: Nullable(Instant),
  clickedAt: Nullable(Instant),
  endedAt: Nullable(Instant),
})
export type Message = Static<typeof Message>
export const MessagePage = PageOf(Message)

export const MessageQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(State),
  channel: Type.Optional(Channel),
  customer: Type.Optional(Type.Integer({ minimum: 1 })),
  strategy: Type.Optional(Type.String({ maxLength: 100 })),
})
export type MessageQuery = Static<typeof MessageQuery>

export const Stop = Type.Object(
  {
    strategy: Type.Optional(Type.String({ maxLength: 100 })),
    messages: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 1000 })),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
)
export type Stop = Static<typeof Stop>
export const Stopped = Type.Object({ stopped: Type.Integer() })
