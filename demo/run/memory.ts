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

export type Kept = { memory: Memory; keep(): Promise<void> }

export type Size = { seed: number; customers: number; days: number }
const usual: Size = { seed: 1, customers: 20_000, days: 120 }

/**
 * Reads what an earlier start left, or begins. A folder belongs to one bank: @throws when another is wished for.
 * `from` gives the first day of a new one.
 */
export async function recall(folder: string, wished: Partial<Size>, from: (days: number) => string): Promise<Kept> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'bank.json')
  const written = await readFile(file, 'utf8').catch(() => undefined)
  const size: Size = {
    seed: wished.seed ?? usual.seed,
    customers: wished.customers ?? usual.customers,
    days: wished.days ?? usual.days,
  }
  const memory: Memory = written
    ? (JSON.parse(written) as Memory)
    : { ...size, from: from(size.days), files: [], day: 0, tally: emptyTally(), rejected: 0 }
  for (const of of Object.keys(usual) as (keyof Size)[])
    if (wished[of] !== undefined && wished[of] !== memory[of])
      throw new Error(
        `${folder} holds a bank of ${memory.customers} customers, ${memory.days} days, seed ${memory.seed}`,
      )
  const keep = async () => {
    await writeFile(`${file}.part`, JSON.stringify(memory))
    await rename(`${file}.part`, file)
  }
  return { memory, keep }
}
