import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { openHome } from '../home.ts'
import { createLog, type Logger } from '../log.ts'
import { fastFolder } from '../testing/engines.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts'
import type { Binaries } from './embedded-binaries.ts'
import { processesIn } from './embedded-processes.ts'

/** What the tests of the embedded engine share: home folders, engines and other programs, all gone at the end. */

const root = await mkdtemp(join(await fastFolder(), 'zhixing-pg-'))
await chmod(root, 0o755)
const undo: (() => Promise<unknown> | unknown)[] = []
after(async () => {
  for (const step of undo.reverse()) await step()
  await rm(root, { recursive: true, force: true })
})

let made = 0

/** A path for a home folder that does not exist yet, below a folder that anyone may pass through. */
export function freshPath(): string {
  return join(root, `home-${made++}`)
}

export const silent: Logger = createLog('silent')

/** An engine of this process on this home; `stop` lets go of both. */
export async function engineOn(
  path: string,
  more: { port?: number; binaries?: Binaries; log?: Logger } = {},
): Promise<EmbeddedPostgres> {
  const home = await openHome(path)
  try {
    const engine = await startEmbeddedPostgres({ home, log: silent, ...more })
    const stop = async () => {
      await engine.stop()
      await home.close()
    }
    undo.push(stop)
    return { url: engine.url, port: engine.port, version: engine.version, health: () => engine.health(), stop }
  } catch (error) {
    await home.close()
    throw error
  }
}

/** One statement on a connection of its own. */
export async function ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10, fetch_types: false })
  try {
    return await sql.unsafe(statement)
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/** Waits for what must come. The limit is there so that what never comes is said, not to measure anything. */
export async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 3000; tries++) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await pause(20)
  }
  throw new Error(`this never came: ${look}`)
}

/** Another program that has the home and its engine. It prints one line when ready: the URL, or the code of the problem. */
export function program(path: string, as?: { uid: number; gid: number }, then = ''): ChildProcess {
  const here = (name: string) => JSON.stringify(import.meta.resolve(name))
  const code = `
    import { openHome } from ${here('../home.ts')}
    import { createLog } from ${here('../log.ts')}
    import { startEmbeddedPostgres } from ${here('./embedded.ts')}
    import postgres from 'postgres'
    const failed = (error) => { console.log(error.code, error.text?.en ?? error.stack); process.exit(1) }
    const home = await openHome(${JSON.stringify(path)}).catch(failed)
    const engine = await startEmbeddedPostgres({ home, log: createLog('silent') }).catch(failed)
    ${then}
    console.log(engine.url)
    setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: join(import.meta.dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    ...as,
  })
  undo.push(() => child.kill('SIGKILL'))
  return child
}

export async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) return ''
  for await (const line of createInterface({ input: child.stdout })) return line
  return ''
}

/** The number of the server of this home, as it wrote it down. */
export async function serverOf(path: string): Promise<number> {
  return Number.parseInt(await readFile(join(path, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}

export function engineProcesses(path: string): Promise<number[]> {
  return processesIn(join(path, 'postgres'))
}

/** A small file system of its own, or the reason why this machine gives none. */
export function smallDisk(path: string, size: string): { reason: string } | { resize(size: string): void } {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'none', path], { stdio: 'pipe' })
  } catch (error) {
    return { reason: `not shown: this machine allows no mount (${(error as Error).message.trim()})` }
  }
  undo.push(() => execFileSync('umount', [path]))
  return { resize: (more) => void execFileSync('mount', ['-o', `remount,size=${more}`, path]) }
}
