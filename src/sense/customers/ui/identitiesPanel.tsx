import { Link } from 'react-router'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { useText } from '../../../console/kit/text.ts'
import type { CustomerDetail } from '../contract.ts'

/** What names the customer; how it came to be one is the identity graph's. */
export function IdentitiesPanel({ customer }: { customer: CustomerDetail }) {
  const t = useText()
  const kinds = [...Map.groupBy(customer.identities, (one) => one.kind)]
  return (
    <Panel
      title={t('身份', 'Identities')}
      extra={
        <Can needs="identity.merge.read">
          <Link to={`/sense/identity/${customer.id}`}>{t('身份图谱', 'Identity graph')}</Link>
        </Can>
      }
    >
      {kinds.length === 0 ? <p className="zx-quiet">{t('暂无身份', 'None known')}</p> : null}
      <dl className="zx-facts">
        {kinds.map(([kind, all]) => (
          <div key={kind}>
            <dt>{all[0] ? t(all[0].name) : kind}</dt>
            <dd>
              {all.map((one) => (
                <div key={one.value}>{one.value}</div>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
