import { useCan } from '../../../console/kit/session.tsx'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Role } from '../contract.ts'

/** The roles of the bank, for choosing among them; none for one who may not see roles. */
export function useRoles(): Role[] {
  const can = useCan()
  const asked = useApi<{ items: Role[] }>('/api/access/roles', { limit: 200 }, { enabled: can('access.role.read') })
  return asked.data?.items ?? []
}
