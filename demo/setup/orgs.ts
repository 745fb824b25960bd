import type { Org } from '../bank/contract.ts'
import type { Api } from '../doors/api.ts'

type Node = { id: string; code: string; level: number }

/** Branches and sub-branches that the product does not know yet, each below its parent. The head office must be there. */
export async function ensureOrgs(api: Api, orgs: readonly Org[]): Promise<number> {
  const { items } = await api.get<{ items: Node[] }>('/api/orgs/tree?closed=true')
  const ids = new Map(items.map(({ code, id }) => [code, id]))
  const head = items.find(({ level }) => level === 1)
  let made = 0
  for (const { code, name, kind, parent, sort } of orgs) {
    if (ids.has(code)) continue
    if (kind === 'head') {
      // One bank has one head office, whatever its code.
      if (head) ids.set(code, head.id)
      continue
    }
    const above = parent === null ? undefined : ids.get(parent)
    if (above === undefined) throw new Error(`${code} has no parent ${parent}`)
    const { id } = await api.post<Node>('/api/orgs', { parent: above, code, name, kind, sort })
    ids.set(code, id)
    made++
  }
  return made
}
