import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { Problem, text } from '../../platform/problem.ts'
import { type Attempt, beginAttempt, takeBackAttempt } from './attempts.ts'
import type { SignIn } from './contract.ts'
import { isPassword, keepRefusal } from './passwords.ts'
import { type OpenSession, openSession } from './sessions.ts'
import { findByLogin, type PersonRow } from './store.ts'
import { takeSecondFactor } from './totp.ts'

/**
 * Checks a login and password, and the second factor of one who has it; opens a session. Wrong ones make the login wait
 * for a growing time, whether there is such a person or not: both are answered alike, in the same time.
 */
export async function signIn(ctx: Ctx, input: SignIn): Promise<OpenSession> {
  const attempt = await beginAttempt(ctx, input.login)
  const person = await read(asMachine(ctx, 'sign-in'), (tx) => findByLogin(tx, input.login))
  const right = await isPassword(person, input.password)
  if (!person || !right) {
    await keepRefusal(ctx, person, 'password')
    throw new Problem(
      'unauthenticated',
      'access.wrong_credentials',
      text('登录名或密码不正确', 'Wrong login or password'),
    )
  }
  if (!person.totpOn) return openSession(ctx, person, { via: 'password', attempt })
  return withSecondFactor(ctx, person, attempt, input.code)
}

async function withSecondFactor(
  ctx: Ctx,
  person: PersonRow,
  attempt: Attempt,
  code: string | undefined,
): Promise<OpenSession> {
  if (!code) {
    await takeBackAttempt(ctx, attempt)
    throw new Problem(
      'unauthenticated',
      'access.code_needed',
      text('请输入动态口令', 'Enter the code of your second step'),
    )
  }
  try {
    return await openSession(ctx, person, { via: 'password', attempt, also: await takeSecondFactor(ctx, person, code) })
  } catch (error) {
    if (error instanceof Problem && error.code === 'access.wrong_code') await keepRefusal(ctx, person, 'code')
    throw error
  }
}
