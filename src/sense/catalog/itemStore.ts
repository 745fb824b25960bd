import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type { ItemChange } from './rules/item.ts'

/** One statement for any number; what is newer stays, and an older change does nothing. One change a thing, please. */
export async function saveItems(tx: Tx, items: readonly ItemChange[]): Promise<void> {
  const values = items.map(({ op, values }) => (op === 'set' ? JSON.stringify(values) : '{}'))
  await tx`
    insert into catalog.item (type, id, item_values, updated_at, source, deleted)
    select type, id, item_values::jsonb, at, source, deleted::bool
    from unnest(${items.map((one) => one.type)}::text[], ${items.map((one) => one.id)}::text[], ${values}::text[],
                ${items.map((one) => one.at.toISOString())}::timestamptz[], ${items.map((one) => one.source)}::text[],
                ${items.map(({ op }) => String(op === 'delete'))}::text[]) line (type, id, item_values, at, source, deleted)
    order by type, id
    on conflict (type, id) do update
    set item_values = excluded.item_values, updated_at = excluded.updated_at, source = excluded.source,
        deleted = excluded.deleted
    where item.updated_at <= excluded.updated_at`
}

export type ItemRecord = { id: string; itemValues: Record<string, unknown>; updatedAt: Date; source: string }

/** The words are looked for in the ids and in the values of texts and numbers. */
export function pageOfItems(tx: Tx, type: string, words: string | null, order: Order): Promise<ItemRecord[]> {
  const q = words?.trim().toLowerCase() || null
  return tx<ItemRecord[]>`
    select id, item_values, updated_at, source from catalog.item i
    where type = ${type} and not deleted
      and (${q}::text is null or position(${q} in lower(id)) > 0
           or exists (select from jsonb_each_text(item_values) one where position(${q} in lower(one.value)) > 0))
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

/** What things are called, as far as they say. */
export async function namesOfItems(tx: Tx, type: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx<{ id: string; name: string }[]>`
    select id, coalesce(item_values ->> 'name', item_values ->> 'title') as name from catalog.item
    where type = ${type} and id = any (${[...ids]}::text[]) and not deleted
      and coalesce(item_values ->> 'name', item_values ->> 'title') is not null`
  return new Map(rows.map((row) => [row.id, row.name]))
}
