import { Tag } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column, RowAct } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import type { Merge } from '../contract.ts'
import { ReasonModal } from './reasonModal.tsx'
import { graphOf, whyNames } from './words.ts'

export function MergesPanel() {
  const t = useText()
  const columns = useMergeColumns()
  const { acts, modal } = useUndo()
  return (
    <>
      <DataTable<Merge>
        id="identity-merges"
        label={text('合并记录', 'Merges')}
        url="/api/identity/merges"
        columns={columns}
        rowKey={({ id }) => id}
        search={text('搜索客户编号、原因、操作人', 'Search number, reason, person')}
        sort="-at"
        acts={acts}
        filters={[
          {
            key: 'why',
            kind: 'choice',
            title: text('合并方式', 'How'),
            options: Object.entries(whyNames).map(([value, label]) => ({ value, label })),
          },
          {
            key: 'state',
            kind: 'choice',
            title: text('状态', 'State'),
            options: [
              { value: 'standing', label: text('有效', 'Standing') },
              { value: 'undone', label: text('已撤销', 'Undone') },
            ],
          },
          { key: 'at', kind: 'days', title: text('合并时间', 'Merged'), from: 'from', to: 'to' },
        ]}
        empty={
          <Empty
            title={t('还没有合并记录', 'No customers were merged yet')}
            hint={t('匿名客户登录后会并入已知客户', 'An anonymous customer who logs in is merged into the known one')}
          />
        }
      />
      {modal}
    </>
  )
}

export function useMergeColumns(): Column<Merge>[] {
  const t = useText()
  const { second } = useFormats()
  return [
    { key: 'at', title: text('时间', 'At'), sort: true, width: 170, show: ({ at }) => second(at) },
    {
      key: 'merge',
      title: text('合并', 'Merge'),
      width: 150,
      show: ({ loser, winner }) => (
        <span className="zx-id-merge">
          <Link to={graphOf(loser)}>#{loser}</Link>
          <span aria-hidden>→</span>
          <span className="zx-hidden">{t('并入', 'into')}</span>
          <Link to={graphOf(winner)}>#{winner}</Link>
        </span>
      ),
      text: ({ loser, winner }) => `${loser} → ${winner}`,
    },
    {
      key: 'why',
      title: text('方式', 'How'),
      width: 190,
      show: ({ why, via }) => (
        <>
          {t(whyNames[why])}
          {via ? <span className="zx-quiet"> · {t(via.name)}</span> : null}
        </>
      ),
      text: ({ why }) => t(whyNames[why]),
    },
    {
      key: 'moved',
      title: text('带入的身份', 'Identities brought'),
      show: ({ moved }) =>
        moved.length === 0 ? (
          <span className="zx-quiet">{t('无', 'None')}</span>
        ) : (
          moved.map(({ kind, name, count }) => (
            <Tag key={kind}>
              {t(name)}
              {count > 1 ? ` × ${count}` : ''}
            </Tag>
          ))
        ),
      text: ({ moved }) => moved.map(({ name, count }) => `${t(name)} ${count}`).join(', '),
    },
    { key: 'reason', title: text('原因', 'Reason'), show: ({ reason }) => reason || '—' },
    { key: 'by', title: text('操作人', 'By'), width: 120, show: ({ by }) => by.name, text: ({ by }) => by.name },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 110,
      show: ({ undone }) =>
        undone ? (
          <span title={`${undone.by.name} · ${second(undone.at)} · ${undone.reason}`}>
            <Tag>{t('已撤销', 'Undone')}</Tag>
          </span>
        ) : (
          <Tag color="success">{t('有效', 'Standing')}</Tag>
        ),
      text: ({ undone }) => (undone ? t('已撤销', 'Undone') : t('有效', 'Standing')),
    },
  ]
}

/** The act of undoing for rows of merges, and its dialog. */
export function useUndo() {
  const t = useText()
  const can = useCan()
  const [merge, setMerge] = useState<Merge>()
  const acts = (row: Merge): RowAct[] =>
    can('identity.merge.edit') && !row.undone
      ? [{ key: 'undo', label: t('撤销', 'Undo'), danger: true, run: () => setMerge(row) }]
      : []
  const count = merge?.moved.reduce((sum, one) => sum + one.count, 0) ?? 0
  const modal = (
    <ReasonModal
      open={merge !== undefined}
      title={t(
        `撤销 #${merge?.loser} 并入 #${merge?.winner}?`,
        `Undo the merge of #${merge?.loser} into #${merge?.winner}?`,
      )}
      says={
        <p>
          {t(
            `两位客户恢复为合并前的样子:当时带入的 ${count} 个身份回到 #${merge?.loser},之后新增的留在 #${merge?.winner}。系统不会再自动合并这两位客户。`,
            `Both are as they were before: the ${count} identities brought then go back to #${merge?.loser}, later ones stay with #${merge?.winner}. The two are not merged by themselves again.`,
          )}
        </p>
      }
      submit={text('撤销合并', 'Undo the merge')}
      done={text('已撤销', 'Undone')}
      close={() => setMerge(undefined)}
      save={async (reason) => {
        await api.post(`/api/identity/merges/${merge?.id}/undo`, { reason })
        await refresh('/api/identity')
      }}
    />
  )
  return { acts, modal }
}
