import { Alert, App, Button, Input, InputNumber, Select } from 'antd'
import { useEffect, useState } from 'react'
import { api, type FieldProblem, isProblem, type Query } from '../../../console/kit/api.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Answer, Failed, Loading } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import {
  type Choices,
  delimiters,
  type Encoding,
  encodings,
  type ImportDetail,
  type Mapping,
  type Preview,
  type Reading,
} from '../contract.ts'
import { MappingTable } from './mappingTable.tsx'
import { PreviewTable } from './previewTable.tsx'
import { TargetPanel } from './targetPanel.tsx'
import { delimiterNames, encodingNames, formatNames } from './words.ts'

export function MappingStep({ detail, done }: { detail: ImportDetail; done: () => void }) {
  const t = useText()
  const [reading, setReading] = useState<Reading>(detail.mapping ? detail.reading : {})
  const choices = useApi<Choices>('/api/imports/choices')
  const asked = useApi<Preview>(`/api/imports/${detail.id}/preview`, reading as Query)
  if (detail.fileGone)
    return (
      <Failed error={new Error(t('文件已过保留期被清除,请重新上传', 'The file was taken away: upload it again'))} />
    )
  if (asked.isPending) return <Loading label={t('正在读取文件', 'Reading the file')} />
  return (
    <>
      {asked.isError ? <Alert className="zx-note" type="error" showIcon title={asked.error.message} /> : null}
      <Answer of={asked}>
        {(preview) => (
          <>
            <ReadingPanel preview={preview} change={(to) => setReading({ ...preview.reading, ...to })} />
            <Answer of={choices}>
              {(choices) => (
                <MappingForm
                  // Another reading has other columns: what was mapped of them no longer fits.
                  key={preview.columns.map(({ name }) => name).join('\n')}
                  detail={detail}
                  preview={preview}
                  choices={choices}
                  done={done}
                />
              )}
            </Answer>
          </>
        )}
      </Answer>
    </>
  )
}

function ReadingPanel({ preview, change }: { preview: Preview; change: (to: Reading) => void }) {
  const t = useText()
  const { reading, format, compressed, sheets } = preview
  return (
    <Panel
      title={t('文件', 'File')}
      extra={
        <span className="zx-quiet">
          {t(formatNames[format])}
          {compressed ? ' · gzip' : ''} · {t(`${preview.columns.length} 列`, `${preview.columns.length} columns`)}
        </span>
      }
    >
      <div className="zx-import-reading">
        {reading.encoding ? (
          <Choice label={t('编码', 'Encoding')}>
            <Select<Encoding>
              aria-label={t('编码', 'Encoding')}
              value={reading.encoding}
              options={encodings.map((value) => ({ value, label: encodingNames[value] }))}
              onChange={(encoding) => change({ encoding })}
            />
          </Choice>
        ) : null}
        {reading.delimiter ? (
          <Choice label={t('分隔符', 'Delimiter')}>
            <Select<(typeof delimiters)[number]>
              aria-label={t('分隔符', 'Delimiter')}
              value={reading.delimiter}
              options={delimiters.map((value) => ({
                value,
                label: t(delimiterNames[value] ?? { zh: value, en: value }),
              }))}
              onChange={(delimiter) => change({ delimiter })}
            />
          </Choice>
        ) : null}
        {reading.sheet !== undefined ? (
          <Choice label={t('工作表', 'Sheet')}>
            <Select
              aria-label={t('工作表', 'Sheet')}
              value={reading.sheet}
              options={sheets.map((value) => ({ value, label: value }))}
              onChange={(sheet) => change({ sheet, header: undefined })}
            />
          </Choice>
        ) : null}
        {reading.header !== undefined ? (
          <Choice label={t('表头所在行(0 为无表头)', 'Line of the header (0: none)')}>
            <InputNumber
              aria-label={t('表头所在行', 'Line of the header')}
              min={0}
              max={100}
              precision={0}
              value={reading.header}
              onChange={(header) => header !== null && change({ header })}
            />
          </Choice>
        ) : null}
      </div>
      <PreviewTable preview={preview} />
    </Panel>
  )
}

function Choice({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="zx-import-choice">
      <span aria-hidden>{label}</span>
      {children}
    </div>
  )
}

type FormProps = { detail: ImportDetail; preview: Preview; choices: Choices; done: () => void }

function MappingForm({ detail, preview, choices, done }: FormProps) {
  const t = useText()
  const { message } = App.useApp()
  const [name, setName] = useState(detail.name)
  const [mapping, setMapping] = useState<Mapping>(() => fitting(detail.mapping, preview) ?? preview.suggestion)
  const [faults, setFaults] = useState<readonly FieldProblem[]>([])
  const [saving, setSaving] = useState(false)
  const faultOf = (field: string) => faults.find((one) => one.field === field)?.message
  useEffect(() => setFaults((before) => (before.length > 0 && mapping ? [] : before)), [mapping])

  async function save(check: boolean) {
    setSaving(true)
    try {
      const { revision } = await api.get<ImportDetail>(`/api/imports/${detail.id}`)
      await api.put(`/api/imports/${detail.id}/mapping`, { revision, name, reading: preview.reading, mapping })
      if (check) await api.post(`/api/imports/${detail.id}/check`)
      await refresh('/api/imports')
      if (check) done()
      else message.success(t('映射已保存', 'The mapping is saved'))
    } catch (error) {
      if (isProblem(error) && error.fields.length > 0) setFaults(error.fields)
      message.error(error instanceof Error ? error.message : String(error))
    } finally {
      setSaving(false)
    }
  }

  return (
    <>
      <Panel title={t('导入为', 'Import as')}>
        <TargetPanel mapping={mapping} change={setMapping} preview={preview} choices={choices} faultOf={faultOf} />
      </Panel>
      <Panel title={t('列映射', 'Columns')} extra={<Mapped mapping={mapping} />} flush>
        {faultOf('mapping.columns') ? <Alert banner type="error" title={faultOf('mapping.columns')} /> : null}
        <MappingTable mapping={mapping} change={setMapping} preview={preview} choices={choices} faultOf={faultOf} />
      </Panel>
      <div className="zx-import-foot">
        <Input
          aria-label={t('导入名称', 'Name of the import')}
          prefix={<span className="zx-quiet">{t('名称', 'Name')}</span>}
          maxLength={100}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <Button disabled={saving} onClick={() => void save(false)}>
          {t('仅保存', 'Save')}
        </Button>
        <Button type="primary" loading={saving} disabled={name.trim() === ''} onClick={() => void save(true)}>
          {t('保存并检查', 'Save and check')}
        </Button>
      </div>
    </>
  )
}

/** What was mapped before, if it is of these columns. */
function fitting(mapping: Mapping | null, preview: Preview): Mapping | undefined {
  if (!mapping) return undefined
  const names = new Set(preview.columns.map(({ name }) => name))
  return mapping.columns.length === names.size && mapping.columns.every(({ column }) => names.has(column))
    ? mapping
    : undefined
}

function Mapped({ mapping }: { mapping: Mapping }) {
  const t = useText()
  const used = mapping.columns.filter(({ as }) => as !== 'skip').length
  const all = mapping.columns.length
  return <span className="zx-quiet">{t(`导入 ${used} / ${all} 列`, `${used} of ${all} columns`)}</span>
}
