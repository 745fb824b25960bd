import { type Channels, channelsWith } from './act/channels/channels.ts'
import { receiptSink } from './act/messages/messages.ts'
import type { Config } from './config.ts'
import { messageDeps } from './messagesWiring.ts'
import type { Ctx } from './platform/ctx.ts'
import type { Db } from './platform/db/db.ts'

const opened = new WeakMap<Db, Channels>()

/** The channels of this program: one for the web server and the worker, as they hold connections. */
export function openChannels(ctx: Ctx, config: Config): Channels {
  const known = opened.get(ctx.db)
  if (known) return known
  const channels: Channels = channelsWith({
    publicUrl: config.publicUrl,
    receipts: receiptSink(messageDeps(() => channels)),
  })
  opened.set(ctx.db, channels)
  return channels
}
