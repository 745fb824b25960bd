import { SearchOutlined } from '@ant-design/icons'
import { Button, Input, Tag } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { ParameterRow } from '../contract.ts'
import { ParameterDrawer } from './parameterDrawer.tsx'
import { ParameterValue } from './parameterValue.tsx'
import './system.css'

export function ParametersPage() {
  const t = useText()
  const asked = useApi<{ items: ParameterRow[] }>('/api/system/parameters')
  return (
    <>
      <PageHead
        title={t('系统参数', 'Parameters')}
        hint={t('修改立即生效,并记入审计。', 'A change takes effect at once and is recorded in the audit.')}
      />
      <Answer of={asked}>{({ items }) => <Groups items={items} />}</Answer>
    </>
  )
}

/** Parameters in their groups, in the order the server gives; the words typed are kept in the address. */
function Groups({ items }: { items: ParameterRow[] }) {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const [open, setOpen] = useState<string>()
  const words = params.get('q') ?? ''
  const asked = words.trim().toLowerCase()
  const found = items.filter((one) =>
    `${one.name} ${one.text.zh} ${one.text.en} ${one.group.zh} ${one.group.en}`.toLowerCase().includes(asked),
  )
  const groups = new Map<string, ParameterRow[]>()
  for (const one of found) groups.set(one.group.en, [...(groups.get(one.group.en) ?? []), one])
  if (items.length === 0) return <Empty title={t('还没有可调整的参数', 'There is no parameter to set yet')} />
  const chosen = items.find(({ name }) => name === open)
  return (
    <>
      <Input
        className="zx-param-search"
        allowClear
        prefix={<SearchOutlined aria-hidden />}
        placeholder={t('搜索参数', 'Search parameters')}
        aria-label={t('搜索参数', 'Search parameters')}
        value={words}
        onChange={({ target }) => setParams(target.value ? { q: target.value } : {}, { replace: true })}
      />
      {found.length === 0 ? <Empty title={t('没有符合条件的参数', 'No parameter matches')} /> : null}
      {[...groups.values()].map((rows) => (
        <Panel key={rows[0]?.group.en} title={rows[0] ? t(rows[0].group) : ''} flush>
          {rows.map((row) => (
            <Row key={row.name} row={row} edit={() => setOpen(row.name)} />
          ))}
        </Panel>
      ))}
      <ParameterDrawer row={chosen} close={() => setOpen(undefined)} />
    </>
  )
}

function Row({ row, edit }: { row: ParameterRow; edit: () => void }) {
  const t = useText()
  const can = useCan()
  const { time } = useFormats()
  const may = can('system.parameter.edit') && can(row.needs ?? undefined)
  return (
    <div className="zx-param">
      <div>
        <p>
          <strong>{t(row.text)}</strong> <small>{row.name}</small>
        </p>
        {row.help ? <p className="zx-quiet">{t(row.help)}</p> : null}
      </div>
      <div className="zx-param-value">
        <p>
          <strong>
            <ParameterValue row={row} value={row.value} />
          </strong>{' '}
          {row.isDefault ? <Tag>{t('默认', 'Default')}</Tag> : <Tag color="processing">{t('已修改', 'Changed')}</Tag>}
        </p>
        {row.isDefault ? null : (
          <small>
            {row.changedBy} · {time(row.changedAt)}
          </small>
        )}
      </div>
      <Button onClick={edit}>{may ? t('修改', 'Change') : t('详情', 'Details')}</Button>
    </div>
  )
}
