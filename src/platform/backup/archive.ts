import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { errorCode, fileProblem } from '../home.ts'
import { Problem, text } from '../problem.ts'

/** One file: a gzip'd tar. What is long lies in it as numbered chunks of this many bytes, for a tar entry tells its size first. */
export const chunkBytes = 8 * 2 ** 20

export type Written = { chunks: number; bytes: number; sha256: string }

export type ArchiveWriter = {
  add(name: string, content: string): Promise<void>
  /** As `<name>/000001` and so on. */
  addStream(name: string, source: AsyncIterable<Uint8Array>): Promise<Written>
}

/**
 * Writes the file beside its place and puts it there when it is whole and on disk; on any failure nothing is left.
 * Problems: `backup.exists`, `backup.no_folder`, `home.disk_full`, `home.not_writable`.
 */
export async function writeArchive<T>(
  file: string,
  options: { overwrite: boolean; at: Date },
  fill: (archive: ArchiveWriter) => Promise<T>,
): Promise<{ result: T; bytes: number }> {
  const path = resolve(file)
  if (!options.overwrite) await refuseExisting(path)
  const part = `${path}.part`
  await rm(part, { force: true })
  const tar = pack()
  const flowing = pipeline(
    tar,
    createGzip({ level: 3 }),
    createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }),
  )
  const broken = flowing.then(() => new Promise<never>(() => {}))
  broken.catch(() => {})
  const entry = (name: string, content: Buffer) => {
    const added = new Promise<void>((done, failed) => {
      const header = { name, size: content.length, mode: 0o600, mtime: options.at }
      tar.entry(header, content, (error) => (error ? failed(error) : done()))
    })
    return Promise.race([added, broken])
  }
  try {
    const result = await fill({
      add: (name, content) => entry(name, Buffer.from(content)),
      addStream: (name, source) => addChunks(source, (number, chunk) => entry(`${name}/${number}`, chunk)),
    })
    tar.finalize()
    await flowing
    const { size } = await stat(part)
    await rename(part, path)
    await syncFolder(dirname(path))
    return { result, bytes: size }
  } catch (error) {
    // Where the writing broke first, that is the reason, whatever it looked like to the one who filled.
    const wroteNot = tar.destroyed
    tar.destroy()
    const reason = await flowing.then(
      () => undefined,
      (broke: unknown) => broke,
    )
    await rm(part, { force: true })
    throw notWritten(wroteNot ? (reason ?? error) : error, path)
  }
}

function notWritten(error: unknown, path: string): unknown {
  if (errorCode(error) !== 'ENOENT') return fileProblem(error, path)
  return new Problem(
    'missing',
    'backup.no_folder',
    text(`没有这个文件夹:${dirname(path)}`, `There is no such folder: ${dirname(path)}`),
    { cause: error },
  )
}

async function refuseExisting(path: string): Promise<void> {
  const there = await stat(path).catch((error) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw fileProblem(error, path)
  })
  if (there)
    throw new Problem(
      'conflict',
      'backup.exists',
      text(`文件 ${path} 已存在:请换一个文件名`, `The file ${path} exists: choose another name`),
    )
}

async function addChunks(
  source: AsyncIterable<Uint8Array>,
  put: (number: string, chunk: Buffer) => Promise<void>,
): Promise<Written> {
  const hash = createHash('sha256')
  const written = { chunks: 0, bytes: 0 }
  let waiting: Uint8Array[] = []
  let held = 0
  const flush = async () => {
    const chunk = Buffer.concat(waiting)
    waiting = []
    held = 0
    hash.update(chunk)
    written.chunks++
    written.bytes += chunk.length
    await put(chunkNumber(written.chunks), chunk)
  }
  for await (const piece of source) {
    // A driver may hand out large pieces: what a table's chunk holds stays bounded all the same.
    for (let at = 0; at < piece.length; at += chunkBytes) {
      const slice = piece.subarray(at, at + chunkBytes)
      if (held + slice.length > chunkBytes) await flush()
      waiting.push(slice)
      held += slice.length
    }
  }
  if (held > 0) await flush()
  return { ...written, sha256: hash.digest('hex') }
}

export function chunkNumber(n: number): string {
  return String(n).padStart(6, '0')
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync()
  await handle.close()
}

export type ArchiveEntry = { name: string; content: AsyncIterable<Uint8Array> }

/**
 * The entries of the file in their order; each must be read before the next is asked for.
 * Problems: `backup.missing`, `backup.corrupt`.
 */
export async function* readArchive(file: string): AsyncGenerator<ArchiveEntry> {
  const path = resolve(file)
  const source = createReadStream(path, { highWaterMark: 2 ** 18 })
  const tar = extract()
  const flowing = pipeline(source, createGunzip(), tar)
  flowing.catch(() => {})
  try {
    for await (const entry of tar)
      yield { name: entry.header.name, content: guarded(entry as AsyncIterable<Uint8Array>, path) }
    await flowing
  } catch (error) {
    throw unreadable(error, path)
  } finally {
    source.destroy()
    tar.destroy()
  }
}

/** What breaks in the middle of an entry is met by its reader. */
async function* guarded(content: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* content
  } catch (error) {
    throw unreadable(error, path)
  }
}

/** Only what the file system says about the file is not the file's own fault. */
function unreadable(error: unknown, path: string): unknown {
  if (error instanceof Problem) return error
  const code = errorCode(error)
  if (code === 'ENOENT')
    return new Problem('missing', 'backup.missing', text(`找不到备份文件 ${path}`, `There is no backup file ${path}`))
  if (code === 'EACCES' || code === 'EPERM' || code === 'EIO' || code === 'EISDIR')
    return new Problem(
      'unavailable',
      'backup.unreadable',
      text(`无法读取备份文件 ${path}(${code})`, `The backup file ${path} cannot be read (${code})`),
      { cause: error },
    )
  return corrupt(path, (error as Error).message, error)
}

export function corrupt(path: string, how: string, cause?: unknown): Problem {
  return new Problem(
    'invalid',
    'backup.corrupt',
    text(
      `备份文件 ${path} 已损坏或不完整(${how}):没有恢复任何内容`,
      `The backup file ${path} is damaged or incomplete (${how}): nothing was restored`,
    ),
    { cause },
  )
}

export async function contentOf(entry: ArchiveEntry, mostBytes: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let held = 0
  for await (const piece of entry.content) {
    held += piece.length
    if (held > mostBytes) throw new Error(`${entry.name} is too long`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
