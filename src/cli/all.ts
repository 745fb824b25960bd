import { auditVerify } from './audit.ts'
import { backup, doctor, restore } from './backup.ts'
import type { Command } from './commands.ts'
import { demo, up } from './run.ts'

export const commands: readonly Command[] = [up, demo, auditVerify, backup, restore, doctor]
