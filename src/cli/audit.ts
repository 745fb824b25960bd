import { readConfig } from '../config.ts'
import { verifyAudit } from '../govern/audit/audit.ts'
import { openGround } from '../ground.ts'
import { createLog } from '../platform/log.ts'
import type { Command } from './commands.ts'

export const auditVerify: Command = {
  name: 'audit verify',
  does: 'Checks the whole audit chain of a stopped program: finds any changed, removed or inserted entry. Exit code 1 when it does.',
  flags: { json: { type: 'boolean', means: 'prints the report as one JSON line' } },
  async run({ flags }) {
    const ground = await openGround(readConfig(process.env), createLog('error'))
    try {
      const report = await verifyAudit(ground.ctx, ground.audit)
      if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`)
      else {
        process.stdout.write(`${report.checked} entries checked: ${report.ok ? 'whole' : 'TAMPERED WITH'}\n`)
        for (const fault of report.faults) process.stdout.write(`  ${JSON.stringify(fault)}\n`)
      }
      return report.ok ? 0 : 1
    } finally {
      await ground.close()
    }
  },
}
