import { randomBytes } from 'node:crypto'
import { type ChangeTx, read, stale } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { invalidField, type Problem, text } from '../../platform/problem.ts'
import { unlockLogin } from './attempts.ts'
import { changeAccess } from './callers.ts'
import type { NewUser, UserDetail, UserEdit, UserMade } from './contract.ts'
import { checkGrants, keepAnAdministrator, openOrg } from './grants.ts'
import { refuseWeak } from './passwords.ts'
import { changeUser, findUser, isManageable } from './people.ts'
import { providersOf, turnTotpOff } from './proofStore.ts'
import { countSessions } from './sessions.ts'
import { sessionLimits } from './settings.ts'
import * as store from './store.ts'
import { hashPassword } from './token.ts'

export async function getUser(ctx: Ctx, id: string): Promise<UserDetail> {
  const { idleMs } = await sessionLimits(ctx)
  return read(ctx, async (tx) => {
    const { user, row } = await findUser(ctx, tx, id)
    return {
      ...user,
      mustChangePassword: row.mustChange,
      passwordChangedAt: row.passwordChangedAt?.toISOString() ?? null,
      providers: await providersOf(tx, id),
      sessions: await countSessions(ctx, tx, id, idleMs),
      grantsElsewhere: (await store.heldBy(tx, id)).length - user.grants.length,
      editable: await isManageable(ctx, tx, id),
    }
  })
}

/** Made up where none is given: 96 bits, for one sign-in. */
function firstPassword(): string {
  return randomBytes(12).toString('base64url')
}

export async function createUser(ctx: Ctx, input: NewUser): Promise<UserMade> {
  if (input.password !== undefined) await refuseWeak(ctx, input.password, input, 'password')
  const password = input.password ?? firstPassword()
  const passwordHash = await hashPassword(password)
  const id = newId('usr', ctx.now)
  const org = input.org as Id<'org'>
  await changeAccess(
    ctx,
    'access.user.create',
    { kind: 'user', id, name: input.name, org },
    async (tx) => {
      await openOrg(tx, org, 'org')
      await checkGrants(ctx, tx, input.grants)
      const { login, name, lang = 'zh', email = null } = input
      await refuseTaken(tx, login, undefined)
      const person = { id, login, name, org, demo: false, mustChange: true, passwordHash }
      if (!(await store.insertPerson(tx, person, ctx.now))) throw loginTaken()
      await store.updatePerson(tx, id, 1, { login, name, email, org, lang })
      for (const grant of input.grants) await store.insertGrant(tx, { person: id, ...grant })
      tx.after({ login, name, email, org, lang, grants: input.grants })
    },
    { question: input, secretAnswer: true },
  )
  return { user: await getUser(ctx, id), password: input.password === undefined ? password : null }
}

/** Logins are one's own in the whole bank: also of people whom the actor does not see. */
async function refuseTaken(tx: Tx, login: string, but: string | undefined): Promise<void> {
  if (await store.loginTaken(tx, login, but)) throw loginTaken()
}

function loginTaken(): Problem {
  return invalidField('login', 'access.login_taken', text('用户名已被使用', 'This login is in use already'))
}

/** New roles end the person's sessions, so that no session is worth more than when its sign-in was checked. */
export async function editUser(ctx: Ctx, id: string, input: UserEdit): Promise<UserDetail> {
  await changeUser(
    ctx,
    'access.user.edit',
    id,
    async (tx, person) => {
      const held = await store.grantsOf(tx, [id])
      const { login, name, email, org, lang } = person
      tx.before({ login, name, email, org, lang, grants: held.map((grant) => ({ role: grant.role, org: grant.org })) })
      const edit = {
        login: input.login ?? login,
        name: input.name ?? name,
        email: input.email === undefined ? email : input.email,
        org: input.org ?? org,
        lang: input.lang ?? lang,
      }
      if (edit.org !== org) await openOrg(tx, edit.org, 'org')
      if (edit.login !== login) await refuseTaken(tx, edit.login, id)
      if (!(await store.updatePerson(tx, id, input.version, edit))) stale('user')
      tx.after({ ...edit, ...(input.grants ? { grants: input.grants } : {}) })
      if (!input.grants) return
      const { grants } = input
      await checkGrants(ctx, tx, grants)
      await keepAnAdministrator(tx, id, () => store.replaceGrants(tx, id, grants))
      await store.endSessions(tx, id, {})
    },
    { question: input },
  )
  return getUser(ctx, id)
}

export async function setDisabled(ctx: Ctx, id: string, disabled: boolean): Promise<void> {
  await changeUser(ctx, disabled ? 'access.user.disable' : 'access.user.enable', id, async (tx, person) => {
    tx.before({ name: person.name, disabled: person.disabled })
    tx.after({ name: person.name, disabled })
    if (!disabled) return store.saveDisabled(tx, id, false)
    await keepAnAdministrator(tx, id, () => store.saveDisabled(tx, id, true))
    await store.endSessions(tx, id, {})
  })
}

export async function unlock(ctx: Ctx, id: string): Promise<void> {
  await changeUser(ctx, 'access.user.unlock', id, async (tx, person) => {
    await unlockLogin(tx, person.login)
    tx.after({ name: person.name })
  })
}

/** A new password, shown this once; the person must change it at the next sign-in, and his sessions end. */
export async function resetPassword(
  ctx: Ctx,
  id: string,
  totpOff: boolean,
): Promise<{ password: string; totpOff: boolean }> {
  const password = firstPassword()
  const passwordHash = await hashPassword(password)
  const reset = async (tx: ChangeTx, person: store.PersonRow) => {
    await store.savePassword(tx, id, passwordHash, ctx.now, true)
    if (totpOff) await turnTotpOff(tx, id)
    await unlockLogin(tx, person.login)
    tx.before({ name: person.name, totpOn: person.totpOn })
    const sessionsEnded = await store.endSessions(tx, id, {})
    tx.after({ name: person.name, totpOn: person.totpOn && !totpOff, sessionsEnded })
  }
  await changeUser(ctx, 'access.user.reset_password', id, reset, { secretAnswer: true })
  return { password, totpOff }
}

export async function signOutEverywhere(ctx: Ctx, id: string): Promise<void> {
  await changeUser(ctx, 'access.user.sign_out', id, async (tx, person) => {
    tx.after({ name: person.name, sessionsEnded: await store.endSessions(tx, id, {}) })
  })
}
