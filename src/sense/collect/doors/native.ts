import { toProblem } from '../../../platform/http/problems.ts'
import { validatorCompiler } from '../../../platform/http/validate.ts'
import { invalidField, text } from '../../../platform/problem.ts'
import { type Envelope, type Incoming, type NativeBatch, NativeBatch as schema } from '../contract.ts'
import { addIdentity, incomingOf, isRaw, keyOf, makeStorable, refusalOf, refusedBy } from './message.ts'

type NativeMessage = NativeBatch['messages'][number]

const isMessage = validatorCompiler({
  schema: schema.properties.messages.items,
  httpPart: 'body',
  method: 'POST',
  url: '/v1/collect',
}) as ((value: unknown) => boolean) & { errors?: unknown }

/**
 * One message of the native door. Each is held against the schema by itself, so that one bad message of a thousand is
 * one rejected result and not a refused batch. `skewMs`: our clock minus the sender's, where he said when he sent.
 */
export function readNative(message: unknown, skewMs?: number): Incoming {
  const fault = makeStorable(message)
  const id = isRaw(message) ? message.id : undefined
  const key = typeof id === 'string' && id !== '' && id.length <= 200 ? id : keyOf(message)
  if (fault) return refusedBy(key, fault, message)
  if (!isMessage(message)) {
    const { problem } = toProblem({ validation: isMessage.errors })
    return { ...refusedBy(key, problem, message), refused: { ...refusalOf(problem), code: 'native.invalid' } }
  }
  return incomingOf(key, message, () => understand(message as NativeMessage, skewMs))
}

function understand(message: NativeMessage, skewMs: number | undefined): Envelope {
  const ids: Envelope['ids'] = identitiesOf(message)
  const common = { ...timeOf(message, skewMs), ids }
  const props = message.props ?? {}
  const name = message.event
  switch (message.type) {
    case 'event':
      return { ...common, kind: 'event', name: name?.trim() ? name : wrong('event'), props }
    case 'profile':
      return { ...common, kind: 'profile', props: {}, profile: profileOf(message) }
    case 'item':
      return { ...common, kind: 'item', ids: [], props: {}, item: message.item ?? wrong('item') }
    case 'bind':
    case 'unbind':
      if (message.type === 'bind' && ids.length < 2)
        throw invalidField('ids', 'native.ids', text('绑定至少需要两个标识', 'A bind needs two identities'))
      return { ...common, kind: message.type, ...(name === undefined ? {} : { name }), props }
  }
}

/** History on purpose stands as it is; any other time is put right by the skew of its sending. */
function timeOf(message: NativeMessage, skewMs: number | undefined): Pick<Envelope, 'time' | 'history' | 'skewMs'> {
  const time = Date.parse(message.time)
  if (message.history) return { time, history: true, ...(skewMs === undefined ? {} : { skewMs }) }
  return skewMs === undefined ? { time } : { time: time + skewMs, skewMs }
}

function identitiesOf(message: NativeMessage): Envelope['ids'] {
  const ids: { kind: string; value: string }[] = []
  for (const [kind, value] of Object.entries(message.ids ?? {}))
    addIdentity(ids, kind, value.trim() === '' ? wrong(`ids.${kind}`) : value)
  if (ids.length === 0 && message.type !== 'item') wrong('ids')
  return ids
}

function profileOf({ profile = wrong('profile') }: NativeMessage): NonNullable<Envelope['profile']> {
  for (const [name, value] of Object.entries(profile.values)) {
    const field = `profile.values.${name}`
    if (profile.op === 'increment' && typeof value !== 'number')
      throw invalidField(field, 'native.value', text('应为数值', 'must be a number'))
    if (profile.op === 'append' && !Array.isArray(value))
      throw invalidField(field, 'native.value', text('应为列表', 'must be a list'))
  }
  return profile.op === 'delete' ? { op: 'delete', values: {} } : profile
}

function wrong(field: string): never {
  throw invalidField(field, 'native.missing', text(`${field} 必填`, `${field} is required`))
}
