import { invalidField, Problem, text } from '../../../platform/problem.ts'
import type { Envelope, Identity, Incoming } from '../contract.ts'
import {
  addIdentity,
  idText,
  incomingOf,
  isRaw,
  keyOf,
  makeStorable,
  maxMessages,
  propertiesOf,
  type Raw,
  refusedBy,
} from './message.ts'

export const segmentTypes = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const
export type SegmentType = (typeof segmentTypes)[number]

/** The messages of a request. What a batch says once holds for each of its messages. */
export function segmentMessages(body: unknown, type: SegmentType | 'batch'): { messages: unknown[]; sentAt: unknown } {
  if (!isRaw(body))
    throw new Problem('invalid', 'segment.body', text('请求应为 JSON 对象', 'The body is a JSON object'))
  if (type !== 'batch') return { messages: [{ ...body, type }], sentAt: body.sentAt }
  const { batch, context, integrations, sentAt } = body
  if (!Array.isArray(batch)) throw invalidField('batch', 'segment.body', text('应为列表', 'must be a list'))
  if (batch.length > maxMessages)
    throw invalidField(
      'batch',
      'collect.too_many',
      text(`一次最多 ${maxMessages} 条`, `At most ${maxMessages} at once`),
    )
  if (!isRaw(context) && !isRaw(integrations)) return { messages: batch, sentAt }
  const messages = batch.map((one) => (isRaw(one) ? { ...(isRaw(context) ? { context } : {}), ...one } : one))
  return { messages, sentAt }
}

/**
 * One message of the Segment protocol, which RudderStack shares. A `group` is two: the event, and the customer's
 * `$group_id`; the first of them has the message's own key.
 */
export function readSegment(given: unknown, sentAt: unknown, receivedAt: Date): Incoming[] {
  const message = withoutKey(given)
  const fault = makeStorable(message)
  const key = segmentKey(message)
  if (fault) return [refusedBy(key, fault, message)]
  const read = incomingOf(key, message, () => understand(message, sentAt, receivedAt.getTime()))
  const group = 'envelope' in read && isRaw(message) && message.type === 'group' ? read.envelope : undefined
  if (!group) return [read]
  const values = { $group_id: group.props.$group_id }
  const profile: Envelope = { ...group, kind: 'profile', name: undefined, props: {}, profile: { op: 'set', values } }
  return [read, { key: keyOf([key, 'profile']), envelope: profile }]
}

/** The browser client repeats the write key in each message. */
function withoutKey(message: unknown): unknown {
  if (!isRaw(message) || !('writeKey' in message)) return message
  const { writeKey: _, ...content } = message
  return content
}

function understand(message: unknown, sentAt: unknown, receivedAt: number): Envelope {
  if (!isRaw(message)) throw invalidField('', 'segment.not_object', text('消息应为对象', 'A message is an object'))
  const type = segmentTypes.find((one) => one === message.type)
  if (!type) throw invalidField('type', 'segment.type', text('不认识的消息类型', 'is not a type of message'))
  const lib = libOf(message)
  const common = {
    ...timeOf(message, message.sentAt ?? sentAt, receivedAt),
    ids: identitiesOf(message),
    ...(lib === undefined ? {} : { lib }),
  }
  const properties = () => propertiesOf(message.properties, 'properties', 'segment.properties')
  const traits = () => propertiesOf(message.traits, 'traits', 'segment.traits')
  switch (type) {
    case 'track':
      return { ...common, kind: 'event', name: eventOf(message), props: withContext(message, properties()) }
    case 'page':
    case 'screen':
      return {
        ...common,
        kind: 'event',
        name: `${type}_view`,
        props: withContext(message, viewOf(message, properties())),
      }
    case 'identify':
      return { ...common, kind: 'profile', props: {}, profile: { op: 'set', values: traits() } }
    case 'group':
      return {
        ...common,
        kind: 'event',
        name: 'group',
        props: withContext(message, {
          ...traits(),
          $group_id: required(message.groupId, 'groupId', 'segment.group_id'),
        }),
      }
    case 'alias':
      return { ...common, kind: 'bind', ids: aliasOf(message, common.ids), props: {} }
  }
}

function eventOf(message: Raw): string {
  const { event } = message
  if (typeof event !== 'string' || event.trim() === '')
    throw invalidField('event', 'segment.event', text('不能为空', 'must be the name of an event'))
  if (event.length > 100)
    throw invalidField('event', 'segment.event', text('超过 100 个字符', 'is longer than 100 characters'))
  return event
}

function viewOf(message: Raw, properties: Raw): Raw {
  const named = Object.fromEntries(
    ['name', 'category'].flatMap((field) => {
      const value = message[field]
      if (value === undefined || value === null || value === '') return []
      if (typeof value === 'string') return [[field, value]]
      throw invalidField(field, 'segment.name', text('应为字符串', 'must be text'))
    }),
  )
  return { ...properties, ...named }
}

/**
 * What the SDK tells of the surroundings, as the property `$context`: not the library, which the envelope has, nor the
 * traits, which are the customer's and may be personal.
 */
function withContext(message: Raw, properties: Raw): Raw {
  const { library: _library, traits: _traits, ...context } = isRaw(message.context) ? message.context : {}
  return Object.keys(context).length > 0 ? { ...properties, $context: context } : properties
}

function identitiesOf(message: Raw): Identity[] {
  const ids: Identity[] = []
  addIdentity(ids, 'login_id', idText(message.userId, 'userId', 'segment.user_id'))
  addIdentity(ids, 'anonymous_id', idText(message.anonymousId, 'anonymousId', 'segment.anonymous_id'))
  if (ids.length === 0)
    throw invalidField(
      'userId',
      'segment.no_identity',
      text('userId 与 anonymousId 至少要有一个', 'A message needs a userId or an anonymousId'),
    )
  return ids
}

/** The former id may be an anonymous one or a user's own of before; neither is told, and a weak one merges nobody. */
function aliasOf(message: Raw, given: Identity[]): Identity[] {
  const previous = required(message.previousId, 'previousId', 'segment.previous_id')
  const ids = [...given]
  if (!ids.some(({ kind }) => kind === 'login_id'))
    throw invalidField('userId', 'segment.user_id', text('不能为空', 'must not be empty'))
  // The browser client names a user that it knows already on both sides.
  if (!ids.some(({ value }) => value === previous)) addIdentity(ids, 'anonymous_id', previous)
  return ids
}

function required(value: unknown, field: string, code: string): string {
  const id = idText(value, field, code)
  if (id === undefined) throw invalidField(field, code, text('不能为空', 'must not be empty'))
  return id
}

/** By the client's own clock (`originalTimestamp` where RudderStack keeps it), put right by when it says it sent. */
function timeOf(message: Raw, sentAt: unknown, receivedAt: number): Pick<Envelope, 'time' | 'skewMs'> {
  const field = present(message.originalTimestamp) ? 'originalTimestamp' : 'timestamp'
  const given = present(message[field]) ? instantOf(message[field]) : undefined
  if (present(message[field]) && given === undefined)
    throw invalidField(
      field,
      'segment.timestamp',
      text('应为带时区的 ISO 8601 时间', 'must be an ISO 8601 time with its zone'),
    )
  const sent = instantOf(sentAt)
  if (sent === undefined) return { time: given ?? receivedAt }
  const skewMs = receivedAt - sent
  return { time: (given ?? sent) + skewMs, skewMs }
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null
}

const instant = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?\s?(Z|[+-]\d\d:?\d\d)$/i

/** A day alone is no instant, and a time without its zone is a different one in each zone. */
function instantOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !instant.test(value)) return undefined
  const time = Date.parse(value.replace(',', '.').replace(' ', 'T').replace(' ', ''))
  return Number.isNaN(time) ? undefined : time
}

function libOf(message: Raw): string | undefined {
  const library = isRaw(message.context) ? message.context.library : undefined
  if (!isRaw(library) || typeof library.name !== 'string') return undefined
  return `${library.name} ${typeof library.version === 'string' ? library.version : ''}`.trim().slice(0, 60)
}

/** `messageId` where there is one that can be a key; otherwise the content, without what a repeat has anew. */
function segmentKey(message: unknown): string {
  if (!isRaw(message)) return keyOf(message)
  const { messageId, sentAt: _sentAt, _metadata, ...content } = message
  if (typeof messageId === 'string' && /^[\x21-\x7e]{1,200}$/.test(messageId)) return messageId
  return keyOf(messageId === undefined || messageId === null ? content : { messageId })
}
