import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Envelope, Refusal } from './contract.ts'

/** One message of the log in a batch. Steps fill in what they find out, in their order. */
export type Arrived = {
  /** Of the product's own: the same for a repeat of the message. */
  readonly key: string
  readonly receivedAt: Date
  /** `src_…`. */
  readonly source: string
  readonly envelope: Envelope
  /** By identity. Zero for an item, which is no customer's. */
  customer: number
  /** Not to be worked further: it is kept in the reject store with this reason. */
  refused?: Refusal
}

export type Batch = { readonly number: bigint; readonly arrived: readonly Arrived[] }

/**
 * What a capability does for each batch of the log. A batch is worked as a whole and may be worked again from the start
 * of any phase after a kill; the phases of all steps run in this order:
 *
 * 1. `resolve`, in one transaction: who is it, is it valid. May set `customer` and `refused`. What it writes must bear
 *    being found again: the same batch resolved twice gives the same customers. Refused messages are put away here.
 * 2. `facts`: rows for ClickHouse, inserted under a token made of the batch's number (`factsToken`), so twice is once.
 * 3. `effects`, in one transaction with the new position of the log: exactly once.
 */
export type Step = {
  readonly name: string
  resolve?(ctx: Ctx, tx: Tx, batch: Batch): Promise<void>
  facts?(ctx: Ctx, batch: Batch): Promise<void>
  effects?(ctx: Ctx, tx: Tx, batch: Batch): Promise<void>
}

/** For `dedupToken`: one table, one batch, one insert. */
export function factsToken(batch: Batch, part: string): string {
  return `batch-${batch.number}-${part}`
}
