import { namesOf, rootOf } from '../../govern/orgs/orgs.ts'
import { change, read, stale } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { missing } from '../../platform/problem.ts'
import type {
  Decision,
  NewTemplate,
  Template,
  TemplateDetail,
  TemplateEdit,
  TemplateQuery,
  TemplateVersion,
  Writing,
} from './contract.ts'
import * as problems from './problems.ts'
import { hashOf } from './rules/content.ts'
import * as store from './store.ts'
import { checkWriting } from './writing.ts'

const target = (id: string, name?: string, org?: Id<'org'>) => ({ kind: 'template', id, name, org })

const writingOf = ({ channel, lang, marketing, products, fields, fallbacks }: Writing): Writing => ({
  ...{ channel, lang, marketing, products, fields, fallbacks },
})

export function listTemplates(ctx: Ctx, query: TemplateQuery): Promise<Page<Template>> {
  const by = order(query, store.sorts, '-updatedAt', 't.id')
  return read(ctx, async (tx) => {
    const rows = await store.pageOfTemplates(tx, query, by)
    const page = by.page(rows, (row) => row[by.name as keyof typeof store.sorts])
    const orgs = await namesOf(
      tx,
      page.items.map(({ org }) => org),
    )
    return { next: page.next, items: page.items.map((row) => toTemplate(row, orgs)) }
  })
}

function toTemplate(row: store.TemplateRow, orgs: ReadonlyMap<string, string>): Template {
  const { id, name, folder, tags, channel, lang, marketing, products, waiting, version, expiresOn, updatedBy } = row
  return {
    ...{ id, name, folder, tags, channel, lang, marketing, products, waiting, version, expiresOn, updatedBy },
    org: { id: row.org, name: orgs.get(row.org) ?? row.org },
    state: row.retired ? 'retired' : version > 0 ? 'live' : 'draft',
    updatedAt: row.updatedAt.toISOString(),
  }
}

export function getTemplate(ctx: Ctx, id: string): Promise<TemplateDetail> {
  return read(ctx, async (tx) => {
    const row = (await store.findTemplate(tx, id)) ?? missing('template', id)
    const [versions, orgs] = await Promise.all([store.versionsOf(tx, id), namesOf(tx, [row.org])])
    const last = versions[0]
    return {
      ...toTemplate(row, orgs),
      ...{ fields: row.fields, fallbacks: row.fallbacks, revision: row.revision },
      changed: !last?.hash.equals(hashOf(row)),
      versions: versions.map(toVersion),
    }
  })
}

export function toVersion(row: store.VersionRow): TemplateVersion {
  const { version, fields, fallbacks, marketing, products, findings, state, submitter, decider, comment } = row
  return {
    ...{ version, fields, fallbacks, marketing, products, findings, state, submitter, decider, comment },
    hash: row.hash.toString('hex'),
    submittedAt: row.submittedAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  }
}

export async function createTemplate(ctx: Ctx, input: NewTemplate): Promise<TemplateDetail> {
  const id = newId('tpl', ctx.now)
  const { name, folder = '', tags = [], products = [], fields = {}, fallbacks = {}, expiresOn = null } = input
  const { channel, lang, marketing } = input
  await change(ctx, 'content.template.create', target(id, name), async (tx) => {
    const org = (typeof ctx.scope === 'object' ? ctx.scope.path.split('.').at(-1) : await rootOf(tx)) as Id<'org'>
    const words = { name: name.trim(), folder, tags, channel, lang, marketing, products, fields, fallbacks, expiresOn }
    const made = { id, org, ...words }
    if (!(await store.insertTemplate(tx, { ...made, updatedAt: ctx.now, updatedBy: ctx.who.name })))
      throw problems.nameTaken(name)
    tx.after(made)
    return { id }
  })
  return getTemplate(ctx, id)
}

/** A change of the content takes back what waits for review: what is decided is what was seen. */
export async function editTemplate(ctx: Ctx, id: string, { revision, ...edit }: TemplateEdit): Promise<TemplateDetail> {
  await change(ctx, 'content.template.edit', target(id), async (tx) => {
    const old = await standing(tx, id)
    if (old.revision !== revision) stale('template')
    tx.before(old)
    const next = { ...old, ...edit, name: (edit.name ?? old.name).trim(), revision: revision + 1 }
    await save(ctx, tx, next)
    const withdrawn = hashOf(old).equals(hashOf(next)) ? [] : await store.withdrawWaiting(tx, id, ctx.now)
    tx.after({ ...next, withdrawn })
    return { id }
  })
  return getTemplate(ctx, id)
}

/** Hands the draft in for review. What the machine forbids is not handed in, and said beside its field. */
export async function submitTemplate(ctx: Ctx, id: string, revision: number): Promise<TemplateDetail> {
  const row = await read(ctx, async (tx) => (await store.findTemplate(tx, id)) ?? missing('template', id))
  const checked = await checkWriting(ctx, writingOf(row))
  if (checked.issues.some(({ level }) => level === 'error')) throw problems.refused(checked.issues)
  await change(ctx, 'content.template.submit', target(id), async (tx) => {
    const old = await standing(tx, id)
    if (old.revision !== revision || row.revision !== revision) stale('template')
    const versions = await store.versionsOf(tx, id)
    const hash = hashOf(old)
    const last = versions[0]
    if (last && (last.state === 'waiting' || last.state === 'approved') && last.hash.equals(hash))
      throw problems.sameAgain()
    await store.withdrawWaiting(tx, id, ctx.now)
    const version = (last?.version ?? 0) + 1
    const by = { submittedAt: ctx.now, submittedBy: ctx.who.id, submitter: ctx.who.name }
    await store.insertVersion(tx, {
      ...writingOf(old),
      ...{ template: old.id, version, org: old.org, hash, findings: checked.findings, ...by },
    })
    tx.after({ version, hash: hash.toString('hex'), findings: checked.findings.length })
    return { id }
  })
  return getTemplate(ctx, id)
}

/** Whoever handed it in may not decide, by his id and whatever he is called (rule 45); the decision is bound to the content (rule 44). */
export async function decideTemplate(
  ctx: Ctx,
  { id, version }: { id: string; version: number },
  { approve, hash, comment = '' }: Decision,
): Promise<TemplateDetail> {
  await change(ctx, approve ? 'content.template.approve' : 'content.template.return', target(id), async (tx) => {
    const old = await standing(tx, id)
    const found = (await store.versionsOf(tx, id)).find((one) => one.version === version) ?? missing('version', version)
    if (found.state !== 'waiting') throw problems.notWaiting()
    if (found.submittedBy === ctx.who.id) throw problems.ownWork()
    if (found.hash.toString('hex') !== hash) throw problems.otherContent()
    const state = approve ? ('approved' as const) : ('returned' as const)
    await store.decideVersion(
      tx,
      { template: id, version },
      { state, comment, at: ctx.now, by: ctx.who.id, decider: ctx.who.name },
    )
    if (approve) await save(ctx, tx, { ...old, version })
    tx.after({ version, state, comment, hash })
    return { id }
  })
  return getTemplate(ctx, id)
}

export async function withdrawTemplate(ctx: Ctx, id: string): Promise<TemplateDetail> {
  await change(ctx, 'content.template.withdraw', target(id), async (tx) => {
    await standing(tx, id)
    const versions = await store.withdrawWaiting(tx, id, ctx.now)
    if (versions.length === 0) throw problems.notWaiting()
    tx.after({ versions })
    return { id }
  })
  return getTemplate(ctx, id)
}

/** Gives its name free; what is planned with it is no longer sent. */
export async function retireTemplate(ctx: Ctx, id: string, revision: number): Promise<TemplateDetail> {
  await change(ctx, 'content.template.retire', target(id), async (tx) => {
    const old = await standing(tx, id)
    if (old.revision !== revision) stale('template')
    await store.withdrawWaiting(tx, id, ctx.now)
    await save(ctx, tx, { ...old, retired: true, revision: revision + 1 })
    tx.after({ retired: true })
    return { id }
  })
  return getTemplate(ctx, id)
}

async function standing(tx: Tx, id: string): Promise<store.TemplateRow> {
  const row = (await store.lockTemplate(tx, id)) ?? missing('template', id)
  if (row.retired) throw problems.retired()
  return row
}

async function save(ctx: Ctx, tx: Tx, row: store.TemplateRow): Promise<void> {
  const saved = await store.saveTemplate(tx, { ...row, updatedAt: ctx.now, updatedBy: ctx.who.name })
  if (!saved) throw problems.nameTaken(row.name)
}
