/**
 * The one source of time. Nothing else in the product asks the machine for the time of day:
 * tests, dry runs and the demo bank run the same code on a virtual clock.
 */
export type Clock = {
  now(): Date
  /** Calls `run` once, at or after `at`; the returned function cancels it. */
  at(at: Date, run: () => void): () => void
  /** Resolves at or after `at`; rejects with the signal's reason when it aborts first. */
  until(at: Date, signal?: AbortSignal): Promise<void>
}

/** setTimeout counts in signed 32 bits: a longer wait is taken in steps. */
const longest = 2 ** 31 - 1

function untilOn(clock: Pick<Clock, 'at'>, at: Date, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const cancel = clock.at(at, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    const stop = () => {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}

export const systemClock: Clock = {
  now: () => new Date(),
  at(at, run) {
    let timer: NodeJS.Timeout
    const step = () => {
      const left = at.getTime() - Date.now()
      timer = left > longest ? setTimeout(step, longest) : setTimeout(run, Math.max(0, left))
    }
    step()
    return () => clearTimeout(timer)
  },
  until: (at, signal) => untilOn(systemClock, at, signal),
}

/** A clock that stands until it is moved; moving it fires what falls due on the way, in order of time. */
export type VirtualClock = Clock & {
  advance(milliseconds: number): Promise<void>
  advanceTo(at: Date): Promise<void>
}

export function virtualClock(start: Date): VirtualClock {
  let now = start.getTime()
  let order = 0
  const waiting = new Set<{ at: number; order: number; run: () => void }>()

  function nextDue(limit: number) {
    let next: { at: number; order: number; run: () => void } | undefined
    for (const timer of waiting) {
      if (timer.at > limit) continue
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
    }
    return next
  }

  const clock: VirtualClock = {
    now: () => new Date(now),
    at(at, run) {
      const timer = { at: at.getTime(), order: order++, run }
      waiting.add(timer)
      return () => waiting.delete(timer)
    },
    until: (at, signal) => untilOn(clock, at, signal),
    async advanceTo(at) {
      const limit = at.getTime()
      if (limit < now)
        throw new RangeError(`a clock does not go back: ${clock.now().toISOString()} to ${at.toISOString()}`)
      for (let due = nextDue(limit); due; due = nextDue(limit)) {
        now = Math.max(now, due.at)
        waiting.delete(due)
        due.run()
        // What the timer woke may set the next one: let it run before time goes on.
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = limit
    },
    advance: (milliseconds) => clock.advanceTo(new Date(now + milliseconds)),
  }
  return clock
}
