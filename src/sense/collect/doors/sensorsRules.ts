import { invalidField, text } from '../../../platform/problem.ts'
import type { ProfileOp } from '../contract.ts'
import type { Raw } from './message.ts'

const names = /^[a-zA-Z_$][a-zA-Z0-9_$]{0,99}$/
const reserved =
  /^(?:(?:distinct_id|original_id|time|properties|id|first_id|second_id|users|events?|event_id|device_id|user_id|date|datetime)$|user_group|user_tag)/i
const maxText = 8191

/** Names of events, properties and types of items. A name of the protocol's own columns refuses the whole message. */
export function checkName(name: unknown, field: string, code: string): asserts name is string {
  if (typeof name !== 'string' || !names.test(name))
    throw invalidField(
      field,
      code,
      text(
        '名称应以字母、下划线或 $ 开头,只含字母、数字、下划线和 $,最多 100 个字符',
        'A name starts with a letter, _ or $ and has at most 100 letters, digits, _ and $',
      ),
    )
  if (reserved.test(name)) throw invalidField(field, code, text(`${name} 是保留名称`, `${name} is a reserved name`))
}

/** Values are text, numbers, booleans, null or lists of text. `op` narrows what a change of the profile may carry. */
export function checkValues(values: Raw, op?: ProfileOp): void {
  for (const [name, value] of Object.entries(values)) {
    const field = `properties.${name.slice(0, 100)}`
    checkName(name, field, 'sensors.property_name')
    if (op === 'increment' && typeof value !== 'number') throw wrong(field, '应为数值', 'must be a number')
    if (op === 'append' && !Array.isArray(value)) throw wrong(field, '应为列表', 'must be a list')
    checkValue(value, field)
  }
}

function checkValue(value: unknown, field: string): void {
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw wrong(field, '数值过大', 'is too large a number')
    return
  }
  if (typeof value === 'string') {
    checkLength(value, field)
    return
  }
  if (!Array.isArray(value)) throw wrong(field, '不能是对象', 'must not be an object')
  for (const one of value) {
    if (typeof one !== 'string') throw wrong(field, '列表只能含字符串', 'must be a list of text')
    checkLength(one, field)
  }
}

function checkLength(value: string, field: string): void {
  if (value.length > maxText) throw wrong(field, `超过 ${maxText} 个字符`, `is longer than ${maxText} characters`)
}

function wrong(field: string, zh: string, en: string) {
  return invalidField(field, 'sensors.property_value', text(zh, en))
}
