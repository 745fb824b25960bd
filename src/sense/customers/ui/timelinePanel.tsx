import { ReloadOutlined } from '@ant-design/icons'
import { Alert, Button, DatePicker, Input, Select, Spin } from 'antd'
import dayjs from 'dayjs'
import { useEffect, useRef, useState } from 'react'
import { Tool } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Empty, Failed, Loading } from '../../../console/kit/states.tsx'
import { useTableState } from '../../../console/kit/tableState.ts'
import { useText } from '../../../console/kit/text.ts'
import type { CustomerDetail } from '../contract.ts'
import { TimelineBlock } from './timelineBlock.tsx'
import { timelineFilters, useTimeline } from './useTimeline.ts'
import { eventLabel } from './words.ts'

/** Everything that happened to the customer in one stream, newest first. */
export function TimelinePanel({ customer }: { customer: CustomerDetail }) {
  const t = useText()
  const { number } = useFormats()
  const { state, change, clear } = useTableState(timelineFilters, '')
  const { filters, q } = state
  const [from, until] = [filters.from?.[0], filters.until?.[0]]
  const query = { event: filters.event, source: filters.source, from, until, q: q || undefined }
  const narrowed = q !== '' || Object.keys(filters).length > 0
  const timeline = useTimeline(customer.id, query, narrowed ? undefined : customer.timeline)
  const pages = timeline.data?.pages ?? []
  const loaded = pages.reduce((sum, page) => sum + page.items.length, 0)
  return (
    <Panel
      title={t('动态', 'Timeline')}
      extra={
        <>
          <span className="zx-quiet">{t(`已加载 ${number(loaded)} 条`, `${number(loaded)} loaded`)}</span>
          <Tool
            label={t('刷新', 'Refresh')}
            icon={<ReloadOutlined spin={timeline.isFetching} aria-hidden />}
            act={() => void timeline.again()}
          />
        </>
      }
    >
      <div className="zx-stream-tools">
        <Words value={q} change={(next) => change({ q: next })} />
        <Select
          mode="multiple"
          allowClear
          maxTagCount={1}
          className="zx-stream-choice"
          popupMatchSelectWidth={false}
          aria-label={t('事件', 'Events')}
          placeholder={t('事件', 'Events')}
          optionFilterProp="label"
          options={customer.activity.top.map((one) => ({
            value: one.event,
            label: `${eventLabel(t, one)} · ${number(one.events)}`,
          }))}
          value={filters.event ?? []}
          onChange={(event: string[]) => change({ event })}
        />
        <Select
          mode="multiple"
          allowClear
          maxTagCount={1}
          className="zx-stream-choice"
          popupMatchSelectWidth={false}
          aria-label={t('来源', 'Sources')}
          placeholder={t('来源', 'Sources')}
          options={customer.sources.map((one) => ({ value: one.id, label: one.name }))}
          value={filters.source ?? []}
          onChange={(source: string[]) => change({ source })}
        />
        <DatePicker.RangePicker
          aria-label={t('时间', 'Time')}
          allowEmpty={[true, true]}
          className="zx-stream-days"
          value={[from ? dayjs(from) : null, until ? dayjs(until).subtract(1, 'day') : null]}
          onChange={(range) =>
            change({
              from: range?.[0]?.startOf('day').toISOString(),
              until: range?.[1]?.startOf('day').add(1, 'day').toISOString(),
            })
          }
        />
        {narrowed ? (
          <Button type="link" onClick={clear}>
            {t('清除条件', 'Clear')}
          </Button>
        ) : null}
      </div>
      {timeline.isPending ? <Loading /> : null}
      {timeline.isError && loaded === 0 ? (
        <Failed error={timeline.error} retry={() => void timeline.refetch()} />
      ) : null}
      {timeline.isSuccess && loaded === 0 ? (
        narrowed ? (
          <Empty title={t('没有符合条件的动态', 'Nothing matches')}>
            <Button onClick={clear}>{t('清除条件', 'Clear')}</Button>
          </Empty>
        ) : (
          <Empty title={t('还没有动态', 'Nothing has happened yet')} />
        )
      ) : null}
      <ol className="zx-stream">
        {pages.map((page, index) => (
          <TimelineBlock
            key={page.items[0]?.key ?? index}
            events={page.items}
            before={pages[index - 1]?.items.at(-1)?.time}
          />
        ))}
      </ol>
      {timeline.isError && loaded > 0 ? <Alert type="warning" showIcon title={timeline.error.message} /> : null}
      {timeline.hasNextPage ? (
        <More
          busy={timeline.isFetchingNextPage}
          // After a failure a person asks again, not the scrolling.
          byItself={!timeline.isError}
          more={() => void timeline.fetchNextPage()}
        />
      ) : loaded > 0 ? (
        <p className="zx-stream-end">{t('已经到最早', 'That is all')}</p>
      ) : null}
    </Panel>
  )
}

function Words({ value, change }: { value: string; change: (value: string) => void }) {
  const t = useText()
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  return (
    <Input.Search
      allowClear
      className="zx-stream-words"
      aria-label={t('在事件和属性中查找', 'Find in events and properties')}
      placeholder={t('在事件和属性中查找', 'Find in events and properties')}
      maxLength={100}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onSearch={(next) => change(next.trim())}
    />
  )
}

/** Asks for more before its end is in sight; the button is for the keyboard and for another try. */
function More({ busy, byItself, more }: { busy: boolean; byItself: boolean; more: () => void }) {
  const t = useText()
  const place = useRef<HTMLDivElement>(null)
  const latest = useRef(more)
  latest.current = more
  useEffect(() => {
    const element = place.current
    if (!element || busy || !byItself) return
    const watcher = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting) latest.current()
      },
      { rootMargin: '800px 0px' },
    )
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [busy, byItself])
  return (
    <div ref={place} className="zx-stream-more">
      {busy ? <Spin size="small" /> : <Button onClick={more}>{t('更早的动态', 'Earlier')}</Button>}
    </div>
  )
}
