import type { AccountState, Light } from '../contract.ts'

/** How an account stands, as far as its health goes. */
export type Health = {
  state: AccountState
  failures: number
  failuresMax: number
  probes: number
}

/** What a set of letters came to. `own` are failures of the way itself; that of an address says nothing of it. */
export type Came = { sent: number; own: number; says: { zh: string; en: string } | undefined }

export type Judged = Pick<Health, 'state' | 'failures' | 'probes'> & { restMs?: number }

const firstRestMs = 60_000
const longestRestMs = 30 * 60_000

/**
 * An account rests by itself after so many failures in a row, longer each time; then it is tried with one letter at a time,
 * and the first success brings it back. One paused by hand stays so whatever comes of letters still under way.
 */
export function judge(health: Health, came: Came): Judged {
  const { state, probes, failuresMax } = health
  if (state === 'paused') return { state, failures: health.failures, probes }
  if (came.sent > 0)
    return {
      state: state === 'resting' ? 'resting' : 'on',
      failures: came.own > 0 ? 1 : 0,
      probes: state === 'resting' ? probes : 0,
    }
  if (came.own === 0) return { state, failures: health.failures, probes }
  const failures = health.failures + came.own
  if (state === 'resting' || (state === 'on' && failures < failuresMax)) return { state, failures, probes }
  return {
    state: 'resting',
    failures,
    probes: probes + 1,
    restMs: Math.min(longestRestMs, firstRestMs * 2 ** Math.min(probes, 10)),
  }
}

/** How many letters a state lets through. */
export function admitted(state: AccountState, wanted: number): number {
  if (state === 'on') return wanted
  return state === 'probing' ? Math.min(1, wanted) : 0
}

/** The light of the list: of the last quarter of an hour. */
export function lightOf(state: AccountState, recent: { sent: number; own: number }): Light {
  if (state === 'resting') return 'bad'
  if (state === 'paused') return 'quiet'
  if (state === 'probing') return 'warn'
  const all = recent.sent + recent.own
  if (all === 0) return 'quiet'
  const share = recent.own / all
  return share >= 0.2 ? 'bad' : share >= 0.02 ? 'warn' : 'good'
}
