import { type Static, Type } from 'typebox'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'content.read', name: text('查看素材与模板', 'See materials and templates') },
  { id: 'content.edit', name: text('编辑素材与模板', 'Edit materials and templates') },
  { id: 'content.review', name: text('审核内容', 'Review content') },
  { id: 'content.words.edit', name: text('维护审核词库', 'Keep the lists of words') },
] as const

const Place = Type.Integer({ minimum: 0 })

/** The ways in which content reaches a customer. */
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
