import { change, read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { missing } from '../../platform/problem.ts'
import { orgTree, refsOf } from '../orgs/orgs.ts'
import { needsNewPassword } from './authenticate.ts'
import { forgetCallers } from './callers.ts'
import type { Me, MyEdit, ScopeChoices } from './contract.ts'
import { passwordExpiry } from './rules/password.ts'
import { isAtOrAbove } from './rules/scope.ts'
import { asSelf, personOf } from './sessions.ts'
import { sessionLimits } from './settings.ts'
import * as store from './store.ts'
import { csrfOf } from './token.ts'

/** All that the console needs to know about the one who is signed in, and the words that belong to his session. */
export async function getMe(ctx: Ctx, token: string, demo: boolean): Promise<Me> {
  const id = personOf(ctx)
  const { maxDays } = await sessionLimits(ctx)
  const { person, held, orgs } = await readMe(ctx, id)
  const here = scopeOrg(ctx)
  const ref = (org: string) => {
    const { id, name, path } = orgs.get(org) ?? { id: org, name: org, path: org }
    return { id, name, path }
  }
  const open = held.filter((grant) => orgs.get(grant.org)?.open)
  const places = [...new Set(open.map((grant) => grant.org))].map(ref)
  return {
    user: { id: person.id, login: person.login, name: person.name, lang: person.lang, email: person.email },
    org: ref(person.org),
    scope: places.filter((place) => !places.some((other) => other !== place && isAtOrAbove(other.path, place.path))),
    scopeNow: here ? ref(here) : null,
    permissions: [...ctx.permissions],
    roles: open.map((grant) => ({ name: { zh: grant.nameZh, en: grant.nameEn }, org: ref(grant.org) })),
    csrf: csrfOf(token),
    passwordChangeNeeded: await needsNewPassword(ctx, person),
    passwordExpiresAt: passwordExpiry(person.passwordChangedAt, maxDays)?.toISOString() ?? null,
    hasPassword: person.passwordHash !== null,
    totpOn: person.totpOn,
    lastSignIn: person.previousSignInAt
      ? { at: person.previousSignInAt.toISOString(), ip: person.previousSignInIp ?? '' }
      : null,
    demo,
  }
}

function readMe(ctx: Ctx, id: string) {
  return read(asSelf(ctx), async (tx) => {
    const person = (await store.findPerson(tx, id)) ?? missing('user', id)
    const held = await store.grantsOf(tx, [id])
    const here = scopeOrg(ctx)
    const orgs = await refsOf(tx, [person.org, ...held.map((grant) => grant.org), ...(here ? [here] : [])])
    return { person, held, orgs }
  })
}

/** The organisation at the top of the scope worked in. */
function scopeOrg(ctx: Ctx): string | undefined {
  return typeof ctx.scope === 'object' ? ctx.scope.path.split('.').at(-1) : undefined
}

/** What may be chosen as `x-org-scope`, whatever is chosen now. */
export async function scopeChoices(ctx: Ctx): Promise<ScopeChoices> {
  const { held, orgs } = await readMe(ctx, personOf(ctx))
  const tops = held.flatMap((grant) => orgs.get(grant.org)?.path ?? [])
  const nodes = (await orgTree(asSelf(ctx))).filter((node) => tops.some((top) => isAtOrAbove(top, node.path)))
  const levels = new Map<string, number>()
  return {
    items: nodes.map(({ id, name, path, parent, kind }) => {
      // Depth first: the one above was seen before.
      const above = parent === null ? undefined : levels.get(parent)
      levels.set(id, (above ?? 0) + 1)
      return { id, name, path, parent: above === undefined ? null : parent, level: (above ?? 0) + 1, kind }
    }),
  }
}

export async function editMe(ctx: Ctx, edit: MyEdit): Promise<void> {
  const id = personOf(ctx)
  await change(asSelf(ctx), 'access.me.edit', { kind: 'user', id, name: ctx.who.name }, async (tx) => {
    const person = (await store.findPerson(tx, id)) ?? missing('user', id)
    tx.before({ name: person.name, lang: person.lang })
    tx.after(edit)
    await store.saveProfile(tx, id, edit)
  })
  forgetCallers(ctx.db)
}
