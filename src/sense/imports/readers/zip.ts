import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { Problem } from '../../../platform/problem.ts'
import { brokenFile, budgetOf, expandsTooFar, type Limits, type Read } from './bytes.ts'

type Entry = { method: number; packed: number; at: number }

/** A ZIP archive by its directory. Names are looked up and never become paths. */
export type Zip = {
  has(name: string): boolean
  /** The content of an entry, counted against what the archive may unpack to. */
  open(name: string, read?: Read): AsyncGenerator<Buffer>
}

/** What a workbook needs at most; more is an attack or a mistake. */
const most = { entries: 10_000, directoryBytes: 8 * 1024 * 1024 }

const signature = { end: 0x06054b50, entry: 0x02014b50, local: 0x04034b50 }

/**
 * Reads the directory (APPNOTE 6.3.10, without ZIP64 and encryption, which no workbook has). The sizes it claims are
 * not believed: what is unpacked is counted as it comes.
 */
export async function openZip(path: string, limits: Limits): Promise<Zip> {
  const file = await open(path)
  try {
    const entries = await directoryOf(file)
    const budget = budgetOf((await file.stat()).size, limits)
    let left = budget
    return {
      has: (name) => entries.has(name),
      async *open(name, read) {
        const entry = entries.get(name)
        if (!entry) throw brokenFile(`no entry ${name}`)
        for await (const chunk of contentOf(path, entry, read)) {
          left -= chunk.length
          if (left < 0) throw expandsTooFar(budget)
          yield chunk
        }
      },
    }
  } finally {
    await file.close()
  }
}

async function directoryOf(file: FileHandle): Promise<Map<string, Entry>> {
  const { size } = await file.stat()
  const tail = await piece(file, Math.max(0, size - 65_557), Math.min(size, 65_557))
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== signature.end) end--
  if (end < 0) throw brokenFile('no directory')
  const [count, length, start] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
  if (count > most.entries || length > most.directoryBytes || start + length > size) throw brokenFile('its directory')
  const directory = await piece(file, start, length)
  const entries = new Map<string, Entry>()
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== signature.entry) throw brokenFile('its directory')
    const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)]
    const [packed, local] = [directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)]
    const nameLength = directory.readUInt16LE(at + 28)
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength)
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) throw brokenFile(`the entry ${name}`)
    if (!entries.has(name)) entries.set(name.replace(/^\//, ''), { method, packed, at: local })
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

async function piece(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start)
  return buffer.subarray(0, bytesRead)
}

async function* contentOf(path: string, entry: Entry, read: Read | undefined): AsyncGenerator<Buffer> {
  const file = await open(path)
  let start: number
  try {
    const head = await piece(file, entry.at, 30)
    if (head.length < 30 || head.readUInt32LE(0) !== signature.local) throw brokenFile('an entry')
    start = entry.at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28)
  } finally {
    await file.close()
  }
  if (entry.packed === 0) return
  const raw = createReadStream(path, { start, end: start + entry.packed - 1, highWaterMark: 64 * 1024 })
  raw.on('data', (chunk) => {
    if (read) read.bytes += chunk.length
  })
  raw.pause()
  const plain = entry.method === 0 ? raw : pipeline(raw, createInflateRaw({ chunkSize: 64 * 1024 }), () => {})
  try {
    for await (const chunk of plain) yield chunk as Buffer
  } catch (error) {
    throw error instanceof Problem ? error : brokenFile(error)
  } finally {
    raw.destroy()
  }
}
