import { useFormats } from '../../../console/kit/format.ts'
import { useText } from '../../../console/kit/text.ts'
import type { EqlType } from '../../eql/contract.ts'
import type { Shares } from '../contract.ts'

type Props = {
  shares: Shares
  type: EqlType
  /** Values in their order, where they have one. */
  codes: readonly string[]
  covered: number
}

/** How the values are distributed: bars of values, or a histogram of numbers. */
export function SharesChart({ shares, type, codes, covered }: Props) {
  return shares.of === 'values' ? (
    <Bars shares={shares} type={type} codes={codes} covered={covered} />
  ) : (
    <Histogram shares={shares} type={type} />
  )
}

type Values = Extract<Shares, { of: 'values' }>
type Numbers = Extract<Shares, { of: 'numbers' }>
const shown = 12

function Bars({ shares, type, codes, covered }: Props & { shares: Values }) {
  const t = useText()
  const { number } = useFormats()
  const counts = new Map(shares.values.map(({ value, count }) => [value, count]))
  const order =
    codes.length > 0 ? [...codes, ...[...counts.keys()].filter((value) => !codes.includes(value))] : [...counts.keys()]
  const rows = order.slice(0, shown).map((value) => ({ value, count: counts.get(value) ?? 0 }))
  const rest = covered - rows.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(1, ...rows.map(({ count }) => count))
  const named = (value: string) => (type === 'boolean' ? (value === 'true' ? t('是', 'Yes') : t('否', 'No')) : value)
  if (rows.length === 0) return <p className="zx-quiet">{t('没有客户有值', 'Nobody has a value')}</p>
  return (
    <table className="zx-tag-bars">
      <caption className="zx-sr">{t('取值分布', 'Distribution of values')}</caption>
      <tbody>
        {rows.map(({ value, count }) => (
          <tr key={value}>
            <th scope="row" title={named(value)}>
              {named(value)}
            </th>
            <td>
              <span style={{ width: `${(100 * count) / most}%` }} aria-hidden />
            </td>
            <td>{number(count)}</td>
            <td className="zx-quiet">{covered > 0 ? `${((100 * count) / covered).toFixed(1)}%` : ''}</td>
          </tr>
        ))}
        {rest > 0 && type !== 'list' ? (
          <tr>
            <th scope="row" className="zx-quiet">
              {t(`其余 ${shares.distinct - rows.length} 个`, `${shares.distinct - rows.length} more`)}
            </th>
            <td />
            <td>{number(rest)}</td>
            <td className="zx-quiet">{`${((100 * rest) / covered).toFixed(1)}%`}</td>
          </tr>
        ) : null}
      </tbody>
    </table>
  )
}

const [width, height] = [480, 120]

function Histogram({ shares, type }: { shares: Numbers; type: EqlType }) {
  const t = useText()
  const written = useWritten(type)
  const { counts, edges } = shares
  if (counts.length === 0) return <p className="zx-quiet">{t('没有客户有值', 'Nobody has a value')}</p>
  const most = Math.max(1, ...counts)
  const step = width / counts.length
  return (
    <figure className="zx-tag-histogram">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t(
          `从 ${written(shares.min)} 到 ${written(shares.max)},中位数 ${written(shares.median)}`,
          `From ${written(shares.min)} to ${written(shares.max)}, median ${written(shares.median)}`,
        )}
      >
        {counts.map((count, i) => {
          const tall = (count / most) * height
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: bars have no name but their place
            <rect key={i} x={i * step + 0.5} width={Math.max(1, step - 1)} y={height - tall} height={tall}>
              <title>{`${written(edges[i] ?? 0)} – ${written(edges[i + 1] ?? 0)}: ${count}`}</title>
            </rect>
          )
        })}
      </svg>
      <figcaption>
        <span>{written(edges[0] ?? shares.min)}</span>
        <span className="zx-quiet">
          {t(
            `中位数 ${written(shares.median)} · 平均 ${written(shares.mean)}`,
            `Median ${written(shares.median)} · mean ${written(shares.mean)}`,
          )}
        </span>
        <span>{written(edges.at(-1) ?? shares.max)}</span>
      </figcaption>
    </figure>
  )
}

const dayMs = 86_400_000

/** A number of a distribution as a person reads it. */
export function useWritten(type: EqlType): (value: number) => string {
  const { number, money, time } = useFormats()
  return (value) => {
    if (type === 'money') return money(String(Math.round(value)), 'CNY')
    if (type === 'day') return new Date(Math.round(value) * dayMs).toISOString().slice(0, 10)
    if (type === 'time') return time(new Date(value).toISOString())
    return Number.isInteger(value) ? number(value) : String(Number(value.toPrecision(4)))
  }
}
