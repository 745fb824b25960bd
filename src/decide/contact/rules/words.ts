import { type Text, text } from '../../../platform/problem.ts'
import type { Why, WhyCode } from '../contract.ts'

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
