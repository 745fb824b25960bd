import { Tooltip } from 'antd'
import { useText } from '../../../console/kit/text.ts'
import type { Light } from '../contract.ts'
import { lightNames } from './words.ts'

/** Health at a glance; its words are for those who do not see colours. */
export function LightDot({ light }: { light: Light }) {
  const t = useText()
  return (
    <Tooltip title={t(lightNames[light])}>
      <span className={`zx-ch-light zx-ch-${light}`} role="img" aria-label={t(lightNames[light])} />
    </Tooltip>
  )
}
