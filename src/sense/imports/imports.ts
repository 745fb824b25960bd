import { resolve } from 'node:path'
import { Type } from 'typebox'
import { namesOf, rootOf } from '../../govern/orgs/orgs.ts'
import { registerSealed, sealedColumn } from '../../govern/privacy/privacy.ts'
import { defineParameter, parameter } from '../../govern/system/system.ts'
import { type ChangeTx, change, read, stale, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { type Job, queueJob } from '../../platform/jobs/jobs.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { exportBadRows, listBadRows } from './badRows.ts'
import type {
  Choices,
  Import,
  ImportDetail,
  ImportQuery,
  NewImport,
  Preview,
  Reading,
  RunImport,
  SaveMapping,
} from './contract.ts'
import * as files from './files.ts'
import { importJobs, keyOfJob, markFailed } from './jobs.ts'
import { preview } from './preview.ts'
import type { Limits } from './readers/bytes.ts'
import { openFile } from './readers/reader.ts'
import { checkMapping } from './rules/mapping.ts'
import * as store from './store.ts'
import { checkFile, type Ended, fileGone, type Receive, runFile, type Tell, type Work } from './work.ts'

export { standardChoices } from './choices.ts'
export type { Ended, Receive, Tell } from './work.ts'

registerSealed(sealedColumn({ schema: 'imports', table: 'bad_row', key: 'id', column: 'content', kind: 'secret' }))

const group = text('数据导入', 'Imports')

const fileLimit = defineParameter({
  name: 'imports.file_mib',
  schema: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  default: 4096,
  text: text('上传文件上限', 'Largest file'),
  unit: text('MiB', 'MiB'),
  group,
})
const unpackedLimit = defineParameter({
  name: 'imports.unpacked_gib',
  schema: Type.Integer({ minimum: 1, maximum: 10_000 }),
  default: 32,
  text: text('文件解压后上限', 'Largest file once unpacked'),
  unit: text('GiB', 'GiB'),
  group,
})
const keepDays = defineParameter({
  name: 'imports.keep_days',
  schema: Type.Integer({ minimum: 1, maximum: 3650 }),
  default: 7,
  text: text('导入文件保留天数', 'Days that files are kept'),
  help: text(
    '导入结束(或未导入的文件上传)后,文件保留的天数;坏行与统计一直保留',
    'After the import ended, or after the upload of a file that never ran; bad rows and figures stay',
  ),
  unit: text('天', 'days'),
  group,
})

/** What an import needs of the capabilities around it. */
export type ImportDeps = {
  /** `receive` of the collection. */
  readonly receive: Receive
  /** The source under which an organisation's imports arrive. */
  source(ctx: Ctx, org: string): Promise<{ id: string }>
  /** What the catalogue and identity know: kinds of identity, entity types, events, attributes. */
  choices(ctx: Ctx): Promise<Choices>
  /** Where files lie, `<home>/imports`; the same for every process that answers requests or runs jobs. */
  readonly folder: string
}

export type Imports = ReturnType<typeof importsWith>

/** The use cases of importing, on the collection and the catalogue of this program. */
export function importsWith(deps: ImportDeps) {
  const folder = resolve(deps.folder)
  const work: Work = { receive: deps.receive, source: deps.source, folder, limits: limitsOf }
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

async function limitsOf(ctx: Ctx): Promise<Limits> {
  return { expandedBytes: (await parameter(ctx, unpackedLimit)) * 1024 ** 3 }
}

// ---- looking

async function listImports(ctx: Ctx, query: ImportQuery): Promise<Page<Import>> {
  const sorts = {
    createdAt: { sql: 'created_at', type: 'timestamptz' },
    name: { sql: 'name', type: 'text' },
    fileSize: { sql: 'file_size', type: 'bigint' },
  }
  const by = order(query, sorts, '-createdAt')
  return read(ctx, async (tx) => {
    const page = by.page(await store.pageOfImports(tx, query, by), (row) => row[by.name as keyof typeof sorts])
    const names = await namesOf(
      tx,
      page.items.map(({ org }) => org),
    )
    return { ...page, items: page.items.map((row) => toImport(row, names)) }
  })
}

async function detail(tx: Tx, id: string): Promise<ImportDetail> {
  const row = (await store.findImport(tx, id)) ?? missing('import', id)
  const { fileHash, reading, mapping, reasons } = row
  return { ...toImport(row, await namesOf(tx, [row.org])), fileHash, reading, mapping, reasons }
}

function toImport(row: store.ImportRow, names: ReadonlyMap<string, string>): Import {
  const { id, name, org, fileName, fileSize, fileGone, format, target, state, mode, revision, checked, rows } = row
  const { accepted, duplicates, resent, rejected, bad, error } = row
  return {
    ...{ id, name, org, fileName, fileSize, fileGone, format, target, state, mode, revision, checked, rows, error },
    orgName: names.get(org) ?? '',
    counts: { read: row.position, accepted, duplicates, resent, rejected, bad },
    progress: state === 'checking' || state === 'running' ? row.progress : null,
    by: row.byName,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}

// ---- the file

/** The organisation one looks from: what is imported belongs to it. */
async function orgOf(ctx: Ctx, tx: Tx): Promise<Id<'org'>> {
  const id = typeof ctx.scope === 'object' ? ctx.scope.path.split('.').at(-1) : await rootOf(tx)
  if (!id)
    throw new Problem('denied', 'imports.no_org', text('没有可用的机构', 'There is no organisation to import for'))
  return id as Id<'org'>
}

async function createImport(ctx: Ctx, given: NewImport): Promise<ImportDetail> {
  const most = await parameter(ctx, fileLimit)
  if (given.size > most * 1024 ** 2)
    throw new Problem(
      'too-large',
      'imports.file_too_large',
      text(`文件超过 ${most} MiB,请拆分或压缩(gz)后上传`, `The file is larger than ${most} MiB: split it, or use gzip`),
      { fields: [{ field: 'size', message: text('文件过大', 'Too large') }] },
    )
  const id = newId('imp', ctx.now)
  const fileName = files.cleanName(given.fileName)
  const name = (given.name?.trim() || fileName.replace(/\.(csv|txt|xlsx|parquet|jsonl|ndjson|json|gz)/gi, '')).slice(
    0,
    100,
  )
  return change(ctx, 'imports.import.create', { kind: 'import', id, name }, async (tx) => {
    const org = await orgOf(ctx, tx)
    const made = { id, org, name: name || fileName.slice(0, 100), fileName, fileSize: given.size }
    await store.insertImport(tx, { ...made, byId: ctx.who.id, byName: ctx.who.name, createdAt: ctx.now })
    return detail(tx, id)
  })
}

async function addPart(
  ctx: Ctx,
  folder: string,
  id: string,
  offset: number,
  part: Buffer,
): Promise<{ received: number }> {
  return unauditedChange(ctx, 'a part of a file whose upload is in the audit', async (tx) => {
    const row = (await store.lockImport(tx, id)) ?? missing('import', id)
    if (row.state !== 'uploading') throw wrongState(row.state)
    // A part that came twice, or out of turn: the answer says where to go on.
    if (offset !== row.received) return { received: row.received }
    const received = offset + part.length
    if (received > row.fileSize) throw tooMuch()
    await files.writePart(folder, id, offset, part)
    await store.saveReceived(tx, id, received)
    return { received }
  })
}

function tooMuch(): Problem {
  return new Problem(
    'invalid',
    'imports.more_than_said',
    text('收到的内容比声明的文件大', 'More came than the size of the file that was said'),
  )
}

function notWhole(): Problem {
  return new Problem('conflict', 'imports.not_whole', text('文件尚未上传完整', 'The file is not here as a whole yet'))
}

/** The file is whole: looks at its content, and refuses what cannot be read. */
async function finishUpload(ctx: Ctx, folder: string, id: string): Promise<ImportDetail> {
  const row = await read(ctx, async (tx) => (await store.findImport(tx, id)) ?? missing('import', id))
  if (row.state !== 'uploading') throw wrongState(row.state)
  if (row.received !== row.fileSize) throw notWhole()
  return looked(ctx, folder, id)
}

async function looked(ctx: Ctx, folder: string, id: string): Promise<ImportDetail> {
  const path = files.pathOf(folder, id)
  const { hash, size } = await files.hashFile(path)
  const opened = await openFile(path, {}, await limitsOf(ctx))
  return change(ctx, 'imports.import.upload', { kind: 'import', id }, async (tx) => {
    const row = (await store.lockImport(tx, id)) ?? missing('import', id)
    if (row.fileSize !== size) throw notWhole()
    const { format, reading, total } = opened
    await store.saveWhole(tx, id, { hash, format, reading, rows: total ?? null })
    tx.after({ fileName: row.fileName, fileSize: size, fileHash: hash, format })
    return detail(tx, id)
  })
}

async function takeFile(ctx: Ctx, folder: string, path: string, name: string): Promise<ImportDetail> {
  const { size } = await files.hashFile(path)
  const made = await createImport(ctx, { fileName: name, size })
  await files.takeFile(folder, made.id, path)
  return looked(ctx, folder, made.id)
}

// ---- mapping, check, run

function wrongState(state: string): Problem {
  return new Problem(
    'conflict',
    'imports.wrong_state',
    text(`该导入当前不能这样操作(${state})`, `This cannot be done while the import is ${state}`),
  )
}

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

// ---- taking away

/** Files that have had their time, and files without an import (an upload that was cut off, an import removed). */
async function sweep(ctx: Ctx, folder: string): Promise<number> {
  const before = new Date(ctx.now.getTime() - (await parameter(ctx, keepDays)) * 86_400_000)
  const old = (await read(ctx, (tx) => store.filesToRemove(tx, before))).map(({ id }) => id)
  for (const id of old) await files.removeFile(folder, id)
  if (old.length > 0)
    await unauditedChange(ctx, 'files of imports that had their time', (tx) => store.markGone(tx, old))
  const there = await files.idsOfFiles(folder)
  const known = await read(ctx, (tx) => store.knownIds(tx, there))
  const lost = there.filter((id) => !known.has(id))
  for (const id of lost) await files.removeFile(folder, id)
  return old.length + lost.length
}
