import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type ChildHealth, keepRunning } from '../child.ts'
import { fileProblem, type Home } from '../home.ts'
import type { Logger } from '../log.ts'
import { Problem, text } from '../problem.ts'
import type { Order, Word } from './door/door.ts'

export type EmbeddedClickhouse = {
  /** With user and password; the same for as long as this runs, also over restarts of the child. */
  readonly url: string
  readonly version: string
  health(): ChildHealth
  /** Resolves when the engine answers, at once if it does. */
  up(): Promise<void>
  /** Lets running statements end within the grace. */
  stop(graceMs?: number): Promise<void>
}

/**
 * Starts ClickHouse as a child process on `<home>/clickhouse` and keeps it running. Its address, with a password made
 * anew each time, stands in `<home>/run/clickhouse.json` for the operator's tools.
 *
 * `port` 0 is any free port. Problems: `facts.folder_taken` (names the process), `home.not_writable`,
 * `home.disk_full`, `facts.port_taken`, `facts.engine_failed`.
 */
export async function startEmbeddedClickhouse(options: {
  home: Pick<Home, 'path' | 'writeRun' | 'removeRun'>
  log: Logger
  port?: number
}): Promise<EmbeddedClickhouse> {
  const { home } = options
  const folder = join(home.path, 'clickhouse')
  const secret = randomBytes(24).toString('base64url')
  const log = options.log.child({ engine: 'clickhouse' })
  let ready: Extract<Word, { kind: 'ready' }> | undefined
  let stopGraceMs = 5_000
  const kept = await keepRunning({
    name: 'clickhouse',
    log,
    async start() {
      const { child, word } = await startDoor({ folder, port: ready?.port ?? options.port ?? 0, secret, log })
      ready = word
      return child
    },
    askToStop: (child) => send(child, { kind: 'stop', graceMs: stopGraceMs }),
  })
  if (!ready) throw new Error('started without a word')
  const { port, version } = ready
  const url = `http://zhixing:${secret}@127.0.0.1:${port}`
  try {
    await home.writeRun(runFile, JSON.stringify({ url }))
  } catch (error) {
    await kept.stop()
    throw error
  }
  return {
    url,
    version,
    health: kept.health,
    up: kept.up,
    async stop(graceMs = 5_000) {
      stopGraceMs = graceMs
      await kept.stop(graceMs + 10_000)
      await home.removeRun(runFile)
    },
  }
}

const runFile = 'clickhouse.json'
const program = join(import.meta.dirname, 'door', 'door.ts')

type Start = { folder: string; port: number; secret: string; log: Logger }

async function startDoor(start: Start): Promise<{ child: ChildProcess; word: Extract<Word, { kind: 'ready' }> }> {
  const child = fork(program, [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Nothing of the parent's environment: it holds secrets that the engine has no business with. Every session may
    // hold a thread of the pool, and the one that stops others must find one free. Days and instants are UTC.
    env: { PATH: process.env.PATH, TZ: 'UTC', UV_THREADPOOL_SIZE: '96' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const last = follow(child, start.log)
  const gone = new AbortController()
  try {
    send(child, { kind: 'open', folder: start.folder, port: start.port, secret: start.secret })
    const exit = once(child, 'exit', { signal: gone.signal }).then(
      ([code, signal]) => new Error(`the engine ended at once (${signal ?? `code ${code}`}): ${last().join(' ')}`),
    )
    const word = await Promise.race([
      once(child, 'message', { signal: gone.signal }).then(([said]) => said as Word),
      exit.then((error): Word => ({ kind: 'failed', why: 'engine', code: '', message: error.message })),
    ])
    if (word.kind === 'ready') return { child, word }
    throw problemOf(word, start, last())
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    gone.abort()
  }
}

function send(child: ChildProcess, order: Order): void {
  // A child that is just dying cannot hear; its exit tells the rest.
  child.send(order, () => {})
}

/** What the engine prints goes to the log; the last lines are kept for when it fails. */
function follow(child: ChildProcess, log: Logger): () => string[] {
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr] as (Readable & { unref?: () => void })[]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      if (lines.length > 20) lines.shift()
      log.debug({ line }, 'clickhouse says')
    })
    stream.unref?.()
  }
  return () => lines
}

function problemOf(word: Extract<Word, { kind: 'failed' }>, start: Start, lines: string[]): unknown {
  const { folder, port } = start
  if (word.why === 'files') return fileProblem(Object.assign(new Error(word.message), { code: word.code }), folder)
  if (word.why === 'taken')
    return new Problem(
      'unavailable',
      'facts.folder_taken',
      text(
        `文件夹 ${folder} 正被另一个进程使用(进程号 ${word.pid ?? '未知'})`,
        `The folder ${folder} is used by another process (number ${word.pid ?? 'unknown'})`,
      ),
    )
  if (word.why === 'port')
    return new Problem(
      'unavailable',
      'facts.port_taken',
      text(`端口 ${port} 已被占用`, `Port ${port} is used by another program`),
    )
  return new Problem(
    'unavailable',
    'facts.engine_failed',
    text(`嵌入式 ClickHouse 无法启动:${folder}`, `The embedded ClickHouse could not start on ${folder}`),
    { cause: new Error([word.message, ...lines].join('\n')) },
  )
}
