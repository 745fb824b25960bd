import { useEffect, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { CustomerDetail, Revealed } from '../contract.ts'
import { ActivityPanel } from './activityPanel.tsx'
import { AttributesPanel } from './attributesPanel.tsx'
import { CustomerHead } from './customerHead.tsx'
import { IdentitiesPanel } from './identitiesPanel.tsx'
import { SectionsPanels } from './sectionsPanels.tsx'
import { ThingsPanel } from './thingsPanel.tsx'
import { TimelinePanel } from './timelinePanel.tsx'
import { TrendPanel } from './trendPanel.tsx'
import './customers.css'

/** Customer 360: who, by which identities, what is known, and everything that happened. */
export function CustomerPage() {
  const { id = '' } = useParams()
  const t = useText()
  const asked = useApi<CustomerDetail>(`/api/customers/${id}`)
  if (asked.data) return <Whole key={asked.data.id} asked={id} customer={asked.data} />
  return (
    <>
      <PageHead title={t('客户', 'Customer')} back="/sense/customers" />
      <Answer of={asked}>{() => null}</Answer>
    </>
  )
}

function Whole({ asked, customer }: { asked: string; customer: CustomerDetail }) {
  const navigate = useNavigate()
  const [revealed, setRevealed] = useState<Revealed['values']>({})
  // Under an old number one comes to the customer it was merged into.
  useEffect(() => {
    if (asked !== String(customer.id)) void navigate(`/sense/customers/${customer.id}`, { replace: true })
  }, [asked, customer.id, navigate])
  return (
    <>
      <CustomerHead customer={customer} revealed={revealed} reveal={setRevealed} />
      <div className="zx-customer">
        <div className="zx-customer-side">
          <IdentitiesPanel customer={customer} />
          <AttributesPanel customer={customer} revealed={revealed} />
        </div>
        <div className="zx-customer-main">
          <ActivityPanel customer={customer} />
          <TrendPanel id={customer.id} />
          <ThingsPanel id={customer.id} />
          <SectionsPanels sections={customer.sections} />
          <TimelinePanel customer={customer} />
        </div>
      </div>
    </>
  )
}
