import { openEach, presentEach } from '../../govern/privacy/privacy.ts'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { membersOf } from '../identity/identity.ts'
import { kindsOfAttributes } from './attributes.ts'
import { resolveProfile } from './rules/profile.ts'
import * as store from './store.ts'

/**
 * Attributes of a set of customers by their numbers of today, in few statements, in the machine's scope: whether they may be
 * seen was asked before. Personal ones are masked, or `open` where a message is written to the customer himself; open values
 * are shown to nobody and kept nowhere. Who has none of them is there with an empty record.
 */
export async function valuesOf(
  ctx: Ctx,
  customers: readonly number[],
  names: readonly string[],
  how: 'masked' | 'open',
): Promise<Map<number, Record<string, unknown>>> {
  const machine = asMachine(ctx, 'customers')
  const wanted = new Set(names)
  const kindOf = await kindsOfAttributes(ctx)
  const { members, profiles, personal } = await read(machine, async (tx) => {
    const members = await membersOf(tx, customers)
    const numbers = [...new Set([...members.values()].flat())]
    const [profiles, personal] = await Promise.all([store.profilesOf(tx, numbers), store.personalOf(tx, numbers)])
    return { members, profiles: new Map(profiles.map((row) => [row.customer, row])), personal }
  })
  const sealed = new Map(personal.map((row) => [store.ownerOf(row.customer, row.attribute), row]))
  const values = new Map<number, Record<string, unknown>>()
  const closed: { into: Record<string, unknown>; name: string; item: store.PersonalRow & { owner: string } }[] = []
  for (const customer of customers) {
    const own: Record<string, unknown> = {}
    values.set(customer, own)
    const rows = (members.get(customer) ?? [customer]).flatMap((number) => profiles.get(number) ?? [])
    for (const one of resolveProfile(rows)) {
      if (!wanted.has(one.name)) continue
      const owner = store.ownerOf(one.holder, one.name)
      const row = sealed.get(owner)
      if (one.kind && row) closed.push({ into: own, name: one.name, item: { ...row, owner } })
      else if (!one.kind && (how === 'open' || !kindOf(one.name))) own[one.name] = one.value
    }
  }
  const items = closed.map(({ item }) => item)
  const opened = how === 'open' ? await openEach(machine, items) : await presentEach(ctx, items)
  for (const [i, { into, name }] of closed.entries()) into[name] = opened[i]
  return values
}
