import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { derive } from './ciphers.ts'

/**
 * A keyed hash that lets equal values be found without being readable: 16 bytes (128 bits), of HMAC with the hash of the
 * cipher family. Each kind has a key of its own, so the same digits as a mobile and as a card give different bytes.
 * At a thousand million values of a kind the chance of any two colliding is below 10^-20.
 *
 * *Trap*: it shows which rows hold equal values, and whoever has the key can try all eleven-digit numbers. It protects a
 * stolen database, not a stolen key.
 */
export type BlindIndex = (kind: string, normalised: string) => Buffer

export const blindIndexBytes = 16

export function blindIndex(key: Uint8Array, hash: 'sha256' | 'sm3'): BlindIndex {
  const keys = new Map<string, KeyObject>()
  return (kind, normalised) => {
    let own = keys.get(kind)
    if (!own) {
      own = createSecretKey(derive(hash, key, `blind index of ${kind}`, 32))
      keys.set(kind, own)
    }
    return createHmac(hash, own).update(normalised, 'utf8').digest().subarray(0, blindIndexBytes)
  }
}
