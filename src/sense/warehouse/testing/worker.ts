import { openVault } from '../../../govern/privacy/privacy.ts'
import { systemClock } from '../../../platform/clock.ts'
import { makeCtx } from '../../../platform/ctx.ts'
import { openDb } from '../../../platform/db/db.ts'
import type { Facts } from '../../../platform/facts/facts.ts'
import { createLog } from '../../../platform/log.ts'
import { receive } from '../../collect/collect.ts'
import { standardChoices } from '../../imports/testing/choices.ts'
import { warehouseWith } from '../warehouse.ts'

// A process that works one run and may be killed at any moment: node worker.ts <database> <key file> <folder> <run>

const [url = '', keyFile = '', folder = '', run = ''] = process.argv.slice(2)
const log = createLog('silent')
const db = openDb({ url, role: 'zhixing_app', log, max: 4 })
const ctx = makeCtx({
  who: { kind: 'machine', id: 'worker', name: 'worker' },
  scope: 'everything',
  permissions: new Set(),
  lang: 'zh',
  clock: systemClock,
  log,
  db,
  facts: {} as Facts,
  recordChange: async () => {},
  origin: undefined,
})
const vault = await openVault(ctx, { source: { file: keyFile }, algorithm: 'aes-256-gcm', mayCreateKeyFile: false })
const warehouse = warehouseWith({
  receive,
  source: async () => ({ id: 'src_warehouse' }),
  choices: async () => standardChoices,
  folder,
})
const ended = await warehouse.workRun(ctx, run)
await vault.close()
await db.close()
process.exitCode = ended === 'finished' ? 0 : 1
