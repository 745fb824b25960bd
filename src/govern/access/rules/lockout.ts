export type LockPolicy = {
  /** Wrong passwords in a row before the first wait. */
  after: number
  longestSeconds: number
  /** Of silence, after which the count begins anew. */
  forgottenAfterSeconds: number
}

/** How often it went wrong, for one login or one address. */
export type Failures = { failures: number; lastAt: Date; blockedUntil: Date | null }

/** Seconds to wait after so many wrong ones in a row: none at first, then 30, doubling up to the longest. */
export function lockSeconds(failures: number, policy: Pick<LockPolicy, 'after' | 'longestSeconds'>): number {
  return failures < policy.after ? 0 : Math.min(policy.longestSeconds, 30 * 2 ** Math.min(20, failures - policy.after))
}

export function blockedSeconds(known: Failures | undefined, now: Date): number {
  if (!known?.blockedUntil || known.blockedUntil <= now) return 0
  return Math.ceil((known.blockedUntil.getTime() - now.getTime()) / 1000)
}

/** The count with one more. It is written before the password is looked at, so that many guesses at once count each. */
export function withOneMore(known: Failures | undefined, now: Date, policy: LockPolicy): Failures {
  const silent = known ? (now.getTime() - known.lastAt.getTime()) / 1000 : 0
  const failures = known && silent < policy.forgottenAfterSeconds ? known.failures + 1 : 1
  const seconds = lockSeconds(failures, policy)
  return { failures, lastAt: now, blockedUntil: seconds > 0 ? new Date(now.getTime() + seconds * 1000) : null }
}
