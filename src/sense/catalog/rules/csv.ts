import { personalKinds } from '../../../govern/privacy/contract.ts'
import { csvRows } from '../../../platform/csv.ts'
import { type FieldProblem, invalidField, Problem, type Text, text } from '../../../platform/problem.ts'
import { modes, type Property, type ValueType, valueTypes } from '../contract.ts'
import { isName } from './value.ts'

/** The headings of the sheet, as written in each language and as read in either. */
const headings = {
  event: text('事件名', 'event'),
  eventZh: text('事件中文名', 'event_zh'),
  eventEn: text('事件英文名', 'event_en'),
  mode: text('校验方式', 'mode'),
  owner: text('负责人', 'owner'),
  eventDescription: text('事件说明', 'event_description'),
  property: text('属性名', 'property'),
  propertyZh: text('属性中文名', 'property_zh'),
  propertyEn: text('属性英文名', 'property_en'),
  type: text('类型', 'type'),
  codes: text('可取值', 'values'),
  unit: text('单位', 'unit'),
  required: text('必填', 'required'),
  personal: text('个人信息', 'personal'),
  propertyDescription: text('属性说明', 'property_description'),
} as const
type Column = keyof typeof headings
const columns = Object.keys(headings) as Column[]

export type SheetEvent = {
  name: string
  zh: string
  en: string
  mode: (typeof modes)[number]
  owner: string
  description: string
}
export type SheetProperty = Omit<Property, 'state' | 'seen' | 'firstSeen' | 'version'>
export type Sheet = { events: SheetEvent[]; properties: SheetProperty[] }

/** RFC 4180 with a byte order mark, so that spreadsheets read the Chinese; nothing in it is taken for a formula. */
export function writePlan({ events, properties }: Sheet, lang: 'zh' | 'en'): string {
  const lines: Partial<Record<Column, string>>[] = []
  for (const event of [{ name: '', zh: '', en: '', mode: '', owner: '', description: '' }, ...events]) {
    const own = properties.filter((property) => property.event === event.name)
    const head = {
      event: event.name,
      eventZh: event.zh,
      eventEn: event.en,
      mode: event.mode,
      owner: event.owner,
      eventDescription: event.description,
    }
    if (own.length === 0 && event.name !== '') lines.push(head)
    for (const property of own) lines.push({ ...head, ...writeProperty(property) })
  }
  const rows = [
    columns.map((column) => headings[column][lang]),
    ...lines.map((line) => columns.map((c) => line[c] ?? '')),
  ]
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

function writeProperty(property: SheetProperty): Partial<Record<Column, string>> {
  return {
    property: property.name,
    propertyZh: property.zh,
    propertyEn: property.en,
    type: property.type,
    codes: (property.codes ?? []).join('|'),
    unit: property.unit,
    required: property.required ? 'y' : '',
    personal: property.personal ?? '',
    propertyDescription: property.description,
  }
}

function cell(value: string): string {
  const safe = /^['=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/**
 * Reads what `writePlan` wrote, or a sheet made by hand. Without an event a line is a common property; without a
 * property it is an event alone. All lines that are wrong are named; of a name given twice the first is taken for the
 * event, and for a property it is a fault.
 */
export function readPlan(content: string): Sheet {
  const [head, ...rows] = readRows(content.replace(/^\ufeff/, ''))
  const places = placesOf(head ?? [])
  const faults: FieldProblem[] = []
  const events = new Map<string, SheetEvent>()
  const properties = new Map<string, SheetProperty>()
  for (const [i, row] of rows.entries()) {
    if (row.every((one) => one.trim() === '')) continue
    const get = (column: Column) => unescaped((row[places.get(column) ?? -1] ?? '').trim())
    const fault = readLine(get, events, properties)
    if (fault) faults.push({ field: 'csv', message: text(`第 ${i + 2} 行:${fault.zh}`, `line ${i + 2}: ${fault.en}`) })
  }
  if (faults.length > 0) throw wrongLines(faults)
  if (events.size + properties.size === 0)
    throw invalidField('csv', 'catalog.csv_empty', text('文件中没有内容', 'There is nothing in the file'))
  return { events: [...events.values()], properties: [...properties.values()] }
}

function wrongLines(faults: FieldProblem[]): Problem {
  const [first] = faults
  const more = faults.length > 1
  return new Problem(
    'invalid',
    'catalog.csv_rows',
    text(
      `${first?.message.zh ?? ''}${more ? `(共 ${faults.length} 处)` : ''}`,
      `${first?.message.en ?? ''}${more ? ` (${faults.length} in all)` : ''}`,
    ),
    { fields: faults.slice(0, 50) },
  )
}

function placesOf(head: string[]): Map<Column, number> {
  const names = head.map((name) => name.trim().toLowerCase())
  const places = new Map<Column, number>()
  for (const column of columns) {
    const at = names.findIndex((name) => name === headings[column].zh || name === headings[column].en)
    if (at >= 0) places.set(column, at)
  }
  for (const needed of ['event', 'property'] as const)
    if (!places.has(needed))
      throw invalidField(
        'csv',
        'catalog.csv_columns',
        text(`缺少列:${headings[needed].zh}`, `The column ${headings[needed].en} is missing`),
      )
  return places
}

function unescaped(value: string): string {
  return /^'['=+\-@\t\r]/.test(value) ? value.slice(1) : value
}

type Get = (column: Column) => string

function readLine(get: Get, events: Map<string, SheetEvent>, properties: Map<string, SheetProperty>): Text | undefined {
  const [event, property] = [get('event'), get('property')]
  if (event === '' && property === '') return text('事件名与属性名都为空', 'neither an event nor a property is named')
  if (event !== '' && !events.has(event)) {
    const read = readEvent(get, event)
    if ('zh' in read && !('name' in read)) return read
    events.set(event, read as SheetEvent)
  }
  if (property === '') return undefined
  const key = JSON.stringify([event, property])
  if (properties.has(key)) return text(`属性 ${property} 重复`, `the property ${property} is there twice`)
  const read = readProperty(get, event, property)
  if (!('type' in read)) return read
  properties.set(key, read)
  return undefined
}

function readEvent(get: Get, name: string): SheetEvent | Text {
  const mode = modes.find((one) => one === (get('mode') || 'warn'))
  const [zh, en, owner, description] = [get('eventZh'), get('eventEn'), get('owner'), get('eventDescription')]
  if (!isName(name)) return text('事件名应为 1 到 100 个可见字符', 'an event has 1 to 100 visible characters')
  if (!mode) return text('校验方式应为 off、warn 或 strict', 'mode must be off, warn or strict')
  return tooLong([zh, en, owner], description) ?? { name, zh, en, mode, owner, description }
}

function readProperty(get: Get, event: string, name: string): SheetProperty | Text {
  const type = valueTypes.find((one): one is ValueType => one === (get('type') || 'text'))
  const personal = personalKinds.find((one) => one === get('personal')) ?? null
  const [zh, en, unit, description] = [get('propertyZh'), get('propertyEn'), get('unit'), get('propertyDescription')]
  const codes =
    get('codes') === ''
      ? null
      : [
          ...new Set(
            get('codes')
              .split('|')
              .map((one) => one.trim()),
          ),
        ]
  if (!isName(name)) return text('属性名应为 1 到 100 个可见字符', 'a property has 1 to 100 visible characters')
  if (!type) return text(`类型应为 ${valueTypes.join('、')} 之一`, `type must be one of ${valueTypes.join(', ')}`)
  if (get('personal') !== '' && !personal)
    return text(
      `个人信息应为空或 ${personalKinds.join('、')}`,
      `personal must be empty or one of ${personalKinds.join(', ')}`,
    )
  if (codes && (codes.length > 500 || codes.some((code) => code === '' || code.length > 100)))
    return text('可取值最多 500 个,每个 1 到 100 个字符', 'at most 500 values of 1 to 100 characters')
  const required = /^(?:y|yes|true|1|是)$/i.test(get('required'))
  return (
    tooLong([zh, en], description) ??
    (unit.length > 20
      ? text('单位最多 20 个字符', 'a unit has at most 20 characters')
      : { event, name, zh, en, type, codes, unit, required, personal, description })
  )
}

function tooLong(labels: string[], description: string): Text | undefined {
  if (labels.some((label) => label.length > 100))
    return text('名称最多 100 个字符', 'a name has at most 100 characters')
  return description.length > 500 ? text('说明最多 500 个字符', 'a description has at most 500 characters') : undefined
}

function readRows(content: string): string[][] {
  return csvRows(content, (line) =>
    invalidField(
      'csv',
      'catalog.csv_quotes',
      text(`第 ${line} 行的引号不成对`, `The quotes of line ${line} do not match`),
    ),
  )
}
