import { findRoot, namesOf, refsOf } from '../../govern/orgs/orgs.ts'
import { change, read, stale, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { lastKnownYear } from '../../platform/time/holidays.ts'
import { latestMembers, listSegments } from '../../sense/segments/segments.ts'
import type { Policy, PolicyDoc, PublishPolicy } from './contract.ts'
import { bytesOf, inEffect, memoryOf } from './memory.ts'
import { allPolicies, insertPolicy, knownSets, moveStamp, type PolicyRow, policiesOf, saveSet } from './policyStore.ts'
import { emptyPolicy, statutory } from './rules/defaults.ts'
import { minuteOf } from './rules/quiet.ts'

type Place = { id: string; name: string; path: string; zone: string }

/** The organisation that is meant, or the caller's own; in his scope. */
export async function placeOf(ctx: Ctx, org: string | undefined): Promise<Place> {
  const own = typeof ctx.scope === 'object' ? ctx.scope.path.split('.').at(-1) : (await findRoot(ctx))?.id
  const id = org ?? own ?? ''
  return read(ctx, async (tx) => (await refsOf(tx, [id])).get(id) ?? missing('org', id))
}

/** What an organisation says, what holds from above it, and what it said before. */
export async function getPolicy(ctx: Ctx, org?: string): Promise<Policy> {
  const place = await placeOf(ctx, org)
  const chain = place.path.split('.')
  const machine = asMachine(ctx, 'contact')
  const { rows, memory, names, sets } = await read(machine, async (tx) => ({
    rows: await policiesOf(tx, place.id),
    memory: await memoryOf(tx),
    names: await namesOf(tx, chain),
    sets: await knownSets(tx),
  }))
  const newest = rows[0]
  const current = inEffect(rows, ctx.now)
  const above = chain.slice(0, -1).map((id) => ({ id, doc: inEffect(memory.policies.get(id), ctx.now)?.doc }))
  const segments = await segmentsOf(ctx)
  return {
    org: { id: place.id, name: place.name },
    head: chain.length === 1,
    version: newest?.version ?? 0,
    doc: newest?.doc ?? branchDoc(above[0]?.doc),
    statutory: [...statutory],
    above: above.map(({ id, doc }) => ({
      org: { id, name: names.get(id) ?? id },
      caps: doc?.caps ?? [],
      quiet: doc?.quiet ?? [],
    })),
    versions: rows.map((row) => toVersion(row, current, ctx.now)),
    segments: segments.map(({ id, name }) => ({
      id,
      name,
      size: sets.find(({ segment }) => segment === id)?.size ?? null,
    })),
    calendarUntil: lastKnownYear,
  }
}

/** A branch that said nothing yet sees the classes of the head office, and no rules of its own. */
function branchDoc(head: PolicyDoc | undefined): PolicyDoc {
  return { ...(head ?? emptyPolicy), caps: [], quiet: [] }
}

function toVersion(row: PolicyRow, current: PolicyRow | undefined, now: Date): Policy['versions'][number] {
  return {
    version: row.version,
    effectiveAt: row.effectiveAt.toISOString(),
    publishedAt: row.publishedAt.toISOString(),
    publishedBy: row.publishedBy,
    note: row.note,
    state: row.effectiveAt > now ? 'coming' : row.version === current?.version ? 'current' : 'past',
  }
}

export async function getPolicyVersion(ctx: Ctx, org: string | undefined, version: number): Promise<PolicyDoc> {
  const place = await placeOf(ctx, org)
  const rows = await read(asMachine(ctx, 'contact'), (tx) => policiesOf(tx, place.id))
  return rows.find((row) => row.version === version)?.doc ?? missing('policy', version)
}

async function segmentsOf(ctx: Ctx): Promise<{ id: string; name: string }[]> {
  const { items } = await listSegments(ctx, { limit: 200, sort: 'name' })
  return items.filter(({ version }) => version > 0).map(({ id, name }) => ({ id, name }))
}

/**
 * The whole of what an organisation says, as its next version, from a moment on. A branch's rules stand beside those above it
 * and all must have room, so a branch can only make it stricter; what is the head office's to say is not read of it.
 */
export async function publishPolicy(ctx: Ctx, input: PublishPolicy): Promise<Policy> {
  const place = await placeOf(ctx, input.org)
  const head = !place.path.includes('.')
  checkDoc(input.doc)
  const effectiveAt = input.effectiveAt === null ? ctx.now : new Date(input.effectiveAt)
  if (effectiveAt < ctx.now)
    throw invalidField('effectiveAt', 'contact.past', text('生效时间不能早于现在', 'It cannot take effect in the past'))
  const target = { kind: 'contact policy', id: place.id, name: place.name, org: place.id as never }
  await change(ctx, 'contact.policy.publish', target, async (tx) => {
    // Locked by its one row: two publications stand one after the other.
    await moveStamp(tx)
    const rows = await policiesOf(tx, place.id)
    if ((rows[0]?.version ?? 0) !== input.version) stale('contact.policy')
    const own = head ? input.doc : { ...branchDoc(undefined), caps: input.doc.caps, quiet: input.doc.quiet }
    const doc: PolicyDoc = { ...own, control: rows[0]?.doc.control ?? emptyPolicy.control }
    const version = input.version + 1
    const row = {
      org: place.id,
      version,
      effectiveAt,
      doc,
      note: input.note,
      publishedAt: ctx.now,
      publishedBy: ctx.who.name,
    }
    if (!(await insertPolicy(tx, row))) stale('contact.policy')
    tx.before(rows[0]?.doc)
    tx.after({ version, effectiveAt, note: input.note, ...doc })
    return { version }
  })
  await refreshSets(ctx)
  return getPolicy(ctx, place.id)
}

function checkDoc(doc: PublishPolicy['doc']): void {
  for (const [i, cap] of doc.caps.entries()) {
    const at = `doc.caps.${i}`
    if (doc.caps.findIndex((other) => other.id === cap.id) !== i) throw twice(at)
    if (cap.window.kind === 'calendar' && (cap.window.unit === 'hour' || cap.window.length !== 1))
      throw invalidField(
        `${at}.window`,
        'contact.bad_window',
        text('自然周期只能是一个自然日、周或月', 'A calendar window is one day, week or month'),
      )
    if (cap.window.kind === 'rolling' && cap.window.unit === 'month')
      throw invalidField(
        `${at}.window`,
        'contact.bad_window',
        text('滚动周期以小时、天或周计', 'A rolling window is of hours, days or weeks'),
      )
  }
  for (const [i, quiet] of doc.quiet.entries()) {
    const at = `doc.quiet.${i}`
    if (doc.quiet.findIndex((other) => other.id === quiet.id) !== i) throw twice(at)
    if (minuteOf(quiet.from) === 1440 || quiet.from === quiet.until)
      throw invalidField(
        `${at}.until`,
        'contact.bad_hours',
        text(
          '结束时间应与开始时间不同;全天为 00:00 至 24:00',
          'It must end at another time; all day is 00:00 to 24:00',
        ),
      )
    for (const { from, to } of quiet.dates)
      if (to < from)
        throw invalidField(`${at}.dates`, 'contact.bad_dates', text('结束日期早于开始日期', 'It ends before it begins'))
  }
}

const twice = (field: string) => invalidField(field, 'contact.twice', text('规则编号重复', 'Two rules have one id'))

/** Brings the sets of members that caps are for to their latest snapshots. */
export async function refreshSets(ctx: Ctx): Promise<number> {
  const machine = asMachine(ctx, 'contact')
  const { wanted, known } = await read(machine, async (tx) => ({
    wanted: await segmentsInUse(tx),
    known: new Map((await knownSets(tx)).map(({ segment, snapshot }) => [segment, snapshot])),
  }))
  let changed = 0
  for (const segment of wanted) {
    const latest = await latestOf(machine, segment, known.get(segment))
    if (!latest?.members) continue
    const { snapshot, members } = latest
    await unauditedChange(machine, 'members of a segment that a cap is for', async (tx) => {
      await saveSet(tx, { segment, snapshot, size: members.length, members: bytesOf(members) }, ctx.now)
      await moveStamp(tx)
    })
    changed++
  }
  return changed
}

/** A segment that is gone keeps its last members: a cap does not end because a question did. */
async function latestOf(ctx: Ctx, segment: string, unless: string | undefined) {
  try {
    return await latestMembers(ctx, segment, unless)
  } catch (error) {
    if (error instanceof Problem && error.kind === 'missing') return undefined
    throw error
  }
}

async function segmentsInUse(tx: Tx): Promise<string[]> {
  const rows = await allPolicies(tx)
  return [...new Set(rows.flatMap(({ doc }) => doc.caps.flatMap(({ segment }) => segment ?? [])))]
}
