import { useEffect, useMemo, useRef } from 'react'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { useTableState } from '../../../console/kit/tableState.ts'
import { useText } from '../../../console/kit/text.ts'
import type { CustomerDetail } from '../contract.ts'
import { timelineFilters } from './useTimeline.ts'
import { eventLabel } from './words.ts'
import { monthsOf, weeksOf } from './year.ts'

/** A year by day, and what was done most. A day or an event chosen here narrows the timeline. */
export function ActivityPanel({ customer }: { customer: CustomerDetail }) {
  const t = useText()
  const { number } = useFormats()
  const { change, state } = useTableState(timelineFilters, '')
  const { days, top } = customer.activity
  const sum = days.reduce((total, day) => total + day.events, 0)
  const chosen = state.filters.event ?? []
  return (
    <Panel
      title={t('一年活动', 'The year')}
      extra={
        <span className="zx-quiet">
          {t(
            `${number(days.length)} 天活跃,${number(sum)} 次事件`,
            `${number(sum)} events on ${number(days.length)} days`,
          )}
        </span>
      }
    >
      <Strip days={days} choose={(from, until) => change({ from, until })} />
      {top.length > 0 ? (
        <ul className="zx-customer-top">
          {top.slice(0, 8).map((one) => (
            <li key={one.event}>
              <button
                type="button"
                aria-pressed={chosen.includes(one.event)}
                title={one.event}
                onClick={() =>
                  change({
                    event: chosen.includes(one.event)
                      ? chosen.filter((event) => event !== one.event)
                      : [...chosen, one.event],
                  })
                }
              >
                {eventLabel(t, one)} <b>{number(one.events)}</b>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  )
}

type StripProps = { days: CustomerDetail['activity']['days']; choose: (from: string, until: string) => void }

function Strip({ days, choose }: StripProps) {
  const t = useText()
  const { number } = useFormats()
  const weeks = useMemo(() => weeksOf(days, new Date()), [days])
  const frame = useRef<HTMLDivElement>(null)
  // On a narrow screen the newest weeks are looked at first.
  useEffect(() => {
    if (frame.current) frame.current.scrollLeft = frame.current.scrollWidth
  }, [])
  const busiest = days.reduce((most, day) => (day.events > most.events ? day : most), { day: '', events: 0 })
  const says =
    days.length === 0
      ? t('一年内没有活动', 'Nothing in a year')
      : t(
          `一年内 ${days.length} 天有活动,最多的一天是 ${busiest.day},${busiest.events} 次`,
          `Active on ${days.length} days of the year, most on ${busiest.day} with ${busiest.events} events`,
        )
  return (
    <div className="zx-year" ref={frame}>
      <svg role="img" aria-label={says} viewBox={`0 0 ${weeks.length * 14} ${7 * 14 + 18}`}>
        {monthsOf(weeks).map((month) => (
          <text key={month.key} x={month.week * 14} y={11}>
            {t(`${month.month}月`, month.short)}
          </text>
        ))}
        {weeks.flatMap((week, x) =>
          week.map((cell) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: a short cut for the mouse; the date filter of the timeline does the same.
            <rect
              key={cell.day}
              x={x * 14}
              y={18 + cell.row * 14}
              width={11}
              height={11}
              rx={2}
              className={`zx-year-${cell.level}`}
              onClick={() => choose(cell.from, cell.until)}
            >
              <title>{`${cell.day} · ${t(`${number(cell.events)} 次事件`, `${number(cell.events)} events`)}`}</title>
            </rect>
          )),
        )}
      </svg>
    </div>
  )
}
