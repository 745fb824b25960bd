import { randomFillSync } from 'node:crypto'

/** Kinds of things that have an id of their own. Customers have numbers instead (bitmaps need them). */
export type IdKind =
  | 'org'
  | 'usr'
  | 'rol'
  | 'key'
  | 'ses'
  | 'aud'
  | 'idp'
  | 'cod'
  | 'job'
  | 'src'
  | 'rej'
  | 'mrg'
  | 'cfl'
  | 'imp'
  | 'con'
  | 'map'
  | 'run'
  | 'alr'
  | 'seg'
  | 'snp'
  | 'tpl'
  | 'msg'
  | 'bar'
  | 'acc'
  | 'sed'
  | 'tag'
  | 'tgr'

/** `org_01jd2v…`: the kind, then 48 bits of time and 80 of chance in Crockford base 32, so that ids sort by birth. */
export type Id<K extends IdKind> = `${K}_${string}`

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
/** All pairs of letters, so that ten bits are written at once. */
const pairs = Array.from({ length: 1024 }, (_, i) => `${alphabet[i >> 5]}${alphabet[i & 31]}`)

/** Chance is taken from the machine in large pieces: a call for each id would cost more than the id. */
const chance = Buffer.alloc(8000)
let used = chance.length

/** The letters of the last moment asked for: many ids are born in one. */
let written = { at: Number.NaN, letters: '' }

function lettersOf(moment: number): string {
  if (written.at === moment) return written.letters
  let letters = ''
  for (let left = moment, i = 0; i < 5; i++, left = Math.floor(left / 1024)) letters = pairs[left % 1024] + letters
  written = { at: moment, letters }
  return letters
}

/** A new id; `at` is the moment of birth, so that ids made on a virtual clock sort by that clock. */
export function newId<K extends IdKind>(kind: K, at: Date): Id<K> {
  if (used === chance.length) {
    randomFillSync(chance)
    used = 0
  }
  let tail = ''
  for (let half = 0; half < 2; half++, used += 5) {
    const high = chance.readUInt32BE(used)
    const low = chance.readUInt8(used + 4)
    tail += `${pairs[high >>> 22]}${pairs[(high >>> 12) & 1023]}${pairs[(high >>> 2) & 1023]}${pairs[((high & 3) << 8) | low]}`
  }
  return `${kind}_${lettersOf(at.getTime())}${tail}`
}

const shape = /^[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}$/

export function isId<K extends IdKind>(kind: K, value: unknown): value is Id<K> {
  return typeof value === 'string' && value.startsWith(`${kind}_`) && shape.test(value)
}
