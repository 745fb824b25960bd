import { DownOutlined, LogoutOutlined, UserOutlined } from '@ant-design/icons'
import { Dropdown } from 'antd'
import { useNavigate } from 'react-router'
import { useSession } from '../kit/session.tsx'
import { useText } from '../kit/text.ts'
import type { SignInState } from './signInState.ts'

/** The sign-in page ends the session when it is reached, so that unsaved work can still hold a person back. */
export function useSignOut(): () => Promise<void> {
  const navigate = useNavigate()
  return async () => {
    const state: SignInState = { why: 'sign-out' }
    await navigate('/sign-in', { state })
  }
}

export function AccountMenu() {
  const t = useText()
  const { me } = useSession()
  const navigate = useNavigate()
  const signOut = useSignOut()
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        items: [
          {
            key: 'who',
            type: 'group',
            label: (
              <span className="zx-who">
                <strong>{me.user.name}</strong>
                <span>
                  {me.user.login} · {me.org.name}
                </span>
              </span>
            ),
          },
          { key: 'account', icon: <UserOutlined aria-hidden />, label: t('我的账号', 'My account') },
          { type: 'divider' },
          { key: 'out', icon: <LogoutOutlined aria-hidden />, label: t('退出登录', 'Sign out') },
        ],
        onClick: ({ key }) => void (key === 'out' ? signOut() : navigate('/account')),
      }}
    >
      <button type="button" className="zx-bar-button zx-bar-account">
        <span className="zx-avatar" aria-hidden data-first={[...me.user.name][0]} />
        <span className="zx-hidden">{t('账号', 'Account')}</span>
        <span className="zx-bar-name">{me.user.name}</span>
        <DownOutlined className="zx-bar-caret" aria-hidden />
      </button>
    </Dropdown>
  )
}
