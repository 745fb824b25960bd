import { namesOf } from '../../govern/orgs/orgs.ts'
import { change, read, stale } from '../../platform/change.ts'
import type { Ctx, Target } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import type { Conflict, ConflictQuery, ConflictSide, Decide } from './contract.ts'
import { kindsOf } from './kinds.ts'
import * as merges from './mergeStore.ts'
import { join } from './merging.ts'
import { canonicalOf, shownValues } from './people.ts'
import { ownerOf } from './sealedLinks.ts'
import * as store from './store.ts'

/** Questions to people: two customers, each known for certain, who were seen with one identity in common (rule 8). */
export function listConflicts(ctx: Ctx, query: ConflictQuery): Promise<Page<Conflict>> {
  const sorts = {
    lastSeen: { sql: 'last_seen', type: 'timestamptz' },
    firstSeen: { sql: 'first_seen', type: 'timestamptz' },
    count: { sql: 'count', type: 'int' },
  }
  const by = order(query, sorts, '-lastSeen')
  return read(ctx, async (tx) => {
    const rows = await merges.pageOfConflicts(tx, query, by)
    const page = by.page(rows, (row) => row[by.name as keyof typeof sorts])
    return { items: await describe(ctx, tx, page.items), next: page.next }
  })
}

export function countOpenConflicts(ctx: Ctx): Promise<number> {
  return read(ctx, merges.countOpen)
}

export function getConflict(ctx: Ctx, id: string): Promise<Conflict> {
  return read(ctx, (tx) => described(ctx, tx, id))
}

/**
 * Answers one: they are the same person, with `winner` the number that stays; they are not, for ever; or not now.
 * Problems: 409 `identity.stale`; conflict `identity.decided`; invalid `winner`.
 */
export function decideConflict(ctx: Ctx, id: string, { version, ...decision }: Decide): Promise<Conflict> {
  const target: Target = { kind: 'identity-conflict', id }
  return change(ctx, `identity.conflict.${decision.decision}`, target, async (tx) => {
    await store.lockIdentity(tx)
    const row = (await merges.findConflict(tx, id)) ?? missing('conflict', id)
    if (row.version !== version) stale('identity')
    if (row.state === 'merged')
      throw new Problem('conflict', 'identity.decided', text('两人已经合并', 'The two were merged already'))
    const canonical = await canonicalOf(tx, [row.one, row.other])
    const pair = [canonical.get(row.one) ?? 0, canonical.get(row.other) ?? 0] as const
    target.name = `${pair[0]} / ${pair[1]}`
    tx.before({ state: row.state, one: pair[0], other: pair[1] })
    const settled = { reason: decision.reason, at: ctx.now, byId: ctx.who.id, byName: ctx.who.name }
    if (decision.decision === 'merge') {
      const winner = decision.winner ?? pair[0]
      if (!pair.includes(winner)) throw notOfTwo(pair)
      const loser = winner === pair[0] ? pair[1] : pair[0]
      await merges.decide(tx, id, version, { state: 'merged', ...settled })
      const merge = { winner, loser, reason: decision.reason, why: 'conflict' as const, via: row.viaKind }
      const { org } = await join(ctx, tx, merge)
      target.org = org as Id<'org'>
      tx.after({ state: 'merged', winner, loser, reason: decision.reason })
    } else {
      const state = decision.decision === 'ignore' ? 'ignored' : 'kept-apart'
      await merges.decide(tx, id, version, { state, ...settled })
      tx.after({ state, reason: decision.reason })
    }
    return described(ctx, tx, id)
  })
}

function notOfTwo(pair: readonly number[]): Problem {
  return invalidField(
    'winner',
    'identity.winner_of_two',
    text(`保留的客户须是 ${pair.join(' 或 ')}`, `The one who stays must be ${pair.join(' or ')}`),
  )
}

async function described(ctx: Ctx, tx: Tx, id: string): Promise<Conflict> {
  const row = (await merges.findConflict(tx, id)) ?? missing('conflict', id)
  const [conflict] = await describe(ctx, tx, [row])
  return conflict ?? missing('conflict', id)
}

/** Both sides as they stand now, with what names them, so that one can decide where the question is shown. */
async function describe(ctx: Ctx, tx: Tx, rows: readonly merges.ConflictRow[]): Promise<Conflict[]> {
  if (rows.length === 0) return []
  const canonical = await canonicalOf(
    tx,
    rows.flatMap((row) => [row.one, row.other]),
  )
  const survivors = [...new Set(canonical.values())]
  const vias = { kinds: rows.map((row) => row.viaKind), matches: rows.map((row) => row.viaMatch) }
  const [kinds, members, links, common] = await Promise.all([
    kindsOf(tx),
    store.membersBelow(tx, survivors),
    store.shownLinksOf(tx, survivors),
    store.findLinks(tx, vias),
  ])
  const names = await namesOf(
    tx,
    members.map((row) => row.org),
  )
  const shown = await shownValues(ctx, kinds, [...links, ...common])
  const nameOf = (kind: string) => kinds.get(kind)?.name ?? { zh: kind, en: kind }
  const sideOf = (was: number): ConflictSide => {
    const customer = canonical.get(was) ?? was
    const self = members.find((row) => row.id === customer)
    const identities = links
      .map((link, i) => ({ link, value: shown[i] ?? '', kind: kinds.get(link.kind) }))
      .filter(({ link, kind }) => link.customer === customer && kind?.shared === false)
      .sort((a, b) => (a.kind?.rank ?? 0) - (b.kind?.rank ?? 0))
      .map(({ link, value, kind }) => ({
        kind: link.kind,
        name: nameOf(link.kind),
        strong: kind?.strength === 'strong',
        value,
      }))
    return { customer, was, orgName: names.get(self?.org ?? '') ?? '', bornAt: at(self?.bornAt), identities }
  }
  const viaOf = new Map(common.map((link, i) => [ownerOf(link), shown[links.length + i] ?? null]))
  return rows.map((row) => ({
    ...{ id: row.id, one: sideOf(row.one), other: sideOf(row.other), count: row.count, state: row.state },
    via: {
      kind: row.viaKind,
      name: nameOf(row.viaKind),
      value: viaOf.get(ownerOf({ kind: row.viaKind, match: row.viaMatch })) ?? null,
    },
    firstSeen: row.firstSeen.toISOString(),
    lastSeen: row.lastSeen.toISOString(),
    reason: row.reason,
    decided: row.decidedAt && {
      at: row.decidedAt.toISOString(),
      by: { id: row.decidedById ?? '', name: row.decidedByName ?? '' },
    },
    version: row.version,
  }))
}

function at(instant: Date | undefined): string {
  return (instant ?? new Date(0)).toISOString()
}
