import { change, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { findByIdentity, findMany, getIdentityOf, personsOf } from '../../sense/identity/identity.ts'
import { latestMembers } from '../../sense/segments/segments.ts'
import { type BarRow, barsOf, endBars, insertBars, insertConsents, savePreference } from './barStore.ts'
import type {
  BarKind,
  BarUpload,
  Channel,
  EndBars,
  MessageClass,
  NewBar,
  Quiet,
  SetConsent,
  SetPreference,
  Uploaded,
} from './contract.ts'
import { markPersons } from './store.ts'

/** Where a word against being contacted came from, and whose it is. */
export type Said = { source: string; by: string; reason?: string }

export type Objection = Said & {
  customer: number
  /** null: on every channel. */
  channel: Channel | null
  classes: readonly MessageClass[]
}

/**
 * Customers do not want it any more. It holds for the next that asks, also for what is queued (rule 86): who decides about
 * them at this moment is waited for. Who said so before is left as he is. By the machine, in sets; `barCustomer` is a person's.
 */
export function optOut(tx: Tx, now: Date, objections: readonly Objection[]): Promise<number> {
  const rows = objections.map((one) => ({ ...one, classes: [...one.classes], reason: one.reason ?? one.source }))
  return addBars(
    tx,
    now,
    rows.map((row) => ({ kind: 'opt-out', address: null, expiresAt: null, ...row })),
  )
}

/** They want it again: what they had said against it, of all their numbers, ends. Lists of the bank's own stand. */
export async function optIn(tx: Tx, now: Date, wishes: readonly Omit<Objection, 'reason'>[]): Promise<number> {
  const persons = await personsOf(
    tx,
    wishes.map(({ customer }) => customer),
  )
  const numbers = [...persons.values()].flatMap(({ members }) => members)
  await markPersons(tx, numbers, 'bars')
  const standing = (await barsOf(tx, numbers)).filter(({ kind, endedAt }) => kind === 'opt-out' && endedAt === null)
  let ended = 0
  for (const wish of wishes) {
    const members = persons.get(wish.customer)?.members ?? []
    const own = standing.filter((bar) => members.includes(bar.customer) && sameAim(bar, wish))
    ended += (
      await endBars(
        tx,
        own.map(({ id }) => id),
        wish.by,
        now,
      )
    ).length
  }
  return ended
}

/** An opt-out of one channel and class; a wish for all channels ends those of each. */
function sameAim(bar: BarRow, wish: { channel: Channel | null; classes: readonly MessageClass[] }): boolean {
  if (wish.channel !== null && bar.channel !== wish.channel) return false
  return bar.classes.some((one) => wish.classes.includes(one))
}

export type DeadAddress = Said & {
  customer: number
  channel: Channel
  /** A hash of the address, so that a new one is not barred; null: whatever address. */
  address: string | null
  expiresAt?: Date | null
}

/** Addresses that failed for good (rule 84): nothing goes there any more, of whatever class. */
export function suppress(tx: Tx, now: Date, dead: readonly DeadAddress[]): Promise<number> {
  const classes: MessageClass[] = ['regulatory', 'transactional', 'service', 'marketing']
  return addBars(
    tx,
    now,
    dead.map((one) => ({
      ...one,
      kind: 'suppressed',
      classes,
      reason: one.reason ?? one.source,
      expiresAt: one.expiresAt ?? null,
    })),
  )
}

type WantedBar = Omit<BarRow, 'id' | 'org' | 'at' | 'endedAt' | 'kind'> & { kind: BarKind }

/** Says how many are new: the same word of the same customer stands once. */
async function addBars(tx: Tx, now: Date, wanted: readonly WantedBar[]): Promise<number> {
  const persons = await personsOf(
    tx,
    wanted.map(({ customer }) => customer),
  )
  const numbers = [...new Set([...persons.values()].flatMap(({ members }) => members))]
  if (numbers.length === 0) return 0
  await markPersons(tx, numbers, 'bars')
  const seen = new Set(
    (await barsOf(tx, numbers))
      .filter(({ endedAt, expiresAt }) => endedAt === null && (expiresAt === null || expiresAt > now))
      .map(keyOf),
  )
  const rows = wanted.flatMap((one): BarRow[] => {
    const person = persons.get(one.customer)
    if (!person) return []
    const row = { ...one, id: newId('bar', now), customer: person.id, org: person.org, at: now, endedAt: null }
    if (seen.has(keyOf(row))) return []
    seen.add(keyOf(row))
    return [row]
  })
  await insertBars(tx, rows)
  return rows.length
}

const keyOf = (bar: Pick<BarRow, 'kind' | 'customer' | 'channel' | 'classes' | 'address'>) =>
  [bar.kind, bar.customer, bar.channel, [...bar.classes].sort().join(','), bar.address].join(' ')

/** A person puts one customer on a list, by whatever names him. */
export async function barCustomer(ctx: Ctx, input: NewBar): Promise<{ added: number }> {
  const [found] = await findByIdentity(ctx, input.who)
  if (!found)
    throw invalidField('who', 'contact.nobody', text('找不到这位客户', 'No such customer, or not in your scope'))
  const target = { kind: 'customer', id: String(found.customer), org: found.org as Id<'org'> }
  return change(ctx, `contact.${actOf[input.kind]}`, target, async (tx) => {
    const added = await addBars(tx, ctx.now, [barOf(ctx, input, found.customer)])
    tx.after({ kind: input.kind, channel: input.channel, classes: input.classes, reason: input.reason, added })
    return { added }
  })
}

const actOf = { 'opt-out': 'opt_out', blacklist: 'blacklist', automated: 'opt_out_automated' } as const

function barOf(ctx: Ctx, input: Omit<NewBar, 'who'>, customer: number): WantedBar {
  const { kind, channel, classes, reason } = input
  const expiresAt = input.expiresAt ? new Date(input.expiresAt) : null
  if (expiresAt && expiresAt <= ctx.now)
    throw invalidField('expiresAt', 'contact.past', text('到期时间应在将来', 'It must expire in the future'))
  return {
    ...{ kind, channel, classes, reason, expiresAt, customer },
    address: null,
    source: 'console',
    by: ctx.who.name,
  }
}

const mostLines = 100_000

/** A list of identities, one a line, or the members of a segment. Lines that name nobody are told by their place. */
export async function uploadBars(ctx: Ctx, input: BarUpload): Promise<Uploaded> {
  const lines = input.text === undefined ? undefined : linesOf(input.text)
  if ((lines === undefined) === (input.segment === undefined))
    throw invalidField('text', 'contact.one_source', text('请粘贴名单或选择客群', 'Paste a list or choose a segment'))
  const members = input.segment === undefined ? [] : await membersOf(ctx, input.segment)
  const target = { kind: 'contact list', id: input.kind }
  return change(ctx, `contact.${actOf[input.kind]}.upload`, target, async (tx) => {
    const found = lines ? await findMany(ctx, tx, lines) : members
    const customers = [...new Set(found.flatMap((one) => one ?? []))]
    let added = 0
    for (let from = 0; from < customers.length; from += 5000)
      added += await addBars(
        tx,
        ctx.now,
        customers.slice(from, from + 5000).map((one) => barOf(ctx, input, one)),
      )
    const unknown = found.flatMap((one, i) => (one === undefined ? [i + 1] : []))
    const answer = {
      ...{ lines: found.length, added, already: customers.length - added, unknown: unknown.length },
      unknownLines: unknown.slice(0, 100),
    }
    const { kind, channel, classes, reason, segment } = input
    tx.after({ kind, channel, classes, reason, segment, ...answer })
    return answer
  })
}

function linesOf(list: string): string[] {
  const lines = list.split(/\r?\n/).map((line) => line.trim().replace(/^"|"$/g, ''))
  while (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw invalidField('text', 'contact.empty', text('名单为空', 'The list is empty'))
  if (lines.length > mostLines)
    throw invalidField('text', 'contact.too_many', text('一次最多 10 万行', 'At most 100,000 lines at once'))
  return lines
}

async function membersOf(ctx: Ctx, segment: string): Promise<number[]> {
  const latest = await latestMembers(ctx, segment)
  if (!latest?.members)
    throw invalidField('segment', 'contact.no_snapshot', text('该客群还没有名单', 'This segment has no members yet'))
  return latest.members
}

/** A person takes entries off. What failed for good may be lifted too: numbers are given to others, mailboxes come back. */
export function endListed(ctx: Ctx, { ids, reason }: EndBars): Promise<{ ended: number }> {
  return change(ctx, 'contact.list.end', { kind: 'contact list', id: ids[0] ?? '' }, async (tx) => {
    const ended = await endBars(tx, ids, ctx.who.name, ctx.now)
    if (ended.length === 0)
      throw new Problem('conflict', 'contact.ended', text('已不在名单中', 'They had ended already'))
    tx.after({ reason, ended: ended.map(({ id, kind, customer }) => ({ id, kind, customer })) })
    return { ended: ended.length }
  })
}

/** What a customer agreed to, or no longer does, with where it was said. */
export async function recordConsents(
  tx: Tx,
  now: Date,
  rows: readonly (Said & { customer: number; purpose: string; granted: boolean; at?: Date })[],
): Promise<void> {
  if (rows.length === 0) return
  await markPersons(
    tx,
    rows.map(({ customer }) => customer),
    'consents',
  )
  await insertConsents(
    tx,
    rows.map((row) => ({ ...row, at: row.at ?? now })),
  )
}

export async function setConsent(ctx: Ctx, customer: number, input: SetConsent): Promise<{ ok: true }> {
  const { customer: self, org } = await getIdentityOf(ctx, customer)
  const target = { kind: 'customer', id: String(self), org: org as Id<'org'> }
  return change(ctx, 'contact.consent', target, async (tx) => {
    await recordConsents(tx, ctx.now, [{ customer: self, by: ctx.who.name, ...input }])
    tx.after(input)
    return { ok: true as const }
  })
}

/** When a customer wants to be left alone; nothing given lifts it. */
export async function prefer(
  tx: Tx,
  now: Date,
  customer: number,
  quiet: readonly Quiet[],
  source: string,
): Promise<void> {
  const person = (await personsOf(tx, [customer])).get(customer) ?? missing('customer', customer)
  await markPersons(tx, [person.id], 'preferences')
  await savePreference(tx, { customer: person.id, quiet, source, at: now })
}

export async function setPreference(ctx: Ctx, customer: number, input: SetPreference): Promise<{ ok: true }> {
  const { customer: self, org } = await getIdentityOf(ctx, customer)
  const target = { kind: 'customer', id: String(self), org: org as Id<'org'> }
  return change(ctx, 'contact.preference', target, async (tx) => {
    await prefer(tx, ctx.now, self, input.quiet, input.source)
    tx.after(input)
    return { ok: true as const }
  })
}

/** For a page that a customer opens from a message: by the machine, in a transaction of its own. */
export function unsubscribe(ctx: Ctx, objections: readonly Objection[]): Promise<number> {
  return unauditedChange(asMachine(ctx, 'contact'), 'a customer opts out by himself; the entry is the proof', (tx) =>
    optOut(tx, ctx.now, objections),
  )
}
