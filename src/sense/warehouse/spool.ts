import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Cell } from '../imports/imports.ts'

/**
 * What a run has read, kept on disk until it is sent: so the source is let go of early, the checks see everything before
 * anything is sent, and a run that is cut off goes on at a row that is the same row as before. In clear, readable by the
 * program alone, as the files of imports are.
 */
export function spoolPath(folder: string, run: string): string {
  return join(folder, run)
}

export type Spool = { write(rows: readonly (readonly Cell[])[]): Promise<void>; close(): Promise<void> }

export async function openSpool(folder: string, run: string): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file: FileHandle = await open(spoolPath(folder, run), 'w', 0o600)
  return {
    async write(rows) {
      if (rows.length > 0) await file.writeFile(`${rows.map((row) => JSON.stringify(row, plain)).join('\n')}\n`)
    },
    async close() {
      await file.sync()
      await file.close()
    },
  }
}

/** A whole number beyond what a double holds is read as its digits, and means the same. */
function plain(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

export async function hasSpool(folder: string, run: string): Promise<boolean> {
  return (await stat(spoolPath(folder, run)).catch(() => undefined)) !== undefined
}

export async function dropSpool(folder: string, run: string): Promise<void> {
  await rm(spoolPath(folder, run), { force: true })
}

/** The rows after the first `skip`, in pieces of `size`. */
export async function* spooled(folder: string, run: string, skip: number, size: number): AsyncGenerator<Cell[][]> {
  const stream = createReadStream(spoolPath(folder, run), { encoding: 'utf8', highWaterMark: 1024 * 1024 })
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  let at = 0
  let piece: Cell[][] = []
  try {
    for await (const line of lines) {
      if (at++ < skip || line === '') continue
      piece.push(JSON.parse(line) as Cell[])
      if (piece.length < size) continue
      yield piece
      piece = []
    }
    if (piece.length > 0) yield piece
  } finally {
    lines.close()
    stream.destroy()
  }
}
