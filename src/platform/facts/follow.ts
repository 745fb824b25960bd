import { setTimeout as pause } from 'node:timers/promises'
import { read, unauditedChange } from '../change.ts'
import { asMachine, type Ctx } from '../ctx.ts'
import * as store from './followStore.ts'

/**
 * A copy in ClickHouse of what PostgreSQL says. What changes leaves keys in `platform.touched`, in its own transaction (by
 * triggers, in the migrations); the follower brings the copy to what stands now.
 */
export type Feed = {
  readonly name: string
  /** Brings the copy of these to what stands now. Repeated after a kill; `version` is greater each time, over all feeds. */
  follow(ctx: Ctx, keys: readonly string[], version: bigint): Promise<void>
  /** All keys there are, piece by piece: those after one (empty: from the first), before another. */
  keysAfter(ctx: Ctx, after: string, until: string | null, limit: number): Promise<string[]>
  /** After all were written anew: takes away what is older than that version. */
  sweep(ctx: Ctx, version: bigint): Promise<void>
  /** The greatest version in the copy. */
  newest(ctx: Ctx): Promise<bigint>
}

export type Follower = {
  /** Resolves when all that was committed before the call is followed. For tests, imports and the virtual clock. */
  settle(): Promise<void>
  /** Looks at once instead of in a moment. */
  wake(): void
  stop(): Promise<void>
}

const lookEveryMs = 100
const pieceKeys = 5000

/**
 * Follows as long as this process lives. One process at a time does, by a lock of its session that goes with it however it
 * ends; the others stand by. A copy that is not of this database (emptied, restored, or ahead of it) is filled anew while it
 * is in use, and then swept.
 */
export function startFollower(ctx: Ctx, feeds: readonly Feed[]): Follower {
  const machine = asMachine(ctx, 'follower')
  const stopping = new AbortController()
  let woken = Promise.withResolvers<void>()

  async function loop(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      try {
        await inTurn(machine, feeds, stopping.signal, async () => {
          failures = 0
          await Promise.race([woken.promise, rest(lookEveryMs)])
          woken = Promise.withResolvers<void>()
        })
        await rest(1000)
      } catch (error) {
        if (stopping.signal.aborted) return
        failures++
        ctx.log.error({ err: error, failures }, 'the copies in ClickHouse could not be followed, trying again')
        await rest(Math.min(10_000, 100 * 2 ** failures))
      }
    }
  }
  const rest = (ms: number) => pause(ms, undefined, { signal: stopping.signal }).catch(() => {})
  const looping = loop()
  return {
    async settle() {
      const upTo = await read(machine, store.lastTouched)
      while (await read(machine, (tx) => store.isBehind(tx, upTo))) {
        woken.resolve()
        await pause(5)
      }
    },
    wake: () => woken.resolve(),
    async stop() {
      stopping.abort()
      woken.resolve()
      await looping
    },
  }
}

async function inTurn(ctx: Ctx, feeds: readonly Feed[], stop: AbortSignal, idle: () => Promise<void>): Promise<void> {
  const session = await ctx.db.sql.reserve()
  try {
    const [turn] = await session<{ mine: boolean }[]>`select pg_try_advisory_lock(hashtext('zhixing.follower')) as mine`
    if (!turn?.mine) return
    try {
      await takeUp(ctx, feeds)
      while (!stop.aborted) {
        // The lock goes with the session: without it another process may be at work already.
        await session`select 1`
        if (!(await followPiece(ctx, feeds))) await idle()
      }
    } finally {
      await session`select pg_advisory_unlock(hashtext('zhixing.follower'))`
    }
  } finally {
    session.release()
  }
}

/** Follows until nothing is left, in the caller's turn: for tests and commands, where no other follower runs. */
export async function followAll(ctx: Ctx, feeds: readonly Feed[]): Promise<void> {
  const machine = asMachine(ctx, 'follower')
  await takeUp(machine, feeds)
  while (await followPiece(machine, feeds));
}

/** Seconds since the oldest change that the copies do not show yet. */
export function followLag(ctx: Ctx): Promise<number> {
  return read(asMachine(ctx, 'follower'), store.lagSeconds)
}

/**
 * Rows of lesser versions are all in the copies; one that is being written, or will be, has this version or a greater one. A
 * version of an earlier filling of the database says nothing: `generation` is another then.
 */
export function copiesUpTo(ctx: Ctx): Promise<{ version: bigint; generation: string }> {
  return read(asMachine(ctx, 'follower'), store.newestVersion)
}

/** All of a feed is to be written again, or what lies from `after` up to `until`; within the caller's transaction. */
export const refill = store.refill

/** Compares both sides: what cannot be a copy of this database is filled anew. */
async function takeUp(ctx: Ctx, feeds: readonly Feed[]): Promise<void> {
  const marks = new Map(
    (
      await ctx.facts.query<{ feed: string; generation: string }>({
        sql: 'SELECT feed, generation FROM followed FINAL',
      })
    ).map((mark) => [mark.feed, mark.generation]),
  )
  let newest = 0n
  for (const feed of feeds) {
    const copied = await feed.newest(ctx)
    if (copied > newest) newest = copied
  }
  const fresh = await unauditedChange(ctx, 'which copies are filled anew', (tx) =>
    store.takeUp(
      tx,
      feeds.map(({ name }) => ({ name, generation: marks.get(name) ?? null })),
      newest,
    ),
  )
  if (fresh.length > 0) {
    await ctx.facts.insert('followed', fresh)
    ctx.log.info({ feeds: fresh.map((one) => one.feed) }, 'copies in ClickHouse are filled anew')
  }
}

/** One piece of each feed. False when there was nothing to do. */
async function followPiece(ctx: Ctx, feeds: readonly Feed[]): Promise<boolean> {
  const busy = await read(ctx, store.busy)
  for (const feed of feeds) {
    if (!busy.has(feed.name)) continue
    await followTouched(ctx, feed)
    await fillPiece(ctx, feed)
  }
  return busy.size > 0
}

async function followTouched(ctx: Ctx, feed: Feed): Promise<void> {
  const touched = await unauditedChange(ctx, 'what changed is followed', async (tx) => {
    const rows = await store.touchedOf(tx, feed.name, pieceKeys)
    return rows.length === 0 ? undefined : { rows, version: await store.nextVersion(tx, feed.name) }
  })
  if (!touched) return
  const keys = [...new Set(touched.rows.flatMap((row) => row.keys))]
  for (let from = 0; from < keys.length; from += pieceKeys)
    await feed.follow(ctx, keys.slice(from, from + pieceKeys), touched.version)
  await unauditedChange(ctx, 'what changed was followed', (tx) =>
    store.forget(
      tx,
      touched.rows.map((row) => row.id),
    ),
  )
}

async function fillPiece(ctx: Ctx, feed: Feed): Promise<void> {
  const at = await unauditedChange(ctx, 'a piece of a copy is filled anew', async (tx) => {
    const filling = await store.filling(tx, feed.name)
    return filling && { ...filling, version: await store.nextVersion(tx, feed.name) }
  })
  if (!at) return
  const keys = await feed.keysAfter(ctx, at.refillAfter, at.refillUntil, pieceKeys)
  const last = keys.at(-1)
  if (last === undefined) {
    if (at.sweepBelow !== null) await feed.sweep(ctx, at.sweepBelow)
    ctx.log.info({ feed: feed.name }, 'a copy in ClickHouse is filled')
  } else await feed.follow(ctx, keys, at.version)
  // Whoever asked for more meanwhile has moved the place: then it stays as he wants it.
  await unauditedChange(ctx, 'a piece of a copy was filled anew', (tx) =>
    store.filled(tx, feed.name, at.refillAfter, at.refillUntil, last ?? null),
  )
}
