import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Feed } from '../../platform/facts/follow.ts'
import * as facts from './facts.ts'
import { canonicalOf } from './people.ts'
import { plainForm } from './rules/values.ts'
import * as store from './store.ts'

/**
 * Merged numbers in ClickHouse. The key is a number that was merged or is apart again; those below it follow. A number that
 * is himself again stays in the table until the events say so too.
 */
export const aliasFeed: Feed = {
  name: 'alias',
  async follow(ctx, keys, version) {
    const rows = await read(ctx, async (tx) => {
      const below = await store.membersBelow(tx, keys.map(Number))
      const canonical = await canonicalOf(
        tx,
        below.map((member) => member.id),
      )
      return [...canonical].map(([customer, survivor]) => ({ customer, canonical: survivor }))
    })
    await facts.insertAliases(
      ctx.facts,
      rows.map((row) => ({ ...row, settled: 0, version, deleted: 0 })),
    )
  },
  async keysAfter(ctx, after, _until, limit) {
    const from = Number(after || 0)
    const [merged, moved] = await Promise.all([
      read(ctx, (tx) => store.mergedAfter(tx, from, limit)),
      facts.movedAfter(ctx.facts, from, limit),
    ])
    const numbers = [...new Set([...merged, ...moved])].sort((a, b) => a - b)
    return numbers.slice(0, limit).map(String)
  },
  sweep: (ctx, version) => facts.sweepAliases(ctx.facts, version),
  newest: (ctx) => facts.newestAlias(ctx.facts),
}

/** Whose things are, by the customer number they name. */
export const owners = {
  form: plainForm,
  async customersOf(ctx: Ctx, forms: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (forms.length === 0) return new Map()
    const links = await read(ctx, (tx) =>
      store.findLinks(tx, { kinds: forms.map(() => 'customer_no'), matches: [...forms] }),
    )
    return new Map(links.map((link) => [link.match, link.customer]))
  },
}
