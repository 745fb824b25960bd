import { change, read, stale } from '../../platform/change.ts'
import { asMachine, type Ctx, type Target } from '../../platform/ctx.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { order, type Page, type PageQuery } from '../../platform/page.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import type {
  CodeDiff,
  CodeSet,
  CodeSetDetail,
  CodeValue,
  CodeVersion,
  ImportCsv,
  NewCodeSet,
  PublishDraft,
  SaveDraft,
} from './contract.ts'
import { type Fresh, fresh } from './fresh.ts'
import { checkPublication, diffValues, readDraft } from './rules/codes.ts'
import { readCsv, writeCsv } from './rules/csv.ts'
import * as store from './store.ts'

export async function listCodeSets(ctx: Ctx, query: PageQuery): Promise<Page<CodeSet>> {
  const by = order(query, { set: { sql: 'set', type: 'text' } }, 'set', 'set')
  const rows = await read(ctx, (tx) => store.listSets(tx, query.q?.trim() || null, by))
  const { items, next } = by.page(rows, (row) => row.set)
  return { items: items.map(codeSet), next }
}

/** A set with what is published and, where there is one, the draft and what publishing it would change. */
export function getCodeSet(ctx: Ctx, set: string): Promise<CodeSetDetail> {
  return read(ctx, (tx) => detail(tx, set))
}

async function detail(tx: Tx, set: string): Promise<CodeSetDetail> {
  const row = (await store.findSet(tx, set)) ?? missing('code', set)
  const published = (await store.findValues(tx, set)) ?? []
  const draft = await store.findDraft(tx, set)
  return {
    ...codeSet(row),
    published,
    draft: draft
      ? {
          values: draft.codeValues,
          changedAt: draft.changedAt.toISOString(),
          changedBy: draft.changedBy,
          diff: diffValues(published, draft.codeValues),
        }
      : null,
  }
}

function codeSet(row: store.CodeSetRow): CodeSet {
  return {
    set: row.set,
    name: text(row.nameZh, row.nameEn),
    description: text(row.descriptionZh, row.descriptionEn),
    owner: row.owner,
    builtIn: row.owner !== null,
    version: row.version,
    publishedAt: row.publishedAt?.toISOString() ?? null,
    publishedBy: row.publishedBy,
    values: row.values,
    hasDraft: row.hasDraft,
    revision: row.revision,
  }
}

export function createCodeSet(ctx: Ctx, made: NewCodeSet): Promise<CodeSetDetail> {
  const description = made.description ?? text('', '')
  return change(ctx, 'system.code.create', target(made.set, made.name.zh), async (tx) => {
    if (!(await store.insertSet(tx, { ...made, description })))
      throw new Problem('conflict', 'code.exists', text(`码值集 ${made.set} 已存在`, `The set ${made.set} exists`), {
        fields: [{ field: 'set', message: text('已存在', 'exists already') }],
      })
    return detail(tx, made.set)
  })
}

/** Replaces the draft as a whole. Nothing reads a draft but the screen that edits it. */
export async function saveCodeDraft(ctx: Ctx, set: string, { revision, values }: SaveDraft): Promise<CodeSetDetail> {
  const draft = readDraft(values)
  return change(ctx, 'system.code.edit', target(set), async (tx) => {
    await take(tx, set, revision)
    const earlier = (await store.findDraft(tx, set))?.codeValues ?? (await store.findValues(tx, set)) ?? []
    await store.saveDraft(tx, set, draft, ctx.now, ctx.who.name)
    tx.after(diffValues(earlier, draft))
    return detail(tx, set)
  })
}

/** The draft out of a sheet. Every line that is wrong is named. */
export async function importCodes(ctx: Ctx, set: string, { revision, csv }: ImportCsv): Promise<CodeSetDetail> {
  return saveCodeDraft(ctx, set, { revision, values: readCsv(csv) })
}

export function discardCodeDraft(ctx: Ctx, set: string, revision: number): Promise<CodeSetDetail> {
  return change(ctx, 'system.code.discard', target(set), async (tx) => {
    await take(tx, set, revision)
    if (!(await store.removeDraft(tx, set))) noDraft()
    const after = await detail(tx, set)
    tx.after(null)
    return after
  })
}

/** Makes the draft the next version, which all readers see within seconds. */
export async function publishCodes(ctx: Ctx, set: string, given: PublishDraft): Promise<CodeSetDetail> {
  const published = await change(ctx, 'system.code.publish', target(set), async (tx) => {
    await take(tx, set, given.revision)
    const row = (await store.findSet(tx, set)) ?? missing('code', set)
    const draft = (await store.findDraft(tx, set)) ?? noDraft()
    const diff = diffValues((await store.findValues(tx, set)) ?? [], draft.codeValues)
    checkPublication(diff, row.owner !== null)
    const version = (row.version ?? 0) + 1
    const counts = { added: diff.added.length, removed: diff.removed.length, changed: diff.changed.length }
    const made = { version, note: given.note, ...counts, publishedAt: ctx.now, publishedBy: ctx.who.name }
    await store.insertVersion(tx, set, made, draft.codeValues)
    await store.removeDraft(tx, set)
    tx.before({ version: row.version })
    tx.after({ version, note: given.note, ...diff })
    return detail(tx, set)
  })
  caches.get(ctx.db)?.get(set)?.forget()
  return published
}

async function take(tx: Tx, set: string, revision: number): Promise<void> {
  if (await store.moveRevision(tx, set, revision)) return
  if (await store.findSet(tx, set)) stale('code')
  missing('code', set)
}

function noDraft(): never {
  throw new Problem('conflict', 'code.no_draft', text('没有草稿', 'There is no draft'))
}

function target(set: string, name?: string): Target {
  return { kind: 'code', id: set, name }
}

/** All published versions, newest first. */
export async function listCodeVersions(ctx: Ctx, set: string): Promise<CodeVersion[]> {
  return read(ctx, async (tx) => {
    if (!(await store.findSet(tx, set))) missing('code', set)
    const rows = await store.listVersions(tx, set)
    return rows.map((row) => ({ ...row, publishedAt: row.publishedAt.toISOString() }))
  })
}

/** What changed from one version to another; version 0 is the empty set. */
export async function compareCodes(ctx: Ctx, set: string, versions: { from: number; to: number }): Promise<CodeDiff> {
  return read(ctx, async (tx) => {
    const [from, to] = [await valuesOf(tx, set, versions.from), await valuesOf(tx, set, versions.to)]
    return diffValues(from, to)
  })
}

async function valuesOf(tx: Tx, set: string, version: number | undefined): Promise<CodeValue[]> {
  if (version === 0) return []
  return (await store.findValues(tx, set, version)) ?? missing('code version', `${set} ${version ?? ''}`.trim())
}

/** A version as a sheet; the published one when none is named. */
export async function exportCodes(ctx: Ctx, set: string, version?: number): Promise<string> {
  return writeCsv(await read(ctx, (tx) => valuesOf(tx, set, version)))
}

/** A publication is seen at once in the process that made it, and after so long in the others. */
const seenElsewhereMs = 2000
const caches = new WeakMap<Db, Map<string, Fresh<readonly CodeValue[]>>>()

/**
 * The published values of a set, in their order, those that are retired included (see `isUsable`). From memory but for
 * every two seconds. Throws `code.missing` for a set that does not exist; one never published has no values.
 */
export function codeValues(ctx: Ctx, set: string): Promise<readonly CodeValue[]> {
  const sets = caches.get(ctx.db) ?? new Map<string, Fresh<readonly CodeValue[]>>()
  caches.set(ctx.db, sets)
  const known = sets.get(set)
  if (known) return known.get()
  const machine = asMachine(ctx, 'code values')
  const cache = fresh(async () => {
    const values = await read(machine, async (tx) => {
      if (!(await store.findSet(tx, set))) missing('code', set)
      return store.findValues(tx, set)
    })
    return values ?? []
  }, seenElsewhereMs)
  sets.set(set, cache)
  return cache.get().catch((error) => {
    // A name that is no set must not stay in memory.
    sets.delete(set)
    throw error
  })
}
