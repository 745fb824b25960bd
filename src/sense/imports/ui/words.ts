import { type Text, text } from '../../../console/kit/text.ts'
import type { ColumnUse, Encoding, Format, Import, PersonalColumn, State, Target, ValueType } from '../contract.ts'

export const stateNames: Record<State, Text> = {
  uploading: text('上传中', 'Uploading'),
  uploaded: text('待映射', 'To be mapped'),
  mapped: text('待检查', 'To be checked'),
  checking: text('检查中', 'Checking'),
  checked: text('已检查', 'Checked'),
  running: text('导入中', 'Importing'),
  done: text('已完成', 'Done'),
  failed: text('失败', 'Failed'),
  cancelled: text('已取消', 'Cancelled'),
}

export const stateColours: Record<State, string> = {
  uploading: 'default',
  uploaded: 'default',
  mapped: 'default',
  checking: 'processing',
  checked: 'processing',
  running: 'processing',
  done: 'success',
  failed: 'error',
  cancelled: 'default',
}

export const targetNames: Record<Target, Text> = {
  customers: text('客户', 'Customers'),
  events: text('事件', 'Events'),
  items: text('实体', 'Items'),
}

export const targetHints: Record<Target, Text> = {
  customers: text('每行是一位客户的标识与属性', 'Each row has identities and attributes of a customer'),
  events: text('每行是某位客户做的一件事', 'Each row is something that a customer did'),
  items: text('每行是一个产品、持仓或其他实体', 'Each row is a product, a holding or another thing'),
}

export const formatNames: Record<Format, Text> = {
  csv: text('CSV', 'CSV'),
  excel: text('Excel', 'Excel'),
  parquet: text('Parquet', 'Parquet'),
  jsonl: text('JSON Lines', 'JSON lines'),
}

export const encodingNames: Record<Encoding, string> = {
  'utf-8': 'UTF-8',
  gb18030: 'GB18030 (GBK)',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
}

export const delimiterNames: Record<string, Text> = {
  ',': text('逗号 ,', 'Comma ,'),
  ';': text('分号 ;', 'Semicolon ;'),
  '\t': text('制表符', 'Tab'),
  '|': text('竖线 |', 'Bar |'),
}

export const typeNames: Record<ValueType, Text> = {
  text: text('文本', 'Text'),
  integer: text('整数', 'Whole number'),
  number: text('数字', 'Number'),
  money: text('金额', 'Amount'),
  day: text('日期', 'Day'),
  time: text('时间', 'Time'),
  boolean: text('是/否', 'Yes or no'),
  list: text('列表', 'List'),
}

export const personalNames: Record<PersonalColumn, Text> = {
  mobile: text('手机号', 'Mobile'),
  name: text('姓名', 'Name'),
  certificate: text('证件号', 'Certificate'),
  card: text('卡号', 'Card'),
  email: text('邮箱', 'Mail'),
  address: text('地址', 'Address'),
}

/** What a column may become, by what the file is of. */
export const usesOf: Record<Target, readonly ColumnUse[]> = {
  customers: ['skip', 'identity', 'value', 'time'],
  events: ['skip', 'identity', 'value', 'time', 'event'],
  items: ['skip', 'id', 'value', 'time'],
}

export function nameOfUse(use: ColumnUse, target: Target): Text {
  if (use === 'skip') return text('不导入', 'Leave out')
  if (use === 'identity') return text('客户标识', 'Identity')
  if (use === 'event') return text('事件名称', 'Name of the event')
  if (use === 'id') return text('实体编号', 'Id')
  if (use === 'time') return target === 'events' ? text('发生时间', 'Time') : text('数据日期', 'Day of the data')
  return target === 'events' ? text('事件属性', 'Property') : text('属性', 'Attribute')
}

/** Whether something happens without anyone's doing, so that the page asks again. */
export function isBusy(state: Import['state'] | undefined): boolean {
  return state === 'checking' || state === 'running'
}
