import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useLang, useText } from '../../../../console/kit/text.ts'
import { type BuilderStep, type Gap, gapUnits, limits } from '../../contract.ts'
import type { FormProps } from './attributeForm.tsx'
import { useBuilding } from './context.ts'
import { Filters } from './filters.tsx'
import { EventNames } from './measureForms.tsx'
import { propertiesOf, titleOf } from './things.ts'
import { Length, WindowFields } from './windowFields.tsx'

/** First this, then that, without something in between. */
export function SequenceForm({ node, change }: FormProps<'sequence'>) {
  const t = useText()
  const lang = useLang()
  const { schema } = useBuilding()
  const put = (i: number, step: BuilderStep, typing?: string) =>
    change({ ...node, steps: node.steps.with(i, step) }, typing && `${i} ${typing}`)
  const shared = propertiesOf(schema, [...new Set(node.steps.flatMap(({ events }) => events))])
  return (
    <>
      <Select
        size="small"
        aria-label={t('是否发生过', 'Whether it happened')}
        popupMatchSelectWidth={false}
        value={node.not ? 'not' : 'did'}
        onChange={(next: string) => change({ ...node, not: next === 'not' })}
        options={[
          { value: 'did', label: t('依次做过', 'did in order') },
          { value: 'not', label: t('没有依次做过', 'did not in order') },
        ]}
      />
      <span className="zx-quiet">{t('第一步发生在', 'the first')}</span>
      <WindowFields
        window={node.window}
        change={(window, typing) => change({ ...node, window }, typing)}
        of="events"
        entity="customer"
      />
      <GapFields
        gap={node.within}
        change={(within, typing) => change({ ...node, within }, typing)}
        words={[t('全程在', 'all within'), t('内完成', '')]}
        none={t('全程不限时', 'no limit for the whole')}
        label={t('全程时限', 'Limit for the whole')}
      />
      <Select
        size="small"
        className="zx-rule-events"
        mode="multiple"
        popupMatchSelectWidth={false}
        aria-label={t('各步相同的属性', 'Properties that are the same in all steps')}
        placeholder={t('各步属性不要求相同', 'nothing need be the same')}
        value={node.by}
        onChange={(by: string[]) => change({ ...node, by })}
        options={shared.map((field) => ({
          value: field.name,
          label: t(`${titleOf(field, lang)}相同`, `same ${titleOf(field, lang)}`),
        }))}
      />
      <ol className="zx-rule-steps">
        {node.steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are known by their place
          <li key={i}>
            <StepFields
              step={step}
              first={i === 0}
              change={(next, typing) => put(i, next, typing)}
              remove={node.steps.length > 2 ? () => change({ ...node, steps: node.steps.toSpliced(i, 1) }) : null}
            />
          </li>
        ))}
      </ol>
      {node.steps.length < limits.steps ? (
        <Button
          type="link"
          size="small"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => change({ ...node, steps: [...node.steps, emptyStep] })}
        >
          {t('添加步骤', 'Add a step')}
        </Button>
      ) : null}
    </>
  )
}

const emptyStep: BuilderStep = { events: [], filters: [], not: false, within: null, after: null }

type StepProps = {
  step: BuilderStep
  first: boolean
  change: (step: BuilderStep, typing?: string) => void
  remove: (() => void) | null
}

function StepFields({ step, first, change, remove }: StepProps) {
  const t = useText()
  return (
    <div className="zx-rule-step">
      {first ? (
        <span>{t('先', 'first')}</span>
      ) : (
        <Select
          size="small"
          aria-label={t('这一步', 'This step')}
          popupMatchSelectWidth={false}
          value={step.not ? 'not' : 'then'}
          onChange={(next: string) => change({ ...step, not: next === 'not' })}
          options={[
            { value: 'then', label: t('再做', 'then') },
            { value: 'not', label: t('其间没有', 'without') },
          ]}
        />
      )}
      <EventNames events={step.events} change={(events) => change({ ...step, events })} />
      {first ? null : (
        <GapFields
          gap={step.within}
          change={(within, typing) => change({ ...step, within }, typing)}
          words={[t('在上一步后', 'within'), t('内', 'of the step before')]}
          none={t('距上一步不限时', 'at any time after')}
          label={t('距上一步的时限', 'Limit after the step before')}
        />
      )}
      {step.after ? (
        <GapFields
          gap={step.after}
          change={(after, typing) => change({ ...step, after }, typing)}
          words={[t('至少隔', 'at least'), t('', 'after it')]}
          none={t('不要求间隔', 'no pause')}
          label={t('至少间隔', 'At least after')}
        />
      ) : null}
      {remove ? (
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined aria-hidden />}
          aria-label={t('删除步骤', 'Remove the step')}
          onClick={remove}
        />
      ) : null}
      <Filters
        filters={step.filters}
        change={(filters, typing) => change({ ...step, filters }, typing)}
        of={{ events: step.events }}
      />
    </div>
  )
}

type GapProps = {
  gap: Gap | null
  change: (gap: Gap | null, typing?: string) => void
  words: [before: string, after: string]
  none: string
  label: string
}

function GapFields({ gap, change, words: [before, after], none, label }: GapProps) {
  return (
    <span className="zx-rule-words">
      <Select
        size="small"
        aria-label={label}
        popupMatchSelectWidth={false}
        value={gap === null ? 'none' : 'some'}
        onChange={(next: string) => change(next === 'none' ? null : { n: 1, unit: 'day' })}
        options={[
          { value: 'none', label: none },
          { value: 'some', label: `${before} …` },
        ]}
      />
      {gap === null ? null : (
        <>
          <Length n={gap.n} unit={gap.unit} units={gapUnits} change={(n, unit) => change({ n, unit }, label)} />
          {after === '' ? null : <span>{after}</span>}
        </>
      )}
    </span>
  )
}
