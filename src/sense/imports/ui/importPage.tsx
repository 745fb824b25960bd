import { Button, Tag } from 'antd'
import { useEffect, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Choices, ColumnMapping, ImportDetail } from '../contract.ts'
import {
  encodingNames,
  formatNames,
  isBusy,
  nameOfUse,
  stateColours,
  stateNames,
  targetNames,
  typeNames,
} from './words.ts'
import { WorkPanel } from './workPanel.tsx'
import './imports.css'

export function ImportPage() {
  const { id = '' } = useParams()
  const [busy, setBusy] = useState(true)
  const asked = useApi<ImportDetail>(`/api/imports/${id}`, undefined, { refetchEvery: busy ? 1000 : undefined })
  const state = asked.data?.state
  useEffect(() => {
    setBusy(isBusy(state))
    // The rows of the check or run before are no longer those that count.
    if (!isBusy(state)) void refresh(`/api/imports/${id}/bad-rows`)
  }, [state, id])
  return <Answer of={asked}>{(detail) => <Sheet detail={detail} />}</Answer>
}

function Sheet({ detail }: { detail: ImportDetail }) {
  const t = useText()
  const navigate = useNavigate()
  const edit = () => void navigate(`/sense/imports/new?import=${detail.id}`)
  return (
    <>
      <PageHead
        title={detail.name}
        back="/sense/imports"
        hint={detail.fileName}
        tags={<Tag color={stateColours[detail.state]}>{t(stateNames[detail.state])}</Tag>}
      >
        <Can needs="imports.run">
          {['uploaded', 'failed', 'cancelled'].includes(detail.state) && !detail.fileGone && detail.fileHash ? (
            <Button onClick={edit}>
              {detail.mapping ? t('修改映射', 'Change the mapping') : t('设置映射', 'Map the columns')}
            </Button>
          ) : null}
          {isBusy(detail.state) ? null : <Remove detail={detail} />}
        </Can>
      </PageHead>
      <WorkPanel detail={detail} edit={edit} />
      <About detail={detail} />
      {detail.mapping ? <MappingPanel detail={detail} /> : null}
    </>
  )
}

function Remove({ detail }: { detail: ImportDetail }) {
  const t = useText()
  const navigate = useNavigate()
  const confirm = useConfirmAct()
  const remove = () =>
    confirm({
      title: t(`删除导入“${detail.name}”?`, `Delete the import ${detail.name}?`),
      says: t(
        '文件、坏行与统计将被删除且不能恢复;已导入的客户与事件不受影响。',
        'The file, its bad rows and figures go for good; customers and events that were imported stay.',
      ),
      ok: t('删除', 'Delete'),
      danger: true,
      done: t('已删除', 'Deleted'),
      run: async () => {
        await api.delete(`/api/imports/${detail.id}`)
        void navigate('/sense/imports', { replace: true })
        await refresh('/api/imports')
      },
    })
  return (
    <Button danger onClick={remove}>
      {t('删除', 'Delete')}
    </Button>
  )
}

function About({ detail }: { detail: ImportDetail }) {
  const t = useText()
  const { second, bytes, number } = useFormats()
  const { format, reading, target, mode } = detail
  return (
    <Panel title={t('文件与任务', 'File and work')}>
      <Detail
        items={[
          {
            label: t('文件', 'File'),
            value: `${format ? t(formatNames[format]) : ''} ${bytes(detail.fileSize)}${detail.fileGone ? t('(已清除)', ' (taken away)') : ''}`,
          },
          detail.rows !== null && { label: t('行数', 'Rows'), value: number(detail.rows) },
          reading.encoding !== undefined && { label: t('编码', 'Encoding'), value: encodingNames[reading.encoding] },
          reading.sheet !== undefined && { label: t('工作表', 'Sheet'), value: reading.sheet },
          target !== null && { label: t('内容', 'Content'), value: t(targetNames[target]) },
          mode !== null && {
            label: t('方式', 'Way'),
            value: mode === 'all' ? t('全部正确才导入', 'All rows or none') : t('只导入正确的行', 'The good rows'),
          },
          { label: t('机构', 'Organisation'), value: detail.orgName },
          { label: t('操作人', 'By'), value: detail.by },
          { label: t('创建时间', 'Created'), value: second(detail.createdAt) },
          { label: t('开始时间', 'Begun'), value: second(detail.startedAt) },
          { label: t('结束时间', 'Ended'), value: second(detail.finishedAt) },
          {
            label: t('文件指纹(SHA-256)', 'Hash (SHA-256)'),
            value: detail.fileHash ? <code>{detail.fileHash.slice(0, 16)}…</code> : null,
          },
        ]}
      />
    </Panel>
  )
}

function MappingPanel({ detail }: { detail: ImportDetail }) {
  const t = useText()
  const choices = useApi<Choices>('/api/imports/choices')
  const { mapping } = detail
  if (!mapping) return null
  const kinds = new Map(choices.data?.identities.map(({ kind, name }) => [kind, name]))
  const becomes = ({ as, kind, name, type }: ColumnMapping) => {
    if (as === 'identity') return t(kinds.get(kind ?? '') ?? { zh: kind ?? '', en: kind ?? '' })
    return as === 'value' ? (
      <>
        <code>{name}</code> {t(typeNames[type ?? 'text'])}
      </>
    ) : null
  }
  const columns: Column<ColumnMapping>[] = [
    { key: 'column', title: text('文件中的列', 'Column of the file') },
    { key: 'as', title: text('用途', 'Use'), show: ({ as }) => t(nameOfUse(as, mapping.target)) },
    { key: 'name', title: text('导入为', 'Becomes'), show: becomes },
  ]
  return (
    <Panel flush title={t('列映射', 'Columns')}>
      <TableView
        small
        label={t('列映射', 'Columns')}
        columns={columns}
        rows={mapping.columns}
        rowKey={({ column }) => column}
      />
    </Panel>
  )
}
