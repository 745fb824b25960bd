import { Select } from 'antd'
import { useState } from 'react'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Compared, SegmentDetail, Snapshot } from '../contract.ts'
import { pointsOf } from './trend.ts'

/** How the size went, what changed between two moments, and each refresh. */
export function SnapshotsPanel({ segment: { id, snapshots } }: { segment: SegmentDetail }) {
  const t = useText()
  const columns = useColumns()
  if (snapshots.length === 0)
    return (
      <Empty title={t('还没有快照', 'No snapshots yet')} hint={t('每次刷新留下一份。', 'Each refresh leaves one.')} />
    )
  return (
    <>
      <Panel title={t('规模趋势', 'Size over time')}>
        <Trend of={snapshots} />
      </Panel>
      {snapshots.length > 1 ? <Compare id={id} of={snapshots} /> : null}
      <Panel title={t('全部快照', 'All snapshots')}>
        <TableView<Snapshot>
          label={t('快照', 'Snapshots')}
          columns={columns}
          rows={snapshots.toReversed()}
          rowKey={(row) => row.id}
        />
      </Panel>
    </>
  )
}

function useColumns(): Column<Snapshot>[] {
  const { number, time } = useFormats()
  return [
    { key: 'at', title: text('时刻', 'When'), show: ({ at }) => time(at) },
    { key: 'version', title: text('版本', 'Version'), width: 90, show: ({ version }) => `v${version}` },
    { key: 'size', title: text('客户数', 'Customers'), align: 'right', show: ({ size }) => number(size) },
    { key: 'ms', title: text('耗时(毫秒)', 'Took (ms)'), align: 'right', show: ({ ms }) => number(ms) },
  ]
}

const [width, height] = [720, 120]

function Trend({ of }: { of: readonly Snapshot[] }) {
  const t = useText()
  const { number, time } = useFormats()
  const [first, last] = [of[0], of.at(-1)]
  const points = pointsOf(of, width, height)
  const sizes = of.map(({ size }) => size)
  const label = t(
    `从 ${number(first?.size)} 到 ${number(last?.size)},最少 ${number(Math.min(...sizes))},最多 ${number(Math.max(...sizes))}`,
    `From ${number(first?.size)} to ${number(last?.size)}, least ${number(Math.min(...sizes))}, most ${number(Math.max(...sizes))}`,
  )
  return (
    <>
      <svg
        className="zx-segment-trend"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <polyline
          points={points.map(({ x, y }) => `${x},${y}`).join(' ')}
          fill="none"
          stroke="currentColor"
          strokeWidth={2}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <p className="zx-quiet">
        {time(first?.at)} – {time(last?.at)} · {label}
      </p>
    </>
  )
}

function Compare({ id, of }: { id: string; of: readonly Snapshot[] }) {
  const t = useText()
  const { number, time } = useFormats()
  const [before, setBefore] = useState(of.at(-2)?.id)
  const [after, setAfter] = useState(of.at(-1)?.id)
  const asked = useApi<Compared>(`/api/segments/${id}/compare`, { before, after })
  const options = of
    .toReversed()
    .map((one) => ({ value: one.id, label: `${time(one.at)} · v${one.version} · ${number(one.size)}` }))
  return (
    <Panel title={t('对比两份快照', 'Compare two snapshots')}>
      <div className="zx-segment-compare">
        <Select
          aria-label={t('之前', 'Before')}
          value={before}
          options={options}
          onChange={setBefore}
          popupMatchSelectWidth={false}
        />
        <span aria-hidden>→</span>
        <Select
          aria-label={t('之后', 'After')}
          value={after}
          options={options}
          onChange={setAfter}
          popupMatchSelectWidth={false}
        />
      </div>
      <Answer of={asked}>
        {({ entered, left, stayed }) => (
          <Detail
            items={[
              { label: t('进入', 'Came'), value: number(entered) },
              { label: t('离开', 'Went'), value: number(left) },
              { label: t('留存', 'Stayed'), value: number(stayed) },
            ]}
          />
        )}
      </Answer>
    </Panel>
  )
}
