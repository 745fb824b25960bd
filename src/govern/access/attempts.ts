import { unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { Problem, text } from '../../platform/problem.ts'
import * as store from './proofStore.ts'
import { blockedSeconds, withOneMore } from './rules/lockout.ts'
import { lockPolicy } from './settings.ts'
import { hashToken } from './token.ts'

/** One try to prove oneself, counted before it is looked at. */
export type Attempt = readonly store.AttemptKey[]

/**
 * Counts a try for this login and for the address it comes from; 429 `access.locked` while either has to wait. It knows
 * nothing of accounts, so that a login that does not exist is told and locked like one that does.
 */
export async function beginAttempt(ctx: Ctx, login: string): Promise<Attempt> {
  const policy = await lockPolicy(ctx)
  const attempt = attemptOf(login, ctx.origin?.ip)
  const now = ctx.now
  const wait = await unauditedChange(asMachine(ctx, 'sign-in'), 'counts tries at passwords', async (tx) => {
    const counts = []
    for (const of of attempt) counts.push({ of, count: await store.findAttempt(tx, of, now) })
    const seconds = Math.max(...counts.map(({ count }) => blockedSeconds(count, now)))
    if (seconds > 0) return seconds
    for (const { of, count } of counts) await store.saveAttempt(tx, of, withOneMore(count, now, policy[of.kind]))
    return 0
  })
  if (wait > 0)
    throw new Problem(
      'throttled',
      'access.locked',
      text('密码错误次数过多,请稍后再试', 'Too many wrong passwords: try again later'),
      { retryAfterSeconds: wait },
    )
  return attempt
}

function attemptOf(login: string, ip: string | undefined): Attempt {
  return [{ kind: 'login', key: loginKey(login) }, ...(ip ? [{ kind: 'ip' as const, key: hashToken(ip) }] : [])]
}

function loginKey(login: string): Buffer {
  return hashToken(login.toLowerCase())
}

/** It was right: the login's count begins anew; of the address only this one is taken back, others may sit behind it. */
export async function forgiveAttempt(tx: Tx, attempt: Attempt): Promise<void> {
  for (const of of attempt) await (of.kind === 'login' ? store.deleteAttempt(tx, of) : store.takeBackAttempt(tx, of))
}

/** It was neither right nor wrong yet: the second factor is still to come, and earlier wrong ones stay counted. */
export async function takeBackAttempt(ctx: Ctx, attempt: Attempt): Promise<void> {
  await unauditedChange(asMachine(ctx, 'sign-in'), 'counts tries at passwords', async (tx) => {
    for (const of of attempt) await store.takeBackAttempt(tx, of)
  })
}

/** An administrator lets a login try again. */
export async function unlockLogin(tx: Tx, login: string): Promise<void> {
  await store.deleteAttempt(tx, { kind: 'login', key: loginKey(login) })
}
