import { setTimeout as pause } from 'node:timers/promises'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { sourcesWithin } from '../catalog/catalog.ts'
import type { LiveMessage, LiveQuery } from './contract.ts'
import { type Logged, unpackPieces } from './pieces.ts'
import { maskIds, maskValues } from './shown.ts'
import * as store from './store.ts'

const lookEveryMs = 400
/** A person reads a few a second: under load the newest of each look are shown, and how many were passed over. */
const shownAtOnce = 50

export type Seen =
  | { event: 'watching'; data: { messages: LiveMessage[]; passedOver: 0 } }
  | { event: 'arrived'; data: { messages: LiveMessage[]; passedOver: number } }

/**
 * Messages as they are stored, by whatever process stored them; personal values masked for everyone. Says first that it
 * watches: what is stored from then on is shown. Ends when `stop` aborts.
 */
export async function* watchArriving(ctx: Ctx, query: LiveQuery, stop: AbortSignal): AsyncGenerator<Seen> {
  const machine = asMachine(ctx, 'live view')
  const within = await scopeOf(ctx)
  let at = await read(machine, store.endOfLog)
  yield { event: 'watching', data: { messages: [], passedOver: 0 } }
  while (!stop.aborted) {
    const pieces = await read(machine, (tx) => store.piecesAfter(tx, at, 50))
    const last = pieces.at(-1)
    if (last) {
      at = { xact: last.xact, id: last.id }
      const opened = await unpackPieces(machine, pieces)
      const all = pieces.flatMap(({ receivedAt }, i) =>
        (opened[i] ?? [])
          .filter((one) => within(one.source) && wanted(one, query))
          .map((one) => shown(one, receivedAt)),
      )
      if (all.length > 0) yield arrived(all)
    }
    await pause(lookEveryMs, undefined, { signal: stop }).catch(() => {})
  }
}

/** A reader sees what the sources of his organisations send. */
async function scopeOf(ctx: Ctx): Promise<(source: string) => boolean> {
  if (ctx.scope === 'everything') return () => true
  const sources = await sourcesWithin(ctx)
  return (source) => sources.has(source)
}

function arrived(all: readonly LiveMessage[]): Seen {
  const messages = all.slice(-shownAtOnce)
  return { event: 'arrived', data: { messages, passedOver: all.length - messages.length } }
}

function wanted({ source, envelope }: Logged, query: LiveQuery): boolean {
  if (query.source && source !== query.source) return false
  if (query.event && envelope.name !== query.event) return false
  return !query.id || envelope.ids.some(({ value }) => value === query.id)
}

function shown({ key, source, envelope }: Logged, receivedAt: Date): LiveMessage {
  const { kind, name, time, ids, props, profile, item, lib } = envelope
  const values = profile ? { [`$${profile.op}`]: maskValues(profile.values) } : {}
  const ofItem = item ? { $item: `${item.type}/${item.id}`, [`$${item.op}`]: maskValues(item.values) } : {}
  return {
    key,
    receivedAt: receivedAt.toISOString(),
    time: new Date(time).toISOString(),
    source,
    kind,
    event: name ?? null,
    ids: maskIds(ids).map((id) => ({ ...id })),
    props: { ...maskValues(props), ...values, ...ofItem },
    lib: lib ?? null,
  }
}
