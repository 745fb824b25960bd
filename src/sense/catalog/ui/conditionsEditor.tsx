import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { useText } from '../../../console/kit/text.ts'
import type { VirtualBase, VirtualCondition, VirtualField, VirtualOp } from '../contract.ts'
import { fieldNames, likeHelp, opNames } from './virtualWords.ts'
import { choices } from './words.ts'

type EditorProps = {
  base: VirtualBase
  value: readonly VirtualCondition[]
  change: (value: VirtualCondition[]) => void
}

const ofElements = new Set<VirtualField>(['selector', 'path', 'text', 'href'])

/** What must hold, one line each; several values of a line are one or the other. */
export function ConditionsEditor({ base, value, change }: EditorProps) {
  const t = useText()
  const set = (at: number, next: VirtualCondition) => change(value.map((one, i) => (i === at ? next : one)))
  return (
    <fieldset className="zx-pick-conditions">
      <legend>{t('同时满足', 'All of these hold')}</legend>
      {value.map((condition, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has nothing else to be known by, and keeps its place.
        <Line key={i} base={base} condition={condition} set={(next) => set(i, next)}>
          <Button
            type="text"
            icon={<DeleteOutlined aria-hidden />}
            aria-label={t(`删除条件 ${i + 1}`, `Remove condition ${i + 1}`)}
            disabled={value.length === 1}
            onClick={() => change(value.filter((_, at) => at !== i))}
          />
        </Line>
      ))}
      <Button
        size="small"
        icon={<PlusOutlined aria-hidden />}
        disabled={value.length >= 10}
        onClick={() => change([...value, { field: 'text', op: 'contains', values: [] }])}
      >
        {t('添加条件', 'Add a condition')}
      </Button>
      <p className="zx-quiet">{t(likeHelp)}</p>
    </fieldset>
  )
}

type LineProps = {
  base: VirtualBase
  condition: VirtualCondition
  set: (next: VirtualCondition) => void
  children: React.ReactNode
}

function Line({ base, condition, set, children }: LineProps) {
  const t = useText()
  const { field, op, values, property } = condition
  const named = (names: Parameters<typeof choices>[0]) =>
    choices(names).map(({ value, label }) => ({ value, label: typeof label === 'string' ? label : t(label) }))
  const fields = named(fieldNames).filter(({ value }) => base !== 'page' || !ofElements.has(value as VirtualField))
  return (
    <div className="zx-pick-condition">
      <Select<VirtualField>
        aria-label={t('条件', 'Condition')}
        value={field}
        options={fields as { value: VirtualField; label: string }[]}
        popupMatchSelectWidth={false}
        onChange={(next) => {
          const { property: _, ...rest } = condition
          set(next === 'property' ? { ...rest, field: next, property: '' } : { ...rest, field: next })
        }}
      />
      <Select<VirtualOp>
        aria-label={t('比较', 'Comparison')}
        value={op}
        options={named(opNames) as { value: VirtualOp; label: string }[]}
        popupMatchSelectWidth={false}
        onChange={(next) => set({ ...condition, op: next })}
      />
      {children}
      {field === 'property' ? (
        <Input
          aria-label={t('属性名', 'Property name')}
          placeholder={t('属性名', 'Property name')}
          value={property}
          maxLength={100}
          onChange={(event) => set({ ...condition, property: event.target.value })}
        />
      ) : null}
      <Select<string[]>
        className="zx-pick-values"
        aria-label={t('取值', 'Values')}
        mode="tags"
        open={false}
        suffixIcon={null}
        value={[...values]}
        status={values.length === 0 ? 'error' : undefined}
        placeholder={t('输入后回车,可多个', 'Type and press Enter; one or more')}
        onChange={(next) =>
          set({
            ...condition,
            values: next
              .map((one) => one.trim())
              .filter(Boolean)
              .slice(0, 20),
          })
        }
      />
    </div>
  )
}

/** Whether the server would take it; what is still being typed is not counted. */
export function isWhole(conditions: readonly VirtualCondition[]): boolean {
  return (
    conditions.length > 0 &&
    conditions.every(({ values, field, property }) => values.length > 0 && (field !== 'property' || Boolean(property)))
  )
}
