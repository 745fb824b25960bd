import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../log.ts'
import { Problem, type Text, text } from '../problem.ts'
import type { Binaries, Launch } from './embedded-binaries.ts'
import { followServerLog, type ServerLine } from './embedded-log.ts'

/** Why a server ended, as far as it said so. */
export type Ending = { why: 'disk-full' | 'port-taken' | 'other'; reason: Text }

/** One running server, from its start to its end. */
export type Server = {
  readonly pid: number
  /** Resolves when connections are taken, or with the reason why the server ended before. */
  readonly ready: Promise<'ready' | Ending>
  readonly ended: Promise<Ending>
  signal(name: NodeJS.Signals): void
}

/**
 * Starts the server on a loopback port. `onPause` and `onResume` tell of the server's own recovery: when one of its
 * processes is killed, it drops all sessions and replays its log, without ending.
 */
export function runServer(options: {
  binaries: Binaries
  launch: Launch
  folder: string
  port: number
  log: Logger
  onPause(): void
  onResume(): void
}): Server {
  const { binaries, launch, folder, port, log } = options
  const child = launch.run(binaries.postgres, ['-D', folder, '-p', String(port)], folder, 'ignore')
  const said: string[] = []
  let up: (how: 'ready') => void = () => {}
  const cameUp = new Promise<'ready'>((resolve) => {
    up = resolve
  })
  const hear = (line: ServerLine | string) => {
    said.push(typeof line === 'string' ? line : line.message)
    if (said.length > 50) said.shift()
    if (typeof line === 'string' || line.pid !== child.pid) return
    if (line.message === 'database system is ready to accept connections') {
      up('ready')
      options.onResume()
    } else if (line.message === 'all server processes terminated; reinitializing') options.onPause()
  }
  if (child.stderr) followServerLog(child.stderr, log, hear)
  child.stdout?.resume()
  const ended = endOf(child).then((how) => explain(how, said, folder, port))
  return {
    pid: child.pid ?? 0,
    ready: Promise.race([cameUp, ended]),
    ended,
    signal: (name) => void child.kill(name),
  }
}

/**
 * A moment after the end is left for the last words to arrive; the pipe itself may stay open, in the hands of a busy
 * session of the dead server.
 */
async function endOf(child: ChildProcess): Promise<string> {
  if (child.pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error]
    return error.message
  }
  const closed = once(child, 'close')
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  await Promise.race([closed, pause(200)])
  return signal ? `signal ${signal}` : `exit code ${code}`
}

function explain(how: string, said: string[], folder: string, port: number): Ending {
  const words = said.join('\n')
  if (/No space left on device/.test(words)) {
    const reason = text(
      `磁盘已满(${folder}):腾出空间后即可恢复`,
      `the disk is full (${folder}): make room and it recovers`,
    )
    return { why: 'disk-full', reason }
  }
  if (/could not (bind|create any TCP\/IP)/.test(words))
    return {
      why: 'port-taken',
      reason: text(`端口 ${port} 已被其他程序占用`, `port ${port} is used by another program`),
    }
  const last = said.slice(-3).join(' · ')
  return { why: 'other', reason: text(`PostgreSQL 已退出(${how}):${last}`, `PostgreSQL ended (${how}): ${last}`) }
}

export function portTaken(port: number): Problem {
  return new Problem(
    'unavailable',
    'db.port_taken',
    text(
      `内嵌 PostgreSQL 的端口 ${port} 已被其他程序占用`,
      `Port ${port} for the embedded PostgreSQL is used by another program`,
    ),
  )
}

export function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** A loopback port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
