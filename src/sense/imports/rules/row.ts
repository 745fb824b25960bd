/** One value as a reader gives it. Dates of typed formats come as text. */
export type Cell = string | number | bigint | boolean | null | readonly Cell[] | { readonly [name: string]: Cell }

/** Why a row, or a value in it, was not understood. `column` is the name in the file. */
export type Fault = { readonly code: FaultCode; readonly column?: string | undefined }

/** One row of a file: `line` counts from 1 and is what an editor or a sheet shows. */
export type ReadRow =
  | { readonly line: number; readonly cells: readonly Cell[] }
  | { readonly line: number; readonly fault: Fault; readonly raw: string }

type Words = { zh: string; en: string }

const words = {
  'row.quotes': { zh: '引号不成对', en: 'The quotes do not match' },
  'row.columns': { zh: '列数与表头不一致', en: 'It has more or fewer columns than the header' },
  'row.too_long': { zh: '行过长', en: 'The line is too long' },
  'row.encoding': { zh: '含有无法按所选编码识别的字符', en: 'It has characters that are not of the chosen encoding' },
  'row.json': { zh: '不是有效的 JSON', en: 'It is not valid JSON' },
  'row.not_object': { zh: '应为一个 JSON 对象', en: 'It should be one JSON object' },
  'value.integer': { zh: '不是整数', en: 'Not a whole number' },
  'value.number': { zh: '不是数字', en: 'Not a number' },
  'value.money': { zh: '不是金额', en: 'Not an amount' },
  'value.money_parts': {
    zh: '金额最多两位小数(分);净值、单价请映射为“数字”',
    en: 'An amount has at most two decimals: map a price or a rate as a number',
  },
  'value.day': { zh: '不是有效的日期', en: 'Not a day that exists' },
  'value.time': { zh: '不是有效的时间', en: 'Not a time that exists' },
  'value.boolean': { zh: '不是“是/否”', en: 'Not yes or no' },
  'value.too_long': { zh: '文字过长', en: 'The text is too long' },
  'value.control': { zh: '含有控制字符', en: 'It has control characters' },
  'value.rounded': { zh: '位数过多,数字已被表格软件舍入', en: 'Too many digits: a spreadsheet rounded the number' },
  'identity.none': { zh: '没有任何客户标识', en: 'It has no identity of a customer' },
  'identity.too_long': { zh: '客户标识过长', en: 'The identity is too long' },
  'identity.mobile': {
    zh: '不像手机号码(11 位;境外号码以 + 开头)',
    en: 'Not a mobile number (11 digits; a foreign one begins with +)',
  },
  'identity.email': { zh: '不像邮箱地址', en: 'Not a mail address' },
  'event.no_name': { zh: '没有事件名称', en: 'It has no name of an event' },
  'event.bad_name': { zh: '事件名称不符合规则', en: 'The name of the event is not allowed' },
  'time.none': { zh: '没有时间', en: 'It has no time' },
  'item.no_id': { zh: '没有编号', en: 'It has no id' },
  'key.blank': { zh: '唯一键为空', en: 'The columns of its key are empty' },
  'collect.rejected': { zh: '数据采集拒收', en: 'Refused by the collection' },
} as const satisfies Record<string, Words>

export type FaultCode = keyof typeof words

/** The reason as a person reads it, with the column. */
export function reasonOf(code: string, column: string | null | undefined): Words {
  const found: Words = Object.hasOwn(words, code) ? words[code as FaultCode] : { zh: code, en: code }
  return column ? { zh: `${column}:${found.zh}`, en: `${column}: ${found.en}` } : found
}
