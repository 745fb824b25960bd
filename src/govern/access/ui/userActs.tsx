import { Checkbox } from 'antd'
import { useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { useAct, useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { SecretOnce } from '../../../console/kit/secretOnce.tsx'
import { useSession } from '../../../console/kit/session.tsx'
import type { RowAct } from '../../../console/kit/tableView.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import type { User } from '../contract.ts'

type Reset = { password: string; totpOff: boolean }

/** What can be done to an account, from the list and from its own page. `secret` is drawn once on the page. */
export function useUserActs() {
  const t = useText()
  const confirm = useConfirmAct()
  const act = useAct()
  const { me } = useSession()
  const [password, setPassword] = useState<string>()

  const post = async (user: User, verb: string) => {
    await api.post(`/api/access/users/${user.id}/${verb}`, { version: user.version })
    await refresh('/api/access/users')
  }

  const disable = (user: User) =>
    confirm({
      title: t(`停用“${user.name}”?`, `Disable ${user.name}?`),
      says: t(
        '该用户将立即下线,并且不能再登录,直到重新启用。角色和历史保留。',
        'They are signed out at once and cannot sign in until enabled again. Roles and history stay.',
      ),
      ok: t('停用', 'Disable'),
      danger: true,
      run: () => post(user, 'disable'),
      done: t('已停用', 'Disabled'),
    })

  const signOut = (user: User) =>
    confirm({
      title: t(`让“${user.name}”全部下线?`, `Sign ${user.name} out everywhere?`),
      says: t(
        '该用户在所有设备上的登录都会结束,未保存的内容会丢失。',
        'Every session of theirs ends, on every device. What they have not saved is lost.',
      ),
      ok: t('全部下线', 'Sign out'),
      danger: true,
      run: async () => {
        await api.post(`/api/access/users/${user.id}/sign-out-everywhere`)
        await refresh('/api/access/users')
      },
      done: t('已全部下线', 'Signed out'),
    })

  const reset = (user: User) => {
    let totpOff = false
    confirm({
      title: t(`重置“${user.name}”的密码?`, `Reset the password of ${user.name}?`),
      says: (
        <>
          <p>
            {t(
              '将生成一个临时密码,只显示一次。原密码立即失效,该用户下次登录时必须更换。',
              'A temporary password is made and shown once. The old one stops working now, and they must choose a new one at the next sign-in.',
            )}
          </p>
          {user.totpOn ? (
            <Checkbox
              onChange={({ target }) => {
                totpOff = target.checked
              }}
            >
              {t('同时关闭两步验证(手机遗失时)', 'Also turn off the second step (for a lost phone)')}
            </Checkbox>
          ) : null}
        </>
      ),
      ok: t('重置密码', 'Reset'),
      danger: true,
      async run() {
        const made = await api.post<Reset>(`/api/access/users/${user.id}/reset-password`, { totpOff })
        setPassword(made.password)
        await refresh('/api/access/users')
      },
    })
  }

  const enable = (user: User) => void act(() => post(user, 'enable'), t('已启用', 'Enabled'))
  const unlock = (user: User) => void act(() => post(user, 'unlock'), t('已解锁', 'Unlocked'))

  function forList(user: User): RowAct[] {
    const own = user.id === me.user.id ? t('不能对自己操作', 'Not on your own account') : undefined
    return [
      ...(user.state === 'locked' ? [{ key: 'unlock', label: t('解锁', 'Unlock'), run: () => unlock(user) }] : []),
      user.state === 'disabled'
        ? { key: 'enable', label: t('启用', 'Enable'), run: () => enable(user) }
        : { key: 'disable', label: t('停用', 'Disable'), cannot: own, run: () => disable(user) },
      { key: 'reset', label: t('重置密码', 'Reset password'), cannot: own, run: () => reset(user) },
    ]
  }

  return {
    forList,
    signOut,
    secret: (
      <SecretOnce
        title={t('临时密码', 'Temporary password')}
        says={t('请通过安全的方式告知本人。关闭后无法再次查看。', 'Tell them by a safe way. It cannot be seen again.')}
        secret={password}
        close={() => setPassword(undefined)}
      />
    ),
  }
}
