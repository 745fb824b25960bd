import { type Text, text } from '../../../platform/problem.ts'
import type { Cap, CapWindow, Channel, MessageClass, Why, WhyCode } from '../contract.ts'

export const channelNames: Record<Channel, Text> = {
  sms: text('短信', 'SMS'),
  email: text('邮件', 'Email'),
  push: text('App 推送', 'App push'),
  webpush: text('网页推送', 'Web push'),
  popup: text('弹窗', 'Popup'),
  inbox: text('站内信', 'Inbox'),
  wechat: text('微信公众号', 'WeChat'),
  wecom: text('企业微信', 'WeCom'),
  call: text('智能外呼', 'AI call'),
  agent: text('人工坐席', 'Agent call'),
  task: text('客户经理任务', 'RM task'),
  webhook: text('Webhook', 'Webhook'),
}

export const classNames: Record<MessageClass, Text> = {
  regulatory: text('监管类', 'Regulatory'),
  transactional: text('交易类', 'Transactional'),
  service: text('服务类', 'Service'),
  marketing: text('营销类', 'Marketing'),
}

const units: Record<CapWindow['unit'], { zh: string; en: string; calendar: Text }> = {
  hour: { zh: '小时', en: 'hours', calendar: text('小时', 'hour') },
  day: { zh: '天', en: 'days', calendar: text('自然日', 'calendar day') },
  week: { zh: '周', en: 'weeks', calendar: text('自然周', 'calendar week') },
  month: { zh: '个月', en: 'months', calendar: text('自然月', 'calendar month') },
}

function windowWords(window: CapWindow): Text {
  const unit = units[window.unit]
  if (window.kind === 'calendar') return text(`每${unit.calendar.zh}`, `per ${unit.calendar.en}`)
  const n = window.length
  return n === 1
    ? text(`每 ${n} ${unit.zh}`, `per ${unit.en.slice(0, -1)}`)
    : text(`每 ${n} ${unit.zh}`, `per ${n} ${unit.en}`)
}

const eachNames = {
  channel: text('每个渠道', 'each channel'),
  scene: text('每个场景', 'each scene'),
  account: text('每个渠道账号', 'each account'),
  strategy: text('每个策略', 'each strategy'),
}
const oneNames = {
  channel: text('渠道', 'channel'),
  scene: text('场景', 'scene'),
  account: text('渠道账号', 'account'),
  strategy: text('策略', 'strategy'),
}

function scopeWords(cap: Cap): Text {
  if (cap.scope === 'all') return text('', '')
  if (cap.value === null) return text(`${eachNames[cap.scope].zh} `, `, ${eachNames[cap.scope].en} by itself`)
  const channel = cap.scope === 'channel' ? channelNames[cap.value as Channel] : undefined
  const name = channel ?? text(`“${cap.value}”`, `“${cap.value}”`)
  return text(
    channel ? `${name.zh} ` : `${oneNames[cap.scope].zh}${name.zh} `,
    channel ? `, by ${name.en}` : `, of ${oneNames[cap.scope].en} ${name.en}`,
  )
}

/** `每位客户 每 7 天 营销类 最多 3 次` */
export function capSentence(cap: Cap, segment?: string): Text {
  const who = cap.segment === null ? text('每位客户', 'each customer') : ofSegment(segment ?? cap.segment)
  const about = text(
    cap.classes.map((one) => classNames[one].zh).join('、'),
    cap.classes.map((one) => classNames[one].en.toLowerCase()).join(', '),
  )
  const window = windowWords(cap.window)
  const scope = scopeWords(cap)
  return text(
    `${who.zh} ${window.zh} ${scope.zh}${about.zh} 最多 ${cap.limit} 次`,
    `At most ${cap.limit} ${about.en} ${cap.limit === 1 ? 'contact' : 'contacts'} ${window.en} for ${who.en}${scope.en}`,
  )
}

function ofSegment(name: string): Text {
  return text(`客群“${name}”中的每位客户`, `each customer of segment “${name}”`)
}

const plain: Record<Exclude<Why['code'], 'quiet' | 'cap' | 'yield' | 'opt-out' | 'blacklist' | 'suppressed'>, Text> = {
  'too-late': text('已超过消息有效期', 'The message is too old to be of use'),
  'unknown-customer': text('客户不存在', 'There is no such customer'),
  automated: text('客户已拒绝自动化决策', 'The customer objected to automated decisions'),
  'no-consent': text('未取得或已撤回该用途的同意', 'No consent to this purpose, or it was withdrawn'),
  control: text('属于全局对照组', 'In the global control group'),
}

/** The reasons in general, for sums. */
export const whyNames: Record<WhyCode, Text> = {
  ...plain,
  quiet: text('处于勿扰时段', 'In quiet hours'),
  cap: text('频控已满', 'A cap is used up'),
  yield: text('为更高优先级消息保留名额', 'Held for a message of higher priority'),
  'opt-out': text('客户已退订', 'The customer opted out'),
  blacklist: text('在黑名单中', 'On a blacklist'),
  suppressed: text('地址已失效', 'The address is dead'),
}

/** Why, in a sentence; `caps` gives the words of the cap that is meant. */
export function whySentence(why: Why, caps: ReadonlyMap<string, Text>): Text {
  const late = why.late
    ? text(',且等不到有效期内的空档', ', and no free slot comes before it is too old')
    : text('', '')
  const said = firstWords(why, caps)
  return text(`${said.zh}${late.zh}`, `${said.en}${late.en}`)
}

function firstWords(why: Why, caps: ReadonlyMap<string, Text>): Text {
  const name = why.name ?? ''
  if (why.code === 'quiet') return text(`处于勿扰时段“${name}”`, `In quiet hours “${name}”`)
  if (why.code === 'cap') {
    const cap = caps.get(why.ref ?? '')
    return text(`频控已满:${cap?.zh ?? why.ref}`, `A cap is used up: ${cap?.en ?? why.ref}`)
  }
  if (why.code === 'yield')
    return text('为已排期的更高优先级消息保留名额', 'The slot is held for a planned message of higher priority')
  if (why.code === 'opt-out') return text(`客户已退订(${name})`, `The customer opted out (${name})`)
  if (why.code === 'blacklist') return text(`在黑名单中(${name})`, `On a blacklist (${name})`)
  if (why.code === 'suppressed') return text(`地址已失效(${name})`, `The address is dead (${name})`)
  return plain[why.code]
}
