import { PlusOutlined, UploadOutlined } from '@ant-design/icons'
import { App, Button, Tabs, Tag } from 'antd'
import { useRef, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type EventPage, NewEvent, type PlanImported, type PlannedEvent } from '../contract.ts'
import { eventHref, eventParts } from './eventForm.ts'
import { ProposedEvents } from './proposedEvents.tsx'
import { VirtualTable } from './virtualTable.tsx'
import { choices, eventStateColours, eventStateNames, modeNames } from './words.ts'
import './catalog.css'

export function PlanPage() {
  const t = useText()
  const navigate = useNavigate()
  const [params, setParams] = useSearchParams()
  const [adding, setAdding] = useState(false)
  const waiting = useApi<EventPage>('/api/catalog/events', { state: 'proposed', sort: '-lastSeen', limit: 200 })
  const count = waiting.data?.counts.proposed ?? 0
  return (
    <>
      <PageHead
        title={t('埋点方案', 'Tracking plan')}
        hint={t(
          '约定每个事件及其属性;未约定的会列为待确认,不符合严格约定的会被拒收并注明原因。',
          'What each event and its properties are. Unplanned events are proposed by themselves; what does not fit a strict event is refused with the reason.',
        )}
      >
        <Link to="/sense/plan/common">
          <Button>{t('公共属性', 'Common properties')}</Button>
        </Link>
        <Button href="/api/catalog/plan/export">{t('导出 CSV', 'Export CSV')}</Button>
        <Can needs="catalog.plan.edit">
          <ImportButton />
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
            {t('新建事件', 'New event')}
          </Button>
        </Can>
      </PageHead>
      <Tabs
        activeKey={params.get('tab') ?? 'all'}
        onChange={(tab) => setParams(tab === 'all' ? {} : { tab }, { replace: true })}
        destroyOnHidden
        items={[
          { key: 'all', label: t('全部事件', 'All events'), children: <AllEvents /> },
          {
            key: 'proposed',
            label: (
              <>
                {t('待确认', 'Proposed')} {count > 0 ? <Tag color="warning">{count}</Tag> : null}
              </>
            ),
            children: <ProposedEvents asked={waiting} />,
          },
          { key: 'virtual', label: t('虚拟事件', 'Virtual events'), children: <VirtualTable /> },
        ]}
      />
      <FormDrawer
        open={adding}
        title={t('新建事件', 'New event')}
        close={() => setAdding(false)}
        schema={NewEvent}
        initial={{ mode: 'warn' }}
        parts={eventParts(true)}
        submit={text('创建', 'Create')}
        save={async (values) => {
          const made = await api.post<PlannedEvent>('/api/catalog/events', values)
          await refresh('/api/catalog/events')
          void navigate(eventHref(made.name))
        }}
      />
    </>
  )
}

function useColumns(): Column<PlannedEvent>[] {
  const t = useText()
  const { time, ago, number } = useFormats()
  return [
    { key: 'name', title: text('事件名', 'Event'), sort: true, width: 220, show: ({ name }) => <code>{name}</code> },
    {
      key: 'label',
      title: text('名称', 'Name'),
      width: 160,
      show: ({ zh, en }) => t(zh || en, en || zh) || '—',
      text: ({ zh, en }) => sayNow()(zh || en, en || zh),
    },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 100,
      show: ({ state }) => <Tag color={eventStateColours[state]}>{t(eventStateNames[state])}</Tag>,
      text: ({ state }) => sayNow()(eventStateNames[state]),
    },
    {
      key: 'mode',
      title: text('校验', 'Checks'),
      width: 90,
      show: ({ mode }) => (mode === 'strict' ? <strong>{t(modeNames[mode])}</strong> : t(modeNames[mode])),
      text: ({ mode }) => sayNow()(modeNames[mode]),
    },
    {
      key: 'properties',
      title: text('属性', 'Properties'),
      width: 150,
      show: ({ properties, proposed, personal }) => (
        <>
          {properties}{' '}
          {proposed > 0 ? <Tag color="warning">{t(`待确认 ${proposed}`, `${proposed} proposed`)}</Tag> : null}
          {personal ? <Tag color="processing">{t('含个人信息', 'Personal')}</Tag> : null}
        </>
      ),
    },
    { key: 'owner', title: text('负责人', 'Owner'), width: 110, show: ({ owner }) => owner || '—' },
    {
      key: 'count',
      title: text('累计(约)', 'Count, about'),
      sort: true,
      align: 'right',
      width: 120,
      show: ({ count }) => number(count),
    },
    {
      key: 'lastSeen',
      title: text('最近上报', 'Last seen'),
      sort: true,
      width: 140,
      show: ({ lastSeen }) =>
        lastSeen ? (
          <span title={time(lastSeen)}>{ago(lastSeen)}</span>
        ) : (
          <span className="zx-quiet">{t('从未', 'Never')}</span>
        ),
    },
    {
      key: 'firstSeen',
      title: text('首次上报', 'First seen'),
      sort: true,
      hidden: true,
      show: ({ firstSeen }) => time(firstSeen),
    },
    { key: 'description', title: text('说明', 'Description'), hidden: true },
  ]
}

function AllEvents() {
  const t = useText()
  const columns = useColumns()
  return (
    <DataTable<PlannedEvent>
      id="events"
      label={text('事件', 'Events')}
      url="/api/catalog/events"
      columns={columns}
      rowKey={({ name }) => name}
      search={text('搜索事件名、名称、说明', 'Search event, name, description')}
      filters={[
        { key: 'state', title: text('状态', 'State'), kind: 'choice', options: choices(eventStateNames) },
        { key: 'mode', title: text('校验', 'Checks'), kind: 'choice', options: choices(modeNames) },
        { key: 'owner', title: text('负责人', 'Owner'), kind: 'words' },
      ]}
      sort="-lastSeen"
      href={({ name }) => eventHref(name)}
      empty={
        <Empty
          title={t('还没有事件', 'No events yet')}
          hint={t(
            '接入数据源后,上报的事件会自动出现在这里;也可以先导入已有的埋点方案',
            'What your sources send appears here by itself; or import the plan you have',
          )}
        />
      }
    />
  )
}

function ImportButton() {
  const t = useText()
  const { message, modal } = App.useApp()
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  async function take(file: File) {
    setBusy(true)
    try {
      const done = await api.post<PlanImported>('/api/catalog/plan/import', { csv: await file.text() })
      await refresh('/api/catalog')
      message.success(
        t(
          `已导入 ${done.events} 个事件、${done.properties} 个属性`,
          `${done.events} events and ${done.properties} properties imported`,
        ),
      )
    } catch (error) {
      modal.error({
        title: t('没有导入任何内容', 'Nothing was imported'),
        content: error instanceof Error ? error.message : String(error),
      })
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
          '每行一个属性;先导出一份即可看到格式。文件中的事件新增或覆盖,其他事件不变。',
          'One property a line; export once to see the form. Events in the file are added or replaced, others stay.',
        )}
        onClick={() => input.current?.click()}
      >
        {t('导入 CSV', 'Import CSV')}
      </Button>
    </>
  )
}
