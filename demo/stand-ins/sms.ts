import { callBack, type Gateway, textField } from './http.ts'
import { delayOf, luckOf } from './luck.ts'
import { isMobile, stateOf } from './smsc.ts'
import type { Around } from './standIn.ts'

/** China is UTC+8. Marketing texts pass from eight in the morning to ten at night only. */
const openHours = { from: 8, until: 22 }
const perSecond = 300

/**
 * An SMS platform over HTTP, as Chinese vendors run them:
 * `POST /sms/send {phone, content, kind: 'marketing' | 'notice', callback}` answers `{code: '0', msgid}`, or
 * `isv.MOBILE_NUMBER_ILLEGAL`, `isv.OUT_OF_SERVICE_TIME` (a marketing text at night), `isv.BUSINESS_LIMIT_CONTROL` (more
 * than is agreed), `isp.SYSTEM_ERROR`. The report is called back later: `{msgid, phone, status: 'DELIVRD' | …, at}`,
 * and what people answer as `{phone, content: 'TD', at}`.
 */
export function smsGateway(around: Around): Gateway {
  let taken = 0
  let second = { at: 0, count: 0 }
  return ({ method, path, body }) => {
    if (method !== 'POST' || path !== '/sms/send') return undefined
    const [phone, content, callback] = [
      textField(body, 'phone'),
      textField(body, 'content'),
      textField(body, 'callback'),
    ]
    const now = around.now()
    if (now - second.at >= 1000) second = { at: now, count: 0 }
    if (++second.count > perSecond) return refused('isv.BUSINESS_LIMIT_CONTROL')
    if (!isMobile(phone)) return refused('isv.MOBILE_NUMBER_ILLEGAL')
    const hour = new Date(now + 8 * 3_600_000).getUTCHours()
    if (body.kind !== 'notice' && (hour < openHours.from || hour >= openHours.until))
      return refused('isv.OUT_OF_SERVICE_TIME')
    if (luckOf(around.seed, 'sms', phone, content) < 0.002) return refused('isp.SYSTEM_ERROR', 500)
    const msgid = `S${String(++taken).padStart(12, '0')}`
    const status = stateOf(around.seed, phone)
    const luck = luckOf(around.seed, 'delivery', phone, content)
    const reachedAt = now + delayOf(luck, 4000)
    if (status === 'DELIVRD')
      around.later(reachedAt, () => {
        for (const reply of around.reached({ channel: 'sms', id: msgid, to: phone, at: reachedAt, text: content }))
          if (callback)
            around.later(reply.at, () => callBack(around, callback, { phone, content: reply.text, at: reply.at }))
      })
    const reportAt = status === 'EXPIRED' ? now + 86_400_000 : reachedAt + delayOf(1 - luck, 800)
    if (callback)
      around.later(reportAt, () => callBack(around, callback, { msgid, phone, status, at: new Date(reportAt) }))
    return { body: { code: '0', msgid } }
  }
}

function refused(code: string, status = 200) {
  return { status, body: { code, msgid: null } }
}
