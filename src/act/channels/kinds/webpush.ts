import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import webPush from 'web-push'
import { text } from '../../../platform/problem.ts'
import type { PushSubscription } from '../contract.ts'
import { said } from '../rules/gateway.ts'
import { inParallel } from './gateway.ts'
import { openAsker } from './http.ts'
import { type Addressed, faultOutcome, type Kind, type Outcome, sayField, type Way } from './kind.ts'
import { tooLong } from './pushHttp.ts'

export const webpush: Kind = {
  kind: 'webpush',
  channel: 'webpush',
  name: text('浏览器推送', 'Web push'),
  about: text('VAPID,送到客户同意接收的浏览器', 'VAPID, to browsers that said yes'),
  unit: text('次', 'notice'),
  price: 0,
  settings: Type.Object(
    {
      contact: Type.String({ minLength: 1, maxLength: 300, pattern: '^(mailto:|https:)' }),
      publicKey: Type.Optional(Type.String({ maxLength: 100, pattern: '^[\\w-]*$' })),
      subject: Type.String({ minLength: 1, maxLength: 40, pattern: '^[a-z][a-z0-9_]*$' }),
      hours: Type.Integer({ minimum: 1, maximum: 672 }),
    },
    { additionalProperties: false },
  ),
  initial: { subject: 'customer_no', hours: 24 },
  fields: [
    {
      name: 'contact',
      label: text('联系方式', 'Contact'),
      placeholder: text('mailto:ops@bank.example', 'mailto:ops@bank.example'),
    },
    {
      name: 'publicKey',
      label: text('VAPID 公钥', 'VAPID public key'),
      help: text('与私钥一同填写;留空则自动生成一对', 'With its private key; leave both empty to have a pair made'),
    },
    {
      name: 'subject',
      label: text('客户标识类型', 'Identity in the token'),
      help: text('页面凭证(JWT)中 sub 的身份类型', 'The kind of identity that `sub` of the token is'),
    },
    { name: 'hours', label: text('有效期(小时)', 'Hours it is kept for') },
  ],
  secrets: [
    { name: 'privateKey', label: text('VAPID 私钥', 'VAPID private key'), needed: false },
    {
      name: 'tokenKey',
      label: text('凭证密钥', 'Key of tokens'),
      help: text(
        '行内服务器为已登录客户签发 JWT(HS256),至少 32 字符',
        'Signs tokens (JWT, HS256) of customers: at least 32 letters',
      ),
      needed: true,
    },
  ],
  presets: [],
  identity: null,
  towards: [],
  callback: true,
  check: ({ publicKey }, secrets) =>
    (said(publicKey) !== '') === secrets.has('privateKey')
      ? []
      : [{ field: 'settings.publicKey', message: text('公钥与私钥须成对', 'Both keys of a pair, or none') }],
  checkAddress: () => undefined,
  units: () => 1,
  preview: async (fields) => ({
    shown: [
      { label: text('标题', 'Title'), value: sayField(fields, 'title') },
      { label: text('内容', 'Body'), value: sayField(fields, 'body') },
      { label: text('点击打开', 'Opens'), value: sayField(fields, 'url') },
    ],
    notes: tooLong(fields.title, 40, '标题', 'title').concat(tooLong(fields.body, 120, '内容', 'body')),
  }),
  async open(way) {
    const asker = openAsker(way.ctx)
    return {
      send: (letters, signal) => inParallel(letters, 16, (letter) => sendOne(way, asker, letter, signal)),
      close: async () => asker.close(),
    }
  },
}

/** A pair for an account that brought none. */
export function newPair(): { publicKey: string; privateKey: string } {
  return webPush.generateVAPIDKeys()
}

/** All browsers of a customer, as one letter: their subscriptions are its address. */
async function sendOne(
  way: Way,
  asker: ReturnType<typeof openAsker>,
  letter: Addressed,
  signal: AbortSignal,
): Promise<Outcome> {
  const subscriptions = JSON.parse(letter.to || '[]') as PushSubscription[]
  const outcomes = await Promise.all(subscriptions.map((one) => sendTo(way, asker, letter, one, signal)))
  const sent = outcomes.find((outcome) => 'state' in outcome)
  const last = outcomes.find((outcome) => 'failed' in outcome && outcome.failed !== 'permanent') ?? outcomes[0]
  const { key } = letter
  return (
    sent ??
    last ?? { key, failed: 'permanent', code: 'no_subscription', text: 'no browser of the customer takes notices' }
  )
}

async function sendTo(
  way: Way,
  asker: ReturnType<typeof openAsker>,
  { key, fields }: Addressed,
  subscription: PushSubscription,
  signal: AbortSignal,
): Promise<Outcome> {
  const { settings, secrets } = way
  // What a service worker needs to show it, and to say that it was shown or clicked.
  const payload = JSON.stringify({ key, ...fields, receipts: way.callbackOf(key) })
  try {
    const { headers, body } = webPush.generateRequestDetails(subscription, payload, {
      vapidDetails: {
        subject: said(settings.contact),
        publicKey: said(settings.publicKey),
        privateKey: secrets.privateKey ?? '',
      },
      TTL: Number(settings.hours ?? 24) * 3600,
      // One letter shows once in a browser, however often it is tried.
      topic: createHash('sha256').update(key).digest('base64url').slice(0, 32),
    })
    const { status, text } = await asker.ask(
      {
        method: 'POST',
        url: subscription.endpoint,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
        body,
        timeoutMs: 10_000,
      },
      signal,
    )
    if (status >= 200 && status < 300) return { key, state: 'sent', providerId: key, units: 1 }
    const about = { key, code: `http_${status}`, text: text.slice(0, 200) || `HTTP ${status}` }
    if (status === 404 || status === 410) {
      await way.keep.forget(subscription.endpoint)
      return { ...about, failed: 'permanent' }
    }
    if (status === 429) return { ...about, failed: 'throttled' }
    return status === 400 || status === 413
      ? { ...about, failed: 'permanent' }
      : { ...about, failed: 'transient', own: true }
  } catch (error) {
    return faultOutcome(key, error)
  }
}
