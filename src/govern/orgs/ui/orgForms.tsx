import { api } from '../../../console/kit/api.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { NewOrg, type OrgDetail, OrgEdit, type OrgKind, orgKinds } from '../contract.ts'
import { OrgPicker } from './orgPicker.tsx'
import { kindNames } from './words.ts'

const choices = (kinds: readonly OrgKind[]) => kinds.map((kind) => ({ value: kind, label: kindNames[kind] }))

const common: readonly FormPart[] = [
  { name: 'name', label: text('机构名称', 'Name'), placeholder: text('例如:杭州分行', 'For example Hangzhou branch') },
  {
    name: 'code',
    label: text('机构编号', 'Code'),
    help: text(
      '行内统一的机构号,字母、数字、点、横线或下划线',
      "The bank's own number: letters, digits, dot, dash, underscore",
    ),
  },
  { name: 'shortName', label: text('简称', 'Short name') },
]

const more: readonly FormPart[] = [
  {
    name: 'zone',
    label: text('时区', 'Time zone'),
    help: text('IANA 时区名,例如 Asia/Shanghai', 'IANA name, for example Asia/Shanghai'),
  },
  {
    name: 'sort',
    label: text('排序', 'Place among siblings'),
    help: text('数字小的排在前面', 'Smaller numbers come first'),
  },
]

type NewProps = { open: boolean; parent: string; close: () => void; made?: (id: string) => void }

export function NewOrgDrawer({ open, parent, close, made }: NewProps) {
  const t = useText()
  return (
    <FormDrawer
      open={open}
      title={t('新建机构', 'New organisation')}
      close={close}
      schema={NewOrg}
      initial={{ parent, kind: 'branch' }}
      parts={[
        { name: 'parent', label: text('上级机构', 'Under'), widget: <OrgPicker />, wide: true },
        { name: 'kind', label: text('类型', 'Kind'), options: choices(orgKinds.filter((kind) => kind !== 'head')) },
        ...common,
        ...more,
      ]}
      submit={text('新建', 'Create')}
      save={async (values) => {
        const org = await api.post<OrgDetail>('/api/orgs', values)
        await refresh('/api/orgs')
        made?.(org.id)
      }}
    />
  )
}

export function EditOrgDrawer({ open, org, close }: { open: boolean; org: OrgDetail; close: () => void }) {
  const t = useText()
  const { name, code, shortName, kind, zone, sort } = org
  return (
    <FormDrawer
      open={open}
      title={t('编辑机构', 'Edit the organisation')}
      close={close}
      edit
      schema={OrgEdit}
      initial={{ name, code, shortName, kind, zone, sort }}
      parts={[
        ...common,
        {
          name: 'kind',
          label: text('类型', 'Kind'),
          options: choices(org.parent === null ? ['head'] : orgKinds.filter((one) => one !== 'head')),
          disabled: org.parent === null,
        },
        ...more,
      ]}
      submit={text('保存', 'Save')}
      save={async (values) => {
        await api.patch(`/api/orgs/${org.id}`, { ...values, version: org.version })
        await refresh('/api/orgs')
      }}
      reload={() => void refresh('/api/orgs')}
    />
  )
}
