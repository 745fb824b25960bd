import { Tag } from 'antd'
import { Link } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import type { Alert } from '../contract.ts'
import { alertNames, optionsOf } from './words.ts'
import './warehouse.css'

const states = { open: text('未处理', 'Open'), closed: text('已关闭', 'Closed') }

export function AlertsPage() {
  const t = useText()
  const can = useCan()
  const act = useAct()
  const columns = useColumns()
  const close = (id: string) =>
    void act(
      async () => {
        await api.post(`/api/warehouse/alerts/${id}/close`)
        await refresh('/api/warehouse/alerts', '/api/warehouse/mappings')
      },
      t('已关闭', 'Closed'),
    )
  return (
    <>
      <PageHead
        title={t('数据告警', 'Data alerts')}
        hint={t(
          '装载的数据质量不符、延迟或运行失败。恢复正常后自动关闭。',
          'Loaded data that is not right, is late, or could not be read. Closed by itself once it is right again.',
        )}
      />
      <DataTable<Alert>
        id="data-alerts"
        label={text('数据告警', 'Data alerts')}
        url="/api/warehouse/alerts"
        columns={columns}
        rowKey={({ id }) => id}
        search={text('搜索映射、内容', 'Search mapping or words')}
        filters={[
          { key: 'state', title: text('状态', 'State'), kind: 'choice', options: optionsOf(states) },
          { key: 'kind', title: text('类型', 'Kind'), kind: 'choice', options: optionsOf(alertNames) },
        ]}
        hiddenFilters={['mapping']}
        sort="-lastAt"
        every={10_000}
        acts={
          can('warehouse.mapping.run')
            ? ({ id, state }) =>
                state === 'open' ? [{ key: 'close', label: t('关闭', 'Close'), run: () => close(id) }] : []
            : undefined
        }
        empty={<Empty title={t('没有告警', 'No alerts')} hint={t('数据正常', 'The data is right')} />}
      />
    </>
  )
}

function useColumns(): Column<Alert>[] {
  const t = useText()
  const { time, number } = useFormats()
  return [
    {
      key: 'mapping',
      title: text('映射', 'Mapping'),
      width: 180,
      show: ({ mapping }) => <Link to={`/sense/warehouse/${mapping.id}`}>{mapping.name}</Link>,
      text: ({ mapping }) => mapping.name,
    },
    {
      key: 'kind',
      title: text('类型', 'Kind'),
      width: 110,
      show: ({ kind, act }) => <Tag color={act === 'stop' ? 'error' : 'warning'}>{t(alertNames[kind])}</Tag>,
      text: ({ kind }) => sayNow()(alertNames[kind]),
    },
    { key: 'says', title: text('内容', 'What'), show: ({ says }) => t(says), text: ({ says }) => sayNow()(says) },
    {
      key: 'downstream',
      title: text('影响', 'What it touches'),
      width: 260,
      show: ({ downstream, mapping }) =>
        downstream.length > 0 ? (
          <Link to={`/sense/lineage?kind=mapping&id=${mapping.id}`}>
            {downstream
              .slice(0, 3)
              .map(({ title }) => title)
              .join(t('、', ', '))}
            {downstream.length > 3 ? t(` 等 ${downstream.length} 项`, ` and ${downstream.length - 3} more`) : ''}
          </Link>
        ) : (
          blank
        ),
      text: ({ downstream }) => downstream.map(({ title }) => title).join(', '),
    },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 110,
      show: ({ state, closedBy }) => (
        <span title={closedBy ?? undefined}>
          <Tag color={state === 'open' ? 'processing' : undefined}>{t(states[state])}</Tag>
        </span>
      ),
      text: ({ state }) => sayNow()(states[state]),
    },
    {
      key: 'run',
      title: text('运行', 'Run'),
      width: 80,
      show: ({ run }) => (run ? <Link to={`/sense/warehouse/runs/${run}`}>{t('查看', 'See')}</Link> : blank),
    },
    { key: 'count', title: text('次数', 'Times'), width: 70, align: 'right', show: ({ count }) => number(count) },
    { key: 'lastAt', title: text('最近发生', 'Last'), sort: true, width: 150, show: ({ lastAt }) => time(lastAt) },
    {
      key: 'firstAt',
      title: text('首次发生', 'First'),
      sort: true,
      hidden: true,
      show: ({ firstAt }) => time(firstAt),
    },
  ]
}
