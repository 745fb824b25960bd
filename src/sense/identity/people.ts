import { createHash } from 'node:crypto'
import { namesOf } from '../../govern/orgs/orgs.ts'
import { indexPersonal, openEach, presentEach, revealPersonal, type SealedItem } from '../../govern/privacy/privacy.ts'
import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import { missing } from '../../platform/problem.ts'
import type { CustomerIdentity, Found, HeldIdentity, Revealed } from './contract.ts'
import { formOf, type Kinds, kindsOf } from './kinds.ts'
import { movedOf } from './mergeStore.ts'
import { longestValue } from './rules/values.ts'
import { ownerOf } from './sealedLinks.ts'
import * as store from './store.ts'

/**
 * Customers who have this very value as an identity of any kind, however it was typed, or this number; in the reader's
 * scope. A merged number finds its survivor.
 */
export async function findByIdentity(ctx: Ctx, words: string, limit = 20): Promise<Found[]> {
  const asked = words.trim()
  if (asked === '' || asked.length > longestValue || /\p{C}/u.test(asked)) return []
  return read(ctx, async (tx) => {
    const kinds = await kindsOf(tx)
    const wanted = [...kinds.values()].flatMap((kind) => {
      const form = formOf(kind, asked)
      if (form === '') return []
      const match = kind.personal ? indexPersonal(ctx, kind.personal, asked).toString('hex') : form
      return [{ kind: kind.id, match }]
    })
    const number = /^[1-9]\d{0,9}$/.test(asked) && Number(asked) <= 2_147_483_647 ? [Number(asked)] : []
    const [links, [self]] = await Promise.all([
      store.findLinks(tx, { kinds: wanted.map(({ kind }) => kind), matches: wanted.map(({ match }) => match) }),
      store.survivorsOf(tx, number),
    ])
    const rows = self === undefined ? [] : await store.membersBelow(tx, [self])
    const byNumber = rows.slice(0, 1).map(({ id, org }): Found => ({ customer: id, org, by: null }))
    const shown = await shownValues(ctx, kinds, links)
    const byLink = links
      .map((link, i) => ({ link, value: shown[i] ?? '', kind: kinds.get(link.kind) }))
      .sort((a, b) => (a.kind?.rank ?? 0) - (b.kind?.rank ?? 0))
      .map(({ link, value, kind }): Found => {
        const by = { kind: link.kind, name: kind?.name ?? { zh: link.kind, en: link.kind }, value }
        return { customer: link.customer, org: link.org, by }
      })
    const first = new Map<number, Found>()
    for (const found of [...byLink, ...byNumber]) if (!first.has(found.customer)) first.set(found.customer, found)
    return [...first.values()].slice(0, limit)
  })
}

/**
 * Whom each value names, as an identity of this kind, within the caller's scope; undefined: nobody. Under the number he has
 * now. `customer` as the kind: the values are customers' numbers themselves.
 */
export function customersNamed(ctx: Ctx, kind: string, values: readonly string[]): Promise<(number | undefined)[]> {
  return read(ctx, async (tx) => {
    if (kind === 'customer') {
      const numbers = values.map((value) =>
        /^[1-9]\d{0,9}$/.test(value) && Number(value) <= 2_147_483_647 ? Number(value) : 0,
      )
      const canonical = await canonicalOf(tx, numbers)
      return numbers.map((one) => canonical.get(one))
    }
    const rule = (await kindsOf(tx)).get(kind) ?? missing('identity kind', kind)
    const matches = values.map((value) => {
      const form = formOf(rule, value.trim())
      return form !== '' && rule.personal ? indexPersonal(ctx, rule.personal, value.trim()).toString('hex') : form
    })
    const asked = [...new Set(matches.filter((match) => match !== ''))]
    const links = await store.findLinks(tx, { kinds: asked.map(() => kind), matches: asked })
    const held = new Map(links.map(({ match, customer }) => [match.toString(), customer]))
    return matches.map((match) => held.get(match))
  })
}

/** One customer and all that names him, by whichever of his numbers. @throws missing outside the reader's scope. */
export function getIdentityOf(ctx: Ctx, customer: number): Promise<CustomerIdentity> {
  return read(ctx, (tx) => identityIn(ctx, tx, customer))
}

async function identityIn(ctx: Ctx, tx: Tx, customer: number): Promise<CustomerIdentity> {
  const [survivor] = await store.survivorsOf(tx, [customer])
  const members = survivor === undefined ? [] : await store.membersBelow(tx, [survivor])
  const self = members[0] ?? missing('customer', customer)
  const [kinds, links, moved, names] = await Promise.all([
    kindsOf(tx),
    store.shownLinksOf(tx, [self.id]),
    movedOf(
      tx,
      members.map(({ id }) => id),
    ),
    namesOf(tx, [self.org]),
  ])
  // The oldest merge that brought an identity tells from whom it came first.
  const from = new Map(moved.toReversed().map(({ kind, match, loser }) => [ownerOf({ kind, match }), loser]))
  const shown = await shownValues(ctx, kinds, links)
  const identities = links
    .map((link, i) => ({ rank: kinds.get(link.kind)?.rank ?? 0, held: held(kinds, link, shown[i] ?? '', from) }))
    .sort((a, b) => a.rank - b.rank || (a.held.firstSeen < b.held.firstSeen ? -1 : 1))
    .map((one) => one.held)
  return {
    customer: self.id,
    members: members.map(({ id, bornAt, mergedInto }) => ({
      customer: id,
      bornAt: bornAt.toISOString(),
      into: mergedInto,
    })),
    org: self.org,
    orgName: names.get(self.org) ?? '',
    bornAt: self.bornAt.toISOString(),
    identities,
  }
}

/** What names each of many customers, masked where personal, the strongest first; asked as one set, for lists. */
export function identitiesOf(
  ctx: Ctx,
  customers: readonly number[],
): Promise<Map<number, Pick<HeldIdentity, 'kind' | 'name' | 'value'>[]>> {
  return read(ctx, async (tx) => {
    const canonical = await canonicalOf(tx, customers)
    const survivors = [...new Set(canonical.values())]
    const [kinds, links] = await Promise.all([
      kindsOf(tx),
      survivors.length === 0 ? [] : store.shownLinksOf(tx, survivors),
    ])
    const shown = await shownValues(ctx, kinds, links)
    const named = links
      .map((link, i) => ({ link, kind: kinds.get(link.kind), value: shown[i] ?? '' }))
      .sort(
        (a, b) => (a.kind?.rank ?? 0) - (b.kind?.rank ?? 0) || a.link.firstSeen.getTime() - b.link.firstSeen.getTime(),
      )
    const ofEach = Map.groupBy(named, ({ link }) => link.customer)
    return new Map(
      [...canonical].map(([customer, survivor]) => [
        customer,
        (ofEach.get(survivor) ?? []).map(({ link, kind, value }) => ({
          kind: link.kind,
          name: kind?.name ?? { zh: link.kind, en: link.kind },
          value,
        })),
      ]),
    )
  })
}

function held(kinds: Kinds, link: store.ShownLink, value: string, from: ReadonlyMap<string, number>): HeldIdentity {
  const kind = kinds.get(link.kind)
  return {
    id: idOf(link),
    kind: link.kind,
    name: kind?.name ?? { zh: link.kind, en: link.kind },
    strength: kind?.strength ?? 'weak',
    shared: kind?.shared ?? false,
    personal: link.sealed !== null,
    value,
    firstSeen: link.firstSeen.toISOString(),
    lastSeen: link.lastSeen.toISOString(),
    source: link.source,
    mergedFrom: from.get(ownerOf(link)) ?? null,
  }
}

/** A hash: neither a value nor its blind index goes where only a name for it is wanted. */
function idOf(link: store.ShownLink): string {
  return createHash('sha256').update(ownerOf(link)).digest('base64url').slice(0, 16)
}

/** Values as anyone may see them: personal ones masked. In the order given. */
export async function shownValues(ctx: Ctx, kinds: Kinds, links: readonly store.ShownLink[]): Promise<string[]> {
  const sealed = links.flatMap((link) => sealedItem(kinds, link) ?? [])
  const masks = await presentEach(ctx, sealed)
  let next = 0
  return links.map((link) => (link.sealed ? (masks[next++] ?? '') : (link.shown ?? '')))
}

function sealedItem(kinds: Kinds, link: store.ShownLink): SealedItem | undefined {
  const personal = kinds.get(link.kind)?.personal
  return link.sealed && personal ? { kind: personal, owner: ownerOf(link), sealed: link.sealed } : undefined
}

/** The personal identities of a customer in clear, for a reason, on the record. */
export async function revealIdentities(ctx: Ctx, customer: number, reason: string): Promise<Revealed> {
  const { links, kinds, self } = await read(ctx, async (tx) => {
    const [survivor] = await store.survivorsOf(tx, [customer])
    const self = (survivor === undefined ? [] : await store.membersBelow(tx, [survivor]))[0]
    if (!self) missing('customer', customer)
    return { self, links: await store.shownLinksOf(tx, [self.id]), kinds: await kindsOf(tx) }
  })
  const personal = links.filter((link) => sealedItem(kinds, link))
  const items = personal.flatMap((link) => sealedItem(kinds, link) ?? [])
  const of = { kind: 'customer', id: String(self.id), org: self.org as Id<'org'> }
  const clear = await revealPersonal(ctx, { of, reason }, items)
  return { items: personal.map((link, i) => ({ id: idOf(link), kind: link.kind, clear: clear[i] ?? '' })) }
}

/**
 * What names each customer under one kind, in clear, by the number asked for: the one seen last. For the product's own use,
 * to send something there; what a person shall see goes through `identitiesOf`. Customers without one stay out.
 */
export async function openIdentities(
  ctx: Ctx,
  kind: string,
  customers: readonly number[],
): Promise<Map<number, string>> {
  const { canonical, kinds, links } = await read(ctx, async (tx) => {
    const canonical = await canonicalOf(tx, customers)
    const survivors = [...new Set(canonical.values())]
    return {
      canonical,
      kinds: await kindsOf(tx),
      links: survivors.length === 0 ? [] : await store.newestOfKind(tx, kind, survivors),
    }
  })
  const clear = await openEach(
    ctx,
    links.flatMap((link) => sealedItem(kinds, link) ?? []),
  )
  let next = 0
  const byCustomer = new Map(
    links.map((link) => [link.customer, sealedItem(kinds, link) ? (clear[next++] ?? '') : (link.shown ?? '')] as const),
  )
  return new Map(
    [...canonical].flatMap(([customer, survivor]) => {
      const value = byCustomer.get(survivor)
      return value ? [[customer, value] as const] : []
    }),
  )
}

/** The number each customer is found under today; a number that is none in the scope stays out. */
export async function canonicalOf(tx: Tx, customers: readonly number[]): Promise<Map<number, number>> {
  const distinct = [...new Set(customers)]
  const survivors = distinct.length === 0 ? [] : await store.survivorsOf(tx, distinct)
  return new Map(
    distinct.flatMap((customer, i) => {
      const survivor = survivors[i]
      return survivor === undefined ? [] : [[customer, survivor] as const]
    }),
  )
}

/**
 * All numbers that are the customer, himself first, by the number asked for: what facts of his are written with.
 * *Trap*: asking facts for one number alone leaves out what he did before a merge.
 */
export async function membersOf(tx: Tx, customers: readonly number[]): Promise<Map<number, number[]>> {
  const canonical = await canonicalOf(tx, customers)
  const roots = [...new Set(canonical.values())]
  const rows = roots.length === 0 ? [] : await store.membersBelow(tx, roots)
  const below = Map.groupBy(rows, (row) => row.root)
  return new Map(
    [...canonical].map(([customer, root]) => [customer, (below.get(root) ?? []).map((row) => row.id)] as const),
  )
}

/** Puts customers under their organisations, with all their numbers and identities; the last placement of one holds. */
export async function placeCustomers(
  _ctx: Ctx,
  tx: Tx,
  placements: readonly { customer: number; org: Id<'org'> }[],
): Promise<{ moved: number }> {
  if (placements.length === 0) return { moved: 0 }
  await store.lockIdentity(tx)
  const canonical = await canonicalOf(
    tx,
    placements.map(({ customer }) => customer),
  )
  const last = new Map<number, string>()
  for (const { customer, org } of placements) {
    const survivor = canonical.get(customer)
    if (survivor !== undefined) last.set(survivor, org)
  }
  return { moved: await store.place(tx, [...last.keys()], [...last.values()]) }
}

export type PersonOf = { readonly id: number; readonly org: string; readonly members: readonly number[] }

/** Who each number is by now, with all his numbers and his organisation: for decisions about many at once. */
export async function personsOf(tx: Tx, customers: readonly number[]): Promise<Map<number, PersonOf>> {
  const distinct = [...new Set(customers)]
  if (distinct.length === 0) return new Map()
  const rows = await store.aloneOf(tx, distinct)
  const alone = new Map<number, PersonOf>()
  for (const row of rows) if (row.alone) alone.set(row.id, { id: row.id, org: row.org, members: [row.id] })
  const joined = rows.flatMap(({ id, alone }) => (alone ? [] : [id]))
  if (joined.length === 0) return alone
  const canonical = await canonicalOf(tx, joined)
  const below = await store.membersBelow(tx, [...new Set(canonical.values())])
  const ofRoot = Map.groupBy(below, ({ root }) => root)
  for (const [customer, root] of canonical) {
    const members = ofRoot.get(root) ?? []
    alone.set(customer, { id: root, org: members[0]?.org ?? '', members: members.map(({ id }) => id) })
  }
  return alone
}

/** Whom each of many values names, of whatever kind; in the order given, undefined for nobody in the scope. */
export async function findMany(ctx: Ctx, tx: Tx, values: readonly string[]): Promise<(number | undefined)[]> {
  const kinds = [...(await kindsOf(tx)).values()].sort((a, b) => a.rank - b.rank)
  const wanted = values.flatMap((value, place) =>
    kinds.flatMap((kind) => {
      const form = value.length > longestValue || /\p{C}/u.test(value) ? '' : formOf(kind, value)
      if (form === '') return []
      const match = kind.personal ? indexPersonal(ctx, kind.personal, value).toString('hex') : form
      return [{ place, kind: kind.id, match }]
    }),
  )
  const links = await store.findLinks(tx, {
    kinds: wanted.map(({ kind }) => kind),
    matches: wanted.map(({ match }) => match),
  })
  const found = new Map(links.map((link) => [ownerOf(link), link.customer]))
  const answer: (number | undefined)[] = values.map(() => undefined)
  for (const one of wanted) answer[one.place] ??= found.get(ownerOf(one))
  return answer
}
