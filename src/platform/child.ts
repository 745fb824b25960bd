import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Logger } from './log.ts'

export type ChildHealth = {
  state: 'running' | 'restarting' | 'stopped'
  pid: number | undefined
  restarts: number
  /** How the last one ended, or why the last start failed. */
  reason: string | undefined
}

/** A child process that is started again whenever it dies. */
export type KeptChild = {
  health(): ChildHealth
  /** Resolves when the child is up, at once if it is. */
  up(): Promise<void>
  /** Asks the child to end, and ends it if it does not within the time. Starts no other. */
  stop(withinMs?: number): Promise<void>
}

const pauses = { firstMs: 100, mostMs: 10_000, calmMs: 60_000 }

/**
 * Starts a child and keeps it running: one that dies is replaced, after a pause that doubles with each failure in a row
 * (0.1 s to 10 s). The first start must succeed, or this rejects as `start` did.
 * `start` resolves when the child works. The child does not keep this process alive.
 */
export async function keepRunning(options: {
  name: string
  log: Logger
  start: () => Promise<ChildProcess>
  askToStop: (child: ChildProcess) => void
}): Promise<KeptChild> {
  const { name, log } = options
  let child: ChildProcess | undefined
  let stopping = false
  let restarts = 0
  let failures = 0
  let reason: string | undefined
  let waiting: (() => void)[] = []
  let again: NodeJS.Timeout | undefined
  let starting: Promise<void> | undefined

  async function begin(): Promise<void> {
    const started = await options.start()
    if (ended(started)) throw new Error(`${name} ended right after its start`)
    child = started
    const since = performance.now()
    started.once('exit', (code, signal) => onExit(code, signal, performance.now() - since))
    started.unref()
    started.channel?.unref()
    for (const tell of waiting.splice(0)) tell()
  }

  function onExit(code: number | null, signal: NodeJS.Signals | null, livedMs: number): void {
    child = undefined
    reason = signal ? `ended by ${signal}` : `ended with code ${code}`
    if (stopping) return
    if (livedMs > pauses.calmMs) failures = 0
    log.error({ child: name, code, signal }, 'a child process died; starting another')
    startAgain()
  }

  function startAgain(): void {
    const pause = Math.min(pauses.mostMs, pauses.firstMs * 2 ** failures++)
    again = setTimeout(() => {
      restarts++
      starting = begin()
        .then(() => {
          log.info({ child: name, pid: child?.pid, restarts }, 'a child process runs again')
        })
        .catch((error: Error) => {
          reason = error.message
          log.error({ child: name, err: error }, 'a child process could not be started')
          if (!stopping) startAgain()
        })
    }, pause).unref()
  }

  await begin()
  return {
    health: () => ({
      state: stopping ? 'stopped' : child ? 'running' : 'restarting',
      pid: child?.pid,
      restarts,
      reason,
    }),
    up: () => (child ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    async stop(withinMs = 10_000) {
      stopping = true
      clearTimeout(again)
      await starting
      waiting = []
      if (child && !ended(child)) await stopChild(child, options.askToStop, withinMs)
    },
  }
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function stopChild(child: ChildProcess, ask: (child: ChildProcess) => void, withinMs: number): Promise<void> {
  const gone = once(child, 'exit')
  child.ref()
  ask(child)
  const kill = setTimeout(() => child.kill('SIGKILL'), withinMs)
  await gone
  clearTimeout(kill)
}
