import { Button, Tag } from 'antd'
import { useSearchParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column, RowAct } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Reject } from '../contract.ts'
import { rejectColours, rejectStates } from './words.ts'
import './collect.css'

type Summary = {
  items: {
    code: string
    reason: { zh: string; en: string }
    event: string | null
    field: string | null
    count: number
  }[]
}

export function RejectsPage() {
  const t = useText()
  const { second, ago } = useFormats()
  const can = useCan()
  const acts = useRejectActs()
  const columns: Column<Reject>[] = [
    {
      key: 'at',
      title: text('到达时间', 'Received'),
      width: 170,
      sort: true,
      show: ({ at }) => <span title={ago(at)}>{second(at)}</span>,
    },
    { key: 'event', title: text('事件', 'Event'), show: ({ event }) => event ?? '—' },
    {
      key: 'reason',
      title: text('原因', 'Reason'),
      show: ({ reason }) => t(reason),
      text: ({ reason }) => sayNow()(reason),
    },
    { key: 'field', title: text('字段', 'Field'), show: ({ field }) => (field ? <code>{field}</code> : '—') },
    { key: 'code', title: text('代码', 'Code'), show: ({ code }) => <code>{code}</code> },
    { key: 'source', title: text('数据源', 'Source'), hidden: true, show: ({ source }) => <code>{source}</code> },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 100,
      show: ({ state }) => <Tag color={rejectColours[state]}>{t(rejectStates[state])}</Tag>,
      text: ({ state }) => sayNow()(rejectStates[state]),
    },
  ]
  return (
    <>
      <PageHead
        title={t('异常数据', 'Rejected data')}
        hint={t(
          '未能识别或不符合埋点方案的消息,保留 90 天。修正方案后可以重放,也可以逐条修正。',
          'Messages that were not understood or are not as the plan wants them, kept for 90 days. Replay them after the plan is put right, or mend them one by one.',
        )}
      />
      <Reasons replay={can('collect.reject.replay')} />
      <DataTable<Reject>
        id="rejects"
        label={text('异常数据', 'Rejected data')}
        url="/api/collect/rejects"
        columns={columns}
        rowKey={({ id }) => id}
        href={({ id }) => `/sense/rejects/${id}`}
        search={text('搜索事件、原因、字段', 'Search event, reason, field')}
        filters={[
          { key: 'event', title: text('事件', 'Event'), kind: 'words' },
          { key: 'code', title: text('代码', 'Code'), kind: 'words' },
          {
            key: 'state',
            title: text('状态', 'State'),
            kind: 'choice',
            options: (Object.keys(rejectStates) as Reject['state'][]).map((value) => ({
              value,
              label: rejectStates[value],
            })),
          },
        ]}
        sort="-at"
        acts={can('collect.reject.replay') ? acts : undefined}
        empty={
          <Empty
            title={t('没有异常数据', 'Nothing was rejected')}
            hint={t('到达的消息都符合要求', 'All that arrived is as it should be')}
          />
        }
      />
    </>
  )
}

/** The reasons by how often they occur: the first is what to put right first. */
function Reasons({ replay }: { replay: boolean }) {
  const t = useText()
  const { number } = useFormats()
  const [, setParams] = useSearchParams()
  const { data } = useApi<Summary>('/api/collect/rejects/summary', undefined, { refetchEvery: 15_000 })
  if (!data || data.items.length === 0 || !replay) return null
  return (
    <nav className="zx-reasons" aria-label={t('按原因', 'By reason')}>
      {data.items.slice(0, 8).map((one) => (
        <Button
          key={`${one.code} ${one.event} ${one.field}`}
          onClick={() => setParams({ code: one.code, state: 'open', ...(one.event ? { event: one.event } : {}) })}
        >
          {one.event ? `${one.event} · ` : ''}
          {t(one.reason)} · {number(one.count)}
        </Button>
      ))}
    </nav>
  )
}

function useRejectActs(): (reject: Reject) => RowAct[] {
  const t = useText()
  const confirm = useConfirmAct()
  const closed = t('已处理', 'It is closed')
  const post = (verb: string, id: string) => async () => {
    await api.post(`/api/collect/rejects/${verb}`, { ids: [id] })
    await refresh('/api/collect')
  }
  return ({ id, state, understood }) => [
    {
      key: 'replay',
      label: t('重放', 'Replay'),
      cannot: state !== 'open' ? closed : understood ? undefined : t('请先打开并修正', 'Open it and mend it first'),
      run: () =>
        confirm({
          title: t('重放这条消息?', 'Replay this message?'),
          says: t('它将按现在的埋点方案重新处理。', 'It goes through the pipeline again, under the plan as it is now.'),
          ok: t('重放', 'Replay'),
          run: post('replay', id),
          done: t('已重放', 'Replayed'),
        }),
    },
    {
      key: 'dismiss',
      label: t('忽略', 'Dismiss'),
      danger: true,
      cannot: state === 'open' ? undefined : closed,
      run: () =>
        confirm({
          title: t('忽略这条消息?', 'Dismiss this message?'),
          says: t(
            '它不会进入客户的事件,此操作不能撤销。',
            'It will be no event of any customer, and this cannot be undone.',
          ),
          ok: t('忽略', 'Dismiss'),
          danger: true,
          run: post('dismiss', id),
          done: t('已忽略', 'Dismissed'),
        }),
    },
  ]
}
