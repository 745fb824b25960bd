import { PlusOutlined } from '@ant-design/icons'
import { Badge, Button, Tag } from 'antd'
import { Link, useNavigate } from 'react-router'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { targetNames } from '../../imports/ui/words.ts'
import type { Mapping } from '../contract.ts'
import { optionsOf, runColours, runNames, stateColours, stateNames, timetableText, wayNames } from './words.ts'
import './warehouse.css'

export function MappingsPage() {
  const t = useText()
  const navigate = useNavigate()
  const columns = useColumns()
  const create = (
    <Can needs="warehouse.mapping.edit">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => void navigate('/sense/warehouse/new')}>
        {t('新建映射', 'New mapping')}
      </Button>
    </Can>
  )
  return (
    <>
      <PageHead
        title={t('数仓映射', 'Warehouse mappings')}
        hint={t(
          '把行内的表、查询与文件映射为客户、事件或实体:就地读取,或按时装载。只发送有变化的行。',
          'Tables, queries and files of the bank become customers, events or items: read in place, or loaded by a timetable. Only rows that changed are sent.',
        )}
      >
        {create}
      </PageHead>
      <DataTable<Mapping>
        id="mappings"
        label={text('数仓映射', 'Mappings')}
        url="/api/warehouse/mappings"
        columns={columns}
        rowKey={({ id }) => id}
        href={({ id }) => `/sense/warehouse/${id}`}
        search={text('搜索名称、代码、连接', 'Search name, code or connection')}
        filters={[
          { key: 'way', title: text('方式', 'Way'), kind: 'choice', options: optionsOf(wayNames) },
          { key: 'state', title: text('状态', 'State'), kind: 'choice', options: optionsOf(stateNames) },
        ]}
        hiddenFilters={['connection']}
        sort="-createdAt"
        every={5000}
        empty={
          <Empty
            title={t('还没有数仓映射', 'No mappings yet')}
            hint={t('需要先有数据连接', 'A connection comes first')}
          >
            <Link to="/sense/connections">{t('去建立数据连接', 'To the connections')}</Link>
          </Empty>
        }
      />
    </>
  )
}

function useColumns(): Column<Mapping>[] {
  const t = useText()
  const { time, ago, number } = useFormats()
  return [
    { key: 'name', title: text('名称', 'Name'), sort: true, width: 200 },
    { key: 'code', title: text('代码', 'Code'), width: 130, show: ({ code }) => <code>{code}</code> },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 90,
      show: ({ state, way }) =>
        way === 'mapped' ? blank : <Tag color={stateColours[state]}>{t(stateNames[state])}</Tag>,
      text: ({ state }) => sayNow()(stateNames[state]),
    },
    {
      key: 'way',
      title: text('方式', 'Way'),
      width: 100,
      show: ({ way }) => t(wayNames[way]),
      text: ({ way }) => sayNow()(wayNames[way]),
    },
    {
      key: 'target',
      title: text('内容', 'Content'),
      width: 80,
      show: ({ target, way }) => (target && way === 'loaded' ? t(targetNames[target]) : blank),
      text: ({ target }) => target ?? '',
    },
    {
      key: 'connection',
      title: text('连接', 'Connection'),
      width: 160,
      show: ({ connection }) => connection.name,
      text: ({ connection }) => connection.name,
    },
    {
      key: 'timetable',
      title: text('时间表', 'Timetable'),
      width: 130,
      show: ({ timetable, way }) => (way === 'mapped' ? blank : t(timetableText(timetable))),
      text: ({ timetable }) => sayNow()(timetableText(timetable)),
    },
    {
      key: 'last',
      title: text('最近运行', 'Last run'),
      width: 200,
      show: ({ last }) =>
        last ? (
          <span title={time(last.at)}>
            <Tag color={runColours[last.state]}>{t(runNames[last.state])}</Tag>
            <span className="zx-quiet">{ago(last.at)}</span>
          </span>
        ) : (
          blank
        ),
      text: ({ last }) => last?.at ?? '',
    },
    {
      key: 'alerts',
      title: text('告警', 'Alerts'),
      width: 80,
      show: ({ alerts, id }) =>
        alerts > 0 ? (
          <Link to={`/sense/alerts?mapping=${id}&state=open`} aria-label={t(`${alerts} 条告警`, `${alerts} alerts`)}>
            <Badge count={alerts} />
          </Link>
        ) : (
          number(0)
        ),
      text: ({ alerts }) => alerts,
    },
    {
      key: 'nextAt',
      title: text('下次运行', 'Next run'),
      width: 150,
      show: ({ nextAt }) => time(nextAt),
    },
    { key: 'by', title: text('创建人', 'By'), hidden: true },
    {
      key: 'createdAt',
      title: text('创建时间', 'Created'),
      sort: true,
      hidden: true,
      show: ({ createdAt }) => time(createdAt),
    },
  ]
}
