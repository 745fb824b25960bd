import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { chmod, copyFile, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isId } from '../../platform/ids.ts'
import { Problem, text } from '../../platform/problem.ts'

/**
 * The files lie in one folder under the ids of their imports, whatever they were called: a name out of a request never
 * becomes a path. Only the program reads them, and they are taken away after their time.
 */
export function pathOf(folder: string, id: string): string {
  if (!isId('imp', id)) throw new Error(`no id of an import: ${id}`)
  return join(folder, id)
}

/** Writes a part where it belongs; the same part again changes nothing. */
export async function writePart(folder: string, id: string, offset: number, part: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = await open(pathOf(folder, id), offset === 0 ? 'w' : 'r+', 0o600)
  try {
    await file.write(part, 0, part.length, offset)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new Problem('unavailable', 'imports.disk_full', text('磁盘空间不足', 'The disk is full'), {
        retryAfterSeconds: 60,
        cause: error,
      })
    throw error
  } finally {
    await file.close()
  }
}

/** A copy of a file of this machine; where the disk can, it shares the content. */
export async function takeFile(folder: string, id: string, from: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await copyFile(from, pathOf(folder, id), constants.COPYFILE_FICLONE)
  await chmod(pathOf(folder, id), 0o600)
}

/** SHA-256 of the content, and its length. */
export async function hashFile(path: string): Promise<{ hash: string; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk as Buffer)
    size += (chunk as Buffer).length
  }
  return { hash: hash.digest('hex'), size }
}

export async function removeFile(folder: string, id: string): Promise<void> {
  await rm(pathOf(folder, id), { force: true })
}

/** The ids under which files lie here. */
export async function idsOfFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => isId('imp', name))
}

/** What the file was called, for people: without folders, marks and letters that change the direction of text. */
export function cleanName(given: string): string {
  const name = given
    .split(/[\\/]/)
    .at(-1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
    ?.replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim()
    .slice(0, 200)
  return name && name !== '.' && name !== '..' ? name : 'file'
}
