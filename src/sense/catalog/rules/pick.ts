import { createHmac, timingSafeEqual } from 'node:crypto'

/** Who picks, on pages of which origin, shown to which console, until when. */
export type PickClaims = { user: string; org: string; page: string; console: string; until: number }

/** The claims and their seal. It opens nothing but the way from a page of `page` to `console`. */
export function signPick(claims: PickClaims, key: Buffer): string {
  const said = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${said}.${sealOf(said, key)}`
}

/** Undefined for one that was not made with this key, has run out, or is shown by a page of another origin. */
export function readPick(token: string, key: Buffer, at: { origin: string; now: Date }): PickClaims | undefined {
  const [said = '', seal = '', ...more] = token.split('.')
  const right = Buffer.from(sealOf(said, key))
  const given = Buffer.from(seal)
  if (more.length > 0 || given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const claims = JSON.parse(Buffer.from(said, 'base64url').toString()) as PickClaims
  return claims.page === at.origin && at.now.getTime() < claims.until ? claims : undefined
}

function sealOf(said: string, key: Buffer): string {
  return createHmac('sha256', key).update(`pick ${said}`).digest('base64url')
}
