import type { Readable } from 'node:stream'
import { change, read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import { cancelJob } from '../../platform/jobs/jobs.ts'
import { order, type Page, type PageQuery } from '../../platform/page.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import type { BadRow } from '../imports/contract.ts'
import { badRowSheet, shownBadRow } from '../imports/imports.ts'
import type { Run, RunDetail, RunQuery } from './contract.ts'
import { keyOfRun, queueRun, type WarehouseJobs } from './jobs.ts'
import { underWay } from './mappings.ts'
import * as store from './runStore.ts'
import * as mappings from './store.ts'

export async function listRuns(ctx: Ctx, mapping: string, query: RunQuery): Promise<Page<Run>> {
  const by = order(query, { createdAt: { sql: 'created_at', type: 'timestamptz' } }, '-createdAt')
  return read(ctx, async (tx) => {
    if (!(await mappings.findMapping(tx, mapping))) missing('mapping', mapping)
    const page = by.page(await store.pageOfRuns(tx, mapping, query.state ?? null, by), (row) => row.createdAt)
    return { next: page.next, items: page.items.map(toWire) }
  })
}

export function getRun(ctx: Ctx, id: string): Promise<RunDetail> {
  return read(ctx, (tx) => detail(tx, id))
}

async function detail(tx: Tx, id: string): Promise<RunDetail> {
  const row = (await store.findRun(tx, id)) ?? missing('run', id)
  const mapping = await mappings.findMapping(tx, row.mapping)
  return { ...toWire(row), mappingName: mapping?.name ?? '', reasons: row.reasons, checks: row.checks, log: row.log }
}

function toWire(row: store.RunRow): Run {
  const { id, mapping, version, cause, state, attempt, watermarkFrom, watermarkTo, error, byName } = row
  const { rows, position, changed, same, rejected, bad } = row
  return {
    ...{ id, mapping, version, cause, state, attempt, watermarkFrom, watermarkTo, error },
    retryAt: row.retryAt?.toISOString() ?? null,
    counts: { read: rows, done: position, changed, same, rejected, bad },
    failedChecks: row.checks.filter(({ ok }) => !ok).length,
    by: byName,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}

/**
 * Begins a run by hand. `reload`: all rows of customers and items are sent again, and all of the source is read; of
 * events what is known stays known, so that nothing is counted twice.
 */
export function beginRun(ctx: Ctx, jobs: WarehouseJobs, mapping: string, reload: boolean): Promise<RunDetail> {
  const target = {
    kind: 'mapping',
    id: mapping,
    name: undefined as string | undefined,
    org: undefined as Id<'org'> | undefined,
  }
  return change(ctx, reload ? 'warehouse.mapping.reload' : 'warehouse.mapping.run', target, async (tx) => {
    const row = (await mappings.lockMapping(tx, mapping)) ?? missing('mapping', mapping)
    Object.assign(target, { name: row.name, org: row.org })
    if (row.way === 'mapped' || !row.definition.columns)
      throw new Problem(
        'conflict',
        'warehouse.mapped',
        text('就地读取的映射不装载数据', 'A mapping read in place loads nothing'),
      )
    if (await store.runUnderWay(tx, mapping)) throw underWay()
    if (reload && row.definition.columns.target !== 'events') await mappings.forgetRows(tx, mapping)
    const id = await queueRun(ctx, tx, jobs, row, reload ? 'reload' : 'hand')
    if (!id) throw underWay()
    tx.after({ run: id, watermark: row.watermark })
    return detail(tx, id)
  })
}

/** It stops after the piece it is at; what was sent stays, and the watermark does not move. */
export function cancelRun(ctx: Ctx, id: string): Promise<RunDetail> {
  const target = { kind: 'run', id, org: undefined as Id<'org'> | undefined }
  return change(ctx, 'warehouse.run.cancel', target, async (tx) => {
    const row = (await store.lockRun(tx, id)) ?? missing('run', id)
    target.org = row.org
    tx.before({ state: row.state })
    if (!(await store.finish(tx, id, { state: 'cancelled', at: ctx.now })))
      throw new Problem('conflict', 'warehouse.run_over', text('该运行已结束', 'This run is over'))
    // One that has not begun, or waits to be tried again; a running one notices by itself.
    await cancelJob(tx, keyOfRun(id))
    tx.after({ state: 'cancelled' })
    return detail(tx, id)
  })
}

// ---- bad rows

export function listBadRows(ctx: Ctx, run: string, query: PageQuery): Promise<Page<BadRow>> {
  const by = order(query, { line: { sql: 'line', type: 'bigint' } }, 'line')
  return read(ctx, async (tx) => {
    if (!(await store.findRun(tx, run))) missing('run', run)
    const page = by.page(await store.pageOfBadRows(tx, run, by), (row) => row.line)
    return { next: page.next, items: page.items.map(shownBadRow) }
  })
}

/** In clear, after its audit entry; no spreadsheet runs what stands in it as a formula. */
export async function exportBadRows(ctx: Ctx, run: string): Promise<Readable> {
  const columns = await change(ctx, 'warehouse.bad_row.export', { kind: 'run', id: run }, async (tx) => {
    const row = (await store.findRun(tx, run)) ?? missing('run', run)
    tx.after({ rows: row.bad + row.rejected })
    return row.columns?.map(({ name }) => name) ?? []
  })
  return badRowSheet(ctx, columns, (line, limit) => read(ctx, (tx) => store.badRowsAfter(tx, run, line, limit)))
}

/** When the last table was taken in, for what is computed after it; undefined: none was. */
export async function lastLoadedAt(ctx: Ctx): Promise<Date | undefined> {
  return (await read(ctx, store.lastFinished)) ?? undefined
}
