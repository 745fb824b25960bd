import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { type Text, text } from '../../../console/kit/text.ts'
import { OrgPicker } from '../../orgs/ui/orgPicker.tsx'
import { type GrantInput, GrantsEditor } from './grantsEditor.tsx'
import { langChoices } from './words.ts'

function unfinished(value: unknown): Text | undefined {
  const grants = (value ?? []) as GrantInput[]
  if (grants.every(({ role, org }) => role && org)) return undefined
  return text('请选择每一行的角色和机构,或移除该行', 'Choose a role and an organisation in each line, or remove it')
}

/** The fields of an account, for making and for editing one. `org`: where a new role starts. */
export function userParts(org: string): FormPart[] {
  return [
    { section: text('基本信息', 'About') },
    { name: 'name', label: text('姓名', 'Name') },
    {
      name: 'login',
      label: text('用户名', 'Login'),
      help: text('用于登录,通常是工号', 'For signing in, usually the staff number'),
    },
    { name: 'org', label: text('所属机构', 'Organisation'), widget: <OrgPicker /> },
    { name: 'email', label: text('邮箱', 'Email') },
    { name: 'lang', label: text('界面语言', 'Language'), options: langChoices },
    {
      section: text('角色与数据范围', 'Roles and what they may see'),
      hint: text(
        '角色决定能做什么,机构决定能看到哪些数据(含其全部下级)',
        'The role says what may be done; the organisation says whose data, with everything below it',
      ),
    },
    { name: 'grants', label: text('角色', 'Roles'), widget: <GrantsEditor org={org} />, check: unfinished, wide: true },
  ]
}
