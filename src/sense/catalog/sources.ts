import { randomBytes } from 'node:crypto'
import { findRoot, namesOf, refsOf } from '../../govern/orgs/orgs.ts'
import { type ChangeTx, change, read, stale } from '../../platform/change.ts'
import { asMachine, type Ctx, type Target } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import type { NewSource, SourceEdit, SourceQuery, SourceRow } from './contract.ts'
import { memory } from './memory.ts'
import * as store from './sourceStore.ts'

/** Who sends, as the doors need it. */
export type Source = {
  id: Id<'src'>
  name: string
  project: string
  writeKey: string
  /** New customers that it brings belong there. */
  org: Id<'org'>
  state: 'on' | 'off'
}

type Known = { byId: ReadonlyMap<string, Source>; byWord: ReadonlyMap<string, Source> }
const known = memory<Known>()

async function knownSources(ctx: Ctx): Promise<Known> {
  return known.get(ctx.db, async () => {
    const rows = await read(asMachine(ctx, 'catalog'), store.allSources)
    const sources = rows.map(
      ({ id, name, project, writeKey, org, state }): Source => ({ id, name, project, writeKey, org, state }),
    )
    const words = sources.flatMap((source): [string, Source][] => [
      [source.project, source],
      [source.writeKey, source],
    ])
    return { byId: new Map(sources.map((source) => [source.id, source])), byWord: new Map(words) }
  })
}

/**
 * The source that a message names, by its write key or its project, whether it is on or off. From memory but for every
 * two seconds.
 */
export async function findSource(ctx: Ctx, writeKeyOrProject: string): Promise<Source | undefined> {
  return (await knownSources(ctx)).byWord.get(writeKeyOrProject)
}

export async function sourcesById(ctx: Ctx): Promise<ReadonlyMap<string, Source>> {
  return (await knownSources(ctx)).byId
}

/** The sources of the reader's scope. */
export async function sourcesWithin(ctx: Ctx): Promise<ReadonlySet<string>> {
  return new Set((await read(ctx, store.allSources)).map(({ id }) => id))
}

export async function listSources(ctx: Ctx, query: SourceQuery): Promise<Page<SourceRow>> {
  const sorts = {
    name: { sql: 'name', type: 'text' },
    project: { sql: 'project', type: 'text' },
    createdAt: { sql: 'created_at', type: 'timestamptz' },
  }
  const by = order(query, sorts, '-createdAt')
  return read(ctx, async (tx) => {
    const rows = await store.pageOfSources(tx, query, by)
    const page = by.page(rows, (row) => row[by.name as keyof typeof sorts])
    const names = await namesOf(
      tx,
      page.items.map(({ org }) => org),
    )
    return { next: page.next, items: page.items.map((row) => toWire(row, names)) }
  })
}

export function getSource(ctx: Ctx, id: string): Promise<SourceRow> {
  return read(ctx, async (tx) => wire(tx, (await store.findSource(tx, id)) ?? missing('source', id)))
}

async function wire(tx: Tx, row: store.SourceRecord): Promise<SourceRow> {
  return toWire(row, await namesOf(tx, [row.org]))
}

function toWire(row: store.SourceRecord, names: ReadonlyMap<string, string>): SourceRow {
  const { org, createdAt, updatedAt, ...rest } = row
  return {
    ...rest,
    org: { id: org, name: names.get(org) ?? '' },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

/** 128 bits of chance; it opens nothing, but nobody shall hit upon another's by accident. */
const newWriteKey = () => randomBytes(16).toString('hex')

export async function createSource(ctx: Ctx, input: NewSource): Promise<SourceRow> {
  const id = newId('src', ctx.now)
  const org = input.org as Id<'org'>
  const made = { ...input, note: input.note ?? '', id, org, writeKey: newWriteKey() }
  return changeSources(ctx, 'catalog.source.create', { kind: 'source', id, name: input.name, org }, async (tx) => {
    await openOrg(tx, org)
    return wire(tx, await store.insertSource(tx, made, ctx.now))
  })
}

export function editSource(ctx: Ctx, id: string, { version, org, ...edit }: SourceEdit): Promise<SourceRow> {
  return changeSource(ctx, 'catalog.source.edit', id, version, async (tx, source) => {
    if (org !== undefined && org !== source.org) await openOrg(tx, org)
    return { ...edit, org: (org ?? source.org) as Id<'org'> }
  })
}

/** The old key stops at once: clients that still have it are refused until they carry the new one. */
export function rotateWriteKey(ctx: Ctx, id: string, version: number): Promise<SourceRow> {
  return changeSource(ctx, 'catalog.source.rotate', id, version, async () => ({ writeKey: newWriteKey() }))
}

export function switchSource(ctx: Ctx, id: string, to: { version: number; state: 'on' | 'off' }): Promise<SourceRow> {
  return changeSource(ctx, 'catalog.source.switch', id, to.version, async () => ({ state: to.state }))
}

/** The source that a first client finds without anyone's doing: project `default`, at the head office. */
export async function ensureDefaultSource(ctx: Ctx): Promise<void> {
  const machine = asMachine(ctx, 'catalog')
  if (await read(machine, (tx) => store.findByProject(tx, 'default'))) return
  const root = await findRoot(machine)
  if (!root) return
  const input: NewSource = { name: '默认数据源', project: 'default', kind: 'web', org: root.id }
  await createSource(machine, input).catch((error) => {
    // Another process that starts beside this one was faster.
    if (!(error instanceof Problem && error.code === 'catalog.project_taken')) throw error
  })
}

/** What the product itself says of customers comes from this source, at the head office. */
export async function ownSource(ctx: Ctx): Promise<Source> {
  const machine = asMachine(ctx, 'catalog')
  const known = await findSource(machine, ownProject)
  if (known) return known
  const root = await findRoot(machine)
  if (!root) throw new Error('there is no head office yet')
  const input: NewSource = { name: '知行', project: ownProject, kind: 'server', org: root.id }
  await createSource(machine, input).catch((error) => {
    // Another process that tells something beside this one was faster.
    if (!(error instanceof Problem && error.code === 'catalog.project_taken')) throw error
  })
  return (await findSource(machine, ownProject)) ?? missing('source', ownProject)
}

const ownProject = 'zhixing-self'

async function openOrg(tx: Tx, id: string): Promise<void> {
  if (!(await refsOf(tx, [id])).get(id)?.open)
    throw invalidField(
      'org',
      'catalog.unknown_org',
      text('没有这个机构,或已撤销', 'There is no such organisation, or it is closed'),
    )
}

function changeSource(
  ctx: Ctx,
  action: string,
  id: string,
  version: number,
  edit: (tx: ChangeTx, source: store.SourceRecord) => Promise<Partial<store.SourceRecord>>,
): Promise<SourceRow> {
  const target: Target = { kind: 'source', id }
  return changeSources(ctx, action, target, async (tx) => {
    const source = (await store.findSource(tx, id)) ?? missing('source', id)
    Object.assign(target, { name: source.name, org: source.org })
    tx.before(await wire(tx, source))
    const edited = { ...source, ...(await edit(tx, source)), version }
    return wire(tx, (await store.updateSource(tx, edited, ctx.now)) ?? stale('source'))
  })
}

async function changeSources(
  ctx: Ctx,
  action: string,
  target: Target,
  run: (tx: ChangeTx) => Promise<SourceRow>,
): Promise<SourceRow> {
  try {
    return await change(ctx, action, target, run)
  } catch (error) {
    if (error instanceof Error && 'constraint_name' in error && error.constraint_name === 'source_project_key')
      throw invalidField('project', 'catalog.project_taken', text('项目名已被使用', 'This project is in use already'))
    throw error
  } finally {
    known.forget(ctx.db)
  }
}
