import type { ReceiptState } from '../../channels/contract.ts'
import type { Fallover, State } from '../contract.ts'

/**
 * What is known of a message only grows (rule 83): a receipt that comes late or twice changes nothing. That it arrived is
 * stronger than that it failed, whichever was told first.
 */
const rank: Record<State, number> = {
  planned: 0,
  held: 0,
  reserved: 1,
  sending: 2,
  sent: 3,
  unknown: 4,
  failed: 5,
  dropped: 5,
  delivered: 6,
  opened: 7,
  clicked: 8,
}

/** Receipts that say something of the message itself; the others are about the customer. */
const told: Partial<Record<ReceiptState, State>> = {
  delivered: 'delivered',
  confirmed: 'delivered',
  opened: 'opened',
  clicked: 'clicked',
  failed: 'failed',
  bounced: 'failed',
}

export function stateAfter(state: State, receipt: ReceiptState): State {
  const next = told[receipt]
  // What has not left cannot have arrived; what was dropped never left.
  if (next === undefined || rank[state] < rank.sending || state === 'dropped') return state
  return rank[next] > rank[state] ? next : state
}

export const isOver = (state: State) => rank[state] >= rank.unknown

/** Minutes to the next try after so many; undefined: no more (rule 84). */
export function nextTry(attempts: number): number | undefined {
  return [1, 5, 15, 60][attempts - 1]
}

/** Whether what was wanted of a message by now has not come, so that the next goes in its stead. */
export function wantsNext(state: State, { unless }: Pick<Fallover, 'unless'>): boolean {
  if (unless === 'failed') return state === 'failed'
  return rank[state] < rank[unless]
}
