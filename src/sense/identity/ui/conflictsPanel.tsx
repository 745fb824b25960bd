import { Tag } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import type { Conflict, ConflictSide } from '../contract.ts'
import { DecideModal } from './decideModal.tsx'
import { conflictColours, conflictStates, graphOf } from './words.ts'

export function ConflictsPanel() {
  const t = useText()
  const can = useCan()
  const { time, number } = useFormats()
  const [open, setOpen] = useState<Conflict>()
  const columns: Column<Conflict>[] = [
    {
      key: 'one',
      title: text('客户', 'Customer'),
      show: ({ one }) => <Side side={one} />,
      text: ({ one }) => one.customer,
    },
    {
      key: 'other',
      title: text('与', 'And'),
      show: ({ other }) => <Side side={other} />,
      text: ({ other }) => other.customer,
    },
    {
      key: 'via',
      title: text('共同出现的身份', 'Seen with both'),
      show: ({ via }) => (
        <>
          {t(via.name)} {via.value ? <code>{via.value}</code> : null}
        </>
      ),
      text: ({ via }) => `${t(via.name)} ${via.value ?? ''}`,
    },
    {
      key: 'count',
      title: text('次数', 'Times'),
      sort: true,
      align: 'right',
      width: 90,
      show: (row) => number(row.count),
    },
    {
      key: 'lastSeen',
      title: text('最近出现', 'Last seen'),
      sort: true,
      width: 150,
      show: (row) => time(row.lastSeen),
    },
    {
      key: 'firstSeen',
      title: text('首次出现', 'First seen'),
      sort: true,
      width: 150,
      hidden: true,
      show: (row) => time(row.firstSeen),
    },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 130,
      show: ({ state }) => <Tag color={conflictColours[state]}>{t(conflictStates[state])}</Tag>,
      text: ({ state }) => t(conflictStates[state]),
    },
    { key: 'reason', title: text('处理意见', 'Reason'), hidden: true, show: ({ reason }) => reason ?? '—' },
    {
      key: 'decided',
      title: text('处理人', 'Decided by'),
      hidden: true,
      show: ({ decided }) => (decided ? `${decided.by.name} · ${time(decided.at)}` : '—'),
      text: ({ decided }) => decided?.by.name,
    },
  ]
  const may = can('identity.merge.edit')
  return (
    <>
      <DataTable<Conflict>
        id="identity-conflicts"
        label={text('待决冲突', 'Conflicts')}
        url="/api/identity/conflicts"
        // What is decided is a choice of the filter; the page is for what is not.
        fixed={{ state: 'open' }}
        columns={columns}
        rowKey={({ id }) => id}
        search={text('搜索客户编号、处理意见', 'Search number or reason')}
        sort="-lastSeen"
        filters={[
          {
            key: 'state',
            kind: 'choice',
            title: text('待处理', 'Open'),
            options: Object.entries(conflictStates).map(([value, label]) => ({ value, label })),
          },
        ]}
        acts={(row) => [
          {
            key: 'decide',
            label: may && row.state !== 'merged' ? t('处理', 'Decide') : t('查看', 'Look'),
            run: () => setOpen(row),
          },
        ]}
        empty={
          <Empty
            title={t('没有待决的冲突', 'Nothing to decide')}
            hint={t(
              '两位都有强身份的客户因同一手机号、证件等一起出现时,会在这里等待判断',
              'Two customers with strong identities who are seen with one mobile or certificate wait here for a decision',
            )}
          />
        }
      />
      <DecideModal key={open?.id} conflict={open} close={() => setOpen(undefined)} />
    </>
  )
}

function Side({ side }: { side: ConflictSide }) {
  const t = useText()
  const [first] = side.identities
  return (
    <>
      <Link to={graphOf(side.customer)}>#{side.customer}</Link>
      <div className="zx-quiet">{first ? `${t(first.name)} ${first.value}` : side.orgName}</div>
    </>
  )
}
