import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { callNow } from './library.ts'

const exclusiveAtOnce = 2 | 4

/** The folder is another process's. */
export class FolderTaken extends Error {
  readonly pid: number | undefined
  constructor(pid: number | undefined) {
    super(`the folder is used by process ${pid ?? 'unknown'}`)
    this.pid = pid
  }
}

/**
 * Takes the folder for this process, for its life. The lock is the kernel's: it falls with the process however that
 * ends, so a file left behind by a kill locks nothing. The number inside is for telling only.
 * Throws FolderTaken, or what the file system refused.
 */
export function takeFolder(folder: string): void {
  tryWriting(folder)
  const path = join(folder, 'door.lock')
  const file = openSync(path, 'a+', 0o600)
  if (callNow('flock', file, exclusiveAtOnce) !== 0) {
    closeSync(file)
    const pid = Number(readFileSync(path, 'utf8'))
    throw new FolderTaken(Number.isInteger(pid) && pid > 0 ? pid : undefined)
  }
  ftruncateSync(file)
  writeSync(file, String(process.pid))
}

/** The engine says little when its folder cannot be written; this says it in time, with the system's own code. */
function tryWriting(folder: string): void {
  const probe = join(folder, `probe.${process.pid}`)
  try {
    const file = openSync(probe, 'w', 0o600)
    try {
      writeFileSync(file, Buffer.alloc(256 * 1024))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } finally {
    try {
      unlinkSync(probe)
    } catch {}
  }
}
