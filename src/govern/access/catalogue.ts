import { type Text, text } from '../../platform/problem.ts'
import { permissions as audit } from '../audit/contract.ts'
import { permissions as orgs } from '../orgs/contract.ts'
import { permissions as privacy } from '../privacy/contract.ts'
import { permissions as system } from '../system/contract.ts'
import { permissions as access } from './contract.ts'

type Listed = { id: string; name: Text }
type Group = { id: string; name: Text; permissions: readonly Listed[] }

const groups: Group[] = [
  { id: 'orgs', name: text('机构', 'Organisations'), permissions: orgs },
  { id: 'access', name: text('用户与权限', 'Users and access'), permissions: access },
  { id: 'audit', name: text('审计', 'Audit'), permissions: audit },
  { id: 'privacy', name: text('个人信息保护', 'Personal data'), permissions: privacy },
  { id: 'system', name: text('系统', 'System'), permissions: system },
]
const ids: string[] = groups.flatMap((group) => group.permissions.map(({ id }) => id))

/** Every permission there is, by the capability that declares it. */
export const catalogue: readonly Group[] = groups
export const allPermissions: readonly string[] = ids

/** For the capabilities of the loop, which stand after this one: their permissions join the catalogue (`src/permissions.ts`). */
export function declarePermissions(group: Group): void {
  if (groups.some(({ id }) => id === group.id)) return
  groups.push(group)
  ids.push(...group.permissions.map(({ id }) => id))
}
