import { change, stale } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { checkCron, dueAfter } from '../../platform/jobs/due.ts'
import { queueJob } from '../../platform/jobs/jobs.ts'
import { missing } from '../../platform/problem.ts'
import { circleOf } from '../../platform/reads.ts'
import { homeZone } from '../../platform/time/zone.ts'
import { replaceLineage } from '../catalog/catalog.ts'
import { referencesOf } from '../eql/eql.ts'
import { orgOf } from './asking.ts'
import type { NewTag, Publish, TagDetail, TagEdit, Turn } from './contract.ts'
import { type Defined, define } from './defining.ts'
import { groundOf } from './ground.ts'
import { computeJob } from './jobs.ts'
import { edgesOfRule } from './lineage.ts'
import { circle, inUse, moreReaders, nameTaken, notPublished, otherType, retired } from './problems.ts'
import { readersOf } from './readers.ts'
import * as runs from './runStore.ts'
import * as store from './store.ts'
import { getTag } from './view.ts'

const target = (id: string, name?: string, org?: Id<'org'>) => ({ kind: 'tag', id, name, org })

export async function createTag(ctx: Ctx, input: NewTag): Promise<TagDetail> {
  const id = newId('tag', ctx.now)
  const org = (await orgOf(ctx)) as Id<'org'>
  const { name, kind, folder = '', description = '', owner = ctx.who.name, draft = {}, cron = null } = input
  const { follows = false, keepDays = null, expiresOn = null } = input
  checkCron(cron, ctx.now)
  await change(ctx, 'tags.tag.create', target(id, name, org), async (tx) => {
    const made: store.TagRow = {
      ...{ id, org, name: name.trim(), folder: tidy(folder), description, owner, kind, state: 'draft', draft, cron },
      ...{ zone: homeZone, follows, keepDays, expiresOn, revision: 1, version: 0, type: null, nextAt: null },
      ...{ computing: false, error: null, run: null, computedAt: null, covered: null, universe: null, drift: null },
      ...{ usedAt: null, updatedAt: ctx.now, updatedBy: ctx.who.name },
    }
    if (!(await store.insertTag(tx, made))) throw nameTaken(name)
    tx.after({ id, org, name: made.name, folder: made.folder, kind, draft, cron, follows })
    return { id }
  })
  return getTag(ctx, id)
}

/** `/a//b/` is `a/b`. */
function tidy(folder: string): string {
  return folder
    .split('/')
    .map((part) => part.trim())
    .filter(Boolean)
    .join('/')
}

export async function editTag(ctx: Ctx, id: string, { revision, ...edit }: TagEdit): Promise<TagDetail> {
  checkCron(edit.cron ?? null, ctx.now)
  await change(ctx, 'tags.tag.edit', target(id), async (tx) => {
    const old = await standing(tx, id)
    if (old.revision !== revision) stale('tags')
    tx.before(old)
    const next: store.TagRow = {
      ...old,
      ...edit,
      name: (edit.name ?? old.name).trim(),
      folder: tidy(edit.folder ?? old.folder),
      revision: revision + 1,
    }
    const nextAt = old.state === 'live' ? dueAfter(next, ctx.now) : null
    await save(ctx, tx, { ...next, nextAt })
    tx.after(next)
    return { id }
  })
  return getTag(ctx, id)
}

/**
 * The draft becomes a version that never changes, and is computed at once. Who reads the tag is told before; when more read it than the caller
 * saw, they are told again. Its type stays while anything reads it.
 */
export async function publishTag(ctx: Ctx, id: string, { revision, seen }: Publish): Promise<TagDetail> {
  const { schema, tags } = await groundOf(ctx)
  const users = await readersOf(asMachine(ctx, 'tags'), id)
  const names = users.map(({ name }) => name)
  if (seen !== undefined && users.length > seen) throw moreReaders(names)
  await change(ctx, 'tags.tag.publish', target(id), async (tx) => {
    await store.lockVersions(tx)
    const old = await standing(tx, id)
    if (old.revision !== revision) stale('tags')
    const defined = define(old.kind, old.draft, schema)
    if (old.type !== null && old.type !== defined.type && users.length > 0)
      throw otherType(old.type, defined.type, names)
    const reads = new Map((await store.edges(tx)).map((edge) => [edge.tag as string, edge.reads]))
    const way = circleOf<string>(id, defined.reads, (tag) => reads.get(tag) ?? [])
    if (way) throw circle(way.map((one) => tags.find((tag) => tag.id === one)?.name ?? old.name))
    const version = old.version + 1
    await keepVersion(ctx, tx, old, version, defined)
    if (defined.rule)
      await replaceLineage(
        tx,
        { kind: 'tag', id },
        edgesOfRule({ kind: 'tag', id }, referencesOf(defined.rule, schema)),
        ctx.now,
      )
    const live: store.TagRow = { ...old, state: 'live', version, type: defined.type, revision: revision + 1 }
    await save(ctx, tx, { ...live, nextAt: dueAfter(live, ctx.now) })
    if (defined.rule) await queueCompute(ctx, tx, id)
    else if (old.run === null || old.type !== defined.type) await openForValues(ctx, tx, live)
    tx.before({ version: old.version, state: old.state })
    tx.after({ version, definition: old.draft, reads: defined.reads })
    return { id }
  })
  return getTag(ctx, id)
}

async function keepVersion(ctx: Ctx, tx: Tx, old: store.TagRow, version: number, defined: Defined): Promise<void> {
  const { rule, type, codes, reads } = defined
  await store.insertVersion(tx, {
    ...{ tag: old.id, version, org: old.org, definition: old.draft, rule, type, codes, reads },
    ...{ publishedAt: ctx.now, publishedBy: ctx.who.name },
  })
}

/** A tag whose values are given begins with none. */
async function openForValues(ctx: Ctx, tx: Tx, row: store.TagRow): Promise<void> {
  const run = { id: newId('tgr', ctx.now), tag: row.id, org: row.org, version: row.version, at: ctx.now }
  await runs.insertRun(tx, run)
  const empty = { ms: 0, covered: 0, universe: 0, changed: 0, shares: null, drift: null, cuts: null }
  await runs.endRun(tx, { ...run, ...empty, done: true })
}

/** Pausing stops the schedule, the values stay; a retired tag gives its name free, and is refused while others read it. */
export async function turnTag(ctx: Ctx, id: string, { to }: Turn): Promise<TagDetail> {
  const verb = to === 'live' ? 'resume' : to === 'paused' ? 'pause' : 'retire'
  const users = to === 'retired' ? await readersOf(asMachine(ctx, 'tags'), id) : []
  await change(ctx, `tags.tag.${verb}`, target(id), async (tx) => {
    const old = await standing(tx, id)
    if (to !== 'retired' && old.version === 0) throw notPublished()
    if (users.length > 0) throw inUse(users.map(({ name }) => name))
    if (to === 'retired') await replaceLineage(tx, { kind: 'tag', id }, [], ctx.now)
    tx.before({ state: old.state })
    tx.after({ state: to })
    const next: store.TagRow = { ...old, state: to, revision: old.revision + 1 }
    await save(ctx, tx, { ...next, nextAt: to === 'live' ? dueAfter(next, ctx.now) : null })
    return { id }
  })
  return getTag(ctx, id)
}

/** Computes now; what it reads is computed before it. */
export async function refreshTag(ctx: Ctx, id: string): Promise<TagDetail> {
  await change(ctx, 'tags.tag.compute', target(id), async (tx) => {
    const old = await standing(tx, id)
    if (old.version === 0) throw notPublished()
    const version = await store.findVersion(tx, id, old.version)
    if (version?.rule) await queueCompute(ctx, tx, id)
    tx.after({ version: old.version })
    return { id }
  })
  return getTag(ctx, id)
}

async function queueCompute(ctx: Ctx, tx: Tx, id: string): Promise<void> {
  await runs.markComputing(tx, id)
  await queueJob(ctx, tx, computeJob, { id }, { key: `tags.${id}` })
}

async function standing(tx: Tx, id: string): Promise<store.TagRow> {
  const row = (await store.lockTag(tx, id)) ?? missing('tag', id)
  if (row.state === 'retired') throw retired()
  return row
}

async function save(ctx: Ctx, tx: Tx, row: store.TagRow): Promise<void> {
  const saved = await store.saveTag(tx, { ...row, updatedAt: ctx.now, updatedBy: ctx.who.name })
  if (!saved) throw nameTaken(row.name)
}
