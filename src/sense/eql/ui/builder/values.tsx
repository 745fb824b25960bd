import { AutoComplete, DatePicker, Input, InputNumber, Select, Space } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useLang, useText } from '../../../../console/kit/text.ts'
import { useApi } from '../../../../console/kit/useApi.ts'
import type { BuilderValue, EqlType, Literal, Values, ValuesQuery } from '../../contract.ts'
import { type AmountUnit, amountOf, amountUnits, shifted } from './amount.ts'
import { useBuilding } from './context.ts'
import { itemsOf, literalOf, type Tested } from './operators.ts'
import { titleOf } from './things.ts'

type ValueProps = {
  tested: Tested
  value: BuilderValue | undefined
  change: (value: BuilderValue | undefined) => void
  label: string
  list?: boolean
  /** Where values to suggest are asked for; null: nowhere. */
  query: ValuesQuery | null
}

/** One value, or a list of them, in the form that its type wants; or a parameter, where there are any. */
export function ValueField(props: ValueProps) {
  const { schema } = useBuilding()
  const t = useText()
  const lang = useLang()
  const { value, change, label, list } = props
  if (schema.params.length === 0 && value?.kind !== 'param') return <PlainValue {...props} />
  const named = value?.kind === 'param' ? value.name : ''
  return (
    <Space.Compact size="small">
      <Select
        size="small"
        aria-label={t(`${label}:取值方式`, `${label}: value or parameter`)}
        value={named}
        onChange={(name: string) => change(name === '' ? undefined : { kind: 'param', name })}
        options={[
          { value: '', label: t('值', 'Value') },
          ...schema.params
            .filter(({ type }) => list === (type === 'list') || !list)
            .map((param) => ({ value: param.name, label: `$${titleOf(param, lang)}` })),
        ]}
      />
      {value?.kind === 'param' ? null : <PlainValue {...props} />}
    </Space.Compact>
  )
}

function PlainValue(props: ValueProps) {
  const { tested, list } = props
  if (list) return <ListValue {...props} />
  if (tested.type === 'money') return <AmountValue {...props} />
  if (tested.type === 'number' || tested.type === 'integer') return <NumberValue {...props} />
  if (tested.type === 'day' || tested.type === 'time') return <DateValue {...props} />
  if (tested.type === 'boolean') return <BooleanValue {...props} />
  return tested.field?.codes?.length ? <CodeValue {...props} /> : <TextValue {...props} />
}

const plain = (value: BuilderValue | undefined): string =>
  value === undefined || value.kind === 'list' || value.kind === 'param' ? '' : String(value.value)

const given = (type: EqlType, value: string): Literal | undefined => (value === '' ? undefined : literalOf(type, value))

function NumberValue({ tested, value, change, label }: ValueProps) {
  const t = useText()
  return (
    <InputNumber
      size="small"
      className="zx-rule-number"
      stringMode
      controls={false}
      precision={tested.type === 'integer' ? 0 : undefined}
      aria-label={label}
      placeholder={t('数值', 'Number')}
      value={plain(value) || null}
      onChange={(next) => change(given(tested.type, next === null ? '' : String(next)))}
    />
  )
}

function AmountValue({ value, change, label }: ValueProps) {
  const t = useText()
  const yuan = plain(value)
  const [typed, setTyped] = useState(() => amountOf(yuan))
  // What was undone or set elsewhere is shown as it is; what was typed stays as typed.
  const shown =
    shifted(typed.digits, typed.unit) === yuan ? typed : yuan === '' ? { ...typed, digits: '' } : amountOf(yuan)
  const set = (digits: string, unit: AmountUnit) => {
    setTyped({ digits, unit })
    change(given('money', shifted(digits, unit)))
  }
  return (
    <Space.Compact size="small">
      <InputNumber
        size="small"
        className="zx-rule-number"
        stringMode
        controls={false}
        aria-label={label}
        placeholder={t('金额', 'Amount')}
        value={shown.digits || null}
        onChange={(next) => set(next === null ? '' : String(next), shown.unit)}
      />
      <Select
        size="small"
        aria-label={t(`${label}:单位`, `${label}: unit`)}
        value={shown.unit}
        popupMatchSelectWidth={false}
        onChange={(unit: AmountUnit) => set(shown.digits, unit)}
        options={amountUnits.map((unit) => ({ value: unit, label: t(unitNames[unit].zh, unitNames[unit].en) }))}
      />
    </Space.Compact>
  )
}

const unitNames: Record<AmountUnit, { zh: string; en: string }> = {
  0: { zh: '元', en: 'yuan' },
  4: { zh: '万元', en: '×10,000 yuan' },
  8: { zh: '亿元', en: '×100 million yuan' },
}

function DateValue({ tested, value, change, label }: ValueProps) {
  const written = plain(value)
  const time = tested.type === 'time' && value?.kind !== 'day'
  return (
    <DatePicker
      size="small"
      aria-label={label}
      showTime={time}
      value={written === '' ? null : dayjs(written)}
      onChange={(next) =>
        change(
          next ? given(time ? 'time' : 'day', next.format(time ? 'YYYY-MM-DDTHH:mm:ss' : 'YYYY-MM-DD')) : undefined,
        )
      }
    />
  )
}

function BooleanValue({ value, change, label }: ValueProps) {
  const t = useText()
  return (
    <Select
      size="small"
      aria-label={label}
      value={plain(value) || undefined}
      onChange={(next: string) => change(literalOf('boolean', next))}
      options={[
        { value: 'true', label: t('是', 'yes') },
        { value: 'false', label: t('否', 'no') },
      ]}
    />
  )
}

function useCodes({ tested }: ValueProps) {
  const lang = useLang()
  return (tested.field?.codes ?? []).map((code) => ({
    value: code.value,
    label: code[lang] === '' || code[lang] === code.value ? code.value : `${code[lang]} ${code.value}`,
  }))
}

function CodeValue(props: ValueProps) {
  const t = useText()
  const options = useCodes(props)
  return (
    <Select
      size="small"
      className="zx-rule-text"
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      aria-label={props.label}
      placeholder={t('选择', 'Choose')}
      value={plain(props.value) || undefined}
      onChange={(next: string) => props.change(literalOf('text', next))}
      options={options}
    />
  )
}

/** Values that the field really has, once someone looks for them. */
function useSuggested(query: ValuesQuery | null) {
  const { writer } = useBuilding()
  const [wanted, want] = useState(false)
  const { data } = useApi<Values>(`${writer.path}/values`, query ?? undefined, { enabled: wanted && query !== null })
  const options = (data?.items ?? []).map(({ value }) => ({ value, label: value }))
  return { options, onOpenChange: (open: boolean) => open && want(true) }
}

function TextValue({ value, change, label, query }: ValueProps) {
  const t = useText()
  const { options, onOpenChange } = useSuggested(query)
  const written = plain(value)
  return (
    <AutoComplete
      size="small"
      className="zx-rule-text"
      popupMatchSelectWidth={false}
      aria-label={label}
      value={written}
      onChange={(next: string) => change(given('text', next ?? ''))}
      onOpenChange={onOpenChange}
      options={options.filter((option) => option.value.includes(written))}
    >
      <Input size="small" placeholder={t('文本', 'Text')} aria-label={label} />
    </AutoComplete>
  )
}

/** Many values: of the codes, or typed and pasted, with commas or a line each. */
function ListValue(props: ValueProps) {
  const t = useText()
  const { tested, value, change, label, query } = props
  const codes = useCodes(props)
  const { options, onOpenChange } = useSuggested(codes.length > 0 ? null : query)
  const type = tested.type === 'list' ? 'text' : tested.type
  const number = type !== 'text'
  const put = (values: string[]) => {
    const fit = values.map((one) => one.trim()).filter((one) => (number ? /^-?\d+(\.\d+)?$/.test(one) : one !== ''))
    change(fit.length > 0 ? { kind: 'list', items: fit.map((one) => literalOf(type, one)) } : undefined)
  }
  return (
    <Select
      size="small"
      className="zx-rule-list"
      mode="tags"
      popupMatchSelectWidth={false}
      maxTagCount={12}
      aria-label={label}
      placeholder={
        codes.length > 0 ? t('选择,可多选', 'Choose some') : t('选择或输入,可粘贴多个', 'Choose, type or paste')
      }
      tokenSeparators={[',', ',', '、', '\n', ';', ';']}
      showSearch={{ optionFilterProp: 'label' }}
      value={itemsOf(value)}
      onChange={put}
      onOpenChange={onOpenChange}
      options={codes.length > 0 ? codes : options}
    />
  )
}
