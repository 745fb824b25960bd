import { read } from '../../platform/change.ts'
import type { Feed } from '../../platform/facts/follow.ts'
import { attributesNowOf, columnValue, insertRows, newestVersion, rowOf, sweep } from '../catalog/catalog.ts'
import { membersOf } from '../identity/identity.ts'
import { kindsOfAttributes } from './attributes.ts'
import { insertHistory } from './facts.ts'
import { historyOfDoc } from './rules/history.ts'
import { resolveProfile } from './rules/profile.ts'
import * as store from './store.ts'

/**
 * The customers in ClickHouse: a row a person, with his attributes as his page shows them. The key is any of his numbers; one
 * that was merged into another has no row.
 */
export const customerFeed: Feed = {
  name: 'customer',
  async follow(ctx, keys, version) {
    const numbers = keys.map(Number)
    // As a text: a bigint in a row is looked for in each, and makes each dearer to write.
    const written = String(version)
    const { attributes, members, profiles } = await read(ctx, async (tx) => {
      const all = await membersOf(tx, numbers)
      const members = new Map(
        [...all.values()].flatMap((own) => (own[0] === undefined ? [] : [[own[0], own] as const])),
      )
      const profiles = await store.profilesOf(tx, [...members.values()].flat())
      return { attributes: await attributesNowOf(tx, 'customer'), members, profiles }
    })
    const known = new Map(profiles.map((row) => [row.customer, row]))
    const rows = [...members].flatMap(([id, all]) => {
      const own = all.flatMap((number) => known.get(number) ?? [])
      const self = known.get(id) ?? own[0]
      if (!self) return []
      const said = Object.fromEntries(
        resolveProfile(own).flatMap((one) => {
          // Sealed when it came, and declared not to be personal since: what it says is not known here.
          if (one.kind && !attributes.get(one.name)?.personal) return []
          return [[one.name, one.kind ? true : one.value]]
        }),
      )
      const seen = new Date(Math.max(...own.map((row) => row.seenAt.getTime())))
      const { values, unfit } = rowOf(attributes.values(), said)
      return [{ id, org: self.org, born: self.bornAt, seen, unfit, version: written, deleted: 0, ...values }]
    })
    const kindOf = await kindsOfAttributes(ctx)
    await insertHistory(
      ctx.facts,
      profiles.flatMap((row) => historyOfDoc(row.customer, row.doc, attributes, kindOf, columnValue)),
    )
    const there = new Set(rows.map((row) => row.id))
    const gone = numbers.filter((number) => !there.has(number)).map((id) => ({ id, version: written, deleted: 1 }))
    await insertRows(ctx.facts, 'customer', [...rows, ...gone])
  },
  keysAfter: (ctx, after, _until, limit) =>
    read(ctx, async (tx) => (await store.numbersAfter(tx, Number(after || 0), limit)).map(String)),
  sweep: (ctx, version) => sweep(ctx.facts, 'customer', version),
  newest: (ctx) => newestVersion(ctx.facts, 'customer'),
}
