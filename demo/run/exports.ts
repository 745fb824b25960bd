import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bank } from '../bank/contract.ts'
import { dirtyCustomers, dirtyHoldings } from '../bank/dirty.ts'

/** Leaves two exports with the faults of real ones beside the memory of the bank, for the tour to point at. */
export async function leaveExports(bank: Bank, folder: string): Promise<void> {
  const files = join(folder, 'files')
  await mkdir(files, { recursive: true })
  for (const { name, bytes } of [dirtyCustomers(bank), dirtyHoldings(bank)]) await writeFile(join(files, name), bytes)
}
