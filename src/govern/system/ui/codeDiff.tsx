import { Tag } from 'antd'
import { Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { type Text, text, useText } from '../../../console/kit/text.ts'
import type { CodeDiff, CodeValue } from '../contract.ts'
import { valueStates } from './words.ts'

export const fieldNames: Record<keyof CodeValue, Text> = {
  code: text('码值', 'Code'),
  zh: text('中文', 'Chinese'),
  en: text('英文', 'English'),
  order: text('排序', 'Order'),
  state: text('状态', 'State'),
  parent: text('上级码值', 'Parent'),
  from: text('生效日', 'From'),
  to: text('失效日', 'To'),
}

type Line = {
  key: string
  code: string
  kind: 'added' | 'removed' | 'changed'
  before?: CodeValue
  after?: CodeValue
  fields: string[]
}

const kinds: Record<Line['kind'], { name: Text; colour: string }> = {
  added: { name: text('新增', 'Added'), colour: 'success' },
  changed: { name: text('修改', 'Changed'), colour: 'processing' },
  removed: { name: text('删除', 'Removed'), colour: 'error' },
}

const linesOf = ({ added, removed, changed }: CodeDiff): Line[] => [
  ...added.map((after) => ({ key: `+${after.code}`, code: after.code, kind: 'added' as const, after, fields: [] })),
  ...changed.map(({ code, before, after, fields }) => ({
    key: `~${code}`,
    code,
    kind: 'changed' as const,
    before,
    after,
    fields,
  })),
  ...removed.map((before) => ({
    key: `-${before.code}`,
    code: before.code,
    kind: 'removed' as const,
    before,
    fields: [],
  })),
]

/** What differs between two sets of values, line by line. */
export function DiffView({ diff }: { diff: CodeDiff }) {
  const t = useText()
  const lines = linesOf(diff)
  const columns: Column<Line>[] = [
    {
      key: 'kind',
      title: text('变化', 'Change'),
      width: 90,
      show: ({ kind }) => <Tag color={kinds[kind].colour}>{t(kinds[kind].name)}</Tag>,
    },
    { key: 'code', title: text('码值', 'Code'), width: 140, show: ({ code }) => <code>{code}</code> },
    { key: 'what', title: text('内容', 'Content'), show: (line) => <Content line={line} /> },
  ]
  if (lines.length === 0) return <Empty title={t('没有差异', 'No difference')} />
  return (
    <div className="zx-panel zx-panel-flush">
      <TableView small label={t('差异', 'Differences')} columns={columns} rows={lines} rowKey={({ key }) => key} />
    </div>
  )
}

function Content({ line }: { line: Line }) {
  const t = useText()
  const { before, after } = line
  if (!before || !after) {
    const value = before ?? after
    return (
      <span className={before ? 'zx-codes-old' : undefined}>
        {value?.zh} / {value?.en}
      </span>
    )
  }
  return line.fields.map((field) => {
    const key = field as keyof CodeValue
    return (
      <div key={field}>
        <span className="zx-quiet">{fieldNames[key] ? t(fieldNames[key]) : field}</span>{' '}
        <span className="zx-codes-old">{said(before[key], t)}</span> → {said(after[key], t)}
      </div>
    )
  })
}

function said(value: string | number | null, t: ReturnType<typeof useText>): string {
  if (value === null || value === '') return t('无', 'none')
  return value === 'active' || value === 'retired' ? t(valueStates[value]) : String(value)
}
