import { setTimeout as pause } from 'node:timers/promises'
import type { Ctx } from '../../platform/ctx.ts'
import type { Deps } from './deps.ts'
import { sendDue } from './sending.ts'
import { tellNews } from './telling.ts'
import { watchDue } from './watching.ts'

export type Sender = {
  /** Works all that is due by the clock. For a clock that is moved. */
  settle(): Promise<void>
  stop(): Promise<void>
}

/** So often is looked for what is due while nothing is. */
const quietMs = 300

/** The sender of this process. Several may run: each takes what no other has. */
export function startSender(ctx: Ctx, deps: Deps): Sender {
  const stopping = new AbortController()
  let turn: Promise<unknown> = Promise.resolve()

  async function round(): Promise<number> {
    const sent = await sendDue(ctx, deps, stopping.signal)
    const watched = await watchDue(ctx)
    const told = await tellNews(ctx, deps)
    return sent + watched + told
  }
  /** One round at a time. */
  function next(): Promise<number> {
    const mine = turn.catch(() => {}).then(round)
    turn = mine
    return mine
  }
  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const done = await next().catch((error) => {
        if (!stopping.signal.aborted) ctx.log.warn({ err: error }, 'messages could not be sent, trying again')
        return 0
      })
      if (done === 0) await pause(quietMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const looping = loop()
  return {
    async settle() {
      while ((await next()) > 0);
    },
    async stop() {
      stopping.abort()
      await looping
    },
  }
}
