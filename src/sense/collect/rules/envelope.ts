import { invalidField, text } from '../../../platform/problem.ts'
import type { Envelope, ProfileOp } from '../contract.ts'

const kinds = new Set(['event', 'profile', 'bind', 'unbind', 'item'])
const ops = new Set(['set', 'setOnce', 'increment', 'append', 'unset', 'delete'])

/** Reads an envelope that a person wrote. @throws invalid, naming the part that is not as it must be. */
export function readEnvelope(value: unknown): Envelope {
  const given = record(value, 'envelope')
  const kind = String(given.kind)
  if (!kinds.has(kind))
    throw wrong(
      'envelope.kind',
      '类型应为 event、profile、bind、unbind 或 item',
      'kind: one of event, profile, bind, unbind, item',
    )
  if (typeof given.time !== 'number')
    throw wrong('envelope.time', '时间应为毫秒时间戳', 'time: milliseconds since 1970')
  const envelope: Envelope = {
    kind: kind as Envelope['kind'],
    time: given.time,
    ids: readIds(given.ids),
    props: record(given.props ?? {}, 'envelope.props'),
    ...(typeof given.name === 'string' ? { name: given.name } : {}),
    ...(given.history === true ? { history: true } : {}),
    ...(typeof given.lib === 'string' ? { lib: given.lib } : {}),
  }
  if (given.profile !== undefined) {
    const profile = record(given.profile, 'envelope.profile')
    if (!ops.has(String(profile.op)))
      throw wrong('envelope.profile.op', '操作无效', 'op: set, setOnce, increment, append, unset or delete')
    envelope.profile = { op: profile.op as ProfileOp, values: record(profile.values ?? {}, 'envelope.profile.values') }
  }
  if (given.item !== undefined) {
    const item = record(given.item, 'envelope.item')
    if (item.op !== 'set' && item.op !== 'delete') throw wrong('envelope.item.op', '操作无效', 'op: set or delete')
    envelope.item = {
      type: String(item.type),
      id: String(item.id),
      op: item.op,
      values: record(item.values ?? {}, 'envelope.item.values'),
    }
  }
  return envelope
}

function readIds(value: unknown): Envelope['ids'] {
  if (!Array.isArray(value)) throw wrong('envelope.ids', '身份标识应为列表', 'ids: a list of {kind, value}')
  return value.map((each, i) => {
    const { kind, value: id } = record(each, `envelope.ids.${i}`)
    if (typeof kind !== 'string' || typeof id !== 'string')
      throw wrong(`envelope.ids.${i}`, '应包含 kind 与 value', 'each has kind and value, both text')
    return { kind, value: id }
  })
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(field, '应为对象', 'must be an object')
  return value as Record<string, unknown>
}

function wrong(field: string, zh: string, en: string) {
  return invalidField(field, 'collect.bad_envelope', text(zh, en))
}
