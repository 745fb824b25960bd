import { type Text, text } from '../../../console/kit/text.ts'

export const userStateNames: Record<'active' | 'locked' | 'disabled', Text> = {
  active: text('正常', 'Active'),
  locked: text('已锁定', 'Locked'),
  disabled: text('已停用', 'Disabled'),
}

export const userStateColours = { active: 'success', locked: 'warning', disabled: 'default' } as const

export const keyStateNames: Record<'active' | 'expired' | 'revoked', Text> = {
  active: text('有效', 'Active'),
  expired: text('已过期', 'Expired'),
  revoked: text('已吊销', 'Revoked'),
}

export const keyStateColours = { active: 'success', expired: 'warning', revoked: 'default' } as const

export const langChoices = [
  { value: 'zh', label: '中文' },
  { value: 'en', label: 'English' },
]
