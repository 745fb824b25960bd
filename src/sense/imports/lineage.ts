import { read } from '../../platform/change.ts'
import { text } from '../../platform/problem.ts'
import { nodeId, registerNodeKind } from '../catalog/catalog.ts'
import type { LineageEdge, NodeRef } from '../catalog/contract.ts'
import type { Mapping } from './contract.ts'
import * as store from './store.ts'

registerNodeKind({
  kind: 'import',
  text: text('数据导入', 'Import'),
  async describe(ctx, ids) {
    const rows = await read(ctx, (tx) => store.importNames(tx, ids))
    return new Map(rows.map(({ id, name }) => [id, { title: name, path: `/sense/imports/${id}` }]))
  },
})

/** What columns become, from whatever carries them. Events named by a column are told by the source they arrive under. */
export function targetEdges(by: NodeRef, { target, item, event, columns }: Mapping): LineageEdge[] {
  const edges: LineageEdge[] = []
  if (target === 'events' && !event) return edges
  const of = target === 'customers' ? 'customer' : target === 'events' ? (event ?? '') : (item ?? '')
  const kind = target === 'events' ? 'property' : 'attribute'
  if (target === 'events') edges.push({ from: by, to: { kind: 'event', id: of }, by })
  for (const { as, name } of columns)
    if (as === 'value' && name) edges.push({ from: by, to: { kind, id: nodeId(of, name) }, by })
  return edges
}

export function importEdges(id: string, mapping: Mapping): LineageEdge[] {
  return targetEdges({ kind: 'import', id }, mapping)
}
