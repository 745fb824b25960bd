import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { invalidField, Problem, text } from '../../platform/problem.ts'
import type { OrgRef } from '../orgs/contract.ts'
import { refsOf, rootOf } from '../orgs/orgs.ts'
import { allPermissions } from './catalogue.ts'
import { expand } from './rules/roles.ts'
import { administratorsAt, heldBy, listRoles, lockAdministrators } from './store.ts'

/** What the machine and a holder of `access.grant.any` may give is not bounded by what they have themselves. */
function mayGiveAny(ctx: Ctx): boolean {
  return ctx.who.kind === 'machine' || ctx.permissions.has('access.grant.any')
}

/** Nobody gives what he has not, unless that is his office. Nobody acts on himself, so nobody gives it to himself. */
export function refuseMore(ctx: Ctx, permissions: Iterable<string>, field: string): void {
  if (!mayGiveAny(ctx)) refuseBeyondOwn(ctx, permissions, field)
}

/** For what the giver uses himself, such as a service key: never more than he has. */
export function refuseBeyondOwn(ctx: Ctx, permissions: Iterable<string>, field: string): void {
  if (ctx.who.kind === 'machine') return
  const beyond = [...permissions].find((id) => !ctx.permissions.has(id))
  if (beyond)
    throw invalidField(
      field,
      'access.more_than_yours',
      text(`包含您自己没有的权限:${beyond}`, `This includes a permission that you do not have: ${beyond}`),
    )
}

/** Whether he may give a role of these permissions at all. */
export function mayGive(ctx: Ctx, permissions: Iterable<string>): boolean {
  return mayGiveAny(ctx) || [...permissions].every((id) => ctx.permissions.has(id))
}

/**
 * Whether the person holds anything that lies outside the actor's scope or goes beyond what he may give: then his account
 * is not the actor's to manage. Resetting its password would be a way to more than one has.
 */
export async function isAbove(ctx: Ctx, tx: Tx, person: string): Promise<boolean> {
  const held = await heldBy(tx, person)
  const here = await refsOf(
    tx,
    held.map((grant) => grant.org),
  )
  return held.some((grant) => !here.has(grant.org) || !mayGive(ctx, expand(grant.permissions, allPermissions)))
}

/** Checks roles to be given at organisations: both must exist, the organisation in the giver's scope. */
export async function checkGrants(ctx: Ctx, tx: Tx, grants: readonly { role: string; org: string }[]): Promise<void> {
  const roles = new Map((await listRoles(tx)).map((role) => [role.id as string, role]))
  const orgs = await refsOf(
    tx,
    grants.map((grant) => grant.org),
  )
  for (const [i, grant] of grants.entries()) {
    const role = roles.get(grant.role)
    if (!role) throw invalidField(`grants.${i}.role`, 'access.no_role', text('没有这个角色', 'There is no such role'))
    if (!orgs.get(grant.org)?.open)
      throw invalidField(
        `grants.${i}.org`,
        'access.no_org',
        text('机构已撤销或不在您的数据范围内', 'This organisation is closed or not in your scope'),
      )
    refuseMore(ctx, expand(role.permissions, allPermissions), `grants.${i}.role`)
  }
}

/** An organisation where people and keys may be put: in the scope, and open. */
export async function openOrg(tx: Tx, org: string, field: string): Promise<OrgRef> {
  const found = (await refsOf(tx, [org])).get(org)
  if (found?.open) return { id: found.id, name: found.name, path: found.path }
  throw invalidField(
    field,
    'access.no_org',
    text('机构已撤销或不在您的数据范围内', 'This organisation is closed or not in your scope'),
  )
}

/**
 * Runs what takes something away from a person, and refuses if the bank would be left without an administrator at its
 * head office. One at a time: two who shut each other out at once would both find the other still there.
 */
export async function keepAnAdministrator(tx: Tx, person: string, act: () => Promise<void>): Promise<void> {
  const root = await rootOf(tx)
  const before = root ? await administratorsAt(tx, root) : []
  if (!root || !before.includes(person)) return act()
  await lockAdministrators(tx)
  await act()
  if ((await administratorsAt(tx, root)).length === 0)
    throw new Problem(
      'conflict',
      'access.last_admin',
      text('总行至少要保留一位系统管理员', 'The head office must keep at least one administrator'),
    )
}
