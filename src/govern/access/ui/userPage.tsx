import { Alert, Button, Tag } from 'antd'
import { Link, useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type UserDetail, UserEdit } from '../contract.ts'
import { useUserActs } from './userActs.tsx'
import { userParts } from './userForm.tsx'
import { userStateColours, userStateNames } from './words.ts'

export function UserPage() {
  const { id = '' } = useParams()
  const asked = useApi<UserDetail>(`/api/access/users/${id}`)
  return <Answer of={asked}>{(user) => <UserSheet user={user} />}</Answer>
}

function UserSheet({ user }: { user: UserDetail }) {
  const t = useText()
  const acts = useUserActs()
  return (
    <>
      <PageHead
        title={user.name}
        back="/govern/users"
        tags={<Tag color={userStateColours[user.state]}>{t(userStateNames[user.state])}</Tag>}
      >
        {user.editable ? (
          <Can needs="access.user.edit">
            {acts.forList(user).map((act) => (
              <Button
                key={act.key}
                disabled={act.cannot !== undefined}
                title={act.cannot}
                danger={act.key === 'disable'}
                onClick={act.run}
              >
                {act.label}
              </Button>
            ))}
          </Can>
        ) : null}
      </PageHead>
      <div className="zx-user-cols">
        <Panel title={t('资料与角色', 'Account and roles')}>
          <UserForm key={user.version} user={user} />
        </Panel>
        <div>
          <SignInFacts user={user} signOut={() => acts.signOut(user)} />
          <Traces id={user.id} />
        </div>
      </div>
      {acts.secret}
    </>
  )
}

function UserForm({ user }: { user: UserDetail }) {
  const t = useText()
  const can = useCan()
  const { name, login, email, lang } = user
  const grants = user.grants.map(({ role, org }) => ({ role: role.id, org: org.id }))
  return (
    <>
      {user.editable ? null : (
        <Alert
          type="info"
          showIcon
          className="zx-note"
          title={t(
            '只读:这是您自己的账号,或其权限高于您',
            'Read only: this is your own account, or one that may do more than you',
          )}
        />
      )}
      {user.grantsElsewhere > 0 ? (
        <Alert
          type="info"
          showIcon
          className="zx-note"
          title={t(
            `该用户在当前数据范围之外还有 ${user.grantsElsewhere} 个角色,不受此处修改影响`,
            `${user.grantsElsewhere} more roles lie outside the scope; changes here leave them as they are`,
          )}
        />
      ) : null}
      <SchemaForm
        edit
        schema={UserEdit}
        initial={{ name, login, email, lang, org: user.org.id, grants }}
        parts={userParts(user.org.id)}
        submit={text('保存', 'Save')}
        readOnly={!user.editable || !can('access.user.edit')}
        save={async (values) => {
          await api.patch(`/api/access/users/${user.id}`, { ...values, version: user.version })
          await refresh('/api/access/users', '/api/access/roles')
        }}
        reload={() => void refresh('/api/access/users')}
      />
    </>
  )
}

function SignInFacts({ user, signOut }: { user: UserDetail; signOut: () => void }) {
  const t = useText()
  const { time } = useFormats()
  return (
    <Panel
      title={t('登录与安全', 'Sign-in and security')}
      extra={
        user.editable && user.sessions > 0 ? (
          <Can needs="access.user.edit">
            <Button size="small" danger onClick={signOut}>
              {t('全部下线', 'Sign out everywhere')}
            </Button>
          </Can>
        ) : null
      }
    >
      <Detail
        items={[
          { label: t('在线会话', 'Live sessions'), value: t(`${user.sessions} 个`, String(user.sessions)) },
          { label: t('最近登录', 'Last sign-in'), value: time(user.lastSignInAt) },
          user.totpOn && { label: t('两步验证', 'Second step'), value: t('已开启', 'On') },
          user.lockedUntil !== null &&
            user.state === 'locked' && { label: t('锁定至', 'Locked until'), value: time(user.lockedUntil) },
          { label: t('密码更换时间', 'Password changed'), value: time(user.passwordChangedAt) },
          user.mustChangePassword && {
            label: t('下次登录', 'Next sign-in'),
            value: t('必须更换密码', 'must change the password'),
          },
          user.providers.length > 0 && { label: t('统一身份', 'Single sign-on'), value: user.providers.join(', ') },
          { label: t('创建时间', 'Created'), value: time(user.createdAt) },
        ]}
      />
    </Panel>
  )
}

/** The way to what was done to this account, and by it. */
function Traces({ id }: { id: string }) {
  const t = useText()
  return (
    <Can needs="audit.entry.read">
      <Panel title={t('审计', 'Audit')}>
        <p className="zx-links">
          <Link to={`/govern/audit?object=user:${id}`}>{t('对该账号的操作', 'What was done to this account')}</Link>
          <Link to={`/govern/audit?actor=${id}`}>{t('该用户做过的操作', 'What this user did')}</Link>
        </p>
      </Panel>
    </Can>
  )
}
