import { SearchOutlined } from '@ant-design/icons'
import { Input, Tag } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Filter } from '../../../console/kit/tableFilters.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { OrgPicker } from '../../../govern/orgs/ui/orgPicker.tsx'
import type { CustomerRow } from '../contract.ts'
import './customers.css'

const filters: readonly Filter[] = [
  {
    key: 'org',
    title: text('所属机构', 'Organisation'),
    kind: 'own',
    draw: (value, change) => (
      <div className="zx-customers-org">
        <OrgPicker
          value={value}
          onChange={change}
          allowClear
          label={sayNow()('所属机构', 'Organisation')}
          placeholder={sayNow()('所属机构', 'Organisation')}
        />
      </div>
    ),
  },
  { key: 'born', title: text('首次出现', 'First heard of'), kind: 'days', from: 'bornFrom', to: 'bornUntil' },
  { key: 'attribute', title: text('属性名', 'Attribute'), kind: 'words' },
  { key: 'value', title: text('属性值(等于)', 'Its value (equals)'), kind: 'words' },
]

function useColumns(): Column<CustomerRow>[] {
  const t = useText()
  const { time, ago, number } = useFormats()
  return useMemo(
    () => [
      { key: 'id', title: text('客户编号', 'Number'), sort: true, width: 120, show: ({ id }) => <code>{id}</code> },
      {
        key: 'name',
        title: text('姓名', 'Name'),
        width: 110,
        show: ({ name }) => name ?? blank,
        text: ({ name }) => name,
      },
      {
        key: 'identities',
        title: text('身份', 'Identities'),
        show: ({ identities }) => <Identities of={identities} />,
        text: ({ identities }) => identities.map((one) => `${t(one.name)} ${one.value}`).join(', '),
      },
      {
        key: 'org',
        title: text('所属机构', 'Organisation'),
        width: 160,
        show: ({ org }) => org.name,
        text: ({ org }) => org.name,
      },
      {
        key: 'lastSeen',
        title: text('最近活动', 'Last seen'),
        sort: true,
        width: 150,
        show: ({ lastSeen }) =>
          lastSeen ? <time title={time(lastSeen)}>{ago(lastSeen)}</time> : <span className="zx-quiet">{blank}</span>,
        text: ({ lastSeen }) => lastSeen && time(lastSeen),
      },
      {
        key: 'events30',
        title: text('近 30 天事件', 'Events in 30 days'),
        width: 130,
        align: 'right',
        show: ({ events30 }) => number(events30),
      },
      {
        key: 'born',
        title: text('首次出现', 'First heard of'),
        width: 150,
        hidden: true,
        show: ({ born }) => time(born),
        text: ({ born }) => time(born),
      },
    ],
    [t, time, ago, number],
  )
}

const namedInARow = 3

function Identities({ of }: { of: CustomerRow['identities'] }) {
  const t = useText()
  if (of.length === 0) return <span className="zx-quiet">{blank}</span>
  return (
    <span className="zx-customers-ids">
      {of.slice(0, namedInARow).map((one) => (
        <span key={`${one.kind} ${one.value}`} className="zx-customers-id">
          <span className="zx-quiet">{t(one.name)}</span> {one.value}
        </span>
      ))}
      {of.length > namedInARow ? <Tag>+{of.length - namedInARow}</Tag> : null}
    </span>
  )
}

/** Everyone of the scope, or whoever has this number. */
export function CustomersPage() {
  const t = useText()
  const columns = useColumns()
  const [params] = useSearchParams()
  const asked = params.get('q') ?? ''
  return (
    <>
      <PageHead
        title={t('客户', 'Customers')}
        hint={t(
          '输入任一完整身份即可找到客户;姓名、手机号等个人信息以密文比对,页面只显示脱敏值。',
          'Any whole identity finds its customer. Personal values are compared sealed, and only their masks are shown.',
        )}
      />
      <BigSearch />
      <DataTable<CustomerRow>
        id="customers"
        label={text('客户', 'Customers')}
        url="/api/customers"
        columns={columns}
        rowKey={(row) => String(row.id)}
        href={(row) => `/sense/customers/${row.id}`}
        filters={filters}
        sort="-lastSeen"
        empty={
          asked ? undefined : (
            <Empty
              title={t('还没有客户', 'No customers yet')}
              hint={t('接入数据后,客户会在几秒内出现在这里。', 'They appear within seconds of the first data.')}
            />
          )
        }
      />
    </>
  )
}

/** One box for all numbers; Enter asks, because a part of a number finds nobody. */
function BigSearch() {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const asked = params.get('q') ?? ''
  const [typed, setTyped] = useState(asked)
  useEffect(() => setTyped(asked), [asked])
  const ask = (value: string) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before)
        after.delete('cursor')
        if (value.trim()) after.set('q', value.trim())
        else after.delete('q')
        return after
      },
      { state: null },
    )
  const label = t('按身份查找客户', 'Find a customer by an identity')
  return (
    <Input.Search
      className="zx-customers-search"
      size="large"
      allowClear
      enterButton={t('查找', 'Find')}
      prefix={<SearchOutlined aria-hidden />}
      aria-label={label}
      placeholder={t(
        '客户号、手机号、证件号、卡号、邮箱、OpenID、设备号、姓名,或客户编号',
        'Customer number, mobile, certificate, card, email, OpenID, device, name, or number here',
      )}
      maxLength={200}
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value)
        if (event.target.value === '' && asked) ask('')
      }}
      onSearch={ask}
    />
  )
}
