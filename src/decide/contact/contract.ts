import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { type Text, text } from '../../platform/problem.ts'
import { DayWire } from '../../platform/time/day.ts'

export const permissions = [
  { id: 'contact.policy.read', name: text('查看触达策略', 'See the contact policy') },
  { id: 'contact.policy.publish', name: text('发布触达策略', 'Publish the contact policy') },
  { id: 'contact.control.manage', name: text('管理全局对照组', 'Manage the global control group') },
  { id: 'contact.list.read', name: text('查看退订、黑名单与失效地址', 'See opt-outs, blacklists and dead addresses') },
  { id: 'contact.list.edit', name: text('维护退订与黑名单', 'Edit opt-outs and blacklists') },
  { id: 'contact.customer.read', name: text('查看单客触达解释', 'See why a customer may be contacted or not') },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Words = Type.Object({ zh: Type.String(), en: Type.String() })
const Count = Type.Integer({ minimum: 0 })
const strict = { additionalProperties: false }
const Customer = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

/** Kinds of ways to a customer. */
export const channels = [
  'sms',
  'email',
  'push',
  'webpush',
  'popup',
  'inbox',
  'wechat',
  'wecom',
  'call',
  'agent',
  'task',
  'webhook',
] as const
export const Channel = Type.Enum(channels)
export type Channel = Static<typeof Channel>

/** What a message is for; it decides which of the rules it obeys (rule 38). */
export const classes = ['regulatory', 'transactional', 'service', 'marketing'] as const
export const MessageClass = Type.Enum(classes)
export type MessageClass = Static<typeof MessageClass>

// ---- the policy

export const consentModes = ['none', 'not-withdrawn', 'granted'] as const
export const ClassRule = Type.Object(
  {
    caps: Type.Boolean({ description: 'Waits or is dropped when a cap is used up' }),
    counts: Type.Boolean({ description: 'Uses up caps' }),
    quiet: Type.Boolean({ description: 'Obeys quiet hours' }),
    control: Type.Boolean({ description: 'Is kept from the global control group' }),
    consent: Type.Enum(consentModes, { description: 'What must be so of the consent to the purpose of this class' }),
  },
  strict,
)
export type ClassRule = Static<typeof ClassRule>

export const scopes = ['all', 'channel', 'scene', 'account', 'strategy'] as const
export const CapWindow = Type.Object(
  {
    kind: Type.Enum(['rolling', 'calendar']),
    unit: Type.Enum(['hour', 'day', 'week', 'month']),
    length: Type.Integer({
      minimum: 1,
      maximum: 400,
      description: 'Hours or days of a rolling window; 1 of a calendar',
    }),
  },
  strict,
)
export type CapWindow = Static<typeof CapWindow>
const RuleId = Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' })

export const Cap = Type.Object(
  {
    id: RuleId,
    scope: Type.Enum(scopes),
    value: Nullable(Type.String({ minLength: 1, maxLength: 100, description: 'null: each of its kind by itself' })),
    classes: Type.Array(MessageClass, { minItems: 1, maxItems: 4, uniqueItems: true }),
    window: CapWindow,
    limit: Type.Integer({ minimum: 0, maximum: 10_000 }),
    segment: Nullable(Type.String({ maxLength: 40, description: 'Only for its members; null: everyone' })),
  },
  strict,
)
export type Cap = Static<typeof Cap>

const Clock = Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$', description: '09:00; 24:00 at the end' })
export const calendars = ['any', 'workday', 'restday', 'holiday'] as const
export const Quiet = Type.Object(
  {
    id: RuleId,
    name: Type.String({ minLength: 1, maxLength: 60 }),
    channels: Type.Array(Channel, { maxItems: 12, uniqueItems: true, description: 'None: all' }),
    classes: Type.Array(MessageClass, {
      maxItems: 4,
      uniqueItems: true,
      description: 'None: all that obey quiet hours',
    }),
    weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
      maxItems: 7,
      uniqueItems: true,
      description: '1 is Monday; none: all. The day on which it begins',
    }),
    dates: Type.Array(Type.Object({ from: DayWire, to: DayWire }, strict), {
      maxItems: 50,
      description: 'Both days belong to it; none: always',
    }),
    calendar: Type.Enum(calendars, { description: 'By the official calendar and the days the bank added' }),
    from: Clock,
    until: Clock,
  },
  strict,
)
export type Quiet = Static<typeof Quiet>

export const BankDay = Type.Object(
  { day: DayWire, work: Type.Boolean(), name: Type.String({ minLength: 1, maxLength: 40 }) },
  strict,
)
export type BankDay = Static<typeof BankDay>

export const Tuning = Type.Object(
  {
    jitterMinutes: Type.Integer({ minimum: 0, maximum: 240 }),
    holdHours: Type.Integer({ minimum: 0, maximum: 168 }),
    boostPerDay: Type.Integer({ minimum: 0, maximum: 100 }),
    boostMost: Type.Integer({ minimum: 0, maximum: 100 }),
    yieldHours: Type.Integer({ minimum: 0, maximum: 720 }),
    reserveMinutes: Type.Integer({ minimum: 1, maximum: 1440 }),
  },
  strict,
)
export type Tuning = Static<typeof Tuning>

export const ClassRules = Type.Object(
  { regulatory: ClassRule, transactional: ClassRule, service: ClassRule, marketing: ClassRule },
  strict,
)
export type ClassRules = Static<typeof ClassRules>

export const Control = Type.Object(
  {
    share: Type.Integer({ minimum: 0, maximum: 3000, description: 'Of 10,000 customers' }),
    salt: Type.String({ maxLength: 60 }),
    shuffledAt: Nullable(Instant),
  },
  strict,
)
export type Control = Static<typeof Control>

/** Of the head office; of a branch only `caps` and `quiet` are read. */
export const PolicyDoc = Type.Object(
  {
    classes: ClassRules,
    caps: Type.Array(Cap, { maxItems: 200 }),
    quiet: Type.Array(Quiet, { maxItems: 200 }),
    days: Type.Array(BankDay, { maxItems: 500 }),
    control: Control,
    tuning: Tuning,
  },
  strict,
)
export type PolicyDoc = Static<typeof PolicyDoc>

const Org = Type.Object({ id: Type.String(), name: Type.String() })
const PolicyVersion = Type.Object({
  version: Type.Integer(),
  effectiveAt: Instant,
  publishedAt: Instant,
  publishedBy: Type.String(),
  note: Type.String(),
  state: Type.Enum(['coming', 'current', 'past']),
})
export const CapSaid = Type.Object({ id: Type.String(), sentence: Words })
export const Policy = Type.Object({
  org: Org,
  head: Type.Boolean({ description: 'Of the head office' }),
  version: Type.Integer({ description: 'The newest published, which may not be in effect yet; 0: none yet' }),
  doc: PolicyDoc,
  statutory: Type.Array(Quiet),
  above: Type.Array(Type.Object({ org: Org, caps: Type.Array(Cap), quiet: Type.Array(Quiet) }), {
    description: 'What the organisations above say, which holds too',
  }),
  versions: Type.Array(PolicyVersion),
  segments: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), size: Nullable(Count) })),
  calendarUntil: Type.Integer({ description: 'The last year whose holidays are known' }),
})
export type Policy = Static<typeof Policy>

export const OrgQuery = Type.Object({ org: Type.Optional(Type.String({ maxLength: 40 })) })
export const VersionParams = Type.Object({ version: Type.Integer({ minimum: 1 }) })
export const PublishPolicy = Type.Object(
  {
    org: Type.String({ maxLength: 40 }),
    version: Type.Integer({ minimum: 0, description: 'The one it was made from: 409 if there is a newer' }),
    effectiveAt: Nullable(Instant),
    note: Type.String({ maxLength: 200 }),
    doc: Type.Omit(PolicyDoc, ['control'], strict),
  },
  strict,
)
export type PublishPolicy = Static<typeof PublishPolicy>

// ---- asking

export const whyCodes = [
  'too-late',
  'unknown-customer',
  'opt-out',
  'blacklist',
  'suppressed',
  'automated',
  'no-consent',
  'control',
  'quiet',
  'cap',
  'yield',
] as const
export type WhyCode = (typeof whyCodes)[number]
/** `ref` names the rule, the list entry or the message that stands in the way; `late`: it cannot wait that long. */
export type Why = { code: WhyCode; ref: string | null; name: string | null; late?: true }

export type Ask = {
  message: string
  customer: number
  channel: Channel
  class: MessageClass
  scene: string | null
  account: string
  strategy: string
  /** 0 to 100. */
  priority: number
  score: number
  plannedAt: Date
  /** After it the message is of no use (rule 39). */
  latest: Date
  blocked: 'delay' | 'drop'
  /** A hash of the address it would go to: a dead address that was replaced bars no more. */
  address?: string | null
  /** Chosen by a model for this customer: not for who objected to automated decisions (rule 90). */
  personalised?: boolean
}
export type Verdict =
  | { message: string; verdict: 'reserved' }
  | { message: string; verdict: 'held'; until: Date; why: Why }
  | { message: string; verdict: 'dropped'; why: Why }

// ---- one customer

export const WhySaid = Type.Object({
  code: Type.Enum(whyCodes),
  ref: Nullable(Type.String()),
  text: Words,
})
export type WhySaid = Static<typeof WhySaid>
export const CustomerParams = Type.Object({ customer: Customer })
export const ExplainQuery = Type.Object({
  at: Type.Optional(Instant),
  scene: Type.Optional(Type.String({ maxLength: 100 })),
})
export type ExplainQuery = Static<typeof ExplainQuery>
const Could = Type.Object({
  channel: Channel,
  class: MessageClass,
  verdict: Type.Enum(['reserved', 'held', 'dropped']),
  until: Nullable(Instant),
  why: Nullable(WhySaid),
})
export const entryStates = ['planned', 'held', 'reserved', 'confirmed', 'released', 'expired', 'dropped'] as const
const EntryRow = Type.Object({
  message: Type.String(),
  at: Instant,
  state: Type.Enum(entryStates),
  channel: Channel,
  class: MessageClass,
  scene: Nullable(Type.String()),
  strategy: Type.String(),
  counts: Type.Boolean(),
  why: Nullable(WhySaid),
})
export type EntryRow = Static<typeof EntryRow>
export const barKinds = ['opt-out', 'blacklist', 'suppressed', 'automated'] as const
export type BarKind = (typeof barKinds)[number]
const BarLine = Type.Object({
  id: Type.String(),
  kind: Type.Enum(barKinds),
  channel: Nullable(Channel),
  classes: Type.Array(MessageClass),
  reason: Type.String(),
  source: Type.String(),
  at: Instant,
  by: Type.String(),
  expiresAt: Nullable(Instant),
  endedAt: Nullable(Instant),
})
export const ConsentLine = Type.Object({
  purpose: Type.String(),
  granted: Type.Boolean(),
  source: Type.String(),
  at: Instant,
  by: Type.String(),
})
export type ConsentLine = Static<typeof ConsentLine>
export const Explained = Type.Object({
  customer: Customer,
  name: Nullable(Type.String()),
  org: Org,
  zone: Type.String(),
  at: Instant,
  control: Type.Boolean(),
  could: Type.Array(Could),
  caps: Type.Array(
    Type.Object({
      id: Type.String(),
      org: Org,
      sentence: Words,
      value: Nullable(Type.String()),
      used: Count,
      limit: Count,
      freeAt: Nullable(Instant),
    }),
  ),
  bars: Type.Array(BarLine),
  consents: Type.Array(ConsentLine),
  quiet: Type.Array(Quiet),
  history: Type.Array(EntryRow),
})
export type Explained = Static<typeof Explained>

// ---- quiet hours as a picture, and when something could go

export const WeekQuery = Type.Object({
  org: Type.Optional(Type.String({ maxLength: 40 })),
  channel: Channel,
  class: MessageClass,
  from: Type.Optional(DayWire),
})
export type WeekQuery = Static<typeof WeekQuery>
export const Week = Type.Object({
  zone: Type.String(),
  days: Type.Array(
    Type.Object({
      day: Type.String(),
      work: Type.Boolean(),
      holiday: Nullable(Type.String()),
      spans: Type.Array(
        Type.Object({
          from: Type.String(),
          until: Type.String(),
          rule: Nullable(Type.String()),
          source: Type.String(),
        }),
        { description: 'Of wall-clock minutes, end to end; rule null: open' },
      ),
    }),
  ),
})
export type Week = Static<typeof Week>
export const WhenQuery = Type.Object({
  org: Type.Optional(Type.String({ maxLength: 40 })),
  channel: Channel,
  class: MessageClass,
  at: Instant,
})
export type WhenQuery = Static<typeof WhenQuery>
export const When = Type.Object({ at: Instant, zone: Type.String(), why: Nullable(WhySaid), spread: Count })
export type When = Static<typeof When>

// ---- forecast

export const ForecastAsk = Type.Object(
  {
    segment: Type.Optional(Type.String({ maxLength: 40 })),
    customers: Type.Optional(Type.Array(Customer, { maxItems: 200_000 })),
    channel: Channel,
    class: MessageClass,
    scene: Type.Optional(Type.String({ maxLength: 100 })),
    account: Type.Optional(Type.String({ maxLength: 100 })),
    strategy: Type.Optional(Type.String({ maxLength: 100 })),
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    at: Type.Optional(Instant),
    maxAgeHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 2160 })),
    blocked: Type.Enum(['delay', 'drop']),
  },
  strict,
)
export type ForecastAsk = Static<typeof ForecastAsk>
const Reason = Type.Object({ why: WhySaid, customers: Count })
export const Forecast = Type.Object({
  customers: Count,
  at: Instant,
  now: Count,
  held: Count,
  dropped: Count,
  heldBy: Type.Array(Reason),
  droppedBy: Type.Array(Reason),
  release: Type.Array(Type.Object({ at: Instant, customers: Count }), {
    description: 'When the held would go, by hours',
  }),
  ms: Type.Integer(),
})
export type Forecast = Static<typeof Forecast>

// ---- lists

export const BarRow = Type.Object({
  ...BarLine.properties,
  customer: Customer,
  name: Nullable(Type.String()),
  identities: Type.Array(Type.Object({ kind: Type.String(), value: Type.String() })),
  org: Org,
  state: Type.Enum(['on', 'expired', 'ended']),
})
export type BarRow = Static<typeof BarRow>
export const BarPage = PageOf(BarRow)
export const BarQuery = Type.Object({
  ...PageQuery.properties,
  kind: Type.Optional(Type.Enum(barKinds)),
  channel: Type.Optional(Channel),
  state: Type.Optional(Type.Enum(['on', 'expired', 'ended'])),
  source: Type.Optional(Type.String({ maxLength: 40 })),
})
export type BarQuery = Static<typeof BarQuery>
export const BarCounts = Type.Object({
  counts: Type.Array(Type.Object({ kind: Type.Enum(barKinds), customers: Count })),
})
export type BarCounts = Static<typeof BarCounts>

const barFields = {
  kind: Type.Enum(['opt-out', 'blacklist', 'automated']),
  channel: Nullable(Channel),
  classes: Type.Array(MessageClass, { minItems: 1, maxItems: 4, uniqueItems: true }),
  reason: Type.String({ minLength: 1, maxLength: 200 }),
  expiresAt: Type.Optional(Nullable(Instant)),
}
export const NewBar = Type.Object(
  { ...barFields, who: Type.String({ minLength: 1, maxLength: 100, description: 'An identity or a number' }) },
  strict,
)
export type NewBar = Static<typeof NewBar>
export const BarUpload = Type.Object(
  {
    ...barFields,
    text: Type.Optional(Type.String({ maxLength: 2_000_000, description: 'One identity a line' })),
    segment: Type.Optional(Type.String({ maxLength: 40, description: 'Its members at the latest snapshot' })),
  },
  strict,
)
export type BarUpload = Static<typeof BarUpload>
export const Uploaded = Type.Object({
  lines: Count,
  added: Count,
  already: Count,
  unknown: Count,
  unknownLines: Type.Array(Type.Integer(), { description: 'The first of them, counted from 1' }),
})
export type Uploaded = Static<typeof Uploaded>
export const EndBars = Type.Object(
  {
    ids: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 200 }),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
  },
  strict,
)
export type EndBars = Static<typeof EndBars>

export const SetConsent = Type.Object(
  {
    purpose: Type.String({ pattern: '^[a-z][a-z0-9_-]{0,39}$' }),
    granted: Type.Boolean(),
    source: Type.String({ minLength: 1, maxLength: 60 }),
  },
  strict,
)
export type SetConsent = Static<typeof SetConsent>
export const SetPreference = Type.Object(
  { quiet: Type.Array(Quiet, { maxItems: 10 }), source: Type.String({ minLength: 1, maxLength: 60 }) },
  strict,
)
export type SetPreference = Static<typeof SetPreference>

// ---- global control

export const ControlState = Type.Object({
  ...Control.properties,
  members: Nullable(Count),
  customers: Nullable(Count),
  mayShuffleAt: Nullable(Instant),
  version: Type.Integer(),
})
export type ControlState = Static<typeof ControlState>
export const SetControl = Type.Object(
  {
    version: Type.Integer(),
    share: Control.properties.share,
    shuffle: Type.Boolean(),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
  },
  strict,
)
export type SetControl = Static<typeof SetControl>

export const Overview = Type.Object({
  day: Type.Object({ reserved: Count, held: Count, dropped: Count, expired: Count }),
  dropped: Type.Array(Type.Object({ code: Type.Enum(whyCodes), text: Words, messages: Count })),
  waiting: Count,
})
export type Overview = Static<typeof Overview>

// ---- words that the screens and the reasons share: a rule reads the same while it is written and when it stops a message

export const channelNames: Record<Channel, Text> = {
  sms: text('短信', 'SMS'),
  email: text('邮件', 'Email'),
  push: text('App 推送', 'App push'),
  webpush: text('网页推送', 'Web push'),
  popup: text('弹窗', 'Popup'),
  inbox: text('站内信', 'Inbox'),
  wechat: text('微信公众号', 'WeChat'),
  wecom: text('企业微信', 'WeCom'),
  call: text('智能外呼', 'AI call'),
  agent: text('人工坐席', 'Agent call'),
  task: text('客户经理任务', 'RM task'),
  webhook: text('Webhook', 'Webhook'),
}

export const classNames: Record<MessageClass, Text> = {
  regulatory: text('监管类', 'Regulatory'),
  transactional: text('交易类', 'Transactional'),
  service: text('服务类', 'Service'),
  marketing: text('营销类', 'Marketing'),
}

const units: Record<CapWindow['unit'], { zh: string; en: string; calendar: Text }> = {
  hour: { zh: '小时', en: 'hours', calendar: text('小时', 'hour') },
  day: { zh: '天', en: 'days', calendar: text('自然日', 'calendar day') },
  week: { zh: '周', en: 'weeks', calendar: text('自然周', 'calendar week') },
  month: { zh: '个月', en: 'months', calendar: text('自然月', 'calendar month') },
}

function windowWords(window: CapWindow): Text {
  const unit = units[window.unit]
  if (window.kind === 'calendar') return text(`每${unit.calendar.zh}`, `per ${unit.calendar.en}`)
  const n = window.length
  return n === 1
    ? text(`每 ${n} ${unit.zh}`, `per ${unit.en.slice(0, -1)}`)
    : text(`每 ${n} ${unit.zh}`, `per ${n} ${unit.en}`)
}

const eachNames = {
  channel: text('每个渠道', 'each channel'),
  scene: text('每个场景', 'each scene'),
  account: text('每个渠道账号', 'each account'),
  strategy: text('每个策略', 'each strategy'),
}
const oneNames = {
  channel: text('渠道', 'channel'),
  scene: text('场景', 'scene'),
  account: text('渠道账号', 'account'),
  strategy: text('策略', 'strategy'),
}

function scopeWords(cap: Cap): Text {
  if (cap.scope === 'all') return text('', '')
  if (cap.value === null) return text(`${eachNames[cap.scope].zh} `, `, ${eachNames[cap.scope].en} by itself`)
  const channel = cap.scope === 'channel' ? channelNames[cap.value as Channel] : undefined
  const name = channel ?? text(`“${cap.value}”`, `“${cap.value}”`)
  return text(
    channel ? `${name.zh} ` : `${oneNames[cap.scope].zh}${name.zh} `,
    channel ? `, by ${name.en}` : `, of ${oneNames[cap.scope].en} ${name.en}`,
  )
}

/** `每位客户 每 7 天 营销类 最多 3 次` */
export function capSentence(cap: Cap, segment?: string): Text {
  const who = cap.segment === null ? text('每位客户', 'each customer') : ofSegment(segment ?? cap.segment)
  const about = text(
    cap.classes.map((one) => classNames[one].zh).join('、'),
    cap.classes.map((one) => classNames[one].en.toLowerCase()).join(', '),
  )
  const window = windowWords(cap.window)
  const scope = scopeWords(cap)
  return text(
    `${who.zh} ${window.zh} ${scope.zh}${about.zh} 最多 ${cap.limit} 次`,
    `At most ${cap.limit} ${about.en} ${cap.limit === 1 ? 'contact' : 'contacts'} ${window.en} for ${who.en}${scope.en}`,
  )
}

function ofSegment(name: string): Text {
  return text(`客群“${name}”中的每位客户`, `each customer of segment “${name}”`)
}
