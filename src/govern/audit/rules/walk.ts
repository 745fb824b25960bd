import type { AuditFault, FaultKind } from '../contract.ts'
import {
  type Anchor,
  type AuditKeys,
  entryMac,
  linkHash,
  type Seal,
  type StoredEntry,
  sameBytes,
  sealMac,
} from './chain.ts'

/** A link with the entry it points at; the entry's own columns are null when there is none. */
export type WalkedLink = { seq: bigint; entry: string; hash: Buffer; mac: Buffer | null; xact: string } & StoredEntry
export type WalkedSeal = Seal & { mac: Buffer; hash: Buffer }

/**
 * Goes along the chain and names what does not fit. After a fault it goes on from what the chain itself says, so that one
 * changed row is one fault and the rest is still checked.
 */
export type Walk = {
  /** The next links, in order, and the seals that close among them. */
  pass(links: readonly WalkedLink[], seals: readonly WalkedSeal[], anchors: readonly Anchor[]): void
  /** Says that the links up to here have been passed. */
  reach(seq: bigint): void
  readonly checked: number
  readonly anchors: number
  readonly faults: AuditFault[]
  /** The hash of the last link, undefined where it could not be known. */
  readonly hash: Buffer | undefined
  fault(kind: FaultKind, seq: bigint | null, entry: string | null, zh: string, en: string): void
}

const mostFaults = 100

export function walkFrom(keys: AuditKeys, start: { seq: bigint; hash: Buffer | undefined }): Walk {
  let seq = start.seq
  /** Undefined after a gap: the next link's hash is then taken as it stands. */
  let previous = start.hash
  let lastSeal = start.seq
  const walk = {
    checked: 0,
    anchors: 0,
    faults: [] as AuditFault[],
    get hash() {
      return previous
    },
    fault(kind: FaultKind, at: bigint | null, entry: string | null, zh: string, en: string) {
      if (walk.faults.length < mostFaults)
        walk.faults.push({ kind, seq: at === null ? null : Number(at), entry, zh, en })
    },
    reach(to: bigint) {
      if (seq >= to) return
      const [first, last] = [seq + 1n, to]
      const [zh, en] =
        first === last ? [`第 ${first} 环`, `link ${first}`] : [`第 ${first}–${last} 环`, `links ${first} to ${last}`]
      walk.fault('link-removed', first, null, `${zh}不见了`, `${en} missing`)
      seq = to
      previous = undefined
    },
    pass(links: readonly WalkedLink[], seals: readonly WalkedSeal[], anchors: readonly Anchor[]) {
      const hashes = new Map<bigint, Buffer | undefined>()
      for (const link of links) {
        passLink(link)
        hashes.set(link.seq, previous)
      }
      for (const seal of seals) passSeal(seal, hashes.get(seal.seq))
      for (const anchor of anchors) passAnchor(anchor, hashes.get(anchor.seq))
    },
  }

  function passLink(link: WalkedLink): void {
    if (link.seq <= seq) {
      walk.fault(
        'link-inserted',
        link.seq,
        link.entry,
        `第 ${link.seq} 环不止一个`,
        `there is more than one link ${link.seq}`,
      )
      return
    }
    walk.reach(link.seq - 1n)
    seq = link.seq
    walk.checked++
    if (link.mac === null) {
      walk.fault('entry-removed', seq, link.entry, `记录 ${link.entry} 不见了`, `entry ${link.entry} is missing`)
      previous = link.hash
      return
    }
    const intact = sameBytes(entryMac(keys, link), link.mac)
    if (!intact)
      walk.fault('entry-changed', seq, link.entry, `记录 ${link.entry} 被改动`, `entry ${link.entry} was changed`)
    if (!previous) {
      previous = link.hash
      return
    }
    const hash = linkHash(previous, seq, { id: link.entry, xact: link.xact, mac: link.mac })
    const fits = sameBytes(hash, link.hash)
    if (!fits && intact)
      walk.fault(
        'link-changed',
        seq,
        link.entry,
        `第 ${seq} 环与其记录或前一环不符`,
        `link ${seq} does not fit its entry or the link before`,
      )
    // Of a changed entry the computed hash is wrong, and the stored one is what the chain went on from.
    previous = intact ? hash : link.hash
  }

  function passSeal(seal: WalkedSeal, hash: Buffer | undefined): void {
    if (seal.fromSeq !== lastSeal + 1n)
      walk.fault(
        'seal-changed',
        seal.fromSeq,
        null,
        `第 ${lastSeal + 1n} 环起的封条不见了`,
        `the seal from link ${lastSeal + 1n} on is missing`,
      )
    lastSeal = seal.seq
    if (!sameBytes(sealMac(keys, seal), seal.mac))
      walk.fault(
        'seal-changed',
        seal.seq,
        null,
        `第 ${seal.seq} 环上的封条被改动`,
        `the seal on link ${seal.seq} was changed`,
      )
    else if (!hash || !sameBytes(hash, seal.hash))
      walk.fault(
        'link-changed',
        seal.seq,
        null,
        `第 ${seal.seq} 环与其封条不符`,
        `link ${seal.seq} does not fit its seal`,
      )
  }

  function passAnchor(anchor: Anchor, hash: Buffer | undefined): void {
    walk.anchors++
    if (hash?.toString('hex') !== anchor.hash)
      walk.fault(
        'link-changed',
        anchor.seq,
        null,
        `第 ${anchor.seq} 环与库外锚点不符`,
        `link ${anchor.seq} does not fit its anchor outside the database`,
      )
  }

  return walk
}
