import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Problem, text } from '../../../platform/problem.ts'

export type Limits = {
  /** Bytes that a compressed file may come to, all its parts together. */
  readonly expandedBytes: number
}

/**
 * What this file may unpack to: real data shrinks to a tenth, so two hundred times is a bomb whatever the limit allows.
 */
export function budgetOf(size: number, limits: Limits): number {
  return Math.min(limits.expandedBytes, 100 * 1024 ** 2 + size * 200)
}

/** How far a reading is: bytes of the file as it lies on the disk. */
export type Read = { bytes: number }

export type Bytes = AsyncIterable<Buffer>

export async function isGzip(path: string): Promise<boolean> {
  const head = await headOf(path, 2)
  return head[0] === 0x1f && head[1] === 0x8b
}

export async function headOf(path: string, length: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

export async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size
}

/** The content of the file, unpacked where it is packed. Leaving the loop closes the file. */
export async function* bytesOf(path: string, gzip: boolean, limits: Limits, read: Read): AsyncGenerator<Buffer> {
  const raw = createReadStream(path, { highWaterMark: 256 * 1024 })
  raw.on('data', (chunk) => {
    read.bytes += chunk.length
  })
  raw.pause()
  if (!gzip) {
    for await (const chunk of raw) yield chunk as Buffer
    return
  }
  // The error of either comes out of the loop below.
  const plain = pipeline(raw, createGunzip({ chunkSize: 256 * 1024 }), () => {})
  const budget = budgetOf(await sizeOf(path), limits)
  let expanded = 0
  try {
    for await (const chunk of plain) {
      expanded += (chunk as Buffer).length
      if (expanded > budget) throw expandsTooFar(budget)
      yield chunk as Buffer
    }
  } catch (error) {
    throw error instanceof Problem ? error : brokenFile(error)
  } finally {
    raw.destroy()
  }
}

export function expandsTooFar(limit: number): Problem {
  const gib = (limit / 1024 ** 3).toFixed(2)
  return new Problem(
    'too-large',
    'imports.expands',
    text(`文件解压后超过 ${gib} GiB,已停止读取`, `The file unpacks to more than ${gib} GiB: reading was stopped`),
  )
}

export function brokenFile(cause: unknown): Problem {
  return new Problem(
    'invalid',
    'imports.broken_file',
    text('文件已损坏,或不完整', 'The file is damaged, or not whole'),
    { cause },
  )
}
