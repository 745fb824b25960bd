import { mkdirSync } from 'node:fs'
import { type Engine, openEngine } from './engine.ts'
import { openLibrary } from './library.ts'
import { FolderTaken, takeFolder } from './lock.ts'
import { openPool, type Pool } from './pool.ts'
import { type Door, serve } from './serve.ts'

/**
 * The embedded engine: a program of its own, started by embedded.ts, that holds chDB on one folder and answers
 * ClickHouse's HTTP interface. Its orders come over the IPC channel; when that closes the parent is gone, and it ends.
 */
export type Order = { kind: 'open'; folder: string; port: number; secret: string } | { kind: 'stop'; graceMs: number }

export type Word =
  | { kind: 'ready'; port: number; version: string }
  | { kind: 'failed'; why: 'taken' | 'port' | 'files' | 'engine'; code: string; message: string; pid?: number }

let opened: { engine: Engine; pool: Pool; door: Door } | undefined

async function open(order: Extract<Order, { kind: 'open' }>): Promise<Word> {
  try {
    mkdirSync(order.folder, { recursive: true, mode: 0o700 })
    openLibrary()
    takeFolder(order.folder)
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    if (error instanceof FolderTaken)
      return { kind: 'failed', why: 'taken', code: '', message, ...(error.pid ? { pid: error.pid } : {}) }
    return { kind: 'failed', why: code ? 'files' : 'engine', code: code ?? '', message }
  }
  try {
    const engine = openEngine(order.folder)
    const pool = openPool(engine, { most: 32, idle: 8, waiting: 256 })
    const door = await serve({ pool, secret: order.secret, port: order.port })
    opened = { engine, pool, door }
    return { kind: 'ready', port: door.port, version: engine.version }
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return { kind: 'failed', why: code === 'EADDRINUSE' ? 'port' : 'engine', code: code ?? '', message }
  }
}

/** What runs may end within the grace; then the engine is closed, which writes out what it holds. */
async function stop(graceMs: number): Promise<void> {
  if (opened) {
    await opened.door.close(graceMs)
    opened.pool.close()
    opened.engine.close()
  }
  process.exit(0)
}

/** Without a parent nobody would end this program. The engine survives a kill, so there is nothing to wait for. */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C reaches the whole group of processes: the parent decides when the engine stops.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

process.on('message', (order: Order) => {
  if (order.kind === 'stop') return void stop(order.graceMs)
  void open(order).then((word) => {
    process.send?.(word, () => {
      if (word.kind === 'failed') process.exit(1)
    })
  })
})
