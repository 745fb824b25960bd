import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { order } from './order.cjs'
import type { Finding } from './source.ts'

/** A folder without a place in the order would be ruled by nothing: each phase and each capability is in the list. */
export function unlistedFolders(root: string): Finding[] {
  return foldersIn(join(root, 'src')).flatMap((phase) => {
    const file = `src/${phase}`
    // The command line stands beside main.ts and app.ts: it plugs the rest together.
    if (phase === 'cli') return []
    if (!order[phase]) return [finding(file, `${phase} is no phase`)]
    if (phase === 'platform' || phase === 'console') return []
    return foldersIn(join(root, 'src', phase))
      .filter((capability) => !order[phase]?.includes(capability))
      .map((capability) => finding(`${file}/${capability}`, `${capability} has no place in the order of ${phase}`))
  })
}

function finding(file: string, reason: string): Finding {
  return { rule: 'listed-folder', file, line: 1, what: `${reason}: see scripts/check/order.cjs` }
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}
