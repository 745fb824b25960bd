import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { text } from '../../platform/problem.ts'
import { registerNodeKind, replaceLineage } from '../catalog/catalog.ts'
import type { Rule, Schema } from '../eql/contract.ts'
import { referencesOf, upgradeRule } from '../eql/eql.ts'
import { edgesOfRule, registerTagReaders } from '../tags/tags.ts'
import { latestRules, segmentNames } from './readStore.ts'

// What segments are made of: for the lineage, and for tags, which are not changed behind the back of who reads them.

registerNodeKind({
  kind: 'segment',
  text: text('客群', 'Segment'),
  async describe(ctx, ids) {
    const rows = await read(ctx, (tx) => segmentNames(tx, ids))
    return new Map(rows.map(({ id, name }) => [id, { title: name, path: `/sense/segments/${id}` }]))
  },
})

const nothing: Schema = { entities: [], events: [], common: [], tags: [], segments: [], params: [] }

registerTagReaders({
  kind: 'segment',
  name: text('客群', 'Segment'),
  async readersOf(ctx) {
    const rows = await read(ctx, latestRules)
    return rows.flatMap(({ id, name, rule }) => {
      if (rule === null) return []
      const { tags } = referencesOf(upgradeRule(rule), nothing)
      return tags.map((tag) => ({ tag, id, name, path: `/sense/segments/${id}` }))
    })
  },
})

/** What a published rule reads, and the segments it asks for, as lineage. */
export async function tellLineage(ctx: Ctx, tx: Tx, id: string, rule: Rule, schema: Schema): Promise<void> {
  const references = referencesOf(rule, schema)
  const to = { kind: 'segment', id }
  const segments = references.segments.map(({ name }) => ({ from: { kind: 'segment', id: name }, to }))
  await replaceLineage(tx, to, [...edgesOfRule(to, references), ...segments], ctx.now)
}
