import { rootOf } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { sourcesById } from '../catalog/catalog.ts'
import { canonicalOf, membersOf as membersWithin } from '../identity/identity.ts'

/** The number that each is found under today, as far as the caller's scope goes. */
export function survivorsOf(ctx: Ctx, customers: readonly number[]): Promise<Map<number, number>> {
  return read(ctx, (tx) => canonicalOf(tx, customers))
}

/** All numbers of each. */
export function membersOf(ctx: Ctx, customers: readonly number[]): Promise<Map<number, number[]>> {
  return read(ctx, (tx) => membersWithin(tx, customers))
}

/** Where customers belong who are first seen in what a source sends: to its organisation, or to the head office. */
export async function homesOf(ctx: Ctx, tx: Tx): Promise<(source: string) => string | undefined> {
  const [sources, root] = [await sourcesById(ctx), await rootOf(tx)]
  return (source) => sources.get(source)?.org ?? root
}
