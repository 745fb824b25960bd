import type { FastifyRequest } from 'fastify'
import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx, withCtx } from '../../platform/ctx.ts'
import type { Authenticate, Caller } from '../../platform/http/server.ts'
import { Problem, text } from '../../platform/problem.ts'
import { refsOf } from '../orgs/orgs.ts'
import { remembered } from './callers.ts'
import { allPermissions } from './catalogue.ts'
import { bearerKey, keyCaller } from './keys.ts'
import { passwordExpiry } from './rules/password.ts'
import { chooseScope } from './rules/scope.ts'
import { proofOf } from './sessions.ts'
import { sessionLimits } from './settings.ts'
import { type Proof, touchSession } from './store.ts'
import { cookieName, csrfOf } from './token.ts'

/** A session is looked at for as long as this before its "last seen" is written again. */
const touchEveryMs = 60_000

/** The account routes that a person who must change his password may still use. */
const beforeNewPassword = /^\/api\/access\/(me(\/password)?|sign-out)([?#]|$)/

/**
 * Reads the session cookie or the service key. What a proof stands for is remembered for two seconds at most; whatever is
 * changed through this process counts at once.
 *
 * `x-org-scope` narrows to an organisation at or below one where he holds a role; what he may do is what he holds at or
 * above it. Without the header it is the topmost organisation where he holds anything. Roles at closed organisations rest.
 */
export const authenticate: Authenticate = async (ctx, request) => {
  const key = bearerKey(request.headers.authorization)
  if (key) return keyCaller(ctx, key, scopeHeader(request))
  const token = request.cookies[cookieName]
  return token ? sessionCaller(ctx, token, request) : undefined
}

async function sessionCaller(ctx: Ctx, token: string, request: FastifyRequest): Promise<Caller> {
  const proof = await proofOf(ctx, token)
  if (!proof) throw sessionEnded()
  if (!beforeNewPassword.test(request.url) && (await needsNewPassword(ctx, proof)))
    throw new Problem('denied', 'access.password_change_needed', text('请先修改密码', 'Change your password first'))
  const asked = scopeHeader(request)
  const paths = await openPaths(ctx, [...proof.grants.map(({ org }) => org), ...(asked ? [asked] : [])])
  const chosen = chooseScope(proof.grants, paths, asked, allPermissions)
  if (!chosen) throw outOfScope()
  await touch(ctx, proof)
  return {
    who: { kind: 'user', id: proof.person, name: proof.name },
    scope: chosen.path === undefined ? 'nothing' : { path: chosen.path },
    permissions: chosen.permissions,
    lang: proof.lang,
    csrf: csrfOf(token),
  }
}

/** The context of one who has just opened a session, for the answer to his sign-in. */
export async function callerOf(ctx: Ctx, token: string): Promise<Ctx> {
  const proof = await proofOf(ctx, token)
  if (!proof) throw sessionEnded()
  const paths = await openPaths(
    ctx,
    proof.grants.map(({ org }) => org),
  )
  const chosen = chooseScope(proof.grants, paths, undefined, allPermissions)
  return withCtx(ctx, {
    who: { kind: 'user', id: proof.person, name: proof.name },
    scope: chosen?.path === undefined ? 'nothing' : { path: chosen.path },
    permissions: chosen?.permissions ?? new Set(),
  })
}

export async function needsNewPassword(
  ctx: Ctx,
  person: { mustChange: boolean; passwordChangedAt: Date | null },
): Promise<boolean> {
  const { maxDays } = await sessionLimits(ctx)
  const expiry = passwordExpiry(person.passwordChangedAt, maxDays)
  return person.mustChange || (expiry !== undefined && expiry <= ctx.now)
}

function sessionEnded(): Problem {
  return new Problem(
    'unauthenticated',
    'access.session_ended',
    text('会话已结束,请重新登录', 'Your session has ended: sign in again'),
  )
}

function outOfScope(): Problem {
  return new Problem('denied', 'orgs.out_of_scope', text('超出您的机构数据范围', 'Outside your organisation scope'))
}

/** Paths of those that are open, by id. Moves and closings are forgotten with everything else. */
async function openPaths(ctx: Ctx, ids: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)].sort()
  const found = await remembered(ctx.db, `paths ${wanted.join()}`, () =>
    read(asMachine(ctx, 'access'), async (tx) => {
      const refs = [...(await refsOf(tx, wanted)).values()]
      return new Map(refs.filter(({ open }) => open).map(({ id, path }) => [id, path] as const))
    }),
  )
  return found ?? new Map()
}

async function touch(ctx: Ctx, proof: Proof): Promise<void> {
  const now = ctx.now
  if (now.getTime() - proof.lastSeenAt.getTime() <= touchEveryMs) return
  // Of the remembered answer, too: one of many requests at once writes.
  proof.lastSeenAt = now
  await unauditedChange(asMachine(ctx, 'access'), 'a session was used', (tx) => touchSession(tx, proof.session, now))
}

function scopeHeader(request: FastifyRequest): string | undefined {
  const header = request.headers['x-org-scope']
  return typeof header === 'string' && header !== '' ? header : undefined
}
