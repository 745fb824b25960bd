import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { runsUnderWay } from './runStore.ts'
import { objectFolder } from './sources/files.ts'
import { dropSpool } from './spool.ts'
import { stepFolder } from './step.ts'

/** Longer than any step or object is worked on. */
const leftAfterMs = 2 * 86_400_000

/** Takes away rows in clear that a killed process left: spools of runs that are over, folders of steps and of objects. */
export async function sweep(ctx: Ctx, folder: string, temporary = tmpdir()): Promise<number> {
  const spools = await readdir(folder).catch(() => [])
  const working = new Set(await read(ctx, runsUnderWay))
  const over = spools.filter((name) => !working.has(name))
  for (const name of over) await dropSpool(folder, name)
  let swept = over.length
  for (const name of await readdir(temporary).catch(() => [])) {
    if (!name.startsWith(stepFolder) && !name.startsWith(objectFolder)) continue
    const path = join(temporary, name)
    const held = await stat(path).catch(() => undefined)
    if (!held || ctx.now.getTime() - held.mtimeMs < leftAfterMs) continue
    await rm(path, { recursive: true, force: true })
    swept++
  }
  return swept
}
