import { stale } from '../../platform/change.ts'
import { asMachine, type Ctx, type Target, withCtx } from '../../platform/ctx.ts'
import { newId } from '../../platform/ids.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { changeAccess } from './callers.ts'
import { allPermissions } from './catalogue.ts'
import type { NewRole, Role, RoleCopy, RoleEdit } from './contract.ts'
import { refuseMore } from './grants.ts'
import { roles } from './people.ts'
import { expand } from './rules/roles.ts'
import * as store from './store.ts'

export async function getRole(ctx: Ctx, id: string): Promise<Role> {
  return (await roles(ctx)).find((role) => role.id === id) ?? missing('role', id)
}

/** A role is the whole bank's: only one whose scope is the root may make or change it. */
function wholeBank(ctx: Ctx): Ctx {
  if (typeof ctx.scope !== 'object' || ctx.scope.path.includes('.'))
    throw new Problem('denied', 'access.head_office_only', text('角色由总行维护', 'Roles are kept by the head office'))
  return withCtx(asMachine(ctx, 'access'), { who: ctx.who, origin: ctx.origin })
}

function known(permissions: readonly string[]): string[] {
  const strange = permissions.find((id) => !allPermissions.includes(id))
  if (strange)
    throw invalidField(
      'permissions',
      'access.no_permission',
      text(`没有这个权限:${strange}`, `There is no permission ${strange}`),
    )
  return [...permissions]
}

export async function createRole(ctx: Ctx, input: NewRole): Promise<Role> {
  refuseMore(ctx, input.permissions, 'permissions')
  const id = newId('rol', ctx.now)
  await changeAccess(
    wholeBank(ctx),
    'access.role.create',
    { kind: 'role', id, name: input.name.zh },
    async (tx) => {
      const { name, description, permissions } = input
      await store.insertRole(
        tx,
        id,
        {
          nameZh: name.zh,
          nameEn: name.en,
          aboutZh: description?.zh ?? '',
          aboutEn: description?.en ?? '',
          permissions: known(permissions),
        },
        ctx.now,
      )
      tx.after({ name: name.zh, permissions })
    },
    { question: input },
  )
  return getRole(ctx, id)
}

/** What the copied role has by patterns, the copy has by name: what is added to the product later is not in it. */
export async function copyRole(ctx: Ctx, id: string, { name }: RoleCopy): Promise<Role> {
  const { description, permissions } = await getRole(ctx, id)
  return createRole(ctx, { name, description, permissions })
}

export async function editRole(ctx: Ctx, id: string, input: RoleEdit): Promise<Role> {
  if (input.permissions) refuseMore(ctx, input.permissions, 'permissions')
  const target: Target = { kind: 'role', id }
  await changeAccess(
    wholeBank(ctx),
    'access.role.edit',
    target,
    async (tx) => {
      const role = (await store.findRole(tx, id)) ?? missing('role', id)
      if (role.builtIn) throw builtIn()
      target.name = role.nameZh
      // Taking away is giving in reverse: who may not give a role may not empty it either.
      refuseMore(ctx, expand(role.permissions, allPermissions), 'permissions')
      const edit = {
        nameZh: input.name?.zh ?? role.nameZh,
        nameEn: input.name?.en ?? role.nameEn,
        aboutZh: input.description?.zh ?? role.aboutZh,
        aboutEn: input.description?.en ?? role.aboutEn,
        permissions: known(input.permissions ?? [...expand(role.permissions, allPermissions)]),
      }
      tx.before({
        nameZh: role.nameZh,
        nameEn: role.nameEn,
        aboutZh: role.aboutZh,
        aboutEn: role.aboutEn,
        permissions: role.permissions,
      })
      tx.after(edit)
      if (!(await store.updateRole(tx, id, input.version, edit, ctx.now))) stale('role')
    },
    { question: input },
  )
  return getRole(ctx, id)
}

export async function deleteRole(ctx: Ctx, id: string): Promise<void> {
  const target: Target = { kind: 'role', id }
  await changeAccess(wholeBank(ctx), 'access.role.delete', target, async (tx) => {
    const role = (await store.findRole(tx, id)) ?? missing('role', id)
    if (role.builtIn) throw builtIn()
    if (role.users > 0)
      throw new Problem(
        'conflict',
        'access.role_in_use',
        text(`还有 ${role.users} 位用户使用该角色`, `${role.users} users still hold this role`),
      )
    target.name = role.nameZh
    tx.before({ name: role.nameZh, permissions: role.permissions })
    tx.after(null)
    await store.deleteRole(tx, id)
  })
}

function builtIn(): Problem {
  return new Problem(
    'conflict',
    'access.role_built_in',
    text('内置角色不能修改,请先复制', 'Built-in roles cannot be changed: copy it first'),
  )
}
