import { Button, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { CodeDiff, CodeVersion } from '../contract.ts'
import { DiffView } from './codeDiff.tsx'

export function VersionsPanel({ set }: { set: string }) {
  const t = useText()
  const asked = useApi<{ items: CodeVersion[] }>(`/api/system/codes/${set}/versions`)
  return (
    <Answer of={asked}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={t('还没有发布过', 'Nothing is published yet')} />
        ) : (
          <Versions set={set} items={items} />
        )
      }
    </Answer>
  )
}

type Pair = { from: number; to: number }

function Versions({ set, items }: { set: string; items: CodeVersion[] }) {
  const t = useText()
  const { time, number } = useFormats()
  const [pair, setPair] = useState<Pair>()
  const columns: Column<CodeVersion>[] = [
    { key: 'version', title: text('版本', 'Version'), width: 80, show: ({ version }) => `v${version}` },
    {
      key: 'publishedAt',
      title: text('发布时间', 'Published'),
      width: 150,
      show: ({ publishedAt }) => time(publishedAt),
    },
    { key: 'publishedBy', title: text('发布人', 'By'), width: 140 },
    { key: 'note', title: text('说明', 'Note'), show: ({ note }) => note || '—' },
    { key: 'values', title: text('码值数', 'Values'), align: 'right', show: ({ values }) => number(values) },
    {
      key: 'changes',
      title: text('变化', 'Changes'),
      show: ({ added, changed, removed }) => `+${added} ~${changed} −${removed}`,
    },
  ]
  return (
    <>
      <Panel title={t('已发布的版本', 'Published versions')} flush>
        <TableView
          label={t('版本', 'Versions')}
          columns={columns}
          rows={items}
          rowKey={({ version }) => String(version)}
          acts={({ version }) => [
            {
              key: 'compare',
              label: t('与前一版比较', 'Compare with the one before'),
              run: () => setPair({ from: version - 1, to: version }),
            },
          ]}
        />
      </Panel>
      {pair ? <Comparison set={set} items={items} pair={pair} change={setPair} /> : null}
    </>
  )
}

type ComparisonProps = { set: string; items: CodeVersion[]; pair: Pair; change: (pair: Pair | undefined) => void }

function Comparison({ set, items, pair, change }: ComparisonProps) {
  const t = useText()
  const asked = useApi<CodeDiff>(`/api/system/codes/${set}/compare`, pair)
  const versions = items.map(({ version }) => ({ value: version, label: `v${version}` }))
  return (
    <Panel
      title={t('版本比较', 'Comparison')}
      extra={
        <div className="zx-codes-bar">
          <Select<number>
            aria-label={t('从版本', 'From')}
            value={pair.from}
            options={[...versions, { value: 0, label: t('空', 'nothing') }]}
            onChange={(from) => change({ ...pair, from })}
          />
          →
          <Select<number>
            aria-label={t('到版本', 'To')}
            value={pair.to}
            options={versions}
            onChange={(to) => change({ ...pair, to })}
          />
          <Button type="text" onClick={() => change(undefined)}>
            {t('关闭', 'Close')}
          </Button>
        </div>
      }
    >
      <Answer of={asked}>{(diff) => <DiffView diff={diff} />}</Answer>
    </Panel>
  )
}
