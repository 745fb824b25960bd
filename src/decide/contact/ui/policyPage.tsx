import { Alert, Button, Tabs, Tag } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import { OrgPicker } from '../../../govern/orgs/ui/orgPicker.tsx'
import type { Policy } from '../contract.ts'
import { CapsPanel } from './capsPanel.tsx'
import { ClassesPanel } from './classesPanel.tsx'
import { ControlPanel } from './controlPanel.tsx'
import { DayFigures } from './dayFigures.tsx'
import { useDraft } from './draft.ts'
import { PublishDrawer } from './publishDrawer.tsx'
import { QuietPanel } from './quietPanel.tsx'
import { VersionsPanel } from './versionsPanel.tsx'
import './contact.css'

export function PolicyPage() {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const org = params.get('org') ?? undefined
  const asked = useApi<Policy>('/api/contact/policy', { org })
  return (
    <>
      <PageHead
        title={t('频控与勿扰', 'Caps and quiet hours')}
        hint={t(
          '全行同一本账:每位客户(合并后按一人)在所有机构、渠道、策略下的触达一起计数;发送前逐条占用名额,满了就延期或放弃。',
          'One count for the whole bank: contacts of a person by all organisations, channels and strategies. Each message takes its slots before it goes; without one it waits or is dropped.',
        )}
      >
        <div className="zx-contact-org">
          <OrgPicker
            label={t('机构', 'Organisation')}
            value={org ?? asked.data?.org.id ?? ''}
            onChange={(next) => {
              const kept = new URLSearchParams(params)
              if (next) kept.set('org', next)
              else kept.delete('org')
              setParams(kept)
            }}
          />
        </div>
      </PageHead>
      <DayFigures />
      <Answer of={asked}>{(policy) => <Whole key={policy.org.id} policy={policy} />}</Answer>
    </>
  )
}

function Whole({ policy }: { policy: Policy }) {
  const t = useText()
  const { time } = useFormats()
  const can = useCan()
  const [params, setParams] = useSearchParams()
  const [publishing, setPublishing] = useState(false)
  const draft = useDraft(policy, can('contact.policy.publish'))
  const coming = policy.versions.find(({ state }) => state === 'coming')
  const tab = params.get('tab') ?? 'caps'
  const choose = (next: string) => {
    const kept = new URLSearchParams(params)
    kept.set('tab', next)
    setParams(kept, { replace: true })
  }
  const count = (n: number) => (n > 0 ? <Tag className="zx-contact-count">{n}</Tag> : null)
  return (
    <>
      {draft.dirty ? (
        <Alert
          className="zx-note"
          type="warning"
          showIcon
          title={t('有未发布的修改,发布后才会生效', 'There are changes that hold only once they are published')}
          action={
            <span className="zx-contact-acts">
              <Button size="small" onClick={draft.drop}>
                {t('放弃修改', 'Drop them')}
              </Button>
              <Button size="small" type="primary" onClick={() => setPublishing(true)}>
                {t('发布…', 'Publish…')}
              </Button>
            </span>
          }
        />
      ) : coming ? (
        <Alert
          className="zx-note"
          type="info"
          showIcon
          title={t(
            `第 ${coming.version} 版将于 ${time(coming.effectiveAt)} 生效,下面显示的是该版`,
            `Version ${coming.version} takes effect at ${time(coming.effectiveAt)}; it is what you see below`,
          )}
        />
      ) : null}
      <Tabs
        activeKey={tab}
        onChange={choose}
        destroyOnHidden
        items={[
          {
            key: 'caps',
            label: (
              <>
                {t('频控规则', 'Caps')} {count(draft.doc.caps.length)}
              </>
            ),
            children: <CapsPanel policy={policy} draft={draft} />,
          },
          {
            key: 'quiet',
            label: (
              <>
                {t('勿扰时段', 'Quiet hours')} {count(draft.doc.quiet.length)}
              </>
            ),
            children: <QuietPanel policy={policy} draft={draft} />,
          },
          ...(policy.head
            ? [
                { key: 'classes', label: t('消息类别', 'Classes'), children: <ClassesPanel draft={draft} /> },
                { key: 'control', label: t('全局对照组', 'Global control'), children: <ControlPanel /> },
              ]
            : []),
          { key: 'versions', label: t('版本', 'Versions'), children: <VersionsPanel policy={policy} draft={draft} /> },
        ]}
      />
      <PublishDrawer
        open={publishing}
        close={() => setPublishing(false)}
        policy={policy}
        doc={draft.doc}
        done={draft.drop}
      />
    </>
  )
}
