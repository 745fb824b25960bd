import type { KindForm, KindName } from '../contract.ts'
import { callHttp } from './callHttp.ts'
import { agent, task } from './desk.ts'
import { inbox, popup } from './inApp.ts'
import type { Kind } from './kind.ts'
import { pushHttp } from './pushHttp.ts'
import { smpp } from './smpp.ts'
import { smsHttp } from './smsHttp.ts'
import { smtp } from './smtp.ts'
import { webhook } from './webhook.ts'
import { webpush } from './webpush.ts'
import { wechat } from './wechat.ts'
import { wecom } from './wecom.ts'

export const kinds: Record<KindName, Kind> = {
  smpp,
  'sms-http': smsHttp,
  smtp,
  'push-http': pushHttp,
  webpush,
  popup,
  inbox,
  wechat,
  wecom,
  'call-http': callHttp,
  agent,
  task,
  webhook,
}

export function formOf(kind: Kind): KindForm {
  const { channel, name, about, unit, price, settings, fields, secrets, presets, initial, callback } = kind
  return {
    ...{ kind: kind.kind, channel, name, about, unit, price, initial, callback },
    schema: settings,
    fields: [...fields],
    secrets: [...secrets],
    presets: [...presets],
  }
}
