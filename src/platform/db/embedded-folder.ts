import { randomBytes } from 'node:crypto'
import {
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { errorCode, fileProblem, type Home } from '../home.ts'
import type { Logger } from '../log.ts'
import { Problem, text } from '../problem.ts'
import type { Binaries, Launch } from './embedded-binaries.ts'
import { linePrefix } from './embedded-log.ts'
import { endLeftovers } from './embedded-processes.ts'

export const superuser = 'postgres'

export function dataFolder(home: Home): string {
  return join(home.path, 'postgres')
}

/**
 * Who owns the data and which major version made them; undefined when there are none yet.
 * Problems: `db.strange_folder`, `db.other_owner`.
 */
export async function inspectData(home: Home): Promise<{ uid: number; gid: number; major: number } | undefined> {
  const folder = dataFolder(home)
  try {
    const { uid, gid } = await stat(folder)
    const self = process.getuid?.()
    if (self !== undefined && self !== 0 && self !== uid) throw otherOwner(folder, uid)
    const written = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch((error) => {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    })
    if (written !== undefined) return { uid, gid, major: Number.parseInt(written, 10) }
    // Our own folder appears with a rename, whole. An empty one may be a mount point or made by hand.
    if ((await readdir(folder)).length === 0) return undefined
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw fileProblem(error, folder)
  }
  throw new Problem(
    'unavailable',
    'db.strange_folder',
    text(
      `${folder} 里的内容不是 PostgreSQL 数据:请移走它,或用 ZHIXING_HOME 指定另一个文件夹`,
      `${folder} holds something that is not PostgreSQL data: move it away, or name another folder by ZHIXING_HOME`,
    ),
  )
}

function otherOwner(folder: string, uid: number): Problem {
  return new Problem(
    'unavailable',
    'db.other_owner',
    text(
      `${folder} 属于另一个用户(uid ${uid}):请以该用户启动,或把整个文件夹的所有者改为当前用户(chown -R)`,
      `${folder} belongs to another user (uid ${uid}): start as that user, or give the whole folder to this one (chown -R)`,
    ),
  )
}

/** Data that were copied in by root belong to root, as whom the server cannot run. */
export async function giveToEngine(folder: string, launch: Launch): Promise<void> {
  if (!launch.asRoot || (await lstat(folder)).uid === launch.uid) return
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), launch.uid, launch.gid)
  await chown(folder, launch.uid, launch.gid)
}

/**
 * Makes the data folder. Everything happens in a folder beside it, which takes the name at the end, so that a kill at any
 * moment leaves nothing that looks ready. Problems: `home.disk_full`, `home.not_writable`, `db.init_failed`.
 */
export async function createData(home: Home, binaries: Binaries, launch: Launch, password: string): Promise<void> {
  const folder = dataFolder(home)
  const making = `${folder}.new-${randomBytes(4).toString('hex')}`
  const made = join(making, 'data')
  const secret = join(making, 'password')
  try {
    await mkdir(making, { mode: 0o700 })
    await writeFile(secret, password, { mode: 0o600 })
    if (launch.asRoot) for (const path of [making, secret]) await chown(path, launch.uid, launch.gid)
    await initdb(binaries, launch, making, made, secret)
    await writeSettings(made, launch)
    const own = await open(join(made, 'postgresql.conf'), 'a')
    await own.writeFile("\ninclude = 'zhixing.conf'\n")
    await own.sync()
    await own.close()
    await rmdir(folder).catch(() => {})
    await rename(made, folder)
    const parent = await open(home.path)
    await parent.sync()
    await parent.close()
  } catch (error) {
    throw fileProblem(error, folder)
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

/**
 * What a kill in the middle of the first start left behind, also in the moment after the data folder took its name; its initdb
 * may be running yet.
 */
export async function sweep(home: Home, log: Logger): Promise<void> {
  for (const name of await readdir(home.path)) {
    if (!name.startsWith('postgres.new-')) continue
    await endLeftovers(join(home.path, name), log)
    await rm(join(home.path, name), { recursive: true, force: true })
  }
}

async function initdb(binaries: Binaries, launch: Launch, cwd: string, made: string, secret: string): Promise<void> {
  // The built-in C.UTF-8: sorts the same on every machine and after every upgrade. Chinese order is asked for by
  // `collate "zh-x-icu"` where it is shown.
  const child = launch.run(
    binaries.initdb,
    [
      ...['--pgdata', made, '--username', superuser, '--pwfile', secret, '--auth', 'scram-sha-256'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
      ...['--data-checksums', '--no-instructions'],
    ],
    cwd,
    'ignore',
  )
  const { code, said } = await finished(child)
  if (code === 0) return
  if (/No space left on device/.test(said)) throw Object.assign(new Error(said), { code: 'ENOSPC' })
  throw new Problem(
    'unavailable',
    'db.init_failed',
    text(`无法初始化内嵌 PostgreSQL:${said}`, `The embedded PostgreSQL cannot be initialised: ${said}`),
  )
}

async function finished(child: ReturnType<Launch['run']>): Promise<{ code: number | null; said: string }> {
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
    child.once('error', () => resolve(null))
  })
  const [code, said] = await Promise.all([closed, child.stderr ? readAll(child.stderr) : '', child.stdout?.resume()])
  return { code, said: said.trim().slice(-2000) }
}

/**
 * Gives the superuser this password, in a server that serves nobody else. For a password file that was lost or changed:
 * whoever may write the data folder owns the data.
 */
export async function resetPassword(
  folder: string,
  binaries: Binaries,
  launch: Launch,
  password: string,
): Promise<void> {
  const child = launch.run(
    binaries.postgres,
    ['--single', '-D', folder, '-c', 'log_min_messages=error', 'postgres'],
    folder,
    'pipe',
  )
  child.stdin?.end(`alter role ${superuser} password '${password}'\n`)
  const { code, said } = await finished(child)
  if (code !== 0 || /ERROR/.test(said)) throw new Error(`the password cannot be set: ${said}`)
}

/**
 * Writes our settings where they differ from what stands there. The operator's own go into `postgresql.auto.conf`
 * (`alter system`), which is read after ours.
 */
export async function writeSettings(folder: string, launch: Launch): Promise<void> {
  const path = join(folder, 'zhixing.conf')
  const wanted = await settings()
  try {
    if ((await readFile(path, 'utf8').catch(() => '')) === wanted) return
    const part = `${path}.part`
    const file = await open(part, 'w', 0o600)
    await file.writeFile(wanted)
    await file.sync()
    await file.close()
    if (launch.asRoot) await chown(part, launch.uid, launch.gid)
    await rename(part, path)
  } catch (error) {
    throw fileProblem(error, path)
  }
}

/** For a machine that the engine shares with ClickHouse and the program itself. Durability is never traded. */
async function settings(): Promise<string> {
  const megabytes = totalmem() / 2 ** 20
  const share = (part: number, least: number, most: number) =>
    `${Math.round(Math.min(most, Math.max(least, megabytes * part)))}MB`
  // Containers are often given 64 MB of /dev/shm, which one parallel join can fill.
  const shm = await statfs('/dev/shm').catch(() => undefined)
  const roomy = shm === undefined || shm.blocks * shm.bsize >= 256 * 2 ** 20
  const lines = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    password_encryption: 'scram-sha-256',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    restart_after_crash: 'on',
    shared_buffers: share(1 / 32, 64, 256),
    effective_cache_size: share(1 / 4, 128, 8192),
    maintenance_work_mem: share(1 / 64, 32, 256),
    work_mem: share(1 / 512, 4, 16),
    max_wal_size: '1GB',
    wal_compression: 'on',
    random_page_cost: '1.1',
    jit: 'off',
    track_io_timing: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    dynamic_shared_memory_type: roomy ? 'posix' : 'sysv',
    logging_collector: 'off',
    log_destination: 'stderr',
    log_line_prefix: linePrefix,
    // Values of customers stay out of the log: no statements, no details.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
  }
  const written = Object.entries(lines).map(([name, value]) => `${name} = '${value}'`)
  return ['# Written by Zhixing at each start. Your own settings: alter system set …', ...written, ''].join('\n')
}
