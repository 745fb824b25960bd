import { type Static, Type } from 'typebox'
import { PersonalKind } from '../../govern/privacy/contract.ts'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

export const permissions = [{ id: 'customers.read', name: text('查看客户', 'See customers') }] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const CustomerNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'The number of a customer' })
const Words = Type.Object({ zh: Type.String(), en: Type.String() })
const Named = Type.Object({ id: Type.String(), name: Type.String() })
const Many = (max: number, length: number) => Type.Array(Type.String({ maxLength: length }), { maxItems: max })

export const CustomerParams = Type.Object({ id: CustomerNumber })

/** Masked where personal. */
export const CustomerIdentity = Type.Object({
  kind: Type.String(),
  name: Words,
  value: Type.String(),
})
export type CustomerIdentity = Static<typeof CustomerIdentity>

export const CustomerRow = Type.Object({
  id: CustomerNumber,
  org: Named,
  name: Nullable(Type.String({ description: 'Masked' })),
  identities: Type.Array(CustomerIdentity),
  born: Type.String({ format: 'date-time', description: 'When the bank first heard of him' }),
  lastSeen: Nullable(Instant),
  events30: Type.Integer({ description: 'His events in the last 30 days' }),
})
export type CustomerRow = Static<typeof CustomerRow>
export const CustomerPage = PageOf(CustomerRow)

/** `q` is a whole value: a number of a customer, or a value of an identity or of a personal attribute. */
export const CustomerQuery = Type.Object({
  ...PageQuery.properties,
  org: Type.Optional(Type.String({ maxLength: 40, description: 'This organisation and all below it' })),
  bornFrom: Type.Optional(Instant),
  bornUntil: Type.Optional(Instant),
  attribute: Type.Optional(Type.String({ maxLength: 100, description: 'Together with `value`' })),
  value: Type.Optional(Type.String({ maxLength: 200 })),
})
export type CustomerQuery = Static<typeof CustomerQuery>

/** One attribute as it stands, over all numbers of the customer. */
export const CustomerAttribute = Type.Object({
  name: Type.String(),
  label: Nullable(Words),
  value: Type.Unknown({ description: 'The mask of a personal value' }),
  personal: Nullable(PersonalKind),
  type: Nullable(Type.String({ description: 'As the catalogue declares it: `money` is in minor units of `unit`' })),
  unit: Type.String(),
  at: Type.String({ format: 'date-time', description: 'By the clock of who said it' }),
  source: Named,
  holder: Type.Integer({ description: 'The number that holds it' }),
})
export type CustomerAttribute = Static<typeof CustomerAttribute>

export const TimelineQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  event: Type.Optional(Many(50, 100)),
  source: Type.Optional(Many(50, 40)),
  from: Type.Optional(Instant),
  until: Type.Optional(Instant),
  q: Type.Optional(Type.String({ maxLength: 100, description: 'Words in the name or the properties of the event' })),
})
export type TimelineQuery = Static<typeof TimelineQuery>

export const TimelineEvent = Type.Object({
  key: Type.String(),
  event: Type.String(),
  label: Nullable(Words),
  virtual: Type.Array(Words, { description: 'The virtual events it is as well' }),
  time: Instant,
  received: Instant,
  source: Named,
  customer: Type.Integer({ description: 'The number he had then' }),
  props: Type.Record(Type.String(), Type.Unknown()),
})
export type TimelineEvent = Static<typeof TimelineEvent>
export const TimelinePage = PageOf(TimelineEvent)
export type TimelinePage = Static<typeof TimelinePage>

/** What a later capability shows on the page of a customer, by registration. */
export const CustomerSection = Type.Object({
  key: Type.String(),
  title: Words,
  phase: Type.String(),
  rows: Type.Array(Type.Object({ label: Words, value: Type.String(), href: Type.Optional(Type.String()) })),
})
export type CustomerSection = Static<typeof CustomerSection>

export const CustomerDetail = Type.Object({
  id: Type.Integer({ description: 'His number now: another than was asked for, when that was merged into it' }),
  org: Named,
  name: Nullable(Type.String({ description: 'Masked' })),
  born: Instant,
  members: Type.Array(Type.Integer(), { description: 'All numbers that are he, his own included' }),
  identities: Type.Array(CustomerIdentity),
  attributes: Type.Array(CustomerAttribute),
  activity: Type.Object({
    events: Type.Integer(),
    first: Nullable(Instant),
    last: Nullable(Instant),
    days: Type.Array(Type.Object({ day: Type.String(), events: Type.Integer() }), {
      description: 'The last 365 days that have events, oldest first',
    }),
    top: Type.Array(
      Type.Object({ event: Type.String(), label: Nullable(Words), events: Type.Integer(), last: Instant }),
      { description: 'What he does most in these days' },
    ),
  }),
  sources: Type.Array(Named, { description: 'Those of his events in these days' }),
  timeline: TimelinePage,
  sections: Type.Array(CustomerSection),
})
export type CustomerDetail = Static<typeof CustomerDetail>

export const TrendQuery = Type.Object({
  attribute: Type.Optional(Type.String({ minLength: 1, maxLength: 100, default: 'aum' })),
  days: Type.Optional(Type.Integer({ minimum: 7, maximum: 1100, default: 365 })),
})
export type TrendQuery = Static<typeof TrendQuery>

export const Trend = Type.Object({
  attribute: Type.String(),
  label: Nullable(Words),
  type: Type.Enum(['money', 'integer', 'number']),
  unit: Type.String(),
  from: Type.String({ description: 'The first day asked for' }),
  until: Type.String({ description: 'Today' }),
  points: Type.Array(Type.Object({ day: Type.String(), value: Nullable(Type.String()) }), {
    description: 'Days on which it was said, oldest first; it stays until the next. Null: it was taken away',
  }),
  others: Type.Array(Type.Object({ name: Type.String(), label: Nullable(Words) }), {
    description: 'Attributes that have a trend too',
  }),
})
export type Trend = Static<typeof Trend>

export const ThingsQuery = Type.Object({
  type: Type.Optional(Type.String({ maxLength: 40 })),
  cursor: Type.Optional(Type.String({ maxLength: 20 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
})
export type ThingsQuery = Static<typeof ThingsQuery>

export const Things = Type.Object({
  types: Type.Array(Type.Object({ type: Type.String(), name: Words, count: Type.Integer() }), {
    description: 'What a customer can have, with how many he has',
  }),
  type: Type.String(),
  columns: Type.Array(Type.Object({ name: Type.String(), label: Words, type: Type.String(), unit: Type.String() })),
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      values: Type.Record(Type.String(), Type.Unknown()),
      names: Type.Record(Type.String(), Type.String(), {
        description: 'Of what an attribute points to, such as the product',
      }),
    }),
  ),
  next: Nullable(Type.String()),
})
export type Things = Static<typeof Things>

export const RevealRequest = Type.Object(
  {
    fields: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 50, description: 'Attributes' }),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
)
export type RevealRequest = Static<typeof RevealRequest>
export const Revealed = Type.Object({ values: Type.Record(Type.String(), Type.String()) })
export type Revealed = Static<typeof Revealed>
