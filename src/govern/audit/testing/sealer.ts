import { virtualClock } from '../../../platform/clock.ts'
import { makeCtx } from '../../../platform/ctx.ts'
import { openDb } from '../../../platform/db/db.ts'
import type { Facts } from '../../../platform/facts/facts.ts'
import { createLog } from '../../../platform/log.ts'
import { openAudit, startAuditSealing } from '../audit.ts'
import { sealOneSet } from '../sealer.ts'
import { testKey } from './testing.ts'

// A process that seals without rest until it is killed: `testing/sealer.ts <database url> <anchor file>`.
const [url = '', anchorFile = ''] = process.argv.slice(2)
const log = createLog('warn')
const audit = await openAudit({ key: testKey, anchorFile })
const ctx = makeCtx({
  who: { kind: 'machine', id: 'sealer', name: 'sealer' },
  scope: 'everything',
  permissions: new Set(),
  lang: 'en',
  clock: virtualClock(new Date('2026-01-05T01:00:00Z')),
  log,
  db: openDb({ url, role: 'zhixing_app', log, max: 2 }),
  facts: {} as Facts,
  recordChange: audit.recordEntry,
  origin: undefined,
})
startAuditSealing(ctx, audit)
process.stdout.write('sealing\n')
for (;;) await sealOneSet(ctx, audit.keys, { floor: undefined }, 3)
