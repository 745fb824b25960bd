import type { Tx } from '../../platform/db/db.ts'
import type { Promotable, Promoted } from './contract.ts'

export type PromotedRow = { name: string; type: Promotable; state: Promoted['state']; at: Date; byName: string }

export function promoted(tx: Tx): Promise<PromotedRow[]> {
  return tx<PromotedRow[]>`select * from catalog.promoted order by name`
}

export async function findPromoted(tx: Tx, name: string): Promise<PromotedRow | undefined> {
  const [row] = await tx<PromotedRow[]>`select * from catalog.promoted where name = ${name} for update`
  return row
}

/** The types that events declare it with. */
export async function declaredTypes(tx: Tx, name: string): Promise<{ type: string; personal: boolean }[]> {
  return tx`select type, personal is not null as personal from catalog.property where name = ${name} and state = 'active'`
}

export async function insertPromoted(tx: Tx, row: PromotedRow): Promise<boolean> {
  const [made] = await tx`
    insert into catalog.promoted (name, type, state, at, by_name)
    values (${row.name}, ${row.type}, ${row.state}, ${row.at}, ${row.byName})
    on conflict do nothing returning name`
  return made !== undefined
}

export async function moveOn(
  tx: Tx,
  name: string,
  from: Promoted['state'],
  to: Promoted['state'] | null,
): Promise<void> {
  if (to) await tx`update catalog.promoted set state = ${to} where name = ${name} and state = ${from}`
  else await tx`delete from catalog.promoted where name = ${name} and state = ${from}`
}
