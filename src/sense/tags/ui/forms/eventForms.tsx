import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, InputNumber, Segmented, Select } from 'antd'
import { type Text, text, useText } from '../../../../console/kit/text.ts'
import { gapUnits } from '../../../eql/contract.ts'
import {
  measures,
  type PreferenceDefinition,
  type SequenceDefinition,
  type StatisticDefinition,
} from '../../contract.ts'
import {
  type DefinitionForm,
  EventsSelect,
  Field,
  FilterField,
  NameSelect,
  propertiesOf,
  WindowField,
} from './parts.tsx'

const measureNames: Record<StatisticDefinition['measure'], Text> = {
  count: text('次数', 'How often'),
  sum: text('合计', 'Sum'),
  avg: text('平均', 'Average'),
  min: text('最小', 'Least'),
  max: text('最大', 'Most'),
  distinct: text('不同取值数', 'How many different'),
  days_since_last: text('距最近一次的天数', 'Days since the last'),
  days_since_first: text('距第一次的天数', 'Days since the first'),
  did: text('是否做过', 'Whether it was done'),
}
const ofProperty = ['sum', 'avg', 'min', 'max', 'distinct']
const numeric = ['number', 'integer', 'money'] as const

export const StatisticForm: DefinitionForm<StatisticDefinition> = ({ draft, change, ground, faults }) => {
  const t = useText()
  const { measure, events, of, where, window } = draft
  return (
    <>
      <Field label={t('统计什么', 'What')} fault={faults['draft.measure'] ?? faults.draft}>
        <Select
          aria-label={t('统计什么', 'What')}
          value={measure}
          onChange={(next) => change({ ...draft, measure: next, of: ofProperty.includes(next) ? of : null })}
          options={measures.map((value) => ({ value, label: t(measureNames[value]) }))}
        />
      </Field>
      <Field label={t('哪些事件', 'Of which events')} fault={faults['draft.events']}>
        <EventsSelect
          label={t('哪些事件', 'Of which events')}
          value={events}
          ground={ground}
          change={(next) => change({ ...draft, events: next })}
        />
      </Field>
      {ofProperty.includes(measure) ? (
        <Field label={t('哪个属性', 'Of which property')} fault={faults['draft.of']}>
          <NameSelect
            label={t('哪个属性', 'Of which property')}
            value={of}
            list={propertiesOf(ground, events, measure === 'distinct' ? undefined : numeric)}
            change={(next) => change({ ...draft, of: next })}
          />
        </Field>
      ) : null}
      <Field label={t('时间范围', 'When')} fault={faults['draft.window']}>
        <WindowField value={window} change={(next) => change({ ...draft, window: next })} />
      </Field>
      <FilterField value={where} fault={faults['draft.where']} change={(next) => change(withWhere(draft, next))} />
    </>
  )
}

/** An empty filter is none. */
export function withWhere<D extends { where?: string }>(draft: D, where: string | undefined): D {
  const { where: _, ...rest } = draft
  return (where === undefined ? rest : { ...rest, where }) as D
}

export const PreferenceForm: DefinitionForm<PreferenceDefinition> = ({ draft, change, ground, faults }) => {
  const t = useText()
  const { events, of, top, where, window } = draft
  return (
    <>
      <Field label={t('哪些事件', 'Of which events')} fault={faults['draft.events']}>
        <EventsSelect
          label={t('哪些事件', 'Of which events')}
          value={events}
          ground={ground}
          change={(next) => change({ ...draft, events: next })}
        />
      </Field>
      <Field
        label={t('按哪个属性', 'By which property')}
        help={t('取出现次数最多的值', 'The value that occurs most often')}
        fault={faults['draft.of'] ?? faults.draft}
      >
        <NameSelect
          label={t('按哪个属性', 'By which property')}
          value={of || null}
          list={propertiesOf(ground, events, ['text'])}
          change={(next) => change({ ...draft, of: next ?? '' })}
        />
      </Field>
      <Field label={t('取前几个', 'How many')} fault={faults['draft.top']}>
        <InputNumber
          aria-label={t('取前几个', 'How many')}
          min={1}
          max={10}
          value={top}
          onChange={(next) => change({ ...draft, top: next ?? 1 })}
        />
      </Field>
      <Field label={t('时间范围', 'When')} fault={faults['draft.window']}>
        <WindowField value={window} change={(next) => change({ ...draft, window: next })} />
      </Field>
      <FilterField value={where} fault={faults['draft.where']} change={(next) => change(withWhere(draft, next))} />
    </>
  )
}

const gaps: Record<(typeof gapUnits)[number], Text> = {
  minute: text('分钟', 'minutes'),
  hour: text('小时', 'hours'),
  day: text('天', 'days'),
  week: text('周', 'weeks'),
}

export const SequenceForm: DefinitionForm<SequenceDefinition> = ({ draft, change, ground, faults }) => {
  const t = useText()
  const { steps, by, within, window } = draft
  const put = (i: number, part: Partial<SequenceDefinition['steps'][number]>) =>
    change({ ...draft, steps: steps.map((one, at) => (at === i ? { ...one, ...part } : one)) })
  const all = steps.flatMap(({ events }) => events)
  return (
    <>
      <ol className="zx-tag-steps">
        {steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no name but their place
          <li key={i}>
            <div className="zx-tag-line">
              <Segmented
                aria-label={t('做过或没做', 'Done or not')}
                value={step.not ? 'not' : 'did'}
                disabled={i === 0}
                onChange={(value) => put(i, { not: value === 'not' })}
                options={[
                  { value: 'did', label: i === 0 ? t('先做', 'First') : t('接着做', 'Then') },
                  { value: 'not', label: t('没有做', 'But not') },
                ]}
              />
              <Button
                type="text"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={t('删除这一步', 'Remove this step')}
                disabled={steps.length <= 2}
                onClick={() => change({ ...draft, steps: steps.filter((_, at) => at !== i) })}
              />
            </div>
            <Field fault={faults[`draft.steps.${i}.events`]}>
              <EventsSelect
                label={t(`第 ${i + 1} 步的事件`, `Events of step ${i + 1}`)}
                value={step.events}
                ground={ground}
                change={(events) => put(i, { events })}
              />
            </Field>
            <FilterField
              label={t(`第 ${i + 1} 步的条件(可不填)`, `Condition of step ${i + 1} (may be empty)`)}
              value={step.where}
              fault={faults[`draft.steps.${i}.where`]}
              change={(where) =>
                change({ ...draft, steps: steps.map((one, at) => (at === i ? withWhere(one, where) : one)) })
              }
            />
          </li>
        ))}
      </ol>
      <Button
        icon={<PlusOutlined aria-hidden />}
        disabled={steps.length >= 10}
        onClick={() => change({ ...draft, steps: [...steps, { events: [], not: false }] })}
      >
        {t('增加一步', 'Add a step')}
      </Button>
      <Field
        label={t('从第一步到最后一步', 'From the first to the last')}
        fault={faults['draft.within'] ?? faults.draft}
      >
        <div className="zx-tag-line">
          <Checkbox
            checked={within !== null}
            onChange={(event) => change({ ...draft, within: event.target.checked ? { n: 1, unit: 'day' } : null })}
          >
            {t('限定在', 'Within')}
          </Checkbox>
          {within ? (
            <>
              <InputNumber
                aria-label={t('多久', 'How long')}
                min={1}
                value={within.n}
                onChange={(n) => change({ ...draft, within: { ...within, n: n ?? 1 } })}
              />
              <Select
                aria-label={t('单位', 'Unit')}
                value={within.unit}
                onChange={(unit) => change({ ...draft, within: { ...within, unit } })}
                options={gapUnits.map((unit) => ({ value: unit, label: t(gaps[unit]) }))}
              />
            </>
          ) : null}
        </div>
      </Field>
      <Field
        label={t('各步的同一属性相同(可不填)', 'The same property in all steps (may be empty)')}
        help={t('例如同一个产品编号', 'Such as the same product')}
      >
        <Select
          mode="multiple"
          aria-label={t('相同的属性', 'Same properties')}
          value={by}
          onChange={(next) => change({ ...draft, by: next })}
          options={propertiesOf(ground, all).map(({ name, zh }) => ({ value: name, label: zh || name }))}
        />
      </Field>
      <Field label={t('第一步发生在', 'The first lies in')} fault={faults['draft.window']}>
        <WindowField value={window} change={(next) => change({ ...draft, window: next })} />
      </Field>
    </>
  )
}
