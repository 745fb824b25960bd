import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { systemClock } from '../clock.ts'
import { errorCode, type Home } from '../home.ts'
import type { Logger } from '../log.ts'
import { Problem, type Text, text } from '../problem.ts'
import { type Binaries, findBinaries, findLaunch, type Launch } from './embedded-binaries.ts'
import {
  createData,
  dataFolder,
  giveToEngine,
  inspectData,
  resetPassword,
  superuser,
  sweep,
  writeSettings,
} from './embedded-folder.ts'
import { endLeftovers } from './embedded-processes.ts'
import { canListen, freePort, portTaken, runServer, type Server } from './embedded-server.ts'

/** `failed` is what did not come back after several tries; it is still tried, and turns to `ready` when it does. */
export type EngineState = 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped'

export type EngineHealth = { state: EngineState; since: Date; restarts: number; reason?: Text }

export type EmbeddedPostgres = {
  /** Of the superuser, on the database `zhixing`; it stays the same until `stop`. */
  readonly url: string
  readonly port: number
  /** Of the server, `18.4`. */
  readonly version: string
  health(): EngineHealth
  /** Fast shutdown, and after some patience an immediate one. What was committed is kept either way. */
  stop(): Promise<void>
}

const passwordFile = 'postgres.password'
const urlFile = 'postgres.url'
const database = 'zhixing'
const patienceMs = 15_000
const longestPauseMs = 10_000
/** A server that ran this long was well: its end is the first failure, not one more. */
const calmMs = 30_000

type Parts = { home: Home; log: Logger; binaries: Binaries; launch: Launch; folder: string }

/**
 * Starts the PostgreSQL of this home folder and keeps it running: when it dies it is started again on the same port.
 * Resolves when it takes connections. `run/postgres.url` holds its address (0600) for tools of the operator's.
 *
 * Problems: `db.no_binaries`, `db.broken_binaries`, `db.no_user`, `db.other_version`, `db.other_owner`,
 * `db.strange_folder`, `db.port_taken`, `db.init_failed`, `db.not_started`, `home.disk_full`, `home.not_writable`.
 */
export async function startEmbeddedPostgres(options: {
  home: Home
  log: Logger
  /** A free one when not given. */
  port?: number
  binaries?: Binaries
}): Promise<EmbeddedPostgres> {
  const { home, log } = options
  const folder = dataFolder(home)
  const data = await inspectData(home)
  const binaries = options.binaries ?? (await findBinaries())
  const launch = await findLaunch(binaries, home.path, data && data.uid !== 0 ? data : undefined)
  const parts = { home, log, binaries, launch, folder }
  const written = await ownPassword(home)
  const password = written ?? randomBytes(24).toString('hex')
  if (written === undefined) await home.writeRun(passwordFile, password)
  await sweep(home, log)
  if (data) {
    refuseOtherVersion(folder, data.major, launch)
    await giveToEngine(folder, launch)
    await endLeftovers(folder, log)
    await writeSettings(folder, launch)
    if (written === undefined) await resetPassword(folder, binaries, launch, password)
  } else await createData(home, binaries, launch, password)
  const engine = new Engine(parts, password)
  await engine.open(options.port)
  return engine
}

/** The password as it stands in `run/`, undefined where there is none that a statement could carry. */
async function ownPassword(home: Home): Promise<string | undefined> {
  const written = (await home.readRun(passwordFile))?.trim()
  return written !== undefined && /^[\w-]{8,200}$/.test(written) ? written : undefined
}

function refuseOtherVersion(folder: string, major: number, launch: Launch): void {
  if (major === Number.parseInt(launch.version, 10)) return
  throw new Problem(
    'unavailable',
    'db.other_version',
    text(
      `${folder} 是 PostgreSQL ${major} 的数据,而内嵌的是 ${launch.version}:请用原版本的知行导出备份,再恢复到新的文件夹`,
      `${folder} holds data of PostgreSQL ${major}, the embedded one is ${launch.version}: back up with the Zhixing that made them, and restore into a new folder`,
    ),
  )
}

/** The server with what watches over it: the one place that knows which server runs, and why. */
class Engine implements EmbeddedPostgres {
  readonly version: string
  port = 0
  readonly #parts: Parts
  readonly #password: string
  readonly #health: EngineHealth = { state: 'starting', since: systemClock.now(), restarts: 0 }
  readonly #stopping = new AbortController()
  #server: Server | undefined
  #failures = 0
  #watching: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(parts: Parts, password: string) {
    this.#parts = parts
    this.#password = password
    this.version = parts.launch.version
  }

  get url(): string {
    return address(this.port, this.#password, database)
  }

  health(): EngineHealth {
    return { ...this.#health }
  }

  async open(wantedPort: number | undefined): Promise<void> {
    const { home, log, launch, folder, binaries } = this.#parts
    process.on('exit', this.#lastWord)
    try {
      let server = await this.#start(wantedPort)
      if (!(await acceptsUs(this.port, this.#password))) {
        log.warn('the password file of the embedded PostgreSQL was changed: the engine takes the new one')
        await this.#end(server)
        await resetPassword(folder, binaries, launch, this.#password)
        server = await this.#start(wantedPort)
        if (!(await acceptsUs(this.port, this.#password))) throw new Error('the engine refuses its own password')
      }
      await home.writeRun(urlFile, this.url)
      this.#watching = this.#watch(server)
    } catch (error) {
      process.off('exit', this.#lastWord)
      if (this.#server) await this.#end(this.#server)
      throw error
    }
    log.info({ port: this.port, version: this.version, uid: launch.uid }, 'embedded PostgreSQL is ready')
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#stopping.abort()
    if (this.#server) await this.#end(this.#server)
    await this.#watching
    this.#turn('stopped')
    process.off('exit', this.#lastWord)
    await this.#parts.home.removeRun(urlFile)
    this.#parts.log.info('embedded PostgreSQL is stopped')
  }

  /** Where the program ends without stopping us, the engine at least is told. */
  readonly #lastWord = () => this.#server?.signal('SIGINT')

  #turn(state: EngineState, reason?: Text): void {
    Object.assign(this.#health, { state, since: systemClock.now(), reason })
  }

  #run(): Server {
    const replaying = text(
      '一个数据库进程被杀死,正在重放日志',
      'a process of the engine was killed, its log is being replayed',
    )
    this.#server = runServer({
      ...this.#parts,
      port: this.port,
      onPause: () => this.#turn('restarting', replaying),
      onResume: () => this.#turn('ready'),
    })
    return this.#server
  }

  /** The first start: a failure is the caller's to hear. A free port may be lost to another program in between. */
  async #start(wantedPort: number | undefined): Promise<Server> {
    if (wantedPort !== undefined && !(await canListen(wantedPort))) throw portTaken(wantedPort)
    for (let tries = 1; ; tries++) {
      this.port = wantedPort ?? (await freePort())
      const server = this.#run()
      const outcome = await server.ready
      if (outcome === 'ready') return server
      if (outcome.why === 'port-taken' && wantedPort !== undefined) throw portTaken(wantedPort)
      if (outcome.why === 'port-taken' && tries < 5) continue
      throw new Problem(
        'unavailable',
        outcome.why === 'disk-full' ? 'home.disk_full' : 'db.not_started',
        outcome.reason,
      )
    }
  }

  async #watch(first: Server): Promise<void> {
    let server = first
    for (let readyAt = performance.now(); ; readyAt = performance.now()) {
      const { reason } = await server.ended
      if (this.#stopping.signal.aborted) return
      if (performance.now() - readyAt > calmMs) this.#failures = 0
      this.#turn('restarting', reason)
      this.#parts.log.error({ reason: reason.en }, 'the embedded PostgreSQL ended, it is started again')
      const next = await this.#again()
      if (!next) return
      this.#health.restarts++
      this.#parts.log.info({ restarts: this.#health.restarts }, 'the embedded PostgreSQL is ready again')
      server = next
    }
  }

  /** Starts until it runs, with growing pauses; undefined when the program wants to stop. */
  async #again(): Promise<Server | undefined> {
    const stopped = this.#stopping.signal
    for (;;) {
      const wait = this.#failures === 0 ? 0 : Math.min(longestPauseMs, 100 * 2 ** this.#failures)
      this.#failures++
      try {
        await pause(wait, undefined, { signal: stopped })
        await endLeftovers(this.#parts.folder, this.#parts.log)
      } catch (error) {
        if (stopped.aborted) return undefined
        this.#parts.log.warn({ err: error }, 'the embedded PostgreSQL cannot be started again yet')
        continue
      }
      if (stopped.aborted) return undefined
      const server = this.#run()
      const outcome = await server.ready
      if (outcome === 'ready') return server
      if (stopped.aborted) return undefined
      this.#turn(this.#failures >= 5 ? 'failed' : 'restarting', outcome.reason)
      this.#parts.log.warn(
        { reason: outcome.reason.en, tries: this.#failures },
        'the embedded PostgreSQL did not start',
      )
    }
  }

  async #end(server: Server): Promise<void> {
    const over = (milliseconds: number) =>
      Promise.race([server.ended.then(() => true), pause(milliseconds, false, { ref: false })])
    server.signal('SIGINT')
    if (await over(patienceMs)) return
    this.#parts.log.warn(
      { seconds: patienceMs / 1000 },
      'the embedded PostgreSQL takes long to stop, it is stopped at once',
    )
    server.signal('SIGQUIT')
    if (await over(5000)) return
    await endLeftovers(this.#parts.folder, this.#parts.log, 0)
    await server.ended
  }
}

function address(port: number, password: string, name: string): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/${name}`
}

/** Whether the password is right; makes the product's database where there is none yet. */
async function acceptsUs(port: number, password: string): Promise<boolean> {
  const sql = postgres(address(port, password, 'postgres'), {
    max: 1,
    connect_timeout: 30,
    onnotice: () => {},
    // Where a server goes away while the driver asks for them, nobody catches the error and the program ends.
    fetch_types: false,
  })
  try {
    const [found] = await sql`select from pg_database where datname = ${database}`
    if (!found) await sql`create database ${sql(database)}`
    return true
  } catch (error) {
    if (errorCode(error) === '28P01') return false
    throw error
  } finally {
    await sql.end({ timeout: 5 })
  }
}
