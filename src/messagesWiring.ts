import type { Channels } from './act/channels/channels.ts'
import { writeTo } from './act/content/content.ts'
import type { Deps } from './act/messages/messages.ts'
import { read } from './platform/change.ts'
import { asMachine, type Ctx } from './platform/ctx.ts'
import { ownSource } from './sense/catalog/catalog.ts'
import { receive } from './sense/collect/collect.ts'

/** What the sender of messages works with: approved content, the channels, and the log for what became of them. */
export function messageDeps(channels: () => Channels): Deps {
  const accounts = (ctx: Ctx) => read(asMachine(ctx, 'messages'), (tx) => channels().accountsInUse(tx, null))
  return {
    send: (ctx, account, letters, signal) => channels().send(ctx, account, letters, signal),
    prices: async (ctx) => new Map((await accounts(ctx)).map(({ id, price }) => [id, price])),
    write: writeTo,
    async tell(ctx, events) {
      const source = await ownSource(ctx)
      await receive(
        ctx,
        source,
        events.map(({ key, customer, name, at, props }) => ({
          key,
          envelope: { kind: 'event', name, time: at.getTime(), ids: [], customer, props },
        })),
      )
    },
    async channelOf(ctx, account) {
      const found = (await accounts(ctx)).find(({ id }) => id === account)
      if (!found) throw new Error(`a receipt of an account that is not there: ${account}`)
      return found.channel
    },
  }
}
