import { useRef } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { NewRole, type Role } from '../contract.ts'
import { roleParts } from './roleForm.tsx'

export function NewRolePage() {
  const t = useText()
  const navigate = useNavigate()
  const made = useRef('')
  return (
    <>
      <PageHead title={t('新建角色', 'New role')} back="/govern/roles" />
      <Panel>
        <SchemaForm
          schema={NewRole}
          initial={{ permissions: [], description: { zh: '', en: '' } }}
          parts={roleParts}
          submit={text('新建', 'Create')}
          cancel={() => void navigate('/govern/roles')}
          save={async (values) => {
            made.current = (await api.post<Role>('/api/access/roles', values)).id
            await refresh('/api/access/roles')
          }}
          done={() => void navigate(`/govern/roles/${made.current}`, { replace: true })}
        />
      </Panel>
    </>
  )
}
