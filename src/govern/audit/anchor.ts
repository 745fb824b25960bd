import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, fileProblem, writePrivate } from '../../platform/home.ts'
import { type Anchor, type AuditKeys, anchorLine, readAnchorLine } from './rules/chain.ts'

/** The chain's end as written outside the database: a file that is appended to, each line on disk before the next. */
export type AnchorFile = {
  readonly path: string
  /** The last line of this installation's; undefined when there is none. */
  last(): Anchor | undefined
  append(anchor: Anchor): Promise<void>
  /** All that stands in the file now; `broken` are the numbers of lines that our key did not write. */
  read(): Promise<{ anchors: Anchor[]; broken: number[] }>
  close(): Promise<void>
}

/** Only the last anchor tells more than the seals do, so old lines are let go when the file has grown to this. */
const limits = { bytes: 4 * 1024 * 1024, keep: 1000 }

/** Opens the file, or begins it with the first anchor. */
export async function openAnchorFile(path: string, keys: AuditKeys, { bytes, keep } = limits): Promise<AnchorFile> {
  let handle: FileHandle | undefined
  let size = 0
  let last = (await readAnchors(path, keys)).anchors.at(-1)

  async function opened(): Promise<FileHandle> {
    if (handle) return handle
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    handle = await open(path, 'a', 0o600)
    size = (await handle.stat()).size
    if (size === 0) await syncFolder(path)
    else if (await endsTorn(path)) await handle.appendFile('\n')
    return handle
  }

  /** The lines that are let go are older than those that stay: what they showed, these show. */
  async function shorten(): Promise<void> {
    const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean)
    await handle?.close()
    handle = undefined
    await writePrivate(path, `${lines.slice(-keep).join('\n')}\n`)
  }

  return {
    path,
    last: () => last,
    async append(anchor) {
      try {
        const file = await opened()
        const line = anchorLine(keys, anchor)
        await file.appendFile(line)
        await file.datasync()
        last = anchor
        size += line.length
        if (size > bytes) await shorten()
      } catch (error) {
        throw fileProblem(error, path)
      }
    },
    read: () => readAnchors(path, keys),
    async close() {
      await handle?.close()
      handle = undefined
    },
  }
}

async function readAnchors(path: string, keys: AuditKeys): Promise<{ anchors: Anchor[]; broken: number[] }> {
  const content = await readFile(path, 'utf8').catch((error) => {
    if (errorCode(error) === 'ENOENT') return ''
    throw fileProblem(error, path)
  })
  const anchors: Anchor[] = []
  const broken: number[] = []
  const lines = content.split('\n')
  // What follows the last line end is being written at this moment, or was cut by a kill: no line yet.
  for (const [i, line] of lines.slice(0, -1).entries()) {
    const anchor = readAnchorLine(keys, line)
    if (anchor) anchors.push(anchor)
    else if (!looksTorn(line)) broken.push(i + 1)
  }
  return { anchors, broken }
}

/** The beginning of a line that a kill cut short, which the next opening closed with a line end. */
function looksTorn(line: string): boolean {
  return /^\d*( [0-9a-f]{0,64}( \S{0,30}( [0-9a-f]{0,63})?)?)?$/.test(line)
}

async function endsTorn(path: string): Promise<boolean> {
  return !(await readFile(path, 'utf8')).endsWith('\n')
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
}
