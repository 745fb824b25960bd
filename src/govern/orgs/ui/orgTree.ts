import { useMemo } from 'react'
import { branchesOf } from '../../../console/kit/tree.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { OrgNode, OrgTree } from '../contract.ts'

export function useOrgTree(closed = false) {
  const asked = useApi<OrgTree>('/api/orgs/tree', closed ? { closed: true } : {})
  const branches = useMemo(() => branchesOf<OrgNode>(asked.data?.items ?? []), [asked.data])
  return { ...asked, lines: asked.data?.items ?? [], branches }
}
