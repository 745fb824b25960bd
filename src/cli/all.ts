import { openImports } from '../importsWiring.ts'
import { asMachine } from '../platform/ctx.ts'
import { ensureDefaultSource } from '../sense/catalog/catalog.ts'
import { makeRoom, startPipeline } from '../sense/collect/collect.ts'
import { pipelineSteps } from '../worker.ts'
import { auditVerify } from './audit.ts'
import { backup, doctor, restore } from './backup.ts'
import type { Command } from './commands.ts'
import { demo } from './demo.ts'
import { importCommand } from './import.ts'
import { up } from './run.ts'

/** A file goes through the same log as everything else: the pipeline runs until it is worked. */
const importFile = importCommand(async ({ ctx, home }) => {
  await ensureDefaultSource(ctx)
  await makeRoom(asMachine(ctx, 'collect'))
  const pipeline = startPipeline(ctx, pipelineSteps(ctx))
  return {
    imports: openImports(home.path),
    async close() {
      await pipeline.settle()
      await pipeline.stop()
    },
  }
})

export const commands: readonly Command[] = [up, demo, importFile, auditVerify, backup, restore, doctor]
