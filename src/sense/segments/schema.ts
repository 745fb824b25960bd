import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Schema } from '../eql/contract.ts'
import { type TagGround, groundOf as tagGroundOf } from '../tags/tags.ts'
import { allSegments, type NamedSegment } from './store.ts'

/** What rules may speak of: all that tags know, and the segments. */
export type Ground = TagGround & { readonly segments: readonly NamedSegment[] }

/** A rule names a segment by its title and keeps its id, so that a new name breaks nothing. */
export async function groundOf(ctx: Ctx): Promise<Ground> {
  const [ground, segments] = await Promise.all([tagGroundOf(ctx), read(ctx, allSegments)])
  const schema: Schema = {
    ...ground.schema,
    segments: segments
      .filter(({ version }) => version > 0)
      .map(({ id, name, version, size }) => ({
        ...{ name: id, zh: name, en: name, versions: version },
        ...(size === null ? {} : { size }),
      })),
  }
  return { ...ground, schema, segments }
}
