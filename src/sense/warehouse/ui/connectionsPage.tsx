import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can, useSession } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import type { Connection, ConnectionKind } from '../contract.ts'
import { ConnectionDrawer } from './connectionDrawer.tsx'
import { connectionParts, connectionSchema, placeText } from './connectionForm.tsx'
import { kindNames, optionsOf } from './words.ts'
import './warehouse.css'

export function ConnectionsPage() {
  const t = useText()
  const { me } = useSession()
  const columns = useColumns()
  const [params, setParams] = useSearchParams()
  const [making, setMaking] = useState(false)
  const [kind, setKind] = useState<ConnectionKind>('postgres')
  const search = new URLSearchParams(params)
  const show = (id: string | undefined) =>
    setParams((before) => {
      const after = new URLSearchParams(before)
      if (id) after.set('connection', id)
      else after.delete('connection')
      return after
    })
  const create = (
    <Can needs="warehouse.connection.edit">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setMaking(true)}>
        {t('新建连接', 'New connection')}
      </Button>
    </Can>
  )
  return (
    <>
      <PageHead
        title={t('数据连接', 'Connections')}
        hint={t(
          '行内数据库、对象存储与文件夹。密码加密保存,不再显示;建议使用只读账号。',
          'Databases, storage and folders of the bank. A password is kept sealed and never shown again; an account that can only read is best.',
        )}
      >
        {create}
      </PageHead>
      <DataTable<Connection>
        id="connections"
        label={text('数据连接', 'Connections')}
        url="/api/warehouse/connections"
        columns={columns}
        rowKey={({ id }) => id}
        search={text('搜索名称、主机', 'Search name or host')}
        filters={[{ key: 'kind', title: text('类型', 'Kind'), kind: 'choice', options: optionsOf(kindNames) }]}
        sort="-createdAt"
        href={({ id }) => {
          search.set('connection', id)
          return `/sense/connections?${search}`
        }}
        empty={
          <Empty
            title={t('还没有数据连接', 'No connections yet')}
            hint={t(
              '先建立连接,再把表映射为客户、事件或实体',
              'Connect first, then map tables to customers, events or items',
            )}
          >
            {create}
          </Empty>
        }
      />
      <ConnectionDrawer id={params.get('connection') ?? undefined} close={() => show(undefined)} />
      <FormDrawer
        open={making}
        title={t('新建连接', 'New connection')}
        close={() => {
          setMaking(false)
          setKind('postgres')
        }}
        schema={connectionSchema(kind, true)}
        initial={{ kind: 'postgres', org: me.scopeNow?.id ?? me.org.id, settings: { tls: 'verify', port: 5432 } }}
        parts={connectionParts(kind, true)}
        watch={(values) => setKind(values.kind as ConnectionKind)}
        submit={text('创建', 'Create')}
        save={async (values) => {
          const made = await api.post<Connection>('/api/warehouse/connections', values)
          await refresh('/api/warehouse/connections')
          setTimeout(() => show(made.id))
        }}
      />
    </>
  )
}

function useColumns(): Column<Connection>[] {
  const t = useText()
  const { time, number } = useFormats()
  return [
    { key: 'name', title: text('名称', 'Name'), sort: true, width: 220 },
    {
      key: 'kind',
      title: text('类型', 'Kind'),
      width: 160,
      show: ({ kind }) => t(kindNames[kind]),
      text: ({ kind }) => sayNow()(kindNames[kind]),
    },
    {
      key: 'place',
      title: text('位置', 'Where'),
      show: (one) => <code>{placeText(one)}</code>,
      text: (one) => placeText(one),
    },
    {
      key: 'tested',
      title: text('最近测试', 'Last test'),
      width: 140,
      show: ({ tested }) =>
        tested ? (
          <Tag color={tested.ok ? 'success' : 'error'}>{tested.ok ? t('正常', 'Fine') : t('失败', 'Failed')}</Tag>
        ) : (
          blank
        ),
      text: ({ tested }) => (tested ? String(tested.ok) : ''),
    },
    {
      key: 'mappings',
      title: text('映射', 'Mappings'),
      width: 90,
      align: 'right',
      show: ({ mappings }) => number(mappings),
    },
    {
      key: 'org',
      title: text('机构', 'Organisation'),
      width: 140,
      show: ({ org }) => org.name,
      text: ({ org }) => org.name,
    },
    {
      key: 'createdAt',
      title: text('创建时间', 'Created'),
      sort: true,
      width: 150,
      show: ({ createdAt }) => time(createdAt),
    },
  ]
}
