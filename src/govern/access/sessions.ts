import type { FastifyRequest } from 'fastify'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx, withCtx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import { type Attempt, forgiveAttempt } from './attempts.ts'
import { changeAccess, originOf, remembered, unkeyed } from './callers.ts'
import type { Session } from './contract.ts'
import { sessionLimits } from './settings.ts'
import * as store from './store.ts'
import { cookieName, hashToken, newToken } from './token.ts'

/** What goes into the browser's cookie. */
export type OpenSession = { token: string; expiresAt: Date }

/** One's own account is not a matter of organisation scope. */
export function asSelf(ctx: Ctx): Ctx {
  return withCtx(ctx, { scope: 'everything' })
}

export function personOf(ctx: Ctx): string {
  if (ctx.who.kind !== 'user')
    throw new Problem('denied', 'access.people_only', text('仅限用户本人', 'Only for a person'))
  return ctx.who.id
}

type Opening = {
  via: string
  attempt?: Attempt
  /** Done in the same transaction; what it throws leaves no session. */
  also?: (tx: Tx) => Promise<void>
}

/** Opens a session for one who has proved himself. Always under a new token, whatever the browser brought. */
export async function openSession(ctx: Ctx, person: store.PersonRow, opening: Opening): Promise<OpenSession> {
  if (person.disabled) throw new Problem('denied', 'access.disabled', text('账号已停用', 'This account is disabled'))
  const token = newToken()
  const now = ctx.now
  const expiresAt = new Date(now.getTime() + (await sessionLimits(ctx)).longestMs)
  const who = { kind: 'user' as const, id: person.id, name: person.name }
  const target = { kind: 'user', id: person.id, name: person.name, org: person.org }
  await changeAccess(withCtx(unkeyed(ctx), { who, scope: 'everything' }), 'access.sign_in', target, async (tx) => {
    await opening.also?.(tx)
    if (opening.attempt) await forgiveAttempt(tx, opening.attempt)
    const { ip, agent } = originOf(ctx)
    await store.saveSignIn(tx, person.id, now, ip)
    const id = newId('ses', now)
    const session = { id, person: person.id, createdAt: now, lastSeenAt: now, expiresAt, ip, agent, via: opening.via }
    await store.insertSession(tx, { ...session, tokenHash: hashToken(token) })
    tx.after({ via: opening.via })
  })
  return { token, expiresAt }
}

/** What a token stands for, at most two seconds old, with the paths of the open organisations it is about. */
export async function proofOf(ctx: Ctx, token: string): Promise<store.Proof | undefined> {
  const hash = hashToken(token)
  const { idleMs } = await sessionLimits(ctx)
  const proof = await remembered(ctx.db, `session ${hash.toString('base64')}`, () =>
    read(asMachine(ctx, 'access'), (tx) => store.findProof(tx, hash, ctx.now, before(ctx, idleMs))),
  )
  // Time goes on while an answer is remembered.
  return proof && proof.expiresAt > ctx.now && proof.lastSeenAt > before(ctx, idleMs) ? proof : undefined
}

function before(ctx: Ctx, milliseconds: number): Date {
  return new Date(ctx.now.getTime() - milliseconds)
}

export function tokenOf(request: FastifyRequest): string {
  return request.cookies[cookieName] ?? missing('session', 'cookie')
}

/** The session that this request came with. */
export async function currentSession(ctx: Ctx, token: string): Promise<string> {
  return (await proofOf(ctx, token))?.session ?? missing('session', 'current')
}

/** A new token for the session in use, after something that makes it worth more; the other sessions of the person end. */
export async function renewSession(tx: Tx, person: string, session: string): Promise<OpenSession & { ended: number }> {
  const token = newToken()
  const expiresAt = (await store.saveToken(tx, session, hashToken(token))) ?? missing('session', session)
  return { token, expiresAt, ended: await store.endSessions(tx, person, { but: session }) }
}

export async function mySessions(ctx: Ctx, token: string): Promise<Session[]> {
  const id = personOf(ctx)
  const current = await currentSession(ctx, token)
  const { idleMs } = await sessionLimits(ctx)
  const rows = await read(asSelf(ctx), (tx) => store.sessionsOf(tx, id, ctx.now, before(ctx, idleMs)))
  return rows.map((session) => ({
    id: session.id,
    createdAt: session.createdAt.toISOString(),
    lastSeenAt: session.lastSeenAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    ip: session.ip,
    agent: session.agent,
    via: session.via,
    current: session.id === current,
  }))
}

export async function countSessions(ctx: Ctx, tx: Tx, person: string, idleMs: number): Promise<number> {
  return (await store.sessionsOf(tx, person, ctx.now, before(ctx, idleMs))).length
}

export async function endMySession(ctx: Ctx, session: string): Promise<void> {
  const id = personOf(ctx)
  await changeAccess(asSelf(ctx), 'access.session.end', { kind: 'user', id, name: ctx.who.name }, async (tx) => {
    if ((await store.endSessions(tx, id, { only: session })) === 0) missing('session', session)
    tx.after({ session })
  })
}

/** Ends the session that a token opened; a token that opens nothing is no fault. */
export async function signOutHere(ctx: Ctx, token: string): Promise<void> {
  const proof = await proofOf(ctx, token)
  if (!proof || ctx.who.kind !== 'user') return
  const { id, name } = ctx.who
  await changeAccess(asSelf(ctx), 'access.sign_out', { kind: 'user', id, name }, async (tx) => {
    await store.endSessions(tx, id, { only: proof.session })
    tx.after({ session: proof.session })
  })
}
