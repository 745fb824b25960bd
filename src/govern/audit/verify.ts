import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { AnchorFile } from './anchor.ts'
import type { VerifyResult } from './contract.ts'
import { type Anchor, type AuditKeys, entryMac, genesis, sameBytes } from './rules/chain.ts'
import { type Walk, walkFrom } from './rules/walk.ts'
import * as store from './store.ts'

export type VerifyOptions = {
  /** Places of the chain, widened to whole sealed sets; all of it when absent. */
  from?: bigint | undefined
  to?: bigint | undefined
  /** Told after each piece: how many entries are checked, and the place where the check will end. */
  onProgress?: ((done: { checked: number; of: number }) => void) | undefined
  signal?: AbortSignal | undefined
}

/** Links read at a time: what bounds the memory. */
const piece = 4000

/**
 * Checks every entry, link and seal of the range against each other, the key and the anchors, while the product works.
 * A clean answer says: every entry that was sealed stands as it was written, in its order, none is missing and none is
 * added, up to the last anchor at least. See the README for what happens before the seal.
 */
export async function verifyChain(
  ctx: Ctx,
  audit: { keys: AuditKeys; anchors: AnchorFile },
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const began = performance.now()
  const machine = asMachine(ctx, 'audit verify')
  // The anchors first: what is anchored was sealed before.
  const anchored = await audit.anchors.read()
  const range = await read(machine, (tx) => rangeOf(tx, options))
  const walk = walkFrom(audit.keys, { seq: range.after, hash: range.hash })
  for (const line of anchored.broken)
    walk.fault(
      'anchor-changed',
      null,
      null,
      `锚点文件第 ${line} 行不是本系统所写`,
      `line ${line} of the anchor file was not written by this installation`,
    )

  let seen = 0
  for (let after = range.after; after < range.to; after += BigInt(piece)) {
    options.signal?.throwIfAborted()
    const to = after + BigInt(piece) < range.to ? after + BigInt(piece) : range.to
    seen += await verifyPiece(machine, walk, anchored.anchors, after, to)
    options.onProgress?.({ checked: walk.checked, of: Number(range.to - range.after) })
  }
  const last = anchored.anchors.at(-1)
  if (last && last.seq > range.head) tailCut(walk, last, range.head)
  const unsealed = await verifyUnlinked(machine, audit.keys, walk, range)
  return {
    ok: walk.faults.length === 0,
    whole: range.whole,
    checked: walk.checked,
    unsealed,
    anchors: seen,
    head: walk.hash?.toString('hex') ?? null,
    faults: walk.faults.toSorted((a, b) => (a.seq ?? Number.MAX_SAFE_INTEGER) - (b.seq ?? Number.MAX_SAFE_INTEGER)),
    notes: notesOf(anchored.anchors, range),
    seconds: Math.round(performance.now() - began) / 1000,
  }
}

type Range = {
  /** The places checked are those after `after`, up to `to`. */
  after: bigint
  to: bigint
  /** The hash at `after`; undefined when that link is missing. */
  hash: Buffer | undefined
  head: bigint
  whole: boolean
  restored: boolean
}

async function rangeOf(tx: Tx, options: VerifyOptions): Promise<Range> {
  const last = await store.lastSeal(tx)
  const now = await store.horizon(tx)
  const head = last?.seq ?? 0n
  const first = await store.sealOver(tx, options.from ?? 1n)
  const end = options.to === undefined ? last : ((await store.sealOver(tx, options.to)) ?? last)
  const fromStart = options.from === undefined || options.from <= 1n || !first
  const after = fromStart ? 0n : first.fromSeq - 1n
  return {
    after,
    to: end?.seq ?? 0n,
    hash: after === 0n ? genesis : await store.linkHashAt(tx, after),
    head,
    whole: after === 0n && (end?.seq ?? 0n) === head,
    restored: last !== undefined && BigInt(last.xact) > BigInt(now.xmax),
  }
}

async function verifyPiece(ctx: Ctx, walk: Walk, anchors: Anchor[], after: bigint, to: bigint): Promise<number> {
  const [links, seals] = await read(ctx, (tx) =>
    Promise.all([store.linkedEntries(tx, after, to), store.sealsBetween(tx, after, to)]),
  )
  const here = anchors.filter((anchor) => anchor.seq > after && anchor.seq <= to)
  walk.pass(links, seals, here)
  walk.reach(to)
  return here.length
}

function tailCut(walk: Walk, anchor: Anchor, head: bigint): void {
  walk.fault(
    'tail-cut',
    head + 1n,
    null,
    `库外锚点记到第 ${anchor.seq} 环(${anchor.at}),库中只到第 ${head} 环:尾部被截去,或恢复了较早的备份`,
    `an anchor outside the database says link ${anchor.seq} (${anchor.at}), the database ends at ${head}: its end was cut off, or an older backup was restored`,
  )
}

/** Looks at the entries that have no place: those of the last second, and what somebody slipped in. */
async function verifyUnlinked(ctx: Ctx, keys: AuditKeys, walk: Walk, range: Range): Promise<number> {
  let waiting = 0
  await read(ctx, async (tx) => {
    // All entries against all links is one statement, and may take its time.
    await tx`set local statement_timeout = 0`
    const beyond = range.whole ? await store.firstLinkAfterLastSeal(tx) : undefined
    if (beyond)
      walk.fault(
        'link-inserted',
        beyond.seq,
        beyond.entry,
        `第 ${beyond.seq} 环没有封条`,
        `link ${beyond.seq} is under no seal`,
      )
    for await (const rows of store.unlinkedEntries(tx, range.whole)) {
      for (const entry of rows) {
        if (!sameBytes(entryMac(keys, entry), entry.mac) || (!entry.begun && !range.restored))
          walk.fault(
            'entry-inserted',
            null,
            entry.id,
            `记录 ${entry.id} 不是本系统所写,或已被改动`,
            `entry ${entry.id} was not written by this installation, or was changed`,
          )
        else if (entry.ended && !range.restored)
          walk.fault(
            'link-removed',
            null,
            entry.id,
            `记录 ${entry.id} 在链上没有位置`,
            `entry ${entry.id} has no place in the chain`,
          )
        else waiting++
      }
    }
  })
  return waiting
}

function notesOf(anchors: Anchor[], range: Range): { zh: string; en: string }[] {
  const notes: { zh: string; en: string }[] = []
  if (anchors.length === 0 && range.head > 0n)
    notes.push({
      zh: '库外没有锚点:被截去的尾部无法发现',
      en: 'There is no anchor outside the database: an end that was cut off would not be found',
    })
  if (range.restored)
    notes.push({
      zh: '数据库由转储恢复而来,尚未重新封存',
      en: 'The database was restored from a dump and has not been sealed since',
    })
  return notes
}
