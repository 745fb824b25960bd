import { Tag } from 'antd'
import { useMemo } from 'react'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { VirtualCount, VirtualCounts, VirtualEvent } from '../contract.ts'
import { Trend } from './counts.tsx'
import { baseNames, sayCondition, virtualStateColours, virtualStateNames } from './virtualWords.ts'
import { choices } from './words.ts'
import './picking.css'

export const virtualHref = (name: string) => `/sense/picking/event/${encodeURIComponent(name)}`

/** Counted apart from the list, which is there at once. */
function useCounts(): { of: (name: string) => VirtualCount | undefined; failed: boolean } {
  const list = useApi<{ items: VirtualEvent[] }>('/api/catalog/virtual', { limit: 200 })
  const names = list.data?.items.map(({ name }) => name) ?? []
  const counts = useApi<VirtualCounts>('/api/catalog/virtual/counts', { name: names }, { enabled: names.length > 0 })
  const byName = useMemo(() => new Map(counts.data?.items.map((one) => [one.name, one])), [counts.data])
  return { of: (name) => byName.get(name), failed: counts.isError }
}

function useColumns(): Column<VirtualEvent>[] {
  const t = useText()
  const { number, ago, time } = useFormats()
  const { of, failed } = useCounts()
  const counted = (name: string, what: 'last7' | 'last30') => {
    const count = of(name)
    return count ? number(count[what]) : <span className="zx-quiet">{failed ? '—' : '…'}</span>
  }
  return [
    {
      key: 'name',
      title: text('名称', 'Name'),
      sort: true,
      width: 200,
      show: ({ name, zh, en }) => t(zh || en, en || zh) || name,
    },
    { key: 'id', title: text('标识', 'Identifier'), width: 180, show: ({ name }) => <code>{name}</code> },
    {
      key: 'base',
      title: text('行为', 'What happens'),
      width: 100,
      show: ({ base }) => t(baseNames[base]),
      text: ({ base }) => sayNow()(baseNames[base]),
    },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 90,
      show: ({ state }) => <Tag color={virtualStateColours[state]}>{t(virtualStateNames[state])}</Tag>,
      text: ({ state }) => sayNow()(virtualStateNames[state]),
    },
    {
      key: 'last7',
      title: text('近 7 天', '7 days'),
      align: 'right',
      width: 90,
      show: ({ name }) => counted(name, 'last7'),
      text: ({ name }) => of(name)?.last7,
    },
    {
      key: 'last30',
      title: text('近 30 天', '30 days'),
      align: 'right',
      width: 100,
      show: ({ name }) => counted(name, 'last30'),
      text: ({ name }) => of(name)?.last30,
    },
    {
      key: 'trend',
      title: text('趋势', 'Trend'),
      width: 140,
      show: ({ name }) => {
        const count = of(name)
        return count ? <Trend days={count.days} /> : null
      },
      text: ({ name }) => of(name)?.days.join(' '),
    },
    { key: 'owner', title: text('负责人', 'Owner'), width: 100, show: ({ owner }) => owner || '—' },
    {
      key: 'editedAt',
      title: text('最近修改', 'Edited'),
      sort: true,
      width: 120,
      show: ({ editedAt }) => <span title={time(editedAt)}>{ago(editedAt)}</span>,
    },
    {
      key: 'conditions',
      title: text('条件', 'Conditions'),
      hidden: true,
      show: ({ conditions }) => conditions.map((one) => sayCondition(t, one)).join(' · '),
    },
    { key: 'madeBy', title: text('创建人', 'Made by'), hidden: true },
  ]
}

export function VirtualTable() {
  const t = useText()
  const columns = useColumns()
  return (
    <DataTable<VirtualEvent>
      id="virtual-events"
      label={text('虚拟事件', 'Virtual events')}
      url="/api/catalog/virtual"
      columns={columns}
      rowKey={({ name }) => name}
      search={text('搜索名称、标识、说明', 'Search name, identifier, description')}
      filters={[
        { key: 'state', title: text('状态', 'State'), kind: 'choice', options: choices(virtualStateNames) },
        { key: 'base', title: text('行为', 'What happens'), kind: 'choice', options: choices(baseNames) },
        { key: 'owner', title: text('负责人', 'Owner'), kind: 'words' },
      ]}
      sort="-editedAt"
      href={({ name }) => virtualHref(name)}
      empty={
        <Empty
          title={t('还没有虚拟事件', 'No virtual events yet')}
          hint={t(
            '点击右上角“圈选元素”,在页面上点选并命名;已采集的历史数据会立即按它统计',
            'Pick an element on a page and name it: what was collected before counts at once',
          )}
        />
      }
    />
  )
}
