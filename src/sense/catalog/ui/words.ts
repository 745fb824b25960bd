import { type Text, text } from '../../../console/kit/text.ts'
import type { PersonalKind } from '../../../govern/privacy/contract.ts'
import type { EventState, Mode, PropertyState, SourceKind, ValueType } from '../contract.ts'

export const sourceKindNames: Record<SourceKind, Text> = {
  web: text('网页', 'Web'),
  app: text('App', 'App'),
  'mini-program': text('小程序', 'Mini program'),
  server: text('服务端', 'Server'),
  import: text('批量导入', 'Import'),
}

export const sourceStates: Record<'on' | 'off', Text> = { on: text('接收中', 'On'), off: text('已停用', 'Off') }

export const modeNames: Record<Mode, Text> = {
  off: text('不校验', 'Off'),
  warn: text('提醒', 'Warn'),
  strict: text('严格', 'Strict'),
}
export const modeHelp = text(
  '不校验:照收;提醒:照收并提示负责人;严格:不符合的拒收,存入异常数据',
  'Off: all is kept. Warn: kept, and told to the owner. Strict: what does not fit is refused and kept apart.',
)

export const eventStateNames: Record<EventState, Text> = {
  proposed: text('待确认', 'Proposed'),
  active: text('启用', 'Active'),
  ignored: text('已忽略', 'Ignored'),
  retired: text('已停用', 'Retired'),
}
export const eventStateColours: Record<EventState, string | undefined> = {
  proposed: 'warning',
  active: 'success',
  ignored: undefined,
  retired: undefined,
}

export const propertyStateNames: Record<PropertyState, Text> = {
  proposed: text('待确认', 'Proposed'),
  active: text('启用', 'Active'),
  ignored: text('已忽略', 'Ignored'),
}

export const typeNames: Record<ValueType, Text> = {
  text: text('文本', 'Text'),
  number: text('数值', 'Number'),
  integer: text('整数', 'Whole number'),
  money: text('金额', 'Money'),
  boolean: text('布尔', 'True or false'),
  time: text('时间', 'Time'),
  day: text('日期', 'Day'),
  list: text('列表', 'List'),
  object: text('对象', 'Object'),
}

export const personalNames: Record<PersonalKind, Text> = {
  mobile: text('手机号', 'Mobile'),
  name: text('姓名', 'Name'),
  certificate: text('证件号', 'Certificate'),
  card: text('卡号', 'Card number'),
  email: text('邮箱', 'Email'),
  address: text('地址', 'Address'),
  openid: text('第三方 OpenID', 'OpenID'),
}

export const choices = (names: Record<string, Text>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))
