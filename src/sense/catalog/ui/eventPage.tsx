import { Button, Tag } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct, useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type EventDetail, EventEdit } from '../contract.ts'
import { eventParts } from './eventForm.ts'
import { PropertiesPanel } from './propertiesPanel.tsx'
import { eventStateColours, eventStateNames, modeNames } from './words.ts'
import './catalog.css'

const again = () => refresh('/api/catalog/events')

export function EventPage() {
  const { name = '' } = useParams()
  const asked = useApi<EventDetail>('/api/catalog/events/one', { name })
  return <Answer of={asked}>{(event) => <Sheet key={event.name} event={event} />}</Answer>
}

function Sheet({ event }: { event: EventDetail }) {
  const t = useText()
  const { time, number } = useFormats()
  const navigate = useNavigate()
  const [editing, setEditing] = useState(false)
  const { name, zh, en, mode, owner, description, state } = event
  return (
    <>
      <PageHead
        title={t(zh || en, en || zh) || name}
        back="/sense/plan"
        hint={description || undefined}
        tags={
          <>
            <code>{name}</code>
            <Tag color={eventStateColours[state]}>{t(eventStateNames[state])}</Tag>
          </>
        }
      >
        <Button onClick={() => void navigate(`/sense/lineage?kind=event&id=${encodeURIComponent(name)}`)}>
          {t('血缘', 'Lineage')}
        </Button>
        <Can needs="catalog.plan.edit">
          <StateActs event={event} />
          <Button onClick={() => setEditing(true)}>{t('编辑', 'Edit')}</Button>
        </Can>
      </PageHead>
      <Panel>
        <Detail
          items={[
            { label: t('校验方式', 'Checks'), value: t(modeNames[mode]) },
            { label: t('负责人', 'Owner'), value: owner },
            { label: t('累计(约)', 'Count, about'), value: number(event.count) },
            { label: t('首次上报', 'First seen'), value: time(event.firstSeen) },
            { label: t('最近上报', 'Last seen'), value: time(event.lastSeen) },
          ]}
        />
      </Panel>
      <PropertiesPanel
        event={name}
        title={t('属性', 'Properties')}
        properties={event.own}
        reload={again}
        extra={
          <Link to="/sense/plan/common">
            {t(`另有 ${event.common.length} 个公共属性`, `${event.common.length} common properties besides`)}
          </Link>
        }
      />
      <FormDrawer
        open={editing}
        title={t('编辑事件', 'Edit the event')}
        close={() => setEditing(false)}
        edit
        schema={EventEdit}
        initial={{ name, zh, en, mode, owner, description }}
        parts={eventParts(false)}
        submit={text('保存', 'Save')}
        save={async (values) => {
          await api.patch('/api/catalog/events/one', { ...values, name, version: event.version })
          await again()
        }}
        reload={() => void again()}
      />
    </>
  )
}

function StateActs({ event }: { event: EventDetail }) {
  const t = useText()
  const act = useAct()
  const confirm = useConfirmAct()
  const { name, state, version } = event
  const decide = (as: 'active' | 'ignored') => async () => {
    await api.post('/api/catalog/events/decide', { names: [name], as })
    await again()
  }
  const become = (next: 'active' | 'retired') => async () => {
    await api.patch('/api/catalog/events/one', { name, version, state: next })
    await again()
  }
  if (state === 'proposed')
    return (
      <>
        <Button onClick={() => void act(decide('ignored'), t('已忽略', 'Ignored'))}>{t('忽略', 'Ignore')}</Button>
        <Button type="primary" onClick={() => void act(decide('active'), t('已接受', 'Accepted'))}>
          {t('接受', 'Accept')}
        </Button>
      </>
    )
  if (state !== 'active')
    return (
      <Button onClick={() => void act(become('active'), t('已启用', 'Active again'))}>{t('启用', 'Reopen')}</Button>
    )
  const retire = () =>
    confirm({
      title: t(`停用事件“${name}”?`, `Retire the event ${name}?`),
      says: t(
        '已有数据保留,可随时恢复。校验为“严格”时,之后上报的该事件将被拒收;“提醒”时照收并提示。',
        'Its data stays and it can be reopened. If its checks are strict, what arrives from now on is refused; on warn it is kept and told.',
      ),
      ok: t('停用', 'Retire'),
      danger: true,
      run: become('retired'),
      done: t('已停用', 'Retired'),
    })
  return (
    <Button danger onClick={retire}>
      {t('停用', 'Retire')}
    </Button>
  )
}
