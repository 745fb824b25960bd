import { type Text, text } from '../../../console/kit/text.ts'
import type { ConflictState, Kind, MergeWhy, Overflow, Strength } from '../contract.ts'

export const strengthNames: Record<Strength, Text> = { strong: text('强', 'Strong'), weak: text('弱', 'Weak') }

export const overflowNames: Record<Overflow, Text> = {
  refuse: text('不再关联', 'Leave it out'),
  'replace-oldest': text('替换最久未见的', 'Replace the one not seen longest'),
}

export const personalNames: Record<NonNullable<Kind['personal']>, Text> = {
  mobile: text('手机号', 'Mobile'),
  name: text('姓名', 'Name'),
  certificate: text('证件', 'Certificate'),
  card: text('银行卡', 'Bank card'),
  email: text('邮箱', 'Email'),
  address: text('地址', 'Address'),
  openid: text('OpenID', 'OpenID'),
}

export const whyNames: Record<MergeWhy, Text> = {
  bind: text('登录绑定', 'Login'),
  import: text('数据导入', 'Import'),
  person: text('人工合并', 'By hand'),
  conflict: text('冲突处理', 'Conflict'),
}

export const conflictStates: Record<ConflictState, Text> = {
  open: text('待处理', 'Open'),
  merged: text('已合并', 'Merged'),
  'kept-apart': text('确认为不同人', 'Kept apart'),
  ignored: text('暂不处理', 'Ignored'),
}

export const conflictColours = {
  open: 'warning',
  merged: 'success',
  'kept-apart': 'processing',
  ignored: 'default',
} as const

export const graphOf = (customer: number) => `/sense/identity/${customer}`
