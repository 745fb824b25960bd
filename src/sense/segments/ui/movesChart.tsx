import { useFormats } from '../../../console/kit/format.ts'
import { useText } from '../../../console/kit/text.ts'
import type { Updates } from '../contract.ts'

const [width, height, gap] = [720, 140, 4]

/** Who came stands above the line, who went below, in one scale. */
export function MovesChart({ days }: { days: Updates['days'] }) {
  const t = useText()
  const { number } = useFormats()
  const most = Math.max(...days.flatMap(({ entered, left }) => [entered, left]), 0)
  if (most === 0)
    return <p className="zx-quiet">{t('近 30 天没有客户进入或离开。', 'Nobody came or went in the last 30 days.')}</p>
  const step = width / days.length
  const [middle, scale] = [height / 2, (height / 2 - 2) / most]
  return (
    <figure className="zx-segment-moves">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('每日进出', 'Came and went by day')}
      >
        {days.map(({ day, entered, left }, i) => (
          <g key={day}>
            <title>
              {t(
                `${day} 进入 ${number(entered)} 离开 ${number(left)}`,
                `${day}: ${number(entered)} came, ${number(left)} went`,
              )}
            </title>
            <rect className="zx-hit" x={i * step} y={0} width={step} height={height} />
            <rect
              className="zx-came"
              x={i * step + gap / 2}
              y={middle - entered * scale}
              width={step - gap}
              height={entered * scale}
            />
            <rect className="zx-went" x={i * step + gap / 2} y={middle} width={step - gap} height={left * scale} />
          </g>
        ))}
        <line x1={0} x2={width} y1={middle} y2={middle} />
      </svg>
      <figcaption>
        <span>{days[0]?.day}</span>
        <span>
          <i className="zx-came" /> {t('进入', 'Came')} <i className="zx-went" /> {t('离开', 'Went')} ·{' '}
          {t(`最多 ${number(most)}/日`, `at most ${number(most)} a day`)}
        </span>
        <span>{days.at(-1)?.day}</span>
      </figcaption>
    </figure>
  )
}
