import { useQuery } from '@tanstack/react-query'
import { Alert, Skeleton } from 'antd'
import { api } from '../../../console/kit/api.ts'
import { useFormats } from '../../../console/kit/format.ts'
import { useScope } from '../../../console/kit/scope.ts'
import { useText } from '../../../console/kit/text.ts'
import type { VirtualCount, VirtualDefinition } from '../contract.ts'

/** Thirty days as bars; what they say is also said in words. */
export function Trend({ days, large }: { days: readonly number[]; large?: boolean }) {
  const t = useText()
  const { number } = useFormats()
  const most = Math.max(1, ...days)
  const [width, height] = large ? [8, 64] : [4, 22]
  const total = days.reduce((sum, day) => sum + day, 0)
  const says = t(
    `近 30 天共 ${number(total)} 次,单日最多 ${number(Math.max(0, ...days))} 次`,
    `${number(total)} in 30 days, at most ${number(Math.max(0, ...days))} a day`,
  )
  return (
    <svg
      className={large ? 'zx-trend zx-trend-large' : 'zx-trend'}
      role="img"
      aria-label={says}
      viewBox={`0 0 ${days.length * width} ${height}`}
      preserveAspectRatio="none"
    >
      <title>{says}</title>
      {days.map((day, i) => {
        const tall = day === 0 ? 1 : Math.max(2, (day / most) * height)
        const shape = { x: i * width, y: height - tall, width: width - 1, height: tall }
        // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place.
        return <rect key={i} className={day === 0 ? 'zx-trend-none' : undefined} {...shape} />
      })}
    </svg>
  )
}

/** How often it would have happened, asked anew as the conditions change. */
export function LiveCount({ definition }: { definition: VirtualDefinition | undefined }) {
  const t = useText()
  const { number } = useFormats()
  const scope = useScope()
  const asked = useQuery<VirtualCount>({
    queryKey: ['/api/catalog/virtual/preview', definition, scope],
    queryFn: () => api.post<VirtualCount>('/api/catalog/virtual/preview', definition),
    enabled: definition !== undefined,
    placeholderData: (kept) => kept,
  })
  if (!definition)
    return <p className="zx-quiet">{t('条件填写完整后显示历史次数', 'Counts appear when the conditions are whole')}</p>
  if (asked.error)
    return <Alert type="error" showIcon title={asked.error.message} description={t('次数暂不可用', 'No counts now')} />
  if (!asked.data) return <Skeleton active paragraph={{ rows: 2 }} title={false} />
  const { last7, last30, days } = asked.data
  return (
    <div className="zx-pick-count" aria-busy={asked.isPlaceholderData} aria-live="polite">
      <div>
        <strong>{number(last7)}</strong>
        <span>{t('近 7 天', '7 days')}</span>
      </div>
      <div>
        <strong>{number(last30)}</strong>
        <span>{t('近 30 天', '30 days')}</span>
      </div>
      <Trend days={days} large />
    </div>
  )
}
