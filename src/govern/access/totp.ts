import { randomBytes } from 'node:crypto'
import { generateSecret, generateURI, verifySync } from 'otplib'
import { type ChangeTx, read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { openSecret, registerSealed, sealedColumn, sealSecret } from '../privacy/privacy.ts'
import { forgiveAttempt } from './attempts.ts'
import { changeAccess } from './callers.ts'
import { proveAgain } from './passwords.ts'
import * as proofs from './proofStore.ts'
import { readRecoveryCode, recoveryCode } from './rules/recovery.ts'
import { asSelf, currentSession, type OpenSession, personOf, renewSession } from './sessions.ts'
import { findPerson, type PersonRow } from './store.ts'
import { hashToken } from './token.ts'

registerSealed(sealedColumn({ schema: 'access', table: 'person', key: 'id', column: 'totp_secret', kind: 'secret' }))

const recoveryCodes = 10

function wrongCode(): Problem {
  const message = text('动态口令不正确', 'This code is not right')
  return new Problem('unauthenticated', 'access.wrong_code', message, { fields: [{ field: 'code', message }] })
}

/**
 * RFC 6238, six digits of 30 seconds, one step of drift either way. Undefined when it is not the code; the step that it
 * belongs to otherwise, which must be kept: a code seen over a shoulder must not work a second time.
 */
async function stepOf(ctx: Ctx, person: PersonRow, code: string): Promise<number | undefined> {
  if (!person.totpSecret || !/^\d{6}$/.test(code)) return undefined
  const secret = await openSecret(ctx, person.id, person.totpSecret)
  const epoch = Math.floor(ctx.now.getTime() / 1000)
  const found = verifySync({ secret, token: code, epoch, epochTolerance: 30 })
  return found.valid && 'timeStep' in found ? found.timeStep : undefined
}

/** Reads the code and gives what uses it up, for the transaction that opens the session. @throws `access.wrong_code`. */
export async function takeSecondFactor(ctx: Ctx, person: PersonRow, typed: string): Promise<(tx: Tx) => Promise<void>> {
  const recovery = readRecoveryCode(typed)
  const step = recovery ? undefined : await stepOf(ctx, person, typed.replace(/\s/g, ''))
  return async (tx) => {
    const used = recovery
      ? await proofs.spendRecoveryCode(tx, person.id, hashToken(recovery), ctx.now)
      : step !== undefined && (await proofs.spendTotpStep(tx, person.id, step))
    if (!used) throw wrongCode()
  }
}

async function self(ctx: Ctx): Promise<PersonRow> {
  const id = personOf(ctx)
  return (await read(asSelf(ctx), (tx) => findPerson(tx, id))) ?? missing('user', id)
}

function targetOf(person: PersonRow) {
  return { kind: 'user', id: person.id, name: person.name, org: person.org }
}

function alreadyOn(): Problem {
  return new Problem('conflict', 'access.totp_on', text('两步验证已开启', 'The second step is on already'))
}

/** A new secret, shown now and not again; it counts only once a code made with it was confirmed. */
export async function startTotp(ctx: Ctx, password: string | undefined): Promise<{ secret: string; uri: string }> {
  const person = await self(ctx)
  if (person.totpOn) throw alreadyOn()
  const attempt = person.passwordHash === null ? [] : await proveAgain(ctx, person, password, 'password')
  const secret = generateSecret()
  const sealed = sealSecret(ctx, person.id, secret)
  await changeAccess(asSelf(ctx), 'access.totp.start', targetOf(person), async (tx) => {
    await forgiveAttempt(tx, attempt)
    await proofs.saveTotpSecret(tx, person.id, sealed)
    tx.after({ started: true })
  })
  return { secret, uri: generateURI({ issuer: 'Zhixing', label: person.login, secret }) }
}

/** From now on the second step is asked for. The session goes on under a new token; the others end. */
export async function confirmTotp(
  ctx: Ctx,
  token: string,
  code: string,
): Promise<{ codes: string[]; session: OpenSession }> {
  const person = await self(ctx)
  if (person.totpOn) throw alreadyOn()
  const current = await currentSession(ctx, token)
  const step = await stepOf(ctx, person, code)
  if (step === undefined)
    throw invalidField(
      'code',
      'access.wrong_code',
      text('动态口令不正确,请检查手机时间', 'This code is not right: is the clock of your phone?'),
    )
  const codes = Array.from({ length: recoveryCodes }, () => recoveryCode(randomBytes(16)))
  const turnOn = async (tx: ChangeTx) => {
    await proofs.spendTotpStep(tx, person.id, step)
    await proofs.turnTotpOn(
      tx,
      person.id,
      codes.map((one) => hashToken(one)),
    )
    const renewed = await renewSession(tx, person.id, current)
    tx.after({ totpOn: true, otherSessionsEnded: renewed.ended })
    return renewed
  }
  const session = await changeAccess(asSelf(ctx), 'access.totp.on', targetOf(person), turnOn, { secretAnswer: true })
  return { codes, session }
}

export async function turnTotpOff(ctx: Ctx, token: string, password: string): Promise<OpenSession> {
  const person = await self(ctx)
  const attempt = await proveAgain(ctx, person, password, 'password')
  const current = await currentSession(ctx, token)
  const turnOff = async (tx: ChangeTx) => {
    await forgiveAttempt(tx, attempt)
    await proofs.turnTotpOff(tx, person.id)
    const renewed = await renewSession(tx, person.id, current)
    tx.before({ totpOn: person.totpOn })
    tx.after({ totpOn: false, otherSessionsEnded: renewed.ended })
    return renewed
  }
  return changeAccess(asSelf(ctx), 'access.totp.off', targetOf(person), turnOff, { secretAnswer: true })
}
