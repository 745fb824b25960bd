import { read } from '../../platform/change.ts'
import { text } from '../../platform/problem.ts'
import { nodeId, registerNodeKind } from '../catalog/catalog.ts'
import type { LineageEdge, NodeRef } from '../catalog/contract.ts'
import type { References } from '../eql/contract.ts'
import { tagNames } from './store.ts'

registerNodeKind({
  kind: 'tag',
  text: text('标签', 'Tag'),
  async describe(ctx, ids) {
    const rows = await read(ctx, (tx) => tagNames(tx, ids))
    return new Map(rows.map(({ id, name }) => [id, { title: name, path: `/sense/tags/${id}` }]))
  },
})

/** From what a rule reads into the thing that has the rule: attributes, events with their properties, tags. */
export function edgesOfRule(to: NodeRef, { attributes, events, tags }: References): Omit<LineageEdge, 'by'>[] {
  const from: NodeRef[] = [
    ...attributes.map(({ entity, name }) => ({ kind: 'attribute', id: nodeId(entity, name) })),
    ...events
      .filter(({ name }) => name !== '')
      .flatMap(({ name, properties }) => [
        { kind: 'event', id: name },
        ...properties.map((property) => ({ kind: 'property', id: nodeId(name, property) })),
      ]),
    ...tags.map((id) => ({ kind: 'tag', id })),
  ]
  return from.map((one) => ({ from: one, to }))
}
