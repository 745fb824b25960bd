import { Segmented, Select } from 'antd'
import { type PointerEvent, useState } from 'react'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Trend } from '../contract.ts'
import { lineOf, pointAt } from './line.ts'
import { labelOf } from './words.ts'

const [width, height] = [720, 120]

/** How his assets, or another amount or number of his, changed. */
export function TrendPanel({ id }: { id: number }) {
  const t = useText()
  const [attribute, setAttribute] = useState<string>()
  const [days, setDays] = useState(365)
  const asked = useApi<Trend>(`/api/customers/${id}/trend`, { attribute, days })
  // A bank that took this attribute out of use has nothing to draw by itself.
  if (asked.error?.code === 'customers.no_trend' && attribute === undefined) return null
  const others = asked.data?.others ?? []
  return (
    <Panel
      title={t('资产趋势', 'Trend')}
      extra={
        <span className="zx-customer-trend-acts">
          {others.length > 1 ? (
            <Select
              aria-label={t('指标', 'Of what')}
              value={asked.data?.attribute}
              options={others.map((one) => ({ value: one.name, label: labelOf(t, one) }))}
              onChange={setAttribute}
              popupMatchSelectWidth={false}
            />
          ) : null}
          <Segmented
            aria-label={t('时间范围', 'How far back')}
            value={days}
            onChange={setDays}
            options={[
              { value: 90, label: t('90 天', '90 days') },
              { value: 365, label: t('1 年', '1 year') },
              { value: 1095, label: t('3 年', '3 years') },
            ]}
          />
        </span>
      }
    >
      <Answer of={asked}>{(trend) => <Line trend={trend} />}</Answer>
    </Panel>
  )
}

function Line({ trend }: { trend: Trend }) {
  const t = useText()
  const { money, number } = useFormats()
  const [at, setAt] = useState<number>()
  const drawn = lineOf(trend, width, height)
  if (!drawn) return <p className="zx-quiet">{t('这段时间没有记录', 'Nothing was recorded in this time')}</p>
  const written = (value: string | null | undefined) => {
    if (value === null || value === undefined) return blank
    if (trend.type === 'money' && /^[A-Z]{3}$/.test(trend.unit)) return money(value, trend.unit)
    return `${number(Number(value))}${trend.unit ? ` ${trend.unit}` : ''}`
  }
  const shown = pointAt(trend, at ?? 1)
  const label = labelOf(t, { name: trend.attribute, label: trend.label })
  const follow = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    setAt((event.clientX - box.left) / box.width)
  }
  const [least, most] = [written(String(drawn.least)), written(String(drawn.most))]
  return (
    <div className="zx-customer-trend">
      <p>
        <span className="zx-quiet">
          {label} · {shown.day}
        </span>
        <b>{written(shown.point?.value)}</b>
        <span className="zx-quiet">{t(`区间 ${least} ~ ${most}`, `Between ${least} and ${most}`)}</span>
      </p>
      <svg
        role="img"
        aria-label={t(
          `${label}自 ${trend.from} 至 ${trend.until} 在 ${least} 与 ${most} 之间`,
          `${label} from ${trend.from} to ${trend.until} was between ${least} and ${most}`,
        )}
        viewBox={`-2 -6 ${width + 4} ${height + 12}`}
        preserveAspectRatio="none"
        onPointerMove={follow}
        onPointerLeave={() => setAt(undefined)}
      >
        <path className="zx-trend-floor" d={`M0,${height + 4}H${width}`} />
        <path className="zx-trend-line" d={drawn.path} />
        {at === undefined ? null : <path className="zx-trend-at" d={`M${at * width},-4V${height + 4}`} />}
      </svg>
      <div className="zx-customer-trend-ends zx-quiet">
        <span>{trend.from}</span>
        <span>{trend.until}</span>
      </div>
    </div>
  )
}
