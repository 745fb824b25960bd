import { createHmac, timingSafeEqual } from 'node:crypto'

const shortestKey = 32

/** A JWT of HS256 (RFC 7519), as any server library makes it: its subject, or nothing. One without an end is no good. */
export function readToken(token: string, key: string, now: Date): string | undefined {
  const [head = '', body = '', mark = '', more] = token.split('.')
  if (more !== undefined || key.length < shortestKey) return undefined
  const own = createHmac('sha256', key).update(`${head}.${body}`).digest()
  const given = Buffer.from(mark, 'base64url')
  if (given.length !== own.length || !timingSafeEqual(given, own)) return undefined
  try {
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg?: unknown }
    const { sub, exp, nbf } = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>
    const seconds = now.getTime() / 1000
    if (alg !== 'HS256' || typeof exp !== 'number' || exp <= seconds) return undefined
    if (typeof nbf === 'number' && nbf > seconds + 60) return undefined
    return typeof sub === 'string' && sub !== '' ? sub : undefined
  } catch {
    return undefined
  }
}

export function signToken(sub: string, exp: number, key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, exp })}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}
