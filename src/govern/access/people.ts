import { type ChangeTx, read } from '../../platform/change.ts'
import { asMachine, type Ctx, type Target } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { order, type Page } from '../../platform/page.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import { idsWithin, refsOf } from '../orgs/orgs.ts'
import { changeAccess } from './callers.ts'
import { allPermissions, catalogue } from './catalogue.ts'
import type { PermissionGroup, Role, User, UserQuery } from './contract.ts'
import { isAbove, mayGive } from './grants.ts'
import { expand } from './rules/roles.ts'
import * as store from './store.ts'

const sorts = {
  name: { sql: 'name', type: 'text' },
  login: { sql: 'login', type: 'text' },
  createdAt: { sql: 'created_at', type: 'timestamptz' },
  lastSignInAt: { sql: "coalesce(last_sign_in_at, 'epoch')", type: 'timestamptz' },
}

/** Users of the reader's scope. */
export function listUsers(ctx: Ctx, query: UserQuery): Promise<Page<User>> {
  const by = order(query, sorts, 'login')
  return read(ctx, async (tx) => {
    const q = query.q?.trim() ? `%${query.q.trim().replace(/[\\%_]/g, '\\$&')}%` : null
    const org = query.org ? await idsWithin(tx, query.org) : null
    const filter = { id: null, q, org, state: query.state ?? null, role: query.role ?? null, now: ctx.now }
    const users = await asUsers(ctx, tx, await store.listPeople(tx, filter, by))
    return by.page(users, (user) => user[by.name as keyof typeof sorts] ?? new Date(0))
  })
}

/** One user as lists show him, and as he is stored. */
export async function findUser(ctx: Ctx, tx: Tx, id: string): Promise<{ user: User; row: store.PersonRow }> {
  const filter = { id, q: null, org: null, state: null, role: null, now: ctx.now }
  const rows = await store.listPeople(tx, filter, order({ limit: 1 }, sorts, 'login'))
  const [user] = await asUsers(ctx, tx, rows)
  const [row] = rows
  return user && row ? { user, row } : missing('user', id)
}

type Listed = store.PersonRow & { lockedUntil: Date | null }

async function asUsers(ctx: Ctx, tx: Tx, rows: readonly Listed[]): Promise<User[]> {
  const held = await store.grantsOf(
    tx,
    rows.map((row) => row.id),
  )
  const refs = await refsOf(tx, [...rows.map((row) => row.org), ...held.map((grant) => grant.org)])
  const ref = (id: string): User['org'] => {
    const { name, path } = refs.get(id) ?? { name: id, path: id }
    return { id, name, path }
  }
  return rows.map((row): User => {
    const locked = !row.disabled && row.lockedUntil !== null && row.lockedUntil > ctx.now
    const grants = held.filter((grant) => grant.person === row.id)
    return {
      id: row.id,
      login: row.login,
      name: row.name,
      email: row.email,
      org: ref(row.org),
      lang: row.lang,
      state: row.disabled ? 'disabled' : locked ? 'locked' : 'active',
      lockedUntil: locked ? (row.lockedUntil?.toISOString() ?? null) : null,
      grants: grants.map((grant) => ({
        role: { id: grant.role, name: { zh: grant.nameZh, en: grant.nameEn } },
        org: ref(grant.org),
      })),
      totpOn: row.totpOn,
      lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
      createdAt: row.createdAt.toISOString(),
      version: row.version,
    }
  })
}

/** Nobody acts on himself here, nor on one who may do more than he. */
async function manageable(ctx: Ctx, tx: Tx, id: string): Promise<store.PersonRow> {
  const person = (await store.findPerson(tx, id)) ?? missing('user', id)
  if (ctx.who.id === id)
    throw new Problem('denied', 'access.not_yourself', text('不能对自己的账号执行此操作', 'Not on your own account'))
  if (await isAbove(ctx, tx, id))
    throw new Problem(
      'denied',
      'access.above_you',
      text(
        '该用户的权限或机构范围超出您的管理范围',
        'This user may do more than you, or elsewhere: not yours to manage',
      ),
    )
  return person
}

/** One act on someone else's account, with the entry where his branch finds it. */
export function changeUser<T>(
  ctx: Ctx,
  action: string,
  id: string,
  run: (tx: ChangeTx, person: store.PersonRow) => Promise<T>,
  options: { question?: unknown; secretAnswer?: boolean } = {},
): Promise<T> {
  const target: Target = { kind: 'user', id }
  const act = async (tx: ChangeTx) => {
    const person = await manageable(ctx, tx, id)
    Object.assign(target, { name: person.name, org: person.org })
    return run(tx, person)
  }
  return changeAccess(ctx, action, target, act, options)
}

export async function isManageable(ctx: Ctx, tx: Tx, id: string): Promise<boolean> {
  return ctx.who.id !== id && ctx.permissions.has('access.user.edit') && !(await isAbove(ctx, tx, id))
}

/** All roles: they are the whole bank's. `users` counts everywhere, as a role that is held anywhere stays. */
export async function roles(ctx: Ctx, q?: string): Promise<Role[]> {
  const rows = await read(asMachine(ctx, 'access'), store.listRoles)
  const wanted = q?.trim().toLowerCase() ?? ''
  const named = rows.filter((row) => `${row.nameZh} ${row.nameEn}`.toLowerCase().includes(wanted))
  return named.map((row) => {
    const permissions = [...expand(row.permissions, allPermissions)]
    return {
      id: row.id,
      builtIn: row.builtIn,
      name: { zh: row.nameZh, en: row.nameEn },
      description: { zh: row.aboutZh, en: row.aboutEn },
      permissions,
      users: row.users,
      grantable: mayGive(ctx, permissions),
      version: row.version,
      updatedAt: row.updatedAt.toISOString(),
    }
  })
}

export function permissionCatalogue(): PermissionGroup[] {
  return catalogue.map(({ id, name, permissions }) => ({
    id,
    name,
    permissions: permissions.map((one) => ({ ...one })),
  }))
}
