import { useMemo } from 'react'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import type { CustomerRow } from '../../../sense/customers/contract.ts'

/** Chooses a customer to explain. */
export function FindPage() {
  const t = useText()
  const { ago, time } = useFormats()
  const columns = useMemo(
    (): Column<CustomerRow>[] => [
      {
        key: 'name',
        title: text('客户', 'Customer'),
        show: ({ name, id }) => name ?? `#${id}`,
      },
      {
        key: 'identities',
        title: text('标识', 'Identities'),
        show: ({ identities }) =>
          identities
            .slice(0, 2)
            .map(({ name, value }) => `${t(name)} ${value}`)
            .join(' · ') || blank,
      },
      { key: 'org', title: text('机构', 'Organisation'), width: 160, show: ({ org }) => org.name },
      {
        key: 'lastSeen',
        title: text('最近活跃', 'Last seen'),
        width: 140,
        sort: true,
        show: ({ lastSeen }) => (lastSeen ? <time title={time(lastSeen)}>{ago(lastSeen)}</time> : blank),
      },
    ],
    [t, ago, time],
  )
  return (
    <>
      <PageHead
        title={t('单客解释', 'Explain a customer')}
        hint={t(
          '找一位客户,看现在能不能触达、为什么、名额还剩多少,以及以往每条消息的裁决。',
          'Find a customer and see whether he may be contacted now, why not, what is left of each cap, and what became of earlier messages.',
        )}
      />
      <DataTable<CustomerRow>
        id="contact-customers"
        label={text('客户', 'Customers')}
        url="/api/customers"
        columns={columns}
        rowKey={({ id }) => String(id)}
        href={({ id }) => `/decide/contact/customers/${id}`}
        search={text('客户号、手机号、姓名等完整值', 'A customer number, mobile or name, whole')}
        sort="-lastSeen"
        empty={<Empty title={t('没有客户', 'No customers')} />}
      />
    </>
  )
}
