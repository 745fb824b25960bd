import { type Static, Type } from 'typebox'
import { Channel, channels } from '../../decide/contact/contract.ts'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'content.read', name: text('查看素材与模板', 'See materials and templates') },
  { id: 'content.edit', name: text('编辑素材与模板', 'Edit materials and templates') },
  { id: 'content.review', name: text('审核内容', 'Review content') },
  { id: 'content.words.edit', name: text('维护审核词库', 'Keep the lists of words') },
] as const

const Place = Type.Integer({ minimum: 0 })

/** The policy names them first. */
export { Channel, channels }

/** What the content speaks of; each kind has notices that the law wants beside it. */
export const products = ['deposit', 'wealth', 'fund', 'insurance', 'loan', 'card', 'metal'] as const
export const Product = Type.Enum(products)
export type Product = Static<typeof Product>

// ---- review by machine

export const levels = ['forbid', 'warn'] as const
export const Words = Type.Object({
  id: Type.String(),
  name: Type.String(),
  level: Type.Enum(levels, { description: '`forbid` stops; `warn` is for the reviewer to see' }),
  products: Type.Array(Product, { description: 'Only in content about these; empty: in all' }),
  source: Type.String({ description: 'Where the list comes from' }),
  words: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    maxItems: 20_000,
    description: 'Words, or patterns between slashes (RE2)',
  }),
})
export type Words = Static<typeof Words>

export const Notice = Type.Object({
  id: Type.String(),
  name: Type.String(),
  texts: Type.Array(Type.String({ minLength: 2, maxLength: 200 }), { minItems: 1, description: 'One of them will do' }),
  products: Type.Array(Product),
  channels: Type.Array(Channel),
  marketing: Type.Boolean({ description: 'Only in marketing' }),
  source: Type.String(),
})
export type Notice = Static<typeof Notice>

export const hows = ['plain', 'split', 'pattern', 'pinyin', 'homophone'] as const
export const Finding = Type.Object({
  field: Type.String(),
  word: Type.String({ description: 'As it stands in the list' }),
  list: Type.String(),
  level: Type.Enum(levels),
  how: Type.Enum(hows, {
    description:
      'As it is written, with signs between, by a pattern, half in Latin letters, or by what sounds the same',
  }),
  start: Place,
  end: Place,
})
export type Finding = Static<typeof Finding>

// ---- forms: what the content of a channel has

export type FormField = {
  name: string
  zh: string
  en: string
  kind: 'line' | 'text' | 'mail' | 'url' | 'json'
  required: boolean
  /** Characters of what is written, variables included. */
  max: number
}
const field = (
  name: string,
  zh: string,
  en: string,
  kind: FormField['kind'],
  max: number,
  required = true,
): FormField => ({ name, zh, en, kind, required, max })
const url = field('url', '链接', 'Link', 'url', 1000, false)
const title = field('title', '标题', 'Title', 'line', 60)
const body = field('body', '正文', 'Body', 'text', 500)
const image = field('image', '图片链接', 'Picture', 'url', 1000, false)
const talk = [field('reason', '联系理由', 'Reason', 'text', 500), field('script', '话术', 'Script', 'text', 4000)]

export const forms: Record<Channel, readonly FormField[]> = {
  sms: [field('text', '短信内容', 'Text', 'text', 500)],
  email: [
    field('subject', '主题', 'Subject', 'line', 150),
    field('preheader', '预览文字', 'Preheader', 'line', 150, false),
    field('body', '正文(MJML 或 HTML)', 'Body (MJML or HTML)', 'mail', 200_000),
    field('text', '纯文本正文', 'Plain text', 'text', 20_000, false),
  ],
  push: [title, body, url, image],
  webpush: [title, body, url, image],
  popup: [title, body, image, field('button', '按钮文字', 'Button', 'line', 20, false), url],
  inbox: [title, field('body', '正文', 'Body', 'text', 5000), url],
  wechat: [
    field('templateId', '微信模板编号', 'WeChat template', 'line', 100),
    field('data', '模板数据(JSON)', 'Data (JSON)', 'json', 5000),
    url,
  ],
  wecom: [
    field('text', '消息内容', 'Text', 'text', 4000),
    field('title', '卡片标题', 'Card title', 'line', 60, false),
    url,
  ],
  call: [
    field('script', '外呼话术编号', 'Call script', 'line', 200),
    field('params', '话术参数(JSON)', 'Parameters (JSON)', 'json', 5000, false),
  ],
  agent: talk,
  task: talk,
  webhook: [field('json', '请求正文(JSON)', 'Body (JSON)', 'json', 100_000)],
}

/** What a template may speak of. `customer` are attributes of the catalogue; the rest is given by who plans the message. */
export const namespaces = ['customer', 'org', 'event', 'product', 'benefit', 'strategy', 'link'] as const

// ---- templates

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Org = Type.Object({ id: Type.String(), name: Type.String() })
const Said = Type.Object({ zh: Type.String(), en: Type.String() })
const strict = { additionalProperties: false }
const Fields = Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 200_000 }))
const Fallbacks = Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 500 }))

/** `draft`: nothing approved yet; `live`: a version may be sent. `waiting` beside them: one is with the reviewer. */
export const templateStates = ['draft', 'live', 'retired'] as const

export const Template = Type.Object({
  id: Type.String(),
  org: Org,
  name: Type.String(),
  folder: Type.String(),
  tags: Type.Array(Type.String()),
  channel: Channel,
  lang: Type.Enum(['zh', 'en']),
  marketing: Type.Boolean(),
  products: Type.Array(Product),
  state: Type.Enum(templateStates),
  waiting: Type.Boolean(),
  version: Type.Integer({ description: 'The latest approved; 0: none' }),
  expiresOn: Nullable(Type.String()),
  updatedAt: Instant,
  updatedBy: Type.String(),
})
export type Template = Static<typeof Template>
export const TemplatePage = PageOf(Template)

export const TemplateQuery = Type.Object({
  ...PageQuery.properties,
  channel: Type.Optional(Channel),
  state: Type.Optional(Type.Enum(templateStates)),
  folder: Type.Optional(Type.String({ maxLength: 60 })),
})
export type TemplateQuery = Static<typeof TemplateQuery>
export const TemplateParams = Type.Object({ id: Type.String({ maxLength: 40 }) })
export const VersionParams = Type.Object({ id: Type.String({ maxLength: 40 }), version: Type.Integer({ minimum: 1 }) })

export const versionStates = ['waiting', 'approved', 'returned', 'withdrawn'] as const
export const TemplateVersion = Type.Object({
  version: Type.Integer(),
  fields: Fields,
  fallbacks: Fallbacks,
  marketing: Type.Boolean(),
  products: Type.Array(Product),
  hash: Type.String({ description: 'SHA-256 of the content, as hexadecimal digits' }),
  findings: Type.Array(Finding),
  state: Type.Enum(versionStates),
  submittedAt: Instant,
  submitter: Type.String(),
  decidedAt: Nullable(Instant),
  decider: Nullable(Type.String()),
  comment: Type.String(),
})
export type TemplateVersion = Static<typeof TemplateVersion>

export const TemplateDetail = Type.Object({
  ...Template.properties,
  fields: Fields,
  fallbacks: Fallbacks,
  revision: Type.Integer(),
  changed: Type.Boolean({ description: 'The draft is other than the latest version handed in' }),
  versions: Type.Array(TemplateVersion, { description: 'Newest first' }),
})
export type TemplateDetail = Static<typeof TemplateDetail>

const words = {
  folder: Type.Optional(Type.String({ maxLength: 60 })),
  tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 30 }), { maxItems: 20 })),
  products: Type.Optional(Type.Array(Product, { maxItems: 7 })),
  fields: Type.Optional(Fields),
  fallbacks: Type.Optional(Fallbacks),
  expiresOn: Type.Optional(Nullable(Type.String({ format: 'date' }))),
}
const TemplateName = Type.String({ minLength: 1, maxLength: 100 })
export const NewTemplate = Type.Object(
  { name: TemplateName, channel: Channel, lang: Type.Enum(['zh', 'en']), marketing: Type.Boolean(), ...words },
  strict,
)
export type NewTemplate = Static<typeof NewTemplate>
export const TemplateEdit = Type.Object(
  { revision: Type.Integer(), name: Type.Optional(TemplateName), marketing: Type.Optional(Type.Boolean()), ...words },
  strict,
)
export type TemplateEdit = Static<typeof TemplateEdit>
export const Revision = Type.Object({ revision: Type.Integer() }, strict)
export const Decision = Type.Object(
  {
    approve: Type.Boolean(),
    hash: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of the version as the reviewer saw it' }),
    comment: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  strict,
)
export type Decision = Static<typeof Decision>

// ---- writing

/** One thing that keeps a content from being sent, or that its writer should know. */
export const ContentIssue = Type.Object({
  field: Type.String(),
  level: Type.Enum(['error', 'warning']),
  ...Said.properties,
  start: Type.Optional(Place),
  end: Type.Optional(Place),
})
export type ContentIssue = Static<typeof ContentIssue>

export const Writing = Type.Object(
  {
    channel: Channel,
    lang: Type.Enum(['zh', 'en']),
    marketing: Type.Boolean(),
    products: Type.Array(Product),
    fields: Fields,
    fallbacks: Fallbacks,
  },
  strict,
)
export type Writing = Static<typeof Writing>
export const Checked = Type.Object({
  issues: Type.Array(ContentIssue),
  findings: Type.Array(Finding),
  variables: Type.Array(Type.String(), { description: 'What it speaks of, such as customer.level' }),
})
export type Checked = Static<typeof Checked>

export const Previewing = Type.Object({ ...Writing.properties, customer: Type.Integer({ minimum: 1 }) }, strict)
export type Previewing = Static<typeof Previewing>
export const Preview = Type.Object({
  fields: Fields,
  missing: Type.Array(Type.String(), {
    description: 'What he does not have and nothing stands for: he would not be sent it',
  }),
})
export type Preview = Static<typeof Preview>

// ---- lists

const kept = {
  enabled: Type.Boolean(),
  revision: Type.Integer({ minimum: 0 }),
}
const stamp = { updatedAt: Instant, updatedBy: Type.String() }
export const KeptWords = Type.Object({ ...Words.properties, ...kept, ...stamp })
export type KeptWords = Static<typeof KeptWords>
export const KeptNotice = Type.Object({ ...Notice.properties, ...kept, ...stamp })
export type KeptNotice = Static<typeof KeptNotice>
export const Lists = Type.Object({ words: Type.Array(KeptWords), notices: Type.Array(KeptNotice) })
export const ListParams = Type.Object({ id: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }) })
const ListName = Type.String({ minLength: 1, maxLength: 60 })
export const WordsEdit = Type.Object(
  { ...Type.Omit(Words, ['id', 'name']).properties, name: ListName, ...kept },
  strict,
)
export type WordsEdit = Static<typeof WordsEdit>
export const NoticeEdit = Type.Object(
  { ...Type.Omit(Notice, ['id', 'name']).properties, name: ListName, ...kept },
  strict,
)
export type NoticeEdit = Static<typeof NoticeEdit>

// ---- the queue of the reviewers

export const Waiting = Type.Object({
  ...TemplateVersion.properties,
  id: Type.String(),
  template: Type.String(),
  name: Type.String(),
  channel: Channel,
  lang: Type.Enum(['zh', 'en']),
  own: Type.Boolean({ description: 'The reader handed it in himself, and may not decide' }),
})
export type Waiting = Static<typeof Waiting>
export const WaitingPage = PageOf(Waiting)
