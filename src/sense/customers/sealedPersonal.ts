import type { SealedColumn, SealedRow } from '../../govern/privacy/privacy.ts'
import { keyMark, markedKey } from '../../platform/secrets/sealed.ts'
import { bytes, ownerOf, type PersonalRow } from './store.ts'

/** For the rotation of keys. The key of a row is its owner. */
export const personalColumn: SealedColumn = {
  name: 'customers.personal.sealed',
  async nextToReseal(tx, keyId, limit, after) {
    const from = splitOwner(after ?? '0:')
    const rows = await tx<PersonalRow[]>`
      select customer, attribute, kind, sealed from customers.personal
      where substring(sealed from 3 for 4) <> ${keyMark(keyId)}
        and (customer, attribute) > (${from.customer}, ${from.attribute})
      order by customer, attribute
      limit ${limit}
      for update skip locked`
    return rows.map(({ customer, attribute, kind, sealed }): SealedRow => {
      const owner = ownerOf(customer, attribute)
      return { key: owner, owner, kind, sealed }
    })
  },
  async save(tx, rows) {
    const owners = rows.map((row) => splitOwner(row.key))
    await tx`
      update customers.personal as held set sealed = fresh.sealed
      from unnest(${owners.map((owner) => owner.customer)}::int[], ${owners.map((owner) => owner.attribute)}::text[],
                  ${bytes(
                    tx,
                    rows.map((row) => row.sealed),
                  )}) as fresh (customer, attribute, sealed)
      where held.customer = fresh.customer and held.attribute = fresh.attribute`
  },
  async count(tx) {
    const rows = await tx<{ mark: Buffer; sealed: number }[]>`
      select substring(sealed from 3 for 4) as mark, count(*)::float8 as sealed from customers.personal group by 1`
    return rows.map((row) => ({ keyId: markedKey(row.mark), sealed: row.sealed }))
  },
}

function splitOwner(owner: string): { customer: number; attribute: string } {
  const at = owner.indexOf(':')
  return { customer: Number(owner.slice(0, at)), attribute: owner.slice(at + 1) }
}
