import { Tag } from 'antd'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { Answer } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Session } from '../contract.ts'
import { agentName } from './agentName.ts'

/** Where one is signed in; an unknown one can be ended at once. */
export function SessionsPanel() {
  const asked = useApi<{ items: Session[] }>('/api/access/me/sessions')
  return <Answer of={asked}>{({ items }) => <SessionTable items={items} />}</Answer>
}

function SessionTable({ items }: { items: Session[] }) {
  const t = useText()
  const { time, ago } = useFormats()
  const confirm = useConfirmAct()
  const columns: Column<Session>[] = [
    {
      key: 'agent',
      title: text('设备', 'Device'),
      show: ({ agent, current }) => (
        <span title={agent}>
          {agentName(agent)} {current ? <Tag color="success">{t('当前', 'This one')}</Tag> : null}
        </span>
      ),
    },
    { key: 'ip', title: text('IP 地址', 'IP address') },
    {
      key: 'via',
      title: text('登录方式', 'Way'),
      show: ({ via }) => (via === 'password' ? t('密码', 'Password') : via),
    },
    { key: 'createdAt', title: text('登录时间', 'Signed in'), show: ({ createdAt }) => time(createdAt) },
    { key: 'lastSeenAt', title: text('最近活动', 'Last seen'), show: ({ lastSeenAt }) => ago(lastSeenAt) },
    { key: 'expiresAt', title: text('到期', 'Ends'), show: ({ expiresAt }) => time(expiresAt) },
  ]
  const end = (session: Session) =>
    confirm({
      title: t('结束这个会话?', 'End this session?'),
      says: t(
        `${agentName(session.agent)}(${session.ip})上的登录将立即结束。`,
        `The sign-in on ${agentName(session.agent)} (${session.ip}) ends at once.`,
      ),
      ok: t('结束', 'End it'),
      danger: true,
      async run() {
        await api.delete(`/api/access/me/sessions/${session.id}`)
        await refresh('/api/access/me/sessions')
      },
      done: t('已结束', 'Ended'),
    })
  return (
    <div className="zx-panel zx-panel-flush">
      <TableView
        label={t('登录会话', 'Sessions')}
        columns={columns}
        rows={items}
        rowKey={({ id }) => id}
        acts={(session) => [
          {
            key: 'end',
            label: t('结束', 'End'),
            danger: true,
            cannot: session.current ? t('当前会话请使用“退出登录”', 'For this one, sign out') : undefined,
            run: () => end(session),
          },
        ]}
      />
    </div>
  )
}
