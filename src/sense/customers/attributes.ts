import type { PersonalKind } from '../../govern/privacy/contract.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { attributesOf, personalKindOf } from '../catalog/catalog.ts'

export type KindOf = (attribute: string) => PersonalKind | undefined

/** The personal kind of an attribute of a customer: as the catalogue declares it, or by the look of its name. */
export async function kindsOfAttributes(ctx: Ctx): Promise<KindOf> {
  const known = await attributesOf(ctx, 'customer')
  const kinds = new Map<string, PersonalKind | undefined>()
  return (name) => {
    if (!kinds.has(name)) kinds.set(name, personalKindOf(known, name))
    return kinds.get(name)
  }
}
