import { createHash, createHmac, createSecretKey, hash, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'

/**
 * How tampering is made visible.
 *
 * - An entry carries a MAC over all its columns: without the key nobody can change or forge one.
 * - A link gives an entry its place: SHA-256 over the link before, the place, the entry's id, transaction and MAC. Anyone
 *   can recompute the links without the key, and whoever knows a link's hash knows all before it.
 * - A seal closes a set of links and carries a MAC: without the key nobody can make other links for a changed history.
 * - An anchor is a seal's place and hash written outside the database: it shows that the end was cut off.
 */

export type AuditKeys = { readonly entry: KeyObject; readonly seal: KeyObject; readonly anchor: KeyObject }

/** One key for one purpose (HKDF, RFC 5869), so that a MAC of one kind is never one of another. `key`: 32 bytes. */
export function auditKeys(key: Uint8Array): AuditKeys {
  if (key.length !== 32) throw new RangeError(`the audit key has 32 bytes, this has ${key.length}`)
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `zhixing audit ${purpose}`, 32)))
  return { entry: derive('entry'), seal: derive('seal'), anchor: derive('anchor') }
}

/** An entry as it is stored. `before` and `after` are JSON texts, kept to the letter; `atMicros` counts from 1970. */
export type StoredEntry = {
  id: string
  atMicros: bigint
  whoKind: string
  whoId: string
  whoName: string
  action: string
  targetKind: string
  targetId: string
  targetName: string | null
  org: string | null
  before: string | null
  after: string | null
  requestId: string | null
  ip: string | null
  agent: string | null
}

/** No two lists of values have one text: each value says how long it is, and an absent one is no empty one. */
export function canonical(values: readonly (string | null)[]): string {
  let text = ''
  for (const value of values) text += value === null ? '-' : `${value.length}:${value}`
  return text
}

export function entryMac(keys: AuditKeys, entry: StoredEntry): Buffer {
  const text = canonical([
    'entry 1',
    entry.id,
    String(entry.atMicros),
    entry.whoKind,
    entry.whoId,
    entry.whoName,
    entry.action,
    entry.targetKind,
    entry.targetId,
    entry.targetName,
    entry.org,
    entry.before,
    entry.after,
    entry.requestId,
    entry.ip,
    entry.agent,
  ])
  return createHmac('sha256', keys.entry).update(text).digest()
}

/** What comes before the first link. */
export const genesis: Buffer = createHash('sha256').update('zhixing audit chain 1').digest()

/** An entry as the chain sees it. `xact` is its transaction's number as text. */
export type Chained = { id: string; xact: string; mac: Uint8Array }

export function linkHash(previous: Uint8Array, seq: bigint, entry: Chained): Buffer {
  const place = Buffer.from(canonical([String(seq), entry.id, entry.xact]))
  return hash('sha256', Buffer.concat([previous, place, entry.mac]), 'buffer')
}

/** A closed set of links: from a place to a place, and how far the transactions' numbers are done with. */
export type Seal = {
  fromSeq: bigint
  seq: bigint
  hash: Uint8Array
  /** The last entry's transaction and id: the next set begins after it. */
  xact: string
  entry: string
  atMicros: bigint
}

export function sealMac(keys: AuditKeys, seal: Seal): Buffer {
  const values = [String(seal.fromSeq), String(seal.seq), seal.xact, seal.entry, String(seal.atMicros)]
  return createHmac('sha256', keys.seal)
    .update(canonical(['seal 1', ...values]))
    .update(seal.hash)
    .digest()
}

export type Anchor = { seq: bigint; hash: string; at: string }

export function anchorLine(keys: AuditKeys, anchor: Anchor): string {
  return `${anchor.seq} ${anchor.hash} ${anchor.at} ${anchorMac(keys, anchor).toString('hex')}\n`
}

/** Undefined when the line is not one that this installation's key wrote. */
export function readAnchorLine(keys: AuditKeys, line: string): Anchor | undefined {
  const found = /^(\d{1,19}) ([0-9a-f]{64}) (\S{20,30}) ([0-9a-f]{64})$/.exec(line)
  if (!found) return undefined
  const [, seq = '', hash = '', at = '', mac = ''] = found
  const anchor = { seq: BigInt(seq), hash, at }
  return sameBytes(anchorMac(keys, anchor), Buffer.from(mac, 'hex')) ? anchor : undefined
}

function anchorMac(keys: AuditKeys, anchor: Anchor): Buffer {
  return createHmac('sha256', keys.anchor)
    .update(canonical(['anchor 1', String(anchor.seq), anchor.hash, anchor.at]))
    .digest()
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
