import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { type Feed, refill } from '../../platform/facts/follow.ts'
import { attributesNowOf, entityTypes } from './entities.ts'
import * as facts from './facts.ts'
import * as store from './followStore.ts'
import { columnsOf } from './rules/column.ts'
import { rowOf } from './rules/factRow.ts'
import type { KnownAttribute } from './rules/item.ts'

/** Whose things are. Identity knows, which comes later: the program wires it. */
export type Owners = {
  /** The form in which equal customer numbers are equal. */
  form(customerNo: string): string
  /** The customers who have these numbers now, by the number; who is not known is not in it. */
  customersOf(ctx: Ctx, forms: readonly string[]): Promise<ReadonlyMap<string, number>>
}

/**
 * What the catalogue copies to ClickHouse, in the order in which it is to be followed: tables and columns first, then the
 * things of which they are made. `refilled` is the feed that writes the customers' table.
 */
export function catalogFeeds(owners: Owners): [columns: Feed, items: Feed, owners: Feed] {
  const items = itemFeed(owners)
  return [columnFeed, items, ownerFeed(items)]
}

/**
 * The key is a type of things; with `!` behind it, its rows are written anew in any case. Rows are written anew after a
 * change of the columns, while questions are answered with what is there.
 */
const columnFeed: Feed = {
  name: 'columns',
  async follow(ctx, keys) {
    for (const type of new Set(keys.map((key) => key.replace('!', '')))) {
      if (type !== 'customer') await facts.makeItemTable(ctx.facts, type)
      const attributes = await read(ctx, (tx) => attributesNowOf(tx, type))
      const changes = await facts.columnChanges(ctx.facts, type, columnsOf(attributes.values()))
      if (changes.length === 0 && !keys.includes(`${type}!`)) continue
      // Asked for before the change is made: killed in between, it is made and asked for again.
      await unauditedChange(ctx, 'rows are written anew for new columns', (tx) =>
        type === 'customer' ? refill(tx, 'customer') : refill(tx, 'item', `${type}/`, `${type}0/`),
      )
      for (const sql of changes) await ctx.facts.command({ sql, timeoutMs: 600_000 })
      ctx.log.info({ type, changes: changes.length }, 'the columns of a type follow its attributes')
    }
  },
  async keysAfter(ctx, after, _until, limit) {
    const types = (await read(ctx, entityTypes)).filter((type) => type > after)
    return types.sort().slice(0, limit)
  },
  sweep: async () => {},
  newest: async () => 0n,
}

type Key = { type: string; id: string }

function itemFeed(owners: Owners): Feed {
  return {
    name: 'item',
    async follow(ctx, keys, version) {
      const asked = keys.map((key): Key => {
        const [type, id] = store.split(key)
        return { type, id }
      })
      const { items, owned } = await ownersKept(ctx, owners, asked)
      const customers = await owners.customersOf(ctx, [...new Set(owned.values())].filter(Boolean))
      const placed = items.map((item) => ({
        ...item,
        customer: customers.get(owned.get(`${item.type}/${item.id}`) ?? '') ?? 0,
      }))
      // First where they may stand, then the rows, then where they do: killed in between, no row is forgotten.
      const places = await unauditedChange(ctx, 'where things are about to stand', (tx) => store.addPlaces(tx, placed))
      const standing = new Map(places.map((place) => [`${place.type}/${place.id}`, place.customers]))
      for (const [type, own] of Map.groupBy(placed, (item) => item.type)) {
        const attributes = await read(ctx, (tx) => attributesNowOf(tx, type))
        const rows = own.flatMap((item) => rowsOf(item, standing.get(`${type}/${item.id}`) ?? [], attributes, version))
        await facts.insertRows(ctx.facts, type, rows)
      }
      await unauditedChange(ctx, 'where things stand', (tx) => store.settlePlaces(tx, placed))
    },
    keysAfter: (ctx, after, until, limit) => read(ctx, (tx) => store.itemKeysAfter(tx, after, until, limit)),
    async sweep(ctx, version) {
      for (const type of await itemTables(ctx)) await facts.sweep(ctx.facts, type, version)
    },
    async newest(ctx) {
      const all = await Promise.all((await itemTables(ctx)).map((type) => facts.newestVersion(ctx.facts, type)))
      return all.sort((a, b) => (a < b ? -1 : 1)).at(-1) ?? 0n
    },
  }
}

/** Types that have a table already. */
async function itemTables(ctx: Ctx): Promise<string[]> {
  const types = await read(ctx, entityTypes)
  const there = await facts.tablesThere(ctx.facts)
  return types.filter((type) => type !== 'customer' && there.has(facts.tableOf(type)))
}

async function ownersKept(ctx: Ctx, owners: Owners, keys: readonly Key[]) {
  return unauditedChange(ctx, 'whose things are said to be', async (tx) => {
    const items = await store.itemsOf(tx, keys)
    const via = new Map((await store.ownerAttributes(tx)).map((one) => [one.type, one.via]))
    const owned = new Map(
      items.map((item) => {
        const value = item.gone ? undefined : item.itemValues?.[via.get(item.type) ?? '']
        const said = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
        return [`${item.type}/${item.id}`, owners.form(said)] as const
      }),
    )
    await store.keepOwners(
      tx,
      items.map(({ type, id }) => ({ type, id, owner: owned.get(`${type}/${id}`) ?? '' })),
    )
    return { items, owned }
  })
}

function rowsOf(
  item: store.FollowedItem & { customer: number },
  standing: readonly number[],
  attributes: ReadonlyMap<string, KnownAttribute>,
  version: bigint,
): object[] {
  const { id, customer, gone } = item
  const left = standing.filter((other) => gone || other !== customer)
  const marks = left.map((other) => ({ id, customer: other, version, deleted: 1 }))
  if (gone) return marks
  const { values, unfit } = rowOf(attributes.values(), item.itemValues ?? {})
  const row = { id, customer, source: item.source, updated: item.updatedAt, unfit, version, deleted: 0, ...values }
  return [...marks, row]
}

/** The key is a customer number that names another customer than before, or one at last: its things move to him. */
function ownerFeed(items: Feed): Feed {
  return {
    name: 'owner',
    async follow(ctx, forms, version) {
      const keys = await read(ctx, (tx) => store.keysOwnedBy(tx, forms))
      for (let from = 0; from < keys.length; from += 5000)
        await items.follow(ctx, keys.slice(from, from + 5000), version)
    },
    // All things are followed anew by their own feed.
    keysAfter: async () => [],
    sweep: async () => {},
    newest: async () => 0n,
  }
}
