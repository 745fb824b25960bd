import { useText } from '../kit/text.ts'
import { phases } from './phases.ts'

/** The loop as a ring of six, which is what the product is about; for the eye only. */
export function LoopPicture() {
  const t = useText()
  const around = phases.filter(({ key }) => key !== 'home' && key !== 'govern')
  return (
    <svg className="zx-loop" viewBox="0 0 320 320" aria-hidden="true" focusable="false">
      <circle cx="160" cy="160" r="112" className="zx-loop-ring" />
      <circle cx="160" cy="160" r="112" className="zx-loop-run" pathLength="100" />
      <text x="160" y="156" className="zx-loop-heart">
        {t('客户', 'Customer')}
      </text>
      <text x="160" y="178" className="zx-loop-note">
        {t('感知到反馈,环环相扣', 'one closed loop')}
      </text>
      {around.map(({ key, title }, index) => {
        const angle = (index / around.length) * 2 * Math.PI - Math.PI / 2
        const [x, y] = [160 + 112 * Math.cos(angle), 160 + 112 * Math.sin(angle)]
        return (
          <g key={key}>
            <circle cx={x} cy={y} r="34" className="zx-loop-node" />
            <text x={x} y={y + 5} className="zx-loop-name">
              {t(title)}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
