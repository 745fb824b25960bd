import { Button, Select } from 'antd'
import { useState } from 'react'
import { blank } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Holder, Holders, TagDetail } from '../contract.ts'
import { useWritten } from './sharesChart.tsx'

/** Who has which value, of whom the reader sees, masked. */
export function HoldersPanel({ tag }: { tag: TagDetail }) {
  const t = useText()
  const [value, setValue] = useState<string>()
  const [ways, setWays] = useState<number[]>([])
  const ready = tag.covered !== null
  const asked = useApi<Holders>(`/api/tags/${tag.id}/holders`, { value, after: ways.at(-1) }, { enabled: ready })
  const columns = useColumns(tag)
  const shares = tag.runs.at(-1)?.shares
  const values = shares?.of === 'values' ? shares.values.map((one) => one.value) : []
  const name = (one: string) => (tag.type === 'boolean' ? (one === 'true' ? t('是', 'Yes') : t('否', 'No')) : one)
  if (!ready) return <Empty title={t('还没有值', 'No values yet')} />
  return (
    <Panel
      title={t('有值的客户', 'Customers with a value')}
      extra={
        values.length > 0 ? (
          <Select
            aria-label={t('只看取值', 'Only with the value')}
            placeholder={t('全部取值', 'All values')}
            allowClear
            value={value}
            onChange={(next: string | undefined) => {
              setValue(next)
              setWays([])
            }}
            options={values.map((one) => ({ value: one, label: name(one) }))}
            popupMatchSelectWidth={false}
          />
        ) : null
      }
    >
      <Answer of={asked}>
        {({ items, next }) => (
          <>
            <TableView<Holder>
              label={t('客户', 'Customers')}
              columns={columns}
              rows={items}
              rowKey={({ id }) => String(id)}
              href={({ id }) => `/sense/customers/${id}`}
              empty={<Empty title={t('没有您可见的客户', 'No customers you may see')} />}
            />
            <p className="zx-tag-line">
              <Button disabled={ways.length === 0} onClick={() => setWays(ways.slice(0, -1))}>
                {t('上一页', 'Back')}
              </Button>
              <Button disabled={next === null} onClick={() => next !== null && setWays([...ways, next])}>
                {t('下一页', 'More')}
              </Button>
            </p>
          </>
        )}
      </Answer>
    </Panel>
  )
}

function useColumns(tag: TagDetail): Column<Holder>[] {
  const t = useText()
  const type = tag.type ?? 'text'
  const written = useWritten(type)
  const show = (value: string) => {
    if (type === 'boolean') return value === 'true' ? t('是', 'Yes') : t('否', 'No')
    return type === 'money' || type === 'number' || type === 'integer' ? written(Number(value)) : value
  }
  return [
    { key: 'id', title: text('客户', 'Customer'), width: 110, show: ({ id }) => String(id) },
    { key: 'name', title: text('姓名', 'Name'), width: 140, show: ({ name }) => name ?? blank },
    { key: 'org', title: text('机构', 'Organisation'), width: 180, show: ({ org }) => org },
    { key: 'value', title: text('取值', 'Value'), show: ({ value }) => show(value) },
  ]
}
