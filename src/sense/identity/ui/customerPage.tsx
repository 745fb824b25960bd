import { Button, Tag } from 'antd'
import { useEffect, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { Type } from 'typebox'
import { api } from '../../../console/kit/api.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty, Failed } from '../../../console/kit/states.tsx'
import { TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type CustomerIdentity, CustomerNumber, type Merge, type Revealed } from '../contract.ts'
import { IdentityGraph } from './identityGraph.tsx'
import { useMergeColumns, useUndo } from './mergesPanel.tsx'
import { ReasonModal } from './reasonModal.tsx'
import { graphOf } from './words.ts'
import '../../../console/kit/detail.css'
import './identity.css'

export function CustomerIdentityPage() {
  const { customer = '' } = useParams()
  const t = useText()
  const known = /^[1-9]\d{0,9}$/.test(customer)
  const asked = useApi<CustomerIdentity>(`/api/identity/customers/${customer}`, undefined, { enabled: known })
  if (!known) return <Failed error={new Error(t(`没有客户 ${customer}`, `There is no customer ${customer}`))} />
  return (
    <Answer of={asked}>{(identity) => <Sheet key={customer} asked={Number(customer)} identity={identity} />}</Answer>
  )
}

function Sheet({ asked, identity }: { asked: number; identity: CustomerIdentity }) {
  const t = useText()
  const navigate = useNavigate()
  const [clear, setClear] = useState<ReadonlyMap<string, string>>(new Map())
  const [dialog, setDialog] = useState<'reveal' | 'merge'>()
  // A merged number leads to who he is now, and the address says so.
  useEffect(() => {
    if (asked !== identity.customer) void navigate(graphOf(identity.customer), { replace: true })
  }, [asked, identity.customer, navigate])
  const close = () => setDialog(undefined)
  const hasPersonal = identity.identities.some(({ personal }) => personal)
  return (
    <>
      <PageHead
        title={t(`客户 #${identity.customer}`, `Customer #${identity.customer}`)}
        back="/sense/identity"
        tags={identity.members.length > 1 ? <Tag>{t(`共 ${identity.members.length} 个编号`, `${identity.members.length} numbers`)}</Tag> : null} // biome-ignore format: long
        hint={t(
          '左侧是确定指向此人的强身份,右侧是弱身份。合并后各编号下的历史都属于此客户。',
          'Strong identities at the left, weak ones at the right. History under any of the numbers belongs to this customer.',
        )}
      >
        {hasPersonal ? (
          <Can needs="privacy.reveal">
            {clear.size > 0 ? (
              <Button onClick={() => setClear(new Map())}>{t('隐藏明文', 'Hide')}</Button>
            ) : (
              <Button onClick={() => setDialog('reveal')}>{t('查看明文', 'Show in clear')}</Button>
            )}
          </Can>
        ) : null}
        <Can needs="identity.merge.edit">
          <Button onClick={() => setDialog('merge')}>{t('合并客户', 'Merge another')}</Button>
        </Can>
      </PageHead>
      <Panel>
        <IdentityGraph identity={identity} clear={clear} />
      </Panel>
      <History customer={identity.customer} />
      <ReasonModal
        open={dialog === 'reveal'}
        title={t('查看个人信息明文', 'Show personal data in clear')}
        says={<p>{t('查看会记入审计:何人、何时、为何。', 'This is recorded in the audit: who, when and why.')}</p>}
        submit={text('查看', 'Show')}
        done={false}
        close={close}
        save={async (reason) => {
          const { items } = await api.post<Revealed>(`/api/identity/customers/${identity.customer}/reveal`, { reason })
          setClear(new Map(items.map(({ id, clear }) => [id, clear])))
        }}
      />
      <MergeDrawer open={dialog === 'merge'} customer={identity.customer} close={close} />
    </>
  )
}

const Another = Type.Object({ loser: CustomerNumber, reason: Type.String({ minLength: 1, maxLength: 200 }) })

function MergeDrawer({ open, customer, close }: { open: boolean; customer: number; close: () => void }) {
  const t = useText()
  return (
    <FormDrawer
      open={open}
      title={t(`并入客户 #${customer}`, `Merge into #${customer}`)}
      close={close}
      schema={Another}
      parts={[
        {
          name: 'loser',
          label: text('被并入的客户编号', 'Number of the other customer'),
          help: text(
            '其身份和历史归入本客户,编号仍可查到;之后可以撤销',
            'His identities and history become this customer’s, his number still finds him; it can be undone',
          ),
          wide: true,
        },
        { name: 'reason', label: text('依据', 'Grounds'), widget: 'area' },
      ]}
      submit={text('合并', 'Merge')}
      said={text('已合并', 'Merged')}
      save={async (values) => {
        await api.post('/api/identity/merges', { ...values, winner: customer })
        await refresh('/api/identity')
      }}
    />
  )
}

function History({ customer }: { customer: number }) {
  const t = useText()
  const asked = useApi<{ items: Merge[] }>('/api/identity/merges', { customer, limit: 100 })
  const columns = useMergeColumns()
  const { acts, modal } = useUndo()
  return (
    <Panel title={t('合并历史', 'Merges')} flush>
      <Answer of={asked}>
        {({ items }) => (
          <TableView<Merge>
            label={t('合并历史', 'Merges')}
            columns={columns}
            rows={items}
            rowKey={({ id }) => id}
            acts={acts}
            empty={<Empty title={t('没有合并过', 'Never merged')} />}
          />
        )}
      </Answer>
      {modal}
    </Panel>
  )
}
