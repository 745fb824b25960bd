import { sealPersonal } from '../../govern/privacy/privacy.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { insertMerges, queueConflicts } from './mergeStore.ts'
import { type Book, type Link, survivor } from './rules/book.ts'
import { ownerOf } from './sealedLinks.ts'
import * as store from './store.ts'

/** False when there was nothing to write but that known ones were seen again. */
export async function save(ctx: Ctx, tx: Tx, book: Book): Promise<boolean> {
  const { born, merges, clashes } = book
  if (born.length > 0) {
    const numbers = await store.insertCustomers(
      tx,
      born.map((person) => person.org),
      born.map((person) => person.bornAt),
    )
    born.forEach((person, i) => {
      person.number = numbers[i] ?? 0
    })
  }
  const moved = await saveLinks(ctx, tx, book)
  if (merges.length > 0) await saveMerges(ctx, tx, book)
  // Those who became one within this batch are no question any more.
  const open = [...clashes.values()].filter(({ one, other }) => survivor(one) !== survivor(other))
  if (open.length > 0)
    await queueConflicts(
      tx,
      open.map(({ one, other, via, first, last, count, source }) => ({
        id: newId('cfl', ctx.now),
        one: survivor(one).number,
        other: survivor(other).number,
        viaKind: via.kind.id,
        viaMatch: via.match,
        ...{ firstSeen: first, lastSeen: last, count, source },
      })),
    )
  return moved || born.length + merges.length + clashes.size > 0
}

async function saveLinks(ctx: Ctx, tx: Tx, { changed }: Book): Promise<boolean> {
  const links = [...changed]
  const write = ({ kind, match, holder, firstSeen, lastSeen, source }: Link) => ({
    kind: kind.id,
    match,
    ...{ customer: holder?.number ?? 0, org: holder?.org ?? '', firstSeen, lastSeen, source },
  })
  const fresh = links.filter((link) => link.holder && link.stored === undefined)
  const gone = links.filter((link) => !link.holder && link.stored !== undefined)
  const moved = links.filter((link) => link.holder && link.stored !== undefined && link.holder.number !== link.stored)
  const seen = links.filter((link) => link.holder && link.holder.number === link.stored)
  const pairs = (some: readonly Link[]) => ({
    kinds: some.map((link) => link.kind.id),
    matches: some.map((link) => link.match),
  })
  if (fresh.length > 0)
    await store.insertLinks(
      tx,
      fresh.map((link) => ({ ...write(link), ...keptValue(ctx, link) })),
    )
  if (moved.length > 0) await store.updateLinks(tx, moved.map(write))
  if (gone.length > 0) await store.deleteLinks(tx, pairs(gone))
  if (seen.length > 0)
    await store.touchLinks(
      tx,
      pairs(seen),
      seen.map((link) => link.lastSeen),
    )
  return fresh.length + moved.length + gone.length > 0
}

function keptValue(ctx: Ctx, { kind, match, value = '' }: Link): { shown: string | null; sealed: Buffer | null } {
  if (!kind.personal) return { shown: value.trim(), sealed: null }
  const owner = ownerOf({ kind: kind.id, match })
  return { shown: null, sealed: sealPersonal(ctx, { kind: kind.personal, owner }, value.trim()) }
}

async function saveMerges(ctx: Ctx, tx: Tx, { merges }: Book): Promise<void> {
  await insertMerges(
    tx,
    merges.map(({ winner, loser, why, via, at, moved }) => ({
      id: newId('mrg', ctx.now),
      winner: winner.number,
      loser: loser.number,
      loserOrg: loser.org,
      why,
      reason: '',
      viaKind: via.kind.id,
      moved: moved.map((link): [string, string] => [link.kind.id, link.match]),
      at,
      byId: ctx.who.id,
      byName: ctx.who.name,
    })),
  )
  const elsewhere = merges.filter(({ loser }) => survivor(loser).org !== loser.org)
  if (elsewhere.length > 0)
    await store.place(
      tx,
      elsewhere.map(({ loser }) => loser.number),
      elsewhere.map(({ loser }) => survivor(loser).org),
    )
}
