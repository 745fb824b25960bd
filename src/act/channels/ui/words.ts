import { type Text, text } from '../../../console/kit/text.ts'
import type { AccountState, Channel, KindName, Light } from '../contract.ts'

export const channelNames: Record<Channel, Text> = {
  sms: text('短信', 'SMS'),
  email: text('邮件', 'Email'),
  push: text('App 推送', 'App push'),
  webpush: text('浏览器推送', 'Web push'),
  popup: text('弹窗', 'Popup'),
  inbox: text('站内信', 'Inbox'),
  wechat: text('微信', 'WeChat'),
  wecom: text('企业微信', 'WeCom'),
  call: text('智能外呼', 'AI call'),
  agent: text('人工坐席', 'Agent'),
  task: text('客户经理任务', 'RM task'),
  webhook: text('Webhook', 'Webhook'),
}

export const kindNamesShort: Record<KindName, Text> = {
  smpp: text('SMPP', 'SMPP'),
  'sms-http': text('HTTP 网关', 'HTTP'),
  smtp: text('SMTP', 'SMTP'),
  'push-http': text('HTTP 推送', 'HTTP'),
  webpush: text('VAPID', 'VAPID'),
  popup: text('应用内', 'In app'),
  inbox: text('应用内', 'In app'),
  wechat: text('模板消息', 'Template'),
  wecom: text('群发任务', 'Group task'),
  'call-http': text('HTTP 外呼', 'HTTP'),
  agent: text('坐席', 'Desk'),
  task: text('工作台', 'Worklist'),
  webhook: text('HTTP', 'HTTP'),
}

export const stateNames: Record<AccountState, Text> = {
  on: text('启用', 'On'),
  probing: text('试探恢复', 'Probing'),
  resting: text('自动暂停', 'Resting'),
  paused: text('已暂停', 'Paused'),
}
export const stateColours: Record<AccountState, string> = {
  on: 'success',
  probing: 'warning',
  resting: 'error',
  paused: 'default',
}

export const lightNames: Record<Light, Text> = {
  good: text('近 15 分钟正常', 'Fine in the last 15 minutes'),
  warn: text('近 15 分钟有失败', 'Some failures in the last 15 minutes'),
  bad: text('近 15 分钟大量失败', 'Many failures in the last 15 minutes'),
  quiet: text('近 15 分钟无发送', 'Nothing sent in the last 15 minutes'),
}

export const outcomeNames: Record<string, Text> = {
  sent: text('已提交', 'Sent'),
  throttled: text('限流', 'Throttled'),
  transient: text('可重试', 'May pass'),
  permanent: text('永久失败', 'For good'),
  delivered: text('已送达', 'Delivered'),
  failed: text('未送达', 'Not delivered'),
  opened: text('已打开', 'Opened'),
  clicked: text('已点击', 'Clicked'),
  confirmed: text('已确认', 'Confirmed'),
  bounced: text('退信', 'Bounced'),
  complained: text('投诉', 'Complained'),
  optedOut: text('退订', 'Opted out'),
}
export const outcomeColours: Record<string, string> = {
  sent: 'processing',
  throttled: 'warning',
  transient: 'warning',
  permanent: 'error',
  failed: 'error',
  bounced: 'error',
  complained: 'error',
}

export const optionsOf = (names: Record<string, Text>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

/** Ten-thousandths of a yuan as yuan: `¥0.0385`. */
export function priceText(price: number): string {
  return `¥${(price / 10_000).toFixed(4).replace(/0{1,2}$/, '')}`
}

export function rateText(account: {
  perSecond: number | null
  perMinute: number | null
  perDay: number | null
}): Text | undefined {
  const { perSecond, perMinute, perDay } = account
  const zh = [perSecond && `${perSecond}/秒`, perMinute && `${perMinute}/分`, perDay && `${perDay}/日`].filter(Boolean)
  const en = [perSecond && `${perSecond}/s`, perMinute && `${perMinute}/min`, perDay && `${perDay}/day`].filter(Boolean)
  return zh.length === 0 ? undefined : text(zh.join(' · '), en.join(' · '))
}
