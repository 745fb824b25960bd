import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { DemoEvent, Device } from '../bank/contract.ts'
import { type Api, patiently, Refused } from './api.ts'
import {
  broken,
  type Door,
  doorOf,
  type Lot,
  lotOf,
  nativeMessage,
  type Source,
  segmentMessages,
  sensorsMessage,
  sourceOf,
} from './messages.ts'

/** Events as they went through the doors, counted here and nowhere else. Bindings without an event are not among them. */
export type Tally = {
  sent: number
  /** Acknowledged, repeats and bad ones among them. */
  accepted: number
  /** Repeats among the acknowledged: an SDK that never saw the answer sends again. */
  duplicates: number
  /** Sent with a fault: these must be found in the reject store. */
  faulty: number
}

export const emptyTally = (): Tally => ({ sent: 0, accepted: 0, duplicates: 0, faulty: 0 })

export type Sender = {
  readonly tally: Tally
  /**
   * Takes the event; resolves at once unless too much is under way. `strayId` is an identity of somebody else that was
   * written beside the customer's own, by kind.
   */
  send(event: DemoEvent, strayId?: Readonly<Record<string, string>>): Promise<void>
  /** Messages of the bank's own that are no events: profiles, bindings. By the native door. */
  sendOther(message: Readonly<Record<string, unknown>>): Promise<void>
  /** Resolves when all that was taken is acknowledged. */
  flush(): Promise<void>
}

export type SenderOptions = {
  api: Api
  /** A write key, or the project, of each. */
  sources: Readonly<Record<Source, string>>
  deviceOf(event: DemoEvent): Device | undefined
  /** Old times are meant. */
  history: boolean
  /** Messages of one request. */
  batch: number
}

/** Shares of events that are sent twice, and that are sent with a fault. */
const shares = { repeated: 1 / 150, faulty: 1 / 300 }
const inFlight = 6

type Waiting = { messages: Readonly<Record<string, unknown>>[]; events: number; repeats: number }
const nothing = (): Waiting => ({ messages: [], events: 0, repeats: 0 })
const zip = promisify(gzip)

/** Sends in batches, several under way at once, and again until they are acknowledged. */
export function openSender({ api, sources, deviceOf, history, batch }: SenderOptions): Sender {
  const tally = emptyTally()
  const queues: Record<Source, Waiting> = { app: nothing(), mini: nothing(), web: nothing(), core: nothing() }
  const posts: Record<Door, (source: string, messages: Waiting['messages']) => Promise<Response>> = {
    sensors: async (source, messages) => {
      const packed = (await zip(JSON.stringify(messages), { level: 1 })).toString('base64')
      return post(`/sa?project=${encodeURIComponent(source)}`, {
        type: 'application/x-www-form-urlencoded',
        body: `data_list=${encodeURIComponent(packed)}&gzip=1`,
      })
    },
    segment: (user, messages) => post('/v1/batch', { body: JSON.stringify({ batch: messages }), user }),
    native: (user, messages) => post('/v1/collect', { body: JSON.stringify({ messages }), user }),
  }
  const underWay = new Set<Promise<void>>()
  let failed: unknown

  function post(path: string, given: { body: string; type?: string; user?: string }): Promise<Response> {
    return fetch(`${api.url}${path}`, {
      method: 'POST',
      body: given.body,
      headers: {
        'content-type': given.type ?? 'application/json',
        ...(given.user === undefined
          ? {}
          : { authorization: `Basic ${Buffer.from(`${given.user}:`).toString('base64')}` }),
      },
    })
  }

  async function deliver(source: Source, { messages, events, repeats }: Waiting): Promise<void> {
    const response = await patiently(() => posts[doorOf[source]](sources[source], messages))
    const text = await response.text()
    if (!response.ok) throw new Refused(response.status, '', `${source}: ${response.status} ${text.slice(0, 300)}`)
    tally.accepted += events
    tally.duplicates += repeats
  }

  async function leave(source: Source): Promise<void> {
    const waiting = queues[source]
    if (waiting.messages.length === 0) return
    queues[source] = nothing()
    while (underWay.size >= inFlight) await Promise.race(underWay)
    if (failed) throw failed
    const sending: Promise<void> = deliver(source, waiting)
      .catch((error) => (failed ??= error))
      .then(() => void underWay.delete(sending))
    underWay.add(sending)
  }

  async function put(source: Source, messages: Waiting['messages'], counts: { event: number; repeat: number }) {
    const queue = queues[source]
    queue.messages.push(...messages)
    queue.events += counts.event
    queue.repeats += counts.repeat
    tally.sent += counts.event
    if (queue.messages.length >= batch) await leave(source)
  }

  return {
    tally,
    async send(event, strayId) {
      const source = sourceOf[event.origin]
      const door = doorOf[source]
      const lot = lotOf(event)
      let messages = messagesOf(door, event, lot, deviceOf(event), history, strayId)
      const last = messages.at(-1)
      if (last && event.event !== 'login' && lot.faulty < shares.faulty) {
        messages = [broken(door, last)]
        tally.faulty++
      } else if (lot.repeated < shares.repeated) await put(source, messages, { event: 1, repeat: 1 })
      await put(source, messages, { event: 1, repeat: 0 })
    },
    sendOther: (message) => put('core', [message], { event: 0, repeat: 0 }),
    async flush() {
      for (const source of Object.keys(queues) as Source[]) await leave(source)
      await Promise.all(underWay)
      if (failed) throw failed
    },
  }
}

function messagesOf(
  door: Door,
  event: DemoEvent,
  lot: Lot,
  device: Device | undefined,
  history: boolean,
  strayId: Readonly<Record<string, string>> | undefined,
) {
  if (door === 'sensors') return [sensorsMessage(event, lot, device, history)]
  if (door === 'segment') return segmentMessages(event)
  return [nativeMessage(event, history, strayId)]
}
