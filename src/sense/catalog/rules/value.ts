import { isDay } from '../../../platform/time/day.ts'
import type { Refusal, SeenType, ValueType } from '../contract.ts'

/** As much of a property or an attribute as deciding about a value needs. */
export type Declared = {
  readonly name: string
  readonly type: ValueType
  readonly codes: ReadonlySet<string> | undefined
}

const clockTime = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?$/
const wholeNumber = /^-?\d{1,18}$/

const fits: Record<ValueType, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isSafeInteger(value),
  money: (value) => Number.isSafeInteger(value) || (typeof value === 'string' && wholeNumber.test(value)),
  boolean: (value) => typeof value === 'boolean',
  time: isTime,
  day: isDay,
  list: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

function isTime(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && Math.abs(value) < 8.64e15
  if (typeof value !== 'string' || !clockTime.test(value)) return false
  return isDay(value.slice(0, 10)) && Number(value.slice(11, 13)) < 24 && Number(value.slice(14, 16)) < 60
}

/** What a value looks to be. Every JSON number is `number`: that none has had a fraction yet says nothing. */
export function seenType(value: unknown): SeenType | undefined {
  switch (typeof value) {
    case 'string':
      // Days and times begin with a digit, and most texts do not.
      if (value.charCodeAt(0) > 57 || value.length < 10) return 'text'
      if (isDay(value)) return 'day'
      return isTime(value) ? 'time' : 'text'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'object':
      if (value === null) return undefined
      return Array.isArray(value) ? 'list' : 'object'
    default:
      return undefined
  }
}

const typeWords: Record<ValueType, { zh: string; en: string }> = {
  text: { zh: '文本', en: 'text' },
  number: { zh: '数值', en: 'a number' },
  integer: { zh: '整数', en: 'a whole number' },
  money: { zh: '金额(最小货币单位的整数,如 1050 表示 10.50 元)', en: 'an amount in minor units (1050 for 10.50)' },
  boolean: { zh: '布尔值 true 或 false', en: 'true or false' },
  time: { zh: '时间(如 2026-01-05 09:00:00 或毫秒时间戳)', en: 'a time (2026-01-05 09:00:00, or milliseconds)' },
  day: { zh: '日期(如 2026-01-05)', en: 'a day (2026-01-05)' },
  list: { zh: '列表', en: 'a list' },
  object: { zh: '对象', en: 'an object' },
}

/**
 * What is wrong with a value, or nothing. The value itself is never in the words: reasons are kept and logged, and what
 * does not fit its property may be anything, a customer's number too.
 */
export function valueFault(declared: Declared, value: unknown, field: string): Refusal | undefined {
  if (!fits[declared.type](value)) return wrongType(declared, value, field)
  return declared.codes && !isAmong(declared.codes, value) ? notInList(declared, declared.codes, field) : undefined
}

function isAmong(codes: ReadonlySet<string>, value: unknown): boolean {
  if (typeof value === 'string') return codes.has(value)
  return Array.isArray(value) ? value.every((one) => codes.has(String(one))) : codes.has(String(value))
}

function wrongType({ name, type }: Declared, value: unknown, field: string): Refusal {
  const want = typeWords[type]
  const got = typeWords[seenType(value) ?? 'object']
  const quoted =
    typeof value === 'string' && (type === 'number' || type === 'integer' || type === 'boolean')
      ? { zh: ';请去掉引号', en: '; send it without quotes' }
      : { zh: '', en: '' }
  return {
    code: 'catalog.wrong_type',
    zh: `属性 ${name} 应为${want.zh},实际为${got.zh.split('(')[0]}${quoted.zh}`,
    en: `${name} must be ${want.en}, and is ${got.en.split(' (')[0]}${quoted.en}`,
    field,
  }
}

function notInList({ name }: Declared, codes: ReadonlySet<string>, field: string): Refusal {
  const some = [...codes].slice(0, 10)
  const more = codes.size > some.length
  return {
    code: 'catalog.not_in_list',
    zh: `属性 ${name} 的取值不在列表内,可取:${some.join('、')}${more ? ' 等' : ''};请修正取值,或在埋点方案中补充`,
    en: `${name} must be one of ${some.join(', ')}${more ? ', …' : ''}: mend it, or add the value to the plan`,
    field,
  }
}

/** A name that can be kept, shown and asked for: 1 to 100 characters, none of them invisible or half a letter. */
export function isName(name: string): boolean {
  if (name.length === 0 || name.length > 100) return false
  for (let i = 0; i < name.length; i++) {
    const letter = name.charCodeAt(i)
    if (letter < 32 || (letter >= 127 && letter < 160)) return false
    if (letter >= 0xd800 && letter <= 0xdfff && !name.isWellFormed()) return false
  }
  return name.trim() !== ''
}

/** For a message about a name that may be long or full of control characters. */
export function shown(name: string): string {
  const start = [...name.slice(0, 40)].map((letter) => (/[\p{C}\p{Z}]/u.test(letter) ? '·' : letter)).join('')
  return name.length > 40 ? `${start}…` : start
}

/** A NUL or half a letter inside the JSON cannot be kept by the database. */
export function canBeKept(json: string): boolean {
  return !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json)
}
