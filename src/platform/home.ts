import { randomBytes } from 'node:crypto'
import {
  access,
  constants,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  truncate,
} from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from './clock.ts'
import { Problem, text } from './problem.ts'

/** The folder that holds everything the program keeps: engines, keys, and what it runs with. */
export type Home = {
  /** Absolute, symbolic links resolved. */
  readonly path: string
  /** Writes `run/<name>` as a whole (0600): a reader, or a crash, sees the old content or the new. */
  writeRun(name: string, content: string): Promise<void>
  /** The content of `run/<name>`, undefined when there is none. */
  readRun(name: string): Promise<string | undefined>
  removeRun(name: string): Promise<void>
  /** Tells those who find the folder taken on which port this program answers. */
  announce(port: number): Promise<void>
  /** Lets go of the folder. */
  close(): Promise<void>
}

/** The program that has a folder, as it wrote about itself. */
export type Holder = { pid: number; host: string; startedAt: string; port: number | null }

/**
 * The folders that this very process has, with their locks: a handle that nothing referred to would be collected, and
 * its lock with it. The kernel's file locks do not stand between two openings by one process, this does.
 */
const ours = new Map<string, DatabaseSync | undefined>()

function letGo(folder: string): void {
  ours.get(folder)?.close()
  ours.delete(folder)
}

/**
 * Makes the folder where needed (0700) and takes it for this program alone.
 *
 * The lock is the kernel's own, on the file `lock`, through SQLite, which is the one thing in Node that asks for it. It
 * goes with the process however that dies, cannot be mistaken after a process number was given anew, and holds between
 * containers that share the folder. Nothing else of this program may open that file: POSIX drops a process's locks on
 * a file when the process closes any handle of it.
 *
 * Problems: `home.taken` (names the other program), `home.not_writable`, `home.disk_full`.
 */
export async function openHome(path: string): Promise<Home> {
  const folder = await makeFolder(resolve(path))
  if (ours.has(folder)) throw await taken(folder)
  ours.set(folder, undefined)
  try {
    ours.set(folder, await takeLock(folder))
    return await openedHome(folder)
  } catch (error) {
    letGo(folder)
    throw error
  }
}

/** Who has the folder, as far as it said so: undefined for a folder that nobody opened. Takes nothing. */
export async function findHolder(path: string): Promise<Holder | undefined> {
  const written = await readFile(join(path, 'run', 'program.json'), 'utf8').catch(() => '')
  try {
    const holder = JSON.parse(written) as Holder
    return Number.isInteger(holder.pid) ? holder : undefined
  } catch {
    return undefined
  }
}

async function openedHome(folder: string): Promise<Home> {
  const run = join(folder, 'run')
  let closed = false
  const inRun = (name: string) => join(run, basename(name))
  const self: Holder = { pid: process.pid, host: hostname(), startedAt: systemClock.now().toISOString(), port: null }
  const home: Home = {
    path: folder,
    writeRun: (name, content) => writePrivate(inRun(name), content),
    readRun: (name) =>
      readFile(inRun(name), 'utf8').catch((error) => {
        if (errorCode(error) === 'ENOENT') return undefined
        throw fileProblem(error, inRun(name))
      }),
    removeRun: (name) => rm(inRun(name), { force: true }),
    async announce(port) {
      self.port = port
      await home.writeRun('program.json', JSON.stringify(self))
    },
    async close() {
      if (closed) return
      closed = true
      await home.removeRun('program.json').catch(() => {})
      letGo(folder)
    },
  }
  try {
    await mkdir(run, { mode: 0o700, recursive: true })
    // What a kill left half-written.
    for (const name of await readdir(run)) if (name.endsWith('.part')) await rm(join(run, name), { force: true })
  } catch (error) {
    throw fileProblem(error, run)
  }
  await home.writeRun('program.json', JSON.stringify(self))
  return home
}

async function makeFolder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    if (!(await stat(path)).isDirectory()) throw Object.assign(new Error(path), { code: 'ENOTDIR' })
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return await realpath(path)
  } catch (error) {
    throw fileProblem(error, path)
  }
}

async function takeLock(folder: string): Promise<DatabaseSync> {
  const file = join(folder, 'lock')
  let result: ReturnType<typeof tryLock>
  try {
    // SQLite would open a file that it may only read all the same, and then lock it for nobody.
    await (await open(file, 'a', 0o600)).close()
    result = tryLock(file)
    if (result.failed === sqlite.notADatabase) {
      // Somebody wrote into the lock; nobody holds it, or the answer had been "busy".
      await truncate(file, 0)
      result = tryLock(file)
    }
  } catch (error) {
    throw fileProblem(error, file)
  }
  if (result.handle) return result.handle
  throw result.failed === sqlite.busy ? await taken(folder) : result.error
}

/** Primary result codes of SQLite. */
const sqlite = { busy: 5, notADatabase: 26 }

function tryLock(file: string): { handle?: DatabaseSync; failed?: number; error: Error } {
  let handle: DatabaseSync | undefined
  try {
    handle = new DatabaseSync(file)
    // Locks the file and writes nothing: the transaction never ends, and its journal would be in memory.
    handle.exec('pragma journal_mode = memory; pragma busy_timeout = 0; begin exclusive')
    return { handle, error: new Error() }
  } catch (error) {
    handle?.close()
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
    return { failed: code, error: error as Error }
  }
}

/** The holder writes about itself right after it took the lock: what stands there may be a moment old. */
async function taken(folder: string): Promise<Problem> {
  let holder = await findHolder(folder)
  for (let i = 0; i < 10 && !(holder && (holder.host !== hostname() || alive(holder.pid))); i++) {
    await pause(50)
    holder = await findHolder(folder)
  }
  const zh = holder
    ? `(进程号 ${holder.pid},主机 ${holder.host},启动于 ${holder.startedAt},端口 ${holder.port ?? '尚未监听'})`
    : ''
  const en = holder
    ? ` (process ${holder.pid} on ${holder.host}, started ${holder.startedAt}, port ${holder.port ?? 'not listening yet'})`
    : ''
  return new Problem(
    'unavailable',
    'home.taken',
    text(
      `文件夹 ${folder} 正被另一个知行程序使用${zh}。一个文件夹同一时间只能有一个程序:请先停止它,或用 ZHIXING_HOME 指定另一个文件夹`,
      `The folder ${folder} is used by another Zhixing program${en}. One program per folder: stop that one, or name another folder by ZHIXING_HOME`,
    ),
  )
}

/** Whether a process of this number exists (which may be another one than was meant). */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** Writes a file that only its owner reads, on disk when this returns, never half of it. */
export async function writePrivate(path: string, content: string): Promise<void> {
  const part = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    const file = await open(part, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true }).catch(() => {})
    throw fileProblem(error, path)
  }
}

/** What the file system refused, as the person at the machine should hear it; other errors come back unchanged. */
export function fileProblem(error: unknown, path: string): unknown {
  const code = errorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Problem(
      'unavailable',
      'home.disk_full',
      text(
        `磁盘已满,无法写入 ${path}:请清理空间后重试`,
        `The disk is full, cannot write ${path}: make room and try again`,
      ),
      { cause: error },
    )
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new Problem(
      'unavailable',
      'home.not_writable',
      text(
        `没有写入权限:${path}。请把它的所有者改为当前用户(chown -R),或用 ZHIXING_HOME 指定另一个文件夹`,
        `Not allowed to write ${path}: give it to the user that runs the program (chown -R), or name another folder by ZHIXING_HOME`,
      ),
      { cause: error },
    )
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return new Problem(
      'unavailable',
      'home.not_a_folder',
      text(
        `${path} 不是文件夹:请用 ZHIXING_HOME 指定一个文件夹`,
        `${path} is not a folder: name a folder by ZHIXING_HOME`,
      ),
      { cause: error },
    )
  return error
}

/** `ENOENT` and its like, empty for errors that carry none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
