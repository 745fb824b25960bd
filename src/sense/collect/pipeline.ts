import { setTimeout as pause } from 'node:timers/promises'
import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { span } from '../../platform/trace.ts'
import { sourcesById } from '../catalog/catalog.ts'
import type { Arrived, Batch, Step } from './batch.ts'
import { packReject, unpackPieces } from './pieces.ts'
import { whenStored } from './receive.ts'
import * as store from './store.ts'

export type Pipeline = {
  /** Works all that has arrived. For tests, imports and the virtual clock. */
  settle(): Promise<void>
  /** Ends after the batch in hand. */
  stop(): Promise<void>
}

type Sources = Awaited<ReturnType<typeof sourcesById>>

/** Large enough that the engines work on sets, small enough that a batch takes less than half a second. */
const batchMessages = 20_000
const batchPieces = 1000
/** Another process may have stored something, or may have died with the pipeline in its hands. */
const lookEveryMs = 250

/**
 * Works the log batch by batch as long as this process lives. One process at a time does, by a lock of its session that
 * goes with it however it ends; the others stand by. A batch is what has arrived: when it is quiet a single message is
 * one, and nothing waits for a timer.
 */
export function startPipeline(ctx: Ctx, steps: readonly Step[]): Pipeline {
  const machine = asMachine(ctx, 'pipeline')
  const stopping = new AbortController()
  let woken = Promise.withResolvers<void>()
  const unheard = whenStored(ctx.db, () => woken.resolve())

  async function loop(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      try {
        const worked = await work(machine, steps, stopping.signal)
        failures = 0
        if (worked) continue
      } catch (error) {
        failures++
        ctx.log.error({ err: error, failures }, 'a batch could not be worked, trying again')
      }
      const wait = pause(failures > 0 ? Math.min(10_000, 100 * 2 ** failures) : lookEveryMs, undefined, {
        signal: stopping.signal,
      }).catch(() => {})
      await (failures > 0 ? wait : Promise.race([woken.promise, wait]))
      woken = Promise.withResolvers<void>()
    }
  }
  const looping = loop()
  return {
    async settle() {
      for (;;) {
        const left = await read(machine, store.waiting)
        if (left.messages === 0) return
        woken.resolve()
        await pause(5)
      }
    },
    async stop() {
      stopping.abort()
      woken.resolve()
      unheard()
      await looping
    },
  }
}

/** Works batches until none is left, if the turn is this process's. True when something was worked. */
async function work(ctx: Ctx, steps: readonly Step[], stop: AbortSignal): Promise<boolean> {
  return inTurn(ctx, async () => {
    let any = false
    while (!stop.aborted && (await workBatch(ctx, steps)) > 0) any = true
    return any
  })
}

/** The lock is a session's: it is held while batches follow one another, and goes with the process. */
async function inTurn(ctx: Ctx, run: () => Promise<boolean>): Promise<boolean> {
  const session = await ctx.db.sql.reserve()
  try {
    const [turn] = await session<{ mine: boolean }[]>`select pg_try_advisory_lock(hashtext('zhixing.pipeline')) as mine`
    if (!turn?.mine) return false
    try {
      return await run()
    } finally {
      await session`select pg_advisory_unlock(hashtext('zhixing.pipeline'))`
    }
  } finally {
    session.release()
  }
}

/** One batch, whole. Returns how many messages it had; 0 when nothing waits. */
export function workBatch(ctx: Ctx, steps: readonly Step[]): Promise<number> {
  return span('pipeline.batch', {}, async () => {
    const sources = await sourcesById(ctx)
    const batch = await takeBatch(ctx, steps, sources)
    if (!batch) return 0
    for (const step of steps) await step.facts?.(ctx, batch)
    await unauditedChange(ctx, 'the effects of a batch of messages', async (tx) => {
      const before = new Set(refusedOf(batch))
      for (const step of steps) await step.effects?.(ctx, tx, batch)
      await putAway(
        ctx,
        tx,
        sources,
        refusedOf(batch).filter((one) => !before.has(one)),
      )
      if (!(await store.leaveBehind(tx, batch.number, latest([ctx.now, batch.processedAt]))))
        throw new Error(`batch ${batch.number} was worked by another process meanwhile`)
    })
    return batch.arrived.length
  })
}

/** The batch that a kill left in hand, or the next one. It is in hand, and what is refused is put away, when this resolves. */
async function takeBatch(ctx: Ctx, steps: readonly Step[], sources: Sources): Promise<Batch | undefined> {
  return unauditedChange(ctx, 'a batch of messages is taken in hand', async (tx) => {
    const position = await store.lockPosition(tx)
    const again = position.toXact !== null && position.toId !== null
    const pieces = again
      ? await store.piecesBetween(tx, position, { xact: position.toXact ?? '', id: position.toId ?? 0n })
      : firstOf(await store.piecesAfter(tx, position, batchPieces))
    const end = pieces.at(-1)
    if (!end) return undefined
    const processedAt = latest([ctx.now, ...pieces.map((piece) => piece.receivedAt), position.workedAt ?? ctx.now])
    const batch = { number: position.batch, processedAt, arrived: await arrivedOf(ctx, pieces) }
    const known = again ? await markRefused(tx, batch) : new Set<string>()
    if (!again) for (const step of steps) await step.check?.(ctx, batch)
    for (const step of steps) await step.resolve?.(ctx, tx, batch)
    await putAway(
      ctx,
      tx,
      sources,
      refusedOf(batch).filter((one) => !known.has(one.key)),
    )
    if (!again) await store.takeInHand(tx, end)
    return batch
  })
}

function latest(instants: readonly Date[]): Date {
  return new Date(instants.reduce((most, at) => Math.max(most, at.getTime()), 0))
}

function refusedOf(batch: Batch): Arrived[] {
  return batch.arrived.filter((one) => one.refused)
}

async function putAway(ctx: Ctx, tx: Tx, sources: Sources, refused: readonly Arrived[]): Promise<void> {
  if (refused.length > 0)
    await store.insertRejects(
      tx,
      refused.map((one) => rejectOf(ctx, one, sources.get(one.source)?.org ?? '')),
    )
}

function firstOf(pieces: store.Piece[]): store.Piece[] {
  let messages = 0
  const beyond = pieces.findIndex((piece, i) => {
    messages += piece.messages
    return i > 0 && messages > batchMessages
  })
  return beyond < 0 ? pieces : pieces.slice(0, beyond)
}

async function arrivedOf(ctx: Ctx, pieces: readonly store.Piece[]): Promise<Arrived[]> {
  const opened = await unpackPieces(ctx, pieces)
  return pieces.flatMap(({ receivedAt }, i) =>
    (opened[i] ?? []).map((logged): Arrived => ({ ...logged, receivedAt, customer: 0 })),
  )
}

/** What was refused the first time stays refused, whatever the plan says by now: its fact was not written. */
async function markRefused(tx: Tx, batch: Batch): Promise<Set<string>> {
  const keys = await store.refusedKeys(
    tx,
    batch.arrived.map((one) => one.key),
  )
  for (const one of batch.arrived)
    if (keys.has(one.key)) one.refused = { code: 'collect.refused', zh: '已拒收', en: 'Refused before' }
  return keys
}

function rejectOf(ctx: Ctx, one: Arrived, org: string): store.NewReject {
  if (!one.refused) throw new Error('a reject has a reason')
  return {
    id: newId('rej', ctx.now),
    at: one.receivedAt,
    source: one.source,
    org,
    key: one.key,
    event: one.envelope.name ?? null,
    refused: one.refused,
    understood: true,
    body: packReject(ctx, one.key, one.envelope),
  }
}
