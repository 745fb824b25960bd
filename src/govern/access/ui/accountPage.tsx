import { Tabs, Tag } from 'antd'
import { useSearchParams } from 'react-router'
import { Type } from 'typebox'
import { api, setCsrf } from '../../../console/kit/api.ts'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { reloadMe, useSession } from '../../../console/kit/session.tsx'
import { chooseLang, type Lang, text, useText } from '../../../console/kit/text.ts'
import { MyEdit, PasswordChange } from '../contract.ts'
import { SessionsPanel } from './accountSessions.tsx'
import { TotpPanel } from './accountTotp.tsx'
import { langChoices } from './words.ts'
import './access.css'

export function AccountPage() {
  const t = useText()
  const { me } = useSession()
  const [params, setParams] = useSearchParams()
  return (
    <>
      <PageHead title={t('我的账号', 'My account')} hint={`${me.user.name} · ${me.user.login}`} />
      <Tabs
        activeKey={params.get('tab') ?? 'about'}
        onChange={(tab) => setParams({ tab }, { replace: true })}
        destroyOnHidden
        items={[
          { key: 'about', label: t('个人资料', 'Profile'), children: <About /> },
          ...(me.hasPassword ? [{ key: 'password', label: t('修改密码', 'Password'), children: <Password /> }] : []),
          { key: 'totp', label: t('两步验证', 'Second step'), children: <TotpPanel /> },
          { key: 'sessions', label: t('登录会话', 'Sessions'), children: <SessionsPanel /> },
        ]}
      />
    </>
  )
}

function About() {
  const t = useText()
  const { me } = useSession()
  const { time } = useFormats()
  return (
    <>
      <Panel>
        <Detail
          items={[
            { label: t('用户名', 'Login'), value: me.user.login },
            { label: t('邮箱', 'Email'), value: me.user.email },
            { label: t('所属机构', 'Organisation'), value: me.org.name },
            {
              label: t('上次登录', 'Last sign-in'),
              value: me.lastSignIn
                ? `${time(me.lastSignIn.at)} · ${me.lastSignIn.ip}`
                : t('首次登录', 'This is the first'),
            },
            {
              label: t('密码有效期至', 'Password valid until'),
              value: me.passwordExpiresAt ? time(me.passwordExpiresAt) : t('长期有效', 'No limit'),
            },
            {
              label: t('我的角色', 'My roles'),
              wide: true,
              value: me.roles.map(({ name, org }) => (
                <Tag key={`${name.en}${org.id}`}>
                  {t(name)} <span className="zx-quiet">@{org.name}</span>
                </Tag>
              )),
            },
          ]}
        />
      </Panel>
      <Panel title={t('修改资料', 'Edit')}>
        <SchemaForm
          key={`${me.user.name}${me.user.lang}`}
          edit
          schema={MyEdit}
          initial={{ name: me.user.name, lang: me.user.lang }}
          parts={[
            { name: 'name', label: text('姓名', 'Name'), autoComplete: 'name' },
            { name: 'lang', label: text('界面语言', 'Language'), options: langChoices },
          ]}
          submit={text('保存', 'Save')}
          save={async (values) => {
            await api.patch('/api/access/me', values)
            await reloadMe()
            if (values.lang) chooseLang(values.lang as Lang)
          }}
        />
      </Panel>
    </>
  )
}

const WithRepeat = Type.Object({ ...PasswordChange.properties, repeat: Type.String({ minLength: 1 }) })

function Password() {
  const { me } = useSession()
  return (
    <Panel>
      <SchemaForm
        key={me.csrf}
        schema={WithRepeat}
        parts={[
          { name: 'current', label: text('当前密码', 'Current password'), widget: 'password', wide: true },
          { name: 'next', label: text('新密码', 'New password'), widget: 'new-password' },
          {
            name: 'repeat',
            label: text('再次输入新密码', 'New password again'),
            widget: 'new-password',
            check: (value, all) => (value === all.next ? undefined : text('两次输入不一致', 'The two differ')),
          },
        ]}
        submit={text('修改密码', 'Change the password')}
        said={text(
          '密码已修改,其他设备上的登录已结束',
          'The password is changed. Sessions on other devices have ended.',
        )}
        save={async ({ current, next }) => {
          const { csrf } = await api.post<{ csrf: string }>('/api/access/me/password', { current, next })
          setCsrf(csrf)
          await reloadMe()
        }}
      />
    </Panel>
  )
}
