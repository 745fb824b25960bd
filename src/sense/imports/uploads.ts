import { rootOf } from '../../govern/orgs/orgs.ts'
import { parameter } from '../../govern/system/system.ts'
import { change, read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import type { ImportDetail, NewImport } from './contract.ts'
import * as files from './files.ts'
import { detail, notWhole, wrongState } from './look.ts'
import { openFile } from './readers/reader.ts'
import { fileLimit, keepDays, limitsOf } from './settings.ts'
import * as store from './store.ts'

/** The organisation one looks from: what is imported belongs to it. */
async function orgOf(ctx: Ctx, tx: Tx): Promise<Id<'org'>> {
  const id = typeof ctx.scope === 'object' ? ctx.scope.path.split('.').at(-1) : await rootOf(tx)
  if (!id)
    throw new Problem('denied', 'imports.no_org', text('没有可用的机构', 'There is no organisation to import for'))
  return id as Id<'org'>
}

export async function createImport(ctx: Ctx, given: NewImport): Promise<ImportDetail> {
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

export async function addPart(
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

/** The file is whole: looks at its content, and refuses what cannot be read. */
export async function finishUpload(ctx: Ctx, folder: string, id: string): Promise<ImportDetail> {
  const row = await read(ctx, async (tx) => (await store.findImport(tx, id)) ?? missing('import', id))
  if (row.state !== 'uploading') throw wrongState(row.state)
  if (row.received !== row.fileSize) throw notWhole()
  return lookedAt(ctx, folder, id)
}

async function lookedAt(ctx: Ctx, folder: string, id: string): Promise<ImportDetail> {
  try {
    return await looked(ctx, folder, id)
  } catch (error) {
    if (!(error instanceof Problem) || (error.kind !== 'invalid' && error.kind !== 'too-large')) throw error
    const { zh, en } = error.text
    await unauditedChange(ctx, 'a file that cannot be read, whose upload is in the audit', (tx) =>
      store.failUpload(tx, id, { zh, en }, ctx.now),
    )
    await files.removeFile(folder, id)
    throw error
  }
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

export async function takeFile(ctx: Ctx, folder: string, path: string, name: string): Promise<ImportDetail> {
  const { size } = await files.hashFile(path)
  const made = await createImport(ctx, { fileName: name, size })
  await files.takeFile(folder, made.id, path)
  return lookedAt(ctx, folder, made.id)
}

/** Files that have had their time, and files without an import (an upload that was cut off, an import removed). */
export async function sweep(ctx: Ctx, folder: string): Promise<number> {
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
