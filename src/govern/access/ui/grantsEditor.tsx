import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useText } from '../../../console/kit/text.ts'
import { OrgPicker } from '../../orgs/ui/orgPicker.tsx'
import { useRoles } from './useRoles.ts'
import './access.css'

export type GrantInput = { role: string; org: string }

type EditorProps = {
  id?: string
  value?: GrantInput[]
  onChange?: (grants: GrantInput[]) => void
  disabled?: boolean
  /** Where a new line starts. */
  org?: string
}

/** Which role at which organisation; each counts for the organisation and everything below it. */
export function GrantsEditor({ id, value = [], onChange, disabled, org }: EditorProps) {
  const t = useText()
  const roles = useRoles()
  const change = (index: number, part: Partial<GrantInput>) =>
    onChange?.(value.map((grant, at) => (at === index ? { ...grant, ...part } : grant)))
  return (
    <div className="zx-grants" id={id}>
      {value.map((grant, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two lines may be equal while they are filled in.
        <div className="zx-grant" key={index}>
          <Select
            aria-label={t(`第 ${index + 1} 个角色`, `Role ${index + 1}`)}
            value={grant.role || undefined}
            placeholder={t('选择角色', 'Choose a role')}
            showSearch={{ optionFilterProp: 'label' }}
            disabled={disabled}
            options={roles.map((role) => ({
              value: role.id,
              label: t(role.name),
              disabled: !role.grantable,
              title: role.grantable
                ? t(role.description)
                : t('包含您没有的权限,不能授予', 'It holds permissions you lack'),
            }))}
            onChange={(role) => change(index, { role })}
          />
          <span>{t('在', 'at')}</span>
          <OrgPicker
            label={t(`第 ${index + 1} 个角色的机构`, `Organisation of role ${index + 1}`)}
            value={grant.org || undefined}
            disabled={disabled}
            onChange={(next) => change(index, { org: next ?? '' })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined aria-hidden />}
            disabled={disabled}
            aria-label={t(`移除第 ${index + 1} 个角色`, `Remove role ${index + 1}`)}
            onClick={() => onChange?.(value.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        type="dashed"
        icon={<PlusOutlined aria-hidden />}
        disabled={disabled}
        onClick={() => onChange?.([...value, { role: '', org: org ?? '' }])}
      >
        {t('添加角色', 'Add a role')}
      </Button>
    </div>
  )
}
