import { invalidField, type Text, text } from '../../../platform/problem.ts'
import type { ProfileOp } from '../contract.ts'
import type { Raw } from './message.ts'

const names = /^[a-zA-Z_$][a-zA-Z0-9_$]{0,99}$/
const reserved =
  /^(?:(?:distinct_id|original_id|time|properties|id|first_id|second_id|users|events?|event_id|device_id|user_id|date|datetime)$|user_group|user_tag)/i
const maxText = 8191

/** Names of events, properties and types of items. A name of the protocol's own columns refuses the whole message. */
export function checkName(name: unknown, field: string, code: string): asserts name is string {
  const fault = faultOfName(name)
  if (fault) throw invalidField(field, code, fault)
}

/** Values are text, numbers, booleans, null or lists of text. `op` narrows what a change of the profile may carry. */
export function checkValues(values: Raw, op?: ProfileOp): void {
  for (const name of Object.keys(values)) {
    const named = faultOfName(name)
    const fault = named ?? faultOfValue(values[name], op)
    if (!fault) continue
    const code = named ? 'sensors.property_name' : 'sensors.property_value'
    throw invalidField(`properties.${name.slice(0, 100)}`, code, fault)
  }
}

function faultOfName(name: unknown): Text | undefined {
  if (typeof name !== 'string' || !names.test(name))
    return text(
      '名称应以字母、下划线或 $ 开头,只含字母、数字、下划线和 $,最多 100 个字符',
      'A name starts with a letter, _ or $ and has at most 100 letters, digits, _ and $',
    )
  return reserved.test(name) ? text(`${name} 是保留名称`, `${name} is a reserved name`) : undefined
}

function faultOfValue(value: unknown, op: ProfileOp | undefined): Text | undefined {
  if (op === 'increment' && typeof value !== 'number') return text('应为数值', 'must be a number')
  if (op === 'append' && !Array.isArray(value)) return text('应为列表', 'must be a list')
  if (value === null || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : text('数值过大', 'is too large a number')
  if (typeof value === 'string') return faultOfLength(value)
  if (!Array.isArray(value)) return text('不能是对象', 'must not be an object')
  if (value.some((one) => typeof one !== 'string')) return text('列表只能含字符串', 'must be a list of text')
  return value.map(faultOfLength).find((fault) => fault !== undefined)
}

function faultOfLength(value: string): Text | undefined {
  return value.length > maxText ? text(`超过 ${maxText} 个字符`, `is longer than ${maxText} characters`) : undefined
}
