import { invalidField, Problem, text } from '../../../platform/problem.ts'
import type { Attribute, ValueType } from '../contract.ts'
import { isName } from './value.ts'

/** @throws invalid beside `name` for one that could not be kept. */
export function checkName(name: string): void {
  if (!isName(name) || name !== name.trim())
    throw invalidField(
      'name',
      'catalog.bad_name',
      text(
        '应为 1 到 100 个可见字符,首尾无空格',
        'Must have 1 to 100 visible characters, none of them around it a space',
      ),
    )
}

const listable = new Set<ValueType>(['text', 'number', 'integer', 'list'])

/** Values to choose from stand for words and numbers; of a time or an amount there are too many. */
export function checkCodes(type: ValueType, codes: readonly string[] | null): void {
  if (!codes || codes.length === 0) return
  if (!listable.has(type))
    throw invalidField(
      'codes',
      'catalog.no_codes',
      text('只有文本、数值、整数和列表可以限定取值', 'Only texts, numbers and lists can be limited to values'),
    )
  const notNumber = type === 'number' || type === 'integer' ? codes.find((code) => !isNumber(code)) : undefined
  if (notNumber !== undefined)
    throw invalidField(
      'codes',
      'catalog.codes_no_number',
      text(`${notNumber} 不是数值`, `${notNumber} is not a number`),
    )
}

/** As JSON writes it: `01` would never be met. */
function isNumber(code: string): boolean {
  return Number.isFinite(Number(code)) && String(Number(code)) === code
}

/** What lies under a type stays readable: a type in use does not change, nor does what is sealed and what is not. */
export function checkAttributeEdit(
  old: Pick<Attribute, 'type' | 'personal' | 'seen' | 'source' | 'state' | 'name'>,
  edit: { type?: ValueType | undefined; personal?: Attribute['personal'] | undefined },
  isKey: boolean,
): void {
  const used = old.seen.length > 0 || old.source === 'built-in' || isKey
  // A proposal is still to be decided, its type with it.
  if (!used || (old.state === 'proposed' && !isKey)) return
  const fault = (field: string, zh: string, en: string) =>
    new Problem('conflict', 'catalog.in_use', text(zh, en), { fields: [{ field, message: text(zh, en) }] })
  if (edit.type !== undefined && edit.type !== old.type)
    throw fault('type', '该属性已在使用,类型不能修改;请新建一个属性', 'It is in use: add another attribute instead')
  if (edit.personal !== undefined && edit.personal !== old.personal)
    throw fault(
      'personal',
      '该属性已在使用,个人信息标记不能修改;请新建一个属性',
      'It is in use, and what is personal stays so: add another attribute instead',
    )
}
