import { randomBytes } from 'node:crypto'
import { namesOf } from '../../govern/orgs/orgs.ts'
import { sealSecret } from '../../govern/privacy/privacy.ts'
import { type ChangeTx, change, read, stale } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { replaceLineage } from '../catalog/catalog.ts'
import { checkMapping } from '../imports/imports.ts'
import type { Definition, Mapping, MappingDetail, MappingEdit, MappingQuery, NewMapping, Way } from './contract.ts'
import { schedule, type WarehouseJobs } from './jobs.ts'
import { edgesOf } from './lineage.ts'
import { checkDefinition } from './rules/definition.ts'
import * as runs from './runStore.ts'
import * as store from './store.ts'
import { isCron } from './timetable.ts'

export async function listMappings(ctx: Ctx, query: MappingQuery): Promise<Page<Mapping>> {
  const sorts = { name: { sql: 'name', type: 'text' }, createdAt: { sql: 'created_at', type: 'timestamptz' } }
  const by = order(query, sorts, '-createdAt')
  return read(ctx, async (tx) => {
    const page = by.page(await store.pageOfMappings(tx, query, by), (row) => row[by.name as keyof typeof sorts])
    const names = await namesOf(
      tx,
      page.items.map(({ org }) => org),
    )
    return { next: page.next, items: page.items.map((row) => toWire(row, names)) }
  })
}

export function getMapping(ctx: Ctx, id: string): Promise<MappingDetail> {
  return read(ctx, (tx) => detail(tx, id))
}

export async function detail(tx: Tx, id: string): Promise<MappingDetail> {
  const row = (await store.findMapping(tx, id)) ?? missing('mapping', id)
  return { ...toWire(row, await namesOf(tx, [row.org])), definition: row.definition }
}

function toWire(row: store.MappingRow, names: ReadonlyMap<string, string>): Mapping {
  const { id, name, code, org, way, state, definition, watermark, nextAt, alerts, version } = row
  const { lastId, lastState, lastAt, lastChanged } = row
  return {
    ...{ id, name, code, way, state, watermark, alerts, version },
    org: { id: org, name: names.get(org) ?? '' },
    connection: { id: row.connection, name: row.connectionName ?? '***', kind: row.connectionKind ?? 'postgres' },
    target: definition.columns?.target ?? null,
    how: definition.load.how,
    timetable: definition.timetable,
    nextAt: nextAt?.toISOString() ?? null,
    last:
      lastId && lastState && lastAt
        ? { id: lastId, state: lastState, at: lastAt.toISOString(), changed: lastChanged ?? 0 }
        : null,
    by: row.byName,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}

/** What it reads must be there, and within the editor's own sight: the run will read it as the product. */
async function checkSources(tx: Tx, connection: string, code: string, way: Way, definition: Definition): Promise<void> {
  const held = await store.findConnection(tx, connection)
  if (!held)
    throw invalidField(
      'connection',
      'warehouse.unknown_connection',
      text('没有这个连接', 'There is no such connection'),
    )
  checkDefinition(definition, way, held.kind, isCron)
  const uses = definition.step?.uses ?? []
  const known = await store.mappingsByCode(tx, uses)
  const gone = uses.find((one) => one === code || !known.some((row) => row.code === one))
  if (gone !== undefined)
    throw invalidField(
      'definition.step.uses',
      'warehouse.unknown_source',
      text(`没有映射“${gone}”`, `There is no mapping ${gone}`),
    )
  if (!definition.columns || way === 'mapped') return
  try {
    // Whether the columns are there is told when it is read; here that they make sense.
    checkMapping(
      definition.columns,
      definition.columns.columns.map(({ column }) => column),
    )
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const fields = error.fields.map(({ field, message }) => ({
      field: `definition.columns.${field.replace(/^mapping\./, '')}`,
      message,
    }))
    throw new Problem(error.kind, 'warehouse.definition', error.text, { fields })
  }
}

export function createMapping(ctx: Ctx, given: NewMapping): Promise<MappingDetail> {
  const id = newId('map', ctx.now)
  const salt = sealSecret(ctx, id, randomBytes(32).toString('base64'))
  const target = { kind: 'mapping', id, name: given.name.trim(), org: undefined as Id<'org'> | undefined }
  return change(ctx, 'warehouse.mapping.create', target, async (tx) => {
    await checkSources(tx, given.connection, given.code, given.way, given.definition)
    const held = (await store.findConnection(tx, given.connection)) ?? missing('connection', given.connection)
    const org = held.org as Id<'org'>
    target.org = org
    const made = { ...given, id, name: given.name.trim(), org, salt, byName: ctx.who.name }
    if (!(await store.insertMapping(tx, made, ctx.now)))
      throw invalidField(
        'code',
        'warehouse.code_taken',
        text('这个代码已被使用', 'This code is used by another mapping'),
      )
    await tellLineage(ctx, tx, id)
    return detail(tx, id)
  })
}

/** Locks the mapping and writes the audit entry with what was before. */
function changeMapping(
  ctx: Ctx,
  action: string,
  id: string,
  run: (tx: ChangeTx, row: store.MappingRow) => Promise<void>,
): Promise<MappingDetail> {
  const target = { kind: 'mapping', id, name: undefined as string | undefined, org: undefined as Id<'org'> | undefined }
  return change(ctx, action, target, async (tx) => {
    const row = (await store.lockMapping(tx, id)) ?? missing('mapping', id)
    Object.assign(target, { name: row.name, org: row.org })
    tx.before(await detail(tx, id))
    await run(tx, row)
    return detail(tx, id)
  })
}

/**
 * A run under way goes on as it began; the edit is for the next one. Another source or watermark begins at the
 * beginning: where the old one stood means nothing in it.
 */
export function editMapping(ctx: Ctx, jobs: WarehouseJobs, id: string, edit: MappingEdit): Promise<MappingDetail> {
  return changeMapping(ctx, 'warehouse.mapping.edit', id, async (tx, row) => {
    const definition = edit.definition ?? row.definition
    const way = edit.way ?? row.way
    await checkSources(tx, row.connection, row.code, way, definition)
    const sameMark =
      JSON.stringify([row.definition.from, row.definition.load.how, row.definition.load.column]) ===
      JSON.stringify([definition.from, definition.load.how, definition.load.column])
    const state = way === 'mapped' && row.state === 'on' ? ('off' as const) : row.state
    const to = {
      ...{ id: row.id, name: edit.name?.trim() ?? row.name, way, definition, version: edit.version, state },
      watermark: sameMark ? row.watermark : null,
    }
    if (!(await store.updateMapping(tx, to, ctx.now))) stale('mapping')
    const edited = (await store.findMapping(tx, id)) ?? missing('mapping', id)
    await tellLineage(ctx, tx, id)
    await schedule(ctx, tx, jobs, edited)
  })
}

async function tellLineage(ctx: Ctx, tx: Tx, id: string): Promise<void> {
  const row = (await store.findMapping(tx, id)) ?? missing('mapping', id)
  const by = { kind: 'mapping', id }
  const used = await store.mappingsByCode(tx, row.definition.step?.uses ?? [])
  const uses = used.map((one) => ({ from: { kind: 'mapping', id: one.id }, to: by }))
  await replaceLineage(
    tx,
    by,
    [...edgesOf(row, row.way === 'loaded' ? row.definition : { ...row.definition, columns: null }), ...uses],
    ctx.now,
  )
}

export function switchMapping(
  ctx: Ctx,
  jobs: WarehouseJobs,
  id: string,
  to: { version: number; state: 'on' | 'off' },
): Promise<MappingDetail> {
  return changeMapping(ctx, 'warehouse.mapping.switch', id, async (tx, row) => {
    if (to.state === 'on') {
      if (row.way === 'mapped')
        throw new Problem(
          'conflict',
          'warehouse.mapped',
          text('就地读取的映射不需要启用', 'A mapping read in place needs no switching on'),
        )
      await checkSources(tx, row.connection, row.code, row.way, row.definition)
    }
    if (!(await store.updateMapping(tx, { ...row, state: to.state, version: to.version }, ctx.now))) stale('mapping')
    const switched = (await store.findMapping(tx, id)) ?? missing('mapping', id)
    await schedule(ctx, tx, jobs, switched)
  })
}

/** Takes it away with its runs, bad rows and alerts; what it brought stays. */
export function removeMapping(ctx: Ctx, jobs: WarehouseJobs, id: string): Promise<void> {
  const target = { kind: 'mapping', id, name: undefined as string | undefined }
  return change(ctx, 'warehouse.mapping.remove', target, async (tx) => {
    const row = (await store.lockMapping(tx, id)) ?? missing('mapping', id)
    target.name = row.name
    tx.before(await detail(tx, id))
    if (await runs.runUnderWay(tx, id)) throw underWay()
    const users = await store.usersOf(tx, row.code)
    if (users.length > 0)
      throw new Problem(
        'conflict',
        'warehouse.mapping_used',
        text(
          `以下映射的 SQL 步骤在使用它:${users.join('、')}`,
          `SQL steps of these mappings read it: ${users.join(', ')}`,
        ),
      )
    await schedule(ctx, tx, jobs, { ...row, state: 'off' })
    await replaceLineage(tx, { kind: 'mapping', id }, [], ctx.now)
    await store.deleteMapping(tx, id)
  })
}

export function underWay(): Problem {
  return new Problem('conflict', 'warehouse.under_way', text('有运行正在进行', 'A run is under way'))
}
