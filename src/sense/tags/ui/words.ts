import { type Text, text } from '../../../console/kit/text.ts'
import type { EqlType } from '../../eql/contract.ts'
import type { Kind, State } from '../contract.ts'

export const kindNames: Record<Kind, Text> = {
  attribute: text('属性', 'Attribute'),
  rule: text('规则', 'Rule'),
  statistic: text('统计', 'Statistic'),
  preference: text('偏好', 'Preference'),
  sequence: text('行为序列', 'Sequence'),
  rfm: text('RFM', 'RFM'),
  stages: text('阶段', 'Stages'),
  arithmetic: text('四则运算', 'Arithmetic'),
  eql: text('表达式', 'Expression'),
  import: text('导入', 'Import'),
  model: text('模型分', 'Model score'),
}

export const kindAbout: Record<Kind, Text> = {
  attribute: text('直接取客户的一项属性,如年龄、等级', 'What is known of a customer, such as age or level'),
  rule: text('按条件分档,从上到下第一个符合的', 'Cases by condition, the first that fits'),
  statistic: text('一段时间内某行为的次数、金额、距今天数', 'How often, how much or how long ago something was done'),
  preference: text(
    '最常出现的取值,如最爱看的产品类别',
    'The most frequent values, such as the favourite kind of product',
  ),
  sequence: text('先后做过(或没做)哪些事', 'What was done, or was not, one after another'),
  rfm: text('最近、频次、金额打分并分群', 'Scores of recency, frequency and money, and their groups'),
  stages: text('有先后的阶段,从上到下第一个符合的', 'Stages in an order; the first that fits'),
  arithmetic: text('用已有标签加减乘除', 'Tags added, subtracted, multiplied, divided'),
  eql: text('用表达式写任意取值', 'Any value in the language of rules'),
  import: text('上传名单,或由接口写入', 'A list that is uploaded, or given by programs'),
  model: text('模型平台按版本写入的分数', 'A score given by a model, with its version'),
}

export const stateNames: Record<State, Text> = {
  draft: text('草稿', 'Draft'),
  live: text('启用', 'Live'),
  paused: text('已暂停', 'Paused'),
  retired: text('已停用', 'Retired'),
}

export const stateColours: Record<State, string> = {
  draft: 'default',
  live: 'success',
  paused: 'warning',
  retired: 'error',
}

export const typeNames: Record<EqlType, Text> = {
  text: text('文本', 'Text'),
  number: text('数值', 'Number'),
  integer: text('整数', 'Whole number'),
  money: text('金额', 'Amount'),
  boolean: text('是否', 'Yes or no'),
  day: text('日期', 'Day'),
  time: text('时间', 'Time'),
  list: text('列表', 'List'),
}

/** Schedules that people choose; others are shown as they are written. */
export const schedules: readonly { cron: string; name: Text }[] = [
  { cron: '0 * * * *', name: text('每小时', 'Every hour') },
  { cron: '0 6 * * *', name: text('每天 06:00', 'Daily at 06:00') },
  { cron: '0 6 * * 1', name: text('每周一 06:00', 'Mondays at 06:00') },
  { cron: '0 6 1 * *', name: text('每月 1 日 06:00', 'On the 1st at 06:00') },
]

export function scheduleName({ cron, follows, kind }: { cron: string | null; follows: boolean; kind: Kind }): Text {
  if (kind === 'import' || kind === 'model') return text('写入即生效', 'As values are given')
  const timed = cron === null ? null : (schedules.find((one) => one.cron === cron)?.name ?? text(cron, cron))
  if (!follows) return timed ?? text('手动', 'By hand')
  return timed
    ? text(`${timed.zh},上游更新后`, `${timed.en}, and after what it reads`)
    : text('上游更新后', 'After what it reads')
}

/** What a stability index says. */
export function driftName(drift: number | null): { name: Text; colour: string } | null {
  if (drift === null) return null
  if (drift < 0.1) return { name: text('稳定', 'Stable'), colour: 'success' }
  if (drift < 0.25) return { name: text('有变化', 'Changing'), colour: 'warning' }
  return { name: text('明显漂移', 'Drifted'), colour: 'error' }
}
