import { PlusOutlined, UploadOutlined } from '@ant-design/icons'
import { App, Button, Input, Tag } from 'antd'
import { useRef, useState } from 'react'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { cell, download } from '../../../console/kit/tableExport.ts'
import { type Column, type RowAct, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { type CodeSetDetail, CodeValue } from '../contract.ts'
import { fieldNames } from './codeDiff.tsx'
import { importDraft, saveDraft } from './codeDraft.tsx'
import { valueStates } from './words.ts'

const csvColumns = ['code', 'zh', 'en', 'order', 'state', 'parent', 'from', 'to'] as const

/** The values as they would be: those of the draft if there is one. Each change goes into the draft at once. */
export function ValuesPanel({ detail }: { detail: CodeSetDetail }) {
  const t = useText()
  const can = useCan()
  const { message } = App.useApp()
  const [words, setWords] = useState('')
  const [edited, setEdited] = useState<CodeValue | 'new'>()
  const values = detail.draft?.values ?? detail.published
  const asked = words.trim().toLowerCase()
  const shown = values.filter(({ code, zh, en }) => `${code} ${zh} ${en}`.toLowerCase().includes(asked))
  const news = new Set(detail.draft?.diff.added.map(({ code }) => code))
  const changed = new Set(detail.draft?.diff.changed.map(({ code }) => code))
  const columns: Column<CodeValue>[] = [
    {
      key: 'code',
      title: fieldNames.code,
      width: 150,
      show: ({ code }) => (
        <>
          <code>{code}</code>{' '}
          {news.has(code) ? (
            <Tag color="success">{t('新增', 'New')}</Tag>
          ) : changed.has(code) ? (
            <Tag color="processing">{t('已修改', 'Changed')}</Tag>
          ) : null}
        </>
      ),
    },
    { key: 'zh', title: fieldNames.zh },
    { key: 'en', title: fieldNames.en },
    {
      key: 'state',
      title: fieldNames.state,
      width: 90,
      show: ({ state }) => <Tag color={state === 'active' ? 'success' : undefined}>{t(valueStates[state])}</Tag>,
    },
    { key: 'parent', title: fieldNames.parent, show: ({ parent }) => (parent ? <code>{parent}</code> : '—') },
    { key: 'order', title: fieldNames.order, align: 'right', width: 80 },
    { key: 'from', title: fieldNames.from, show: ({ from }) => from ?? '—', width: 110 },
    { key: 'to', title: fieldNames.to, show: ({ to }) => to ?? '—', width: 110 },
  ]
  const dated = values.some(({ from, to }) => from !== null || to !== null)
  const nested = values.some(({ parent }) => parent !== null)
  const remove = (value: CodeValue) =>
    saveDraft(
      detail,
      values.filter(({ code }) => code !== value.code),
    ).catch((error: Error) => message.error(error.message))
  const acts = (value: CodeValue): RowAct[] => [
    { key: 'edit', label: t('编辑', 'Edit'), run: () => setEdited(value) },
    { key: 'remove', label: t('移除', 'Remove'), danger: true, run: () => void remove(value) },
  ]
  return (
    <div className="zx-panel zx-panel-flush">
      <div className="zx-tools">
        <Input
          className="zx-tools-search"
          allowClear
          placeholder={t('搜索码值或名称', 'Search code or name')}
          aria-label={t('搜索码值或名称', 'Search code or name')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <span className="zx-quiet">{t(`${shown.length} 项`, `${shown.length} values`)}</span>
        <div className="zx-tools-rest">
          <Button onClick={() => download(csvOf(values), `${detail.set}.csv`)}>{t('导出 CSV', 'Export CSV')}</Button>
          <Can needs="system.code.edit">
            <ImportButton detail={detail} />
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited('new')}>
              {t('新增码值', 'Add a value')}
            </Button>
          </Can>
        </div>
      </div>
      <TableView
        small
        label={t('码值', 'Values')}
        columns={columns.filter(({ key }) =>
          key === 'parent' ? nested : key === 'from' || key === 'to' ? dated : true,
        )}
        rows={shown}
        rowKey={({ code }) => code}
        acts={can('system.code.edit') ? acts : undefined}
        empty={<Empty title={asked ? t('没有符合条件的码值', 'No value matches') : t('还没有码值', 'No values yet')} />}
      />
      <ValueDrawer detail={detail} values={values} edited={edited} close={() => setEdited(undefined)} />
    </div>
  )
}

const csvOf = (values: readonly CodeValue[]) =>
  new Blob(
    [
      `\uFEFF${[csvColumns, ...values.map((value) => csvColumns.map((column) => cell(String(value[column] ?? ''))))].map((line) => line.join(',')).join('\r\n')}\r\n`,
    ],
    { type: 'text/csv;charset=utf-8' },
  )

function ImportButton({ detail }: { detail: CodeSetDetail }) {
  const t = useText()
  const { message } = App.useApp()
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  async function take(file: File) {
    setBusy(true)
    try {
      await importDraft(detail, await file.text())
      message.success(t('已导入为草稿', 'Imported into the draft'))
    } catch (error) {
      message.error(error instanceof Error ? error.message : String(error), 6)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv"
        hidden
        aria-label={t('CSV 文件', 'CSV file')}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) void take(file)
        }}
      />
      <Button
        icon={<UploadOutlined aria-hidden />}
        loading={busy}
        title={t(
          '列:code,zh,en,order,state,parent,from,to(前三列必填)',
          'Columns: code,zh,en,order,state,parent,from,to; the first three are needed',
        )}
        onClick={() => input.current?.click()}
      >
        {t('导入 CSV', 'Import CSV')}
      </Button>
    </>
  )
}

type DrawerProps = {
  detail: CodeSetDetail
  values: CodeValue[]
  edited: CodeValue | 'new' | undefined
  close: () => void
}

function ValueDrawer({ detail, values, edited, close }: DrawerProps) {
  const t = useText()
  const old = edited === 'new' ? undefined : edited
  const next = Math.max(0, ...values.map(({ order }) => order)) + 10
  const parents = values
    .filter(({ code }) => code !== old?.code)
    .map(({ code, zh, en }) => ({ value: code, label: text(`${code} ${zh}`, `${code} ${en}`) }))
  return (
    <FormDrawer
      open={edited !== undefined}
      title={old ? t(`编辑码值 ${old.code}`, `Edit ${old.code}`) : t('新增码值', 'Add a value')}
      close={close}
      schema={CodeValue}
      initial={old ?? { order: Math.min(next, 1_000_000), state: 'active' }}
      parts={[
        {
          name: 'code',
          label: fieldNames.code,
          disabled: old !== undefined,
          help: text('字母、数字、点、横线或下划线', 'Letters, digits, dot, dash, underscore'),
          check: (value) =>
            !old && values.some(({ code }) => code === value)
              ? text('码值已存在', 'This code is there already')
              : undefined,
        },
        { name: 'order', label: fieldNames.order },
        { name: 'zh', label: fieldNames.zh },
        { name: 'en', label: fieldNames.en },
        {
          name: 'state',
          label: fieldNames.state,
          options: Object.entries(valueStates).map(([value, label]) => ({ value, label })),
          help: text(
            '停用后仍能显示旧数据,但不能再选用',
            'A retired value still names old data but can no longer be chosen',
          ),
        },
        { name: 'parent', label: fieldNames.parent, widget: 'choice', options: parents },
        { name: 'from', label: fieldNames.from, placeholder: text('2026-01-05', '2026-01-05') },
        {
          name: 'to',
          label: fieldNames.to,
          placeholder: text('2026-12-31', '2026-12-31'),
          help: text('从这一天起不再有效', 'The first day it is no longer valid'),
        },
      ]}
      submit={text('存入草稿', 'Save into the draft')}
      save={async (typed) => {
        const { parent = null, from = null, to = null, ...rest } = typed as Partial<CodeValue>
        const value = { ...rest, parent, from, to } as CodeValue
        const all = old ? values.map((one) => (one.code === old.code ? value : one)) : [...values, value]
        await saveDraft(detail, all)
      }}
    />
  )
}
