import { App, Button, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { api, type FieldProblem, isProblem, isStale } from '../../../console/kit/api.ts'
import { useLeaveGuard } from '../../../console/kit/leaveGuard.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Choices } from '../../imports/contract.ts'
import type { Connection, Definition, Looked, MappingDetail, Way } from '../contract.ts'
import { Fault } from './checkForm.tsx'
import { ColumnsPanels } from './columnsPanels.tsx'
import { LoadPanels } from './loadPanels.tsx'
import { SourcePanel } from './sourcePanel.tsx'
import { kindNames, wayNames } from './words.ts'
import './warehouse.css'

/** A new mapping, or one that is changed: what is read, what it becomes, when, and what must be true of it. */
export function MappingFormPage() {
  const t = useText()
  const { id } = useParams()
  const asked = useApi<MappingDetail>(`/api/warehouse/mappings/${id}`, undefined, { enabled: id !== undefined })
  const connections = useApi<{ items: Connection[] }>('/api/warehouse/connections', { limit: 200 })
  const choices = useApi<Choices>('/api/warehouse/choices')
  const title = id ? t('修改映射', 'Edit the mapping') : t('新建映射', 'New mapping')
  return (
    <>
      <PageHead title={title} back={id ? `/sense/warehouse/${id}` : '/sense/warehouse'} />
      <Answer of={connections}>
        {({ items }) => (
          <Answer of={choices}>
            {(choices) =>
              id ? (
                <Answer of={asked}>
                  {(mapping) => <Form key={mapping.version} mapping={mapping} connections={items} choices={choices} />}
                </Answer>
              ) : (
                <Form mapping={undefined} connections={items} choices={choices} />
              )
            }
          </Answer>
        )}
      </Answer>
    </>
  )
}

export type Draft = { name: string; code: string; connection: string; way: Way; definition: Definition }

const empty: Definition = {
  from: { kind: 'table', table: '' },
  load: { how: 'full' },
  timetable: { kind: 'hand' },
  checks: [],
}

type FormProps = { mapping: MappingDetail | undefined; connections: readonly Connection[]; choices: Choices }

function Form({ mapping, connections, choices }: FormProps) {
  const [params] = useSearchParams()
  const [draft, setDraft] = useState<Draft>(() =>
    mapping
      ? { ...mapping, connection: mapping.connection.id }
      : { name: '', code: '', connection: params.get('connection') ?? '', way: 'loaded', definition: empty },
  )
  const [dirty, setDirty] = useState(false)
  const [looked, setLooked] = useState<Looked>()
  const { faults, saving, save } = useSave(draft, mapping, () => setDirty(false))
  useLeaveGuard(dirty && !saving)
  const faultOf = (field: string) => faults.find((one) => one.field === field)?.message
  const change = (to: Partial<Draft>) => {
    setDirty(true)
    setDraft((before) => ({ ...before, ...to }))
  }
  const define = (to: Partial<Definition>) => {
    setDirty(true)
    setDraft((before) => ({ ...before, definition: { ...before.definition, ...to } }))
  }
  const connection = connections.find(({ id }) => id === draft.connection)
  const loaded = draft.way === 'loaded'
  return (
    <>
      <BasicPanel
        draft={draft}
        change={(to) => {
          change(to)
          const next = connections.find(({ id }) => id === to.connection)
          if (next) define({ from: firstFrom(next.kind, draft.definition.from) })
        }}
        connections={connections}
        fresh={mapping === undefined}
        faultOf={faultOf}
      />
      {connection ? (
        <SourcePanel
          connection={connection}
          code={draft.code}
          definition={draft.definition}
          define={define}
          faultOf={(field) => faultOf(`definition.${field}`)}
          looked={looked}
          setLooked={(next) => {
            setLooked(next)
            if (loaded && next && !draft.definition.columns) define({ columns: next.suggestion })
          }}
        />
      ) : null}
      {loaded && connection ? (
        <>
          <ColumnsPanels
            definition={draft.definition}
            define={define}
            looked={looked}
            choices={choices}
            faultOf={faultOf}
          />
          <LoadPanels
            definition={draft.definition}
            define={define}
            looked={looked}
            files={connection.kind === 's3' || connection.kind === 'folder'}
            faultOf={(field) => faultOf(`definition.${field}`)}
          />
        </>
      ) : null}
      <Foot saving={saving} save={save} ready={draft.name.trim() !== '' && draft.connection !== ''} />
    </>
  )
}

function Foot({ saving, save, ready }: { saving: boolean; save: () => Promise<void>; ready: boolean }) {
  const t = useText()
  return (
    <div className="zx-wh-foot">
      <Button type="primary" loading={saving} disabled={!ready} onClick={() => void save()}>
        {t('保存', 'Save')}
      </Button>
    </div>
  )
}

function firstFrom(kind: Connection['kind'], from: Definition['from']): Definition['from'] {
  const files = kind === 's3' || kind === 'folder'
  if (files) return from.kind === 'files' ? from : { kind: 'files', path: '' }
  return from.kind === 'files' ? { kind: 'table', table: '' } : from
}

function useSave(draft: Draft, mapping: MappingDetail | undefined, clean: () => void) {
  const t = useText()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const [faults, setFaults] = useState<readonly FieldProblem[]>([])
  const [saving, setSaving] = useState(false)
  async function save() {
    setSaving(true)
    setFaults([])
    try {
      const { name, way, definition } = draft
      const saved = mapping
        ? await api.patch<MappingDetail>(`/api/warehouse/mappings/${mapping.id}`, {
            version: mapping.version,
            name,
            way,
            definition,
          })
        : await api.post<MappingDetail>('/api/warehouse/mappings', {
            ...{ name, way, definition },
            code: draft.code,
            connection: draft.connection,
          })
      clean()
      message.success(t('已保存', 'Saved'))
      await refresh('/api/warehouse')
      setTimeout(() => void navigate(`/sense/warehouse/${saved.id}`))
    } catch (error) {
      if (isProblem(error) && !isStale(error)) setFaults(error.fields)
      message.error(error instanceof Error ? error.message : String(error))
    } finally {
      setSaving(false)
    }
  }
  return { faults, saving, save }
}

type BasicProps = {
  draft: Draft
  change: (to: Partial<Draft>) => void
  connections: readonly Connection[]
  fresh: boolean
  faultOf: (field: string) => string | undefined
}

function BasicPanel({ draft, change, connections, fresh, faultOf }: BasicProps) {
  const t = useText()
  return (
    <Panel title={t('基本信息', 'About')}>
      <div className="zx-wh-fields">
        <div className="zx-wh-field">
          <span aria-hidden>{t('名称', 'Name')}</span>
          <Input
            aria-label={t('名称', 'Name')}
            maxLength={100}
            value={draft.name}
            onChange={({ target }) => change({ name: target.value })}
          />
          <Fault of={faultOf('name')} />
        </div>
        <div className="zx-wh-field">
          <span aria-hidden>{t('代码(SQL 步骤中的表名)', 'Code (its name in SQL steps)')}</span>
          <Input
            aria-label={t('代码', 'Code')}
            placeholder="customers_daily"
            maxLength={40}
            disabled={!fresh}
            value={draft.code}
            onChange={({ target }) => change({ code: target.value })}
          />
          <Fault of={faultOf('code')} />
        </div>
        <div className="zx-wh-field">
          <span aria-hidden>{t('数据连接', 'Connection')}</span>
          <Select
            aria-label={t('数据连接', 'Connection')}
            showSearch={{ optionFilterProp: 'label' }}
            disabled={!fresh}
            value={draft.connection || undefined}
            placeholder={t('请选择', 'Choose')}
            options={connections.map(({ id, name, kind }) => ({ value: id, label: `${name} · ${t(kindNames[kind])}` }))}
            onChange={(connection: string) => change({ connection })}
          />
          <Fault of={faultOf('connection')} />
        </div>
      </div>
      <Radio.Group
        className="zx-wh-ways"
        aria-label={t('方式', 'Way')}
        value={draft.way}
        onChange={({ target }) => change({ way: target.value as Way })}
      >
        <Radio value="loaded">
          {t(wayNames.loaded)}
          <small>
            {t('按时间表读取,成为客户属性、事件或实体', 'Read by a timetable; becomes attributes, events or items')}
          </small>
        </Radio>
        <Radio value="mapped">
          {t(wayNames.mapped)}
          <small>
            {t('不装载:作为其他映射 SQL 步骤的来源', 'Nothing is loaded: a source for SQL steps of other mappings')}
          </small>
        </Radio>
      </Radio.Group>
    </Panel>
  )
}
