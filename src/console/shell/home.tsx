import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { ChainStatus } from '../../govern/audit/contract.ts'
import type { Health } from '../../govern/system/contract.ts'
import { Checks, HealthMark } from '../../govern/system/ui/healthPage.tsx'
import { Detail } from '../kit/detail.tsx'
import { useFormats } from '../kit/format.ts'
import { useMenuPages } from '../kit/menu.ts'
import { PageHead, Panel } from '../kit/pageHead.tsx'
import { Can, useCan, useSession } from '../kit/session.tsx'
import { Answer } from '../kit/states.tsx'
import { type Text, text, useText } from '../kit/text.ts'
import { useApi } from '../kit/useApi.ts'
import { hrefOf } from '../page.ts'
import { Icon } from './icons.tsx'
import './home.css'

/** What is known now: how the house stands, what is in it, where one was last. */
export function HomePage() {
  const t = useText()
  const { me } = useSession()
  return (
    <>
      <PageHead
        title={t(`您好,${me.user.name}`, `Hello, ${me.user.name}`)}
        hint={me.roles.map(({ name, org }) => `${t(name)} · ${org.name}`).join(t(';', '; '))}
      />
      <Counts />
      <div className="zx-home">
        <div>
          <Can needs="system.health.read">
            <HealthPanel />
          </Can>
          <Shortcuts />
        </div>
        <MyPanel />
      </div>
    </>
  )
}

type Count = { label: Text; needs: string; to: string; ask: string; of: (answer: unknown) => number | undefined }

const total = (answer: unknown) => (answer as { total?: number }).total
const lines = (answer: unknown) => (answer as { items: unknown[] }).items.length

const counts: readonly Count[] = [
  { label: text('机构', 'Organisations'), needs: 'orgs.read', to: '/govern/orgs', ask: '/api/orgs/tree', of: lines },
  {
    label: text('用户', 'Users'),
    needs: 'access.user.read',
    to: '/govern/users',
    ask: '/api/access/users?limit=1',
    of: total,
  },
  {
    label: text('已锁定用户', 'Locked users'),
    needs: 'access.user.read',
    to: '/govern/users?state=locked',
    ask: '/api/access/users?limit=1&state=locked',
    of: total,
  },
  {
    label: text('角色', 'Roles'),
    needs: 'access.role.read',
    to: '/govern/roles',
    ask: '/api/access/roles?limit=200',
    of: lines,
  },
  {
    label: text('审计记录', 'Audit entries'),
    needs: 'audit.entry.read',
    to: '/govern/audit',
    ask: '/api/audit/chain',
    of: (answer) => (answer as ChainStatus).sealed + (answer as ChainStatus).unsealed,
  },
  {
    label: text('失败的任务', 'Failed jobs'),
    needs: 'system.job.read',
    to: '/govern/jobs?state=failed',
    ask: '/api/system/jobs?limit=1',
    of: (answer) => (answer as { counts: { failed: number } }).counts.failed,
  },
]

function Counts() {
  const can = useCan()
  const shown = counts.filter(({ needs }) => can(needs))
  if (shown.length === 0) return null
  return (
    <div className="zx-counts">
      {shown.map((count) => (
        <CountCard key={count.to} count={count} />
      ))}
    </div>
  )
}

/** One number with the way to what it counts; it is left out where the API does not count. */
function CountCard({ count }: { count: Count }) {
  const t = useText()
  const { number } = useFormats()
  const { data, isError } = useApi<unknown>(count.ask)
  const value = data === undefined ? undefined : count.of(data)
  if (isError || (data !== undefined && value === undefined)) return null
  return (
    <Link className="zx-count" to={count.to}>
      <span>{t(count.label)}</span>
      <strong>{value === undefined ? '…' : number(value)}</strong>
    </Link>
  )
}

function HealthPanel() {
  const t = useText()
  const asked = useApi<Health>('/api/system/health', undefined, { refetchEvery: 30_000 })
  return (
    <Panel title={t('系统健康', 'System health')} extra={<Link to="/govern/health">{t('查看详情', 'Details')}</Link>}>
      <Answer of={asked}>
        {(health) => (
          <>
            <p className="zx-home-state">
              <HealthMark state={health.state} />
            </p>
            <Checks checks={health.checks} />
          </>
        )}
      </Answer>
    </Panel>
  )
}

function MyPanel(): ReactNode {
  const t = useText()
  const { me } = useSession()
  const { time } = useFormats()
  const sessions = useApi<{ items: unknown[] }>('/api/access/me/sessions')
  return (
    <Panel title={t('我的账号', 'My account')} extra={<Link to="/account">{t('管理', 'Manage')}</Link>}>
      <Detail
        items={[
          { label: t('用户名', 'Login'), value: me.user.login },
          { label: t('所属机构', 'Organisation'), value: me.org.name },
          {
            label: t('上次登录', 'Last sign-in'),
            value: me.lastSignIn
              ? `${time(me.lastSignIn.at)} · ${me.lastSignIn.ip}`
              : t('首次登录', 'This is the first'),
            wide: true,
          },
          {
            label: t('登录会话', 'Sessions'),
            value: sessions.data ? (
              <Link to="/account?tab=sessions">
                {t(`${sessions.data.items.length} 个`, String(sessions.data.items.length))}
              </Link>
            ) : (
              '…'
            ),
          },
          { label: t('两步验证', 'Second step'), value: me.totpOn ? t('已开启', 'On') : t('未开启', 'Off') },
          me.passwordExpiresAt !== null && {
            label: t('密码有效期至', 'Password valid until'),
            value: time(me.passwordExpiresAt),
            wide: true,
          },
        ]}
      />
    </Panel>
  )
}

function Shortcuts() {
  const t = useText()
  const pages = useMenuPages().filter(({ phase }) => phase !== 'home')
  if (pages.length === 0) return null
  return (
    <Panel title={t('快捷入口', 'Shortcuts')}>
      <nav className="zx-shortcuts" aria-label={t('快捷入口', 'Shortcuts')}>
        {pages.map((page) => (
          <Link key={page.path} to={hrefOf(page)}>
            {page.icon ? <Icon name={page.icon} /> : null}
            <span>{t(page.title)}</span>
          </Link>
        ))}
      </nav>
    </Panel>
  )
}
