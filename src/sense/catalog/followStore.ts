import type { Tx } from '../../platform/db/db.ts'

export type FollowedItem = {
  type: string
  id: string
  itemValues: Record<string, unknown> | null
  source: string | null
  updatedAt: Date | null
  gone: boolean
}

/** Each of these, also those that are no more. */
export function itemsOf(tx: Tx, keys: readonly { type: string; id: string }[]): Promise<FollowedItem[]> {
  return tx<FollowedItem[]>`
    select asked.type, asked.id, item_values, source, updated_at, coalesce(deleted, true) as gone
    from unnest(${keys.map((key) => key.type)}::text[], ${keys.map((key) => key.id)}::text[]) as asked (type, id)
    left join catalog.item using (type, id)`
}

export async function itemKeysAfter(tx: Tx, after: string, until: string | null, limit: number): Promise<string[]> {
  const [type = '', id = ''] = split(after)
  const end = until === null ? null : split(until)[0]
  const rows = await tx<{ type: string; id: string }[]>`
    select type, id from catalog.item
    where (type collate "C", id collate "C") > (${type}, ${id}) and (${end}::text is null or type collate "C" < ${end})
    order by type collate "C", id collate "C" limit ${limit}`
  return rows.map((row) => `${row.type}/${row.id}`)
}

export function split(key: string): [type: string, id: string] {
  const at = key.indexOf('/')
  return at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)]
}

/** A thing and whom it names as its customer, before the customer is looked for: who comes to be known later finds it. */
export async function keepOwners(tx: Tx, items: readonly { type: string; id: string; owner: string }[]): Promise<void> {
  await tx`
    insert into catalog.item_place (type, id, owner, customers)
    select type, id, owner, '{}'
    from unnest(${items.map((item) => item.type)}::text[], ${items.map((item) => item.id)}::text[],
                ${items.map((item) => item.owner)}::text[]) as given (type, id, owner)
    order by type, id
    on conflict (type, id) do update set owner = excluded.owner where item_place.owner <> excluded.owner`
}

export type Placed = { type: string; id: string; customer: number }

/** Adds where each is about to stand. Answers with all places where it may stand. */
export function addPlaces(
  tx: Tx,
  items: readonly Placed[],
): Promise<{ type: string; id: string; customers: number[] }[]> {
  return tx`
    insert into catalog.item_place (type, id, owner, customers)
    select type, id, '', array[customer]
    from unnest(${items.map((item) => item.type)}::text[], ${items.map((item) => item.id)}::text[],
                ${items.map((item) => item.customer)}::int[]) as given (type, id, customer)
    order by type, id
    on conflict (type, id) do update
    set customers = case when item_place.customers @> excluded.customers then item_place.customers
                         else item_place.customers || excluded.customers end
    returning type, id, customers`
}

/** Each stands there alone, and what is no more stands nowhere. */
export async function settlePlaces(tx: Tx, items: readonly (Placed & { gone: boolean })[]): Promise<void> {
  const [gone, stay] = [items.filter((item) => item.gone), items.filter((item) => !item.gone)]
  if (stay.length > 0)
    await tx`
      update catalog.item_place p set customers = array[given.customer]
      from unnest(${stay.map((item) => item.type)}::text[], ${stay.map((item) => item.id)}::text[],
                  ${stay.map((item) => item.customer)}::int[]) as given (type, id, customer)
      where p.type = given.type and p.id = given.id and p.customers <> array[given.customer]`
  if (gone.length > 0)
    await tx`
      delete from catalog.item_place p
      using unnest(${gone.map((item) => item.type)}::text[], ${gone.map((item) => item.id)}::text[]) as given (type, id)
      where p.type = given.type and p.id = given.id`
}

export async function keysOwnedBy(tx: Tx, owners: readonly string[]): Promise<string[]> {
  const rows = await tx<{ type: string; id: string }[]>`
    select type, id from catalog.item_place where owner = any (${[...owners]}::text[]) and owner <> ''`
  return rows.map((row) => `${row.type}/${row.id}`)
}

/** By type of things, the attribute that names the customer: of the relation that came with the product, else the first. */
export function ownerAttributes(tx: Tx): Promise<{ type: string; via: string }[]> {
  return tx`
    select distinct on (target) target as type, via from catalog.relation
    where entity = 'customer' and cardinality = 'many' order by target, built_in desc, name`
}
