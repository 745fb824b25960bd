import { openVault } from '../../../govern/privacy/privacy.ts'
import { read } from '../../../platform/change.ts'
import { virtualClock } from '../../../platform/clock.ts'
import { makeCtx } from '../../../platform/ctx.ts'
import { openDb } from '../../../platform/db/db.ts'
import { openFacts } from '../../../platform/facts/facts.ts'
import { createLog } from '../../../platform/log.ts'
import { untold } from '../answerStore.ts'
import { settleLive } from '../live.ts'
import { refresh } from '../refreshing.ts'
import { tellAnswer } from '../telling.ts'

// A process that refreshes, follows and tells, and may be killed at any moment: node worker.ts <database> <clickhouse> <name> <instant> <segment …>

const [url = '', clickhouse = '', database = '', instant = '', ...segments] = process.argv.slice(2)
const log = createLog('silent')
const db = openDb({ url, role: 'zhixing_app', log, max: 4 })
const facts = await openFacts({ url: clickhouse, database, log })
const ctx = makeCtx({
  who: { kind: 'machine', id: 'worker', name: 'worker' },
  scope: 'everything',
  permissions: new Set(),
  lang: 'zh',
  clock: virtualClock(new Date(instant)),
  log,
  db,
  facts,
  recordChange: async () => {},
  origin: undefined,
})
const vault = await openVault(ctx, {
  source: { value: Buffer.alloc(32, 9).toString('base64'), name: 'test' },
  algorithm: 'aes-256-gcm',
  mayCreateKeyFile: false,
})
process.send?.('ready')
await settleLive(ctx)
for (const segment of segments) await refresh(ctx, segment, new AbortController().signal)
for (const id of await read(ctx, untold)) await tellAnswer(ctx, id, new AbortController().signal)
await vault.close()
await facts.close()
await db.close()
