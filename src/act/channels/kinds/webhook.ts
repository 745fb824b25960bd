import { createHmac } from 'node:crypto'
import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import { headersOf, said } from '../rules/gateway.ts'
import { inParallel } from './gateway.ts'
import { openAsker } from './http.ts'
import { type Addressed, faultOutcome, type Kind, type Outcome, type Way } from './kind.ts'

export const webhook: Kind = {
  kind: 'webhook',
  channel: 'webhook',
  name: text('Webhook', 'Webhook'),
  about: text('向行内系统投递签名的 JSON', 'Signed JSON to a system of the bank'),
  unit: text('次', 'call'),
  price: 0,
  settings: Type.Object(
    {
      url: Type.String({ minLength: 1, maxLength: 1000, pattern: '^https?://' }),
      headers: Type.Optional(Type.String({ maxLength: 4000 })),
      parallel: Type.Integer({ minimum: 1, maximum: 64 }),
      timeoutSeconds: Type.Integer({ minimum: 1, maximum: 60 }),
    },
    { additionalProperties: false },
  ),
  initial: { parallel: 8, timeoutSeconds: 10 },
  fields: [
    { name: 'url', label: text('地址', 'Address'), placeholder: text('https://…', 'https://…') },
    {
      name: 'headers',
      label: text('请求头', 'Headers'),
      area: true,
      help: text('每行一个:名称: 值', 'One a line, Name: value'),
    },
    { name: 'parallel', label: text('并发请求数', 'Requests at a time') },
    { name: 'timeoutSeconds', label: text('超时(秒)', 'Time-out (s)') },
  ],
  secrets: [
    {
      name: 'key',
      label: text('签名密钥', 'Key of the signature'),
      help: text(
        '接收方校验 x-zhixing-signature,并按 x-zhixing-id 去重',
        'The receiver checks x-zhixing-signature and drops what x-zhixing-id it has seen',
      ),
      needed: true,
    },
  ],
  presets: [],
  identity: null,
  towards: ['url'],
  callback: true,
  checkAddress: () => undefined,
  units: () => 1,
  preview: async (fields) => ({
    shown: [{ label: text('内容', 'Body'), value: JSON.stringify(fields.json ?? null, null, 2) }],
    notes: [],
  }),
  async open(way) {
    const asker = openAsker(way.ctx)
    return {
      send: (letters, signal) =>
        inParallel(letters, Number(way.settings.parallel ?? 8), (letter) => sendOne(way, asker, letter, signal)),
      close: async () => asker.close(),
    }
  },
}

/** `v1=` HMAC-SHA256 of `timestamp.id.body`: an old call cannot be sent again as a new one. */
export function signed(key: string, timestamp: number, id: string, body: string): string {
  return `v1=${createHmac('sha256', key).update(`${timestamp}.${id}.${body}`).digest('hex')}`
}

async function sendOne(
  way: Way,
  asker: ReturnType<typeof openAsker>,
  letter: Addressed,
  signal: AbortSignal,
): Promise<Outcome> {
  const { key } = letter
  const body = JSON.stringify(letter.fields.json ?? null)
  const timestamp = Math.floor(way.ctx.now.getTime() / 1000)
  try {
    const { status, headers } = await asker.ask(
      {
        method: 'POST',
        url: said(way.settings.url),
        headers: {
          ...headersOf(said(way.settings.headers)),
          'content-type': 'application/json; charset=utf-8',
          'x-zhixing-id': key,
          'x-zhixing-timestamp': String(timestamp),
          'x-zhixing-signature': signed(way.secrets.key ?? '', timestamp, key, body),
        },
        body,
        timeoutMs: Number(way.settings.timeoutSeconds ?? 10) * 1000,
      },
      signal,
    )
    if (status >= 200 && status < 300) return { key, state: 'sent', providerId: key, units: 1 }
    const about = { key, code: `http_${status}`, text: `HTTP ${status}` }
    const after = Number(headers['retry-after'])
    const again = Number.isFinite(after) && after > 0 ? { again: new Date(way.ctx.now.getTime() + after * 1000) } : {}
    if (status === 429) return { ...about, ...again, failed: 'throttled' }
    // What the receiver does not understand it will not understand later; who we are is ours to mend.
    if (status === 400 || status === 409 || status === 413 || status === 422) return { ...about, failed: 'permanent' }
    return { ...about, ...again, failed: 'transient', own: true }
  } catch (error) {
    return faultOutcome(key, error)
  }
}
