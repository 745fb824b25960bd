import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import type { Channel } from '../contract.ts'
import { type Kind, sayField } from './kind.ts'

/** What waits in the app until the customer looks: delivered when it was fetched, opened when he read it. */
function inApp(kind: 'popup' | 'inbox', name: Kind['name'], about: Kind['about'], days: number): Kind {
  return {
    kind,
    channel: kind satisfies Channel,
    name,
    about,
    unit: text('条', 'message'),
    price: 0,
    settings: Type.Object(
      {
        days: Type.Integer({ minimum: 1, maximum: 730 }),
        subject: Type.String({ minLength: 1, maxLength: 40, pattern: '^[a-z][a-z0-9_]*$' }),
      },
      { additionalProperties: false },
    ),
    initial: { days, subject: 'customer_no' },
    fields: [
      { name: 'days', label: text('保留天数', 'Days it is kept') },
      {
        name: 'subject',
        label: text('客户标识类型', 'Identity in the token'),
        help: text('页面凭证(JWT)中 sub 的身份类型', 'The kind of identity that `sub` of the token is'),
      },
    ],
    secrets: [
      {
        name: 'tokenKey',
        label: text('凭证密钥', 'Key of tokens'),
        help: text(
          '行内服务器用它为已登录客户签发 JWT(HS256),至少 32 字符',
          'The bank’s server signs tokens (JWT, HS256) of signed-in customers with it: at least 32 letters',
        ),
        needed: true,
      },
    ],
    presets: [],
    identity: null,
    towards: [],
    callback: false,
    checkAddress: () => undefined,
    units: () => 1,
    preview: async (fields) => ({
      shown: [
        { label: text('标题', 'Title'), value: sayField(fields, 'title') },
        { label: text('内容', 'Body'), value: sayField(fields, 'body') },
        ...(kind === 'popup' ? [{ label: text('按钮', 'Button'), value: sayField(fields, 'button') }] : []),
        { label: text('打开', 'Opens'), value: sayField(fields, 'url') },
      ],
      notes: [],
    }),
    async open(way) {
      const until = () => new Date(way.ctx.now.getTime() + Number(way.settings.days ?? days) * 86_400_000)
      return {
        async send(letters) {
          const own = letters.filter(({ customer }) => customer !== undefined)
          await way.keep.notes(own, until())
          return letters.map(({ key, customer }) =>
            customer === undefined
              ? { key, failed: 'permanent', code: 'no_customer', text: 'an in-app message goes to a customer' }
              : { key, state: 'sent', providerId: key, units: 1 },
          )
        },
        close: async () => {},
      }
    },
  }
}

export const popup = inApp(
  'popup',
  text('应用内弹窗', 'In-app popup'),
  text('打开 App 或 H5 时弹出', 'Shown when the app or page is opened'),
  7,
)
export const inbox = inApp(
  'inbox',
  text('站内信', 'Inbox'),
  text('App 与 H5 的消息中心', 'The message centre of the app'),
  180,
)
