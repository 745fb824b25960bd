import type { Ctx } from '../../platform/ctx.ts'

const lock = 'zhixing.segments.live'

/**
 * Real-time segments are worked by one at a time, whichever process: the lock is a session's and goes with it however it ends.
 * `wait` false: undefined at once when it is another's turn.
 */
export async function inTurn<T>(ctx: Ctx, wait: boolean, run: () => Promise<T>): Promise<T | undefined> {
  const session = await ctx.db.sql.reserve()
  try {
    if (wait) await session`select pg_advisory_lock(hashtext(${lock}))`
    else {
      const [turn] = await session<{ mine: boolean }[]>`select pg_try_advisory_lock(hashtext(${lock})) as mine`
      if (!turn?.mine) return undefined
    }
    try {
      return await run()
    } finally {
      await session`select pg_advisory_unlock(hashtext(${lock}))`
    }
  } finally {
    session.release()
  }
}
