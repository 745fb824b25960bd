import type { Ctx } from '../../platform/ctx.ts'
import type { Letter, Outcome } from '../channels/channels.ts'
import type { Channel } from '../channels/contract.ts'
import type { Addressee, Written } from '../content/content.ts'

/** What the sender needs of others, so that it can be told what to use. */
export type Deps = {
  /** Letters by one account, one outcome each. */
  send(ctx: Ctx, account: string, letters: readonly Letter[], signal: AbortSignal): Promise<Outcome[]>
  /** Price of one unit by account, in ten-thousandths of a yuan. */
  prices(ctx: Ctx, accounts: readonly string[]): Promise<ReadonlyMap<string, number>>
  write(ctx: Ctx, of: { template: string; version: number }, addressees: readonly Addressee[]): Promise<Written[]>
  /** Tells the customers' events. */
  tell(ctx: Ctx, events: readonly CustomerEvent[]): Promise<void>
  /** The channel of an account. */
  channelOf(ctx: Ctx, account: string): Promise<Channel>
}

export type CustomerEvent = { key: string; customer: number; name: string; at: Date; props: Record<string, unknown> }
