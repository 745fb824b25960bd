import { type Channels, channelsWith } from './act/channels/channels.ts'
import type { Config } from './config.ts'
import type { Ctx } from './platform/ctx.ts'
import type { Db } from './platform/db/db.ts'

const opened = new WeakMap<Db, Channels>()

/** The channels of this program: one for the web server and the worker, as they hold connections. */
export function openChannels(ctx: Ctx, config: Config): Channels {
  const known = opened.get(ctx.db)
  if (known) return known
  const channels = channelsWith({
    publicUrl: config.publicUrl,
    // Nothing sends messages yet: what comes back is of nobody, and is kept for the days it may be asked for.
    receipts: async (_ctx, _tx, receipts) => receipts,
  })
  opened.set(ctx.db, channels)
  return channels
}
