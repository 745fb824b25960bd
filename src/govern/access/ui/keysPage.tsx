import { PlusOutlined } from '@ant-design/icons'
import { Button, Popover, Tag } from 'antd'
import { useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { DayPicker } from '../../../console/kit/dayPicker.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { SecretOnce } from '../../../console/kit/secretOnce.tsx'
import { Can, useCan, useSession } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column, RowAct } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { OrgPicker } from '../../orgs/ui/orgPicker.tsx'
import { type Key, type KeyMade, NewKey } from '../contract.ts'
import { PermissionMatrix } from './permissionMatrix.tsx'
import { keyStateColours, keyStateNames } from './words.ts'

function useColumns(): Column<Key>[] {
  const t = useText()
  const { time, ago } = useFormats()
  return [
    { key: 'name', title: text('名称', 'Name'), sort: true, width: 180, show: ({ name }) => <strong>{name}</strong> },
    { key: 'hint', title: text('密钥开头', 'Begins with'), show: ({ hint }) => <code>{hint}…</code>, width: 150 },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 100,
      show: ({ state }) => <Tag color={keyStateColours[state]}>{t(keyStateNames[state])}</Tag>,
      text: ({ state }) => sayNow()(keyStateNames[state]),
    },
    { key: 'org', title: text('数据范围', 'Scope'), show: ({ org }) => org.name, text: ({ org }) => org.name },
    {
      key: 'permissions',
      title: text('权限', 'Permissions'),
      show: ({ permissions }) => <Permissions ids={permissions} />,
      text: ({ permissions }) => permissions.join(' '),
    },
    {
      key: 'expiresAt',
      title: text('到期', 'Expires'),
      show: ({ expiresAt }) => (expiresAt ? time(expiresAt) : t('长期有效', 'Never')),
      width: 150,
    },
    {
      key: 'lastUsedAt',
      title: text('最近使用', 'Last used'),
      width: 150,
      show: ({ lastUsedAt, lastUsedIp }) =>
        lastUsedAt ? (
          <span title={`${time(lastUsedAt)} ${lastUsedIp ?? ''}`}>{ago(lastUsedAt)}</span>
        ) : (
          t('从未', 'Never')
        ),
    },
    {
      key: 'createdAt',
      title: text('创建时间', 'Created'),
      sort: true,
      show: ({ createdAt }) => time(createdAt),
      hidden: true,
    },
    {
      key: 'createdBy',
      title: text('创建人', 'Made by'),
      show: ({ createdBy }) => createdBy.name,
      text: ({ createdBy }) => createdBy.name,
    },
  ]
}

function Permissions({ ids }: { ids: string[] }) {
  const t = useText()
  return (
    <Popover
      trigger={['hover', 'click']}
      title={t('权限', 'Permissions')}
      content={
        <div className="zx-columns">
          {ids.map((id) => (
            <code key={id}>{id}</code>
          ))}
        </div>
      }
    >
      <Button type="link" size="small" style={{ paddingInline: 0 }}>
        {t(`${ids.length} 项`, String(ids.length))}
      </Button>
    </Popover>
  )
}

export function KeysPage() {
  const t = useText()
  const can = useCan()
  const columns = useColumns()
  const revoke = useRevoke()
  const [making, setMaking] = useState(false)
  const [secret, setSecret] = useState<string>()
  const acts = (key: Key): RowAct[] =>
    key.state === 'revoked' ? [] : [{ key: 'revoke', label: t('吊销', 'Revoke'), danger: true, run: () => revoke(key) }]
  const add = (
    <Can needs="access.key.edit">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setMaking(true)}>
        {t('新建密钥', 'New key')}
      </Button>
    </Can>
  )
  return (
    <>
      <PageHead
        title={t('服务密钥', 'Service keys')}
        hint={t(
          '供行内其他系统调用接口。每个密钥只拥有所选的权限和数据范围。',
          'For other systems of the bank that call the API. Each key holds only the permissions and the scope chosen for it.',
        )}
      >
        {add}
      </PageHead>
      <DataTable<Key>
        id="keys"
        label={text('服务密钥', 'Service keys')}
        url="/api/access/keys"
        columns={columns}
        rowKey={({ id }) => id}
        filters={[
          {
            key: 'state',
            title: text('状态', 'State'),
            kind: 'choice',
            options: Object.entries(keyStateNames).map(([value, label]) => ({ value, label })),
          },
        ]}
        search={text('搜索名称或密钥开头', 'Search name or beginning')}
        sort="-createdAt"
        acts={can('access.key.edit') ? acts : undefined}
        empty={
          <Empty
            title={t('还没有服务密钥', 'No service keys yet')}
            hint={t(
              '为需要调用接口的系统各建一个密钥,便于单独吊销',
              'Make one for each system that calls the API, so that each can be revoked alone',
            )}
          />
        }
      />
      <NewKeyDrawer open={making} close={() => setMaking(false)} made={setSecret} />
      <SecretOnce
        title={t('密钥已创建', 'The key is made')}
        says={t(
          '密钥只显示这一次。请立即保存到调用方的密钥管理中。',
          "It is shown this once. Put it into the caller's secret store now.",
        )}
        secret={secret}
        close={() => setSecret(undefined)}
      />
    </>
  )
}

function useRevoke(): (key: Key) => void {
  const t = useText()
  const confirm = useConfirmAct()
  return (key) =>
    confirm({
      title: t(`吊销密钥“${key.name}”?`, `Revoke the key ${key.name}?`),
      says: t(
        '使用该密钥的系统将立即无法调用接口,且不能恢复。',
        'Systems that use it are refused at once. It cannot be brought back.',
      ),
      ok: t('吊销', 'Revoke'),
      danger: true,
      typed: key.name,
      async run() {
        await api.post(`/api/access/keys/${key.id}/revoke`)
        await refresh('/api/access/keys')
      },
      done: t('已吊销', 'Revoked'),
    })
}

type NewProps = { open: boolean; close: () => void; made: (secret: string) => void }

function NewKeyDrawer({ open, close, made }: NewProps) {
  const t = useText()
  const { me } = useSession()
  return (
    <FormDrawer
      open={open}
      size={760}
      title={t('新建服务密钥', 'New service key')}
      close={close}
      schema={NewKey}
      initial={{ org: me.scopeNow?.id ?? me.org.id, permissions: [] }}
      parts={[
        {
          name: 'name',
          label: text('名称', 'Name'),
          placeholder: text('例如:手机银行埋点', 'For example mobile bank events'),
        },
        {
          name: 'org',
          label: text('数据范围', 'Scope'),
          widget: <OrgPicker />,
          help: text('只能访问该机构及其下级的数据', 'Only the data of this organisation and below'),
        },
        {
          name: 'expiresAt',
          label: text('到期日', 'Valid until'),
          widget: <DayPicker future placeholder={t('长期有效', 'For ever')} />,
          help: text('建议设置,到期前更换', 'Better set: replace it before then'),
        },
        { name: 'permissions', label: text('权限', 'Permissions'), widget: <PermissionMatrix />, wide: true },
      ]}
      submit={text('创建', 'Create')}
      said={false}
      save={async (values) => {
        const { secret } = await api.post<KeyMade>('/api/access/keys', values)
        await refresh('/api/access/keys')
        made(secret)
      }}
    />
  )
}
