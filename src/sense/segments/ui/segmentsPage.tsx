import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useMemo, useState } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { NewSegment, type Segment, type SegmentDetail, states } from '../contract.ts'
import { segmentParts } from './segmentForm.ts'
import { modeName, stateColours, stateNames } from './words.ts'
import './segments.css'

export function SegmentsPage() {
  const t = useText()
  const navigate = useNavigate()
  const columns = useColumns()
  const [adding, setAdding] = useState(false)
  const create = (
    <Can needs="segments.segment.edit">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
        {t('新建客群', 'New segment')}
      </Button>
    </Can>
  )
  return (
    <>
      <PageHead
        title={t('客群', 'Segments')}
        hint={t(
          '把“哪些客户”写成规则并保存,按计划刷新;每次刷新留下一份名单快照。',
          'Who is meant, kept as a rule and asked on a schedule; each refresh leaves a snapshot of its members.',
        )}
      >
        {create}
      </PageHead>
      <DataTable<Segment>
        id="segments"
        label={text('客群', 'Segments')}
        url="/api/segments"
        columns={columns}
        rowKey={({ id }) => id}
        href={({ id }) => `/sense/segments/${id}`}
        filters={[
          {
            key: 'state',
            title: text('状态', 'State'),
            kind: 'choice',
            options: states.map((value) => ({ value, label: stateNames[value] })),
          },
          { key: 'folder', title: text('分组', 'Folder'), kind: 'words' },
        ]}
        search={text('名称、分组、说明、负责人', 'Name, folder, description, owner')}
        sort="-updatedAt"
        empty={
          <Empty
            title={t('还没有客群', 'No segments yet')}
            hint={t('写一条规则,先看看会有多少客户。', 'Write a rule and see how many customers it finds.')}
          >
            {create}
          </Empty>
        }
      />
      <FormDrawer
        open={adding}
        title={t('新建客群', 'New segment')}
        close={() => setAdding(false)}
        schema={NewSegment}
        parts={segmentParts}
        submit={text('创建并编写规则', 'Create, then write the rule')}
        save={async (values) => {
          const made = await api.post<SegmentDetail>('/api/segments', values)
          await refresh('/api/segments')
          void navigate(`/sense/segments/${made.id}/edit`)
        }}
      />
    </>
  )
}

function useColumns(): Column<Segment>[] {
  const t = useText()
  const { time, ago, number } = useFormats()
  return useMemo(
    () => [
      { key: 'name', title: text('名称', 'Name'), sort: true, show: ({ name }) => name },
      {
        key: 'state',
        title: text('状态', 'State'),
        width: 150,
        show: ({ state, refreshing, error }) => (
          <>
            <Tag color={stateColours[state]}>{t(stateNames[state])}</Tag>
            {refreshing ? <Tag color="processing">{t('刷新中', 'Refreshing')}</Tag> : null}
            {error ? <Tag color="error">{t('刷新失败', 'Failed')}</Tag> : null}
          </>
        ),
        text: ({ state }) => t(stateNames[state]),
      },
      {
        key: 'size',
        title: text('客户数', 'Customers'),
        sort: true,
        width: 120,
        align: 'right',
        show: ({ size }) => (size === null ? blank : number(size)),
      },
      {
        key: 'refreshedAt',
        title: text('最近刷新', 'Refreshed'),
        sort: true,
        width: 130,
        show: ({ refreshedAt }) =>
          refreshedAt ? (
            <time title={time(refreshedAt)}>{ago(refreshedAt)}</time>
          ) : (
            <span className="zx-quiet">{blank}</span>
          ),
        text: ({ refreshedAt }) => refreshedAt && time(refreshedAt),
      },
      {
        key: 'cron',
        title: text('刷新计划', 'Schedule'),
        width: 150,
        show: (row) => t(modeName(row)),
        text: (row) => t(modeName(row)),
      },
      { key: 'folder', title: text('分组', 'Folder'), width: 120, show: ({ folder }) => folder || blank },
      { key: 'owner', title: text('负责人', 'Owner'), width: 120, show: ({ owner }) => owner || blank },
      {
        key: 'org',
        title: text('机构', 'Organisation'),
        width: 140,
        hidden: true,
        show: ({ org }) => org.name,
        text: ({ org }) => org.name,
      },
      {
        key: 'updatedAt',
        title: text('修改时间', 'Changed'),
        sort: true,
        width: 150,
        show: ({ updatedAt, updatedBy }) => <time title={`${time(updatedAt)} ${updatedBy}`}>{ago(updatedAt)}</time>,
        text: ({ updatedAt }) => time(updatedAt),
      },
    ],
    [t, time, ago, number],
  )
}
