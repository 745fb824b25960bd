import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { openSecret, registerSealed, sealedColumn, sealSecret } from '../../govern/privacy/privacy.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Settings } from './contract.ts'
import type { AccountRow } from './store.ts'

registerSealed(sealedColumn({ schema: 'channels', table: 'account', key: 'id', column: 'secret', kind: 'secret' }))
registerSealed(sealedColumn({ schema: 'channels', table: 'seed', key: 'id', column: 'address', kind: 'secret' }))

/** What of an account is kept sealed: what its form asks, and the key of its receipts, which nobody types. */
export type Sealed = { values: Record<string, string>; receipts: string }

export function newSealed(values: Record<string, string>): Sealed {
  return { values, receipts: randomBytes(24).toString('base64url') }
}

export function seal(ctx: Ctx, id: string, sealed: Sealed): Buffer {
  return sealSecret(ctx, id, JSON.stringify(sealed))
}

export async function open(ctx: Ctx, row: Pick<AccountRow, 'id' | 'secret'>): Promise<Sealed> {
  return JSON.parse(await openSecret(ctx, row.id, row.secret)) as Sealed
}

/** An account as it is used: its secrets open. Stays in this process. */
export type Opened = AccountRow & { values: Record<string, string>; receipts: string }

export async function opened(ctx: Ctx, row: AccountRow): Promise<Opened> {
  return { ...row, ...(await open(ctx, row)) }
}

/** Where a provider sends receipts of an account to. */
export function callbackOf(publicUrl: string, account: Pick<Opened, 'id' | 'channel' | 'receipts'>): string {
  return `${publicUrl}/v1/receipts/${account.channel}?account=${account.id}&token=${account.receipts}`
}

/** For one message: whoever was sent it may say what became of it, and nothing of another. */
export function callbackOfKey(
  publicUrl: string,
  account: Pick<Opened, 'id' | 'channel' | 'receipts'>,
  key: string,
): string {
  const token = tokenOfKey(account.receipts, key)
  return `${publicUrl}/v1/receipts/${account.channel}?account=${account.id}&key=${encodeURIComponent(key)}&token=${token}`
}

export function tokenOfKey(receipts: string, key: string): string {
  return createHmac('sha256', receipts).update(key).digest('base64url')
}

export function sameToken(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Whether what must be known to use the secrets was changed: then they are asked for again. */
export function goesElsewhere(towards: readonly string[], before: Settings, after: Settings): boolean {
  return towards.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}
