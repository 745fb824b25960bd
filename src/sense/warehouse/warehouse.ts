import { resolve } from 'node:path'
import { registerSealed, sealedColumn } from '../../govern/privacy/privacy.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Job } from '../../platform/jobs/jobs.ts'
import type { Choices } from '../imports/contract.ts'
import { closeAlert, listAlerts } from './alerts.ts'
import * as connections from './connections.ts'
import type { Look, MappingEdit } from './contract.ts'
import { warehouseJobs } from './jobs.ts'
import { look } from './look.ts'
import * as mappings from './mappings.ts'
import * as runs from './runs.ts'
import { type Ended, type Work, work } from './work.ts'

export { lastLoadedAt } from './runs.ts'
export type { Ended, Work } from './work.ts'

for (const [table, column] of [
  ['connection', 'secret'],
  ['mapping', 'salt'],
  ['bad_row', 'content'],
] as const)
  registerSealed(sealedColumn({ schema: 'warehouse', table, key: 'id', column, kind: 'secret' }))

/** What the warehouse needs of the capabilities around it. */
export type WarehouseDeps = Work & {
  /** What columns may become, as for imports. */
  choices(ctx: Ctx): Promise<Choices>
}

export type Warehouse = ReturnType<typeof warehouseWith>

/** Tables of the bank's own systems, on the collection and the catalogue of this program. */
export function warehouseWith(deps: WarehouseDeps) {
  const own: Work = { receive: deps.receive, source: deps.source, folder: resolve(deps.folder) }
  const jobs = warehouseJobs(own)
  return {
    jobs: [jobs.run, jobs.due, jobs.delay, jobs.sweep] as unknown as readonly Job<never>[],
    listConnections: connections.listConnections,
    getConnection: connections.getConnection,
    createConnection: connections.createConnection,
    editConnection: connections.editConnection,
    removeConnection: connections.removeConnection,
    testConnection: connections.testConnection,
    listTables: connections.listTables,
    choices: deps.choices,
    look: (ctx: Ctx, given: Look) => look(ctx, given, deps.choices),
    listMappings: mappings.listMappings,
    getMapping: mappings.getMapping,
    createMapping: mappings.createMapping,
    editMapping: (ctx: Ctx, id: string, edit: MappingEdit) => mappings.editMapping(ctx, jobs, id, edit),
    switchMapping: (ctx: Ctx, id: string, to: { version: number; state: 'on' | 'off' }) =>
      mappings.switchMapping(ctx, jobs, id, to),
    removeMapping: (ctx: Ctx, id: string) => mappings.removeMapping(ctx, jobs, id),
    listRuns: runs.listRuns,
    getRun: runs.getRun,
    beginRun: (ctx: Ctx, id: string, given: { reload?: boolean | undefined }) =>
      runs.beginRun(ctx, jobs, id, given.reload === true),
    cancelRun: runs.cancelRun,
    listBadRows: runs.listBadRows,
    exportBadRows: runs.exportBadRows,
    listAlerts,
    closeAlert,
    /** Works a run in this process, once: for a command, and for tests of what a kill leaves behind. */
    workRun: (ctx: Ctx, id: string, signal?: AbortSignal): Promise<Ended> => work(ctx, own, id, 1, signal),
  }
}
