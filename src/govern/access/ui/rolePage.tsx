import { Alert, Button, Tag } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type Role, RoleEdit } from '../contract.ts'
import { roleParts } from './roleForm.tsx'
import { CopyRoleDrawer, useRemoveRole } from './rolesPage.tsx'

export function RolePage() {
  const { id = '' } = useParams()
  const asked = useApi<Role>(`/api/access/roles/${id}`)
  return <Answer of={asked}>{(role) => <RoleSheet role={role} />}</Answer>
}

function RoleSheet({ role }: { role: Role }) {
  const t = useText()
  const can = useCan()
  const navigate = useNavigate()
  const [copying, setCopying] = useState(false)
  const remove = useRemoveRole()
  const builtIn = role.builtIn !== null
  const { name, description, permissions } = role
  return (
    <>
      <PageHead
        title={t(name)}
        back="/govern/roles"
        hint={t(description)}
        tags={
          <Tag color={builtIn ? 'processing' : undefined}>
            {builtIn ? t('内置', 'Built in') : t('自定义', 'Custom')}
          </Tag>
        }
      >
        {can('access.user.read') ? (
          <Link to={`/govern/users?role=${role.id}`}>
            <Button>{t(`查看用户(${role.users})`, `Users (${role.users})`)}</Button>
          </Link>
        ) : null}
        <Can needs="access.role.edit">
          <Button onClick={() => setCopying(true)}>{t('复制', 'Copy')}</Button>
          {builtIn ? null : (
            <Button danger onClick={() => remove(role, () => void navigate('/govern/roles'))}>
              {t('删除', 'Delete')}
            </Button>
          )}
        </Can>
      </PageHead>
      <Panel>
        {builtIn ? (
          <Alert
            type="info"
            showIcon
            className="zx-note"
            title={t(
              '内置角色随系统升级,不能修改。需要调整时,请复制为自定义角色。',
              'Built-in roles come with the product and cannot be changed. Copy it to adjust it.',
            )}
          />
        ) : null}
        <SchemaForm
          key={role.version}
          edit
          schema={RoleEdit}
          initial={{ name, description, permissions }}
          parts={roleParts}
          submit={text('保存', 'Save')}
          readOnly={builtIn || !can('access.role.edit')}
          save={async (values) => {
            await api.patch(`/api/access/roles/${role.id}`, { ...values, version: role.version })
            await refresh('/api/access/roles')
          }}
          reload={() => void refresh('/api/access/roles')}
        />
      </Panel>
      <CopyRoleDrawer
        role={copying ? role : undefined}
        close={() => setCopying(false)}
        made={(id) => void navigate(`/govern/roles/${id}`)}
      />
    </>
  )
}
