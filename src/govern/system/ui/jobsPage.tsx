import { Segmented, Tabs, Tag } from 'antd'
import { useSearchParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct, useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { type Column, type RowAct, TableView } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { JobLine, JobPage } from '../contract.ts'
import { jobStateColours, jobStateNames } from './words.ts'
import './system.css'

type Cron = { name: string; nextAt: string; lastAt: string | null }

export function JobsPage() {
  const t = useText()
  const [params, setParams] = useSearchParams()
  return (
    <>
      <PageHead
        title={t('后台任务', 'Background jobs')}
        hint={t(
          '系统在后台执行的工作。失败的任务会自动重试,也可以在这里手动重试。',
          'The work the system does by itself. What fails is tried again by itself, or here by hand.',
        )}
      />
      <Tabs
        activeKey={params.get('tab') ?? 'queue'}
        onChange={(tab) => setParams(tab === 'queue' ? {} : { tab })}
        destroyOnHidden
        items={[
          { key: 'queue', label: t('任务队列', 'Queue'), children: <Queue /> },
          { key: 'cron', label: t('定时任务', 'Timed jobs'), children: <Crons /> },
        ]}
      />
    </>
  )
}

/** How many stand in each state; a click asks for that state alone. */
function States() {
  const t = useText()
  const { number } = useFormats()
  const [params, setParams] = useSearchParams()
  const { data } = useApi<JobPage>('/api/system/jobs', { limit: 1 }, { refetchEvery: 5000 })
  const counts = data?.counts
  const all = counts ? Object.values(counts).reduce((sum, one) => sum + one, 0) : undefined
  const label = (name: string, count: number | undefined) => (count === undefined ? name : `${name} ${number(count)}`)
  return (
    <div className="zx-states">
      <Segmented<string>
        aria-label={t('状态', 'State')}
        value={params.get('state') ?? ''}
        onChange={(state) => setParams(state ? { state } : {})}
        options={[
          { value: '', label: label(t('全部', 'All'), all) },
          ...(Object.keys(jobStateNames) as JobLine['state'][]).map((state) => ({
            value: state,
            label: label(t(jobStateNames[state]), counts?.[state]),
          })),
        ]}
      />
    </div>
  )
}

function Queue() {
  const t = useText()
  const can = useCan()
  const acts = useJobActs()
  const { second, ago } = useFormats()
  const columns: Column<JobLine>[] = [
    { key: 'task', title: text('任务', 'Task'), show: ({ task }) => <code>{task}</code> },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 100,
      show: ({ state }) => <Tag color={jobStateColours[state]}>{t(jobStateNames[state])}</Tag>,
      text: ({ state }) => sayNow()(jobStateNames[state]),
    },
    {
      key: 'attempts',
      title: text('已尝试', 'Tries'),
      align: 'right',
      width: 100,
      show: ({ attempts, maxAttempts }) => `${attempts} / ${maxAttempts}`,
    },
    {
      key: 'runAt',
      title: text('计划时间', 'Due'),
      width: 170,
      show: ({ runAt }) => <span title={ago(runAt)}>{second(runAt)}</span>,
    },
    { key: 'lockedAt', title: text('开始运行', 'Started'), show: ({ lockedAt }) => second(lockedAt), hidden: true },
    { key: 'createdAt', title: text('提交时间', 'Queued'), show: ({ createdAt }) => second(createdAt), width: 170 },
    {
      key: 'lastError',
      title: text('最近错误', 'Last error'),
      show: ({ lastError }) =>
        lastError ? (
          <span className="zx-error-line" title={lastError}>
            {lastError}
          </span>
        ) : (
          '—'
        ),
    },
    { key: 'id', title: text('编号', 'Id'), hidden: true },
  ]
  return (
    <>
      <States />
      <DataTable<JobLine>
        id="jobs"
        label={text('后台任务', 'Background jobs')}
        url="/api/system/jobs"
        columns={columns}
        rowKey={({ id }) => id}
        filters={[{ key: 'task', title: text('任务名称', 'Task'), kind: 'words' }]}
        hiddenFilters={['state']}
        sort=""
        every={5000}
        acts={can('system.job.manage') ? acts : undefined}
        empty={
          <Empty
            title={t('队列是空的', 'The queue is empty')}
            hint={t('没有等待、运行或失败的任务', 'Nothing waits, runs or has failed')}
          />
        }
      />
    </>
  )
}

function useJobActs(): (job: JobLine) => RowAct[] {
  const t = useText()
  const act = useAct()
  const confirm = useConfirmAct()
  const post = (job: JobLine, verb: string) => async () => {
    await api.post(`/api/system/jobs/${job.id}/${verb}`)
    await refresh('/api/system/jobs', '/api/system/health')
  }
  return (job) => [
    {
      key: 'retry',
      label: t('重试', 'Retry'),
      cannot: job.state === 'running' ? t('正在运行', 'It is running') : undefined,
      run: () => void act(post(job, 'retry'), t('已重新排队', 'Queued again')),
    },
    {
      key: 'remove',
      label: t('移除', 'Remove'),
      danger: true,
      cannot: job.state === 'running' ? t('正在运行', 'It is running') : undefined,
      run: () =>
        confirm({
          title: t(`移除任务“${job.task}”?`, `Remove the job ${job.task}?`),
          says: t('这项工作将不会执行,且不能恢复。', 'This work will not be done, and it cannot be brought back.'),
          ok: t('移除', 'Remove'),
          danger: true,
          run: post(job, 'remove'),
          done: t('已移除', 'Removed'),
        }),
    },
  ]
}

function Crons() {
  const t = useText()
  const { second, ago } = useFormats()
  const asked = useApi<{ items: Cron[] }>('/api/system/crons', undefined, { refetchEvery: 15_000 })
  const columns: Column<Cron>[] = [
    { key: 'name', title: text('任务', 'Task'), show: ({ name }) => <code>{name}</code> },
    {
      key: 'nextAt',
      title: text('下次运行', 'Next run'),
      show: ({ nextAt }) => (
        <>
          {second(nextAt)} <span className="zx-quiet">{ago(nextAt)}</span>
        </>
      ),
    },
    {
      key: 'lastAt',
      title: text('上次运行', 'Last run'),
      show: ({ lastAt }) => (lastAt ? second(lastAt) : t('尚未运行', 'Not yet')),
    },
  ]
  return (
    <Panel flush>
      <Answer of={asked}>
        {({ items }) => (
          <TableView
            label={t('定时任务', 'Timed jobs')}
            columns={columns}
            rows={items}
            rowKey={({ name }) => name}
            empty={<Empty />}
          />
        )}
      </Answer>
    </Panel>
  )
}
