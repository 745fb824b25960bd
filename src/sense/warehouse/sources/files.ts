import { mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { parameter } from '../../../govern/system/system.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { type Cell, importLimits, openFile } from '../../imports/imports.ts'
import type { ConnectionSettings, SourceColumn } from '../contract.ts'
import { away, refused } from '../problems.ts'
import { globPattern, globStart } from '../rules/glob.ts'
import { folders } from '../settings.ts'
import { openBucket } from './s3.ts'
import type { Ask, FoundFile, Table, Way } from './table.ts'

/** Where files lie: a folder of this machine, or a bucket. */
type Store = {
  list(prefix: string): Promise<FoundFile[]>
  /** The file on this machine, and how to be rid of it. */
  local(file: FoundFile, signal?: AbortSignal): Promise<{ path: string; done(): Promise<void> }>
}

/** What a killed process leaves of these is swept away: see `sweep`. */
export const objectFolder = 'zhixing-object-'
const mostFiles = 10_000
/** The column of what files carry besides their own: their time of change, by which they are taken incrementally. */
export const fileTime = '_file_changed_at'

export function folderWay(ctx: Ctx, settings: ConnectionSettings): Way {
  return filesWay(ctx, async () => folderStore(await allowedFolder(ctx, settings.path ?? '')))
}

export function s3Way(ctx: Ctx, settings: ConnectionSettings, secret: string): Way {
  return filesWay(ctx, async () => {
    const bucket = openBucket(ctx, settings, secret)
    return {
      list: (prefix) => bucket.list(prefix, mostFiles),
      async local(file, signal) {
        const folder = await mkdtemp(join(tmpdir(), objectFolder))
        const path = join(folder, 'object')
        const done = () => rm(folder, { recursive: true, force: true })
        try {
          await bucket.fetch(file.path, path, signal)
        } catch (error) {
          await done()
          throw error
        }
        return { path, done }
      },
    }
  })
}

/** The folder itself, no link out of what an administrator allowed. */
export async function allowedFolder(ctx: Ctx, path: string): Promise<string> {
  const allowed = await Promise.all((await parameter(ctx, folders)).map((one) => realpath(one).catch(() => undefined)))
  const real = await realpath(path).catch(() => undefined)
  // Said alike whether it is there or not: this is no way to look about on the machine.
  if (!real || !allowed.some((one) => one !== undefined && isBelow(real, one)))
    throw refused(
      '文件夹不存在,或不在允许的范围内:请管理员在系统参数“允许读取的文件夹”中列出',
      'There is no such folder, or it may not be read: an administrator can list it in the parameter “Folders that may be read”',
    )
  return real
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function folderStore(root: string): Store {
  return {
    async list() {
      const found: FoundFile[] = []
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error) => {
        throw away(error.code, error)
      })
      for (const entry of entries) {
        if (!entry.isFile() && !entry.isSymbolicLink()) continue
        const path = await realpath(join(entry.parentPath, entry.name)).catch(() => undefined)
        if (!path || !isBelow(path, root)) continue
        const { size, mtime } = await stat(path)
        found.push({
          path: relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'),
          size,
          changed: mtime,
        })
        if (found.length > mostFiles * 10) break
      }
      return found
    },
    async local(file) {
      const path = await realpath(join(root, file.path))
      if (!isBelow(path, root)) throw refused('文件不在该文件夹内', 'The file is not in the folder')
      return { path, done: async () => {} }
    },
  }
}

function filesWay(ctx: Ctx, open: () => Promise<Store>): Way {
  return {
    async test(note) {
      const found = await (await open()).list('')
      note('sign-in', 'ok', '可以访问', 'It can be reached')
      note('permission', 'ok', `可以列出文件(${found.length} 个)`, `Files can be listed (${found.length})`)
    },
    async tables() {
      const found = await (await open()).list('')
      const names = new Set<string>()
      for (const { path } of found) {
        names.add(path)
        const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
        const kind = /\.[A-Za-z0-9.]+$/.exec(path)?.[0] ?? ''
        names.add(`${folder ? `${folder}/` : ''}*${kind}`)
      }
      return [...names].sort().slice(0, 2000)
    },
    async open(ask, use) {
      const store = await open()
      return use(await tableOf(ctx, store, ask))
    },
  }
}

async function tableOf(ctx: Ctx, store: Store, ask: Ask): Promise<Table> {
  const { from, since } = ask
  if (from.kind !== 'files') throw refused('该连接只有文件', 'This connection has files only')
  const pattern = globPattern(from.path)
  const all = (await store.list(globStart(from.path))).filter(({ path }) => pattern.test(path))
  const first = all[0]
  if (!first) throw refused(`没有匹配的文件:${from.path}`, `No file matches ${from.path}`)
  const wanted = all
    .filter(({ changed }) => !since || changed.toISOString() >= since.value)
    .sort((a, b) => a.changed.getTime() - b.changed.getTime() || (a.path < b.path ? -1 : 1))
  const limits = await importLimits(ctx)
  const looked = await withFile(store, wanted[0] ?? first, ask.signal, async (path) => {
    const opened = await openFile(path, from.reading ?? {}, limits)
    return { columns: opened.columns, reading: opened.reading, types: await typesOf(opened) }
  })
  const columns: SourceColumn[] = [
    ...looked.columns.map((name, i) => ({ name, type: looked.types[i] ?? ('text' as const) })),
    { name: fileTime, type: 'instant' },
  ]
  return {
    columns,
    reading: looked.reading,
    async *rows() {
      let left = ask.most ?? Number.POSITIVE_INFINITY
      for (const file of wanted) {
        if (left <= 0) return
        for await (const set of rowsOf(store, file, looked.columns, from.reading ?? {}, limits, ask.signal)) {
          yield set.slice(0, left)
          left -= set.length
          if (left <= 0) break
        }
      }
    },
  }
}

type Reading = NonNullable<Extract<Ask['from'], { kind: 'files' }>['reading']>
type Limits = Awaited<ReturnType<typeof importLimits>>

/** A row that cannot be cut into cells goes on as a broken one: see `brokenRow`. */
async function* rowsOf(
  store: Store,
  file: FoundFile,
  columns: readonly string[],
  reading: Reading,
  limits: Limits,
  signal: AbortSignal | undefined,
): AsyncGenerator<(readonly Cell[])[]> {
  if (file.size > limits.expandedBytes)
    throw refused(`文件 ${file.path} 过大`, `The file ${file.path} is larger than files may be`)
  const { path, done } = await store.local(file, signal)
  try {
    const opened = await openFile(path, reading, limits)
    // Files of one path may have their columns in another order, or one more.
    const places = columns.map((name) => opened.columns.indexOf(name))
    const gone = columns.find((_, i) => places[i] === -1)
    if (gone !== undefined)
      throw refused(`文件 ${file.path} 中没有列“${gone}”`, `The file ${file.path} has no column ${gone}`)
    const changed = file.changed.toISOString()
    for await (const piece of opened.pieces(0, 2000)) {
      signal?.throwIfAborted()
      yield piece.map((row) =>
        'cells' in row
          ? [...places.map((place) => row.cells[place] ?? null), changed]
          : brokenRow(row.fault.code, row.raw),
      )
    }
  } finally {
    await done()
  }
}

/** In the place of cells: what is wrong with the line, and the line. No cell of a source is such an object. */
export function brokenRow(code: string, raw: string): readonly Cell[] {
  return [{ $fault: code, $raw: raw }]
}

async function withFile<T>(
  store: Store,
  file: FoundFile,
  signal: AbortSignal | undefined,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const { path, done } = await store.local(file, signal)
  try {
    return await use(path)
  } finally {
    await done()
  }
}

/** Files of texts have texts; those with types of their own say them by their first values. */
async function typesOf(opened: Awaited<ReturnType<typeof openFile>>): Promise<SourceColumn['type'][]> {
  if (opened.format !== 'parquet') return opened.columns.map(() => 'text')
  const types: SourceColumn['type'][] = opened.columns.map(() => 'text')
  for await (const piece of opened.pieces(0, 2000)) {
    for (const row of piece)
      if ('cells' in row)
        for (const [i, cell] of row.cells.entries())
          if (typeof cell === 'bigint') types[i] = 'integer'
          else if (typeof cell === 'number') types[i] = 'number'
          else if (typeof cell === 'boolean') types[i] = 'boolean'
    break
  }
  return types
}
