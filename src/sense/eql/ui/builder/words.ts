import { type Text, text } from '../../../../console/kit/text.ts'
import type {
  builderFunctions,
  CalendarUnit,
  EventFunction,
  Gap,
  RowFunction,
  SpanUnit,
  Window,
} from '../../contract.ts'
import type { ThingKind } from './things.ts'

export const kindWords: Record<ThingKind, Text> = {
  attribute: text('客户属性', 'Attributes'),
  event: text('行为事件', 'Events'),
  relation: text('持有与往来', 'Holdings and other relations'),
  tag: text('标签', 'Tags'),
  segment: text('客群', 'Segments'),
  form: text('组合与其他', 'Groups and others'),
}

/** What is made of events or rows; `not-` is its opposite, of those that are true or false. */
export type Measure<F extends string> = F | `not-${F}`

export const eventMeasures: Record<EventFunction | 'not-did', Text> = {
  did: text('做过', 'did'),
  'not-did': text('没做过', 'did not'),
  count: text('次数', 'number of times'),
  sum: text('合计', 'sum of'),
  avg: text('平均值', 'average of'),
  max: text('最大值', 'greatest'),
  min: text('最小值', 'least'),
  distinct: text('不同值个数', 'number of different'),
  first: text('首次的', 'first'),
  last: text('最近一次的', 'last'),
  top: text('出现最多的', 'most frequent'),
}

export const rowMeasures: Record<RowFunction | 'not-any' | 'not-all' | 'not-none', Text> = {
  any: text('至少有一条', 'at least one'),
  none: text('一条也没有', 'none'),
  all: text('有且每条都满足', 'some, and all of them'),
  'not-any': text('并非有', 'not at least one'),
  'not-all': text('并非每条都满足', 'not all of them'),
  'not-none': text('并非没有', 'not none'),
  count: text('条数', 'number of rows'),
  sum: text('合计', 'sum of'),
  avg: text('平均值', 'average of'),
  max: text('最大值', 'greatest'),
  min: text('最小值', 'least'),
  distinct: text('不同值个数', 'number of different'),
}

export const throughWords: Record<(typeof builderFunctions)[number], Text> = {
  days_since: text('距今已过天数', 'days since'),
  months_since: text('已满月数', 'months since'),
  years_since: text('已满年数(年龄)', 'years since (age)'),
  days_until: text('距今还有天数', 'days until'),
  anniversary: text('下一个周年日', 'next anniversary'),
  length: text('长度', 'length'),
}

export const unitWords: Record<SpanUnit | CalendarUnit, Text> = {
  minute: text('分钟', 'minutes'),
  hour: text('小时', 'hours'),
  day: text('天', 'days'),
  week: text('周', 'weeks'),
  month: text('个月', 'months'),
  quarter: text('个季度', 'quarters'),
  year: text('年', 'years'),
}

export type WindowChoice = { key: string; name: Text; make: () => Window }

const fixed = (key: string, name: Text, window: Window): WindowChoice => ({ key, name, make: () => window })

/** The day of the reader's calendar, as a first value to change. */
const day = (shift: number) => {
  const at = new Date()
  at.setDate(at.getDate() + shift)
  const two = (n: number) => String(n).padStart(2, '0')
  return { kind: 'day', value: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}` } as const
}

const past: readonly WindowChoice[] = [
  fixed('last', text('最近', 'the last'), { kind: 'last', n: 30, unit: 'day' }),
  fixed('this day', text('今天', 'today'), { kind: 'this', unit: 'day' }),
  fixed('previous day', text('昨天', 'yesterday'), { kind: 'previous', n: 1, unit: 'day' }),
  fixed('this week', text('本周', 'this week'), { kind: 'this', unit: 'week' }),
  fixed('previous week', text('上周', 'the previous week'), { kind: 'previous', n: 1, unit: 'week' }),
  fixed('this month', text('本月', 'this month'), { kind: 'this', unit: 'month' }),
  fixed('previous month', text('上月', 'the previous month'), { kind: 'previous', n: 1, unit: 'month' }),
  fixed('this quarter', text('本季度', 'this quarter'), { kind: 'this', unit: 'quarter' }),
  fixed('previous quarter', text('上季度', 'the previous quarter'), { kind: 'previous', n: 1, unit: 'quarter' }),
  fixed('this year', text('今年', 'this year'), { kind: 'this', unit: 'year' }),
  fixed('previous year', text('去年', 'the previous year'), { kind: 'previous', n: 1, unit: 'year' }),
  fixed('previous', text('之前完整的', 'the previous'), { kind: 'previous', n: 3, unit: 'month' }),
  { key: 'since', name: text('自某日起', 'since'), make: () => ({ kind: 'since', from: day(-30) }) },
  { key: 'range', name: text('日期区间', 'from … to'), make: () => ({ kind: 'range', from: day(-30), to: day(0) }) },
]

const ahead: readonly WindowChoice[] = [
  fixed('next', text('未来', 'the next'), { kind: 'next', n: 30, unit: 'day' }),
  fixed('following day', text('明天', 'tomorrow'), { kind: 'following', n: 1, unit: 'day' }),
  fixed('following week', text('下周', 'the following week'), { kind: 'following', n: 1, unit: 'week' }),
  fixed('following month', text('下月', 'the following month'), { kind: 'following', n: 1, unit: 'month' }),
  fixed('following quarter', text('下季度', 'the following quarter'), { kind: 'following', n: 1, unit: 'quarter' }),
  fixed('following year', text('明年', 'the following year'), { kind: 'following', n: 1, unit: 'year' }),
  fixed('following', text('之后完整的', 'the following'), { kind: 'following', n: 3, unit: 'month' }),
]

/** Windows of events lie behind; a day or time may lie ahead. */
export const eventWindows = [...past, fixed('ever', text('不限时间', 'ever'), { kind: 'ever' })]
export const withinWindows = [...past, ...ahead]

export function windowKey(window: Window): string {
  switch (window.kind) {
    case 'this':
      return `this ${window.unit}`
    case 'previous':
    case 'following':
      return window.n === 1 ? `${window.kind} ${window.unit}` : window.kind
    default:
      return window.kind
  }
}

export const gapUnitWords: Record<Gap['unit'], Text> = {
  minute: unitWords.minute,
  hour: unitWords.hour,
  day: unitWords.day,
  week: unitWords.week,
}
