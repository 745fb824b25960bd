import { type Static, Type } from 'typebox'
import { Channel, channels } from '../../decide/contact/contract.ts'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'channels.account.read', name: text('查看渠道账号', 'See channel accounts') },
  { id: 'channels.account.edit', name: text('管理渠道账号', 'Manage channel accounts') },
  { id: 'channels.account.switch', name: text('暂停与恢复渠道账号', 'Pause and resume channel accounts') },
  { id: 'channels.test.send', name: text('向种子名单测试发送', 'Send tests to the seed list') },
  { id: 'channels.seed.edit', name: text('管理种子名单', 'Manage the seed list') },
  { id: 'channels.receipt.send', name: text('上报回执(服务密钥)', 'Report receipts (service keys)') },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Words = Type.Object({ zh: Type.String(), en: Type.String() })
const strict = { additionalProperties: false }
const Version = Type.Integer({ description: 'Give it back with a change: a conflict says that someone was faster' })
const Name = Type.String({ minLength: 1, maxLength: 100 })
const OrgRef = Type.Object({ id: Type.String(), name: Type.String() })
const Rate = Type.Integer({ minimum: 1, maximum: 1_000_000_000 })
export const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

// ---- channels 渠道

/** The policy names them first. */
export { Channel, channels }

/** The ways a channel can be used: each is one file of `kinds/`. */
export const kindNames = [
  'smpp',
  'sms-http',
  'smtp',
  'push-http',
  'webpush',
  'popup',
  'inbox',
  'wechat',
  'wecom',
  'call-http',
  'agent',
  'task',
  'webhook',
] as const
export const KindName = Type.Enum(kindNames)
export type KindName = (typeof kindNames)[number]

// ---- letters 信件

const Words1 = (max: number) => Type.String({ minLength: 1, maxLength: max })
const Link = Type.Optional(Type.String({ maxLength: 2000, pattern: '^[a-z][a-z0-9+.-]*:' }))
const More = Type.Optional(Type.String({ maxLength: 2000 }))
/** What is rendered for one message, by channel. */
export const letterForms = {
  sms: Type.Object({ text: Words1(2000) }),
  email: Type.Object({
    subject: Words1(300),
    preheader: More,
    body: Type.String({ minLength: 1, maxLength: 500_000, description: 'MJML or HTML' }),
    text: Type.Optional(Type.String({ maxLength: 100_000 })),
    unsubscribe: Type.Optional(Type.String({ maxLength: 2000, pattern: '^https?:' })),
  }),
  push: Type.Object({ title: Words1(100), body: Words1(1000), url: Link, image: Link }),
  webpush: Type.Object({ title: Words1(100), body: Words1(1000), url: Link, image: Link }),
  popup: Type.Object({ title: Words1(100), body: Words1(5000), image: Link, button: More, url: Link }),
  inbox: Type.Object({ title: Words1(100), body: Words1(20_000), url: Link }),
  wechat: Type.Object({
    templateId: Words1(100),
    url: Link,
    data: Type.Record(Type.String(), Type.String({ maxLength: 200 })),
  }),
  wecom: Type.Object({ text: Words1(4000), url: Link, title: More, sender: Type.Optional(Words1(64)) }),
  call: Type.Object({ script: Words1(5000), params: Type.Record(Type.String(), Type.String({ maxLength: 1000 })) }),
  agent: Type.Object({ reason: Words1(1000), script: Words1(5000) }),
  task: Type.Object({ reason: Words1(1000), script: Words1(5000) }),
  webhook: Type.Object({ json: Type.Unknown() }),
} as const satisfies Record<Channel, unknown>

// ---- receipts 回执

export const receiptStates = [
  'delivered',
  'opened',
  'clicked',
  'failed',
  'confirmed',
  'bounced',
  'complained',
  'optedOut',
] as const
export const ReceiptState = Type.Enum(receiptStates)
export type ReceiptState = (typeof receiptStates)[number]

export const GivenReceipt = Type.Object(
  {
    key: Type.Optional(Type.String({ maxLength: 200, description: 'Of the message, or its provider id' })),
    providerId: Type.Optional(Type.String({ maxLength: 200 })),
    state: ReceiptState,
    at: Type.Optional(Instant),
    code: Type.Optional(Type.String({ maxLength: 200 })),
  },
  strict,
)
export const GivenReceipts = Type.Object({ receipts: Type.Array(GivenReceipt, { maxItems: 5000 }) }, strict)
export const ReceiptParams = Type.Object({ channel: Channel })
export const ReceiptQuery = Type.Object(
  {
    account: Type.Optional(Type.String({ maxLength: 40 })),
    token: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: true },
)
export const ReceiptsTaken = Type.Object({
  taken: Type.Integer(),
  unknown: Type.Integer({ description: 'Of no message yet: kept, and matched when it is known' }),
})

// ---- accounts 渠道账号

export const Window = Type.Object(
  {
    days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { description: 'Monday is 1; none: every day' }),
    from: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
    until: Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$' }),
  },
  strict,
)
export type Window = Static<typeof Window>

export const accountStates = ['on', 'probing', 'resting', 'paused'] as const
export const AccountState = Type.Enum(accountStates, {
  description:
    'probing: tried with one letter at a time; resting: stopped by itself until the next probe; paused: by hand',
})
export type AccountState = (typeof accountStates)[number]

export const lights = ['good', 'warn', 'bad', 'quiet'] as const
export type Light = (typeof lights)[number]

/** Values of a form by the kind's own schema, which the server holds them against. */
export const Settings = Type.Record(Type.String({ maxLength: 40 }), Type.Unknown())
export type Settings = Static<typeof Settings>
const Secrets = Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 10_000 }), {
  description: 'Never given out again; a name that is left out stays',
})

const limits = {
  price: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Of one unit, in ten-thousandths of a yuan' }),
  perSecond: Nullable(Rate),
  perMinute: Nullable(Rate),
  perDay: Nullable(Rate),
  windows: Type.Array(Window, { maxItems: 20 }),
  failuresMax: Type.Integer({ minimum: 1, maximum: 10_000, description: 'In a row, then it rests by itself' }),
  identity: Nullable(Type.String({ maxLength: 40, description: 'The kind of identity that is its address' })),
}

const Today = Type.Object({
  sent: Type.Integer(),
  delivered: Type.Integer(),
  failed: Type.Integer(),
  units: Type.Integer(),
  cost: Type.String({ description: 'In fen' }),
})

export const Account = Type.Object({
  id: Type.String(),
  name: Type.String(),
  org: OrgRef,
  channel: Channel,
  kind: KindName,
  settings: Settings,
  secrets: Type.Array(Type.String(), { description: 'Names of those that are kept' }),
  ...limits,
  state: AccountState,
  light: Type.Enum(lights),
  reason: Nullable(Words),
  probeAt: Nullable(Instant),
  succeededAt: Nullable(Instant),
  failedAt: Nullable(Instant),
  today: Today,
  version: Version,
  by: Type.String(),
  createdAt: Instant,
  updatedAt: Instant,
})
export type Account = Static<typeof Account>
export const AccountPage = PageOf(Account)
export const AccountQuery = Type.Object({
  ...PageQuery.properties,
  channel: Type.Optional(Channel),
  state: Type.Optional(AccountState),
})
export type AccountQuery = Static<typeof AccountQuery>

export const Sample = Type.Object({
  id: Type.String(),
  at: Instant,
  key: Type.String(),
  outcome: Type.String(),
  code: Type.String(),
  says: Type.String(),
  test: Type.Boolean(),
})
export type Sample = Static<typeof Sample>
export const SamplePage = PageOf(Sample)
export const SampleQuery = Type.Object({
  ...PageQuery.properties,
  outcome: Type.Optional(Type.String({ maxLength: 20 })),
})
export type SampleQuery = Static<typeof SampleQuery>

export const AccountDetail = Type.Object({
  ...Account.properties,
  callback: Nullable(
    Type.String({ description: 'Where the provider sends receipts to; its token is shown to those who may edit' }),
  ),
  hours: Type.Array(
    Type.Object({ at: Instant, sent: Type.Integer(), failed: Type.Integer(), ms: Nullable(Type.Integer()) }),
    { description: 'Of the last day' },
  ),
  waiting: Type.Integer({ description: 'Receipts of no message that is known yet' }),
})
export type AccountDetail = Static<typeof AccountDetail>

const accountFields = {
  name: Name,
  settings: Settings,
  secrets: Type.Optional(Secrets),
}
const optionalLimits = {
  price: Type.Optional(limits.price),
  perSecond: Type.Optional(limits.perSecond),
  perMinute: Type.Optional(limits.perMinute),
  perDay: Type.Optional(limits.perDay),
  windows: Type.Optional(limits.windows),
  failuresMax: Type.Optional(limits.failuresMax),
  identity: Type.Optional(limits.identity),
}
export const NewAccount = Type.Object(
  { ...accountFields, kind: KindName, org: Type.String({ maxLength: 40 }), ...optionalLimits },
  strict,
)
export type NewAccount = Static<typeof NewAccount>
export const AccountEdit = Type.Object(
  {
    version: Version,
    name: Type.Optional(Name),
    settings: Type.Optional(Settings),
    secrets: accountFields.secrets,
    ...optionalLimits,
  },
  strict,
)
export type AccountEdit = Static<typeof AccountEdit>
export const AccountSwitch = Type.Object(
  {
    version: Version,
    state: Type.Enum(['on', 'paused']),
    reason: Type.Optional(Type.String({ maxLength: 200 })),
  },
  strict,
)
export type AccountSwitch = Static<typeof AccountSwitch>

// ---- what a kind's form asks

export const Field = Type.Object({
  name: Type.String(),
  label: Words,
  help: Type.Optional(Words),
  placeholder: Type.Optional(Words),
  area: Type.Optional(Type.Boolean()),
  options: Type.Optional(Type.Array(Type.Object({ value: Type.String(), label: Words }))),
})
export type Field = Static<typeof Field>
export const Preset = Type.Object({ id: Type.String(), name: Words, settings: Settings })
export type Preset = Static<typeof Preset>
export const KindForm = Type.Object({
  kind: KindName,
  channel: Channel,
  name: Words,
  about: Words,
  unit: Words,
  schema: Type.Unknown({ description: 'JSON schema of the settings' }),
  fields: Type.Array(Field),
  secrets: Type.Array(Type.Object({ ...Field.properties, needed: Type.Boolean() })),
  presets: Type.Array(Preset),
  initial: Settings,
  callback: Type.Boolean(),
  price: Type.Integer(),
})
export type KindForm = Static<typeof KindForm>
export const KindForms = Type.Object({ items: Type.Array(KindForm) })

// ---- looking and trying

export const Fields = Type.Record(Type.String({ maxLength: 40 }), Type.Unknown())
export const PreviewAsk = Type.Object({ fields: Fields }, strict)
export const Preview = Type.Object({
  shown: Type.Array(Type.Object({ label: Words, value: Type.String() })),
  html: Type.Optional(Type.String()),
  units: Type.Integer(),
  cost: Type.String({ description: 'In fen, rounded up' }),
  notes: Type.Array(Words),
})
export type Preview = Static<typeof Preview>

export const TestSend = Type.Object({ seed: Type.String({ maxLength: 40 }), fields: Fields }, strict)
export type TestSend = Static<typeof TestSend>
export const TestResult = Type.Object({
  ok: Type.Boolean(),
  code: Type.String(),
  says: Type.String(),
  providerId: Nullable(Type.String()),
  ms: Type.Integer(),
})
export type TestResult = Static<typeof TestResult>

export const Seed = Type.Object({
  id: Type.String(),
  name: Type.String(),
  channel: Channel,
  masked: Type.String(),
  org: OrgRef,
  by: Type.String(),
  createdAt: Instant,
})
export type Seed = Static<typeof Seed>
export const SeedPage = PageOf(Seed)
export const SeedQuery = Type.Object({ ...PageQuery.properties, channel: Type.Optional(Channel) })
export type SeedQuery = Static<typeof SeedQuery>
export const NewSeed = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    channel: Channel,
    address: Type.String({ minLength: 1, maxLength: 1000 }),
    org: Type.String({ maxLength: 40 }),
  },
  strict,
)
export type NewSeed = Static<typeof NewSeed>

// ---- popups, inbox, web push: asked by the bank's pages and apps

export const OwnParams = Type.Object({ account: Type.String({ maxLength: 40 }) })
export const NoteParams = Type.Object({
  account: Type.String({ maxLength: 40 }),
  key: Type.String({ maxLength: 200 }),
})
export const noteActs = ['opened', 'clicked', 'closed'] as const
export const NoteAct = Type.Object({ act: Type.Enum(noteActs) }, strict)
export const Note = Type.Object({
  key: Type.String(),
  title: Type.String(),
  body: Type.String(),
  image: Type.Optional(Type.String()),
  button: Type.Optional(Type.String()),
  url: Type.Optional(Type.String()),
  at: Instant,
  read: Type.Boolean(),
})
export type Note = Static<typeof Note>
export const Notes = Type.Object({ items: Type.Array(Note), unread: Type.Integer() })
export const PushKey = Type.Object({ publicKey: Type.String() })
export const PushSubscription = Type.Object({
  endpoint: Type.String({ maxLength: 2000, pattern: '^https?://' }),
  keys: Type.Object({ p256dh: Type.String({ maxLength: 200 }), auth: Type.String({ maxLength: 100 }) }),
})
export type PushSubscription = Static<typeof PushSubscription>
