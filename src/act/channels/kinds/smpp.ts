import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import { said } from '../rules/gateway.ts'
import { dressed, segmentsOf } from '../rules/sms.ts'
import {
  type Addressed,
  faultOutcome,
  type Kind,
  type Letter,
  type Line,
  type Outcome,
  sayField,
  type Way,
} from './kind.ts'
import { openSession, type Session } from './smppSession.ts'
import { outcomeOf, submissionsOf } from './smppWords.ts'
import { checkMobile, smsPreview } from './sms.ts'

const wholeOf = (fields: Letter['fields'], { sign, unsubscribe }: Way['settings']) =>
  dressed(sayField(fields, 'text'), said(sign) || undefined, said(unsubscribe) || undefined)

export const smpp: Kind = {
  kind: 'smpp',
  channel: 'sms',
  name: text('短信 · SMPP', 'SMS by SMPP'),
  about: text('与运营商短信中心直连(SMPP 3.4)', 'Straight to an operator’s message centre (SMPP 3.4)'),
  unit: text('条', 'part'),
  price: 350,
  settings: Type.Object(
    {
      host: Type.String({ minLength: 1, maxLength: 253 }),
      port: Type.Integer({ minimum: 1, maximum: 65535 }),
      tls: Type.Boolean(),
      systemId: Type.String({ minLength: 1, maxLength: 15 }),
      systemType: Type.Optional(Type.String({ maxLength: 12 })),
      source: Type.Optional(Type.String({ maxLength: 20 })),
      sign: Type.Optional(Type.String({ maxLength: 30 })),
      unsubscribe: Type.Optional(Type.String({ maxLength: 30 })),
      long: Type.Enum(['udh', 'sar', 'payload']),
      window: Type.Integer({ minimum: 1, maximum: 1000 }),
      enquireSeconds: Type.Integer({ minimum: 5, maximum: 600 }),
      ids: Type.Enum(['same', 'hex']),
    },
    { additionalProperties: false },
  ),
  initial: { port: 2775, tls: false, long: 'udh', window: 50, enquireSeconds: 30, ids: 'same' },
  fields: [
    { name: 'host', label: text('主机', 'Host') },
    { name: 'port', label: text('端口', 'Port') },
    { name: 'tls', label: text('TLS 加密', 'TLS') },
    { name: 'systemId', label: text('账号(system_id)', 'User (system_id)') },
    { name: 'systemType', label: text('系统类型', 'System type') },
    { name: 'source', label: text('发送号码', 'Number of the sender'), placeholder: text('10690000', '10690000') },
    { name: 'sign', label: text('短信签名', 'Sign'), placeholder: text('知行银行', 'Zhixing Bank') },
    {
      name: 'unsubscribe',
      label: text('退订语', 'Way out'),
      placeholder: text(',退订回T', ', reply T to stop'),
      help: text('营销短信账号必填', 'Needed by accounts of marketing'),
    },
    {
      name: 'long',
      label: text('长短信', 'Long messages'),
      options: [
        { value: 'udh', label: text('分段(UDH)', 'In parts (UDH)') },
        { value: 'sar', label: text('分段(sar 参数)', 'In parts (sar)') },
        { value: 'payload', label: text('整条(message_payload)', 'Whole (message_payload)') },
      ],
    },
    {
      name: 'window',
      label: text('窗口', 'Window'),
      help: text('未应答的提交数上限', 'Submissions without an answer'),
    },
    { name: 'enquireSeconds', label: text('心跳间隔(秒)', 'Seconds between heartbeats') },
    {
      name: 'ids',
      label: text('回执编号', 'Ids of receipts'),
      options: [
        { value: 'same', label: text('与提交应答相同', 'As in the answer') },
        { value: 'hex', label: text('应答十六进制,回执十进制', 'Hex in the answer, decimal in the receipt') },
      ],
    },
  ],
  secrets: [{ name: 'password', label: text('密码', 'Password'), needed: true }],
  presets: [],
  identity: 'mobile',
  towards: ['host', 'port', 'systemId', 'tls'],
  callback: false,
  listens: true,
  checkAddress: checkMobile,
  units: (fields, settings) => segmentsOf(wholeOf(fields, settings)).parts.length,
  preview: async (fields, settings) => smsPreview(wholeOf(fields, settings), settings.unsubscribe === undefined),
  open: async (way) => openLine(way),
}

function openLine(way: Way): Line {
  const session = openSession(way)
  return {
    send: (letters, signal) => Promise.all(letters.map((letter) => sendOne(way, session, letter, signal))),
    probe: () => session.bound(),
    close: () => session.close(),
  }
}

/** All parts of a letter; what was taken of one that fails halfway may arrive. */
async function sendOne(way: Way, session: Session, letter: Addressed, signal: AbortSignal): Promise<Outcome> {
  const { key } = letter
  const parts = submissionsOf(way.settings, letter.to, wholeOf(letter.fields, way.settings), key)
  const ids: string[] = []
  try {
    for (const part of parts) {
      const { status, id } = await session.submit(part, signal)
      if (status !== 0) {
        const outcome = outcomeOf(key, status)
        return ids.length > 0 && 'failed' in outcome ? { ...outcome, uncertain: true } : outcome
      }
      ids.push(id)
    }
  } catch (error) {
    const outcome = faultOutcome(key, error)
    return ids.length > 0 && 'failed' in outcome ? { ...outcome, uncertain: true } : outcome
  }
  const [message = key] = ids
  if (ids.length > 1) await way.keep.parts(ids.map((providerId) => ({ providerId, message })))
  return {
    key,
    state: 'sent',
    providerId: message,
    units: segmentsOf(wholeOf(letter.fields, way.settings)).parts.length,
  }
}
