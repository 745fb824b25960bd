import { Alert, AutoComplete, Button, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { api, isProblem } from '../../../console/kit/api.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import { PreviewTable } from '../../imports/ui/previewTable.tsx'
import type { Connection, Definition, Looked, Mapping } from '../contract.ts'
import { Fault } from './checkForm.tsx'
import { fullPreview } from './columnsPanels.tsx'

type Props = {
  connection: Connection
  code: string
  definition: Definition
  define: (to: Partial<Definition>) => void
  faultOf: (field: string) => string | undefined
  looked: Looked | undefined
  setLooked: (looked: Looked | undefined) => void
}

/** What is read, the step over it, and the first rows as they would be read. */
export function SourcePanel(props: Props) {
  const t = useText()
  const { connection, definition, looked, setLooked } = props
  const { from, step } = definition
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const [stepFault, setStepFault] = useState<string>()
  async function look() {
    setBusy(true)
    setFailure(undefined)
    setStepFault(undefined)
    try {
      setLooked(await api.post<Looked>('/api/warehouse/look', { connection: connection.id, from, step: step ?? null }))
    } catch (error) {
      const at = isProblem(error) ? error.fields.find(({ field }) => field.startsWith('definition.step')) : undefined
      if (at) setStepFault(at.message)
      else setFailure(error instanceof Error ? error.message : String(error))
      setLooked(undefined)
    } finally {
      setBusy(false)
    }
  }
  const named =
    from.kind === 'table' ? from.table !== '' : from.kind === 'query' ? from.sql.trim() !== '' : from.path !== ''
  return (
    <Panel
      title={t('读取', 'What is read')}
      extra={
        <Button loading={busy} disabled={!named} onClick={() => void look()}>
          {t('预览', 'Preview')}
        </Button>
      }
    >
      <FromPart {...props} />
      <StepPart {...props} fault={stepFault ?? props.faultOf('step.sql')} />
      {failure ? <Alert className="zx-note" type="error" showIcon title={failure} /> : null}
      {looked ? <PreviewTable preview={fullPreview(looked)} /> : null}
    </Panel>
  )
}

function FromPart({ connection, definition, define, faultOf }: Props) {
  const t = useText()
  const { from } = definition
  const files = connection.kind === 's3' || connection.kind === 'folder'
  const tables = useApi<{ items: string[] }>(`/api/warehouse/connections/${connection.id}/tables`)
  const options = (tables.data?.items ?? []).map((value) => ({ value }))
  const label = files ? t('文件路径(可用 * 与 **)', 'Files (with * and **)') : t('表', 'Table')
  const value = from.kind === 'table' ? from.table : from.kind === 'files' ? from.path : ''
  const set = (next: string) => define({ from: files ? { kind: 'files', path: next } : { kind: 'table', table: next } })
  return (
    <div className="zx-wh-from">
      {files ? null : (
        <Radio.Group
          aria-label={t('读取方式', 'Table or query')}
          optionType="button"
          value={from.kind}
          options={[
            { value: 'table', label: t('表', 'Table') },
            { value: 'query', label: t('查询', 'Query') },
          ]}
          onChange={({ target }) =>
            define({ from: target.value === 'query' ? { kind: 'query', sql: '' } : { kind: 'table', table: '' } })
          }
        />
      )}
      {from.kind === 'query' ? (
        <Input.TextArea
          className="zx-wh-editor"
          aria-label={t('查询', 'Query')}
          rows={6}
          spellCheck={false}
          placeholder={'select customer_no, aum, updated_at\nfrom dw.customer_daily'}
          value={from.sql}
          onChange={({ target }) => define({ from: { kind: 'query', sql: target.value } })}
        />
      ) : (
        <AutoComplete
          aria-label={label}
          style={{ width: '100%', maxWidth: 480 }}
          showSearch={{
            filterOption: (typed, option) => (option?.value ?? '').toLowerCase().includes(typed.toLowerCase()),
          }}
          placeholder={files ? 'customers/day=*/part-*.parquet' : label}
          value={value}
          options={options}
          onChange={set}
        />
      )}
      <Fault of={faultOf('from') ?? (tables.isError ? tables.error.message : undefined)} />
    </div>
  )
}

function StepPart({ code, definition, define, fault, faultOf }: Props & { fault: string | undefined }) {
  const t = useText()
  const { step } = definition
  const mappings = useApi<{ items: Mapping[] }>(
    '/api/warehouse/mappings',
    { limit: 200 },
    { enabled: step !== null && step !== undefined },
  )
  if (!step)
    return (
      <Button
        type="link"
        className="zx-wh-add"
        onClick={() => define({ step: { sql: 'SELECT *\nFROM source', uses: [] } })}
      >
        {t('增加 SQL 步骤(清洗、关联其他映射)', 'Add an SQL step (to clean, to join other mappings)')}
      </Button>
    )
  return (
    <div className="zx-wh-step">
      <div className="zx-panel-head">
        <h3 className="zx-wh-sub">{t('SQL 步骤', 'SQL step')}</h3>
        <Button type="link" danger onClick={() => define({ step: null })}>
          {t('去掉', 'Remove')}
        </Button>
      </div>
      <p className="zx-quiet">
        {t(
          '一条 ClickHouse SELECT:source 是本映射读到的行,{watermark} 是上次的水位(首次为 NULL)。在隔离环境中只读运行。',
          'One SELECT of ClickHouse: source is what this mapping reads, {watermark} where the last run stood (NULL at first). It runs apart and can only read.',
        )}
      </p>
      <Select
        mode="multiple"
        aria-label={t('还要用到的映射', 'Other mappings it reads')}
        style={{ width: '100%', maxWidth: 480 }}
        placeholder={t('还要用到的映射', 'Other mappings it reads')}
        value={step.uses}
        options={(mappings.data?.items ?? [])
          .filter((one) => one.code !== code)
          .map((one) => ({ value: one.code, label: `${one.code} · ${one.name}` }))}
        onChange={(uses: string[]) => define({ step: { ...step, uses } })}
      />
      <Fault of={faultOf('step.uses')} />
      <Input.TextArea
        className="zx-wh-editor"
        aria-label={t('SQL 步骤', 'SQL step')}
        rows={8}
        spellCheck={false}
        status={fault ? 'error' : undefined}
        value={step.sql}
        onChange={({ target }) => define({ step: { ...step, sql: target.value } })}
      />
      <Fault of={fault} />
    </div>
  )
}
