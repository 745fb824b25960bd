import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Text } from '../../platform/problem.ts'
import { missing } from '../../platform/problem.ts'
import type { Relation, Unfit } from './contract.ts'
import { attributesNowOf } from './entities.ts'
import * as store from './entityStore.ts'
import * as facts from './facts.ts'
import { namesOfItems } from './itemStore.ts'
import { columnOf } from './rules/column.ts'
import type { KnownAttribute } from './rules/item.ts'

export type OwnThings = {
  types: { type: string; name: Text; count: number }[]
  type: string
  columns: { name: string; label: Text; type: string; unit: string }[]
  items: { id: string; values: Record<string, unknown>; names: Record<string, string> }[]
  next: string | null
}

type Shown = KnownAttribute & { zh: string; en: string; unit: string }

/**
 * What a customer has: things of the types that the model relates to customers, the most valuable or the newest first. The
 * caller has asked whether the customer may be seen.
 */
export async function thingsOf(
  ctx: Ctx,
  customer: number,
  asked: { type: string | undefined; after: number; limit: number },
): Promise<OwnThings> {
  const { entities, relations } = await read(asMachine(ctx, 'catalog'), async (tx) => ({
    entities: new Map((await store.allEntities(tx)).map((one) => [one.type, one])),
    relations: await store.relationsOf(tx, null),
  }))
  const there = await facts.tablesThere(ctx.facts)
  const own = [
    ...new Set(relations.flatMap((one) => (one.entity === 'customer' && one.cardinality === 'many' ? one.target : []))),
  ].filter((type) => there.has(facts.tableOf(type)))
  const places = [...entities.keys()]
  own.sort((a, b) => places.indexOf(a) - places.indexOf(b))
  const type = asked.type ?? own[0] ?? 'holding'
  if (!own.includes(type)) missing('entity', type)
  const nameOf = (one: string): Text => {
    const { zh = one, en = one } = entities.get(one) ?? {}
    return { zh, en }
  }
  const [counts, page] = await Promise.all([
    facts.countThings(ctx.facts, customer, own),
    pageOf(ctx, customer, { ...asked, type }, relations, nameOf),
  ])
  const types = own.map((one) => ({ type: one, name: nameOf(one), count: counts.get(one) ?? 0 }))
  return { types, type, ...page }
}

async function pageOf(
  ctx: Ctx,
  customer: number,
  { type, after, limit }: { type: string; after: number; limit: number },
  relations: readonly Relation[],
  nameOf: (type: string) => Text,
): Promise<Pick<OwnThings, 'columns' | 'items' | 'next'>> {
  const attributes = [...(await read(asMachine(ctx, 'catalog'), (tx) => attributesNowOf(tx, type))).values()] as Shown[]
  const there = new Set((await facts.columnsNow(ctx.facts, type)).map((column) => column.name))
  const owner = relations.find((one) => one.entity === 'customer' && one.target === type && one.cardinality === 'many')
  const shown = attributes.filter(
    (one) => one.state === 'active' && !one.personal && one.name !== owner?.via && there.has(columnOf(one)?.name ?? ''),
  )
  const order = shown.find((one) => one.type === 'time') ?? shown.find((one) => one.type === 'money')
  const rows = await facts.pageOfThings(ctx.facts, { type, customer, after, limit: limit + 1 }, shown, order)
  const items = rows.slice(0, limit).map(({ id, ...row }) => ({
    id,
    values: Object.fromEntries(shown.map((one) => [one.name, plain(row[columnOf(one)?.name ?? ''])])),
  }))
  const to = relations.filter((one) => one.entity === type && one.cardinality === 'one' && one.target !== 'customer')
  const names = new Map(await Promise.all(to.map(async (one) => [one.via, await namesFor(ctx, one, items)] as const)))
  return {
    columns: shown.map(({ name, zh, en, type, unit }) => {
      const points = to.find((one) => one.via === name)
      // What is shown are names of products, not their numbers.
      const label = points && names.get(name)?.size ? nameOf(points.target) : { zh: zh || name, en: en || name }
      return { name, label, type: points ? 'name' : type, unit }
    }),
    items: items.map((item) => ({
      ...item,
      names: Object.fromEntries(
        [...names].flatMap(([via, known]) => {
          const name = known.get(String(item.values[via]))
          return name ? [[via, name]] : []
        }),
      ),
    })),
    next: rows.length > limit ? String(after + limit) : null,
  }
}

function namesFor(
  ctx: Ctx,
  { target, via }: Relation,
  items: readonly { values: Record<string, unknown> }[],
): Promise<Map<string, string>> {
  const ids = [...new Set(items.map((item) => item.values[via]).filter((id) => typeof id === 'string'))]
  return read(asMachine(ctx, 'catalog'), (tx) => namesOfItems(tx, target, ids))
}

const plain = (value: unknown) => (typeof value === 'bigint' ? String(value) : value)

/** By attribute, how many customers or things have a value that is not of its type: its column is null there. */
export async function unfitValues(ctx: Ctx, type: string): Promise<Unfit> {
  if (!(await read(ctx, (tx) => store.findEntity(tx, type)))) missing('entity', type)
  const there = await facts.tablesThere(ctx.facts)
  return { items: there.has(facts.tableOf(type)) ? await facts.countUnfit(ctx.facts, type) : [] }
}
