import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { order, type Page, type PageQuery } from '../../platform/page.ts'
import type { Waiting } from './contract.ts'
import * as store from './store.ts'
import { toVersion } from './templates.ts'

/** What waits for a decision, the oldest first. */
export function listWaiting(ctx: Ctx, query: PageQuery): Promise<Page<Waiting>> {
  const by = order(query, store.waitingSorts, 'submittedAt', "v.template || ' ' || v.version")
  return read(ctx, async (tx) => {
    const rows = await store.pageOfWaiting(tx, query.q ?? null, by)
    const page = by.page(rows, (row) => row.submittedAt)
    return {
      next: page.next,
      items: page.items.map((row) => ({
        ...toVersion(row),
        ...{ id: row.id, template: row.template, name: row.name, channel: row.channel, lang: row.lang },
        own: row.submittedBy === ctx.who.id,
      })),
    }
  })
}
