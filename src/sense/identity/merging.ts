import { change, read } from '../../platform/change.ts'
import type { Ctx, Target } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import type { Merge, MergeQuery, MergeWhy } from './contract.ts'
import { type Kinds, kindsOf } from './kinds.ts'
import * as merges from './mergeStore.ts'
import { canonicalOf } from './people.ts'
import * as store from './store.ts'

/** Newest first, of customers in the reader's scope. */
export function listMerges(ctx: Ctx, query: MergeQuery): Promise<Page<Merge>> {
  const by = order(query, { at: { sql: 'at', type: 'timestamptz' } }, '-at')
  return read(ctx, async (tx) => {
    const kinds = await kindsOf(tx)
    const page = by.page(await merges.pageOfMerges(tx, query, by), (row) => row.at)
    return { items: page.items.map((row) => toMerge(kinds, row, row.now)), next: page.next }
  })
}

/** A person says that two customers are one. The winner's number stays, the loser's is found under it from now on. */
export function mergeCustomers(ctx: Ctx, winner: number, loser: number, reason: string): Promise<Merge> {
  const target: Target = { kind: 'customer', id: String(winner) }
  return change(ctx, 'identity.merge', target, async (tx) => {
    await store.lockIdentity(tx)
    const made = await join(ctx, tx, { winner, loser, reason, why: 'person' })
    target.id = String(made.winner)
    target.org = made.org
    return toMerge(await kindsOf(tx), made.row, made.winner)
  })
}

/** Under the lock. Merged numbers stand for their survivors. */
export async function join(
  ctx: Ctx,
  tx: Tx,
  asked: { winner: number; loser: number; reason: string; why: MergeWhy; via?: string },
): Promise<{ winner: number; org: Id<'org'>; row: merges.MergeRow }> {
  const canonical = await canonicalOf(tx, [asked.winner, asked.loser])
  const winner = canonical.get(asked.winner) ?? unknown('winner', asked.winner)
  const loser = canonical.get(asked.loser) ?? unknown('loser', asked.loser)
  if (winner === loser)
    throw new Problem(
      'conflict',
      'identity.same_customer',
      text(
        `${asked.winner} 与 ${asked.loser} 已是同一客户`,
        `${asked.winner} and ${asked.loser} are one customer already`,
      ),
    )
  const members = await store.membersBelow(tx, [winner, loser])
  const orgOf = (customer: number) => members.find((row) => row.id === customer)?.org ?? ''
  const held = await store.linksOf(tx, [loser])
  const row: merges.NewMergeRow = {
    id: newId('mrg', ctx.now),
    winner,
    loser,
    loserOrg: orgOf(loser),
    why: asked.why,
    reason: asked.reason,
    viaKind: asked.via ?? null,
    moved: held.map(({ kind, match }) => [kind, match]),
    at: ctx.now,
    byId: ctx.who.id,
    byName: ctx.who.name,
  }
  await merges.insertMerges(tx, [row])
  if (held.length > 0)
    await store.updateLinks(
      tx,
      held.map((link) => ({ ...link, customer: winner, org: orgOf(winner) })),
    )
  await store.place(tx, [loser], [orgOf(winner)])
  const decided = { state: 'merged', reason: asked.reason, at: ctx.now, byId: row.byId, byName: row.byName } as const
  await merges.settleMerged(tx, winner, decided)
  const undone = { undoneAt: null, undoneById: null, undoneByName: null, undoneReason: null }
  return { winner, org: orgOf(winner) as Id<'org'>, row: { ...row, ...undone } }
}

/**
 * Both customers are as they were: the loser has his number, his organisation and the identities he brought, as far as
 * the winner still holds them; what came later stays with the winner. No machine joins the two again.
 * Problems: missing; conflict `identity.already_undone`; conflict `identity.later_merge`, which names the merge that
 * must be undone first.
 */
export function undoMerge(ctx: Ctx, id: string, reason: string): Promise<Merge> {
  const target: Target = { kind: 'identity-merge', id }
  return change(ctx, 'identity.merge.undo', target, async (tx) => {
    await store.lockIdentity(tx)
    const merge = (await merges.findMerge(tx, id)) ?? missing('merge', id)
    if (merge.undoneAt)
      throw new Problem('conflict', 'identity.already_undone', text('该合并已被撤销', 'This merge was undone already'))
    const later = await merges.standingMergeOf(tx, merge.winner)
    if (later) throw laterMerge(later)
    tx.before({ winner: merge.winner, loser: merge.loser, moved: merge.moved.length })
    const by = { id: ctx.who.id, name: ctx.who.name, reason, at: ctx.now }
    const { back } = await merges.undo(tx, merge, by)
    await store.place(tx, [merge.loser], [merge.loserOrg])
    await merges.reopenApart(tx, merge.loser)
    tx.after({ winner: merge.winner, loser: merge.loser, back, reason })
    const undone = { undoneAt: by.at, undoneById: by.id, undoneByName: by.name, undoneReason: reason }
    target.name = `${merge.loser} → ${merge.winner}`
    return toMerge(await kindsOf(tx), { ...merge, ...undone }, merge.winner)
  })
}

function laterMerge(later: merges.MergeRow): Problem {
  return new Problem(
    'conflict',
    'identity.later_merge',
    text(
      `客户 ${later.loser} 之后又并入了 ${later.winner},请先撤销合并 ${later.id}`,
      `Customer ${later.loser} was merged into ${later.winner} since: undo the merge ${later.id} first`,
    ),
  )
}

function unknown(field: string, customer: number): never {
  throw invalidField(field, 'identity.no_customer', text(`找不到客户 ${customer}`, `There is no customer ${customer}`))
}

function toMerge(kinds: Kinds, row: merges.MergeRow, now: number): Merge {
  const name = (kind: string) => ({ kind, name: kinds.get(kind)?.name ?? { zh: kind, en: kind } })
  const rank = ([kind]: [string, string]) => kinds.get(kind)?.rank ?? 0
  const moved = Map.groupBy(
    row.moved.toSorted((a, b) => rank(a) - rank(b)),
    ([kind]) => kind,
  )
  return {
    ...{ id: row.id, winner: row.winner, loser: row.loser, now, why: row.why, reason: row.reason },
    via: row.viaKind ? name(row.viaKind) : null,
    moved: [...moved].map(([kind, pairs]) => ({ ...name(kind), count: pairs.length })),
    at: row.at.toISOString(),
    by: { id: row.byId, name: row.byName },
    undone: row.undoneAt && {
      at: row.undoneAt.toISOString(),
      by: { id: row.undoneById ?? '', name: row.undoneByName ?? '' },
      reason: row.undoneReason ?? '',
    },
  }
}
