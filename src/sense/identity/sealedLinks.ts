import { registerSealed, type SealedColumn, type SealedRow } from '../../govern/privacy/privacy.ts'
import { keyMark, markedKey } from '../../platform/secrets/sealed.ts'

/** Whose value it is, for its seal: the identity itself, so that a merge need not seal anything anew. */
export function ownerOf(link: { kind: string; match: string }): string {
  return `${link.kind}:${link.match}`
}

export const sealedLinks: SealedColumn = {
  name: 'identity.link.sealed',
  async nextToReseal(tx, keyId, limit, after) {
    const [kind = '', match = ''] = after?.split(':') ?? []
    const rows = await tx<(Pick<SealedRow, 'kind' | 'sealed'> & { id: string; match: string })[]>`
      select link.kind as id, link.match, kind.personal as kind, link.sealed
      from identity.link join identity.kind on kind.id = link.kind
      where link.sealed is not null and substring(link.sealed from 3 for 4) <> ${keyMark(keyId)}
        and (link.kind, link.match) > (${kind}, ${match})
      order by link.kind, link.match
      limit ${limit}
      for update of link skip locked`
    return rows.map(({ id, match, kind, sealed }) => {
      const key = ownerOf({ kind: id, match })
      return { key, owner: key, kind, sealed }
    })
  },
  async save(tx, rows) {
    await tx`
      update identity.link set sealed = decode(fresh.sealed, 'hex')
      from unnest(${rows.map((row) => row.key)}::text[], ${rows.map((row) => row.sealed.toString('hex'))}::text[])
        as fresh(key, sealed)
      where link.kind = split_part(fresh.key, ':', 1) and link.match = split_part(fresh.key, ':', 2)`
  },
  async count(tx) {
    const rows = await tx<{ mark: Buffer; sealed: number }[]>`
      select substring(sealed from 3 for 4) as mark, count(*)::float8 as sealed
      from identity.link where sealed is not null group by 1`
    return rows.map((row) => ({ keyId: markedKey(row.mark), sealed: row.sealed }))
  },
}

registerSealed(sealedLinks)
