import { createHash, createHmac, randomBytes } from 'node:crypto'
import { hash } from '@node-rs/argon2'

export const cookieName = 'zx_session'

export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** 256 random bits need no slow hash. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** What a browser repeats on writes: of this session only, and telling nothing about its token. */
export function csrfOf(token: string): string {
  return createHmac('sha256', token).update('zhixing csrf').digest('base64url')
}

/** Argon2id with the library's defaults (19 MiB, two passes), as OWASP's password storage sheet asks for at least. */
export function hashPassword(password: string): Promise<string> {
  return hash(password)
}
