import { SearchOutlined } from '@ant-design/icons'
import { Checkbox, Input } from 'antd'
import { useState } from 'react'
import { useSession } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { PermissionGroup } from '../contract.ts'
import './access.css'

type MatrixProps = { id?: string; value?: string[]; onChange?: (permissions: string[]) => void; disabled?: boolean }

/** Every permission of the product by capability. What one lacks oneself cannot be given away, only taken. */
export function PermissionMatrix({ id, value = [], onChange, disabled }: MatrixProps) {
  const asked = useApi<{ groups: PermissionGroup[] }>('/api/access/permissions')
  return (
    <div id={id}>
      <Answer of={asked}>
        {({ groups }) => <Matrix groups={groups} value={value} change={onChange} disabled={disabled ?? false} />}
      </Answer>
    </div>
  )
}

type Props = { groups: PermissionGroup[]; value: string[]; change?: (permissions: string[]) => void; disabled: boolean }

function Matrix({ groups, value, change, disabled }: Props) {
  const t = useText()
  const [words, setWords] = useState('')
  const [chosenOnly, setChosenOnly] = useState(false)
  const all = groups.reduce((sum, group) => sum + group.permissions.length, 0)
  const asked = words.trim().toLowerCase()
  const shown = groups
    .map((group) => ({
      ...group,
      permissions: group.permissions.filter(
        (one) =>
          (!chosenOnly || value.includes(one.id)) &&
          `${group.name.zh} ${group.name.en} ${one.name.zh} ${one.name.en} ${one.id}`.toLowerCase().includes(asked),
      ),
    }))
    .filter((group) => group.permissions.length > 0)
  return (
    <>
      <div className="zx-matrix-tools">
        <Input
          allowClear
          disabled={false}
          prefix={<SearchOutlined aria-hidden />}
          placeholder={t('搜索权限', 'Search permissions')}
          aria-label={t('搜索权限', 'Search permissions')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <Checkbox disabled={false} checked={chosenOnly} onChange={({ target }) => setChosenOnly(target.checked)}>
          {t('只看已选', 'Chosen only')}
        </Checkbox>
        <span className="zx-quiet" aria-live="polite">
          {t(`已选 ${value.length} / ${all}`, `${value.length} of ${all} chosen`)}
        </span>
      </div>
      <div className="zx-matrix">
        {shown.map((group) => (
          <Group key={group.id} group={group} value={value} change={change} disabled={disabled} />
        ))}
        {shown.length === 0 ? (
          <p className="zx-matrix-name zx-quiet">{t('没有符合条件的权限', 'No permission matches')}</p>
        ) : null}
      </div>
    </>
  )
}

function Group({ group, value, change, disabled }: { group: PermissionGroup } & Omit<Props, 'groups'>) {
  const t = useText()
  const { can } = useSession()
  const mayGive = group.permissions.filter((one) => can(one.id)).map((one) => one.id)
  const held = group.permissions.filter((one) => value.includes(one.id)).map((one) => one.id)
  const full = held.length === group.permissions.length
  const setAll = (on: boolean) => {
    const rest = value.filter((id) => !group.permissions.some((one) => one.id === id))
    change?.(on ? [...rest, ...new Set([...held, ...mayGive])] : rest)
  }
  return (
    <fieldset className="zx-matrix-group">
      <legend className="zx-hidden">{t(group.name)}</legend>
      <div className="zx-matrix-name">
        <Checkbox
          disabled={disabled || (mayGive.length === 0 && held.length === 0)}
          checked={full}
          indeterminate={held.length > 0 && !full}
          onChange={({ target }) => setAll(target.checked)}
        >
          <strong>{t(group.name)}</strong>
        </Checkbox>
      </div>
      <div className="zx-matrix-ones">
        {group.permissions.map((one) => {
          const on = value.includes(one.id)
          const lacking = !on && !can(one.id)
          return (
            <Checkbox
              key={one.id}
              checked={on}
              disabled={disabled || lacking}
              title={lacking ? t('您没有此权限,不能授予', 'You lack it, so you cannot give it') : undefined}
              onChange={({ target }) =>
                change?.(target.checked ? [...value, one.id] : value.filter((id) => id !== one.id))
              }
            >
              {t(one.name)}
              <small>{one.id}</small>
            </Checkbox>
          )
        })}
      </div>
    </fieldset>
  )
}
