import type { PersonalKind } from '../../govern/privacy/contract.ts'
import { mask, presentEach, revealPersonal, sealPersonal } from '../../govern/privacy/privacy.ts'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Id } from '../../platform/ids.ts'
import { invalidField, text } from '../../platform/problem.ts'
import { addDays } from '../../platform/time/day.ts'
import { dayOf, homeZone, startOfDay } from '../../platform/time/zone.ts'
import { getIdentityOf } from '../identity/identity.ts'
import { type KindOf, kindsOfAttributes } from './attributes.ts'
import type {
  CustomerAttribute,
  CustomerDetail,
  Revealed,
  RevealRequest,
  TimelinePage,
  TimelineQuery,
} from './contract.ts'
import { activityOf, totalOf } from './facts.ts'
import { type Names, namesInCatalogue } from './names.ts'
import { summarise } from './rules/activity.ts'
import { type Resolved, resolveProfile } from './rules/profile.ts'
import { loadSections } from './sections.ts'
import * as store from './store.ts'
import { pageOfEvents } from './timeline.ts'

/**
 * The page of a customer, whichever of his numbers is asked for. Who may see the number he has now sees all of him: what
 * was kept under numbers merged into it, wherever those were born. One transaction says who he is; then one with two
 * statements brings the profile while three statements bring the facts.
 */
export async function getCustomer(ctx: Ctx, id: number): Promise<CustomerDetail> {
  const who = await getIdentityOf(ctx, id)
  const members = who.members.map((member) => member.customer)
  const names = await namesInCatalogue(ctx)
  const [attributes, activity, timeline, sections] = await Promise.all([
    attributesNow(ctx, members, names),
    activityNow(ctx, members, names),
    pageOfEvents(ctx, members, {}, names),
    loadSections(ctx, { id: who.customer, members }),
  ])
  return {
    id: who.customer,
    org: { id: who.org, name: who.orgName },
    name: nameAmong(attributes),
    born: who.bornAt,
    members,
    identities: who.identities.map(({ kind, name, value }) => ({ kind, name, value })),
    attributes,
    ...activity,
    timeline,
    sections,
  }
}

export async function customerTimeline(ctx: Ctx, id: number, query: TimelineQuery): Promise<TimelinePage> {
  const [members, names] = await Promise.all([membersNow(ctx, id), namesInCatalogue(ctx)])
  return pageOfEvents(ctx, members, query, names)
}

async function membersNow(ctx: Ctx, id: number): Promise<number[]> {
  return (await getIdentityOf(ctx, id)).members.map((member) => member.customer)
}

type Held = { profile: Resolved[]; personal: Map<string, store.PersonalRow>; kindOf: KindOf }

/** In the machine's scope: that the customer may be seen was asked before. */
async function profileNow(ctx: Ctx, members: readonly number[]): Promise<Held> {
  const kindOf = await kindsOfAttributes(ctx)
  return read(asMachine(ctx, 'customers'), async (tx) => {
    const [profiles, personal] = await Promise.all([store.profilesOf(tx, members), store.personalOf(tx, members)])
    return {
      profile: resolveProfile(profiles),
      personal: new Map(personal.map((row) => [store.ownerOf(row.customer, row.attribute), row])),
      kindOf,
    }
  })
}

async function attributesNow(ctx: Ctx, members: readonly number[], names: Names): Promise<CustomerAttribute[]> {
  const { profile, personal, kindOf } = await profileNow(ctx, members)
  const sealed = profile.flatMap((one) => {
    const row = personal.get(store.ownerOf(one.holder, one.name))
    return one.kind && row ? [{ ...row, owner: store.ownerOf(row.customer, row.attribute) }] : []
  })
  const masks = await presentEach(ctx, sealed)
  const maskOf = new Map(sealed.map((row, i) => [row.attribute, masks[i] ?? '']))
  return profile
    .map((one): CustomerAttribute => {
      const kind = one.kind ?? kindOf(one.name)
      return {
        name: one.name,
        ...names.attribute(one.name),
        value: one.kind ? (maskOf.get(one.name) ?? '') : kind ? mask(kind, plainText(one.value)) : one.value,
        personal: kind ?? null,
        at: new Date(one.time).toISOString(),
        source: names.source(one.source),
        holder: one.holder,
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A value that was kept before its attribute was declared personal. */
const plainText = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

/** The attribute called `name` before any other that is a person's name. */
function nameAmong(attributes: readonly CustomerAttribute[]): string | null {
  const all = attributes.filter((one) => one.personal === 'name')
  const name = all.find((one) => one.name === 'name') ?? all[0]
  return typeof name?.value === 'string' && name.value !== '' ? name.value : null
}

async function activityNow(
  ctx: Ctx,
  members: readonly number[],
  names: Names,
): Promise<Pick<CustomerDetail, 'activity' | 'sources'>> {
  const from = startOfDay(addDays(dayOf(ctx.now, homeZone), -364), homeZone)
  const [rows, total] = await Promise.all([activityOf(ctx.facts, members, from, homeZone), totalOf(ctx.facts, members)])
  const { days, top, sources } = summarise(rows.map((row) => ({ ...row, events: Number(row.events) })))
  const some = total.events > 0n
  return {
    activity: {
      events: Number(total.events),
      first: some ? total.first.toISOString() : null,
      last: some ? total.last.toISOString() : null,
      days,
      top: top.map(({ event, events, last }) => ({
        event,
        label: names.event(event),
        events,
        last: last.toISOString(),
      })),
    },
    sources: sources.map(names.source),
  }
}

/**
 * Personal attributes in clear, for a reason, after the audit has the entry. Problems: invalid `customers.not_personal`
 * for what is no personal attribute of this customer, and those of `revealPersonal`.
 */
export async function revealCustomer(ctx: Ctx, id: number, request: RevealRequest): Promise<Revealed> {
  const who = await getIdentityOf(ctx, id)
  const { profile, personal, kindOf } = await profileNow(
    ctx,
    who.members.map((member) => member.customer),
  )
  const byName = new Map(profile.map((one) => [one.name, one]))
  const fields = [...new Set(request.fields)]
  const items = fields.map((name) => sealedItem(ctx, name, byName.get(name), personal, kindOf))
  const of = { kind: 'customer', id: String(who.customer), org: who.org as Id<'org'> }
  const values = await revealPersonal(ctx, { of, reason: request.reason }, items)
  return { values: Object.fromEntries(fields.map((name, i) => [name, values[i] ?? ''])) }
}

function sealedItem(
  ctx: Ctx,
  name: string,
  one: Resolved | undefined,
  personal: ReadonlyMap<string, store.PersonalRow>,
  kindOf: KindOf,
): { kind: PersonalKind; owner: string; sealed: Buffer } {
  const owner = one && store.ownerOf(one.holder, one.name)
  const row = owner === undefined ? undefined : personal.get(owner)
  if (one?.kind && row && owner) return { kind: row.kind, owner, sealed: row.sealed }
  const kind = kindOf(name)
  if (!one || one.kind || !kind || !owner)
    throw invalidField(
      'fields',
      'customers.not_personal',
      text(`“${name}”不是该客户的个人信息`, `${name} is no personal data of this customer`),
    )
  // Kept in clear before its attribute was declared personal: seen like all others, on the record.
  return { kind, owner, sealed: sealPersonal(ctx, { kind, owner }, plainText(one.value)) }
}
