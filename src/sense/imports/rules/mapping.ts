import { hash } from 'node:crypto'
import { type FieldProblem, Problem, text } from '../../../platform/problem.ts'
import { homeZone, isZone, type Zone } from '../../../platform/time/zone.ts'
import type { Envelope, Identity } from '../../collect/contract.ts'
import type { ColumnMapping, Mapping } from '../contract.ts'
import type { Cell, Fault, FaultCode } from './row.ts'
import { identityOf, instantOf, textOf, understand, type Value } from './value.ts'

export type Mapped = { key: string; envelope: Envelope } | { fault: Fault }

const namePattern = /^[A-Za-z_$][A-Za-z0-9_$]{0,99}$/
const eventPattern = /^[^\s"'`\\]{1,100}$/

/** What is wrong with a mapping, field by field; `columns` are those of the file. */
export function mappingFaults(mapping: Mapping, columns: readonly string[]): FieldProblem[] {
  const faults: FieldProblem[] = []
  const say = (field: string, zh: string, en: string) => faults.push({ field, message: text(zh, en) })
  const used = mapping.columns.filter((column) => column.as !== 'skip')
  const names = new Set<string>()
  for (const [i, column] of mapping.columns.entries()) {
    const field = `mapping.columns.${i}`
    if (column.as === 'skip') continue
    if (!columns.includes(column.column))
      say(field, `文件中没有列“${column.column}”`, `The file has no column ${column.column}`)
    if (column.as === 'identity' && !column.kind) say(`${field}.kind`, '请选择标识类型', 'Choose the kind of identity')
    if (column.as !== 'value') continue
    if (!column.name || !namePattern.test(column.name))
      say(
        `${field}.name`,
        '名称由字母、数字、下划线组成,以字母开头',
        'Letters, digits and lines, beginning with a letter',
      )
    else if (names.has(column.name))
      say(`${field}.name`, `名称重复:${column.name}`, `The name ${column.name} is used twice`)
    names.add(column.name ?? '')
    if (column.personal && mapping.target !== 'customers')
      say(
        field,
        '个人信息只能作为客户标识或客户属性导入',
        'Personal data can only be an identity or an attribute of a customer',
      )
  }
  const many = (as: string) => used.filter((column) => column.as === as).length
  for (const [as, zh, en] of [
    ['time', '时间', 'time'],
    ['event', '事件名称', 'name of the event'],
    ['id', '编号', 'id'],
  ] as const)
    if (many(as) > 1) say('mapping.columns', `只能有一列作为${zh}`, `Only one column can be the ${en}`)
  if (mapping.zone !== undefined && !isZone(mapping.zone)) say('mapping.zone', '没有这个时区', 'No such zone')
  if (mapping.asOf && instantOf(mapping.asOf, homeZone) === undefined)
    say('mapping.asOf', '不是有效的日期或时间', 'Not a day or a time that exists')
  for (const key of mapping.key ?? [])
    if (!columns.includes(key)) say('mapping.key', `文件中没有列“${key}”`, `The file has no column ${key}`)
  targetFaults(mapping, many, say)
  return faults
}

function targetFaults(
  mapping: Mapping,
  many: (as: string) => number,
  say: (field: string, zh: string, en: string) => void,
): void {
  if (mapping.target !== 'items' && many('identity') === 0)
    say('mapping.columns', '至少要有一列作为客户标识', 'At least one column must be an identity of the customer')
  if (mapping.target === 'customers' && many('value') === 0 && many('identity') < 2)
    say('mapping.columns', '没有要导入的属性', 'There is no attribute to import')
  if (mapping.target === 'events') {
    if (many('time') === 0) say('mapping.columns', '请选择发生时间所在的列', 'Choose the column with the time')
    if (many('event') === 0 && !mapping.event)
      say('mapping.event', '请填写事件名称,或选择事件名称所在的列', 'Name the event, or choose the column that does')
    if (mapping.event && !eventPattern.test(mapping.event))
      say('mapping.event', '事件名称不能含空格与引号', 'The name of an event has no spaces or quotes')
  }
  if (mapping.target !== 'items') return
  if (!mapping.item) say('mapping.item', '请选择实体类型', 'Choose the type of entity')
  if (many('id') === 0) say('mapping.columns', '请选择编号所在的列', 'Choose the column with the id')
}

/** @throws invalid `imports.mapping`, with a message beside each field. */
export function checkMapping(mapping: Mapping, columns: readonly string[]): void {
  const fields = mappingFaults(mapping, columns)
  if (fields.length > 0)
    throw new Problem(
      'invalid',
      'imports.mapping',
      fields[0]?.message ?? text('映射有误', 'The mapping is not right'),
      {
        fields,
      },
    )
}

type Place = ColumnMapping & { at: number }

/** Thrown out of the middle of a row; caught where the row ends. */
class BadValue {
  readonly fault: Fault
  constructor(code: FaultCode, column?: string) {
    this.fault = { code, column }
  }
}

/**
 * Makes of each row what the doors make of a message. `file` names the content of the file and `at` the moment of its
 * coming, for rows that say no time of their own.
 *
 * The key of a row makes a repeat of it known. An event is told apart by its key columns, or by all of its content. A
 * customer's or an item's values are a statement about a moment: by the content and that moment, or, where the data
 * names none, by the content and the file. So the same file again changes nothing, and a value that comes back in next
 * month's file is news.
 */
export function rowMapper(
  mapping: Mapping,
  columns: readonly string[],
  file: { hash: string; at: number },
): (cells: readonly Cell[]) => Mapped {
  const zone: Zone = mapping.zone && isZone(mapping.zone) ? mapping.zone : homeZone
  const places = mapping.columns
    .filter((column) => column.as !== 'skip')
    .map((column): Place => ({ ...column, at: columns.indexOf(column.column) }))
  const of = (as: string) => places.filter((place) => place.as === as)
  // Sorted, so that the same content in another order of columns has the same key.
  const values = of('value').sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1))
  const identities = of('identity')
  const [time, event, id] = [of('time')[0], of('event')[0], of('id')[0]]
  const keys = (mapping.key ?? []).map((name) => ({ name, at: columns.indexOf(name) }))
  const asOf = mapping.asOf ? instantOf(mapping.asOf, zone) : undefined

  const valuesOf = (cells: readonly Cell[]) => {
    const found: Record<string, Value> = {}
    for (const place of values) {
      const value = understand(place.type ?? 'text', cells[place.at], zone)
      if (value === undefined) continue
      if ('fault' in value) throw new BadValue(value.fault, place.column)
      found[place.name ?? ''] = value.value
    }
    return found
  }
  const idsOf = (cells: readonly Cell[]) => {
    const found: Identity[] = []
    for (const place of identities) {
      const value = identityOf(cells[place.at], place.personal ?? place.kind)
      if (value === undefined) continue
      if ('fault' in value) throw new BadValue(value.fault, place.column)
      found.push({ kind: place.kind ?? '', value: String(value.value) })
    }
    if (found.length === 0) throw new BadValue('identity.none')
    return found
  }
  const timeOf = (cells: readonly Cell[]) => {
    const written = time ? textOf(cells[time.at]) : ''
    if (written === '') return asOf
    const found = instantOf(written, zone)
    if (found === undefined) throw new BadValue('value.time', time?.column)
    return found
  }
  const eventOf = (cells: readonly Cell[]) => {
    const name = (event ? textOf(cells[event.at]) : '') || mapping.event || ''
    if (name === '') throw new BadValue('event.no_name', event?.column)
    if (!eventPattern.test(name)) throw new BadValue('event.bad_name', event?.column)
    return name
  }

  function eventRow(cells: readonly Cell[]): Mapped {
    const name = eventOf(cells)
    const at = timeOf(cells)
    if (at === undefined) throw new BadValue('time.none', time?.column)
    const [ids, props] = [idsOf(cells), valuesOf(cells)]
    const told = keys.map(({ at, name }) => {
      const value = textOf(cells[at])
      if (value === '') throw new BadValue('key.blank', name)
      return value
    })
    const key = told.length > 0 ? ['event', name, told] : ['event', name, at, ids, props]
    return { key: keyOf(key), envelope: { kind: 'event', name, time: at, history: true, ids, props } }
  }

  function statementRow(cells: readonly Cell[]): Mapped {
    const at = timeOf(cells)
    const moment = at ?? file.hash
    const shared = { time: at ?? file.at, history: true, props: {} }
    if (mapping.target === 'customers') {
      const [ids, found] = [idsOf(cells), valuesOf(cells)]
      return {
        key: keyOf(['profile', moment, ids, found]),
        envelope: { kind: 'profile', ...shared, ids, profile: { op: 'set', values: found } },
      }
    }
    const itemId = identityOf(id ? cells[id.at] : undefined)
    if (itemId === undefined) throw new BadValue('item.no_id', id?.column)
    if ('fault' in itemId) throw new BadValue(itemId.fault, id?.column)
    const item = { type: mapping.item ?? '', id: String(itemId.value), op: 'set' as const, values: valuesOf(cells) }
    return { key: keyOf(['item', moment, item]), envelope: { kind: 'item', ...shared, ids: [], item } }
  }

  const make = mapping.target === 'events' ? eventRow : statementRow
  return (cells) => {
    try {
      return make(cells)
    } catch (error) {
      if (error instanceof BadValue) return { fault: error.fault }
      throw error
    }
  }
}

function keyOf(parts: unknown): string {
  return `import-${hash('sha256', JSON.stringify(parts), 'base64url')}`
}
