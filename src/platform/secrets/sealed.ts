import { randomFillSync } from 'node:crypto'
import { type Algorithm, ciphers, keyBytes, type PreparedCipher } from './ciphers.ts'

/**
 * A sealed value says all that is needed to open it but the key:
 *
 *     byte 0       version of this layout: 1
 *     byte 1       algorithm: 1 aes-256-gcm, 2 sm4-ctr-hmac-sm3
 *     bytes 2–5    number of the key, unsigned, big endian
 *     then         nonce (12 or 16 bytes), ciphertext (as long as the value), tag (16 or 32 bytes)
 *
 * The first six bytes and what the value belongs to (its kind, its owner) go into the tag: a value copied to another
 * row, or said to be of another kind or key, does not open.
 */
export type Sealed = Uint8Array

/** A key that seals and opens values; `id` is from 0 to 2^32 − 1. */
export type SealingKey = { readonly id: number; readonly algorithm: Algorithm; readonly cipher: PreparedCipher }

/** The value was changed, belongs to something else, or was sealed by another key. Not a mistake of the caller's. */
export class BrokenSeal extends Error {
  override readonly name = 'BrokenSeal'
}

const version = 1
const head = 6

/** @throws RangeError unless the key is 32 bytes. */
export function sealingKey(id: number, algorithm: Algorithm, key: Uint8Array): SealingKey {
  if (key.length !== keyBytes) throw new RangeError(`a key has ${keyBytes} bytes, this has ${key.length}`)
  return { id, algorithm, cipher: ciphers[algorithm].prepare(key) }
}

/** Chance is taken from the machine in large pieces: one call for each value would cost more than the cipher. */
const pool = Buffer.alloc(4096)
let used = pool.length

function nonceOf(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return Buffer.from(pool.subarray(used - bytes, used))
}

function boundBytes(header: Uint8Array, belongsTo: readonly string[]): Buffer {
  const parts: Uint8Array[] = [header]
  for (const each of belongsTo) {
    const bytes = Buffer.from(each, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    parts.push(length, bytes)
  }
  return Buffer.concat(parts)
}

/** Seals bytes under a key, bound to what they belong to. The nonce is random: twice the same value gives two texts. */
export function seal(key: SealingKey, plain: Uint8Array, belongsTo: readonly string[]): Buffer {
  const { code, nonceBytes } = ciphers[key.algorithm]
  const header = Buffer.alloc(head)
  header.writeUInt8(version, 0)
  header.writeUInt8(code, 1)
  header.writeUInt32BE(key.id, 2)
  const nonce = nonceOf(nonceBytes)
  const { text, tag } = key.cipher.encrypt(nonce, plain, boundBytes(header, belongsTo))
  return Buffer.concat([header, nonce, text, tag])
}

/** @throws BrokenSeal when these bytes, this key and what they belong to do not fit together in any way. */
export function unseal(key: SealingKey, sealed: Sealed, belongsTo: readonly string[]): Buffer {
  const { code, nonceBytes, tagBytes } = ciphers[key.algorithm]
  const keyId = keyIdOf(sealed)
  if (keyId !== key.id) throw new BrokenSeal(`sealed under key ${keyId}, not ${key.id}`)
  if (sealed[1] !== code) throw new BrokenSeal(`not sealed by ${key.algorithm}`)
  if (sealed.length < head + nonceBytes + tagBytes) throw new BrokenSeal('the sealed value is cut short')
  const nonce = sealed.subarray(head, head + nonceBytes)
  const text = sealed.subarray(head + nonceBytes, sealed.length - tagBytes)
  const tag = sealed.subarray(sealed.length - tagBytes)
  const plain = key.cipher.decrypt(nonce, text, tag, boundBytes(sealed.subarray(0, head), belongsTo))
  if (!plain) throw new BrokenSeal('the sealed value was changed, or belongs to something else')
  return plain
}

/** Which key a value was sealed under. @throws BrokenSeal for bytes that are no sealed value. */
export function keyIdOf(sealed: Sealed): number {
  if (sealed.length < head || sealed[0] !== version) throw new BrokenSeal('these bytes are no sealed value')
  return Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).readUInt32BE(2)
}

/** The four bytes that stand at place 3 (counted from 1) of every value sealed under that key: to find them in SQL. */
export function keyMark(keyId: number): Buffer {
  const mark = Buffer.alloc(4)
  mark.writeUInt32BE(keyId)
  return mark
}

/** The other way; bytes that are no sealed value give some number, never an error, so that they can be counted. */
export function markedKey(mark: Uint8Array): number {
  return Buffer.concat([mark, Buffer.alloc(4)]).readUInt32BE(0)
}
