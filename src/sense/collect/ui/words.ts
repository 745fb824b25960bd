import { type Text, text } from '../../../console/kit/text.ts'
import type { Reject } from '../contract.ts'

export const kindNames: Record<string, Text> = {
  event: text('事件', 'Event'),
  profile: text('属性变更', 'Attributes'),
  bind: text('身份绑定', 'Identities bound'),
  unbind: text('身份解绑', 'Identities parted'),
  item: text('物品变更', 'Item'),
}

export const rejectStates: Record<Reject['state'], Text> = {
  open: text('待处理', 'Open'),
  replayed: text('已重放', 'Replayed'),
  dismissed: text('已忽略', 'Dismissed'),
}

export const rejectColours: Record<Reject['state'], string> = {
  open: 'warning',
  replayed: 'success',
  dismissed: 'default',
}
