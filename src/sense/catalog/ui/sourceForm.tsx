import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text } from '../../../console/kit/text.ts'
import { OrgPicker } from '../../../govern/orgs/ui/orgPicker.tsx'
import { choices, sourceKindNames } from './words.ts'

export const sourceParts: readonly FormPart[] = [
  {
    name: 'name',
    label: text('名称', 'Name'),
    placeholder: text('例如:手机银行 iOS', 'For example mobile bank on iOS'),
  },
  { name: 'kind', label: text('类型', 'Kind'), options: choices(sourceKindNames) },
  {
    name: 'project',
    label: text('项目', 'Project'),
    placeholder: text('例如:mobile-bank', 'For example mobile-bank'),
    help: text(
      '神策 SDK 以 ?project= 区分数据源;字母、数字、横线、下划线',
      'Sensors clients give it as ?project=; letters, digits, dash, underscore',
    ),
  },
  {
    name: 'org',
    label: text('归属机构', 'Organisation'),
    widget: <OrgPicker />,
    help: text('该数据源带来的新客户归属此机构', 'New customers of this source belong to it'),
  },
  { name: 'note', label: text('备注', 'Note'), widget: 'area' },
]
