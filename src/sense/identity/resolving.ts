import { createHash } from 'node:crypto'
import { indexPersonal } from '../../govern/privacy/privacy.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Arrived, Batch, Step } from '../collect/collect.ts'
import type { Identity } from '../collect/contract.ts'
import type { MergeWhy } from './contract.ts'
import { formOf, type Kinds, kindsOf } from './kinds.ts'
import { canonicalOf } from './people.ts'
import { type Book, type Link, newBook, type Person, pairOf, type Sighting, sightMs } from './rules/book.ts'
import { resolve } from './rules/resolve.ts'
import { type Fault, faultOf, nothingToPart, noUsableId } from './rules/values.ts'
import { save } from './saving.ts'
import { ownerOf } from './sealedLinks.ts'
import * as store from './store.ts'

/** Where customers belong who are first seen in what a source sends. */
export type SourceOrgs = { orgOf(source: string): Promise<Id<'org'>> }

/**
 * Who each message of a batch is of. A fixed number of statements whatever the size of the batch; one batch, import or
 * decision at a time. The number that is set is the one of that moment: a later merge does not change it. A batch worked
 * again after a kill gets the same numbers and writes nothing.
 */
export function identityStepWith({ orgOf }: SourceOrgs): Step {
  return {
    name: 'identity',
    async resolve(ctx, tx, batch) {
      const sources = new Set(batch.arrived.map((one) => one.source))
      const orgs = new Map<string, string>()
      await Promise.all([...sources].map(async (source) => orgs.set(source, await orgOf(source))))
      await resolveBatch(ctx, tx, batch, (source) => orgs.get(source) ?? '')
    },
  }
}

async function resolveBatch(ctx: Ctx, tx: Tx, batch: Batch, orgOf: (source: string) => string): Promise<void> {
  const { arrived } = batch
  const digest = digestOf(arrived)
  // Sent together, answered in order: what is read is read under the lock.
  const [, kinds, answer] = await Promise.all([store.lockIdentity(tx), kindsOf(tx), store.findAnswer(tx, digest)])
  await answerNumbered(tx, arrived)
  const asked = arrived.filter(
    ({ envelope, refused }) => envelope.kind !== 'item' && envelope.customer === undefined && !refused,
  )
  const wanted = asked.map(({ envelope, receivedAt, source }) => ({
    ids: envelope.ids,
    how: hows[envelope.kind],
    why: 'bind' as const,
    at: receivedAt,
    source,
    org: orgOf(source),
  }))
  if (answer?.length === asked.length) {
    const { faults } = readIds(ctx, kinds, wanted)
    answerAll(asked, answer, faults)
    return
  }
  const { customers, faults, changed } = await resolveSet(ctx, tx, kinds, wanted)
  answerAll(asked, customers, faults)
  if (changed) await store.keepAnswer(tx, digest, customers, ctx.now)
}

/** What the product itself says names its customer by number: it is whoever that number is by now. */
async function answerNumbered(tx: Tx, arrived: readonly Arrived[]): Promise<void> {
  const numbered = arrived.filter(({ envelope, refused }) => envelope.customer !== undefined && !refused)
  if (numbered.length === 0) return
  const canonical = await canonicalOf(
    tx,
    numbered.map(({ envelope }) => envelope.customer ?? 0),
  )
  for (const one of numbered) {
    one.customer = canonical.get(one.envelope.customer ?? 0) ?? 0
    if (one.customer === 0) one.refused = noUsableId([])
  }
}

const hows = { event: 'see', profile: 'see', item: 'see', bind: 'bind', unbind: 'part' } as const

function digestOf(arrived: readonly Arrived[]): Buffer {
  const hash = createHash('sha256')
  for (const { key, refused } of arrived) hash.update(refused ? `${key}!\n` : `${key}\n`)
  return hash.digest()
}

function answerAll(asked: readonly Arrived[], customers: readonly number[], faults: readonly Faults[]): void {
  for (const [i, one] of asked.entries()) {
    one.customer = customers[i] ?? 0
    if (one.customer !== 0) continue
    const wrong = faults[i] ?? []
    one.refused = one.envelope.ids.length > wrong.length ? nothingToPart : noUsableId(wrong)
  }
}

export type WantedIdentity = { ids: readonly Identity[]; at: Date; source: string; org: Id<'org'> }

/**
 * The same for rows of an import: each row says that all its identities are one person's, so it binds. 0 for a row
 * without a usable identity. For transactions that see everything.
 */
export async function resolveIdentities(ctx: Ctx, tx: Tx, wanted: readonly WantedIdentity[]): Promise<number[]> {
  const [, kinds] = await Promise.all([store.lockIdentity(tx), kindsOf(tx)])
  const bound = wanted.map((one) => ({ ...one, how: 'bind' as const, why: 'import' as const }))
  const { customers } = await resolveSet(ctx, tx, kinds, bound)
  return customers
}

type Wanted = {
  ids: readonly Identity[]
  how: Sighting['how']
  why: MergeWhy
  at: Date
  source: string
  org: string
}
type Faults = { kind: string; fault: Fault }[]

async function resolveSet(
  ctx: Ctx,
  tx: Tx,
  kinds: Kinds,
  wanted: readonly Wanted[],
): Promise<{ customers: number[]; faults: Faults[]; changed: boolean }> {
  if (ctx.scope !== 'everything') throw new Error('who is who is decided by the machine, which sees everyone')
  const { sightings, faults, links } = readIds(ctx, kinds, wanted)
  const book = await openBook(tx, kinds, sightings, links)
  const people = sightings.map((sighting) => (sighting.ids.length > 0 ? resolve(book, sighting) : undefined))
  const changed = await save(ctx, tx, book)
  return { customers: people.map((person) => person?.number ?? 0), faults, changed }
}

type Links = Map<string, Link>

/** Each distinct identity once, in its normal form; what names nobody is left out, and said why. */
function readIds(
  ctx: Ctx,
  kinds: Kinds,
  wanted: readonly Wanted[],
): { sightings: Sighting[]; faults: Faults[]; links: Links } {
  const links: Links = new Map()
  // By kind and value, without a text made of both for each of the batch.
  const read = new Map<string, Map<string, Link | Fault>>()
  const faults: Faults[] = []
  const sightings = wanted.map((one): Sighting => {
    const wrong: Faults = []
    const ids: Link[] = []
    for (const { kind, value } of one.ids) {
      let ofKind = read.get(kind)
      if (!ofKind) {
        ofKind = new Map()
        read.set(kind, ofKind)
      }
      let link = ofKind.get(value)
      if (link === undefined) {
        link = readOne(ctx, kinds, links, kind, value)
        ofKind.set(value, link)
      }
      if (typeof link === 'string') wrong.push({ kind, fault: link })
      else if (!ids.includes(link)) ids.push(link)
    }
    faults.push(wrong)
    if (ids.length > 1) ids.sort((a, b) => a.kind.rank - b.kind.rank)
    const { how, why, at, source, org } = one
    return { ids, how, why, at, source, org }
  })
  return { sightings, faults, links }
}

function readOne(ctx: Ctx, kinds: Kinds, links: Links, kindId: string, value: string): Link | Fault {
  const kind = kinds.get(kindId)
  if (!kind) return 'unknown_kind'
  // Nobody's value is so long that its normal form would be worth making.
  const form = value.length > 1000 ? value : formOf(kind, value)
  const fault = faultOf(kind, value, form)
  if (fault) return fault
  const match = kind.personal ? indexPersonal(ctx, kind.personal, value).toString('hex') : form
  const key = ownerOf({ kind: kindId, match })
  let link = links.get(key)
  if (!link) {
    link = { kind, match, value, holder: undefined, firstSeen: never, lastSeen: never, source: '', stored: undefined }
    links.set(key, link)
  }
  return link
}

const never = new Date(0)

/** Who holds what was seen; and of customers about whom there is something to decide, all that they hold. */
async function openBook(tx: Tx, kinds: Kinds, sightings: readonly Sighting[], links: Links): Promise<Book> {
  const all = [...links.values()]
  if (all.length === 0) return newBook()
  const latest = new Date(sightings.reduce((at, one) => Math.max(at, one.at.getTime()), 0))
  const pairs = { kinds: all.map((link) => link.kind.id), matches: all.map((link) => link.match) }
  const people = new Map<number, Person>()
  const personOf = (number: number) => {
    const known = people.get(number)
    if (known) return known
    const person: Person = { number, org: '', bornAt: never, held: new Set() }
    people.set(number, person)
    return person
  }
  for (const { place, customer, old } of await store.holdersOf(tx, pairs, new Date(latest.getTime() - sightMs))) {
    const link = all[place - 1]
    if (!link) continue
    link.holder = personOf(customer)
    link.stored = customer
    link.lastSeen = old ? never : latest
  }
  const involved = involvedIn(sightings)
  if (involved.length === 0) return newBook()
  const [held, apart] = await Promise.all([store.linksOf(tx, involved), store.apartOf(tx, involved)])
  for (const row of held) {
    const kind = kinds.get(row.kind)
    if (!kind) continue
    const holder = personOf(row.customer)
    holder.org = row.org
    const key = ownerOf(row)
    const { match, customer: stored, firstSeen, lastSeen, source } = row
    const link = links.get(key) ?? { kind, match, value: undefined, holder, firstSeen, lastSeen, source, stored }
    Object.assign(link, { firstSeen, lastSeen, source })
    links.set(key, link)
    holder.held.add(link)
  }
  return newBook(new Set(apart.map(({ one, other }) => pairOf(one, other))))
}

/** Customers of messages that are not simply one customer's own again. */
function involvedIn(sightings: readonly Sighting[]): number[] {
  const involved = new Set<number>()
  for (const { ids, how } of sightings) {
    const holder = ids[0]?.holder
    if (how !== 'part' && ids.every((link) => link.holder === holder)) continue
    for (const link of ids) if (link.holder) involved.add(link.holder.number)
  }
  return [...involved]
}
