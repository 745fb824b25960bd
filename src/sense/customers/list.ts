import { idsWithin, namesOf } from '../../govern/orgs/orgs.ts'
import { type PersonalKind, personalKinds } from '../../govern/privacy/contract.ts'
import { presentEach } from '../../govern/privacy/privacy.ts'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { order, type Page } from '../../platform/page.ts'
import { findByIdentity, identitiesOf } from '../identity/identity.ts'
import { kindsOfAttributes } from './attributes.ts'
import type { CustomerQuery, CustomerRow } from './contract.ts'
import { lookupOf } from './effects.ts'
import { recentOf } from './facts.ts'
import { membersOf, survivorsOf } from './people.ts'
import * as store from './store.ts'

/**
 * Customers of the caller's scope. With `q` those whom it names: as a whole value of an identity, of a personal attribute,
 * or as a number. Sorted by the last activity (to the hour) or the number.
 */
export async function listCustomers(ctx: Ctx, query: CustomerQuery): Promise<Page<CustomerRow>> {
  const { among, rest } = await narrowed(ctx, query)
  if (among?.length === 0) return { items: [], next: null }
  const top = query.org ?? branchOf(ctx)
  const orgs = top === undefined ? undefined : await read(ctx, (tx) => idsWithin(tx, top))
  const { items, next } = await pageOfHeads(ctx, query, { ...rest, orgs, among })
  const rows = await described(ctx, items)
  return { items: query.sort === undefined || /lastSeen$/.test(query.sort) ? byLastSeen(rows, query.sort) : rows, next }
}

/** These customers, as a list shows them; who is not of the caller's scope is left out. */
export async function describeCustomers(ctx: Ctx, customers: readonly number[]): Promise<CustomerRow[]> {
  if (customers.length === 0) return []
  const { items } = await pageOfHeads(ctx, { limit: 200, sort: 'id' }, { among: customers })
  return described(ctx, items)
}

/**
 * The organisation a person of a branch sees below. The rows are protected without it; said aloud, the engine finds those of
 * a small branch by its index instead of reading everyone's until a page is full.
 */
function branchOf({ scope }: Ctx): string | undefined {
  const path = typeof scope === 'object' ? scope.path.split('.') : []
  return path.length > 1 ? path.at(-1) : undefined
}

/** The order of the pages is that of hours; within a page it is exact. */
function byLastSeen(rows: readonly CustomerRow[], sort = '-lastSeen'): CustomerRow[] {
  const way = sort.startsWith('-') ? -1 : 1
  return rows.toSorted(
    (a, b) => way * ((a.lastSeen ?? '') < (b.lastSeen ?? '') ? -1 : a.lastSeen === b.lastSeen ? 0 : 1),
  )
}

/** Merged numbers have rows of their own, and are nobody's head: they are left out, and the page filled up. */
async function pageOfHeads(ctx: Ctx, query: CustomerQuery, filter: store.ListFilter): Promise<Page<store.ListedRow>> {
  const heads: store.ListedRow[] = []
  for (let cursor = query.cursor; ; ) {
    const by = order({ ...query, ...(cursor ? { cursor } : {}) }, store.listSorts, '-lastSeen', 'customer')
    const value = (row: store.ListedRow) => (by.name === 'id' ? row.customer : row.seenAt)
    const page = by.page(await read(ctx, (tx) => store.pageOfProfiles(tx, filter, by)), value)
    const survivors = await survivorsOf(
      ctx,
      page.items.map((row) => row.customer),
    )
    heads.push(...page.items.filter((row) => survivors.get(row.customer) === row.customer))
    if (page.next && heads.length < by.limit) {
      cursor = page.next
      continue
    }
    // One row more than a page says that there is another.
    const last = heads[by.limit - 1]
    return by.page(page.next && last ? [...heads.slice(0, by.limit), last] : heads, value)
  }
}

type Narrowed = {
  among?: number[] | undefined
  rest: Pick<store.ListFilter, 'bornFrom' | 'bornUntil' | 'attribute' | 'value'>
}

/** What is personal is looked up by its blind index, as the machine; who of the found may be seen the list itself decides. */
async function narrowed(ctx: Ctx, query: CustomerQuery): Promise<Narrowed> {
  const { q, attribute, value, bornFrom, bornUntil } = query
  const words = q?.trim()
  const kind = attribute && value ? (await kindsOfAttributes(ctx))(attribute) : undefined
  const [named, holding] = await Promise.all([
    words ? customersNamed(ctx, words) : undefined,
    kind && value ? holders(ctx, [kind], value, attribute) : undefined,
  ])
  const among = named && holding ? named.filter((customer) => holding.includes(customer)) : (named ?? holding)
  return { among, rest: { bornFrom, bornUntil, ...(kind ? {} : { attribute, value }) } }
}

async function customersNamed(ctx: Ctx, words: string): Promise<number[]> {
  const [byIdentity, byAttribute] = await Promise.all([
    findByIdentity(ctx, words),
    holders(ctx, personalKinds, words, undefined),
  ])
  return [...new Set([...byIdentity.map((found) => found.customer), ...byAttribute])]
}

/** So many of one name are found; more are no answer. */
const mostFound = 1000

async function holders(
  ctx: Ctx,
  kinds: readonly PersonalKind[],
  value: string,
  attribute: string | undefined,
): Promise<number[]> {
  const lookups = kinds.flatMap((kind) => lookupOf(ctx, kind, value) ?? [])
  const machine = asMachine(ctx, 'customers')
  const found = await read(machine, (tx) => store.customersByLookup(tx, lookups, attribute, mostFound))
  return [...new Set((await survivorsOf(machine, found)).values())]
}

const monthMs = 30 * 86_400_000

async function described(ctx: Ctx, rows: readonly store.ListedRow[]): Promise<CustomerRow[]> {
  if (rows.length === 0) return []
  const heads = rows.map((row) => row.customer)
  const members = await membersOf(ctx, heads)
  const numbers = [...members.values()].flat()
  const [names, identities, orgs, recent] = await Promise.all([
    namesOfCustomers(ctx, members),
    identitiesOf(ctx, heads),
    read(ctx, (tx) =>
      namesOf(
        tx,
        rows.map((row) => row.org),
      ),
    ),
    recentOf(ctx.facts, numbers, new Date(ctx.now.getTime() - monthMs)),
  ])
  const recently = new Map(recent.map((row) => [row.customer, row]))
  return rows.map((row) => {
    const own = (members.get(row.customer) ?? []).flatMap((member) => recently.get(member) ?? [])
    const lastSeen = Math.max(row.seenAt.getTime(), ...own.map(({ last }) => last.getTime()))
    return {
      id: row.customer,
      org: { id: row.org, name: orgs.get(row.org) ?? row.org },
      name: names.get(row.customer) ?? null,
      identities: identities.get(row.customer) ?? [],
      born: row.bornAt.toISOString(),
      lastSeen: lastSeen > 0 ? new Date(lastSeen).toISOString() : null,
      events30: own.reduce((sum, { events }) => sum + Number(events), 0),
    }
  })
}

/** The masks of names, the latest over all numbers of each; the attribute called `name` before others. */
async function namesOfCustomers(
  ctx: Ctx,
  members: ReadonlyMap<number, readonly number[]>,
): Promise<Map<number, string>> {
  const machine = asMachine(ctx, 'customers')
  const rows = await read(machine, (tx) => store.personalOfKind(tx, [...members.values()].flat(), 'name'))
  const held = Map.groupBy(rows, (row) => row.customer)
  const best = [...members].flatMap(([head, numbers]) => {
    const all = numbers
      .flatMap((number) => held.get(number) ?? [])
      .sort((a, b) => Number(b.attribute === 'name') - Number(a.attribute === 'name') || b.at - a.at)
    return all[0] ? [{ head, ...all[0] }] : []
  })
  const masks = await presentEach(
    ctx,
    best.map((row) => ({ kind: row.kind, owner: store.ownerOf(row.customer, row.attribute), sealed: row.sealed })),
  )
  return new Map(best.map(({ head }, i) => [head, masks[i] ?? '']))
}
