import { Tooltip } from 'antd'
import { useFormats } from '../../../console/kit/format.ts'
import { Empty } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import type { AccountDetail } from '../contract.ts'

/** The last day by the hour: sent over failed. */
export function Hours({ hours }: { hours: AccountDetail['hours'] }) {
  const t = useText()
  const { time, number, span } = useFormats()
  if (hours.length === 0)
    return (
      <Empty
        title={t('近 24 小时没有发送', 'Nothing was sent in the last day')}
        hint={t('发送后,这里按小时显示提交与失败', 'Sent and failed by the hour will stand here')}
      />
    )
  const now = Math.floor(Date.now() / 3_600_000)
  const known = new Map(hours.map((one) => [Math.floor(Date.parse(one.at) / 3_600_000), one]))
  const all = Array.from({ length: 24 }, (_, i) => ({ hour: now - 23 + i, one: known.get(now - 23 + i) }))
  const most = Math.max(1, ...hours.map(({ sent, failed }) => sent + failed))
  return (
    <figure className="zx-ch-hours">
      <figcaption>
        {t('近 24 小时', 'The last day')} <i className="zx-ch-sent" aria-hidden /> {t('提交', 'sent')}{' '}
        <i className="zx-ch-failed" aria-hidden /> {t('失败', 'failed')}
      </figcaption>
      <ol>
        {all.map(({ hour, one }) => {
          const at = new Date(hour * 3_600_000).toISOString()
          const words = `${time(at)} ${t('提交', 'sent')} ${number(one?.sent ?? 0)} ${t('失败', 'failed')} ${number(one?.failed ?? 0)}${one?.ms ? ` · ${span(one.ms)}` : ''}`
          return (
            <li key={hour}>
              <Tooltip title={words}>
                <span className="zx-ch-bar" role="img" aria-label={words}>
                  <span className="zx-ch-failed" style={{ height: `${((one?.failed ?? 0) / most) * 100}%` }} />
                  <span className="zx-ch-sent" style={{ height: `${((one?.sent ?? 0) / most) * 100}%` }} />
                </span>
              </Tooltip>
              <small aria-hidden>{hour % 3 === 0 ? time(at).slice(11, 13) : ''}</small>
            </li>
          )
        })}
      </ol>
    </figure>
  )
}
