import { change, stale } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { checkCron, dueAfter } from '../../platform/jobs/due.ts'
import { queueJob } from '../../platform/jobs/jobs.ts'
import { invalidField, missing, text } from '../../platform/problem.ts'
import { circleOf } from '../../platform/reads.ts'
import { homeZone } from '../../platform/time/zone.ts'
import type { Rule, Schema, Types } from '../eql/contract.ts'
import { checkRule, decayOf, referencesOf, upgradeRule } from '../eql/eql.ts'
import { noLive } from './answering.ts'
import { orgOf } from './asking.ts'
import type { NewSegment, SegmentDetail, SegmentEdit, Turn } from './contract.ts'
import { refreshJob } from './jobs.ts'
import { tellLineage } from './made.ts'
import { circle, inUse, nameTaken, notPublished, retired } from './problems.ts'
import { keyOf, readsOf } from './rules.ts'
import { groundOf } from './schema.ts'
import * as store from './store.ts'
import { getSegment } from './view.ts'
import { readWhole } from './writing.ts'

const target = (id: string, name?: string, org?: Id<'org'>) => ({ kind: 'segment', id, name, org })

export async function createSegment(ctx: Ctx, input: NewSegment): Promise<SegmentDetail> {
  const id = newId('seg', ctx.now)
  const org = (await orgOf(ctx)) as Id<'org'>
  const { name, folder = '', description = '', owner = ctx.who.name, draft = '', cron = null } = input
  const { live = false, tellsInside = false } = input
  checkCron(cron, ctx.now)
  checkMode(cron, live)
  await change(ctx, 'segments.segment.create', target(id, name, org), async (tx) => {
    const made = {
      id,
      org,
      name: name.trim(),
      folder,
      description,
      owner,
      draft,
      cron,
      live,
      tellsInside,
      zone: homeZone,
    }
    if (!(await store.insertSegment(tx, { ...made, updatedAt: ctx.now, updatedBy: ctx.who.name })))
      throw nameTaken(name)
    tx.after(made)
    return { id }
  })
  return getSegment(ctx, id)
}

export async function editSegment(ctx: Ctx, id: string, { revision, ...edit }: SegmentEdit): Promise<SegmentDetail> {
  checkCron(edit.cron ?? null, ctx.now)
  await change(ctx, 'segments.segment.edit', target(id), async (tx) => {
    const old = await standing(tx, id)
    if (old.revision !== revision) stale('segments')
    tx.before(old)
    const next = { ...old, ...edit, name: (edit.name ?? old.name).trim(), revision: revision + 1 }
    checkMode(next.cron, next.live)
    if (next.live && !old.live) await turnLive(ctx, tx, old)
    const nextAt = old.state === 'live' ? dueAfter(next, ctx.now) : null
    await save(ctx, tx, { ...next, nextAt })
    tx.after(next)
    return { id }
  })
  return getSegment(ctx, id)
}

/** The draft becomes a version that never changes, and is asked at once. Rules that hold on to an earlier one keep it (rule 16). */
export async function publishSegment(ctx: Ctx, id: string, revision: number): Promise<SegmentDetail> {
  const { schema, segments } = await groundOf(ctx)
  await change(ctx, 'segments.segment.publish', target(id), async (tx) => {
    await store.lockVersions(tx)
    const old = await standing(tx, id)
    if (old.revision !== revision) stale('segments')
    const { rule, types } = readWhole(old.draft, schema)
    if (old.live) mustBeLive(rule, types, schema)
    const uses = referencesOf(rule, schema).segments.map(({ name, version }) => ({ segment: name, version }))
    const way = circleOf({ segment: id, version: null }, uses, readsOf(await store.edges(tx)), keyOf)
    if (way) throw circle(way.map((one) => segments.find(({ id }) => id === one.segment)?.name ?? old.name))
    const [org, version] = [old.org, old.version + 1]
    const made = { segment: old.id, version, org, text: old.draft, rule, uses }
    await store.insertVersion(tx, { ...made, publishedAt: ctx.now, publishedBy: ctx.who.name })
    const live = { ...old, state: 'live' as const, version, revision: revision + 1 }
    await save(ctx, tx, { ...live, nextAt: dueAfter(live, ctx.now) })
    await tellLineage(ctx, tx, id, rule, schema)
    await queueRefresh(ctx, tx, id)
    tx.before({ version: old.version, state: old.state })
    tx.after({ version, text: old.draft, uses })
    return { id }
  })
  return getSegment(ctx, id)
}

/** Pausing stops the schedule; a retired segment gives its name free, and is refused while others ask for its members. */
export async function turnSegment(ctx: Ctx, id: string, { to }: Turn): Promise<SegmentDetail> {
  await change(
    ctx,
    `segments.segment.${to === 'live' ? 'resume' : to === 'paused' ? 'pause' : 'retire'}`,
    target(id),
    async (tx) => {
      const old = await standing(tx, id)
      if (to !== 'retired' && old.version === 0) throw notPublished()
      if (to === 'retired') {
        const users = (await store.edges(tx)).filter(
          (edge) => edge.latest && edge.uses.some((use) => use.segment === id),
        )
        if (users.length > 0) throw inUse(users.map(({ name }) => name))
      }
      tx.before({ state: old.state })
      tx.after({ state: to })
      const next = { ...old, state: to, revision: old.revision + 1 }
      await save(ctx, tx, { ...next, nextAt: to === 'live' ? dueAfter(next, ctx.now) : null })
      return { id }
    },
  )
  return getSegment(ctx, id)
}

/** Asks now; what it reads is asked before it. */
export async function refreshSegment(ctx: Ctx, id: string): Promise<SegmentDetail> {
  await change(ctx, 'segments.segment.refresh', target(id), async (tx) => {
    const old = await standing(tx, id)
    if (old.version === 0) throw notPublished()
    await queueRefresh(ctx, tx, id)
    tx.after({ version: old.version })
    return { id }
  })
  return getSegment(ctx, id)
}

async function queueRefresh(ctx: Ctx, tx: Tx, id: string): Promise<void> {
  await store.markRefreshing(tx, [id])
  await queueJob(ctx, tx, refreshJob, { id }, { key: `segments.${id}` })
}

async function standing(tx: Tx, id: string): Promise<store.SegmentRow> {
  const row = (await store.lockSegment(tx, id)) ?? missing('segment', id)
  if (row.state === 'retired') throw retired()
  return row
}

async function save(ctx: Ctx, tx: Tx, row: store.SegmentRow): Promise<void> {
  const saved = await store.saveSegment(tx, { ...row, updatedAt: ctx.now, updatedBy: ctx.who.name })
  if (!saved) throw nameTaken(row.name)
}

/** The version that is published is asked from now on as it happens: what it answered before may be long ago. */
async function turnLive(ctx: Ctx, tx: Tx, { id, version, state }: store.SegmentRow): Promise<void> {
  const { schema } = await groundOf(ctx)
  const published = (await store.versionsOf(tx, id)).find((one) => one.version === version)
  if (!published) return
  const rule = upgradeRule(published.rule)
  mustBeLive(rule, checkRule(rule, schema).types, schema)
  if (state === 'live') await queueRefresh(ctx, tx, id)
}

function mustBeLive(rule: Rule, types: Types, schema: Schema): void {
  const why = noLive(decayOf(rule.body, { types, zone: homeZone }), referencesOf(rule, schema))
  if (why)
    throw invalidField(
      'live',
      'segments.not_live',
      text(`这条规则不能实时更新:${why.zh}`, `This rule cannot be asked in real time: ${why.en}`),
    )
}

function checkMode(cron: string | null, live: boolean): void {
  if (live && cron !== null)
    throw invalidField(
      'cron',
      'segments.live_and_timed',
      text('实时更新的客群不需要定时', 'A segment in real time has no schedule'),
    )
}
