import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx, type Target } from '../../platform/ctx.ts'
import type { Caller } from '../../platform/http/server.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { refsOf } from '../orgs/orgs.ts'
import { changeAccess, originOf, remembered } from './callers.ts'
import { allPermissions } from './catalogue.ts'
import type { Key, KeyMade, KeyQuery, NewKey } from './contract.ts'
import { openOrg, refuseBeyondOwn } from './grants.ts'
import { chooseScope } from './rules/scope.ts'
import * as store from './store.ts'
import { hashToken, newToken } from './token.ts'

const prefix = 'zxk_'
const touchEveryMs = 60_000

export function listServiceKeys(ctx: Ctx, query: KeyQuery): Promise<Page<Key>> {
  const by = order(
    query,
    { createdAt: { sql: 'created_at', type: 'timestamptz' }, name: { sql: 'name', type: 'text' } },
    '-createdAt',
  )
  return read(ctx, async (tx) => {
    const q = query.q?.trim() ? `%${query.q.trim().replace(/[\\%_]/g, '\\$&')}%` : null
    const rows = await store.listKeys(tx, { q, state: query.state ?? null, now: ctx.now }, by)
    const refs = await refsOf(
      tx,
      rows.map((row) => row.org),
    )
    const keys = rows.map((row) =>
      toKey(row, refs.get(row.org) ?? { id: row.org, name: row.org, path: row.org }, ctx.now),
    )
    return by.page(keys, (key) => key[by.name as 'createdAt' | 'name'])
  })
}

function toKey(row: store.KeyRow, org: { id: string; name: string; path: string }, now: Date): Key {
  const expired = row.expiresAt !== null && row.expiresAt <= now
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    org: { id: org.id, name: org.name, path: org.path } as Key['org'],
    permissions: row.permissions,
    state: row.revokedAt ? 'revoked' : expired ? 'expired' : 'active',
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    lastUsedIp: row.lastUsedIp,
    createdAt: row.createdAt.toISOString(),
    createdBy: { id: row.byId, name: row.byName },
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }
}

/** The secret is in this answer and nowhere else. */
export async function createKey(ctx: Ctx, input: NewKey): Promise<KeyMade> {
  const strange = input.permissions.find((id) => !allPermissions.includes(id))
  if (strange)
    throw invalidField(
      'permissions',
      'access.no_permission',
      text(`没有这个权限:${strange}`, `There is no permission ${strange}`),
    )
  refuseBeyondOwn(ctx, input.permissions, 'permissions')
  const expiresAt = input.expiresAt ? new Date(input.expiresAt) : null
  if (expiresAt && expiresAt <= ctx.now)
    throw invalidField('expiresAt', 'access.expiry_past', text('有效期须晚于现在', 'Must be later than now'))
  const secret = `${prefix}${newToken()}`
  const id = newId('key', ctx.now)
  const org = input.org as Id<'org'>
  const row = {
    id,
    name: input.name,
    hint: secret.slice(0, 10),
    org,
    permissions: input.permissions,
    expiresAt,
    createdAt: ctx.now,
    byId: ctx.who.id,
    byName: ctx.who.name,
  }
  const ref = await changeAccess(
    ctx,
    'access.key.create',
    { kind: 'key', id, name: input.name, org },
    async (tx) => {
      const found = await openOrg(tx, org, 'org')
      await store.insertKey(tx, { ...row, secretHash: hashToken(secret) })
      tx.after({ name: input.name, permissions: input.permissions, expiresAt: input.expiresAt ?? null })
      return found
    },
    { question: input, secretAnswer: true },
  )
  return { key: toKey({ ...row, lastUsedAt: null, lastUsedIp: null, revokedAt: null }, ref, ctx.now), secret }
}

export async function revokeKey(ctx: Ctx, id: string): Promise<void> {
  const target: Target = { kind: 'key', id }
  await changeAccess(ctx, 'access.key.revoke', target, async (tx) => {
    const key = (await store.revokeKey(tx, id, ctx.now)) ?? missing('key', id)
    Object.assign(target, { name: key.name, org: key.org })
    tx.after({ name: key.name, revokedAt: key.revokedAt })
  })
}

type KnownKey = { key: store.KeyRow; paths: ReadonlyMap<string, string> }

/** Who a bearer key speaks for: its permissions at its organisation, or at one below it that the request names. */
export async function keyCaller(ctx: Ctx, secret: string, asked: string | undefined): Promise<Caller> {
  const machine = asMachine(ctx, 'access')
  const hash = hashToken(secret)
  const found = await remembered<KnownKey>(ctx.db, `key ${hash.toString('base64')} ${asked ?? ''}`, () =>
    read(machine, async (tx) => {
      const key = await store.findKey(tx, hash, ctx.now)
      if (!key) return undefined
      const refs = await refsOf(tx, [key.org, ...(asked ? [asked] : [])])
      const open = [...refs.values()].filter((ref) => ref.open)
      return { key, paths: new Map(open.map(({ id, path }) => [id, path])) }
    }),
  )
  if (!found?.paths.has(found.key.org) || (found.key.expiresAt && found.key.expiresAt <= ctx.now))
    throw new Problem(
      'unauthenticated',
      'access.bad_key',
      text('服务密钥无效或已失效', 'This service key is unknown, expired or revoked'),
    )
  const { key, paths } = found
  const chosen = chooseScope([{ org: key.org, permissions: key.permissions }], paths, asked, allPermissions)
  if (!chosen?.path)
    throw new Problem('denied', 'orgs.out_of_scope', text('超出密钥的机构范围', 'Outside the scope of this key'))
  await touch(ctx, key)
  const { path, permissions } = chosen
  return { who: { kind: 'key', id: key.id, name: key.name }, scope: { path }, permissions }
}

/** "Last used" is written at most once a minute. */
async function touch(ctx: Ctx, key: store.KeyRow): Promise<void> {
  const now = ctx.now
  if (key.lastUsedAt && now.getTime() - key.lastUsedAt.getTime() <= touchEveryMs) return
  key.lastUsedAt = now
  await unauditedChange(asMachine(ctx, 'access'), 'a service key was used', (tx) =>
    store.touchKey(tx, key.id, now, originOf(ctx).ip),
  )
}

export function bearerKey(authorization: string | undefined): string | undefined {
  const given = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
  return given?.startsWith(prefix) ? given : undefined
}
