import type { Tx } from '../../platform/db/db.ts'
import { keyMark, markedKey } from '../../platform/secrets/sealed.ts'
import type { SealedCount } from './store.ts'
import type { SealedKind, Subject } from './vault.ts'

/** A sealed value and the row it stands in, named by the row's key as text. */
export type SealedRow = Subject & { readonly key: string; readonly sealed: Buffer }

/**
 * A place where a capability keeps sealed values. The capability owns the statements; privacy only asks for rows to seal
 * again. Whoever does not register a column loses nothing, but its keys are never retired.
 */
export type SealedColumn = {
  /** `customers.identity.value`: schema, table, column. */
  readonly name: string
  /**
   * Rows not sealed under `keyId`, in the order of their keys, locked for this transaction (rows another one holds are
   * left out); `after` is the key of the last row of the set before.
   */
  nextToReseal(tx: Tx, keyId: number, limit: number, after: string | undefined): Promise<SealedRow[]>
  save(tx: Tx, rows: readonly { key: string; sealed: Buffer }[]): Promise<void>
  /** Values by the key they are sealed under. */
  count(tx: Tx): Promise<Omit<SealedCount, 'broken'>[]>
}

/** Bytes for `unnest`: the driver finds the array type of anything but bytes by itself. 1001 is `bytea[]`. */
export function bytesArray(tx: Tx, values: Buffer[]) {
  return tx.array(values, 1001)
}

const registered = new Map<string, SealedColumn>()

/** Called where a capability is defined, once for each column. */
export function registerSealed(column: SealedColumn): void {
  const known = registered.get(column.name)
  if (known && known !== column) throw new Error(`the sealed column ${column.name} is registered twice`)
  registered.set(column.name, column)
}

export function registeredColumns(): SealedColumn[] {
  return [...registered.values()]
}

/** For tests, which make tables of their own. */
export function unregisterSealed(name: string): void {
  registered.delete(name)
}

/**
 * The common case: one `bytea` column of a table with one key column of any type that sorts, where the owner is that key.
 * `kind` is fixed, or stands in a column. Give the table the index
 * `(substring(<column> from 3 for 4), <key>)` where it is large: those four bytes are the key's number.
 */
export function sealedColumn(place: {
  schema: string
  table: string
  key: string
  /** The type of the key column, so that its index is used. */
  keyType?: 'text' | 'int' | 'bigint' | 'uuid'
  column: string
  kind: SealedKind | { column: string }
}): SealedColumn {
  const { schema, key, column, kind, keyType = 'text' } = place
  const table = `${schema}.${place.table}`
  const cast = (tx: Tx) => tx.unsafe(`::${keyType}`)
  return {
    name: `${table}.${column}`,
    async nextToReseal(tx, keyId, limit, after) {
      const kindOf = typeof kind === 'string' ? tx`${kind}::text` : tx(kind.column)
      const rows = await tx<{ key: string; kind: SealedKind; sealed: Buffer }[]>`
        select ${tx(key)}::text as key, ${kindOf} as kind, ${tx(column)} as sealed
        from ${tx(table)}
        where ${tx(column)} is not null and substring(${tx(column)} from 3 for 4) <> ${keyMark(keyId)}
          and ${after === undefined ? tx`true` : tx`${tx(key)} > ${after}::text${cast(tx)}`}
        order by ${tx(table)}.${tx(key)}
        limit ${limit}
        for update skip locked`
      return rows.map((row) => ({ ...row, owner: row.key }))
    },
    async save(tx, rows) {
      await tx`
        update ${tx(table)} as held set ${tx(column)} = fresh.sealed
        from unnest(${rows.map((row) => row.key)}::text[], ${bytesArray(
          tx,
          rows.map((row) => row.sealed),
        )}) as fresh(key, sealed)
        where held.${tx(key)} = fresh.key${cast(tx)}`
    },
    async count(tx) {
      const rows = await tx<{ mark: Buffer; sealed: number }[]>`
        select substring(${tx(column)} from 3 for 4) as mark, count(*)::float8 as sealed
        from ${tx(table)}
        where ${tx(column)} is not null
        group by 1`
      return rows.map((row) => ({ keyId: markedKey(row.mark), sealed: row.sealed }))
    },
  }
}
