import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { emptyTally, type Tally } from '../doors/sender.ts'

/** What the bank remembers from one start to the next. */
export type Memory = {
  seed: number
  customers: number
  days: number
  from: string
  /** Files that were imported. */
  files: string[]
  /** Days before this one were sent and acknowledged as a whole. */
  day: number
  /** In real time: what happened before this instant was sent too. */
  at?: number
  /** Of those days. */
  tally: Tally
  rejected: number
}

export type Kept = { memory: Memory; known: boolean; keep(): Promise<void> }

/** Reads what an earlier start left; a home belongs to one bank. @throws when it belongs to another. */
export async function recall(
  folder: string,
  fresh: Pick<Memory, 'seed' | 'customers' | 'days' | 'from'>,
): Promise<Kept> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'bank.json')
  const written = await readFile(file, 'utf8').catch(() => undefined)
  const memory: Memory = written
    ? (JSON.parse(written) as Memory)
    : { ...fresh, files: [], day: 0, tally: emptyTally(), rejected: 0 }
  const keep = async () => {
    await writeFile(`${file}.part`, JSON.stringify(memory))
    await rename(`${file}.part`, file)
  }
  return { memory, known: written !== undefined, keep }
}
