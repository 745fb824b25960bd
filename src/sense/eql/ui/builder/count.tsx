import { Tooltip } from 'antd'
import { useFormats } from '../../../../console/kit/format.ts'
import { useText } from '../../../../console/kit/text.ts'
import { useBuilding } from './context.ts'
import type { Item } from './state.ts'

/** How many customers a part finds by itself, and their share of all; how far a sample may be off stands behind it. */
export function Count({ of }: { of: Item }) {
  const t = useText()
  const { number } = useFormats()
  const { countOf, isUnfinished, issuesOf, universe, counting } = useBuilding()
  const count = countOf(of)
  if (!count) {
    const wrong = issuesOf(of).some(({ severity }) => severity === 'error')
    const why = isUnfinished(of)
      ? t('待填写', 'unfinished')
      : wrong
        ? t('不计入', 'left out')
        : counting
          ? t('估算中', 'counting')
          : '—'
    return <span className="zx-rule-count zx-quiet">{why}</span>
  }
  const exact = count.low === count.high
  const share = universe > 0 ? (100 * count.customers) / universe : 0
  const says = exact
    ? t(`精确值,占全部客户 ${share.toFixed(1)}%`, `Exact, ${share.toFixed(1)}% of all customers`)
    : t(
        `抽样估算,95% 可能在 ${number(count.low)} ~ ${number(count.high)} 之间,约占 ${share.toFixed(1)}%`,
        `From a sample: between ${number(count.low)} and ${number(count.high)} in 95 of 100, about ${share.toFixed(1)}%`,
      )
  return (
    <Tooltip title={says}>
      <span className="zx-rule-count" data-counting={counting || undefined}>
        <b>
          {exact ? '' : '≈ '}
          {number(count.customers)}
        </b>
        <small>{share.toFixed(1)}%</small>
        <i aria-hidden>
          <i style={{ width: `${Math.min(100, share)}%` }} />
        </i>
      </span>
    </Tooltip>
  )
}
