import { Tooltip } from 'antd'
import { useFormats } from '../../../console/kit/format.ts'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Overview } from '../contract.ts'

/** What the policy did in the last 24 hours; drawn only when there is something. */
export function DayFigures() {
  const t = useText()
  const { number } = useFormats()
  const { data } = useApi<Overview>('/api/contact/overview')
  if (!data) return null
  const { day, waiting, dropped } = data
  if (day.reserved + day.held + day.dropped + day.expired + waiting === 0) return null
  const reasons = dropped.map(({ code, text, messages }) => (
    <div key={code}>
      {t(text)} {number(messages)}
    </div>
  ))
  return (
    <dl className="zx-contact-figures" aria-label={t('近 24 小时', 'Last 24 hours')}>
      <Figure name={t('24 小时已触达', 'Sent in 24 h')} value={number(day.reserved)} />
      <Figure name={t('等待中', 'Waiting')} value={number(waiting)} />
      <Tooltip title={reasons.length > 0 ? reasons : null}>
        <div>
          <dt>{t('24 小时放弃', 'Dropped in 24 h')}</dt>
          <dd>{number(day.dropped)}</dd>
        </div>
      </Tooltip>
      <Figure name={t('占用未确认而过期', 'Expired unconfirmed')} value={number(day.expired)} />
    </dl>
  )
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
