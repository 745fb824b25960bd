import { setTimeout as pause } from 'node:timers/promises'
import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { AnchorFile } from './anchor.ts'
import { type AuditKeys, type Chained, genesis, linkHash, sealMac } from './rules/chain.ts'
import * as store from './store.ts'

export type Sealing = {
  /** Seals and anchors all that can be sealed now. For tests, and before a backup. */
  settle(): Promise<void>
  /** Ends after the set in hand, and anchors the end. What is left is sealed by the next to start. */
  stop(): Promise<void>
}

const setSize = 5000
/** While entries come, sets follow one another closely, so that little is left waiting; a quiet product is asked once a second. */
const pauseMs = { busy: 200, quiet: 1000 }
/** An anchor is a write to disk: at most one in so many milliseconds. */
const anchorEveryMs = 5000

/** Where the sealer goes on; kept in memory only where the database cannot say it (see `sealStrays`). */
type Memory = { floor: { after: bigint; xact: string; entry: string } | undefined }

/**
 * Gives entries their places in the chain, within about a second, as long as this process lives. Every process runs one;
 * a lock in the database lets one at a time work, and each anchors the end in its own home. It looks by itself rather
 * than being told, because a NOTIFY in every transaction would make all commits queue for one lock.
 */
export function startSealing(ctx: Ctx, audit: { keys: AuditKeys; anchors: AnchorFile; logAnchors: boolean }): Sealing {
  const machine = asMachine(ctx, 'audit sealer')
  const stopping = new AbortController()
  const memory: Memory = { floor: undefined }
  let anchoredAt = Number.NEGATIVE_INFINITY
  let working: Promise<unknown> = Promise.resolve()

  /** Returns how many entries found their place. */
  async function round(force: boolean): Promise<number> {
    let sealed = 0
    for (let set = setSize; set === setSize && (force || !stopping.signal.aborted); sealed += set)
      set = await sealOneSet(machine, audit.keys, memory)
    if (!force && performance.now() - anchoredAt < anchorEveryMs) return sealed
    if (await anchorEnd(machine, audit)) anchoredAt = performance.now()
    return sealed
  }
  /** One round at a time in this process: the loop's, or one that was asked for. */
  function next(force: boolean): Promise<number> {
    const turn = working.catch(() => {}).then(() => round(force))
    working = turn
    return turn
  }
  async function loop(): Promise<void> {
    await warnOfLostTail(machine, audit.anchors).catch(() => {})
    while (!stopping.signal.aborted) {
      const sealed = await next(false).catch((error) => {
        ctx.log.warn({ err: error }, 'the audit could not be sealed, trying again')
        return 0
      })
      const wait = sealed > 0 ? pauseMs.busy : pauseMs.quiet
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const looping = loop()

  return {
    async settle() {
      await next(true)
    },
    async stop() {
      stopping.abort()
      await looping
      await next(true).catch((error) => ctx.log.warn({ err: error }, 'the audit could not be sealed at the end'))
      await audit.anchors.close()
    },
  }
}

/** Seals one set in one transaction: killed at any moment, it has happened or it has not. Returns how many. */
export function sealOneSet(ctx: Ctx, keys: AuditKeys, memory: Memory, size = setSize): Promise<number> {
  return unauditedChange(ctx, 'the chain of the audit itself', async (tx) => {
    if (!(await store.takeSealersTurn(tx))) return 0
    const last = await store.lastSeal(tx)
    const now = await store.horizon(tx)
    if (last && BigInt(last.xact) > BigInt(now.xmax)) return sealStrays(ctx, tx, keys, last, now, memory, size)
    const entries = await store.entriesToSeal(tx, last ?? { xact: '0', entry: '' }, size)
    const end = entries.at(-1)
    if (!end) return 0
    await seal(ctx, tx, keys, last, entries, { xact: end.xact, entry: end.id })
    return entries.length
  })
}

/**
 * The database was restored from a dump into a server whose transactions count from lower numbers: "after the last
 * position" finds nothing for a long time. Everything without a place is sealed once, then the count goes on from here.
 */
async function sealStrays(
  ctx: Ctx,
  tx: Tx,
  keys: AuditKeys,
  last: store.SealRow,
  now: store.Horizon,
  memory: Memory,
  size: number,
): Promise<number> {
  const floor = memory.floor?.after === last.seq ? memory.floor : undefined
  const entries = floor ? await store.entriesToSeal(tx, floor, size) : await store.strayEntriesToSeal(tx, now, size)
  const end = entries.at(-1)
  if (!end) {
    if (!floor) memory.floor = { after: last.seq, xact: now.xmin, entry: '' }
    return 0
  }
  const position = floor ? { xact: end.xact, entry: end.id } : { xact: now.xmin, entry: '' }
  // More strays than one set holds: the old position stays, so that the next set is looked for in the same way.
  await seal(ctx, tx, keys, last, entries, !floor && entries.length === size ? last : position)
  return entries.length
}

async function seal(
  ctx: Ctx,
  tx: Tx,
  keys: AuditKeys,
  last: store.SealRow | undefined,
  entries: readonly Chained[],
  position: { xact: string; entry: string },
): Promise<void> {
  const fromSeq = (last?.seq ?? 0n) + 1n
  let hash: Buffer = last?.hash ?? genesis
  const links = entries.map((entry, i) => {
    hash = linkHash(hash, fromSeq + BigInt(i), entry)
    return { entry: entry.id, hash }
  })
  const at = ctx.now
  const { xact, entry } = position
  const made = {
    fromSeq,
    seq: fromSeq + BigInt(links.length) - 1n,
    hash,
    xact,
    entry,
    atMicros: BigInt(at.getTime()) * 1000n,
  }
  await store.insertSeal(tx, links, { ...made, mac: sealMac(keys, made) }, at)
}

/** Writes the chain's end outside the database when it has moved on. */
async function anchorEnd(
  ctx: Ctx,
  audit: { keys: AuditKeys; anchors: AnchorFile; logAnchors: boolean },
): Promise<boolean> {
  const last = await read(ctx, store.lastSeal)
  const known = audit.anchors.last()
  if (!last || (known && known.seq >= last.seq)) return false
  const anchor = { seq: last.seq, hash: last.hash.toString('hex'), at: ctx.now.toISOString() }
  await audit.anchors.append(anchor)
  if (audit.logAnchors) ctx.log.info({ seq: Number(anchor.seq), hash: anchor.hash }, 'audit anchor')
  return true
}

async function warnOfLostTail(ctx: Ctx, anchors: AnchorFile): Promise<void> {
  const anchor = anchors.last()
  if (!anchor) return
  const hash = await read(ctx, (tx) => store.linkHashAt(tx, anchor.seq))
  if (hash?.toString('hex') === anchor.hash) return
  ctx.log.error(
    { anchored: Number(anchor.seq), file: anchors.path },
    'the audit no longer holds what was anchored: entries were cut off, or an older backup was restored; run: zhixing audit verify',
  )
}
