import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Things } from '../contract.ts'
import { valueText } from './words.ts'

type Thing = Things['items'][number]

/** What he holds, ordered and paid: things of the types that the bank relates to customers. */
export function ThingsPanel({ id }: { id: number }) {
  const t = useText()
  const { number } = useFormats()
  const [type, setType] = useState<string>()
  const [cursors, setCursors] = useState<string[]>([])
  const asked = useApi<Things>(`/api/customers/${id}/things`, { type, cursor: cursors.at(-1) })
  const types = asked.data?.types ?? []
  const choose = (next: string) => {
    setType(next)
    setCursors([])
  }
  return (
    <Panel
      title={t('持仓与往来', 'Holdings and dealings')}
      extra={
        types.length > 1 ? (
          <Segmented
            aria-label={t('类型', 'Kind')}
            value={asked.data?.type}
            onChange={choose}
            options={types.map((one) => ({ value: one.type, label: `${t(one.name)} ${number(one.count)}` }))}
          />
        ) : null
      }
    >
      <Answer of={asked}>
        {(things) => (
          <>
            <Rows things={things} />
            {cursors.length > 0 || things.next ? (
              <div className="zx-customer-pages">
                <Button size="small" disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
                  {t('上一页', 'Back')}
                </Button>
                <Button
                  size="small"
                  disabled={!things.next}
                  onClick={() => setCursors([...cursors, things.next ?? ''])}
                >
                  {t('下一页', 'Next')}
                </Button>
              </div>
            ) : null}
          </>
        )}
      </Answer>
    </Panel>
  )
}

function Rows({ things }: { things: Things }) {
  const t = useText()
  const { money, time, number } = useFormats()
  const written = (column: Things['columns'][number], row: Thing): string => {
    const value = row.values[column.name]
    const name = row.names[column.name]
    if (name) return name
    if (value === null || value === undefined) return valueText(value)
    if (column.type === 'money' && /^[A-Z]{3}$/.test(column.unit)) return money(String(value), column.unit)
    if (column.type === 'time') return time(String(value))
    if (column.type === 'number' || column.type === 'integer') return `${number(Number(value))} ${column.unit}`.trim()
    return valueText(value)
  }
  // Columns in which this page has nothing are left out, but for the number.
  const filled = things.columns.filter((column) => things.items.some((row) => !isBlank(row.values[column.name])))
  const columns = filled.map(
    (column): Column<Thing> => ({
      key: column.name,
      title: text(column.label.zh, column.label.en),
      show: (row) => {
        const said = written(column, row)
        return row.names[column.name] ? <span title={valueText(row.values[column.name])}>{said}</span> : said
      },
      ...(['money', 'number', 'integer'].includes(column.type) ? { align: 'right' as const } : {}),
    }),
  )
  const has = filled.some((column) => things.items.every((row) => row.values[column.name] === row.id))
  return (
    <TableView
      label={t('持仓与往来', 'Holdings and dealings')}
      columns={has ? columns : [{ key: 'id', title: text('编号', 'Number') }, ...columns]}
      rows={things.items}
      rowKey={(row) => row.id}
      empty={<span className="zx-quiet">{t('暂无记录', 'Nothing yet')}</span>}
      small
    />
  )
}

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}
