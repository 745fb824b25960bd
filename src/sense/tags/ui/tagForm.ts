import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text } from '../../../console/kit/text.ts'
import { schedules } from './words.ts'

const words: FormPart[] = [
  {
    name: 'name',
    label: text('名称', 'Name'),
    help: text('规则里用这个名称引用它,全行唯一', 'Rules call it by this name; there is one of it in the bank'),
    wide: true,
  },
  {
    name: 'folder',
    label: text('目录', 'Folder'),
    help: text('用 / 分级,如:价值/资产', 'Levels with /: value/assets'),
  },
  { name: 'owner', label: text('负责人', 'Owner') },
]
const description: FormPart = { name: 'description', label: text('说明', 'Description'), widget: 'area' }

/** Of tags whose values are computed. */
export const computedParts: FormPart[] = [
  ...words,
  {
    name: 'cron',
    label: text('计算计划', 'Schedule'),
    help: text('留空为手动计算', 'Left empty: by hand'),
    widget: 'choice',
    options: schedules.map(({ cron, name }) => ({ value: cron, label: name })),
  },
  {
    name: 'follows',
    label: text('上游更新后自动计算', 'Compute after what it reads'),
    help: text(
      '导入、数仓映射完成后,或所引用的标签重新计算后',
      'After imports and warehouse runs, and after tags that it reads',
    ),
  },
  {
    name: 'keepDays',
    label: text('值的有效天数', 'Days a value is kept'),
    help: text(
      '这么久没有重新计算或确认的值会清除;留空为一直有效',
      'Values that were not confirmed for so long go; empty: they stay',
    ),
  },
  {
    name: 'expiresOn',
    label: text('标签失效日', 'The tag ends on'),
    help: text('到这一天清空并暂停,格式 2026-12-31', 'On that day it is emptied and paused, as 2026-12-31'),
  },
  description,
]

/** Of tags whose values are given. */
export const givenParts: FormPart[] = computedParts.filter(
  (part) => !('name' in part) || (part.name !== 'cron' && part.name !== 'follows'),
)
