import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'

/**
 * How values are sealed. Both encrypt and authenticate with a key of 32 bytes:
 *
 * - `aes-256-gcm`: NIST SP 800-38D, nonce 12 bytes, tag 16.
 * - `sm4-ctr-hmac-sm3`: SM4 (GB/T 32907) in counter mode, nonce 16 bytes, then HMAC with SM3 (GB/T 32905) over what was
 *   bound, the nonce and the ciphertext, tag 32. The engine has no SM4-GCM; encrypt-then-MAC is as strong. The two keys
 *   come from the one by HKDF with SM3, so that neither is used for two things.
 */
export type Algorithm = 'aes-256-gcm' | 'sm4-ctr-hmac-sm3'

/** A key made ready. `bound` is what the value belongs to: it is not stored, and must be the same to decrypt. */
export type PreparedCipher = {
  encrypt(nonce: Uint8Array, plain: Uint8Array, bound: Uint8Array): { text: Buffer; tag: Buffer }
  /** Undefined when the tag does not fit: another key, other bytes, or bound to something else. */
  decrypt(nonce: Uint8Array, text: Uint8Array, tag: Uint8Array, bound: Uint8Array): Buffer | undefined
}

export type Cipher = {
  /** The byte that names it in a sealed value. Never given to another algorithm. */
  readonly code: number
  readonly nonceBytes: number
  readonly tagBytes: number
  /** The hash of the same family, for keyed hashes beside it. */
  readonly hash: 'sha256' | 'sm3'
  prepare(key: Uint8Array): PreparedCipher
}

export const keyBytes = 32

export const ciphers: Record<Algorithm, Cipher> = {
  'aes-256-gcm': { code: 1, nonceBytes: 12, tagBytes: 16, hash: 'sha256', prepare: aes256Gcm },
  'sm4-ctr-hmac-sm3': {
    code: 2,
    nonceBytes: 16,
    tagBytes: 32,
    hash: 'sm3',
    prepare: (key) => sm4CtrHmacSm3(derive('sm3', key, 'sm4-ctr', 16), derive('sm3', key, 'hmac-sm3', 32)),
  },
}

export function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(ciphers, name)
}

/** A key for one purpose out of a key for several (HKDF, RFC 5869). */
export function derive(hash: 'sha256' | 'sm3', key: Uint8Array | KeyObject, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync(hash, key, '', `zhixing ${purpose}`, bytes))
}

function aes256Gcm(bytes: Uint8Array): PreparedCipher {
  const key = createSecretKey(bytes)
  return {
    encrypt(nonce, plain, bound) {
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      cipher.setAAD(bound)
      const text = Buffer.concat([cipher.update(plain), cipher.final()])
      return { text, tag: cipher.getAuthTag() }
    },
    decrypt(nonce, text, tag, bound) {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
      decipher.setAAD(bound)
      decipher.setAuthTag(tag)
      const plain = decipher.update(text)
      try {
        return Buffer.concat([plain, decipher.final()])
      } catch {
        return undefined
      }
    },
  }
}

/** Exported for the published test vectors; everything else takes it by its name. */
export function sm4CtrHmacSm3(cipherKey: Uint8Array, macKey: Uint8Array): PreparedCipher {
  const key = createSecretKey(cipherKey)
  const mac = createSecretKey(macKey)
  function tagOf(nonce: Uint8Array, text: Uint8Array, bound: Uint8Array): Buffer {
    // The length says where the bound part ends, so that no byte can be moved across (RFC 7518, 5.2.2.1).
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(bound.length))
    return createHmac('sm3', mac).update(bound).update(nonce).update(text).update(length).digest()
  }
  return {
    encrypt(nonce, plain, bound) {
      const cipher = createCipheriv('sm4-ctr', key, nonce)
      const text = Buffer.concat([cipher.update(plain), cipher.final()])
      return { text, tag: tagOf(nonce, text, bound) }
    },
    decrypt(nonce, text, tag, bound) {
      if (tag.length !== 32 || !timingSafeEqual(tag, tagOf(nonce, text, bound))) return undefined
      const decipher = createDecipheriv('sm4-ctr', key, nonce)
      return Buffer.concat([decipher.update(text), decipher.final()])
    },
  }
}
