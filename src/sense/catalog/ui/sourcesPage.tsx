import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can, useSession } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { NewSource, type SourceRow } from '../contract.ts'
import { SourceDrawer } from './sourceDrawer.tsx'
import { sourceParts } from './sourceForm.tsx'
import { choices, sourceKindNames, sourceStates } from './words.ts'
import './catalog.css'

function useColumns(): Column<SourceRow>[] {
  const t = useText()
  const { time } = useFormats()
  return [
    { key: 'name', title: text('名称', 'Name'), sort: true, width: 200 },
    {
      key: 'project',
      title: text('项目', 'Project'),
      sort: true,
      width: 160,
      show: ({ project }) => <code>{project}</code>,
    },
    {
      key: 'kind',
      title: text('类型', 'Kind'),
      width: 110,
      show: ({ kind }) => t(sourceKindNames[kind]),
      text: ({ kind }) => sayNow()(sourceKindNames[kind]),
    },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 100,
      show: ({ state }) => <Tag color={state === 'on' ? 'success' : undefined}>{t(sourceStates[state])}</Tag>,
      text: ({ state }) => sayNow()(sourceStates[state]),
    },
    {
      key: 'org',
      title: text('归属机构', 'Organisation'),
      width: 160,
      show: ({ org }) => org.name,
      text: ({ org }) => org.name,
    },
    {
      key: 'writeKey',
      title: text('写入密钥', 'Write key'),
      width: 130,
      show: ({ writeKey }) => <code>{writeKey.slice(0, 8)}…</code>,
      text: ({ writeKey }) => writeKey,
    },
    { key: 'note', title: text('备注', 'Note'), show: ({ note }) => note || '—' },
    {
      key: 'createdAt',
      title: text('创建时间', 'Created'),
      sort: true,
      width: 150,
      show: ({ createdAt }) => time(createdAt),
    },
  ]
}

/** The list; which source is open at the side stands in the address too. */
export function SourcesPage() {
  const t = useText()
  const columns = useColumns()
  const { me } = useSession()
  const [params, setParams] = useSearchParams()
  const [making, setMaking] = useState(false)
  const search = new URLSearchParams(params)
  const show = (id: string | undefined) =>
    setParams((before) => {
      const after = new URLSearchParams(before)
      if (id) after.set('source', id)
      else after.delete('source')
      return after
    })
  return (
    <>
      <PageHead
        title={t('数据接入', 'Data sources')}
        hint={t(
          '每个 App、网站、小程序或系统各建一个数据源。沿用已有的神策、Segment SDK,只需更换地址。',
          'One source for each app, site, mini program or system. The Sensors and Segment SDKs you have stay; only the address changes.',
        )}
      >
        <Can needs="catalog.source.edit">
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setMaking(true)}>
            {t('新建数据源', 'New source')}
          </Button>
        </Can>
      </PageHead>
      <DataTable<SourceRow>
        id="sources"
        label={text('数据源', 'Data sources')}
        url="/api/catalog/sources"
        columns={columns}
        rowKey={({ id }) => id}
        search={text('搜索名称、项目、备注', 'Search name, project, note')}
        filters={[
          { key: 'kind', title: text('类型', 'Kind'), kind: 'choice', options: choices(sourceKindNames) },
          { key: 'state', title: text('状态', 'State'), kind: 'choice', options: choices(sourceStates) },
        ]}
        sort="-createdAt"
        href={({ id }) => {
          search.set('source', id)
          return `/sense/sources?${search}`
        }}
        empty={
          <Empty
            title={t('还没有数据源', 'No sources yet')}
            hint={t('新建一个,即可获得接入代码', 'Make one to get the code for your pages')}
          />
        }
      />
      <SourceDrawer id={params.get('source') ?? undefined} close={() => show(undefined)} />
      <FormDrawer
        open={making}
        title={t('新建数据源', 'New source')}
        close={() => setMaking(false)}
        schema={NewSource}
        initial={{ kind: 'web', org: me.scopeNow?.id ?? me.org.id }}
        parts={sourceParts}
        submit={text('创建', 'Create')}
        save={async (values) => {
          const made = await api.post<SourceRow>('/api/catalog/sources', values)
          await refresh('/api/catalog/sources')
          // After the drawer has closed, so that its address is not the one that stays.
          setTimeout(() => show(made.id))
        }}
      />
    </>
  )
}
