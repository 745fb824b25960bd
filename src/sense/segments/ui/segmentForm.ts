import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text } from '../../../console/kit/text.ts'
import { schedules } from './words.ts'

export const segmentParts: FormPart[] = [
  {
    name: 'name',
    label: text('名称', 'Name'),
    help: text('规则里用这个名称引用它,全行唯一', 'Rules call it by this name; there is one of it in the bank'),
    wide: true,
  },
  { name: 'folder', label: text('分组', 'Folder') },
  { name: 'owner', label: text('负责人', 'Owner') },
  {
    name: 'cron',
    label: text('刷新计划', 'Schedule'),
    help: text('留空为手动刷新', 'Left empty: by hand'),
    widget: 'choice',
    options: schedules.map(({ cron, name }) => ({ value: cron, label: name })),
  },
  { name: 'description', label: text('说明', 'Description'), widget: 'area' },
]
