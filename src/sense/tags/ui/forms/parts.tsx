import { Button, Drawer, Form, InputNumber, Select } from 'antd'
import { type ReactElement, type ReactNode, useState } from 'react'
import { useText } from '../../../../console/kit/text.ts'
import { type EqlType, type Schema, type SchemaField, spanUnits } from '../../../eql/contract.ts'
import { RuleEditor, useRuling, ViewSwitch } from '../../../eql/ui/ruleEditor.tsx'
import { Sentence } from '../../../eql/ui/sentence.tsx'
import { writerAt } from '../../../eql/ui/writer.ts'
import { Size } from '../../../eql/ui/writingParts.tsx'
import type { Within } from '../../contract.ts'

export const conditionWriter = writerAt('/api/tags/condition')

/** What is wrong, by the path of the field: `draft.cases.0.when`. */
export type Faults = Readonly<Record<string, string>>
export type FormProps<D> = {
  draft: D
  change: (next: D) => void
  ground: Schema
  faults: Faults
}
export type DefinitionForm<D> = (props: FormProps<D>) => ReactElement

export function Field({
  label,
  help,
  fault,
  children,
}: {
  label?: string
  help?: string
  fault?: string | undefined
  children: ReactNode
}) {
  return (
    <Form.Item label={label} extra={help} validateStatus={fault ? 'error' : ''} help={fault}>
      {children}
    </Form.Item>
  )
}

type Named = { name: string; zh: string; en: string }

export function useOptions(): (list: readonly Named[]) => { value: string; label: string }[] {
  const t = useText()
  return (list) =>
    list.map((one) => {
      const title = t({ zh: one.zh || one.name, en: one.en || one.name })
      return {
        value: one.name,
        label: title === one.name || one.name.startsWith('tag_') ? title : `${title} (${one.name})`,
      }
    })
}

const search = { showSearch: true, optionFilterProp: 'label' } as const

export function EventsSelect({
  value,
  change,
  ground,
  label,
}: {
  value: readonly string[]
  change: (next: string[]) => void
  ground: Schema
  label: string
}) {
  const t = useText()
  const options = useOptions()(ground.events)
  return (
    <Select
      mode="multiple"
      aria-label={label}
      value={[...value]}
      onChange={change}
      options={options}
      optionFilterProp="label"
      placeholder={t('选择一个或多个事件', 'Choose one or more events')}
    />
  )
}

/** What any of these events may carry. */
export function propertiesOf(ground: Schema, events: readonly string[], types?: readonly EqlType[]): SchemaField[] {
  const own = ground.events.filter(({ name }) => events.includes(name)).flatMap(({ properties }) => properties)
  const all = new Map([...own, ...ground.common].map((one) => [one.name, one]))
  return [...all.values()].filter(({ type, onlyKnown }) => !onlyKnown && (!types || types.includes(type)))
}

export function NameSelect({
  value,
  change,
  list,
  label,
  placeholder,
  clear,
}: {
  value: string | null
  change: (next: string | null) => void
  list: readonly Named[]
  label: string
  placeholder?: string
  clear?: boolean
}) {
  const options = useOptions()(list)
  return (
    <Select
      {...search}
      aria-label={label}
      value={value}
      onChange={(next: string | undefined) => change(next ?? null)}
      options={options}
      placeholder={placeholder}
      allowClear={clear === true}
    />
  )
}

const windowKinds = ['last', 'this', 'previous', 'ever'] as const

export function WindowField({ value, change }: { value: Within; change: (next: Within) => void }) {
  const t = useText()
  const names = {
    last: t('最近', 'The last'),
    this: t('本', 'This'),
    previous: t('上', 'The previous'),
    ever: t('全部时间', 'All time'),
  }
  const units = {
    minute: t('分钟', 'minutes'),
    hour: t('小时', 'hours'),
    day: t('天', 'days'),
    week: t('周', 'weeks'),
    month: t('个月', 'months'),
    quarter: t('季度', 'quarters'),
    year: t('年', 'years'),
  }
  const pick = (kind: (typeof windowKinds)[number]) => {
    if (kind === 'ever') change({ kind })
    else if (kind === 'last') change({ kind, n: 30, unit: 'day' })
    else if (kind === 'this') change({ kind, unit: 'month' })
    else change({ kind, n: 1, unit: 'month' })
  }
  const calendar = ['day', 'week', 'month', 'quarter', 'year'] as const
  return (
    <div className="zx-tag-line">
      <Select
        aria-label={t('时间范围', 'When')}
        value={value.kind}
        onChange={pick}
        options={windowKinds.map((kind) => ({ value: kind, label: names[kind] }))}
      />
      {value.kind === 'last' || value.kind === 'previous' ? (
        <InputNumber
          aria-label={t('数量', 'How many')}
          min={1}
          max={3650}
          value={value.n}
          onChange={(n) => change({ ...value, n: n ?? 1 })}
        />
      ) : null}
      {value.kind === 'last' ? (
        <Select
          aria-label={t('单位', 'Unit')}
          value={value.unit}
          onChange={(unit) => change({ ...value, unit })}
          options={spanUnits.map((unit) => ({ value: unit, label: units[unit] }))}
        />
      ) : value.kind === 'this' || value.kind === 'previous' ? (
        <Select
          aria-label={t('单位', 'Unit')}
          value={value.unit}
          onChange={(unit) => change({ ...value, unit })}
          options={calendar.map((unit) => ({ value: unit, label: units[unit] }))}
        />
      ) : null}
    </div>
  )
}

/** A condition as it stands, opened to be clicked together or written, with how many it finds. */
export function ConditionField({
  value,
  change,
  title,
}: {
  value: string
  change: (next: string) => void
  title: string
}) {
  const t = useText()
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        className="zx-tag-condition"
        onClick={() => setOpen(true)}
        aria-label={`${title}: ${t('编辑条件', 'Edit the condition')}`}
      >
        {value.trim() ? <code>{value}</code> : <span className="zx-quiet">{t('点击设置条件', 'Set a condition')}</span>}
      </button>
      <Drawer title={title} open={open} onClose={() => setOpen(false)} size={960} destroyOnHidden>
        {open ? (
          <ConditionBox
            value={value}
            done={(next) => {
              change(next)
              setOpen(false)
            }}
          />
        ) : null}
      </Drawer>
    </>
  )
}

function ConditionBox({ value, done }: { value: string; done: (next: string) => void }) {
  const t = useText()
  const ruling = useRuling(value, conditionWriter)
  const { writing, unfinished } = ruling
  const ok = writing.checked?.ok === true && unfinished === 0
  return (
    <div className="zx-tag-condition-box">
      <div className="zx-tag-line">
        <ViewSwitch of={ruling} />
        <Button type="primary" disabled={!ok} onClick={() => done(ruling.text)}>
          {t('使用这个条件', 'Use this condition')}
        </Button>
      </div>
      <RuleEditor of={ruling} />
      <div className="zx-tag-two">
        <Size of={writing} parts={ruling.view === 'text'} />
        {ok ? <Sentence lines={writing.checked?.sentence ?? []} /> : null}
      </div>
    </div>
  )
}

/** A filter on events, in the language; most tags need none. */
export function FilterField({
  value,
  change,
  fault,
  label,
}: {
  value: string | undefined
  change: (next: string | undefined) => void
  fault?: string | undefined
  label?: string
}) {
  const t = useText()
  return (
    <Field
      label={label ?? t('只算满足条件的事件(可不填)', 'Only events for which (may be empty)')}
      help={t("例如:amount >= 1000 and category = 'fund'", "For example: amount >= 1000 and category = 'fund'")}
      fault={fault}
    >
      <input
        className="ant-input ant-input-outlined zx-tag-code"
        aria-label={label ?? t('事件条件', 'Condition of events')}
        value={value ?? ''}
        onChange={(event) => change(event.target.value === '' ? undefined : event.target.value)}
      />
    </Field>
  )
}
