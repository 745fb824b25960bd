import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Envelope, Refusal } from './contract.ts'

/** One message of the log in a batch. Steps fill in what they find out, in their order. */
export type Arrived = {
  /** A UUID of the product's own, made of source and key: the same for a repeat of the message. */
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

/** `processedAt`: never before that of an earlier batch, nor before anything of it was received, whatever clocks say (rule 2). */
export type Batch = { readonly number: bigint; readonly processedAt: Date; readonly arrived: readonly Arrived[] }

/**
 * What a capability does for each batch of the log. The phases of all steps run in this order, and a batch that a kill
 * left is worked again from where it was:
 *
 * 1. `check` says which messages are not to be worked: once for a batch, never again for the same one.
 * 2. `resolve`, in the transaction that takes the batch in hand and puts the refused messages away: who is it. May also
 *    refuse. It may run again for the same batch, and must then find what it found.
 * 3. `facts`: rows for ClickHouse, inserted under a token made of the batch's number (`factsToken`), so twice is once.
 * 4. `effects`, in one transaction with the new position of the log: exactly once. May refuse what can be told only then.
 */
export type Step = {
  readonly name: string
  check?(ctx: Ctx, batch: Batch): Promise<void>
  resolve?(ctx: Ctx, tx: Tx, batch: Batch): Promise<void>
  facts?(ctx: Ctx, batch: Batch): Promise<void>
  effects?(ctx: Ctx, tx: Tx, batch: Batch): Promise<void>
}

/** For `dedupToken`: one table, one batch, one insert. */
export function factsToken(batch: Batch, table: string): string {
  return `batch-${batch.number}-${table}`
}

/** What is to be worked. */
export function accepted(batch: Batch): Arrived[] {
  return batch.arrived.filter((one) => !one.refused)
}
