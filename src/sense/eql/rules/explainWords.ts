import type { Comparison, FunctionName, Match } from '../contract.ts'

type Say = { zh: string; en: string }

export const comparisonWords: Record<Comparison, Say> = {
  '=': { zh: '等于', en: 'is' },
  '!=': { zh: '不等于', en: 'is not' },
  '<': { zh: '小于', en: 'is less than' },
  '<=': { zh: '不超过', en: 'is at most' },
  '>': { zh: '大于', en: 'is more than' },
  '>=': { zh: '不低于', en: 'is at least' },
}

export const matchWords: Record<Match, Say & { base: string }> = {
  contains: { zh: '包含', en: 'contains', base: 'contain' },
  starts: { zh: '开头是', en: 'begins with', base: 'begin with' },
  ends: { zh: '结尾是', en: 'ends with', base: 'end with' },
  'contains-any': { zh: '包含任意一个', en: 'contains one of', base: 'contain one of' },
  'contains-all': { zh: '包含全部', en: 'contains all of', base: 'contain all of' },
}

export const unitWords = {
  minute: { zh: '分钟', this: '分钟', before: '', after: '' },
  hour: { zh: '小时', this: '小时', before: '', after: '' },
  day: { zh: '天', this: '日', before: '昨天', after: '明天' },
  week: { zh: '周', this: '周', before: '上周', after: '下周' },
  month: { zh: '个月', this: '月', before: '上月', after: '下月' },
  quarter: { zh: '个季度', this: '季度', before: '上季度', after: '下季度' },
  year: { zh: '年', this: '年', before: '去年', after: '明年' },
} as const

export const rowWords: Record<'sum' | 'avg' | 'min' | 'max' | 'distinct', Say> = {
  sum: { zh: '合计', en: 'the sum of' },
  avg: { zh: '平均值', en: 'the average of' },
  min: { zh: '最小值', en: 'the least' },
  max: { zh: '最大值', en: 'the greatest' },
  distinct: { zh: '不同值的个数', en: 'the number of different' },
}

/** Functions that make a phrase of their own; the others are told by name and brackets. */
export const calls: Partial<Record<FunctionName, (args: Say[]) => Say>> = {
  days_since: ([x = none]) => ({ zh: `距${x.zh}已过的天数`, en: `days since ${x.en}` }),
  months_since: ([x = none]) => ({ zh: `距${x.zh}已满的月数`, en: `whole months since ${x.en}` }),
  years_since: ([x = none]) => ({ zh: `距${x.zh}已满的年数`, en: `whole years since ${x.en}` }),
  days_until: ([x = none]) => ({ zh: `到${x.zh}还有的天数`, en: `days until ${x.en}` }),
  anniversary: ([x = none]) => ({ zh: `${x.zh}的下一个周年日`, en: `the next anniversary of ${x.en}` }),
}
const none: Say = { zh: '', en: '' }

export const functionWords: Record<FunctionName, Say> = {
  lower: { zh: '小写', en: 'in lower case' },
  upper: { zh: '大写', en: 'in upper case' },
  trim: { zh: '去掉首尾空格', en: 'without spaces around' },
  length: { zh: '长度', en: 'the length of' },
  substring: { zh: '截取', en: 'the part of' },
  concat: { zh: '连接', en: 'joined' },
  abs: { zh: '绝对值', en: 'the size of' },
  round: { zh: '四舍五入', en: 'rounded' },
  floor: { zh: '向下取整', en: 'rounded down' },
  ceil: { zh: '向上取整', en: 'rounded up' },
  least: { zh: '其中最小', en: 'the least of' },
  greatest: { zh: '其中最大', en: 'the greatest of' },
  coalesce: { zh: '第一个有值的', en: 'the first known of' },
  yuan: { zh: '金额(元)', en: 'yuan' },
  in_yuan: { zh: '以元计的数', en: 'the number of yuan in' },
  year: { zh: '年份', en: 'the year of' },
  month: { zh: '月份', en: 'the month of' },
  day_of_month: { zh: '几号', en: 'the day of the month of' },
  weekday: { zh: '星期几', en: 'the day of the week of' },
  hour: { zh: '几点', en: 'the hour of' },
  day: { zh: '日期', en: 'the day of' },
  anniversary: { zh: '周年日', en: 'the anniversary of' },
  days_since: { zh: '已过天数', en: 'days since' },
  months_since: { zh: '已满月数', en: 'months since' },
  years_since: { zh: '已满年数', en: 'years since' },
  days_until: { zh: '还有天数', en: 'days until' },
}
