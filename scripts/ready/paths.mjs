import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the clone. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

/** Where the ready step keeps its lock and its notes on what it built; not in git. */
export const notes = join(root, 'dist', '.ready')

/** The Node the product runs on, brought by npm whatever the machine has. */
export const productNode = join(root, 'node_modules', '.bin', 'node')
