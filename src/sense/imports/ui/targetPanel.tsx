import { AutoComplete, DatePicker, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import type { ReactNode } from 'react'
import { useText } from '../../../console/kit/text.ts'
import { type Choices, type Mapping, type Preview, type Target, targets } from '../contract.ts'
import { targetHints, targetNames } from './words.ts'

export type PartProps = {
  mapping: Mapping
  change: (mapping: Mapping) => void
  preview: Preview
  choices: Choices
  faultOf: (field: string) => string | undefined
}

/** What the file is of, and what is said once for all of its rows. */
export function TargetPanel(props: PartProps) {
  const t = useText()
  const { mapping, change } = props
  return (
    <>
      <Radio.Group
        className="zx-import-targets"
        aria-label={t('导入为', 'Import as')}
        value={mapping.target}
        onChange={({ target }) => change(retarget(mapping, target.value as Target))}
      >
        {targets.map((target) => (
          <Radio key={target} value={target}>
            {t(targetNames[target])}
            <small>{t(targetHints[target])}</small>
          </Radio>
        ))}
      </Radio.Group>
      <div className="zx-import-reading">
        {mapping.target === 'events' ? <EventParts {...props} /> : null}
        {mapping.target === 'items' ? <ItemPart {...props} /> : null}
        {mapping.target === 'events' ? null : <AsOfPart {...props} />}
      </div>
    </>
  )
}

/** The same columns for another kind of content: what no longer fits becomes the nearest that does. */
function retarget(mapping: Mapping, target: Target): Mapping {
  const columns = mapping.columns.map((column) => {
    if (target !== 'customers' && column.as === 'value' && column.personal) return { ...column, as: 'skip' as const }
    if (target === 'customers' && column.as === 'skip' && column.personal && column.name && !column.kind)
      return { ...column, as: 'value' as const }
    if (target === 'items' && column.as === 'identity') return { ...column, as: 'skip' as const }
    if (target !== 'items' && column.kind && column.as === 'skip') return { ...column, as: 'identity' as const }
    if ((target !== 'events' && column.as === 'event') || (target !== 'items' && column.as === 'id'))
      return { ...column, as: 'skip' as const }
    return column
  })
  return { ...mapping, target, columns, ...(target === 'items' ? { item: mapping.item ?? 'product' } : {}) }
}

function EventParts({ mapping, change, preview, choices, faultOf }: PartProps) {
  const t = useText()
  const named = mapping.columns.some(({ as }) => as === 'event')
  return (
    <>
      <Labelled
        label={
          named ? t('名称列为空时的事件名称', 'Name where the column is empty') : t('事件名称', 'Name of the event')
        }
        fault={faultOf('mapping.event')}
      >
        <AutoComplete
          aria-label={t('事件名称', 'Name of the event')}
          style={{ width: 220 }}
          maxLength={100}
          placeholder="transfer"
          status={faultOf('mapping.event') ? 'error' : undefined}
          value={mapping.event ?? ''}
          options={choices.events.map(({ name, title }) => ({ value: name, label: `${t(title)} ${name}` }))}
          onChange={(event: string) => change({ ...mapping, event: event || undefined })}
        />
      </Labelled>
      <Labelled
        label={t('唯一键', 'Key')}
        hint={t('如流水号;不选则以整行内容判断重复', 'Such as a serial number; without one, by the whole content')}
        fault={faultOf('mapping.key')}
      >
        <Select
          mode="multiple"
          aria-label={t('唯一键', 'Key')}
          style={{ minWidth: 220, maxWidth: 420 }}
          placeholder={t('整行内容', 'The whole content')}
          value={mapping.key ?? []}
          options={preview.columns.map(({ name }) => ({ value: name, label: name }))}
          onChange={(key: string[]) => change({ ...mapping, key: key.length > 0 ? key : undefined })}
        />
      </Labelled>
    </>
  )
}

function ItemPart({ mapping, change, choices, faultOf }: PartProps) {
  const t = useText()
  return (
    <Labelled label={t('实体类型', 'Type')} fault={faultOf('mapping.item')}>
      <Select
        aria-label={t('实体类型', 'Type')}
        style={{ width: 220 }}
        value={mapping.item}
        options={choices.items.map(({ type, name }) => ({ value: type, label: t(name) }))}
        onChange={(item: string) => change({ ...mapping, item })}
      />
    </Labelled>
  )
}

function AsOfPart({ mapping, change, faultOf }: PartProps) {
  const t = useText()
  return (
    <Labelled
      label={t('数据日期', 'Day of the data')}
      hint={t('这些值是哪一天的;不填则为上传时间', 'The day these values are of; without one, the time of the upload')}
      fault={faultOf('mapping.asOf')}
    >
      <DatePicker
        aria-label={t('数据日期', 'Day of the data')}
        style={{ width: 220 }}
        value={mapping.asOf ? dayjs(mapping.asOf) : null}
        onChange={(day) => change({ ...mapping, asOf: day ? day.format('YYYY-MM-DD') : undefined })}
      />
    </Labelled>
  )
}

export function Labelled({
  label,
  hint,
  fault,
  children,
}: {
  label: string
  hint?: string
  fault?: string | undefined
  children: ReactNode
}) {
  return (
    <div className="zx-import-choice">
      <span aria-hidden>{label}</span>
      {children}
      {fault ? (
        <small className="zx-import-bad" role="alert">
          {fault}
        </small>
      ) : hint ? (
        <small className="zx-quiet">{hint}</small>
      ) : null}
    </div>
  )
}
