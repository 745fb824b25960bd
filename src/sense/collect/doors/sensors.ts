import { invalidField, text } from '../../../platform/problem.ts'
import type { Envelope, Identity, Incoming, ProfileOp } from '../contract.ts'
import { incomingOf, isRaw, keyOf, makeStorable, propertiesOf, type Raw, refusedBy } from './message.ts'
import { identitiesOf } from './sensorsIds.ts'
import { checkName, checkValues } from './sensorsRules.ts'

/** A message and the project it names for itself, which goes before the one of the address. */
export type SensorsMessage = { project: string | undefined; incoming: Incoming }

type What =
  | { kind: 'event' | 'bind' | 'unbind'; event?: string; ids: number }
  | { kind: 'profile'; op: ProfileOp }
  | { kind: 'item'; op: 'set' | 'delete' }

const types: Record<string, What> = {
  track: { kind: 'event', ids: 1 },
  track_signup: { kind: 'bind', event: '$SignUp', ids: 2 },
  track_id_bind: { kind: 'bind', event: '$BindID', ids: 2 },
  track_id_unbind: { kind: 'unbind', event: '$UnbindID', ids: 1 },
  profile_set: { kind: 'profile', op: 'set' },
  profile_set_once: { kind: 'profile', op: 'setOnce' },
  profile_increment: { kind: 'profile', op: 'increment' },
  profile_append: { kind: 'profile', op: 'append' },
  profile_unset: { kind: 'profile', op: 'unset' },
  profile_delete: { kind: 'profile', op: 'delete' },
  item_set: { kind: 'item', op: 'set' },
  item_delete: { kind: 'item', op: 'delete' },
}

/** One message of the Sensors Analytics protocol, understood or refused as that protocol's own server does. */
export function readSensors(message: unknown, receivedAt: Date): SensorsMessage {
  const fault = makeStorable(message)
  const key = sensorsKey(message)
  if (fault) return { project: undefined, incoming: refusedBy(key, fault, message) }
  return {
    project: projectOf(message),
    incoming: incomingOf(key, message, () => understand(message, receivedAt.getTime())),
  }
}

function understand(message: unknown, receivedAt: number): Envelope {
  if (!isRaw(message)) throw invalidField('', 'sensors.not_object', text('消息应为对象', 'A message is an object'))
  const type = typeof message.type === 'string' ? message.type : ''
  const what = Object.hasOwn(types, type) ? types[type] : undefined
  if (!what) throw invalidField('type', 'sensors.type', text('不认识的消息类型', 'is not a type of message'))
  const {
    $project: _project,
    $token: _token,
    $time,
    ...props
  } = propertiesOf(message.properties, 'properties', 'sensors.properties')
  const when = timeOf(message, $time, receivedAt)
  const lib = libOf(message.lib)
  const common = { ...when, ...(lib === undefined ? {} : { lib }) }
  if (what.kind === 'item')
    return { ...common, kind: 'item', ids: [], props: {}, item: itemOf(message, what.op, props) }
  const ids = identitiesOf(message, type)
  if (what.kind === 'profile') {
    checkValues(props, what.op)
    return { ...common, kind: 'profile', ids, props: {}, profile: { op: what.op, values: valuesOf(what.op, props) } }
  }
  const name = message.event ?? what.event
  checkName(name, 'event', 'sensors.event_name')
  checkValues(props)
  checkCount(ids, what.ids)
  return { ...common, kind: what.kind, name, ids, props }
}

function valuesOf(op: ProfileOp, props: Raw): Raw {
  return op === 'delete' ? {} : props
}

function checkCount(ids: readonly Identity[], atLeast: number): void {
  if (ids.length < atLeast)
    throw invalidField('identities', 'sensors.identities', text('绑定至少需要两个标识', 'A bind needs two identities'))
}

/**
 * `$time` goes before `time`. By the skew of its sending (`_flush_time`) a time is put right, but not one that was set
 * on purpose for history (`time_free`).
 */
function timeOf(message: Raw, $time: unknown, receivedAt: number): Pick<Envelope, 'time' | 'history' | 'skewMs'> {
  const time = $time === undefined ? instantOf(message.time, 'time') : instantOf($time, 'properties.$time')
  const flushed = message._flush_time
  const skewMs = typeof flushed === 'number' && flushed > 1e12 && flushed < 1e13 ? receivedAt - flushed : undefined
  if (message.time_free === true) return { time, history: true, ...(skewMs === undefined ? {} : { skewMs }) }
  return skewMs === undefined ? { time } : { time: time + skewMs, skewMs }
}

function instantOf(value: unknown, field: string): number {
  const digits = typeof value === 'number' ? String(Math.trunc(value)) : typeof value === 'string' ? value : ''
  if (!/^[1-9]\d{9,12}$/.test(digits))
    throw invalidField(field, 'sensors.time', text('应为毫秒时间戳', 'must be a timestamp in milliseconds'))
  return digits.length === 10 ? Number(digits) * 1000 : Number(digits)
}

function itemOf(message: Raw, op: 'set' | 'delete', values: Raw): NonNullable<Envelope['item']> {
  const { item_type: type, item_id: given } = message
  checkName(type, 'item_type', 'sensors.item')
  const id = typeof given === 'number' && Number.isSafeInteger(given) ? String(given) : given
  if (typeof id !== 'string' || id === '' || id.length > 255)
    throw invalidField('item_id', 'sensors.item', text('应为 1 到 255 个字符', 'must have 1 to 255 characters'))
  checkValues(values)
  return { type, id, op, values: op === 'delete' ? {} : values }
}

function libOf(lib: unknown): string | undefined {
  if (!isRaw(lib) || typeof lib.$lib !== 'string') return undefined
  return `${lib.$lib} ${typeof lib.$lib_version === 'string' ? lib.$lib_version : ''}`.trim().slice(0, 60)
}

function projectOf(message: unknown): string | undefined {
  if (!isRaw(message)) return undefined
  const lifted = isRaw(message.properties) ? message.properties.$project : undefined
  return [message.project, lifted].find((one): one is string => typeof one === 'string' && one !== '')
}

/** `_flush_time` is of the sending, not of the message: it differs between a message and its repeat. */
function sensorsKey(message: unknown): string {
  if (!isRaw(message)) return keyOf(message)
  const { _track_id: track, _flush_time: _, ...content } = message
  if (typeof track !== 'number' && typeof track !== 'string') return keyOf(content)
  const { type, event, time, distinct_id, item_type, item_id } = message
  return keyOf([track, type, event, time, distinct_id, item_type, item_id])
}
