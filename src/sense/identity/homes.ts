import { indexPersonal } from '../../govern/privacy/privacy.ts'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Identity } from '../collect/contract.ts'
import { formOf, kindsOf } from './kinds.ts'
import { longestValue } from './rules/values.ts'
import { ownerOf } from './sealedLinks.ts'
import * as store from './store.ts'

/**
 * Under which organisations the customers stand whom these identities name, for each set; wherever they are, so it is not
 * for showing to a person. A device that people share names nobody.
 */
export async function orgsNamed(given: Ctx, sets: readonly (readonly Identity[])[]): Promise<string[][]> {
  const ctx = asMachine(given, 'identity')
  return read(ctx, async (tx) => {
    const kinds = await kindsOf(tx)
    const pairs = new Map<string, { kind: string; match: string }>()
    const named = sets.map((ids) =>
      ids.flatMap(({ kind: id, value }) => {
        const kind = kinds.get(id)
        if (!kind || kind.shared || value.length > longestValue) return []
        const form = formOf(kind, value)
        if (form === '') return []
        const match = kind.personal ? indexPersonal(ctx, kind.personal, value).toString('hex') : form
        const key = ownerOf({ kind: id, match })
        pairs.set(key, { kind: id, match })
        return [key]
      }),
    )
    const wanted = [...pairs.values()]
    if (wanted.length === 0) return sets.map(() => [])
    const links = await store.findLinks(tx, {
      kinds: wanted.map(({ kind }) => kind),
      matches: wanted.map(({ match }) => match),
    })
    const orgs = new Map(links.map((link) => [ownerOf(link), link.org]))
    return named.map((keys) => keys.flatMap((key) => orgs.get(key) ?? []))
  })
}
