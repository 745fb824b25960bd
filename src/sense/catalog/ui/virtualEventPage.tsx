import { Button, Segmented, Tag } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct, useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import {
  type VirtualBase,
  type VirtualCondition,
  type VirtualDetail,
  VirtualEdit,
  type VirtualState,
  virtualBases,
} from '../contract.ts'
import { ConditionsEditor, isWhole } from './conditionsEditor.tsx'
import { LiveCount } from './counts.tsx'
import { baseNames, sayCondition, virtualStateColours, virtualStateNames } from './virtualWords.ts'
import './picking.css'

const again = () => refresh('/api/catalog/virtual')

export function VirtualEventPage() {
  const { name = '' } = useParams()
  const asked = useApi<VirtualDetail>('/api/catalog/virtual/one', { name })
  return <Answer of={asked}>{(event) => <Sheet key={`${event.name} ${event.version}`} event={event} />}</Answer>
}

function Sheet({ event }: { event: VirtualDetail }) {
  const t = useText()
  const { time } = useFormats()
  const [editing, setEditing] = useState(false)
  const { name, zh, en, base, state, description, owner, conditions, version } = event
  return (
    <>
      <PageHead
        title={t(zh || en, en || zh) || name}
        back="/sense/picking"
        hint={description || undefined}
        tags={
          <>
            <code>{name}</code>
            <Tag color={virtualStateColours[state]}>{t(virtualStateNames[state])}</Tag>
          </>
        }
      >
        <Can needs="catalog.plan.edit">
          <StateActs event={event} />
          <Button onClick={() => setEditing(true)}>{t('编辑名称', 'Edit the words')}</Button>
        </Can>
      </PageHead>
      <Panel>
        <Detail
          items={[
            { label: t('行为', 'What happens'), value: t(baseNames[base]) },
            { label: t('负责人', 'Owner'), value: owner },
            { label: t('版本', 'Version'), value: version },
            { label: t('创建', 'Made'), value: `${event.madeBy} · ${time(event.madeAt)}` },
            { label: t('最近修改', 'Edited'), value: time(event.editedAt) },
          ]}
        />
      </Panel>
      <Conditions event={event} />
      <Versions event={event} />
      <FormDrawer
        open={editing}
        title={t('编辑名称', 'Edit the words')}
        close={() => setEditing(false)}
        edit
        schema={VirtualEdit}
        initial={{ name, zh, en, owner, description, base, conditions }}
        parts={[
          { name: 'zh', label: text('名称', 'Chinese name') },
          { name: 'en', label: text('英文名', 'English name') },
          { name: 'owner', label: text('负责人', 'Owner') },
          { name: 'description', label: text('说明', 'Description'), widget: 'area' },
        ]}
        submit={text('保存', 'Save')}
        save={async ({ zh, en, owner, description }) => {
          await api.patch('/api/catalog/virtual/one', { name, version, zh, en, owner, description })
          await again()
        }}
        reload={() => void again()}
      />
    </>
  )
}

function Conditions({ event }: { event: VirtualDetail }) {
  const t = useText()
  const act = useAct()
  const [base, setBase] = useState<VirtualBase>(event.base)
  const [conditions, setConditions] = useState<VirtualCondition[]>(event.conditions)
  const [editing, setEditing] = useState(false)
  const whole = isWhole(conditions)
  const changed = base !== event.base || JSON.stringify(conditions) !== JSON.stringify(event.conditions)
  const save = async () => {
    await api.patch('/api/catalog/virtual/one', { name: event.name, version: event.version, base, conditions })
    await again()
  }
  function drop() {
    setBase(event.base)
    setConditions(event.conditions)
    setEditing(false)
  }
  return (
    <Panel
      title={t('条件与历史次数', 'Conditions and counts')}
      extra={
        editing ? null : (
          <Can needs="catalog.plan.edit">
            <Button size="small" onClick={() => setEditing(true)}>
              {t('修改条件', 'Change the conditions')}
            </Button>
          </Can>
        )
      }
    >
      <LiveCount definition={whole ? { base, conditions } : undefined} />
      {editing ? (
        <>
          <Segmented<VirtualBase>
            className="zx-pick-base"
            aria-label={t('行为', 'What happens')}
            value={base}
            onChange={setBase}
            options={virtualBases.map((value) => ({ value, label: t(baseNames[value]) }))}
          />
          <ConditionsEditor base={base} value={conditions} change={setConditions} />
          <div className="zx-pick-acts">
            <Button
              type="primary"
              disabled={!whole || !changed}
              onClick={() => void act(save, t('已保存为新版本', 'Saved as a new version'))}
            >
              {t('保存为新版本', 'Save as a new version')}
            </Button>
            <Button onClick={drop}>{t('取消', 'Cancel')}</Button>
          </div>
        </>
      ) : (
        <ul className="zx-pick-said-conditions">
          {conditions.map((one) => (
            <li key={sayCondition(t, one)}>{sayCondition(t, one)}</li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Versions({ event }: { event: VirtualDetail }) {
  const t = useText()
  const { time } = useFormats()
  type Row = VirtualDetail['versions'][number]
  const columns: Column<Row>[] = [
    { key: 'version', title: text('版本', 'Version'), width: 80 },
    { key: 'state', title: text('状态', 'State'), width: 100, show: ({ state }) => t(virtualStateNames[state]) },
    { key: 'by', title: text('修改人', 'By'), width: 100 },
    { key: 'at', title: text('时间', 'Time'), width: 150, show: ({ at }) => time(at) },
    {
      key: 'conditions',
      title: text('条件', 'Conditions'),
      show: ({ base, conditions }) => (
        <span className="zx-pick-wrap">
          {`${t(baseNames[base])} · ${conditions.map((one) => sayCondition(t, one)).join(' · ')}`}
        </span>
      ),
    },
  ]
  return (
    <Panel title={t('版本', 'Versions')} flush>
      <TableView
        label={t('版本', 'Versions')}
        columns={columns}
        rows={event.versions}
        rowKey={({ version }) => String(version)}
        small
      />
    </Panel>
  )
}

function StateActs({ event }: { event: VirtualDetail }) {
  const t = useText()
  const act = useAct()
  const confirm = useConfirmAct()
  const { name, version, state } = event
  const become = (next: VirtualState) => async () => {
    await api.patch('/api/catalog/virtual/one', { name, version, state: next })
    await again()
  }
  if (state !== 'active')
    return (
      <Button type="primary" onClick={() => void act(become('active'), t('已启用', 'In use'))}>
        {t('启用', 'Put to use')}
      </Button>
    )
  const retire = () =>
    confirm({
      title: t(`停用虚拟事件“${event.zh || name}”?`, `Retire the virtual event ${name}?`),
      says: t(
        '采集到的数据不受影响,可随时恢复;停用期间不能用于新的客群与分析。',
        'What was collected stays, and it can be put to use again; meanwhile it is not offered to segments and analyses.',
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
