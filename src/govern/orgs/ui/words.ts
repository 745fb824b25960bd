import { type Text, text } from '../../../console/kit/text.ts'
import type { OrgChangeKind, OrgKind, OrgState } from '../contract.ts'

export const kindNames: Record<OrgKind, Text> = {
  head: text('总行', 'Head office'),
  branch: text('分行', 'Branch'),
  'sub-branch': text('支行', 'Sub-branch'),
  department: text('部门', 'Department'),
}

export const stateNames: Record<OrgState, Text> = {
  open: text('正常', 'Open'),
  closed: text('已撤销', 'Closed'),
}

export const changeNames: Record<OrgChangeKind, Text> = {
  created: text('新建', 'Created'),
  edited: text('修改信息', 'Edited'),
  moved: text('调整上级', 'Moved'),
  carried: text('随上级调整', 'Moved along with one above'),
  closed: text('撤销', 'Closed'),
  reopened: text('恢复', 'Reopened'),
}
