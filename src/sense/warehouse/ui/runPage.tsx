import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Progress, Tag } from 'antd'
import { useEffect, useState } from 'react'
import { useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can, useSession } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { download } from '../../../console/kit/tableExport.ts'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { BadRow } from '../../imports/contract.ts'
import { ReasonsPanel } from '../../imports/ui/badRows.tsx'
import { badRowsOf } from '../../imports/ui/upload.ts'
import type { CheckResult, RunDetail } from '../contract.ts'
import { actNames, causeNames, checkNames, isBusy, runColours, runNames } from './words.ts'
import './warehouse.css'

export function RunPage() {
  const { id = '' } = useParams()
  const [busy, setBusy] = useState(true)
  const asked = useApi<RunDetail>(`/api/warehouse/runs/${id}`, undefined, { refetchEvery: busy ? 1000 : undefined })
  const state = asked.data?.state
  useEffect(() => setBusy(state === undefined || isBusy(state)), [state])
  return <Answer of={asked}>{(run) => <Sheet run={run} />}</Answer>
}

function Sheet({ run }: { run: RunDetail }) {
  const t = useText()
  const { time, second } = useFormats()
  const { error, state, retryAt, counts } = run
  const bad = counts.bad + counts.rejected
  return (
    <>
      <PageHead
        title={t(`${run.mappingName} 的运行`, `A run of ${run.mappingName}`)}
        back={`/sense/warehouse/${run.mapping}`}
        tags={<Tag color={runColours[state]}>{t(runNames[state])}</Tag>}
      >
        {isBusy(state) ? <CancelButton run={run} /> : null}
      </PageHead>
      {error ? (
        <Alert
          className="zx-note"
          type={isBusy(state) || state === 'stopped' ? 'warning' : 'error'}
          showIcon
          title={t(error)}
          description={
            retryAt ? t(`将于 ${second(retryAt)} 重试`, `It is tried again at ${second(retryAt)}`) : undefined
          }
        />
      ) : null}
      {isBusy(state) ? <Working run={run} /> : null}
      <Figures run={run} />
      <Panel title={t('概况', 'About')}>
        <Detail
          items={[
            { label: t('原因', 'Cause'), value: t(causeNames[run.cause]) },
            { label: t('操作人', 'By'), value: run.by },
            { label: t('映射版本', 'Version of the mapping'), value: run.version },
            { label: t('次数', 'Attempt'), value: run.attempt },
            { label: t('创建', 'Made'), value: time(run.createdAt) },
            { label: t('开始', 'Begun'), value: second(run.startedAt) },
            { label: t('结束', 'Ended'), value: second(run.finishedAt) },
            run.watermarkFrom !== null && {
              label: t('水位自', 'Watermark from'),
              value: <code>{run.watermarkFrom}</code>,
            },
            run.watermarkTo !== null && { label: t('水位至', 'Watermark to'), value: <code>{run.watermarkTo}</code> },
          ]}
        />
      </Panel>
      {run.checks.length > 0 ? <Checks checks={run.checks} /> : null}
      <ReasonsPanel reasons={run.reasons} />
      {bad > 0 && !isBusy(state) ? <BadRows run={run} count={bad} /> : null}
      <Log run={run} />
    </>
  )
}

function CancelButton({ run }: { run: RunDetail }) {
  const t = useText()
  const confirm = useConfirmAct()
  const ask = () =>
    confirm({
      title: t('取消这次运行?', 'Cancel this run?'),
      says: t(
        '已写入的数据保留,水位不变;下次运行会再读这一段。',
        'What was sent stays and the watermark does not move: the next run reads this again.',
      ),
      ok: t('取消运行', 'Cancel the run'),
      danger: true,
      run: async () => {
        await api.post(`/api/warehouse/runs/${run.id}/cancel`)
        await refresh('/api/warehouse')
      },
    })
  return (
    <Can needs="warehouse.mapping.run">
      <Button danger onClick={ask}>
        {t('取消运行', 'Cancel the run')}
      </Button>
    </Can>
  )
}

function Working({ run }: { run: RunDetail }) {
  const t = useText()
  const { number } = useFormats()
  const { state, counts } = run
  const share = state === 'sending' && counts.read ? counts.done / counts.read : 0
  return (
    <Panel title={t(runNames[state])}>
      {state === 'sending' ? (
        <Progress percent={Math.floor(share * 100)} status="active" aria-label={t(runNames[state])} />
      ) : null}
      <p className="zx-quiet" role="status">
        {state === 'sending'
          ? t(
              `已处理 ${number(counts.done)} / ${number(counts.read)} 行`,
              `${number(counts.done)} of ${number(counts.read)} rows`,
            )
          : t(`已读取 ${number(counts.read ?? 0)} 行`, `${number(counts.read ?? 0)} rows read`)}
        {t('。可以离开本页,工作在后台继续。', '. You may leave this page: the work goes on.')}
      </p>
    </Panel>
  )
}

function Figures({ run }: { run: RunDetail }) {
  const t = useText()
  const { number, span } = useFormats()
  const { counts, startedAt, finishedAt } = run
  const bad = counts.bad + counts.rejected
  const took = startedAt && finishedAt ? span(Date.parse(finishedAt) - Date.parse(startedAt)) : '—'
  const figures = [
    [t('读取', 'Read'), number(counts.read ?? 0), ''],
    [t('变化(已发送)', 'Changed (sent)'), number(counts.changed), 'zx-wh-ok'],
    [t('未变', 'Same'), number(counts.same), ''],
    [t('坏行', 'Bad'), number(bad), bad > 0 ? 'zx-wh-bad' : ''],
    [t('用时', 'Took'), took, ''],
  ] as const
  return (
    <Panel>
      <div className="zx-wh-figures">
        {figures.map(([name, value, look]) => (
          <div key={name}>
            <span>{name}</span>
            <strong className={look}>{value}</strong>
          </div>
        ))}
      </div>
    </Panel>
  )
}

function Checks({ checks }: { checks: readonly CheckResult[] }) {
  const t = useText()
  const columns: Column<CheckResult>[] = [
    {
      key: 'ok',
      title: text('结果', 'Result'),
      width: 100,
      show: ({ ok, act }) => (
        <Tag color={ok ? 'success' : act === 'stop' ? 'error' : 'warning'}>
          {ok ? t('通过', 'Right') : t('不符', 'Wrong')}
        </Tag>
      ),
    },
    { key: 'kind', title: text('检查', 'Check'), width: 160, show: ({ kind }) => t(checkNames[kind]) },
    { key: 'says', title: text('结果说明', 'What was found'), show: ({ says }) => t(says) },
    { key: 'act', title: text('不符时', 'When it fails'), width: 200, show: ({ act }) => t(actNames[act]) },
  ]
  return (
    <Panel flush title={t('质量检查', 'Checks')}>
      <TableView
        label={t('质量检查', 'Checks')}
        columns={columns}
        rows={checks}
        rowKey={(check) => JSON.stringify(check)}
      />
    </Panel>
  )
}

function BadRows({ run, count }: { run: RunDetail; count: number }) {
  const t = useText()
  const { me } = useSession()
  const { number } = useFormats()
  const confirm = useConfirmAct()
  const save = () =>
    confirm({
      title: t(`下载 ${number(count)} 个坏行?`, `Download ${number(count)} bad rows?`),
      says: t(
        '文件含原始内容(可能有个人信息),请妥善保管。本次下载会记入审计。',
        'The file has their content as it was, personal data too: keep it safe. The download is recorded.',
      ),
      ok: t('下载', 'Download'),
      run: async () =>
        download(
          await badRowsOf(`/api/warehouse/runs/${run.id}`, me.csrf),
          `${run.mappingName}-${sayNow()('坏行', 'bad-rows')}.csv`,
        ),
    })
  const columns: Column<BadRow>[] = [
    { key: 'line', title: text('行号', 'Row'), sort: true, width: 120, show: ({ line }) => String(line) },
    {
      key: 'reason',
      title: text('原因', 'Reason'),
      show: ({ reason }) => t(reason),
      text: ({ reason }) => sayNow()(reason),
    },
  ]
  return (
    <section>
      <div className="zx-panel-head">
        <h2 className="zx-wh-sub">{t('坏行', 'Bad rows')}</h2>
        <Can needs="warehouse.bad_row.export">
          <Button icon={<DownloadOutlined aria-hidden />} onClick={save}>
            {t('下载坏行内容', 'Download their content')}
          </Button>
        </Can>
      </div>
      <DataTable<BadRow>
        id="warehouse-bad-rows"
        label={text('坏行', 'Bad rows')}
        url={`/api/warehouse/runs/${run.id}/bad-rows`}
        columns={columns}
        rowKey={({ id }) => id}
        sort="line"
      />
    </section>
  )
}

function Log({ run }: { run: RunDetail }) {
  const t = useText()
  const { second } = useFormats()
  if (run.log.length === 0) return null
  return (
    <Panel title={t('日志', 'Log')}>
      <ol className="zx-wh-log">
        {run.log.map(({ at, says }) => (
          <li key={`${at} ${says.en}`}>
            <time dateTime={at}>{second(at)}</time> {t(says)}
          </li>
        ))}
      </ol>
    </Panel>
  )
}
