import { verify } from '@node-rs/argon2'
import { type ChangeTx, change, read } from '../../platform/change.ts'
import { type Ctx, withCtx } from '../../platform/ctx.ts'
import { invalidField, missing, text } from '../../platform/problem.ts'
import { type Attempt, beginAttempt, forgiveAttempt } from './attempts.ts'
import { changeAccess, unkeyed } from './callers.ts'
import type { PasswordChange } from './contract.ts'
import { weakness } from './rules/password.ts'
import { asSelf, currentSession, type OpenSession, personOf, renewSession } from './sessions.ts'
import { passwordPolicy } from './settings.ts'
import { findPerson, type PersonRow, pastPasswords, savePassword } from './store.ts'
import { hashPassword, newToken } from './token.ts'

/** Compared against when there is no such login or no password, so that all take the same time. */
let nobodysHash: Promise<string> | undefined

/** Whether it is the person's password. Takes as long for one who is not there. */
export async function isPassword(person: PersonRow | undefined, password: string): Promise<boolean> {
  nobodysHash ??= hashPassword(newToken())
  const right = await verify(person?.passwordHash ?? (await nobodysHash), password)
  return right && person?.passwordHash !== undefined && person.passwordHash !== null
}

/** For acts that a session alone must not allow: the person types his password once more. */
export async function proveAgain(
  ctx: Ctx,
  person: PersonRow,
  password: string | undefined,
  field: string,
): Promise<Attempt> {
  const attempt = await beginAttempt(ctx, person.login)
  if (!(await isPassword(person, password ?? '')))
    throw invalidField(field, 'access.wrong_password', text('当前密码不正确', 'This is not your current password'))
  return attempt
}

/** A refusal is an entry too, by the product, from where it came. Whose login was typed is said only where there is one. */
export async function keepRefusal(ctx: Ctx, person: PersonRow | undefined, why: 'password' | 'code'): Promise<void> {
  const machine = withCtx(unkeyed(ctx), {
    who: { kind: 'machine', id: 'sign-in', name: 'sign-in' },
    scope: 'everything',
  })
  const target = { kind: 'user', id: person?.id ?? 'unknown', name: person?.name, org: person?.org }
  await change(machine, 'access.sign_in.refused', target, async (tx) => tx.after({ why }))
}

/** @throws invalid, beside `field`, for a password that the bank's policy does not take. */
export async function refuseWeak(
  ctx: Ctx,
  password: string,
  person: { login: string; name: string },
  field: string,
): Promise<void> {
  const weak = weakness(password, person.login, person.name, await passwordPolicy(ctx))
  if (weak) throw invalidField(field, 'access.weak_password', weak)
}

async function refuseUsed(ctx: Ctx, person: PersonRow, password: string): Promise<void> {
  const { history } = await passwordPolicy(ctx)
  const earlier = await read(asSelf(ctx), (tx) => pastPasswords(tx, person.id, Math.max(0, history - 1)))
  for (const hash of [person.passwordHash, ...earlier])
    if (hash && (await verify(hash, password)))
      throw invalidField(
        'next',
        'access.same_password',
        text('不能与当前或最近用过的密码相同', 'Must differ from the current password and those before it'),
      )
}

/** The session goes on under a new token; every other session of the person ends. */
export async function changeMyPassword(ctx: Ctx, token: string, input: PasswordChange): Promise<OpenSession> {
  const id = personOf(ctx)
  const person = (await read(asSelf(ctx), (tx) => findPerson(tx, id))) ?? missing('user', id)
  const attempt = await proveAgain(ctx, person, input.current, 'current')
  await refuseWeak(ctx, input.next, person, 'next')
  await refuseUsed(ctx, person, input.next)
  const passwordHash = await hashPassword(input.next)
  const current = await currentSession(ctx, token)
  const target = { kind: 'user', id, name: person.name, org: person.org }
  const changed = async (tx: ChangeTx) => {
    await forgiveAttempt(tx, attempt)
    await savePassword(tx, id, passwordHash, ctx.now, false)
    const renewed = await renewSession(tx, id, current)
    tx.after({ otherSessionsEnded: renewed.ended })
    return renewed
  }
  return changeAccess(asSelf(ctx), 'access.me.password', target, changed, { secretAnswer: true })
}
