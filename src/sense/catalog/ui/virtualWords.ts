import { type Text, text } from '../../../console/kit/text.ts'
import type { VirtualBase, VirtualCondition, VirtualField, VirtualOp, VirtualState } from '../contract.ts'

export const baseNames: Record<VirtualBase, Text> = {
  click: text('点击', 'Click'),
  submit: text('提交表单', 'Form sent'),
  exposure: text('曝光', 'Seen'),
  page: text('浏览页面', 'Page view'),
}

export const virtualStateNames: Record<VirtualState, Text> = {
  draft: text('草稿', 'Draft'),
  active: text('启用', 'In use'),
  retired: text('已停用', 'Retired'),
}
export const virtualStateColours: Record<VirtualState, string | undefined> = {
  draft: 'warning',
  active: 'success',
  retired: undefined,
}

export const fieldNames: Record<VirtualField, Text> = {
  selector: text('元素', 'Element'),
  path: text('元素路径', 'Element path'),
  text: text('元素文本', 'Element text'),
  href: text('链接地址', 'Link'),
  page: text('页面路径', 'Page path'),
  url: text('页面地址', 'Page address'),
  title: text('页面标题', 'Page title'),
  property: text('属性', 'Property'),
}

export const opNames: Record<VirtualOp, Text> = {
  is: text('等于', 'is'),
  contains: text('包含', 'contains'),
  starts: text('开头为', 'begins with'),
  like: text('匹配', 'is like'),
}
export const likeHelp = text(
  '“匹配”中:元素里的 * 表示列表中的任意位置;其他条件里 * 表示 / 之前的任意内容,** 表示任意内容',
  'In “is like”, a * of an element is any place in a list; elsewhere * is anything up to a slash, and ** anything',
)

/** `页面路径 等于 /wealth`. */
export function sayCondition(t: (text: Text) => string, { field, property, op, values }: VirtualCondition): string {
  const what = field === 'property' ? (property ?? '') : t(fieldNames[field])
  return `${what} ${t(opNames[op])} ${values.join(' | ')}`
}
