import { resolve } from 'node:path'
import { registerSealed, sealedColumn } from '../../govern/privacy/privacy.ts'
import { type ChangeTx, change, read, stale } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Job, queueJob } from '../../platform/jobs/jobs.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { exportBadRows, listBadRows } from './badRows.ts'
import type { Choices, ImportDetail, Preview, Reading, RunImport, SaveMapping } from './contract.ts'
import * as files from './files.ts'
import { importJobs, keyOfJob, markFailed } from './jobs.ts'
import { detail, listImports, notWhole, wrongState } from './look.ts'
import { preview } from './preview.ts'
import { openFile } from './readers/reader.ts'
import { checkMapping } from './rules/mapping.ts'
import { limitsOf } from './settings.ts'
import * as store from './store.ts'
import { addPart, createImport, finishUpload, sweep, takeFile } from './uploads.ts'
import { checkFile, type Ended, fileGone, type Receive, runFile, type Tell, type Work } from './work.ts'

export { badRowSheet, shownBadRow } from './badRows.ts'
export { targetEdges } from './lineage.ts'
export { previewRows } from './preview.ts'
export { openFile } from './readers/reader.ts'
export { checkMapping, type Mapped, rowMapper } from './rules/mapping.ts'
export { type Cell, type Fault, type ReadRow, reasonOf } from './rules/row.ts'
export { safeLine } from './rules/sheet.ts'
export { instantOf, textOf } from './rules/value.ts'
export { limitsOf as importLimits } from './settings.ts'
export type { Ended, Receive, Tell } from './work.ts'

registerSealed(sealedColumn({ schema: 'imports', table: 'bad_row', key: 'id', column: 'content', kind: 'secret' }))

/** What an import needs of the capabilities around it. */
export type ImportDeps = {
  /** `receive` of the collection. */
  readonly receive: Receive
  /** The source under which an organisation's imports arrive. */
  source(ctx: Ctx, org: string): Promise<{ id: string }>
  /** Of each set of identities, whether it names a customer who is outside that organisation. */
  elsewhere: Work['elsewhere']
  /** What the catalogue and identity know: kinds of identity, entity types, events, attributes. */
  choices(ctx: Ctx): Promise<Choices>
  /** Where files lie, `<home>/imports`; the same for every process that answers requests or runs jobs. */
  readonly folder: string
}

export type Imports = ReturnType<typeof importsWith>

/** The use cases of importing, on the collection and the catalogue of this program. */
export function importsWith(deps: ImportDeps) {
  const folder = resolve(deps.folder)
  const { receive, source, elsewhere } = deps
  const work: Work = { receive, source, elsewhere, folder, limits: limitsOf }
  const jobs = importJobs(work, (ctx) => sweep(ctx, folder))
  const start = (ctx: Ctx, id: string) => (what: 'check' | 'run', tx: Tx) =>
    queueJob(ctx, tx, jobs[what], { id }, { key: keyOfJob(id) })
  return {
    jobs: [jobs.check, jobs.run, jobs.sweep] as unknown as readonly Job<never>[],
    list: listImports,
    get: (ctx: Ctx, id: string): Promise<ImportDetail> => read(ctx, (tx) => detail(tx, id)),
    create: createImport,
    addPart: (ctx: Ctx, id: string, offset: number, part: Buffer) => addPart(ctx, folder, id, offset, part),
    finishUpload: (ctx: Ctx, id: string) => finishUpload(ctx, folder, id),
    choices: deps.choices,
    preview: async (ctx: Ctx, id: string, reading: Reading): Promise<Preview> => {
      const row = await read(ctx, async (tx) => (await store.findImport(tx, id)) ?? missing('import', id))
      if (row.fileGone || row.fileHash === null) throw row.fileGone ? fileGone() : notWhole()
      const how = Object.keys(reading).length > 0 ? reading : row.mapping ? row.reading : {}
      return preview(ctx, files.pathOf(folder, id), how, await limitsOf(ctx), await deps.choices(ctx))
    },
    save: (ctx: Ctx, id: string, given: SaveMapping) => saveMapping(ctx, folder, id, given),
    check: (ctx: Ctx, id: string) => beginCheck(ctx, id, start(ctx, id)),
    run: (ctx: Ctx, id: string, given: RunImport) => beginRun(ctx, id, given, start(ctx, id)),
    cancel: cancelImport,
    remove: (ctx: Ctx, id: string) => removeImport(ctx, folder, id),
    badRows: listBadRows,
    exportBadRows,
    /** Takes a file of this machine, for a command; then as after an upload. */
    take: (ctx: Ctx, path: string, name: string) => takeFile(ctx, folder, path, name),
    /** Checks and runs at once, in this process. What goes wrong is kept with the import, and thrown. */
    checkNow: (ctx: Ctx, id: string, tell?: Tell) => now(ctx, id, work, tell, 'check'),
    runNow: (ctx: Ctx, id: string, given: RunImport, tell?: Tell) => now(ctx, id, work, tell, given),
    sweep: (ctx: Ctx) => sweep(ctx, folder),
  }
}

// ---- mapping, check, run

/** Locks the import, refuses unless it is in one of the states, and writes the audit entry with what was before. */
function changeImport(
  ctx: Ctx,
  action: string,
  id: string,
  states: readonly store.ImportRow['state'][],
  run: (tx: ChangeTx, row: store.ImportRow) => Promise<void>,
): Promise<ImportDetail> {
  const target = { kind: 'import', id, name: undefined as string | undefined }
  return change(ctx, action, target, async (tx) => {
    const row = (await store.lockImport(tx, id)) ?? missing('import', id)
    target.name = row.name
    if (!states.includes(row.state)) throw wrongState(row.state)
    tx.before({ state: row.state, mapping: row.mapping })
    await run(tx, row)
    return detail(tx, id)
  })
}

async function saveMapping(ctx: Ctx, folder: string, id: string, given: SaveMapping): Promise<ImportDetail> {
  const row = await read(ctx, async (tx) => (await store.findImport(tx, id)) ?? missing('import', id))
  if (row.fileGone) throw fileGone()
  if (row.fileHash === null) throw notWhole()
  const opened = await openFile(files.pathOf(folder, id), given.reading, await limitsOf(ctx))
  checkMapping(given.mapping, opened.columns)
  const states = ['uploaded', 'mapped', 'checked', 'failed', 'cancelled'] as const
  return changeImport(ctx, 'imports.import.map', id, states, async (tx, row) => {
    if (row.revision !== given.revision) stale('imports')
    const name = given.name?.trim() || row.name
    await store.saveMapping(tx, id, { name, reading: opened.reading, mapping: given.mapping })
  })
}

type Start = (what: 'check' | 'run', tx: Tx) => Promise<void>

function beginCheck(ctx: Ctx, id: string, start: Start): Promise<ImportDetail> {
  return changeImport(ctx, 'imports.import.check', id, ['mapped', 'checked'], async (tx, row) => {
    if (row.fileGone) throw fileGone()
    await store.begin(tx, id, { state: 'checking', mode: null, at: ctx.now, fromStart: true })
    await start('check', tx)
  })
}

/** From the first row, or, for one that was stopped or failed, from where it stands. */
function beginRun(ctx: Ctx, id: string, given: RunImport, start: Start): Promise<ImportDetail> {
  const states = ['mapped', 'checked', 'done', 'failed', 'cancelled'] as const
  return changeImport(ctx, 'imports.import.run', id, states, async (tx, row) => {
    if (row.fileGone) throw fileGone()
    if (!row.mapping) throw wrongState(row.state)
    if (given.mode === 'all') refuseUnlessAllGood(row)
    const stopped = row.state === 'failed' || row.state === 'cancelled'
    const fromStart = given.restart === true || !stopped || row.mode !== given.mode
    await store.begin(tx, id, { state: 'running', mode: given.mode, at: ctx.now, fromStart })
    await start('run', tx)
  })
}

function refuseUnlessAllGood(row: store.ImportRow): void {
  const { checked } = row
  if (!checked || checked.revision !== row.revision)
    throw new Problem(
      'conflict',
      'imports.not_checked',
      text('“全部正确才导入”需要先检查', 'All rows or none: check the file first'),
    )
  if (checked.bad > 0)
    throw invalidField(
      'mode',
      'imports.has_bad_rows',
      text(
        `检查发现 ${checked.bad} 个坏行:请修正文件,或选择只导入正确的行`,
        `The check found ${checked.bad} bad rows: mend the file, or import the good rows only`,
      ),
    )
}

/** A running import stops after the piece it is at; what was sent stays. */
function cancelImport(ctx: Ctx, id: string): Promise<ImportDetail> {
  const states = ['uploading', 'uploaded', 'mapped', 'checking', 'checked', 'running'] as const
  return changeImport(ctx, 'imports.import.cancel', id, states, async (tx, row) => {
    const to = row.state === 'checking' ? 'mapped' : 'cancelled'
    await store.saveState(tx, id, to, to === 'cancelled' ? { finished: ctx.now } : {})
  })
}

/** When the last file was taken in, for what is computed after it; undefined: none was. */
export async function lastImportedAt(ctx: Ctx): Promise<Date | undefined> {
  return (await read(ctx, store.lastFinished)) ?? undefined
}

/** Takes the import, its bad rows and its file away; what it brought stays. */
async function removeImport(ctx: Ctx, folder: string, id: string): Promise<void> {
  await change(ctx, 'imports.import.remove', { kind: 'import', id }, async (tx) => {
    const row = (await store.lockImport(tx, id)) ?? missing('import', id)
    if (row.state === 'checking' || row.state === 'running') throw wrongState(row.state)
    const { name, fileName, state } = row
    tx.before({ name, fileName, state })
    await store.deleteImport(tx, id)
  })
  await files.removeFile(folder, id)
}

async function now(
  ctx: Ctx,
  id: string,
  work: Work,
  tell: Tell | undefined,
  what: RunImport | 'check',
): Promise<ImportDetail> {
  const here: Start = async () => {}
  if (what === 'check') await beginCheck(ctx, id, here)
  else await beginRun(ctx, id, what, here)
  try {
    const ended: Ended = await (what === 'check' ? checkFile : runFile)(ctx, work, id, { tell })
    if (ended !== 'finished') throw wrongState('cancelled')
  } catch (error) {
    await markFailed(ctx, id, error)
    throw error
  }
  return read(ctx, (tx) => detail(tx, id))
}
