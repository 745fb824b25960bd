import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { SecretOnce } from '../../../console/kit/secretOnce.tsx'
import { useSession } from '../../../console/kit/session.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { NewUser, type UserMade } from '../contract.ts'
import { userParts } from './userForm.tsx'

export function NewUserPage() {
  const t = useText()
  const navigate = useNavigate()
  const { me } = useSession()
  const org = me.scopeNow?.id ?? me.org.id
  const [made, setMade] = useState<UserMade>()
  const open = (id: string) => void navigate(`/govern/users/${id}`, { replace: true })
  return (
    <>
      <PageHead
        title={t('新建用户', 'New user')}
        back="/govern/users"
        hint={t(
          '系统会生成首次登录密码,本人登录后必须更换',
          'A first password is made; the person must change it at the first sign-in',
        )}
      />
      <Panel>
        <SchemaForm
          schema={NewUser}
          initial={{ org, lang: 'zh', grants: [{ role: '', org }] }}
          parts={userParts(org)}
          submit={text('新建', 'Create')}
          cancel={() => void navigate('/govern/users')}
          said={false}
          save={async (values) => {
            const answer = await api.post<UserMade>('/api/access/users', values)
            await refresh('/api/access/users')
            setMade(answer)
          }}
        />
      </Panel>
      <SecretOnce
        title={t('首次登录密码', 'First password')}
        says={t('请通过安全的方式告知本人。关闭后无法再次查看。', 'Tell them by a safe way. It cannot be seen again.')}
        secret={made?.password ?? undefined}
        close={() => made && open(made.user.id)}
      />
    </>
  )
}
