import { Tag as Chip } from 'antd'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import type { Run, TagDetail } from '../contract.ts'
import { driftName } from './words.ts'

const [width, height] = [720, 120]

/** How coverage went, and each computation with its drift. */
export function RunsPanel({ tag: { runs } }: { tag: TagDetail }) {
  const t = useText()
  const columns = useColumns()
  if (runs.length === 0)
    return (
      <Empty
        title={t('还没有计算', 'Not computed yet')}
        hint={t('每次计算留下一行。', 'Each computation leaves a line.')}
      />
    )
  return (
    <>
      <Panel title={t('覆盖客户趋势', 'Coverage over time')}>
        <Trend of={runs} />
      </Panel>
      <Panel
        title={t('每次计算', 'Computations')}
        extra={
          <span className="zx-quiet">
            {t(
              '漂移为与前一次分布的 PSI:0.1 以下稳定,0.25 以上明显',
              'Drift is the PSI against the one before: below 0.1 stable, above 0.25 drifted',
            )}
          </span>
        }
      >
        <TableView<Run>
          label={t('计算记录', 'Computations')}
          columns={columns}
          rows={runs.toReversed()}
          rowKey={({ id }) => id}
        />
      </Panel>
    </>
  )
}

function useColumns(): Column<Run>[] {
  const t = useText()
  const { number, time } = useFormats()
  return [
    { key: 'at', title: text('数据时点', 'As of'), show: ({ at }) => time(at) },
    { key: 'version', title: text('版本', 'Version'), width: 80, show: ({ version }) => `v${version}` },
    { key: 'covered', title: text('覆盖客户', 'Covered'), align: 'right', show: ({ covered }) => number(covered) },
    { key: 'changed', title: text('值有变化', 'Changed'), align: 'right', show: ({ changed }) => number(changed) },
    {
      key: 'drift',
      title: text('漂移', 'Drift'),
      width: 160,
      show: ({ drift }) => {
        const said = driftName(drift)
        return said ? (
          <>
            <Chip color={said.colour}>{t(said.name)}</Chip>
            {(drift ?? 0).toFixed(3)}
          </>
        ) : (
          <span className="zx-quiet">{blank}</span>
        )
      },
    },
    { key: 'ms', title: text('耗时(毫秒)', 'Took (ms)'), align: 'right', show: ({ ms }) => number(ms) },
  ]
}

function Trend({ of }: { of: readonly Run[] }) {
  const t = useText()
  const { number, time } = useFormats()
  const most = Math.max(1, ...of.map(({ covered }) => covered))
  const times = of.map(({ at }) => Date.parse(at))
  const [from = 0, until = 0] = [times[0], times.at(-1)]
  const points = of.map(({ covered }, i) => {
    const x = until > from ? (((times[i] ?? from) - from) / (until - from)) * width : width
    return `${x.toFixed(1)},${(height - 4 - (covered / most) * (height - 8)).toFixed(1)}`
  })
  const [first] = points
  const line = points.length === 1 && first ? `0,${first.split(',')[1]} ${first}` : points.join(' ')
  const label = t(
    `从 ${number(of[0]?.covered)} 到 ${number(of.at(-1)?.covered)}`,
    `From ${number(of[0]?.covered)} to ${number(of.at(-1)?.covered)}`,
  )
  return (
    <>
      <svg
        className="zx-tag-trend"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <polyline points={line} fill="none" stroke="currentColor" strokeWidth={2} vectorEffect="non-scaling-stroke" />
      </svg>
      <p className="zx-quiet">
        {time(of[0]?.at)} – {time(of.at(-1)?.at)} · {label}
      </p>
    </>
  )
}
