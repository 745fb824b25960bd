import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ctx } from '../../../platform/ctx.ts'
import { endpoint } from '../../../platform/http/endpoint.ts'
import { Problem, text } from '../../../platform/problem.ts'
import type { Incoming, Outcome, Refusal } from '../contract.ts'
import { decoded } from './bytes.ts'
import { isRaw } from './message.ts'

/** What the doors need of the house behind them. All is asked as the machine: a sender has no scope of its own. */
export type DoorDeps<S extends { readonly id: string }> = {
  /** By write key or project; undefined for an unknown or closed one. Asked for every request: to be remembered. */
  findSource(ctx: Ctx, name: string): Promise<S | undefined>
  /** Durable when it resolves; one outcome for each, in order. Back-pressure is a Problem of kind `unavailable`. */
  receive(ctx: Ctx, source: S, incoming: readonly Incoming[]): Promise<Outcome[]>
  /** What the plan would say of each, for the debug door; nothing is kept. */
  validate?(ctx: Ctx, source: S, incoming: readonly Incoming[]): Promise<(Refusal | undefined)[]>
}

/** Far above any sender: the console's limit for each caller must not throw away a bank's events. */
export const perMinute = false

/** The body without its content encoding. */
export function unpacked(request: FastifyRequest, body: Buffer): Promise<Buffer> {
  return decoded(body, request.headers['content-encoding'])
}

export function preflight(doors: FastifyInstance, url: string): void {
  endpoint(doors, {
    method: 'OPTIONS',
    url,
    needs: 'public',
    summary: 'Lets pages of other origins send',
    perMinute,
    handle: () => undefined,
  })
}

/** Whose messages a write key sends. */
export async function sourceOfKey<S extends { readonly id: string }>(
  ctx: Ctx,
  key: string | undefined,
  deps: DoorDeps<S>,
): Promise<S> {
  const source = key === undefined ? undefined : await deps.findSource(ctx, key)
  if (source) return source
  throw new Problem(
    'unauthenticated',
    'collect.write_key',
    key === undefined
      ? text('缺少写入密钥(write key)', 'The write key is missing: send it as the user of basic auth')
      : text('写入密钥(write key)不正确或已停用', 'The write key is not known, or was turned off'),
  )
}

/** Where clients put it: basic auth without a password, a bearer, a header, the body, or the address of a beacon. */
export function writeKeyOf(request: FastifyRequest, body: unknown): string | undefined {
  const { authorization = '', 'x-write-key': header } = request.headers
  const basic = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1]
  const user = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('utf8').split(':')[0]
  const candidates = [
    user,
    /^Bearer (\S+)$/i.exec(authorization)?.[1],
    header,
    isRaw(body) ? body.writeKey : undefined,
    (request.query as { writeKey?: string }).writeKey,
  ]
  return candidates.find((one): one is string => typeof one === 'string' && one !== '' && one.length <= 200)
}

export function unknownProject(): never {
  throw new Problem(
    'denied',
    'collect.unknown_project',
    text(
      '没有该项目的数据源,请检查上报地址中的 project',
      'No source has this project: check project= in the address that is sent to',
    ),
  )
}
