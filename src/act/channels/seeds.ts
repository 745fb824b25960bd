import { namesOf, refsOf } from '../../govern/orgs/orgs.ts'
import { mask, openSecret, sealSecret } from '../../govern/privacy/privacy.ts'
import { change, read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, text } from '../../platform/problem.ts'
import type { Channel, NewSeed, Seed, SeedQuery } from './contract.ts'
import type { Kind } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'
import * as store from './store.ts'

export function listSeeds(ctx: Ctx, query: SeedQuery): Promise<Page<Seed>> {
  const by = order(
    query,
    { name: { sql: 'name', type: 'text' }, createdAt: { sql: 'created_at', type: 'timestamptz' } },
    '-createdAt',
  )
  return read(ctx, async (tx) => {
    const page = by.page(await store.pageOfSeeds(tx, query, by), (row) =>
      by.name === 'name' ? row.name : row.createdAt,
    )
    return { next: page.next, items: await toWire(tx, page.items) }
  })
}

async function toWire(tx: Tx, rows: readonly store.SeedRow[]): Promise<Seed[]> {
  const names = await namesOf(
    tx,
    rows.map(({ org }) => org),
  )
  return rows.map(({ id, name, channel, masked, org, byName, createdAt }) => ({
    ...{ id, name, channel, masked, by: byName },
    org: { id: org, name: names.get(org) ?? '' },
    createdAt: createdAt.toISOString(),
  }))
}

/** An address of the bank's own people. The audit has its mask. */
export function addSeed(ctx: Ctx, given: NewSeed): Promise<Seed> {
  const kind = Object.values(kinds).find(({ channel }) => channel === given.channel)
  const address = given.address.trim()
  const fault = kind?.checkAddress(address)
  if (fault) throw invalidField('address', 'channels.address', fault)
  const id = newId('sed', ctx.now)
  const name = given.name.trim()
  return change(ctx, 'channels.seed.add', { kind: 'seed', id, name, org: given.org as Id<'org'> }, async (tx) => {
    if (!(await refsOf(tx, [given.org])).get(given.org)?.open)
      throw invalidField(
        'org',
        'channels.unknown_org',
        text('没有这个机构,或已撤销', 'No such organisation, or it is closed'),
      )
    const row: store.SeedRow = {
      ...{ id, org: given.org, name, channel: given.channel, masked: masked(given.channel, address) },
      ...{ address: sealSecret(ctx, id, address), byName: ctx.who.name, createdAt: ctx.now },
    }
    await store.insertSeed(tx, row)
    const [seed] = await toWire(tx, [row])
    return seed ?? missing('seed', id)
  })
}

function masked(channel: Channel, address: string): string {
  if (channel === 'sms' || channel === 'call') return mask('mobile', address)
  if (channel === 'email') return mask('email', address)
  return address.length <= 6 ? '****' : `${address.slice(0, 2)}****${address.slice(-2)}`
}

export function removeSeed(ctx: Ctx, id: string): Promise<void> {
  const target = { kind: 'seed', id, name: undefined as string | undefined }
  return change(ctx, 'channels.seed.remove', target, async (tx) => {
    const row = (await store.findSeed(tx, id)) ?? missing('seed', id)
    target.name = row.name
    await store.deleteSeed(tx, id)
  })
}

/** The address of a seed in clear, for a test of that kind. */
export async function addressOfSeed(ctx: Ctx, id: string, kind: Kind): Promise<string> {
  const row = await read(ctx, async (tx) => (await store.findSeed(tx, id)) ?? missing('seed', id))
  if (row.channel !== kind.channel)
    throw invalidField(
      'seed',
      'channels.seed_channel',
      text('该种子地址属于其他渠道', 'This address is of another channel'),
    )
  return openSecret(ctx, row.id, row.address)
}
