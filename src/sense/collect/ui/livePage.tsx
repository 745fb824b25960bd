import { Button, Input, Select, Tag } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { LiveMessage } from '../contract.ts'
import { useArriving } from './useArriving.ts'
import { kindNames } from './words.ts'
import './collect.css'

type Status = {
  perMinute: { at: string; messages: number }[]
  stored: number
  rejected: number
  duplicates: number
  lagSeconds: number
  waiting: number
}

export function LivePage() {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const [on, setOn] = useState(true)
  const filter = (name: string) => params.get(name) ?? undefined
  const arriving = useArriving({ event: filter('event'), id: filter('id'), source: filter('source') }, on)
  const set = (name: string) => (value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: true },
    )
  return (
    <>
      <PageHead
        title={t('实时数据', 'Live data')}
        hint={t(
          '此刻到达的每一条消息,个人信息已脱敏。接入新的埋点时,在这里核对。',
          'Every message as it arrives, personal values masked. Check here when you connect something new.',
        )}
      >
        <Button onClick={arriving.clear}>{t('清空', 'Clear')}</Button>
        <Button type="primary" onClick={() => setOn(!on)}>
          {on ? t('暂停', 'Pause') : t('继续', 'Go on')}
        </Button>
      </PageHead>
      <Figures />
      <Panel flush>
        <div className="zx-live-filters">
          <Filter label={t('事件名', 'Event')} value={filter('event')} change={set('event')} />
          <Filter label={t('身份标识的值', 'Value of an identity')} value={filter('id')} change={set('id')} />
          <SourceFilter value={filter('source')} change={set('source')} />
          <State on={on} state={arriving.state} passedOver={arriving.passedOver} />
        </div>
        {arriving.messages.length === 0 ? (
          <Empty
            title={t('等待新的消息', 'Waiting for messages')}
            hint={t(
              '打开已接入的页面或应用,操作一下,消息会在一秒内出现在这里。',
              'Open a page or app that is connected and use it: what it sends appears here within a second.',
            )}
          />
        ) : (
          <ol className="zx-live" aria-live="off">
            {arriving.messages.map((message) => (
              <Line key={message.key} of={message} />
            ))}
          </ol>
        )}
      </Panel>
    </>
  )
}

function Filter({ label, value, change }: { label: string; value: string | undefined; change(value: string): void }) {
  return (
    <Input.Search
      aria-label={label}
      placeholder={label}
      defaultValue={value}
      allowClear
      onSearch={(typed) => change(typed.trim())}
    />
  )
}

/** By name, for those who may see the sources. */
function SourceFilter({ value, change }: { value: string | undefined; change(value: string): void }) {
  const t = useText()
  const allowed = useCan()('catalog.source.read')
  const { data } = useApi<{ items: { id: string; name: string }[] }>(
    '/api/catalog/sources',
    { limit: 200 },
    { enabled: allowed },
  )
  if (!allowed) return null
  return (
    <Select
      aria-label={t('数据源', 'Source')}
      placeholder={t('数据源', 'Source')}
      className="zx-live-source"
      value={value}
      allowClear
      showSearch
      optionFilterProp="label"
      onChange={(chosen) => change(chosen ?? '')}
      options={(data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
    />
  )
}

function State({ on, state, passedOver }: { on: boolean; state: string; passedOver: number }) {
  const t = useText()
  const { number } = useFormats()
  const words = !on
    ? t('已暂停', 'Paused')
    : state === 'open'
      ? t('已连接', 'Connected')
      : state === 'lost'
        ? t('连接中断,正在重连', 'Connection lost, trying again')
        : t('正在连接', 'Connecting')
  return (
    <span className={`zx-live-state zx-live-${on ? state : 'paused'}`} role="status">
      {words}
      {passedOver > 0 ? t(` · 另有 ${number(passedOver)} 条未显示`, ` · ${number(passedOver)} more not shown`) : ''}
    </span>
  )
}

function Line({ of }: { of: LiveMessage }) {
  const t = useText()
  const { second } = useFormats()
  const name = of.event ?? t(kindNames[of.kind] ?? { zh: of.kind, en: of.kind })
  return (
    <li>
      <details>
        <summary>
          <time dateTime={of.receivedAt}>{second(of.receivedAt).slice(-8)}</time>
          <strong>{name}</strong>
          <span className="zx-live-ids">
            {of.ids.map(({ kind, value }) => (
              <span key={kind + value}>
                {kind} <code>{value}</code>
              </span>
            ))}
          </span>
          <span className="zx-live-props">{shortly(of.props)}</span>
          {of.lib ? <Tag>{of.lib}</Tag> : null}
        </summary>
        <pre>{JSON.stringify(of, null, 2)}</pre>
      </details>
    </li>
  )
}

/** The first properties that are the event's own; those of the SDK begin with `$`. */
function shortly(props: Record<string, unknown>): string {
  return Object.entries(props)
    .filter(([name]) => !name.startsWith('$') || name === '$url' || name === '$title')
    .slice(0, 4)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join('  ')
}

function Figures() {
  const t = useText()
  const { number } = useFormats()
  const { data } = useApi<Status>('/api/collect/status', undefined, { refetchEvery: 5000 })
  const figures = [
    [t('24 小时入库', 'Stored in 24 h'), data && number(data.stored)],
    [t('24 小时拒收', 'Rejected in 24 h'), data && number(data.rejected)],
    [t('24 小时重复', 'Repeats in 24 h'), data && number(data.duplicates)],
    [t('等待处理', 'Waiting'), data && number(data.waiting)],
    [t('处理延迟', 'Behind by'), data && `${data.lagSeconds.toFixed(1)} ${t('秒', 's')}`],
  ] as const
  return (
    <dl className="zx-figures">
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value ?? '—'}</dd>
        </div>
      ))}
    </dl>
  )
}
