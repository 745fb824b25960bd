// The face of the messages: what is planned for customers, sent as far as the contact policy lets it, and what became of it.
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Receipt } from '../channels/channels.ts'
import type { Deps } from './deps.ts'
import { takeReceipts } from './receipts.ts'

export type { CustomerEvent, Deps } from './deps.ts'
export { planMessages } from './planning.ts'
export { sendDue } from './sending.ts'
export { tellNews } from './telling.ts'
export { getMessage, listMessages, stopMessages } from './view.ts'
export { watchDue } from './watching.ts'
export { type Sender, startSender } from './worker.ts'

/** For the channels: takes receipts in their transaction, and gives back those of messages it does not know. */
export function receiptSink(deps: Deps): (ctx: Ctx, tx: Tx, receipts: readonly Receipt[]) => Promise<Receipt[]> {
  return (ctx, tx, receipts) => takeReceipts(ctx, deps, tx, receipts)
}
