import { orgTree } from '../../govern/orgs/orgs.ts'
import type { PersonalKind } from '../../govern/privacy/contract.ts'
import { indexPersonal, normalise, sealPersonal } from '../../govern/privacy/privacy.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import { attributesOf, columnValue, noteAttributes } from '../catalog/catalog.ts'
import { type Arrived, type Batch, factsToken, type Step } from '../collect/collect.ts'
import type { ProfileOp } from '../collect/contract.ts'
import { placeCustomers } from '../identity/identity.ts'
import { kindsOfAttributes } from './attributes.ts'
import { insertHistory } from './facts.ts'
import { homesOf } from './people.ts'
import { historyOf } from './rules/history.ts'
import { newOrgCode } from './rules/placing.ts'
import { type Applied, applyChanges, type Change, type Doc } from './rules/profile.ts'
import { sightings } from './rules/sighting.ts'
import * as store from './store.ts'

/**
 * What a batch of the log says of its customers, written with the new position of the log and so exactly once. A batch
 * without profiles costs one reading, and one writing where someone is new or was not seen for an hour.
 */
export const profileStep: Step = {
  name: 'customers',
  async facts(ctx: Ctx, batch: Batch) {
    const said = batch.arrived.flatMap(({ refused, customer, receivedAt, envelope: { profile, time } }) =>
      profile && !refused && customer > 0 ? [{ customer, ...profile, time, receivedAt }] : [],
    )
    if (said.length === 0) return
    const rows = historyOf(said, await attributesOf(ctx, 'customer'), await kindsOfAttributes(ctx), columnValue)
    if (rows.length > 0) await insertHistory(ctx.facts, rows, factsToken(batch, 'attribute_day'))
  },
  async effects(ctx: Ctx, tx: Tx, batch: Batch) {
    // What the product says of a customer is nothing that he did.
    const arrived = batch.arrived.filter(
      ({ refused, customer, envelope }) => !refused && customer > 0 && envelope.customer === undefined,
    )
    if (arrived.length === 0) return
    await keepSightings(ctx, tx, arrived)
    await keepProfiles(ctx, tx, arrived)
  },
}

async function keepSightings(ctx: Ctx, tx: Tx, arrived: readonly Arrived[]): Promise<void> {
  const sighted = sightings(
    arrived.map(({ customer, source, receivedAt, envelope }) => {
      const did = envelope.kind === 'event' || envelope.name !== undefined
      return { customer, source, receivedAt, didAt: did ? envelope.time : undefined }
    }),
  )
  const unknown = await store.moveSightings(tx, [...sighted.values()])
  if (unknown.length === 0) return
  const homeOf = await homesOf(ctx, tx)
  const fresh = unknown.flatMap((number): store.Sighting[] => {
    const one = sighted.get(number)
    const org = one && homeOf(one.source)
    return one && org ? [{ customer: number, org, bornAt: one.bornAt, seenAt: one.seenAt }] : []
  })
  if (fresh.length > 0) await store.insertSightings(tx, fresh, ctx.now)
}

async function keepProfiles(ctx: Ctx, tx: Tx, arrived: readonly Arrived[]): Promise<void> {
  const changes = new Map<number, Change[]>()
  for (const { customer, source, envelope } of arrived) {
    if (!envelope.profile) continue
    const { op, values } = envelope.profile
    const own = changes.get(customer)
    const change = { op, values, time: envelope.time, source }
    if (own) own.push(change)
    else changes.set(customer, [change])
  }
  if (changes.size === 0) return
  const kindOf = await kindsOfAttributes(ctx)
  const rows = await store.lockProfiles(tx, [...changes.keys()])
  const applied = rows
    .map((row) => ({ row, ...applyChanges(row, changes.get(row.customer) ?? [], kindOf) }))
    .filter((one) => one.changed)
  if (applied.length === 0) return
  const placed = await placements(ctx, applied)
  await store.saveProfiles(
    tx,
    applied.map(({ row, doc, emptied }) => {
      return { customer: row.customer, doc, emptied, org: placed.get(row.customer) ?? row.org }
    }),
    ctx.now,
  )
  if (placed.size > 0)
    await placeCustomers(
      ctx,
      tx,
      [...placed].map(([customer, org]) => ({ customer, org })),
    )
  await noteAttributes(
    ctx,
    tx,
    'customer',
    arrived.flatMap(({ envelope: { profile } }) => (profile && says.has(profile.op) ? [profile.values] : [])),
  )
  await keepPersonal(ctx, tx, applied)
}

/** What these carry are values; the others only name attributes. */
const says: ReadonlySet<ProfileOp> = new Set(['set', 'setOnce', 'increment', 'append'])

type Changed = Applied & { row: store.ProfileRow }

/** What clients say again and again is not sealed again: an equal blind index is an equal value. */
async function keepPersonal(ctx: Ctx, tx: Tx, applied: readonly Changed[]): Promise<void> {
  const said = applied.flatMap(({ row: { customer }, personal }) =>
    [...personal].map(([attribute, held]) => ({
      customer,
      attribute,
      held,
      owner: store.ownerOf(customer, attribute),
    })),
  )
  if (said.length === 0) return
  const known = new Map(
    (await store.lookupsOf(tx, [...new Set(said.map((one) => one.customer))])).map((row) => [
      store.ownerOf(row.customer, row.attribute),
      row,
    ]),
  )
  const kept: (store.PersonalRow & { lookup: Buffer | null })[] = []
  for (const { customer, attribute, held, owner } of said) {
    if (!held) continue
    const { kind, value } = held
    const lookup = lookupOf(ctx, kind, value)
    const before = known.get(owner)
    if (lookup && before?.kind === kind && before.lookup?.equals(lookup)) continue
    kept.push({ customer, attribute, kind, sealed: sealPersonal(ctx, { kind, owner }, value), lookup })
  }
  if (kept.length > 0) await store.savePersonal(tx, kept)
  const gone = said.filter(({ held, owner }) => !held && known.has(owner))
  if (gone.length > 0) await store.dropPersonal(tx, gone)
}

/** Null for what has no normal form: a card number of nothing but hyphens is kept, and found by nobody. */
export function lookupOf(ctx: Ctx, kind: PersonalKind, value: string): Buffer | null {
  return normalise(kind, value) === '' ? null : indexPersonal(ctx, kind, value)
}

const unknownCodes = new Set<string>()
const mostUnknown = 1000

/** Who moved to which organisation. A code that nobody knows leaves the customer where he is, and is said once. */
async function placements(
  ctx: Ctx,
  applied: readonly { row: { customer: number; org: string; doc: Doc }; doc: Doc }[],
): Promise<Map<number, Id<'org'>>> {
  const placed = new Map<number, Id<'org'>>()
  const said = applied.flatMap(({ row, doc }) => {
    const code = newOrgCode(row.doc, doc)
    return code ? [{ row, code }] : []
  })
  if (said.length === 0) return placed
  const orgs = new Map((await orgTree(ctx)).map((org) => [org.code, org.id as Id<'org'>]))
  for (const { row, code } of said) {
    const org = orgs.get(code)
    if (org && org !== row.org) placed.set(row.customer, org)
    if (org || unknownCodes.has(code) || unknownCodes.size >= mostUnknown) continue
    unknownCodes.add(code)
    ctx.log.warn({ code, customer: row.customer }, 'no open organisation has this code: the customer stays where he is')
  }
  return placed
}
