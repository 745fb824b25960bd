import { mkdir, open, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { truthOf, truthOfCustomers } from '../bank/bank.ts'
import type { Bank } from '../bank/contract.ts'

/** Customers after which others have their turn: life goes on while the truth is written. */
const atOnce = 100

/**
 * Leaves what each treatment truly does, to hold against what the product finds out: `truth.json` with the means of everyone and
 * of segments, `truth-customers.jsonl` with a line for each customer. The product never reads them. Written once for a bank.
 */
export async function leaveTruth(bank: Bank, folder: string): Promise<void> {
  const means = join(folder, 'truth.json')
  if (await stat(means).catch(() => undefined)) return
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const each = join(folder, 'truth-customers.jsonl')
  const file = await open(`${each}.part`, 'w', 0o600)
  try {
    let lines: string[] = []
    for (const customer of truthOfCustomers(bank)) {
      lines.push(`${JSON.stringify(customer)}\n`)
      if (lines.length < atOnce) continue
      await file.write(lines.join(''))
      lines = []
      await turn()
    }
    await file.write(lines.join(''))
  } finally {
    await file.close()
  }
  await rename(`${each}.part`, each)
  // The last of the two: where it is, both are whole.
  await writeFile(`${means}.part`, `${JSON.stringify(truthOf(bank), undefined, 1)}\n`, { mode: 0o600 })
  await rename(`${means}.part`, means)
}
