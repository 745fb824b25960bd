import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import type { Filter } from '../../../console/kit/tableFilters.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import type { AuditEntry } from '../contract.ts'
import { ChainPanel } from './chainPanel.tsx'
import { actionGroups, actionName, targetKind, whoKinds } from './words.ts'
import './audit.css'

const filters: readonly Filter[] = [
  { key: 'action', title: text('操作类别', 'Kind of action'), kind: 'choice', options: actionGroups },
  { key: 'actor', title: text('操作人编号', 'Id of who did it'), kind: 'words' },
  { key: 'object', title: text('对象编号', 'Id of the object'), kind: 'words' },
  { key: 'days', title: text('时间', 'Time'), kind: 'days', from: 'from', to: 'to' },
]

function useColumns(): Column<AuditEntry>[] {
  const t = useText()
  const { second } = useFormats()
  return [
    { key: 'at', title: text('时间', 'Time'), sort: true, width: 170, show: ({ at }) => second(at) },
    {
      key: 'who',
      title: text('操作人', 'Who'),
      width: 170,
      show: ({ who }) => (
        <>
          {who.name || t(whoKinds[who.kind])}{' '}
          {who.kind === 'user' || !who.name ? null : <span className="zx-quiet">{t(whoKinds[who.kind])}</span>}
        </>
      ),
      text: ({ who }) => `${who.name} ${who.id}`,
    },
    {
      key: 'action',
      title: text('操作', 'Action'),
      width: 200,
      show: ({ action }) => <span title={action}>{t(actionName(action))}</span>,
    },
    {
      key: 'target',
      title: text('对象', 'Object'),
      show: ({ target }) => (
        <>
          {target.name ?? target.id} <span className="zx-quiet">{t(targetKind(target.kind))}</span>
        </>
      ),
      text: ({ target }) => `${target.kind}:${target.id} ${target.name ?? ''}`,
    },
    { key: 'ip', title: text('来源 IP', 'From'), width: 140, show: ({ ip }) => ip ?? '—' },
    {
      key: 'seq',
      title: text('链上序号', 'Place in the chain'),
      align: 'right',
      width: 130,
      show: ({ seq }) => seq ?? t('待封存', 'being sealed'),
    },
    { key: 'id', title: text('记录编号', 'Entry'), hidden: true, show: ({ id }) => <code>{id}</code> },
    {
      key: 'kind',
      title: text('操作人类别', 'Kind of who'),
      hidden: true,
      show: ({ who }) => t(whoKinds[who.kind]),
      text: ({ who }) => sayNow()(whoKinds[who.kind]),
    },
  ]
}

export function AuditPage() {
  const t = useText()
  const columns = useColumns()
  return (
    <>
      <PageHead
        title={t('审计', 'Audit')}
        hint={t(
          '每一次变更和每一次查看个人信息明文都在这里,任何人都不能修改。',
          'Every change and every view of personal data in clear is here; nobody can alter it.',
        )}
      />
      <ChainPanel />
      <DataTable<AuditEntry>
        id="audit"
        label={text('审计记录', 'Audit entries')}
        url="/api/audit/entries"
        columns={columns}
        rowKey={({ id }) => id}
        filters={filters}
        search={text('搜索姓名、对象或操作', 'Search names, objects, actions')}
        sort="-at"
        href={({ id }) => `/govern/audit/${id}`}
      />
    </>
  )
}
