import { Tag } from 'antd'
import { memo, useEffect, useRef, useState } from 'react'
import { useFormats } from '../../../console/kit/format.ts'
import { useText } from '../../../console/kit/text.ts'
import type { TimelineEvent } from '../contract.ts'
import { eventLabel, valueText } from './words.ts'

type BlockProps = {
  events: readonly TimelineEvent[]
  /** The time of the event above, whose day is named already. */
  before: string | undefined
}

/**
 * One page of the stream. Far from what is looked at it is only a space of its own height, so that a stream of a hundred
 * thousand events is never more than a few pages of elements.
 */
export const TimelineBlock = memo(function TimelineBlock({ events, before }: BlockProps) {
  const frame = useRef<HTMLLIElement>(null)
  const [near, setNear] = useState(true)
  const [height, setHeight] = useState(0)
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const watcher = new IntersectionObserver(
      ([seen]) => {
        if (!seen) return
        if (!seen.isIntersecting) setHeight(element.getBoundingClientRect().height)
        setNear(seen.isIntersecting)
      },
      { rootMargin: '1500px 0px' },
    )
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  const turn = (key: string) =>
    setOpen((now) => {
      const next = new Set(now)
      if (!next.delete(key)) next.add(key)
      return next
    })
  return (
    <li ref={frame} className="zx-stream-block" style={near ? undefined : { height }}>
      {near ? <Events events={events} before={before} open={open} turn={turn} /> : null}
    </li>
  )
})

type EventsProps = BlockProps & { open: ReadonlySet<string>; turn: (key: string) => void }

function Events({ events, before, open, turn }: EventsProps) {
  const { second } = useFormats()
  let day = before ? second(before).slice(0, 10) : ''
  return (
    <ol>
      {events.map((event) => {
        const at = second(event.time)
        const fresh = at.slice(0, 10) !== day
        day = at.slice(0, 10)
        return (
          <li key={event.key}>
            {fresh ? <h3 className="zx-stream-day">{day}</h3> : null}
            <Line event={event} clock={at.slice(11)} open={open.has(event.key)} turn={() => turn(event.key)} />
          </li>
        )
      })}
    </ol>
  )
}

type LineProps = { event: TimelineEvent; clock: string; open: boolean; turn: () => void }

function Line({ event, clock, open, turn }: LineProps) {
  const t = useText()
  const said = summaryOf(event.props)
  return (
    <div className="zx-stream-line">
      <time dateTime={event.time}>{clock}</time>
      <div className="zx-stream-what">
        <button type="button" aria-expanded={open} onClick={turn} title={event.event}>
          {eventLabel(t, event)}
        </button>
        {event.virtual.map((name) => (
          <Tag key={name.zh} color="processing" title={t('虚拟事件', 'Virtual event')}>
            {t(name)}
          </Tag>
        ))}
        <span className="zx-stream-source">{event.source.name}</span>
        {open ? <Whole event={event} /> : <p>{said}</p>}
      </div>
    </div>
  )
}

function Whole({ event }: { event: TimelineEvent }) {
  const t = useText()
  const { second } = useFormats()
  return (
    <dl className="zx-facts">
      <div>
        <dt>{t('事件', 'Event')}</dt>
        <dd>
          <code>{event.event}</code>
        </dd>
      </div>
      <div>
        <dt>{t('收到时间', 'Received')}</dt>
        <dd>{second(event.received)}</dd>
      </div>
      <div>
        <dt>{t('当时的编号', 'His number then')}</dt>
        <dd>{event.customer}</dd>
      </div>
      {Object.entries(event.props).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{valueText(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The first few properties, the bank's own before those every SDK adds. */
function summaryOf(props: Record<string, unknown>): string {
  const names = Object.keys(props)
  const own = names.filter((name) => !name.startsWith('$') && typeof props[name] !== 'object')
  const told = ['$title', '$url_path', '$element_content', '$screen_name'].filter((name) => names.includes(name))
  return [...own, ...told]
    .slice(0, 4)
    .map((name) => `${name.replace(/^\$/, '')}: ${valueText(props[name]).slice(0, 60)}`)
    .join(' · ')
}
