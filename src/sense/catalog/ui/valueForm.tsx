import { Tag } from 'antd'
import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import type { Property } from '../contract.ts'
import { choices, personalNames, typeNames } from './words.ts'

/** The fields that a property of an event and an attribute of an entity have in common. */
export function valueParts(isNew: boolean, lockedType = false): FormPart[] {
  return [
    {
      name: 'name',
      label: text('名称(上报用)', 'Name as sent'),
      disabled: !isNew,
      placeholder: text('例如:product_no', 'For example product_no'),
    },
    {
      name: 'type',
      label: text('类型', 'Type'),
      options: choices(typeNames),
      disabled: lockedType,
      help: lockedType
        ? text('已在使用,类型不能修改', 'In use: the type stays')
        : text('金额以最小货币单位的整数上报(分)', 'Money is sent in whole minor units'),
    },
    { name: 'zh', label: text('中文名', 'Chinese name') },
    { name: 'en', label: text('英文名', 'English name') },
    {
      name: 'codes',
      label: text('可取值', 'Values'),
      placeholder: text('不限', 'Any'),
      help: text('留空则不限;输入后按回车', 'None: any value. Type one and press Enter'),
    },
    { name: 'unit', label: text('单位', 'Unit'), placeholder: text('例如:元、天、CNY', 'For example days, CNY') },
    {
      name: 'personal',
      label: text('个人信息', 'Personal data'),
      widget: 'choice',
      options: choices(personalNames),
      disabled: lockedType,
      placeholder: text('不是个人信息', 'Not personal'),
      help: text(
        '标记后加密保存、脱敏显示,明文不进入分析库',
        'Then it is sealed, shown masked, and never in clear among the facts',
      ),
    },
    { name: 'required', label: text('必填', 'Required') },
    { name: 'description', label: text('说明', 'Description'), widget: 'area' },
  ]
}

type Valued = Pick<Property, 'type' | 'codes' | 'unit' | 'seen' | 'name'>

/** The declared type with its unit and values; a different one that arrived is told. */
export function TypeCell({ value }: { value: Valued }) {
  const t = useText()
  const { type, codes, unit, seen } = value
  const strange = seen.filter((one) => !suits(type, one))
  return (
    <>
      {t(typeNames[type])}
      {unit ? <span className="zx-quiet"> · {unit}</span> : null}
      {codes ? <span className="zx-quiet"> · {t(`${codes.length} 个取值`, `${codes.length} values`)}</span> : null}
      {strange.length > 0 ? (
        <Tag color="error" className="zx-cat-strange">
          {t('曾上报', 'arrived as')} {strange.map((one) => t(typeNames[one])).join('、')}
        </Tag>
      ) : null}
    </>
  )
}

/** JSON knows fewer types than the plan: a whole number is seen as a number, a day is a text. */
function suits(type: Property['type'], seen: Property['type']): boolean {
  if (type === seen) return true
  if (type === 'text') return seen === 'day' || seen === 'time'
  if (type === 'integer' || type === 'money') return seen === 'number' || (type === 'money' && seen === 'text')
  return type === 'time' && (seen === 'number' || seen === 'day')
}

/** A name as sent, what it means, and what must be known of it. */
export function NameCell({ value }: { value: Pick<Property, 'name' | 'zh' | 'en' | 'required' | 'personal'> }) {
  const t = useText()
  const label = t(value.zh || value.en, value.en || value.zh)
  return (
    <>
      <code>{value.name}</code> {label ? <span className="zx-quiet">{label}</span> : null}{' '}
      {value.required ? <Tag>{t('必填', 'Required')}</Tag> : null}
      {value.personal ? <Tag color="processing">{t(personalNames[value.personal])}</Tag> : null}
    </>
  )
}
