import { systemClock } from '../../../platform/clock.ts'
import { makeCtx } from '../../../platform/ctx.ts'
import { openDb } from '../../../platform/db/db.ts'
import { openFacts } from '../../../platform/facts/facts.ts'
import { startFollower } from '../../../platform/facts/follow.ts'
import { createLog } from '../../../platform/log.ts'
import { catalogFeeds } from '../../catalog/catalog.ts'
import { aliasFeed, owners } from '../../identity/identity.ts'
import { customerFeed } from '../customers.ts'

// A process that follows and may be killed at any moment: node follower.ts <database> <clickhouse>. Says when it begins.

const [url = '', clickhouse = ''] = process.argv.slice(2)
const log = createLog('silent')
const ctx = makeCtx({
  who: { kind: 'machine', id: 'follower', name: 'follower' },
  scope: 'everything',
  permissions: new Set(),
  lang: 'zh',
  clock: systemClock,
  log,
  db: openDb({ url, role: 'zhixing_app', log, max: 4 }),
  facts: await openFacts({ url: clickhouse, log }),
  recordChange: async () => {},
  origin: undefined,
})
const [columns, ...things] = catalogFeeds(owners)
startFollower(ctx, [columns, aliasFeed, customerFeed, ...things])
process.stdout.write('begun\n')
