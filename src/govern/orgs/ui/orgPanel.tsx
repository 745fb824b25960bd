import { Breadcrumb, Button, Tag } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { Timeline } from '../../../console/kit/timeline.tsx'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { useMore } from '../../../console/kit/useMore.ts'
import type { OrgDetail, OrgPast } from '../contract.ts'
import { EditOrgDrawer, NewOrgDrawer } from './orgForms.tsx'
import { MoveOrgDrawer } from './orgMove.tsx'
import { changeNames, kindNames, stateNames } from './words.ts'

export function OrgPanel({ id }: { id: string }) {
  const asked = useApi<OrgDetail>(`/api/orgs/${id}`)
  return (
    <Answer of={asked}>
      {(org) => (
        <>
          <OrgFacts org={org} />
          <OrgHistory id={id} />
        </>
      )}
    </Answer>
  )
}

function OrgFacts({ org }: { org: OrgDetail }) {
  const t = useText()
  const { number, time } = useFormats()
  return (
    <section className="zx-panel">
      <Link className="zx-orgs-back" to="/govern/orgs">
        {t('‹ 全部机构', '‹ All organisations')}
      </Link>
      <Breadcrumb
        items={[...org.ancestors, org].map(({ id, name }) => ({
          key: id,
          title: id === org.id ? name : <Link to={`/govern/orgs/${id}`}>{name}</Link>,
        }))}
      />
      <div className="zx-orgs-head">
        <h2>{org.name}</h2>
        <Tag color={org.state === 'open' ? 'success' : undefined}>{t(stateNames[org.state])}</Tag>
        <OrgActs org={org} />
      </div>
      <Detail
        items={[
          { label: t('机构编号', 'Code'), value: <code>{org.code}</code> },
          { label: t('类型', 'Kind'), value: t(kindNames[org.kind]) },
          { label: t('简称', 'Short name'), value: org.shortName },
          { label: t('直属下级', 'Directly below'), value: t(`${number(org.children)} 个`, number(org.children)) },
          {
            label: t('全部下级(含已撤销)', 'All below (closed too)'),
            value: t(`${number(org.below)} 个`, number(org.below)),
          },
          { label: t('时区', 'Time zone'), value: org.zone },
          { label: t('排序', 'Place among siblings'), value: org.sort },
          { label: t('建立时间', 'Created'), value: time(org.createdAt) },
          { label: t('最近修改', 'Last change'), value: time(org.updatedAt) },
        ]}
      />
    </section>
  )
}

function OrgActs({ org }: { org: OrgDetail }) {
  const t = useText()
  const [drawer, setDrawer] = useState<'add' | 'edit' | 'move'>()
  const confirmState = useStateAct(org)
  const open = org.state === 'open'
  const shut = () => setDrawer(undefined)
  return (
    <div className="zx-head-acts">
      <Can needs="orgs.edit">
        {open ? <Button onClick={() => setDrawer('add')}>{t('新建下级', 'Add below')}</Button> : null}
        <Button onClick={() => setDrawer('edit')}>{t('编辑', 'Edit')}</Button>
      </Can>
      <Can needs="orgs.move">
        {org.parent === null ? null : (
          <>
            {open ? <Button onClick={() => setDrawer('move')}>{t('调整上级', 'Move')}</Button> : null}
            <Button danger={open} onClick={confirmState}>
              {open ? t('撤销', 'Close') : t('恢复', 'Reopen')}
            </Button>
          </>
        )}
      </Can>
      <NewOrgDrawer open={drawer === 'add'} parent={org.id} close={shut} />
      <EditOrgDrawer open={drawer === 'edit'} org={org} close={shut} />
      <MoveOrgDrawer open={drawer === 'move'} org={org} close={shut} />
    </div>
  )
}

function useStateAct(org: OrgDetail): () => void {
  const t = useText()
  const confirm = useConfirmAct()
  const change = (verb: 'close' | 'reopen') => async () => {
    await api.post(`/api/orgs/${org.id}/${verb}`, { version: org.version })
    await refresh('/api/orgs', '/api/access/me')
  }
  if (org.state === 'closed')
    return () =>
      confirm({
        title: t(`恢复机构“${org.name}”?`, `Reopen “${org.name}”?`),
        says: t(
          '恢复后,可以重新为其分配人员和下级机构。',
          'People and organisations can then be placed under it again.',
        ),
        ok: t('恢复', 'Reopen'),
        run: change('reopen'),
        done: t('已恢复', 'Reopened'),
      })
  return () =>
    confirm({
      title: t(`撤销机构“${org.name}”?`, `Close “${org.name}”?`),
      says: t(
        '撤销后不能再选择该机构,也不能在其下新建机构;已有数据和历史保留,可以随时恢复。仍有下级机构时不能撤销。',
        'It can no longer be chosen and nothing can be added below it. Its data and history stay, and it can be reopened. One with open organisations below cannot be closed.',
      ),
      ok: t('撤销', 'Close'),
      danger: true,
      typed: org.name,
      run: change('close'),
      done: t('已撤销', 'Closed'),
    })
}

function OrgHistory({ id }: { id: string }) {
  const t = useText()
  const past = useMore<OrgPast>(`/api/orgs/${id}/history`)
  return (
    <Panel title={t('变更历史', 'History')}>
      <Answer of={past}>
        {(items) => (
          <>
            <Timeline
              items={items.map((line) => ({
                key: line.id,
                at: line.at,
                what: (
                  <>
                    {t(changeNames[line.change])} · {line.by.name}
                  </>
                ),
                more: [...line.ancestors.map(({ name }) => name), `${line.name}(${line.code})`].join(' / '),
              }))}
            />
            {past.hasMore ? (
              <Button onClick={past.more} loading={past.loadingMore}>
                {t('更早的变更', 'Earlier')}
              </Button>
            ) : null}
          </>
        )}
      </Answer>
    </Panel>
  )
}
