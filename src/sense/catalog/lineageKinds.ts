import { read } from '../../platform/change.ts'
import { text } from '../../platform/problem.ts'
import { registerNodeKind } from './lineage.ts'
import * as store from './lineageNames.ts'

// What the catalogue itself has: sources, events, their properties, attributes of entities.

/** `event property`, `type attribute`: neither an event's property nor a type has a blank in front of its last part. */
export const nodeId = (of: string, name: string) => `${of} ${name}`

registerNodeKind({
  kind: 'source',
  text: text('数据源', 'Source'),
  async describe(ctx, ids) {
    const rows = await read(ctx, (tx) => store.sourceNames(tx, ids))
    return new Map(rows.map(({ id, name }) => [id, { title: name, path: `/sense/sources?source=${id}` }]))
  },
})

registerNodeKind({
  kind: 'event',
  text: text('事件', 'Event'),
  async describe(ctx, ids) {
    const rows = await read(ctx, (tx) => store.eventNames(tx, ids))
    return new Map(
      rows.map(({ id, zh, en }) => [
        id,
        { title: (ctx.lang === 'zh' ? zh : en) || id, path: `/sense/plan/event/${encodeURIComponent(id)}` },
      ]),
    )
  },
})

registerNodeKind({
  kind: 'property',
  text: text('事件属性', 'Property'),
  async describe(ctx, ids) {
    const rows = await read(ctx, (tx) => store.propertyNames(tx, ids))
    return new Map(
      rows.map(({ id, event, name, zh, en }) => [
        id,
        {
          title: (ctx.lang === 'zh' ? zh : en) || name,
          path: event === '' ? '/sense/plan/common' : `/sense/plan/event/${encodeURIComponent(event)}`,
        },
      ]),
    )
  },
})

registerNodeKind({
  kind: 'attribute',
  text: text('实体属性', 'Attribute'),
  async describe(ctx, ids) {
    const rows = await read(ctx, (tx) => store.attributeNames(tx, ids))
    const known = new Map(rows.map((row) => [row.id, row]))
    // An attribute that has only been mapped yet is not in the model until its first value is.
    return new Map(
      ids.map((id) => {
        const [type = '', name = id] = id.split(' ')
        const row = known.get(id)
        const own = (ctx.lang === 'zh' ? row?.zh : row?.en) || name
        const of = (ctx.lang === 'zh' ? row?.typeZh : row?.typeEn) || type
        return [id, { title: `${of} · ${own}`, path: `/sense/entities/${encodeURIComponent(type)}` }]
      }),
    )
  },
})
