import type { ContactKind } from '../bank/contract.ts'

/** A message as it reached a person's phone, mailbox or chat. */
export type Delivered = {
  channel: Extract<ContactKind, 'sms' | 'email' | 'push' | 'wecom'>
  /** What the channel calls the message: the same for the same message. */
  id: string
  /** Mobile number, mail address, token or external user. */
  to: string
  at: number
  text: string
}

/** What a person sends back by the channel itself: `TD` to a message, a complaint to the operator. */
export type Reply = { to: string; at: number; text: string }

/** What a stand-in needs of those around it. */
export type Around = {
  seed: number
  now(): number
  /** Runs at that time by the clock that is played on. */
  later(at: number, run: () => void): void
  /** The message has reached the person; what he sends back, and when. */
  reached(message: Delivered): Reply[]
}

export type Running = { port: number; close(): Promise<void> }

/** The real clock. */
export function realTime(): Pick<Around, 'now' | 'later'> & { stop(): void } {
  const timers = new Set<NodeJS.Timeout>()
  return {
    now: () => Date.now(),
    later(at, run) {
      const timer = setTimeout(
        () => {
          timers.delete(timer)
          run()
        },
        Math.max(0, at - Date.now()),
      )
      timers.add(timer)
    },
    stop() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
