import type { TObject } from 'typebox'
import type { Ctx } from '../../../platform/ctx.ts'
import type { FieldProblem, Text } from '../../../platform/problem.ts'
import type { Channel, Field, KindName, Preset, Preview, ReceiptState, Settings } from '../contract.ts'

/** To whom: a customer, whose address is opened here and nowhere else, or an address of the seed list. */
export type Target = { customer: number } | { address: string }

/** One message as it leaves. `key` is the same however often it is tried. */
export type Letter = { key: string; to: Target; fields: Readonly<Record<string, unknown>> }

/** A letter whose address is open. In-app letters go to the customer himself. */
export type Addressed = { key: string; to: string; customer: number | undefined; fields: Letter['fields'] }

export type FailedClass = 'throttled' | 'transient' | 'permanent'

/**
 * What became of a letter. `throttled`: come again at `again`, nothing was tried or the provider was too busy; `transient`:
 * may pass, try a few times; `permanent`: never again, and with `suppress` this address never again (rule 84).
 * `uncertain`: it left, and no answer came; it may have been taken, so a repeat may come twice.
 */
export type Outcome =
  | { key: string; state: 'sent'; providerId: string; units: number }
  | {
      key: string
      failed: FailedClass
      code: string
      text: string
      suppress?: boolean
      uncertain?: boolean
      again?: Date
      /** Says something of the account, not of this address: counts for its health. */
      own?: boolean
    }

/** What a provider or a customer says later. Of a message by its key or by what the provider calls it; or of a customer. */
export type Receipt = {
  account: string
  key?: string
  providerId?: string
  customer?: number
  state: ReceiptState
  at: Date
  code?: string
}

/** As a kind reads it of what arrived; whose account it is, is known around it. */
export type ReadReceipt = Omit<Receipt, 'account' | 'customer'>
/** What a customer wrote back to the number a message came from. */
export type Inbound = { from: string; text: string; at: Date }
export type Read = { receipts: ReadReceipt[]; inbound: Inbound[]; answer?: string }
export type Arrived = { body: Buffer; type: string; query: Record<string, unknown>; now: Date }

/** What a kind works with: one account, opened. Never kept longer than its line. */
export type Way = {
  ctx: Ctx
  account: string
  org: string
  settings: Settings
  secrets: Readonly<Record<string, string>>
  /** Where the provider may send receipts to. */
  callback: string
  /** The same for one message alone: may be given to whoever receives it. */
  callbackOf(key: string): string
  /** For what arrives by the way itself; resolves when it is kept. */
  tell(read: Read): Promise<void>
  /** Kept by this program rather than sent away. */
  keep: Keeping
}

/** What kinds keep in the database; each in a transaction of its own. */
export type Keeping = {
  parts(parts: readonly { providerId: string; message: string }[]): Promise<void>
  notes(letters: readonly Addressed[], until: Date): Promise<void>
  errands(errands: readonly { providerId: string; about: Record<string, unknown>; open: number }[]): Promise<void>
  tasks(kind: 'agent' | 'task', letters: readonly Addressed[]): Promise<void>
  forget(endpoint: string): Promise<void>
}

/** An account in use: what holds connections holds them here. */
export type Line = {
  /** One outcome for each letter, in any order; throws only for what is a bug. */
  send(letters: readonly Addressed[], signal: AbortSignal): Promise<Outcome[]>
  /** Whether the way is open, without sending anything. Throws a `WayFault` if not. */
  probe?(signal: AbortSignal): Promise<void>
  /** Asks the provider after errands that are still open; gives those that are decided. */
  ask?(errand: { providerId: string; about: Record<string, unknown> }, signal: AbortSignal): Promise<Answered>
  close(): Promise<void>
}
export type Answered = { receipts: ReadReceipt[]; open: number }

export type SecretField = Field & { needed: boolean }

/** One way of reaching people, in one file. */
export type Kind = {
  kind: KindName
  channel: Channel
  name: Text
  about: Text
  /** What the price is of. */
  unit: Text
  /** What one unit usually costs, in ten-thousandths of a yuan. */
  price: number
  settings: TObject
  initial: Settings
  fields: readonly Field[]
  secrets: readonly SecretField[]
  presets: readonly Preset[]
  /** The kind of identity that is the address; null: the customer himself. */
  identity: string | null
  /** Settings that say where secrets are sent to: with another value the secrets are asked for again. */
  towards: readonly string[]
  /** Whether receipts come by POST /v1/receipts. */
  callback: boolean
  /** Takes its line up without being asked to send, to hear receipts. */
  listens?: boolean
  check?(settings: Settings, secrets: ReadonlySet<string>): FieldProblem[]
  checkAddress(address: string): Text | undefined
  units(fields: Letter['fields'], settings: Settings): number
  preview(fields: Letter['fields'], settings: Settings): Promise<Omit<Preview, 'units' | 'cost'>>
  open(way: Way): Promise<Line>
  read?(settings: Settings, arrived: Arrived): Read
}

/** The way itself failed, before or after a letter left. */
export class WayFault extends Error {
  override readonly name = 'WayFault'
  readonly failed: FailedClass
  readonly code: string
  readonly uncertain: boolean
  constructor(failed: FailedClass, code: string, message: string, more: { uncertain?: boolean; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.failed = failed
    this.code = code
    this.uncertain = more.uncertain ?? false
  }
}

/** The outcome of a letter that met a fault of the way. What is no fault is a bug and goes on. */
export function faultOutcome(key: string, error: unknown): Outcome {
  if (!(error instanceof WayFault)) throw error
  const { failed, code, message, uncertain } = error
  return { key, failed, code, text: message, own: true, ...(uncertain ? { uncertain } : {}) }
}

export const sayField = (fields: Letter['fields'], name: string): string => {
  const value = fields[name]
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)
}
