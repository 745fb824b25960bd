import { Alert, Button, Tabs, Tag } from 'antd'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct, useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { nameOfUse, targetNames, typeNames } from '../../imports/ui/words.ts'
import type { Check, ColumnMapping, MappingDetail, Run, RunDetail } from '../contract.ts'
import { checkText } from './checkForm.tsx'
import {
  actNames,
  causeNames,
  checkNames,
  isBusy,
  optionsOf,
  runColours,
  runNames,
  stateColours,
  stateNames,
  timetableText,
  wayNames,
} from './words.ts'
import './warehouse.css'

const again = () => refresh('/api/warehouse')

export function MappingPage() {
  const { id = '' } = useParams()
  const asked = useApi<MappingDetail>(`/api/warehouse/mappings/${id}`, undefined, { refetchEvery: 5000 })
  return <Answer of={asked}>{(mapping) => <Sheet mapping={mapping} />}</Answer>
}

function Sheet({ mapping }: { mapping: MappingDetail }) {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const { id, name, code, state, way, alerts } = mapping
  const loaded = way === 'loaded'
  const tab = params.get('tab') ?? (loaded ? 'runs' : 'definition')
  return (
    <>
      <PageHead
        title={name}
        back="/sense/warehouse"
        hint={<code>{code}</code>}
        tags={
          <>
            {loaded ? <Tag color={stateColours[state]}>{t(stateNames[state])}</Tag> : null}
            <Tag>{t(wayNames[way])}</Tag>
          </>
        }
      >
        <Acts mapping={mapping} />
      </PageHead>
      {alerts > 0 ? (
        <Alert
          className="zx-note"
          type="warning"
          showIcon
          title={t(`有 ${alerts} 条未处理的告警`, `${alerts} open alerts`)}
          action={<Link to={`/sense/alerts?mapping=${id}&state=open`}>{t('查看', 'See')}</Link>}
        />
      ) : null}
      <About mapping={mapping} />
      <Tabs
        activeKey={tab}
        onChange={(next) => setParams({ tab: next }, { replace: true })}
        destroyOnHidden
        items={[
          ...(loaded ? [{ key: 'runs', label: t('运行记录', 'Runs'), children: <Runs id={id} /> }] : []),
          { key: 'definition', label: t('读取与映射', 'What is read'), children: <Definition mapping={mapping} /> },
          ...(loaded
            ? [{ key: 'checks', label: t('质量与延迟', 'Quality and delay'), children: <Checks mapping={mapping} /> }]
            : []),
        ]}
      />
    </>
  )
}

function useRun(mapping: MappingDetail) {
  const navigate = useNavigate()
  return async (reload: boolean) => {
    const run = await api.post<RunDetail>(`/api/warehouse/mappings/${mapping.id}/run`, { reload })
    await again()
    void navigate(`/sense/warehouse/runs/${run.id}`)
  }
}

function Acts({ mapping }: { mapping: MappingDetail }) {
  const t = useText()
  const act = useAct()
  const navigate = useNavigate()
  const run = useRun(mapping)
  const { id, way, last } = mapping
  const busy = isBusy(last?.state)
  return (
    <>
      <Button onClick={() => void navigate(`/sense/lineage?kind=mapping&id=${id}`)}>{t('血缘', 'Lineage')}</Button>
      {way === 'loaded' ? (
        <Can needs="warehouse.mapping.run">
          <ReloadButton mapping={mapping} run={run} disabled={busy} />
          <Button
            type="primary"
            disabled={busy}
            onClick={() => void act(() => run(false), t('已开始', 'It has begun'))}
          >
            {t('立即运行', 'Run now')}
          </Button>
        </Can>
      ) : null}
      <Can needs="warehouse.mapping.edit">
        <Button onClick={() => void navigate(`/sense/warehouse/${id}/edit`)}>{t('编辑', 'Edit')}</Button>
        {way === 'loaded' ? <SwitchButton mapping={mapping} /> : null}
        <RemoveButton mapping={mapping} />
      </Can>
    </>
  )
}

type ReloadProps = { mapping: MappingDetail; run: (reload: boolean) => Promise<void>; disabled: boolean }

function ReloadButton({ mapping, run, disabled }: ReloadProps) {
  const t = useText()
  const confirm = useConfirmAct()
  const events = mapping.target === 'events'
  const ask = () =>
    confirm({
      title: t(`从头重新装载“${mapping.name}”?`, `Reload ${mapping.name} from scratch?`),
      says: events
        ? t(
            '将不看水位,重新读取来源的全部数据。已装载过的事件不会重复。',
            'All of the source is read again, whatever the watermark. Events that are known do not come twice.',
          )
        : t(
            '将不看水位,重新读取并发送来源的全部数据,覆盖客户或实体上的现值。数据量大时耗时较长。',
            'All of the source is read and sent again, whatever the watermark, over what customers or items have now. That may take long.',
          ),
      ok: t('重新装载', 'Reload'),
      danger: !events,
      typed: mapping.code,
      run: () => run(true),
    })
  return (
    <Button disabled={disabled} onClick={ask}>
      {t('重新装载', 'Reload')}
    </Button>
  )
}

function SwitchButton({ mapping }: { mapping: MappingDetail }) {
  const t = useText()
  const confirm = useConfirmAct()
  const { id, name, version } = mapping
  const on = mapping.state === 'on'
  const ask = () =>
    confirm({
      title: on ? t(`停用“${name}”?`, `Switch ${name} off?`) : t(`启用“${name}”?`, `Switch ${name} on?`),
      says: on
        ? t(
            '不再按时间表运行,也不再检查延迟;仍可手动运行。',
            'No runs by its timetable and no looks for delay; by hand it still runs.',
          )
        : t(
            `按时间表运行:${t(timetableText(mapping.timetable))}。`,
            `It runs by its timetable: ${t(timetableText(mapping.timetable))}.`,
          ),
      ok: on ? t('停用', 'Switch off') : t('启用', 'Switch on'),
      danger: on,
      done: on ? t('已停用', 'Switched off') : t('已启用', 'Switched on'),
      run: async () => {
        await api.post(`/api/warehouse/mappings/${id}/switch`, { version, state: on ? 'off' : 'on' })
        await again()
      },
    })
  return <Button onClick={ask}>{on ? t('停用', 'Switch off') : t('启用', 'Switch on')}</Button>
}

function RemoveButton({ mapping }: { mapping: MappingDetail }) {
  const t = useText()
  const confirm = useConfirmAct()
  const navigate = useNavigate()
  const ask = () =>
    confirm({
      title: t(`删除映射“${mapping.name}”?`, `Delete the mapping ${mapping.name}?`),
      says: t(
        '运行记录、坏行与告警一并删除;已装载的数据保留。',
        'Its runs, bad rows and alerts go too; what it loaded stays.',
      ),
      ok: t('删除', 'Delete'),
      danger: true,
      done: t('已删除', 'Deleted'),
      run: async () => {
        await api.delete(`/api/warehouse/mappings/${mapping.id}`)
        void navigate('/sense/warehouse', { replace: true })
        await again()
      },
    })
  return (
    <Button danger onClick={ask}>
      {t('删除', 'Delete')}
    </Button>
  )
}

function About({ mapping }: { mapping: MappingDetail }) {
  const t = useText()
  const { time } = useFormats()
  const { connection, timetable, how, watermark, nextAt, org, way, definition } = mapping
  return (
    <Panel>
      <Detail
        items={[
          {
            label: t('数据连接', 'Connection'),
            value: <Link to={`/sense/connections?connection=${connection.id}`}>{connection.name}</Link>,
          },
          { label: t('机构', 'Organisation'), value: org.name },
          way === 'loaded' && { label: t('时间表', 'Timetable'), value: t(timetableText(timetable)) },
          way === 'loaded' && { label: t('下次运行', 'Next run'), value: time(nextAt) },
          way === 'loaded' && {
            label: t('范围', 'How much'),
            value:
              how === 'full'
                ? t('全量(只发送有变化的行)', 'All (only what changed is sent)')
                : t(
                    `增量:${definition.load.column ?? '文件时间'}`,
                    `Incremental: ${definition.load.column ?? 'time of the files'}`,
                  ),
          },
          how === 'incremental' && {
            label: t('水位', 'Watermark'),
            value: watermark ? <code>{watermark}</code> : null,
          },
        ]}
      />
    </Panel>
  )
}

function Runs({ id }: { id: string }) {
  const t = useText()
  const { time, number, span } = useFormats()
  const columns: Column<Run>[] = [
    {
      key: 'createdAt',
      title: text('开始', 'Begun'),
      sort: true,
      width: 160,
      show: ({ createdAt }) => time(createdAt),
    },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 130,
      show: ({ state }) => <Tag color={runColours[state]}>{t(runNames[state])}</Tag>,
      text: ({ state }) => sayNow()(runNames[state]),
    },
    {
      key: 'cause',
      title: text('原因', 'Cause'),
      width: 100,
      show: ({ cause }) => t(causeNames[cause]),
      text: ({ cause }) => cause,
    },
    {
      key: 'read',
      title: text('读取', 'Read'),
      align: 'right',
      width: 100,
      show: ({ counts }) => number(counts.read),
      text: ({ counts }) => counts.read,
    },
    {
      key: 'changed',
      title: text('变化', 'Changed'),
      align: 'right',
      width: 100,
      show: ({ counts }) => number(counts.changed),
      text: ({ counts }) => counts.changed,
    },
    {
      key: 'same',
      title: text('未变', 'Same'),
      align: 'right',
      width: 100,
      show: ({ counts }) => number(counts.same),
      text: ({ counts }) => counts.same,
    },
    {
      key: 'bad',
      title: text('坏行', 'Bad'),
      align: 'right',
      width: 80,
      show: ({ counts }) => {
        const bad = counts.bad + counts.rejected
        return bad > 0 ? <span className="zx-wh-bad">{number(bad)}</span> : number(0)
      },
      text: ({ counts }) => counts.bad + counts.rejected,
    },
    {
      key: 'span',
      title: text('用时', 'Took'),
      width: 100,
      show: ({ startedAt, finishedAt }) =>
        startedAt && finishedAt ? span(Date.parse(finishedAt) - Date.parse(startedAt)) : blank,
    },
    {
      key: 'watermarkTo',
      title: text('水位至', 'Watermark'),
      show: ({ watermarkTo }) => (watermarkTo ? <code>{watermarkTo}</code> : blank),
    },
    { key: 'by', title: text('操作人', 'By'), hidden: true },
  ]
  return (
    <DataTable<Run>
      id="mapping-runs"
      label={text('运行记录', 'Runs')}
      url={`/api/warehouse/mappings/${id}/runs`}
      columns={columns}
      rowKey={({ id }) => id}
      href={({ id }) => `/sense/warehouse/runs/${id}`}
      hiddenFilters={['tab']}
      filters={[{ key: 'state', title: text('状态', 'State'), kind: 'choice', options: optionsOf(runNames) }]}
      sort="-createdAt"
      every={5000}
      empty={
        <Empty
          title={t('还没有运行过', 'No runs yet')}
          hint={t('点“立即运行”,或启用时间表', 'Run it now, or switch its timetable on')}
        />
      }
    />
  )
}

function Definition({ mapping }: { mapping: MappingDetail }) {
  const t = useText()
  const { from, step, columns } = mapping.definition
  const shown: Column<ColumnMapping>[] = [
    { key: 'column', title: text('来源列', 'Column') },
    { key: 'as', title: text('用途', 'Use'), show: ({ as }) => (columns ? t(nameOfUse(as, columns.target)) : blank) },
    {
      key: 'name',
      title: text('成为', 'Becomes'),
      show: ({ as, kind, name, type }) =>
        as === 'identity' ? (
          <code>{kind}</code>
        ) : as === 'value' ? (
          <>
            <code>{name}</code> {t(typeNames[type ?? 'text'])}
          </>
        ) : (
          blank
        ),
    },
  ]
  return (
    <>
      <Panel title={t('来源', 'Source')}>
        <pre className="zx-wh-sql">
          {from.kind === 'table' ? from.table : from.kind === 'query' ? from.sql : from.path}
        </pre>
        {step ? (
          <>
            <h3 className="zx-wh-sub">
              {t('SQL 步骤', 'SQL step')} <span className="zx-quiet">{['source', ...step.uses].join(', ')}</span>
            </h3>
            <pre className="zx-wh-sql">{step.sql}</pre>
          </>
        ) : null}
      </Panel>
      {columns && mapping.way === 'loaded' ? (
        <Panel
          flush
          title={t('列映射', 'Columns')}
          extra={
            <span className="zx-quiet">
              {t(targetNames[columns.target])} {columns.event ?? columns.item ?? ''}
            </span>
          }
        >
          <TableView
            small
            label={t('列映射', 'Columns')}
            columns={shown}
            rows={columns.columns}
            rowKey={({ column }) => column}
          />
        </Panel>
      ) : null}
    </>
  )
}

function Checks({ mapping }: { mapping: MappingDetail }) {
  const t = useText()
  const { checks, delay } = mapping.definition
  const columns: Column<Check>[] = [
    { key: 'kind', title: text('检查', 'Check'), width: 160, show: ({ kind }) => t(checkNames[kind]) },
    { key: 'says', title: text('要求', 'What is asked'), show: (check) => t(checkText(check)) },
    { key: 'act', title: text('不符时', 'When it fails'), width: 200, show: ({ act }) => t(actNames[act]) },
  ]
  return (
    <>
      <Panel title={t('延迟', 'Delay')}>
        <p>
          {delay
            ? t(
                `每天 ${delay.by} 前,应已有${delay.days === 0 ? '当天' : `前 ${delay.days} 天`}的数据,否则告警`,
                `By ${delay.by} each day the data of ${delay.days === 0 ? 'that day' : `${delay.days} days before`} ought to be here`,
              )
            : t('未设置', 'Not set')}
        </p>
      </Panel>
      <Panel flush title={t('质量检查', 'Checks')}>
        <TableView
          label={t('质量检查', 'Checks')}
          columns={columns}
          rows={checks}
          rowKey={(check) => JSON.stringify(check)}
          empty={<Empty title={t('没有设置检查', 'No checks are set')} />}
        />
      </Panel>
    </>
  )
}
