import { setTimeout as pause } from 'node:timers/promises'
import type { Api } from '../doors/api.ts'
import { realTime } from '../stand-ins/standIn.ts'

/** The time that passes while the bank lives. */
export type Stage = {
  now(): number
  /** On a virtual clock time goes there; on the real one this waits for it. What fell due is worked when it resolves. */
  reach(at: number): Promise<void>
  /** All that was sent is worked. */
  settled(): Promise<void>
  /** Runs when time gets there; in the order of time. */
  later(at: number, run: () => void): void
}

/** The machine's clock, and a product that is watched through its public status. */
export function realStage(api: Api): Stage {
  const { now, later } = realTime()
  return {
    now,
    later,
    async reach(at) {
      while (Date.now() < at) await pause(Math.min(60_000, at - Date.now()))
    },
    async settled() {
      while (api.hasKey && (await waitingOf(api)) > 0) await pause(200)
    },
  }
}

export async function waitingOf(api: Api): Promise<number> {
  return (await api.get<{ waiting: number }>('/api/collect/status')).waiting
}

type Answer = { id: number; now: number; fault?: string }

/**
 * The product's own virtual clock, moved by the program that started this one and holds that clock: asked over the pipe
 * between the two processes, so that nobody else can.
 */
export function virtualStage(start: number): Stage {
  let now = start
  let next = 0
  const asked = new Map<number, { resolve(): void; reject(error: Error): void }>()
  process.on('message', (message: Answer) => {
    const one = asked.get(message.id)
    if (!one) return
    asked.delete(message.id)
    now = message.now
    if (message.fault === undefined) one.resolve()
    else one.reject(new Error(message.fault))
  })
  const ask = (to: number | undefined) =>
    new Promise<void>((resolve, reject) => {
      const id = next++
      asked.set(id, { resolve, reject })
      process.send?.({ ask: 'clock', id, to })
    })
  let waiting: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    settled: () => ask(undefined),
    later: (at, run) => void waiting.push({ at, run }),
    async reach(at) {
      await ask(at)
      const due = waiting.filter((one) => one.at <= at).sort((a, b) => a.at - b.at)
      waiting = waiting.filter((one) => one.at > at)
      for (const { run } of due) run()
    },
  }
}
