import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag as Chip } from 'antd'
import { useMemo } from 'react'
import { useNavigate } from 'react-router'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { kinds, states, type Tag } from '../contract.ts'
import { FolderTree } from './folderTree.tsx'
import { driftName, kindNames, scheduleName, stateColours, stateNames } from './words.ts'
import './tags.css'

export function TagsPage() {
  const t = useText()
  const navigate = useNavigate()
  const columns = useColumns()
  const create = (
    <Can needs="tags.tag.edit">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => void navigate('/sense/tags/new')}>
        {t('新建标签', 'New tag')}
      </Button>
    </Can>
  )
  return (
    <>
      <PageHead
        title={t('标签', 'Tags')}
        hint={t(
          '对每位客户的一个说法:由规则计算,或由名单、模型写入;每次变化都留下历史。',
          'What is said of each customer: computed by a rule, or given by lists and models; every change is kept.',
        )}
      >
        {create}
      </PageHead>
      <div className="zx-tag-catalogue">
        <FolderTree />
        <DataTable<Tag>
          id="tags"
          label={text('标签', 'Tags')}
          url="/api/tags"
          columns={columns}
          rowKey={({ id }) => id}
          href={({ id }) => `/sense/tags/${id}`}
          hiddenFilters={['folder']}
          filters={[
            {
              key: 'kind',
              title: text('类型', 'Kind'),
              kind: 'choice',
              options: kinds.map((value) => ({ value, label: kindNames[value] })),
            },
            {
              key: 'state',
              title: text('状态', 'State'),
              kind: 'choice',
              options: states.map((value) => ({ value, label: stateNames[value] })),
            },
            {
              key: 'unused',
              title: text('使用情况', 'Use'),
              kind: 'choice',
              options: [{ value: 'yes', label: text('90 天无人使用', 'Unused for 90 days') }],
            },
          ]}
          search={text('名称、目录、说明、负责人', 'Name, folder, description, owner')}
          sort="name"
          empty={
            <Empty
              title={t('还没有标签', 'No tags yet')}
              hint={t(
                '从模板开始最快:资产等级、RFM、生命周期。',
                'A template is the quickest start: asset level, RFM, stage of life.',
              )}
            >
              {create}
            </Empty>
          }
        />
      </div>
    </>
  )
}

function useColumns(): Column<Tag>[] {
  const t = useText()
  const { time, ago, number } = useFormats()
  return useMemo(
    () => [
      { key: 'name', title: text('名称', 'Name'), sort: true, show: ({ name }) => name },
      {
        key: 'kind',
        title: text('类型', 'Kind'),
        width: 90,
        show: ({ kind }) => t(kindNames[kind]),
        text: ({ kind }) => t(kindNames[kind]),
      },
      {
        key: 'state',
        title: text('状态', 'State'),
        width: 150,
        show: ({ state, computing, error }) => (
          <>
            <Chip color={stateColours[state]}>{t(stateNames[state])}</Chip>
            {computing ? <Chip color="processing">{t('计算中', 'Computing')}</Chip> : null}
            {error ? <Chip color="error">{t('失败', 'Failed')}</Chip> : null}
          </>
        ),
        text: ({ state }) => t(stateNames[state]),
      },
      {
        key: 'covered',
        title: text('覆盖客户', 'Covered'),
        sort: true,
        width: 150,
        align: 'right',
        show: ({ covered, universe }) => <Coverage covered={covered} universe={universe} />,
        text: ({ covered }) => (covered === null ? blank : number(covered)),
      },
      {
        key: 'drift',
        title: text('漂移', 'Drift'),
        width: 90,
        show: ({ drift }) => {
          const said = driftName(drift)
          return said ? <Chip color={said.colour}>{t(said.name)}</Chip> : <span className="zx-quiet">{blank}</span>
        },
        text: ({ drift }) => (drift === null ? blank : drift.toFixed(3)),
      },
      {
        key: 'computedAt',
        title: text('最近计算', 'Computed'),
        sort: true,
        width: 120,
        show: ({ computedAt }) =>
          computedAt ? (
            <time title={time(computedAt)}>{ago(computedAt)}</time>
          ) : (
            <span className="zx-quiet">{blank}</span>
          ),
        text: ({ computedAt }) => computedAt && time(computedAt),
      },
      {
        key: 'schedule',
        title: text('计算计划', 'Schedule'),
        width: 130,
        show: (tag) => t(scheduleName(tag)),
        text: (tag) => t(scheduleName(tag)),
      },
      { key: 'owner', title: text('负责人', 'Owner'), width: 110, show: ({ owner }) => owner || blank },
      {
        key: 'folder',
        title: text('目录', 'Folder'),
        width: 120,
        hidden: true,
        show: ({ folder }) => folder || blank,
      },
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
        width: 130,
        hidden: true,
        show: ({ updatedAt, updatedBy }) => <time title={`${time(updatedAt)} ${updatedBy}`}>{ago(updatedAt)}</time>,
        text: ({ updatedAt }) => time(updatedAt),
      },
    ],
    [t, time, ago, number],
  )
}

function Coverage({ covered, universe }: { covered: number | null; universe: number | null }) {
  const { number } = useFormats()
  if (covered === null) return <span className="zx-quiet">{blank}</span>
  const share = universe ? (100 * covered) / universe : 0
  return (
    <span className="zx-tag-coverage">
      {number(covered)} <span className="zx-quiet">{universe ? `${share.toFixed(share < 10 ? 1 : 0)}%` : ''}</span>
      <span aria-hidden>
        <i style={{ width: `${Math.min(100, share)}%` }} />
      </span>
    </span>
  )
}
