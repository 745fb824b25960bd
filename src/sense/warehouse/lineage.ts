import { read } from '../../platform/change.ts'
import { text } from '../../platform/problem.ts'
import { registerNodeKind } from '../catalog/catalog.ts'
import type { LineageEdge, NodeRef } from '../catalog/contract.ts'
import { targetEdges } from '../imports/imports.ts'
import type { Definition } from './contract.ts'
import * as store from './store.ts'

registerNodeKind({
  kind: 'connection',
  text: text('数据连接', 'Connection'),
  async describe(ctx, ids) {
    const rows = await read(ctx, (tx) => store.connectionNames(tx, ids))
    return new Map(rows.map(({ id, name }) => [id, { title: name, path: `/sense/connections?connection=${id}` }]))
  },
})
registerNodeKind({
  kind: 'mapping',
  text: text('数仓映射', 'Mapping'),
  async describe(ctx, ids) {
    const rows = await read(ctx, (tx) => store.mappingNames(tx, ids))
    return new Map(rows.map(({ id, name }) => [id, { title: name, path: `/sense/warehouse/${id}` }]))
  },
})

type Of = { id: string; connection: string }

/** From the connection into the mapping, and from it to what its columns become. */
export function edgesOf(mapping: Of, { columns }: Definition): LineageEdge[] {
  const by: NodeRef = { kind: 'mapping', id: mapping.id }
  const from = { from: { kind: 'connection', id: mapping.connection }, to: by, by }
  return [from, ...(columns ? targetEdges(by, columns) : [])]
}
