import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import { said } from '../rules/gateway.ts'
import { inParallel } from './gateway.ts'
import { openAsker } from './http.ts'
import { type Addressed, faultOutcome, type Kind, type Outcome, type Read, type Way } from './kind.ts'
import { openTencent, type Tencent } from './tencent.ts'

export const wechat: Kind = {
  kind: 'wechat',
  channel: 'wechat',
  name: text('微信公众号模板消息', 'WeChat template message'),
  about: text('服务号向关注的客户发送模板消息', 'A service account to customers who follow it'),
  unit: text('条', 'message'),
  price: 0,
  settings: Type.Object(
    {
      base: Type.String({ minLength: 1, maxLength: 300, pattern: '^https?://' }),
      appId: Type.String({ minLength: 1, maxLength: 60 }),
      miniAppId: Type.Optional(Type.String({ maxLength: 60 })),
      parallel: Type.Integer({ minimum: 1, maximum: 64 }),
    },
    { additionalProperties: false },
  ),
  initial: { base: 'https://api.weixin.qq.com', parallel: 8 },
  fields: [
    { name: 'base', label: text('接口地址', 'Address') },
    { name: 'appId', label: text('AppID', 'AppID') },
    { name: 'miniAppId', label: text('跳转小程序 AppID', 'AppID of the mini-program opened') },
    { name: 'parallel', label: text('并发请求数', 'Requests at a time') },
  ],
  secrets: [{ name: 'secret', label: text('AppSecret', 'AppSecret'), needed: true }],
  presets: [],
  identity: 'openid',
  towards: ['base', 'appId'],
  callback: true,
  checkAddress: (address) => (/^[\w-]{6,100}$/.test(address) ? undefined : text('不是 OpenID', 'Not an OpenID')),
  units: () => 1,
  preview: async (fields) => ({
    shown: [
      { label: text('模板', 'Template'), value: said(fields.templateId) },
      ...Object.entries((fields.data ?? {}) as Record<string, unknown>).map(([name, value]) => ({
        label: text(name, name),
        value: said(value),
      })),
    ],
    notes: [],
  }),
  async open(way) {
    const asker = openAsker(way.ctx)
    const tencent = openTencent(way, asker, async (signal) => {
      const body = { grant_type: 'client_credential', appid: way.settings.appId, secret: way.secrets.secret }
      return { path: '/cgi-bin/stable_token', method: 'POST' as const, body, signal }
    })
    return {
      send: (letters, signal) =>
        inParallel(letters, Number(way.settings.parallel ?? 8), (letter) => sendOne(way, tencent, letter, signal)),
      probe: async (signal) => void (await tencent.token(signal)),
      close: async () => asker.close(),
    }
  },
  read: (_settings, { body, now }) => readFinish(body.toString('utf8'), now),
}

/** By the provider's list of return codes. */
const gone = new Set([40003, 43004, 43101])
const busy = new Set([45009, 45011, 45033])
const refused = new Set([40037, 47001, 47003, 41028, 41030])

async function sendOne(
  way: Way,
  tencent: Tencent,
  { key, to, fields }: Addressed,
  signal: AbortSignal,
): Promise<Outcome> {
  const data = Object.entries((fields.data ?? {}) as Record<string, unknown>).map(([name, value]) => [
    name,
    { value: said(value) },
  ])
  const { miniAppId } = way.settings
  const body = {
    touser: to,
    template_id: said(fields.templateId),
    client_msg_id: key.slice(-32),
    ...(fields.url && !miniAppId ? { url: said(fields.url) } : {}),
    ...(fields.url && miniAppId ? { miniprogram: { appid: said(miniAppId), pagepath: said(fields.url) } } : {}),
    data: Object.fromEntries(data),
  }
  try {
    const answer = await tencent.post('/cgi-bin/message/template/send', body, signal)
    const errcode = Number(answer.errcode ?? 0)
    if (errcode === 0) return { key, state: 'sent', providerId: said(answer.msgid) || key, units: 1 }
    const about = { key, code: String(errcode), text: said(answer.errmsg).slice(0, 200) }
    if (gone.has(errcode)) return { ...about, failed: 'permanent', suppress: true }
    if (refused.has(errcode)) return { ...about, failed: 'permanent' }
    return busy.has(errcode) ? { ...about, failed: 'throttled' } : { ...about, failed: 'transient', own: true }
  } catch (error) {
    return faultOutcome(key, error)
  }
}

/** The event TEMPLATESENDJOBFINISH, which the platform posts as XML; other events are passed over. */
function readFinish(xml: string, now: Date): Read {
  const field = (name: string) => new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(xml)?.[1] ?? ''
  const providerId = field('MsgID')
  if (field('Event') !== 'TEMPLATESENDJOBFINISH' || providerId === '')
    return { receipts: [], inbound: [], answer: 'success' }
  const status = field('Status')
  const at = new Date(Number(field('CreateTime')) * 1000 || now.getTime())
  return {
    receipts: [{ providerId, state: status === 'success' ? 'delivered' : 'failed', at, code: status }],
    inbound: [],
    answer: 'success',
  }
}
