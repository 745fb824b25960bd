import { PlusOutlined } from '@ant-design/icons'
import { Button, Progress, Tag } from 'antd'
import { useNavigate } from 'react-router'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { type Import, states, targets } from '../contract.ts'
import { formatNames, isBusy, stateColours, stateNames, targetNames } from './words.ts'
import './imports.css'

export function ImportsPage() {
  const t = useText()
  const navigate = useNavigate()
  const columns = useColumns()
  const create = (
    <Can needs="imports.run">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => void navigate('/sense/imports/new')}>
        {t('新建导入', 'New import')}
      </Button>
    </Can>
  )
  return (
    <>
      <PageHead
        title={t('数据导入', 'Imports')}
        hint={t(
          '从 CSV、Excel、Parquet 与 JSON Lines 文件导入客户、事件与实体。同一文件重复导入不会产生重复数据。',
          'Customers, events and items from CSV, Excel, Parquet and JSON lines files. The same file again stores nothing twice.',
        )}
      >
        {create}
      </PageHead>
      <DataTable<Import>
        id="imports"
        label={text('数据导入', 'Imports')}
        url="/api/imports"
        columns={columns}
        rowKey={({ id }) => id}
        href={({ id, state }) => (state === 'uploaded' ? `/sense/imports/new?import=${id}` : `/sense/imports/${id}`)}
        search={text('搜索名称、文件、操作人', 'Name, file or person')}
        filters={[
          {
            key: 'state',
            title: text('状态', 'State'),
            kind: 'choice',
            options: states.map((value) => ({ value, label: stateNames[value] })),
          },
          {
            key: 'target',
            title: text('内容', 'Content'),
            kind: 'choice',
            options: targets.map((value) => ({ value, label: targetNames[value] })),
          },
        ]}
        sort="-createdAt"
        every={5000}
        empty={
          <Empty
            title={t('还没有导入过数据', 'Nothing was imported yet')}
            hint={t('上传一个文件,几分钟内即可看到客户', 'Upload a file, and see your customers within minutes')}
          >
            {create}
          </Empty>
        }
      />
    </>
  )
}

function useColumns(): Column<Import>[] {
  const t = useText()
  const { number, time, ago, bytes } = useFormats()
  return [
    { key: 'name', title: text('名称', 'Name'), sort: true },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 190,
      show: ({ state, progress }) => (
        <span className="zx-import-state">
          <Tag color={stateColours[state]}>{t(stateNames[state])}</Tag>
          {isBusy(state) ? <Progress percent={Math.round((progress ?? 0) * 100)} size="small" /> : null}
        </span>
      ),
      text: ({ state }) => sayNow()(stateNames[state]),
    },
    {
      key: 'target',
      title: text('内容', 'Content'),
      width: 90,
      show: ({ target }) => (target ? t(targetNames[target]) : blank),
    },
    {
      key: 'accepted',
      title: text('导入', 'Imported'),
      align: 'right',
      width: 100,
      show: ({ counts, startedAt }) => (startedAt ? number(counts.accepted) : blank),
      text: ({ counts }) => counts.accepted,
    },
    {
      key: 'duplicates',
      title: text('重复', 'Known'),
      align: 'right',
      width: 90,
      show: ({ counts, startedAt }) => (startedAt ? number(counts.duplicates + counts.resent) : blank),
      text: ({ counts }) => counts.duplicates + counts.resent,
    },
    {
      key: 'bad',
      title: text('坏行', 'Bad rows'),
      align: 'right',
      width: 90,
      show: ({ counts, checked }) => {
        const bad = counts.bad + counts.rejected || (checked?.bad ?? 0)
        return bad > 0 ? <span className="zx-import-bad">{number(bad)}</span> : number(0)
      },
      text: ({ counts }) => counts.bad + counts.rejected,
    },
    {
      key: 'fileSize',
      title: text('文件', 'File'),
      sort: true,
      show: ({ fileName, fileSize, format }) => (
        <span title={fileName}>
          {format ? t(formatNames[format]) : blank} <span className="zx-quiet">{bytes(fileSize)}</span>
        </span>
      ),
      text: ({ fileName }) => fileName,
    },
    { key: 'orgName', title: text('机构', 'Organisation'), hidden: true },
    { key: 'by', title: text('操作人', 'By'), width: 110 },
    {
      key: 'createdAt',
      title: text('创建时间', 'Created'),
      sort: true,
      width: 160,
      show: ({ createdAt }) => <span title={ago(createdAt)}>{time(createdAt)}</span>,
    },
  ]
}
